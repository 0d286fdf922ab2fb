/** What hangs on a track: builds, sign-offs, waivers, cherry-picks, actions, and how its verdicts changed. */
import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import type { Database } from '../schema.ts';

export type TrackName = { app: string; version: string; platform: string };

export async function hasTrack(db: Kysely<Database>, id: string): Promise<boolean> {
  return (await db.selectFrom('tracks').select('id').where('id', '=', id).executeTakeFirst()) !== undefined;
}

/** Changes of colour of one criterion, the newest first. */
export async function verdictHistory(db: Kysely<Database>, track: string, instance: string, before: number | null, limit: number) {
  const rows = await db
    .selectFrom('verdict_history')
    .select(['id', 'at', 'from_colour as from', 'to_colour as to', 'headline', 'because', 'evidence'])
    .where('track', '=', track)
    .where('instance', '=', instance)
    .$if(before !== null, (query) => query.where('id', '<', before ?? 0))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map((row) => ({ ...row, id: String(row.id) }));
}

/** Builds of a track, the newest first, with their test runs and distributions. */
export async function buildsOf(db: Kysely<Database>, name: TrackName, before: number | null, limit: number) {
  const builds = await db
    .selectFrom('builds')
    .select([
      'arrival',
      'platform',
      'version',
      'number',
      'kind',
      'state',
      'commit',
      'branch',
      'candidate',
      'at',
      'source',
      sql<string | null>`payload->>'url'`.as('url'),
    ])
    .where('app', '=', name.app)
    .where('version', '=', name.version)
    .where('platform', '=', name.platform)
    .$if(before !== null, (query) => query.where('arrival', '<', before ?? 0))
    .orderBy('arrival', 'desc')
    .limit(limit)
    .execute();
  if (builds.length === 0) return [];
  const numbers = builds.map(({ number }) => number);
  const testRuns = await db
    .selectFrom('test_runs')
    .select([
      'build',
      'suite',
      'state',
      'at',
      sql<number>`coalesce((payload->>'attempts')::int, 1)`.as('attempts'),
      sql<string | null>`payload->>'url'`.as('url'),
    ])
    .where('app', '=', name.app)
    .where('version', '=', name.version)
    .where('platform', '=', name.platform)
    .where('build', 'in', numbers)
    .orderBy('arrival')
    .execute();
  const distributions = await db
    .selectFrom('distributions')
    .select([
      'build',
      'audience',
      'state',
      'at',
      sql<string | null>`payload->>'dueAt'`.as('dueAt'),
      sql<string | null>`payload->>'url'`.as('url'),
    ])
    .where('app', '=', name.app)
    .where('version', '=', name.version)
    .where('platform', '=', name.platform)
    .where('build', 'in', numbers)
    .orderBy('arrival')
    .execute();
  const of = <T extends { build: string }>(rows: readonly T[], number: string): T[] => rows.filter(({ build }) => build === number);
  return builds.map((build) => ({ ...build, testRuns: of(testRuns, build.number), distributions: of(distributions, build.number) }));
}

/** The last word of each team on a track. */
export async function signOffsOf(db: Kysely<Database>, track: string) {
  return db
    .selectFrom('sign_offs')
    .distinctOn('team')
    .select(['team', 'state', 'build', 'by', 'at', 'note'])
    .where('track', '=', track)
    .orderBy('team')
    .orderBy('id', 'desc')
    .execute();
}

/** Waivers of a track, the newest first. */
export async function waiversOf(db: Kysely<Database>, track: string, before: { at: string; id: string } | null, limit: number) {
  const rows = await db
    .selectFrom('waivers')
    .select(['id', 'at', 'state', 'waiver'])
    .where('track', '=', track)
    .$if(before !== null, (query) => query.where(sql<boolean>`(at, id) < (${before?.at}, ${before?.id})`))
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(({ id, at, state, waiver }) => ({ id, at, waiver: { ...waiver, state } }));
}

/** Cherry-picks asked for on a track, the newest first. */
export async function cherryPicksOf(db: Kysely<Database>, track: string, before: { at: string; id: string } | null, limit: number) {
  const rows = await db
    .selectFrom('cherry_picks')
    .select(['id', 'at', 'state', 'pick'])
    .where('track', '=', track)
    .$if(before !== null, (query) => query.where(sql<boolean>`(at, id) < (${before?.at}, ${before?.id})`))
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(({ id, at, state, pick }) => ({ id, at, pick: { ...pick, state } }));
}

/** Actions ordered for a track, the newest first. */
export async function actionsOf(db: Kysely<Database>, track: string, limit: number) {
  return db
    .selectFrom('outbox')
    .select(['key', 'kind', 'step', 'state', 'action', 'attempts', 'ordered_at as orderedAt', 'next_try_at as nextTryAt', 'outcome'])
    .where('track', '=', track)
    .orderBy('ordered_at', 'desc')
    .orderBy('key')
    .limit(limit)
    .execute();
}

/** When the robot looked at a track last, and when it looks again at the latest. */
export async function looksOf(db: Kysely<Database>, track: string) {
  const row = await db
    .selectFrom('tracks')
    .select(['planned_at as lastAt', 'look_again_at as nextAt'])
    .where('id', '=', track)
    .executeTakeFirst();
  return row ?? { lastAt: null, nextAt: null };
}

/** The robot's last commits on a track, the newest first: what each of them wrote, and the verdicts that it was made from. */
export async function checksOf(db: Kysely<Database>, track: string, limit: number) {
  const { rows } = await sql<{
    appVersion: number;
    at: string;
    events: ({ is: string } & Record<string, unknown>)[];
  }>`
    select app_version as "appVersion", to_char(max(at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at, json_agg(event order by seq) as events
    from journal where chain = ${`track:${track}`} and actor->>'kind' = 'robot'
    group by app_version order by app_version desc limit ${limit}`.execute(db);
  if (rows.length === 0) return [];
  const changes = await db
    .selectFrom('verdict_history')
    .select(['app_version as appVersion', 'instance', 'from_colour as from', 'to_colour as to', 'headline', 'because', 'evidence'])
    .where('track', '=', track)
    .where(
      'app_version',
      'in',
      rows.map(({ appVersion }) => appVersion),
    )
    .orderBy('id')
    .execute();
  return rows.map((row) => ({ ...row, inputs: changes.filter(({ appVersion }) => appVersion === row.appVersion) }));
}
