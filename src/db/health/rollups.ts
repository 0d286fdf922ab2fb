/** Roll-ups of hours: the total that its source told last, or what events have added up to. */
import { sql } from 'kysely';
import type { MetricCounts, Rollup } from '#domain/health/rollup.ts';
import { HOUR_MS, oldestKept } from '#domain/health/rollup.ts';
import type { Instant } from '#domain/time.ts';
import type { MetricColumn } from '../schema.ts';
import { inTransaction } from '../transaction.ts';
import { pruneGroups } from './crash-groups.ts';
import type { Db, Statement, Tx } from '../transaction.ts';
import { allThere, forgetPlaces, literalOf } from './series.ts';

/** A roll-up with its series and the revision that counts. */
export type Placed = { series: number; revision: number; rollup: Rollup };

/** Which of a batch were news. `ties`: places in the batch of those that told another total under the same revision; what was there stays. */
export type Merged = { accepted: number; unchanged: number; ties: number[] };

/** Series were pruned meanwhile: look for their places again, and write once more. */
export class SeriesGone extends Error {
  constructor() {
    super('a series was pruned');
    this.name = 'SeriesGone';
  }
}

const partitionsMade = new WeakMap<Db, Set<string>>();

/** Makes sure that there is a partition for each of these hours. Outside the transaction that writes them, because it locks the table for a moment. */
export async function ensureHealthPartitions(db: Db, bucketsMs: Iterable<number>): Promise<void> {
  const made = partitionsMade.get(db) ?? new Set<string>();
  partitionsMade.set(db, made);
  for (const ms of new Set(bucketsMs)) {
    const month = new Date(ms).toISOString().slice(0, 7);
    if (made.has(month)) continue;
    await sql`select health_partition(${`${month}-01`}::date)`.execute(db);
    made.add(month);
  }
}

/** Sorted as everyone writes them, so that two who write the same wait for each other and not in a ring; of two totals of one hour the one of the higher revision, else the first. */
function inOrder(rows: readonly Placed[]): { row: Placed; at: number }[] {
  const sorted = rows
    .map((row, at) => ({ row, at }))
    .toSorted(
      (a, b) =>
        a.row.series - b.row.series || a.row.rollup.bucketMs - b.row.rollup.bucketMs || b.row.revision - a.row.revision || a.at - b.at,
    );
  return sorted.filter(({ row }, at) => {
    const before = sorted[at - 1]?.row;
    return before === undefined || before.series !== row.series || before.rollup.bucketMs !== row.rollup.bucketMs;
  });
}

/**
 * Brings the stored totals up to those of a batch: the higher revision wins. Throws `SeriesGone`.
 *
 * @param readAgain the same hours are read again and again, by one reader: the same total under a later revision is no news
 */
export async function mergeRollups(tx: Tx, rows: readonly Placed[], recordedAt: Instant, readAgain = false): Promise<Merged> {
  const sorted = inOrder(rows);
  await requireSeries(
    tx,
    sorted.map(({ row }) => row.series),
  );
  const written = await write(
    tx,
    sorted.map(({ row }) => row),
    recordedAt,
    sql`revision = excluded.revision, users = excluded.users, new_users = excluded.new_users, sessions = excluded.sessions, consumption = excluded.consumption,
      consumption_least = excluded.consumption_least, crashes = excluded.crashes, crash_users = excluded.crash_users, crash_users_most = excluded.crash_users_most,
      anrs = excluded.anrs, anr_users = excluded.anr_users, anr_users_most = excluded.anr_users_most, metrics = excluded.metrics, recorded_at = excluded.recorded_at
      where excluded.revision > there.revision ${readAgain ? sql`and ${totalsOf('there')} is distinct from ${totalsOf('excluded')}` : sql``}`,
  );
  // the rare case is looked at apart: a batch that is all news pays nothing for it
  const ties = written === sorted.length || readAgain ? [] : await tiesAmong(tx, sorted);
  return { accepted: written, unchanged: rows.length - written - ties.length, ties };
}

/**
 * Adds what happened to the totals: for what was seen itself, once. The series were required before.
 *
 * @param users `added`: those that were not counted yet; `readings`: how many there are, of which the most counts
 */
export async function addRollups(
  tx: Tx,
  rows: readonly Placed[],
  recordedAt: Instant,
  users: 'added' | 'readings' = 'added',
): Promise<void> {
  await addingRollups(rows, recordedAt, users)?.execute(tx);
}

