/** What a process may begin with now: one question, because it is asked whenever anything happens, and mostly there is nothing. */
import { sql } from 'kysely';
import type { Instant } from '#domain/time.ts';
import { ofApps } from './due.ts';
import type { Which } from './due.ts';
import type { Db } from './transaction.ts';

/** A lane in which `nextInLane` finds something now. `urgent`: a halt or the like. */
export type ReadyLane = { lane: string; app: string; urgent: boolean };

export type Work = {
  /** Whether tracks are due, and sources. Another process may take them first. */
  tracks: boolean;
  sources: boolean;
  /** Those with something urgent first. */
  lanes: readonly ReadyLane[];
  /**
   * When the next thing will be due, or was: a row of `due`, or an action whose pause ends later than now; null when nothing is. An action that may be tried already
   * is not here: it is in a ready lane, or waits behind another of its lane.
   */
  nextAt: Instant | null;
};

export async function workAtHand(db: Db, now: Instant, which: Which = { except: [] }): Promise<Work> {
  const ready = sql`(next_try_at is null or next_try_at <= ${now})`;
  const { rows } = await sql<{ tracksAt: Instant | null; sourcesAt: Instant | null; triesAt: Instant | null; lanes: readonly ReadyLane[] }>`
    with alive as materialized (
      select lane, app, key, urgent, ordered_at, state, next_try_at, ${ready} as ready
      from outbox where state in ('ordered', 'trying', 'waiting') and ${ofApps(which)}
    ), lanes as (
      select lane, min(app) as app, bool_or(urgent and ready) as urgent from alive group by lane
      having bool_or(urgent and ready) or (lane like 'chat:%' and bool_or(ready)) or (array_agg(ready order by ordered_at, key) filter (where not urgent))[1]
    )
    select (select min(at) from due where kind = 'track' and ${ofApps(which)}) as "tracksAt",
      (select min(at) from due where kind = 'observe' and ${ofApps(which)}) as "sourcesAt",
      (select min(next_try_at) from alive where state = 'waiting' and not ready) as "triesAt",
      (select coalesce(jsonb_agg(lanes order by urgent desc, lane), '[]') from lanes) as lanes`.execute(db);
  const [found] = rows;
  if (found === undefined) throw new Error('a question for one row was answered without one');
  const { tracksAt, sourcesAt, triesAt, lanes } = found;
  const isDue = (at: Instant | null): boolean => at !== null && at <= now;
  const [nextAt] = [tracksAt, sourcesAt, triesAt].filter((at) => at !== null).toSorted();
  return { tracks: isDue(tracksAt), sources: isDue(sourcesAt), lanes, nextAt: nextAt ?? null };
}
