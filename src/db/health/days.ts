/**
 * Days of a series packed into one row each, once they are long over. An hour is in one place: in `health_rollups`, or in the row of its day. Whoever writes hours holds off
 * packing (`holdOffPacking`), and finds out which of them are of packed days; those are merged where they lie, by the same rules.
 */
import { sql } from 'kysely';
import { DAY_MS, dayOf } from '#domain/health/rollup.ts';
import type { Instant } from '#domain/time.ts';
import { inTransaction, isInTheWay } from '../transaction.ts';
import type { Db, Statement, Tx } from '../transaction.ts';
import { batchOf, COLUMNS, columnsOf } from './columns.ts';
import type { Change, HourColumn, Placed } from './columns.ts';
import { literalOf } from './series.ts';

/** Days of series that are packed, by `nameOfDay`. */
export type PackedDays = ReadonlySet<string>;

export function nameOfDay({ series, rollup: { bucketMs } }: Pick<Placed, 'series' | 'rollup'>): string {
  return `${series} ${dayOf(bucketMs)}`;
}

/** Until the transaction ends nothing of the app is packed. To be read after it: `packedBeforeOf`. */
export function holdOffPacking(app: string): Statement {
  return sql`pg_advisory_xact_lock_shared(hashtext('signalbox health pack'), hashtext(${app}))`;
}