/** The statement that does it; null: there is nothing to add. */
export function addingRollups(rows: readonly Placed[], recordedAt: Instant, users: 'added' | 'readings' = 'added'): Statement | null {
  return writing(
    inOrder(rows).map(({ row }) => row),
    recordedAt,
    ADDING[users],
  );
}

/** What nobody has told yet stays untold. */
function sum(column: string): string {
  return `${column} = case when there.${column} is null then excluded.${column} else there.${column} + coalesce(excluded.${column}, 0) end`;
}

/** Upper bounds add up to one; where one side is known exactly, that is its bound. */
function sumOfMost(column: string): string {
  const bound = (row: string) => `coalesce(${row}.${column}_most, ${row}.${column}, 0)`;
  return `${column}_most = case when there.${column}_most is null and excluded.${column}_most is null then null else ${bound('there')} + ${bound('excluded')} end`;
}

const ADDED = ['new_users', 'sessions', 'crashes', 'crash_users', 'anrs', 'anr_users'].map(sum);
const adding = (users: string) =>
  sql.raw(
    [
      'revision = there.revision + 1, consumption = there.consumption + excluded.consumption, recorded_at = excluded.recorded_at',
      `users = ${users}`,
      ...ADDED,
      sumOfMost('crash_users'),
      sumOfMost('anr_users'),
    ].join(', '),
  );
/** Made once: every commit of envelopes has it. */
const ADDING = {
  added: adding('coalesce(there.users, 0) + excluded.users'),
  readings: adding('greatest(there.users, excluded.users)'),
};

/** All that a row tells, as one value. */
function totalsOf(row: string): ReturnType<typeof sql> {
  const names = [...COLUMNS, 'metrics'].map((name) => sql.ref(`${row}.${name}`));
  return sql`(${sql.join(names)})`;
}

/** Holds series until the transaction ends. Throws `SeriesGone`. */
export async function requireSeries(tx: Tx, ids: readonly number[]): Promise<void> {
  if (!(await allThere(tx, [...new Set(ids)]))) throw new SeriesGone();
}

/** Runs a transaction that writes roll-ups; `place` finds their series, anew where they were pruned meanwhile. */
export async function writingRollups<T, P>(db: Db, place: () => Promise<P>, work: (tx: Tx, placed: P) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    const placed = await place();
    try {
      return await inTransaction(db, (tx) => work(tx, placed));
    } catch (error) {
      if (!(error instanceof SeriesGone) || tries === 3) throw error;
      forgetPlaces(db);
    }
  }
}

const COLUMNS = [
  'users',
  'new_users',
  'sessions',
  'consumption',
  'consumption_least',
  'crashes',
  'crash_users',
  'crash_users_most',
  'anrs',
  'anr_users',
  'anr_users_most',
] as const;
const NAMES = sql.raw(COLUMNS.join(', '));
const OF_N = sql.raw(COLUMNS.map((name) => `n.${name}`).join(', '));

/** The columns as arrays, one parameter each: with one statement for the whole batch nothing is parsed or planned row by row. */
function batchOf(rows: readonly Placed[]): ReturnType<typeof sql> {
  const ints = (pick: (rollup: Rollup) => number | null): string => literalOf(rows.map(({ rollup }) => pick(rollup)));
  return sql`unnest(
    ${literalOf(rows.map(({ series }) => series))}::int[], ${ints(({ bucketMs }) => bucketMs / HOUR_MS)}::int[],
    ${literalOf(rows.map(({ revision }) => revision))}::bigint[],
    ${ints(({ users }) => users)}::bigint[], ${ints(({ newUsers }) => newUsers)}::bigint[], ${ints(({ sessions }) => sessions)}::bigint[],
    ${ints(({ consumption }) => consumption)}::float8[], ${ints(({ consumptionAtLeast }) => consumptionAtLeast ?? null)}::float8[],
    ${ints(({ crashes }) => crashes?.count ?? null)}::bigint[], ${ints(({ crashes }) => crashes?.affected ?? null)}::bigint[],
    ${ints(({ crashes }) => crashes?.affectedAtMost ?? null)}::bigint[],
    ${ints(({ anrs }) => anrs?.count ?? null)}::bigint[], ${ints(({ anrs }) => anrs?.affected ?? null)}::bigint[],
    ${ints(({ anrs }) => anrs?.affectedAtMost ?? null)}::bigint[],
    ${metricsOf(rows)}::text[]
  ) as n (series, hour, revision, ${NAMES}, metrics)`;
}

