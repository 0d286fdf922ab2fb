/** Apps as they are listed, and how fresh their sources are. */
import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import type { Instant } from '#domain/time.ts';
import type { Database } from '../schema.ts';
import { freshnessOf } from './freshness.ts';

function listed(db: Kysely<Database>) {
  return db
    .selectFrom('apps')
    .select(['id', 'name', 'timezone', 'platforms', 'robot_paused as robotPaused', 'version', 'created_at as createdAt', 'sample', 'clock'])
    .select(sql<number>`(select count(*) from tracks t where t.app = apps.id and not t.ended)`.as('tracks'));
}

/** An app; null when there is none of this id. */
export async function appById(db: Kysely<Database>, id: string) {
  return (await listed(db).where('id', '=', id).executeTakeFirst()) ?? null;
}

/** Apps in order of id, those after `after`; of `only` where it is given. */
export async function appsAfter(db: Kysely<Database>, after: string | null, limit: number, only: readonly string[] | null) {
  return listed(db)
    .$if(after !== null, (query) => query.where('id', '>', after ?? ''))
    .$if(only !== null, (query) => query.where('id', 'in', only === null || only.length === 0 ? [''] : [...only]))
    .orderBy('id')
    .limit(limit)
    .execute();
}

/** The app's counter, which every commit raises; null when there is no such app. */
export async function appVersion(db: Kysely<Database>, id: string): Promise<number | null> {
  return (await db.selectFrom('apps').select('version').where('id', '=', id).executeTakeFirst())?.version ?? null;
}

/** The sources of an app's facts, how fresh each is, and the connection that fills it (null: it reports by itself). */
export async function sourcesOf(db: Kysely<Database>, app: string, now: Instant) {
  const rows = await db
    .selectFrom('sources')
    .select([
      'source',
      'kinds',
      'connection',
      'connected',
      'last_read_at as lastReadAt',
      'fresh_for_minutes as freshForMinutes',
      'next_read_at as nextReadAt',
      'error',
    ])
    .where('app', '=', app)
    .orderBy('source')
    .execute();
  return rows.map((row) => ({ ...row, state: freshnessOf(row, now) }));
}

/** Releases that are under way, by platform. */
export async function liveVersions(db: Kysely<Database>, app: string) {
  return db.selectFrom('tracks').select(['platform', 'version']).where('app', '=', app).where('ended', '=', false).orderBy('at').execute();
}
