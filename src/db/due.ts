/** What is due, and when: the engine's alarm clock. A row carries no news; losing or doubling one delays or repeats nothing that matters. */
import { sql } from 'kysely';
import type { Instant } from '#domain/time.ts';
import { withoutWaitingForDisk } from './transaction.ts';
import type { Db } from './transaction.ts';

/** `track`: look at a track. `observe`: read a source. */
export type DueKind = 'track' | 'observe';
export type Due = { kind: DueKind; key: string; app: string };
/** `at`: a moment of the engine's clock. */
export type DueAt = Due & { at: Instant };

/** Marks things as due at a moment of the engine's clock; what is due earlier already stays so. */
export async function markDue(db: Db, rows: readonly DueAt[]): Promise<void> {
  if (rows.length === 0) return;
  // in one order everywhere, the tracks first
  const once = earliestOfEach(rows).toSorted((a, b) => (a.kind === b.kind ? (a.key < b.key ? -1 : 1) : a.kind === 'track' ? -1 : 1));
  await db
    .insertInto('due')
    .values(once)
    .onConflict((conflict) => conflict.columns(['kind', 'key']).doUpdateSet({ at: sql`least(due.at, excluded.at)` }))
    .execute();
}

function earliestOfEach(rows: readonly DueAt[]): DueAt[] {
  const found = new Map<string, DueAt>();
  for (const { kind, key, app, at } of rows) {
    const name = `${kind} ${key}`;
    const other = found.get(name);
    if (other === undefined || at < other.at) found.set(name, { kind, key, app, at });
  }
  return [...found.values()];
}

/** Tracks that are taken for one app at a time, on an average. */
const MOST_TRACKS_OF_APP = 12;

/** Which apps are looked at: all but some, or one alone. */
export type Which = { except: readonly string[] } | { only: string };

/** The condition on a column `app` that says so. */
export function ofApps(which: Which): ReturnType<typeof sql> {
  return 'only' in which ? sql`app = ${which.only}` : sql`app <> all(${[...which.except]}::text[])`;
}

/** How long what is taken is held, where the process that took it goes on giving signs of life: longer than the longest reading, of a repository. */
export const CLAIM_SECONDS = 180;

/** A row that was taken. `isMine`: false while another process works on the same. */
export type Claimed = Due & { isMine: boolean };

export function leaseOf({ kind, key }: Pick<Due, 'kind' | 'key'>): string {
  return `${kind}:${key}`;
}

/**
 * What is taken is held by a lease of its own name: the two come in one statement, so that a process that is killed leaves one of them to be found. In one order
 * everywhere, so that two processes that take several cannot wait for each other. What a crash gives back is taken again.
 */
function leasing(taken: ReturnType<typeof sql>, owner: string): ReturnType<typeof sql<Claimed>> {
  return sql<Claimed>`
    with taken as materialized (${taken} returning kind, key, app), ordered as materialized (select kind, key, app from taken, ${withoutWaitingForDisk} order by kind, key)
    select kind, key, app, take_lease(kind || ':' || key, ${owner}, ${CLAIM_SECONDS}) as "isMine" from ordered`;
}

/** Takes up to `limit` rows that are due, the oldest first; no other process gets them. */
export async function claimDue(
  db: Db,
  kind: DueKind,
  now: Instant,
  limit: number,
  owner: string,
  which: Which = { except: [] },
): Promise<Claimed[]> {
  const { rows } = await leasing(
    sql`delete from due where (kind, key) in (
      select kind, key from due where kind = ${kind} and at <= ${now} and ${ofApps(which)} order by at, key limit ${limit} for update skip locked
    )`,
    owner,
  ).execute(db);
  return inOrder(rows);
}

/** Rows that were taken come in any order: whoever takes the same does the same. */
function inOrder(rows: readonly Claimed[]): Claimed[] {
  return rows.toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

/**
 * Takes the tracks that are due in up to `apps` apps, the app of the oldest row first; no other process gets them. Tracks that users are receiving go before all
 * others, however many those are: a halt may be ordered there.
 */
export async function claimTracks(db: Db, now: Instant, apps: number, owner: string, which: Which = { except: [] }): Promise<Claimed[]> {
  const withUsers = sql`key in (select id from tracks where not ended and (stage = 'rolling-out' or state ? 'liveIn'))`;
  const first = await claimTracksThat(withUsers, db, now, apps, owner, which);
  return first.length > 0 ? first : claimTracksThat(sql`true`, db, now, apps, owner, which);
}

/** Rows among which the oldest apps are looked for, for each that is wanted: an app with more of them than these is taken first, and the next claim finds the others. */
const OLDEST_ROWS = 4 * MOST_TRACKS_OF_APP;

async function claimTracksThat(
  condition: ReturnType<typeof sql>,
  db: Db,
  now: Instant,
  apps: number,
  owner: string,
  which: Which,
): Promise<Claimed[]> {
  const { rows } = await leasing(
    sql`delete from due where (kind, key) in (
      select kind, key from due
      where kind = 'track' and at <= ${now} and ${condition} and app in (
        select app from (
          select app, at from due where kind = 'track' and at <= ${now} and ${condition} and ${ofApps(which)} order by at, key limit ${apps * OLDEST_ROWS}
        ) as oldest group by app order by min(at), app limit ${apps}
      )
      order by at, key limit ${apps * MOST_TRACKS_OF_APP} for update skip locked
    )`,
    owner,
  ).execute(db);
  return inOrder(rows);
}
