/** Apps and their releases. */
import { sql } from 'kysely';
import type { App, AppClock, Release } from '#domain/release/release.ts';
import type { RobotPause } from '#domain/release/track.ts';
import type { Instant } from '#domain/time.ts';
import type { Inferred } from './schema.ts';
import type { Db, Tx } from './transaction.ts';

/** The app's row with its lock: every commit that touches an app goes through it, so that `version` is the order of commits. */
export type AppHead = {
  version: number;
  seq: number;
  hash: string;
  policyRevision: number;
  robotPaused: RobotPause | null;
  clock: AppClock | null;
};

/** Locks an app's row and raises its version; null when there is no such app. */
export async function raiseApp(tx: Tx, app: string): Promise<AppHead | null> {
  const row = await tx
    .updateTable('apps')
    .set({ version: sql`version + 1` })
    .where('id', '=', app)
    .returning(['version', 'journal_seq as seq', 'journal_hash as hash', 'policy_revision', 'robot_paused', 'clock'])
    .executeTakeFirst();
  return row === undefined
    ? null
    : {
        version: row.version,
        seq: row.seq,
        hash: row.hash,
        policyRevision: row.policy_revision,
        robotPaused: row.robot_paused,
        clock: row.clock,
      };
}

/** An app as it is stored. The engine asks `knownApp`, which remembers its clock too. */
export async function appOf(
  db: Db,
  id: string,
): Promise<(App & { version: number; policyRevision: number; sample: boolean; clock: AppClock | null }) | null> {
  const row = await db
    .selectFrom('apps')
    .select(['id', 'name', 'timezone', 'platforms', 'robot_paused', 'version', 'policy_revision', 'sample', 'clock'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (row === undefined) return null;
  const { name, timezone, platforms, robot_paused: robotPaused, version, policy_revision: policyRevision, sample, clock } = row;
  return { id, name, timezone, platforms, robotPaused, version, policyRevision, sample, clock };
}

export async function appIds(db: Db): Promise<string[]> {
  return (await db.selectFrom('apps').select('id').orderBy('id').execute()).map(({ id }) => id);
}

/** The clocks of all apps, or of one, with the versions of their rows. */
export async function appClocks(db: Db, app?: string): Promise<{ id: string; version: number; clock: AppClock | null }[]> {
  const of = db.selectFrom('apps').select(['id', 'version', 'clock']);
  return (app === undefined ? of : of.where('id', '=', app)).execute();
}

/** Whether an app is sample data, and its clock, with its row locked; null when there is no such app. */
export async function appClockHead(tx: Tx, app: string): Promise<{ sample: boolean; clock: AppClock | null } | null> {
  return (await tx.selectFrom('apps').select(['sample', 'clock']).where('id', '=', app).forUpdate().executeTakeFirst()) ?? null;
}

/** Sets an app's own clock. The caller holds the app's lock. */
export async function setAppClock(tx: Tx, app: string, clock: AppClock): Promise<void> {
  await tx
    .updateTable('apps')
    .set({ clock: JSON.stringify(clock) })
    .where('id', '=', app)
    .execute();
}

const SAMPLES_BEGIN = Date.UTC(2020, 0, 1);

/** @returns false when an app of this name exists */
export async function insertApp(
  tx: Tx,
  app: App,
  at: Instant,
  recordedAt: Instant,
  own: { sample: boolean; clock: AppClock | null } = { sample: false, clock: null },
): Promise<boolean> {
  const row = await tx
    .insertInto('apps')
    .values({
      id: app.id,
      name: app.name,
      timezone: app.timezone,
      platforms: [...app.platforms],
      robot_paused: null,
      sample: own.sample,
      // a sample may be taken out and made again under its name: who remembers the one before must see a newer one
      ...(own.sample ? { version: Date.parse(recordedAt) - SAMPLES_BEGIN } : {}),
      clock: own.clock === null ? null : JSON.stringify(own.clock),
      created_at: at,
      recorded_at: recordedAt,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** What a policy says of the app itself. */
export async function updateApp(tx: Tx, app: string, to: { timezone: string; platforms: readonly string[] }): Promise<void> {
  await tx
    .updateTable('apps')
    .set({ timezone: to.timezone, platforms: [...to.platforms] })
    .where('id', '=', app)
    .execute();
}

export async function renameApp(tx: Tx, app: string, name: string): Promise<void> {
  await tx.updateTable('apps').set({ name }).where('id', '=', app).execute();
}

export async function pauseApp(tx: Tx, app: string, pause: RobotPause | null): Promise<void> {
  await tx
    .updateTable('apps')
    .set({ robot_paused: pause === null ? null : JSON.stringify(pause) })
    .where('id', '=', app)
    .execute();
}

/** @returns false when the app has a release of this version */
export async function insertRelease(tx: Tx, release: Release, recordedAt: Instant, inferred: readonly Inferred[] = []): Promise<boolean> {
  const row = await tx
    .insertInto('releases')
    .values({
      app: release.app,
      version: release.version,
      kind: release.kind,
      base: release.base,
      born_at: release.bornAt,
      manager: release.manager,
      planned: JSON.stringify(release.planned),
      imported: release.imported,
      inferred: JSON.stringify(inferred),
      recorded_at: recordedAt,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('version')
    .executeTakeFirst();
  return row !== undefined;
}
