/** Sources of facts: how alive they are, and what their readers remember. */
import { sql } from 'kysely';
import type { Selectable } from 'kysely';
import type { FactKind, Source } from '#domain/facts.ts';
import type { Instant } from '#domain/time.ts';
import type { SourcesTable } from './schema.ts';
import type { Db } from './transaction.ts';

/** A source reported or was read: alive now. Kinds are added to those it had. `freshForMinutes` undefined: as it was. */
export type Reading = {
  app: string;
  source: string;
  kinds: readonly FactKind[];
  at: Instant;
  recordedAt: Instant;
  connection?: string;
  freshForMinutes?: number | null;
  nextReadAt?: Instant | null;
};

/** What was known of a source before it was read: why it had failed, and when it was last read. */
export type Before = { error: string | null; lastReadAt: Instant | null };

export async function sourceWasRead(db: Db, reading: Reading): Promise<Before> {
  const { app, source, kinds, at, recordedAt, connection, freshForMinutes, nextReadAt } = reading;
  const before = await db
    .with('before', (old) =>
      old.selectFrom('sources').select(['error', 'last_read_at']).where('app', '=', app).where('source', '=', source),
    )
    .insertInto('sources')
    .values({
      app,
      source,
      kinds: [...kinds],
      connection: connection ?? null,
      connected: true,
      last_read_at: at,
      fresh_for_minutes: freshForMinutes ?? null,
      error: null,
      next_read_at: nextReadAt ?? null,
      failures: 0,
      recorded_at: recordedAt,
    })
    .onConflict((conflict) =>
      conflict.columns(['app', 'source']).doUpdateSet((of) => ({
        kinds: sql<FactKind[]>`array(select distinct unnest(sources.kinds || excluded.kinds) order by 1)`,
        connection: connection === undefined ? of.ref('sources.connection') : of.ref('excluded.connection'),
        connected: of.ref('excluded.connected'),
        last_read_at: sql<Instant>`greatest(sources.last_read_at, excluded.last_read_at)`,
        fresh_for_minutes: freshForMinutes === undefined ? of.ref('sources.fresh_for_minutes') : of.ref('excluded.fresh_for_minutes'),
        error: of.ref('excluded.error'),
        next_read_at: nextReadAt === undefined ? of.ref('sources.next_read_at') : of.ref('excluded.next_read_at'),
        failures: of.ref('excluded.failures'),
        recorded_at: of.ref('excluded.recorded_at'),
      })),
    )
    .returning((of) => [
      of.selectFrom('before').select('error').as('error'),
      of.selectFrom('before').select('last_read_at').as('lastReadAt'),
    ])
    .executeTakeFirst();
  return before ?? { error: null, lastReadAt: null };
}

/** A source could not be read: why, in words, and when it is tried again. */
export async function sourceFailed(
  db: Db,
  failed: Omit<Reading, 'nextReadAt'> & { error: string; nextReadAt: Instant | null },
): Promise<{ failures: number; isNews: boolean }> {
  const { app, source, kinds, recordedAt, connection, freshForMinutes, nextReadAt, error } = failed;
  const before = await db.selectFrom('sources').select(['error']).where('app', '=', app).where('source', '=', source).executeTakeFirst();
  const row = await db
    .insertInto('sources')
    .values({
      app,
      source,
      kinds: [...kinds],
      connection: connection ?? null,
      connected: true,
      last_read_at: null,
      fresh_for_minutes: freshForMinutes ?? null,
      error,
      next_read_at: nextReadAt,
      failures: 1,
      recorded_at: recordedAt,
    })
    .onConflict((conflict) =>
      conflict.columns(['app', 'source']).doUpdateSet((of) => ({
        connected: of.ref('excluded.connected'),
        error: of.ref('excluded.error'),
        next_read_at: of.ref('excluded.next_read_at'),
        failures: sql<number>`sources.failures + 1`,
        recorded_at: of.ref('excluded.recorded_at'),
      })),
    )
    .returning('failures')
    .executeTakeFirstOrThrow();
  return { failures: row.failures, isNews: before?.error !== error };
}

/** Known from the moment it is connected, so that its criteria are Unknown until the first reading, and not "not set up". */
export async function expectSource(db: Db, source: Omit<Reading, 'at'>): Promise<void> {
  await db
    .insertInto('sources')
    .values({
      app: source.app,
      source: source.source,
      kinds: [...source.kinds],
      connection: source.connection ?? null,
      connected: true,
      last_read_at: null,
      fresh_for_minutes: source.freshForMinutes ?? null,
      error: null,
      next_read_at: source.nextReadAt ?? null,
      recorded_at: source.recordedAt,
    })
    .onConflict((conflict) =>
      conflict.columns(['app', 'source']).doUpdateSet((of) => ({
        kinds: sql<FactKind[]>`array(select distinct unnest(sources.kinds || excluded.kinds) order by 1)`,
        connection: of.ref('excluded.connection'),
        connected: of.ref('excluded.connected'),
        fresh_for_minutes: of.ref('excluded.fresh_for_minutes'),
        error: of.ref('excluded.error'),
        failures: of.ref('excluded.failures'),
      })),
    )
    .execute();
}

/** The sources of a connection that was removed bring nothing more. */
export async function disconnectSources(db: Db, connection: string): Promise<void> {
  await db
    .updateTable('sources')
    .set({ connected: false, connection: null, next_read_at: null, cursors: '{}' })
    .where('connection', '=', connection)
    .execute();
}

/**
 * The time that an app's clock skips passed for no reader: readings of connected sources move along with it. What had failed stays as old as it is.
 *
 * @param ms how far the clock leapt
 */
export async function moveReadings(db: Db, app: string, ms: number): Promise<void> {
  await sql`
    update sources set last_read_at = last_read_at + make_interval(secs => ${ms / 1000}::float8)
    where app = ${app} and connected and connection is not null and error is null and last_read_at is not null`.execute(db);
}

export async function cursorOf(db: Db, app: string, source: string, name: string): Promise<string | null> {
  const row = await db.selectFrom('sources').select('cursors').where('app', '=', app).where('source', '=', source).executeTakeFirst();
  return row?.cursors[name] ?? null;
}

export async function keepCursor(db: Db, app: string, source: string, name: string, cursor: string): Promise<void> {
  await sql`update sources set cursors = cursors || jsonb_build_object(${name}::text, ${cursor}::text) where app = ${app} and source = ${source}`.execute(
    db,
  );
}

export async function sourcesOf(db: Db, app: string): Promise<Source[]> {
  return (await db.selectFrom('sources').selectAll().where('app', '=', app).orderBy('source').execute()).map(asSource);
}

function asSource(row: Selectable<SourcesTable>): Source {
  return {
    source: row.source,
    kinds: row.kinds,
    connected: row.connected,
    lastReadAt: row.last_read_at,
    freshForMinutes: row.fresh_for_minutes,
    error: row.error,
    nextReadAt: row.next_read_at,
  };
}

/** Feeds are read from their beginning again: facts that were left out because their release was not there yet come in now, and the others are known. */
export async function forgetCursors(db: Db, app: string): Promise<void> {
  await db.updateTable('sources').set({ cursors: '{}' }).where('app', '=', app).execute();
}
