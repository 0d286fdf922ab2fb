/** The outbox: actions that were ordered, one lane for each thing that can take one write at a time. */
import { sql } from 'kysely';
import type { Action } from '#domain/actions.ts';
import type { Instant } from '#domain/time.ts';
import { ofApps } from './due.ts';
import type { Which } from './due.ts';
import type { ActorStamp } from './schema.ts';
import type { Db, Tx } from './transaction.ts';

/** An action as the performer takes it. `inDoubt`: an earlier try may have taken effect although no answer came. */
export type Ordered = {
  key: string;
  app: string;
  track: string | null;
  lane: string;
  action: Action;
  attempts: number;
  state: string;
  inDoubt: boolean;
};

/** Writes actions before they are tried. One key is one action: what is there already stays. */
export async function orderActions(
  tx: Tx,
  app: string,
  orders: readonly { track: string; action: Action }[],
  recordedAt: Instant,
): Promise<void> {
  if (orders.length === 0) return;
  await tx
    .insertInto('outbox')
    .values(
      orders.map(({ track, action }) => ({
        key: action.key,
        app,
        track,
        lane: action.lane,
        urgent: action.urgent,
        state: 'ordered' as const,
        step: action.step,
        kind: action.effect.kind,
        action: JSON.stringify(action),
        ordered_at: action.orderedAt,
        next_try_at: null,
        ended_at: null,
        outcome: null,
        recorded_at: recordedAt,
      })),
    )
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute();
}

/** Ends an open action; false when it had ended already. One that was made void while it was in flight, and was done all the same, is done. */
export async function endAction(tx: Tx, key: string, state: 'done' | 'refused' | 'void', outcome: string, at: Instant): Promise<boolean> {
  const row = await tx
    .updateTable('outbox')
    .set({ state, outcome, ended_at: at, next_try_at: null })
    .where('key', '=', key)
    .where('state', 'in', state === 'done' ? ['ordered', 'trying', 'waiting', 'void'] : ['ordered', 'trying', 'waiting'])
    .returning('key')
    .executeTakeFirst();
  return row !== undefined;
}

/** A person wants it tried again now. What a person had ordered is theirs from here on: it fires with their authority. The robot's stays the robot's. */
export async function reopenAction(tx: Tx, key: string, by: ActorStamp): Promise<void> {
  const orderer = JSON.stringify({ orderedBy: { kind: by.kind, id: by.id, name: by.name } });
  await sql`
    update outbox set state = 'ordered', outcome = null, ended_at = null, next_try_at = null,
      action = case when action->'orderedBy'->>'kind' = 'robot' then action else action || ${orderer}::jsonb end
    where key = ${key} and state in ('refused', 'waiting')`.execute(tx);
}

/**
 * Written before the call, so that a crash leaves a trace: from here on it may have happened, and who decided on the track as if nothing were sent decides anew.
 * The track's row is locked first, as everywhere. False when it is not open any more, when the lane is not this process's any more, or when something urgent has come before it.
 */
export async function noteTry(
  db: Db,
  key: string,
  { lease, owner, now }: { lease: string; owner: string; now: Instant },
): Promise<boolean> {
  const { rows } = await sql<{ key: string }>`
    with place as materialized (
      select t.id from tracks as t join outbox as o on o.track = t.id where o.key = ${key} for update of t
    ), tried as (
      update outbox set state = 'trying', attempts = attempts + 1, in_doubt = true, next_try_at = null
      where key = ${key} and state in ('ordered', 'trying', 'waiting')
        and (track is null or exists (select 1 from place))
        and exists (select 1 from leases where name = ${lease} and leases.owner = ${owner})
        and (urgent or not exists (
          select 1 from outbox as before where before.lane = outbox.lane and before.urgent and before.state in ('ordered', 'trying', 'waiting')
            and (before.next_try_at is null or before.next_try_at <= ${now})
        ))
      returning key, track, kind
    ), seen as (
      update tracks set revision = revision + 1 from tried where tracks.id = tried.track and tried.kind like 'ensure-%'
    )
    select key from tried`.execute(db);
  return rows.length > 0;
}

/** It did not work and may the next time. `counts`: the try was not noted by `noteTry`, because it ended before the call. */
export async function postponeAction(
  tx: Tx,
  key: string,
  { outcome, nextTryAt, inDoubt, counts }: { outcome: string; nextTryAt: Instant; inDoubt: boolean; counts: boolean },
): Promise<void> {
  await tx
    .updateTable('outbox')
    .set({ state: 'waiting', outcome, next_try_at: nextTryAt, in_doubt: inDoubt, attempts: sql`attempts + ${counts ? 1 : 0}::int` })
    .where('key', '=', key)
    .where('state', 'in', ['ordered', 'trying', 'waiting'])
    .execute();
}

/** What is urgent and may be tried now, or is being tried: halts and the like. */
export async function urgentActions(
  db: Db,
  now: Instant,
  which: Which = { except: [] },
): Promise<{ lane: string; app: string; key: string }[]> {
  const { rows } = await sql<{ lane: string; app: string; key: string }>`
    select lane, app, key from outbox
    where state in ('ordered', 'trying', 'waiting') and urgent and (next_try_at is null or next_try_at <= ${now}) and ${ofApps(which)}
    order by ordered_at, key limit 500`.execute(db);
  return rows;
}

/**
 * What is to be tried next in a lane: halts and the like before all else, then in the order of ordering. A lane whose first ordinary action waits
 * for its next try goes on with the following ones only where those are urgent: order within a listing is kept. Chat messages overtake each other.
 */
export async function nextInLane(db: Db, lane: string, now: Instant): Promise<Ordered | null> {
  const { rows } = await sql<Ordered & { ready: boolean; urgent: boolean }>`
    select key, app, track, lane, action, attempts, state, in_doubt as "inDoubt", urgent, (next_try_at is null or next_try_at <= ${now}) as ready
    from outbox where lane = ${lane} and state in ('ordered', 'trying', 'waiting')
    order by urgent desc, ordered_at, key limit 200`.execute(db);
  const urgent = rows.find((row) => row.urgent && row.ready);
  if (urgent !== undefined) return urgent;
  if (lane.startsWith('chat:')) return rows.find((row) => row.ready) ?? null;
  const first = rows.find((row) => !row.urgent);
  return first !== undefined && first.ready ? first : null;
}

/** One action, whatever its state. */
export async function actionOf(db: Db, key: string): Promise<(Ordered & { open: boolean }) | null> {
  const { rows } = await sql<Ordered & { open: boolean }>`
    select key, app, track, lane, action, attempts, state, in_doubt as "inDoubt", state in ('ordered', 'trying', 'waiting') as open
    from outbox where key = ${key}`.execute(db);
  return rows[0] ?? null;
}
