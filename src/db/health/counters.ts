/** Where counters that only ever rise stood when they were last read. */
import { sql } from 'kysely';
import type { CounterBefore } from '#domain/health/counters.ts';
import type { Db, Tx } from '../transaction.ts';

/** Counters of an app that are remembered. More of them would be users' own: those are told by what was added. */
export const MOST_COUNTERS = 100_000;

/** What is remembered of some counters, by their hash in hex, and whether there is room for more. */
export async function countersBefore(
  tx: Tx,
  app: string,
  streams: readonly Buffer[],
): Promise<{ before: Map<string, CounterBefore>; room: number }> {
  const { rows } = await sql<{ stream: Buffer; start: string; time: string; value: number }>`
    select stream, start_ns::text as start, time_ns::text as time, value from health_streams where app = ${app} and stream = any(${[...streams]}::bytea[])`.execute(
    tx,
  );
  const before = new Map(
    rows.map(({ stream, start, time, value }) => [stream.toString('hex'), { startNs: BigInt(start), timeNs: BigInt(time), value }]),
  );
  if (before.size === streams.length) return { before, room: 0 };
  const counted = await sql<{ n: number }>`select count(*)::int as n from health_streams where app = ${app}`.execute(tx);
  return { before, room: Math.max(0, MOST_COUNTERS - (counted.rows[0]?.n ?? 0)) };
}

export async function rememberCounters(tx: Tx, app: string, counters: ReadonlyMap<string, CounterBefore>): Promise<void> {
  if (counters.size === 0) return;
  const all = [...counters].toSorted(([a], [b]) => (a < b ? -1 : 1));
  await sql`
    insert into health_streams (app, stream, start_ns, time_ns, value)
    select ${app}, n.stream, n.start_ns, n.time_ns, n.value
    from unnest(${all.map(([stream]) => Buffer.from(stream, 'hex'))}::bytea[], ${all.map(([, { startNs }]) => String(startNs))}::numeric[],
      ${all.map(([, { timeNs }]) => String(timeNs))}::numeric[], ${all.map(([, { value }]) => value)}::float8[]) as n (stream, start_ns, time_ns, value)
    on conflict (app, stream) do update set start_ns = excluded.start_ns, time_ns = excluded.time_ns, value = excluded.value`.execute(tx);
}

/** Forgets counters that were not heard of since. */
export async function forgetCountersBefore(db: Db, beforeMs: number): Promise<void> {
  await sql`delete from health_streams where time_ns < ${String(BigInt(Math.trunc(beforeMs)) * 1_000_000n)}::numeric`.execute(db);
}
