/** Roll-ups of hours: the total that its source told last, or what events have added up to. */
import { sql } from 'kysely';
import { HOUR_MS, oldestKept } from '#domain/health/rollup.ts';
import type { Instant } from '#domain/time.ts';
import { again, inTransaction } from '../transaction.ts';
import { pruneGroups } from './crash-groups.ts';
import type { Db, Statement, Tx } from '../transaction.ts';
import { batchOf, COLUMNS, columnsOf, NUMBERS, totalsOf } from './columns.ts';
import type { Change, HourColumn, Placed } from './columns.ts';
import { held, holdPackedDays, nameOfDay, writingIntoDays } from './days.ts';
import type { PackedDays } from './days.ts';
import { forgetPlaces } from './series.ts';

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
    // what makes a month takes both tables, and so does whoever writes a late hour, the other way round
    await again(() => sql`select health_partition(${`${month}-01`}::date)`.execute(db));
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

/** A total that is told anew replaces what was there. */
const TOLD_ANEW = COLUMNS.map((name): [HourColumn, string] => [name, `excluded.${name}`]);
const isLater = sql`excluded.revision > there.revision`;
/** A higher revision is news … */
const LATER: Change = { set: TOLD_ANEW, when: isLater };
/** … and of what is read again and again, another total alone. */
const LATER_AND_OTHER: Change = {
  set: TOLD_ANEW,
  when: sql`${isLater} and ${totalsOf('there')} is distinct from ${totalsOf('excluded')}`,
};

/**
 * Brings the stored totals of an app up to those of a batch: the higher revision wins. Throws `SeriesGone`.
 *
 * @param readAgain the same hours are read again and again, by one reader: the same total under a later revision is no news
 */
export async function mergeRollups(tx: Tx, app: string, rows: readonly Placed[], recordedAt: Instant, readAgain = false): Promise<Merged> {
  const sorted = inOrder(rows);
  const { packedBefore } = await requireSeries(
    tx,
    app,
    sorted.map(({ row }) => row.series),
  );
  const news = sorted.map(({ row }) => row);
  const packed = await holdPackedDays(tx, news, packedBefore);
  const change = readAgain ? LATER_AND_OTHER : LATER;
  const { loose, within } = apart(news, packed);
  const written = (await write(tx, loose, recordedAt, change)) + (await writeIntoDays(tx, within, recordedAt, change));
  // the rare case is looked at apart: a batch that is all news pays nothing for it
  const ties = written === sorted.length || readAgain ? [] : await tiesAmong(tx, sorted, packed);
  return { accepted: written, unchanged: rows.length - written - ties.length, ties };
}

/** The rows of days that are packed, and the others; each in the order they came in. */
function apart<T extends Placed>(rows: readonly T[], packed: PackedDays): { loose: readonly T[]; within: readonly T[] } {
  if (packed.size === 0) return { loose: rows, within: [] };
  const isWithin = (row: T): boolean => packed.has(nameOfDay(row));
  return { loose: rows.filter((row) => !isWithin(row)), within: rows.filter(isWithin) };
}

/** What roll-ups add to: how users are counted, and which days are packed already, as the transaction has found out. */
export type Adding = {
  /** `added`: those that were not counted yet; `readings`: how many there are, of which the most counts. */
  users: 'added' | 'readings';
  packedBefore: number | null;
};

/** Adds what happened to the totals: for what was seen itself, once. The series were required before. */
export async function addRollups(tx: Tx, rows: readonly Placed[], recordedAt: Instant, adding: Adding): Promise<void> {
  for (const statement of await addingRollups(tx, rows, recordedAt, adding)) await statement.execute(tx);
}

/** The statements that do it; none: there is nothing to add. Days that are packed are held from now on. */
export async function addingRollups(
  tx: Tx,
  rows: readonly Placed[],
  recordedAt: Instant,
  { users, packedBefore }: Adding,
): Promise<Statement[]> {
  const sorted = inOrder(rows).map(({ row }) => row);
  const { loose, within } = apart(sorted, await holdPackedDays(tx, sorted, packedBefore));
  return [writing(loose, recordedAt, ADDING[users]), writingIntoDays(within, recordedAt, ADDING[users])].filter((each) => each !== null);
}

/** What nobody has told yet stays untold. */
function sum(column: HourColumn): [HourColumn, string] {
  return [column, `case when there.${column} is null then excluded.${column} else there.${column} + coalesce(excluded.${column}, 0) end`];
}

/** Upper bounds add up to one; where one side is known exactly, that is its bound. */
function sumOfMost(column: 'crash_users' | 'anr_users'): [HourColumn, string] {
  const most = `${column}_most` as const;
  const bound = (row: string): string => `coalesce(${row}.${most}, ${row}.${column}, 0)`;
  return [most, `case when there.${most} is null and excluded.${most} is null then null else ${bound('there')} + ${bound('excluded')} end`];
}

