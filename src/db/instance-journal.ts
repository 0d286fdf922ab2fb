/** The instance's own chain of the journal: what concerns people, keys and ways in. Written in the transaction of the change, by whoever holds its connection. */
import type { PoolClient } from 'pg';
import type { InstanceEvent } from '#domain/people/events.ts';
import type { Instant } from '#domain/time.ts';
import { chained, INSTANCE } from './journal.ts';
import type { ActorStamp } from './schema.ts';

/** Appends entries in the caller's transaction. The chain's head is locked until that ends: one writer at a time. */
export async function writeInstance(
  client: Pick<PoolClient, 'query'>,
  actor: ActorStamp,
  events: readonly InstanceEvent[],
  at: Instant,
): Promise<void> {
  if (events.length === 0) return;
  const { rows } = await client.query<{ seq: string; hash: string }>(
    'select journal_seq as seq, journal_hash as hash from public.instance for update',
  );
  const [head] = rows;
  if (head === undefined) throw new Error('the instance has no row of its own');
  const seq = Number(head.seq);
  const placed = chained(
    { app: INSTANCE, track: null, seq, hash: head.hash },
    events.map((event) => ({ actor, event, stageAfter: null })),
    // it has no counter of commits: its own place stands for it
    { appVersion: seq + 1, at, recordedAt: at },
  );
  await client.query(
    `insert into public.journal (chain, seq, prev, hash, app, track, kind, actor, event, stage_after, app_version, at, recorded_at)
     select chain, seq, prev, hash, app, track, kind, actor, event, stage_after, app_version, at, recorded_at
     from jsonb_to_recordset($1::jsonb) as n (
       chain text, seq bigint, prev text, hash text, app text, track text, kind text, actor jsonb, event jsonb, stage_after text, app_version bigint,
       at timestamptz, recorded_at timestamptz)`,
    [JSON.stringify(placed.rows)],
  );
  await client.query('update public.instance set journal_seq = $1, journal_hash = $2', [placed.head.seq, placed.head.hash]);
}