/** Lets nobody else pack or write hours of the app until the transaction ends. */
export async function holdHours(tx: Tx, app: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('signalbox health pack'), hashtext(${app}))`.execute(tx);
}

/** Before which day an app may have packed days, counted since 1970; null: it has none. */
export function packedBeforeOf(app: string): Statement {
  return sql`(select before - date '1970-01-01' from health_packed where app = ${app})`;
}

/** How many of these series of an app are still there, none of which goes before the transaction ends; and before which day the app may have packed days, of which no more are packed until then. */
export async function held(tx: Tx, app: string, ids: readonly number[]): Promise<{ there: number; packedBefore: number | null }> {
  await sql`select pg_advisory_xact_lock_shared(hashtext('signalbox health prune')), ${holdOffPacking(app)}`.execute(tx);
  const { rows } = await sql<{ there: number; packedBefore: number | null }>`
    select count(*)::int as there, ${packedBeforeOf(app)} as "packedBefore" from health_series where id = any(${literalOf(ids)}::int[])`.execute(
    tx,
  );
  return rows[0] ?? { there: 0, packedBefore: null };
}

/**
 * The packed days among those that some roll-ups are of; they are held in one order until the transaction ends. Asks nothing where none of them is old enough.
 *
 * @param packedBefore as `packedBeforeOf` said in this transaction
 */
export async function holdPackedDays(tx: Tx, rows: readonly Placed[], packedBefore: number | null): Promise<PackedDays> {
  const asked = new Map<string, Placed>();
  if (packedBefore !== null) for (const row of rows) if (row.rollup.bucketMs < packedBefore * DAY_MS) asked.set(nameOfDay(row), row);
  if (asked.size === 0) return new Set();
  const days = [...asked.values()];
  const { rows: found } = await sql<{ series: number; day: number }>`
    select d.series, d.day - date '1970-01-01' as day
    from unnest(${literalOf(days.map(({ series }) => series))}::int[], ${literalOf(days.map(({ rollup }) => dayOf(rollup.bucketMs)))}::int[]) as n (series, day)
    join health_days d on d.series = n.series and d.day = date '1970-01-01' + n.day
    order by d.series, d.day for update of d`.execute(tx);
  return new Set(found.map(({ series, day }) => `${series} ${day}`));
}

const NAMES = sql.raw(COLUMNS.join(', '));
const ARRAYS = columnsOf('d', COLUMNS);

/** Hours of a series and day as the columns of its row. What none of them has told takes no place. */
const PACKED = sql.raw(
  COLUMNS.map((name) =>
    name === 'revision' || name === 'consumption'
      ? `array_agg(${name} order by hour) as ${name}`
      : `case when count(${name}) > 0 then array_agg(${name} order by hour) end as ${name}`,
  ).join(', '),
);

/**
 * Brings hours of packed days up to those of a batch, by the rule for hours that lie by themselves. All of them are of days that are held. Its rows say how many hours
 * were news (`news`), day by day; null: there is nothing to bring.
 */
export function writingIntoDays(rows: readonly Placed[], recordedAt: Instant, { set, when }: Change): Statement | null {
  if (rows.length === 0) return null;
  const changed = new Map<HourColumn, string>(set);
  const merged = COLUMNS.map((name) => {
    const value = changed.get(name);
    const stays = value === undefined ? `there.${name}` : `case when is_news then ${value} else there.${name} end`;
    return `case when is_new then excluded.${name} else ${stays} end as ${name}`;
  });
  return sql`
    with excluded as materialized (
      select n.series, floor(n.hour / 24.0)::int as day, (n.hour - 24 * floor(n.hour / 24.0))::smallint as hour, ${columnsOf('n', COLUMNS.slice(0, -1))}, n.metrics::jsonb as metrics
      from ${batchOf(rows)}
    ), there as materialized (
      select d.series, e.day, h.*
      from (select distinct series, day from excluded) e
      join health_days d on d.series = e.series and d.day = date '1970-01-01' + e.day
      cross join lateral unnest(d.hours, ${ARRAYS}) as h (hour, ${NAMES})
    ), merged as (
      select series, day, hour, is_new or is_news as is_news, ${sql.raw(merged.join(', '))}
      from there full join excluded using (series, day, hour)
      cross join lateral (
        select there.series is null as is_new, there.series is not null and excluded.series is not null${when === null ? sql`` : sql` and ${when}`} as is_news
      ) as told
    )
    update health_days d set hours = n.hours, ${sql.raw(COLUMNS.map((name) => `${name} = n.${name}`).join(', '))}, recorded_at = greatest(d.recorded_at, ${recordedAt}::timestamptz)
    from (
      select series, day, array_agg(hour order by hour) as hours, ${PACKED}, count(*) filter (where is_news)::int as news
      from merged group by series, day having bool_or(is_news)
    ) n
    where d.series = n.series and d.day = date '1970-01-01' + n.day
    returning n.news`;
}

/** An app, and the day before which its days are packed. */
export type ToPack = { app: string; before: number };

/** Days of series that are packed in one transaction. Whoever writes hours of the app waits for it. */
const IN_TRANSACTION = 500;

/** How many days of series were packed; `more`: others wait, because it were enough for now or because somebody else held their app for long. */
export type Packing = { packed: number; more: boolean };

/**
 * Packs days that are over, the oldest months first, and no more than so many. Whoever else packs meanwhile finds them gone. Of an app that others hold for long, or of
 * which a day cannot be packed, nothing more is packed this time; the other apps go on.
 *
 * @param failed hears what could not be packed
 */
export async function packDays(
  db: Db,
  apps: readonly ToPack[],
  most: number,
  failed: (app: string, error: unknown) => void,
): Promise<Packing> {
  let [packed, left, wasHeld] = [0, most, false];
  const going = new Map(apps.map((each) => [each.app, each]));
  for (const month of await monthsBefore(db, Math.max(0, ...apps.map(({ before }) => before)))) {
    if (left <= 0 || going.size === 0) break;
    for (const [app, days] of Map.groupBy(await looseDays(db, [...going.values()], month, left), (row) => row.app)) {
      const before = going.get(app)?.before ?? 0;
      try {
        for (let from = 0; from < days.length; from += IN_TRANSACTION) {
          const some = days.slice(from, from + IN_TRANSACTION);
          packed += await pack(db, { app, before }, some);
          left -= some.length;
        }
      } catch (error) {
        going.delete(app);
        if (isInTheWay(error)) wasHeld = true;
        else failed(app, error);
      }
    }
  }
  return { packed, more: left <= 0 || wasHeld };
}

/** The first day of a month that there are partitions of, and that of the month after it, as days since 1970. */
type Month = { first: number; next: number };

async function monthsBefore(db: Db, day: number): Promise<Month[]> {
  const { rows } = await sql<Month>`
    select month - date '1970-01-01' as first, (month + interval '1 month')::date - date '1970-01-01' as next
    from pg_inherits i join pg_class c on c.oid = i.inhrelid cross join lateral to_date(right(c.relname, 7), 'YYYY_MM') as month
    where i.inhparent = 'health_rollups'::regclass and month < date '1970-01-01' + ${day}::int order by month`.execute(db);
  return rows;
}

type LooseDay = { app: string; series: number; day: number };

/** Days of a month that are to be packed. A month that is packed has next to nothing to be looked through. */
async function looseDays(db: Db, apps: readonly ToPack[], { first, next }: Month, most: number): Promise<LooseDay[]> {
  const { rows } = await sql<LooseDay>`
    select a.app, r.series, floor(extract(epoch from r.bucket) / 86400)::int as day
    from health_rollups r
    join health_series s on s.id = r.series
    join unnest(${apps.map(({ app }) => app)}::text[], ${literalOf(apps.map(({ before }) => before))}::int[]) as a (app, before) on a.app = s.app
    where r.bucket >= to_timestamp(${first}::int * 86400::float8) and r.bucket < to_timestamp(${next}::int * 86400::float8)
      and r.bucket < to_timestamp(a.before * 86400::float8)
    group by a.app, r.series, 3 order by a.app, 3, r.series limit ${most}`.execute(db);
  return rows;
}

async function pack(db: Db, { app, before }: ToPack, days: readonly { series: number; day: number }[]): Promise<number> {
  const numbers = days.map(({ day }) => day);
  return inTransaction(db, async (tx) => {
    await sql`set local lock_timeout = '2s'`.execute(tx);
    await holdHours(tx, app);
    await sql`
      insert into health_packed as there (app, before) select id, date '1970-01-01' + ${before}::int from apps where id = ${app}
      on conflict (app) do update set before = greatest(there.before, excluded.before)`.execute(tx);
    const { numAffectedRows } = await sql`
      with loose as (
        delete from health_rollups r
        using unnest(${literalOf(days.map(({ series }) => series))}::int[], ${literalOf(numbers)}::int[]) as n (series, day)
        where r.series = n.series and r.bucket >= to_timestamp(n.day * 86400::float8) and r.bucket < to_timestamp((n.day + 1) * 86400::float8)
          and r.bucket >= to_timestamp(${Math.min(...numbers)}::int * 86400::float8) and r.bucket < to_timestamp(${Math.max(...numbers) + 1}::int * 86400::float8)
        returning r.*, n.day, extract(hour from r.bucket at time zone 'UTC')::smallint as hour
      )
      insert into health_days (series, day, hours, ${NAMES}, recorded_at)
      select series, date '1970-01-01' + day, array_agg(hour order by hour), ${PACKED}, max(recorded_at) from loose group by series, day`.execute(
      tx,
    );
    return Number(numAffectedRows ?? 0);
  });
}