function metricsOf(rows: readonly Placed[]): string | (string | null)[] {
  if (rows.every(({ rollup }) => rollup.metrics === null)) return `{${rows.map(() => 'NULL').join(',')}}`;
  return rows.map(({ rollup }) => (rollup.metrics === null ? null : JSON.stringify(columnOf(rollup.metrics))));
}

function columnOf(metrics: Readonly<Record<string, MetricCounts>>): MetricColumn {
  // in one order, so that the same metrics are the same
  const names = Object.keys(metrics).toSorted();
  return Object.fromEntries(
    names.map((name) => {
      const { count, affected, affectedAtMost } = metrics[name] ?? { count: 0, affected: 0 };
      return [name, affectedAtMost === undefined ? [count, affected] : [count, affected, affectedAtMost]];
    }),
  );
}

const hourOfRow = sql`to_timestamp(n.hour::float8 * 3600)`;

async function write(tx: Tx, rows: readonly Placed[], recordedAt: Instant, change: Statement): Promise<number> {
  const done = await writing(rows, recordedAt, change)?.execute(tx);
  return Number(done?.numAffectedRows ?? 0);
}

function writing(rows: readonly Placed[], recordedAt: Instant, change: Statement): Statement | null {
  if (rows.length === 0) return null;
  return sql`
    insert into health_rollups as there (series, bucket, revision, ${NAMES}, metrics, recorded_at)
    select n.series, ${hourOfRow}, n.revision, ${OF_N}, n.metrics::jsonb, ${recordedAt}::timestamptz
    from ${batchOf(rows)}
    on conflict (series, bucket) do update set ${change}`;
}

async function tiesAmong(tx: Tx, sorted: readonly { row: Placed; at: number }[]): Promise<number[]> {
  const { rows } = await sql<{ series: number; hour: number }>`
    select n.series, n.hour from ${batchOf(sorted.map(({ row }) => row))}
    join health_rollups r on r.series = n.series and r.bucket = ${hourOfRow}
    where r.revision = n.revision
      and ${totalsOf('r')} is distinct from (${OF_N}, n.metrics::jsonb)`.execute(tx);
  const tied = new Set(rows.map(({ series, hour }) => `${series} ${hour}`));
  return sorted.flatMap(({ row, at }) => (tied.has(`${row.series} ${row.rollup.bucketMs / HOUR_MS}`) ? [at] : []));
}

/**
 * Drops the months that are kept no longer, and the series and hashes that nothing needs: of tracks that have ended, and of series without a roll-up. The apps share the
 * months: `earliest` is the time of the app whose clock is furthest behind.
 */
export async function pruneHealth(db: Db, now: Instant, earliest: Instant = now): Promise<{ months: string[]; series: number }> {
  const before = new Date(oldestKept(Date.parse(earliest))).toISOString();
  // partitions go by a lock on the whole table; what reads it meanwhile is not waited for long
  const { rows } = await sql<{ name: string }>`select health_forget(${before}::timestamptz) as name`.execute(db);
  if (rows.length > 0) partitionsMade.delete(db);
  const ofEnded = sql`select s.id from health_series s join tracks t on t.app = s.app and t.version = s.version and t.platform = s.platform and t.ended`;
  await sql`delete from health_affected where series in (${ofEnded})`.execute(db);
  await sql`delete from health_sketches where series in (${ofEnded}) or (bucket > '1970-01-02' and bucket < ${new Date(Date.parse(now) - 48 * HOUR_MS).toISOString()}::timestamptz)`.execute(
    db,
  );
  await sql`delete from crash_counts where day < ${before}::date`.execute(db);
  await pruneGroups(db, before, now);
  await sql`delete from health_quarantine where day < ${before}::date`.execute(db);
  const series = await inTransaction(db, async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtext('signalbox health prune'))`.execute(tx);
    const { numAffectedRows } = await sql`
      delete from health_series s where recorded_at < ${before}::timestamptz and not exists (select 1 from health_rollups r where r.series = s.id)`.execute(
      tx,
    );
    return Number(numAffectedRows ?? 0);
  });
  if (series > 0) forgetPlaces(db);
  return { months: rows.map(({ name }) => name), series };
}
