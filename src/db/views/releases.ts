/** Releases as they are listed. */
import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import type { Database } from '../schema.ts';

export type ReleaseCursor = { bornAt: string; version: string };

/** Releases of an app, the newest first, with their tracks. */
export async function releasesOf(
  db: Kysely<Database>,
  app: string,
  options: { state: 'live' | 'ended' | 'all'; before: ReleaseCursor | null; limit: number },
) {
  const { state, before } = options;
  const isLive = sql<boolean>`exists (select 1 from tracks t where t.app = releases.app and t.version = releases.version and not t.ended)`;
  const releases = await db
    .selectFrom('releases')
    .select(['version', 'kind', 'base', 'manager', 'born_at as bornAt', 'planned', 'imported', 'contents'])
    .where('app', '=', app)
    .$if(state === 'live', (query) => query.where(isLive))
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
