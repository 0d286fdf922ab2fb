/** Releases as they are listed. */
import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import type { Database } from '../schema.ts';

export type ReleaseCursor = { bornAt: string; version: string };

/** Releases of an app, the newest first, with their tracks. */
export async function releasesOf(
  db: Kysely<Database>,
  app: string,
  options: {
    state: 'live' | 'current' | 'planned' | 'ended' | 'all';
    kind: 'regular' | 'hotfix' | 'replacement' | 'all';
    before: ReleaseCursor | null;
    limit: number;
  },
) {
  const { state, kind, before } = options;
  const isLive = sql<boolean>`exists (select 1 from tracks t where t.app = releases.app and t.version = releases.version and not t.ended)`;
  const isUnderWay = sql<boolean>`exists (select 1 from tracks t where t.app = releases.app and t.version = releases.version and not t.ended and t.stage not in ('planned', 'developing'))`;
  const releases = await db
    .selectFrom('releases')
    .select(['version', 'kind', 'base', 'manager', 'born_at as bornAt', 'planned', 'imported', 'contents'])
    .where('app', '=', app)
    .$if(state === 'live' || state === 'planned', (query) => query.where(isLive))
    .$if(state === 'planned', (query) => query.where(sql<boolean>`not ${isUnderWay}`))
    .$if(state === 'current', (query) => query.where(isUnderWay))
    .$if(kind !== 'all', (query) => query.where('kind', '=', kind === 'all' ? 'regular' : kind))
    .$if(state === 'ended', (query) => query.where(sql<boolean>`not ${isLive}`))
    .$if(before !== null, (query) => query.where(sql<boolean>`(born_at, version) < (${before?.bornAt}, ${before?.version})`))
    .orderBy('born_at', 'desc')
    .orderBy('version', 'desc')
    .limit(options.limit)
    .execute();
  if (releases.length === 0) return [];
  const tracks = await db
    .selectFrom('tracks')
    .select(['id', 'version', 'platform', 'state'])
    .where('app', '=', app)
    .where(
      'version',
      'in',
      releases.map(({ version }) => version),
    )
    .orderBy('platform')
    .execute();
  return releases.map((release) => ({
    ...release,
    tracks: tracks.filter(({ version }) => version === release.version).map(({ state: track }) => track),
  }));
}

/** A release and the platforms of its tracks; null when there is none. */
export async function releaseWithTracks(db: Kysely<Database>, app: string, version: string) {
  const release = await db
    .selectFrom('releases')
    .select(['version', 'kind', 'base', 'manager', 'born_at as bornAt', 'planned', 'imported', 'contents'])
    .where('app', '=', app)
    .where('version', '=', version)
    .executeTakeFirst();
  if (release === undefined) return null;
  const tracks = await db
    .selectFrom('tracks')
    .select('platform')
    .where('app', '=', app)
    .where('version', '=', version)
    .orderBy('platform')
    .execute();
  return { release, platforms: tracks.map(({ platform }) => platform) };
}

/** Nightlies of a release, the newest first, with their test runs and the audiences they reached. */
export async function nightliesOf(db: Kysely<Database>, app: string, version: string, limit: number) {
  const { rows } = await sql<{
    platform: string;
    number: string;
    at: string;
    state: 'queued' | 'building' | 'succeeded' | 'failed';
    suites: ('running' | 'passed' | 'failed')[] | null;
    reached: string[] | null;
  }>`
    select b.platform, b.number, to_char(b.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at, b.state,
      (select array_agg(t.state) from test_runs t
        where t.app = b.app and t.platform = b.platform and t.version = b.version and t.build = b.number) as suites,
      (select array_agg(distinct d.audience) from distributions d
        where d.app = b.app and d.platform = b.platform and d.version = b.version and d.build = b.number and d.state = 'delivered') as reached
    from builds b where b.app = ${app} and b.version = ${version} and b.kind = 'nightly'
    order by b.at desc, b.platform limit ${limit}`.execute(db);
  return rows;
}

/** The branch days of regular releases that are still ahead, or were on the day of `after`. */
export async function plannedTrains(db: Kysely<Database>, app: string) {
  return db
    .selectFrom('releases')
    .select(['version', 'planned'])
    .where('app', '=', app)
    .where('kind', '=', 'regular')
    .orderBy('born_at', 'desc')
    .limit(50)
    .execute();
}

/** What became of the updates that were posted, by the keys of their actions. */
export async function updatesSent(db: Kysely<Database>, keys: readonly string[]) {
  if (keys.length === 0) return [];
  return db
    .selectFrom('outbox')
    .select(['key', 'state', 'outcome'])
    .where('key', 'in', [...keys])
    .execute();
}