const adding = (users: string): Change => ({
  set: [
    ['revision', 'there.revision + 1'],
    ['consumption', 'there.consumption + excluded.consumption'],
    ['users', users],
    ...(['new_users', 'sessions', 'crashes', 'crash_users', 'anrs', 'anr_users'] as const).map(sum),
    sumOfMost('crash_users'),
    sumOfMost('anr_users'),
  ],
  when: null,
});
/** Made once: every commit of envelopes has it. */
const ADDING = {
  added: adding('coalesce(there.users, 0) + excluded.users'),
  readings: adding('greatest(there.users, excluded.users)'),
};

/** Holds series of an app until the transaction ends, and nothing of it is packed meanwhile. Throws `SeriesGone`. `packedBefore`: what `holdPackedDays` is to be told. */
export async function requireSeries(tx: Tx, app: string, ids: readonly number[]): Promise<{ packedBefore: number | null }> {
  const asked = new Set(ids);
  const { there, packedBefore } = await held(tx, app, [...asked]);
  if (there !== asked.size) throw new SeriesGone();
  return { packedBefore };
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

const NAMES = sql.raw(NUMBERS.join(', '));
const OF_N = columnsOf('n', NUMBERS);
const hourOfRow = sql`to_timestamp(n.hour::float8 * 3600)`;

async function write(tx: Tx, rows: readonly Placed[], recordedAt: Instant, change: Change): Promise<number> {
  const done = await writing(rows, recordedAt, change)?.execute(tx);
  return Number(done?.numAffectedRows ?? 0);
}

async function writeIntoDays(tx: Tx, rows: readonly Placed[], recordedAt: Instant, change: Change): Promise<number> {
  const done = await writingIntoDays(rows, recordedAt, change)?.execute(tx);
  return ((done?.rows ?? []) as { news: number }[]).reduce((sum, { news }) => sum + news, 0);
}

function writing(rows: readonly Placed[], recordedAt: Instant, { set, when }: Change): Statement | null {
  if (rows.length === 0) return null;
  return sql`
    insert into health_rollups as there (series, bucket, revision, ${NAMES}, metrics, recorded_at)
    select n.series, ${hourOfRow}, n.revision, ${OF_N}, n.metrics::jsonb, ${recordedAt}::timestamptz
    from ${batchOf(rows)}
    on conflict (series, bucket) do update set ${sql.raw(set.map(([column, value]) => `${column} = ${value}`).join(', '))}, recorded_at = excluded.recorded_at
    ${when === null ? sql`` : sql`where ${when}`}`;
}

type Sorted = { row: Placed; at: number };

async function tiesAmong(tx: Tx, sorted: readonly Sorted[], packed: PackedDays): Promise<number[]> {
  const isWithin = ({ row }: Sorted): boolean => packed.has(nameOfDay(row));
  const loose = await tiedIn(
    tx,
    sorted.filter((each) => !isWithin(each)),
    sql`health_rollups r on r.series = n.series and r.bucket = ${hourOfRow}`,
  );
  const inDays = sql`health_days d on d.series = n.series and d.day = (${hourOfRow} at time zone 'UTC')::date
    cross join lateral unnest(d.hours, ${columnsOf('d', COLUMNS)}) as r (hour, ${sql.raw(COLUMNS.join(', '))})`;
  const within = await tiedIn(tx, sorted.filter(isWithin), inDays, sql`r.hour = extract(hour from ${hourOfRow} at time zone 'UTC') and`);
  return [...loose, ...within].toSorted((a, b) => a - b);
}

/** Places of those that told another total before under the same revision; `r` is the hour as it is stored. */
async function tiedIn(tx: Tx, sorted: readonly Sorted[], stored: Statement, where: Statement = sql``): Promise<number[]> {
  if (sorted.length === 0) return [];
  const { rows } = await sql<{ series: number; hour: number }>`
    select n.series, n.hour from ${batchOf(sorted.map(({ row }) => row))}
    join ${stored}
    where ${where} r.revision = n.revision
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
  const { rows } = await again(() => sql<{ name: string }>`select health_forget(${before}::timestamptz) as name`.execute(db));
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
      delete from health_series s where recorded_at < ${before}::timestamptz
        and not exists (select 1 from health_rollups r where r.series = s.id) and not exists (select 1 from health_days d where d.series = s.id)`.execute(
      tx,
    );
    return Number(numAffectedRows ?? 0);
  });
  if (series > 0) forgetPlaces(db);
  return { months: rows.map(({ name }) => name), series };
}
