/** What is due, and when: the engine's alarm clock. A row carries no news; losing or doubling one delays or repeats nothing that matters. */
import { sql } from 'kysely';
import type { Instant } from '#domain/time.ts';
import type { Db } from './transaction.ts';

/** `track`: look at a track. `observe`: read a source. */
export type DueKind = 'track' | 'observe';
export type Due = { kind: DueKind; key: string; app: string };

/** Marks things as due at a moment of the engine's clock; what is due earlier already stays so. */
export async function markDue(db: Db, rows: readonly (Due & { at: Instant })[]): Promise<void> {
  if (rows.length === 0) return;
  const once = earliestOfEach(rows).toSorted((a, b) => (a.key < b.key ? -1 : 1));
  await db
    .insertInto('due')
    .values(once)
    .onConflict((conflict) => conflict.columns(['kind', 'key']).doUpdateSet({ at: sql`least(due.at, excluded.at)` }))
    .execute();
}

function earliestOfEach(rows: readonly (Due & { at: Instant })[]): (Due & { at: Instant })[] {
  const found = new Map<string, Due & { at: Instant }>();
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

/** Takes up to `limit` rows that are due, the oldest first; no other process gets them. */
export async function claimDue(db: Db, kind: DueKind, now: Instant, limit: number, which: Which = { except: [] }): Promise<Due[]> {
  const { rows } = await sql<Due>`
    delete from due where (kind, key) in (
      select kind, key from due where kind = ${kind} and at <= ${now} and ${ofApps(which)} order by at, key limit ${limit} for update skip locked
    ) returning kind, key, app`.execute(db);
  return inOrder(rows);
}

/** Rows that were taken come in any order: whoever takes the same does the same. */
function inOrder(rows: readonly Due[]): Due[] {
  return rows.toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

/** Takes the tracks that are due in up to `apps` apps, the app of the oldest row first; no other process gets them. */
export async function claimTracks(db: Db, now: Instant, apps: number, which: Which = { except: [] }): Promise<Due[]> {
  const { rows } = await sql<Due>`
    delete from due where (kind, key) in (
      select kind, key from due
      where kind = 'track' and at <= ${now} and app in (
        select app from due where kind = 'track' and at <= ${now} and ${ofApps(which)} group by app order by min(at), app limit ${apps}
      )
      order by at, key limit ${apps * MOST_TRACKS_OF_APP} for update skip locked
    ) returning kind, key, app`.execute(db);
  return inOrder(rows);
}

/** When the next thing will be due, or is: a row of the table, or an action whose pause ends after `now`; null when nothing is. */
export async function nextDueAt(db: Db, now: Instant, which: Which = { except: [] }): Promise<Instant | null> {
  // An action that may be tried already is not here: it is in a ready lane, or waits behind another of its lane.
  const { rows } = await sql<{ at: Instant | null }>`
    select min(at) as at from (
      select min(at) as at from due where ${ofApps(which)}
      union all select min(next_try_at) from outbox where state = 'waiting' and next_try_at > ${now} and ${ofApps(which)}
    ) as soon`.execute(db);
  return rows[0]?.at ?? null;
}
