/** Messages that were ordered for people outside of the pages. */
import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import type { Instant } from '#domain/time.ts';
import type { Database } from '../schema.ts';

function messages(db: Kysely<Database>, app: string) {
  return db
    .selectFrom('outbox')
    .select(['key', 'action', 'track', 'state', 'outcome', 'ordered_at as orderedAt', 'ended_at as endedAt'])
    .where('app', '=', app)
    .where('kind', 'in', ['announce', 'page']);
}

/** Messages of an app, the newest first, those before `before`. */
export async function notices(db: Kysely<Database>, app: string, before: { at: Instant; key: string } | null, limit: number) {
  return messages(db, app)
    .$if(before !== null, (query) => query.where(sql<boolean>`(ordered_at, key) < (${before?.at}, ${before?.key})`))
    .orderBy('ordered_at', 'desc')
    .orderBy('key', 'desc')
    .limit(limit)
    .execute();
}

/** Those since a moment, and those that still wait however old they are; the newest first. */
export async function lateNotices(db: Kysely<Database>, app: string, since: Instant, limit: number) {
  return messages(db, app)
    .where((where) => where.or([where('ordered_at', '>=', since), where('state', 'in', ['ordered', 'trying', 'waiting'])]))
    .orderBy('ordered_at', 'desc')
    .limit(limit)
    .execute();
}

/** Live releases that have a channel of their own. */
export async function releaseChannels(db: Kysely<Database>, app: string) {
  return db
    .selectFrom('releases')
    .select(['version', sql<string>`contents->>'channel'`.as('channel')])
    .where('app', '=', app)
    .where(sql<boolean>`contents->>'channel' is not null`)
    .where((where) =>
      where.exists(
        where
          .selectFrom('tracks')
          .select('tracks.id')
          .whereRef('tracks.app', '=', 'releases.app')
          .whereRef('tracks.version', '=', 'releases.version')
          .where('tracks.ended', '=', false),
      ),
    )
    .orderBy('born_at', 'desc')
    .execute();
}
