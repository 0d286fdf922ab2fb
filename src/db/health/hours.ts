/** The hours of a series wherever they lie: one row each, or packed by days. A series has a handful of either. */
import { sql } from 'kysely';
import type { Statement } from '../transaction.ts';
import type { HourColumn } from './columns.ts';

/** The beginning and the end of all time, as bounds. */
export const EVER = { since: sql`'-infinity'::timestamptz`, before: sql`'infinity'::timestamptz` } as const;

/** The day that a moment is in. */
const dayOf = (moment: Statement): Statement => sql`(${moment} at time zone 'UTC')::date`;

/** The start of an hour of a day: `d.day`, and the hour's number. */
const startOf = (hour: string): string => `to_timestamp((d.day - date '1970-01-01') * 86400::float8 + ${hour} * 3600)`;

/**
 * The hours of a series from a moment to before another, with these columns beside their `bucket`, to be joined: `cross join ${hoursOf(…)} r`. What it says of the series
 * and of the moments may be of what is joined before it.
 */
export function hoursOf(
  series: string,
  { since, before }: { since: Statement; before: Statement },
  columns: readonly HourColumn[],
): Statement {
  const of = sql.raw(series);
  const named = (row: string): Statement => sql.raw(columns.map((column) => `, ${row}.${column}`).join(''));
  return sql`lateral (
    select r.bucket${named('r')} from health_rollups r where r.series = ${of} and r.bucket >= ${since} and r.bucket < ${before}
    union all
    select h.bucket${named('h')} from (
      select ${sql.raw(startOf('u.hour'))} as bucket${named('u')}
      from health_days d cross join lateral unnest(d.hours${named('d')}) as u (hour${sql.raw(columns.map((column) => `, ${column}`).join(''))})
      where d.series = ${of} and d.day >= ${dayOf(since)} and d.day <= ${dayOf(before)}
    ) h where h.bucket >= ${since} and h.bucket < ${before}
  )`;
}

/** The start of the first, or of the last, hour of a series; null where it has none. */
export function endOf(which: 'first' | 'last', series: string): Statement {
  const [of, order] = [sql.raw(series), sql.raw(which === 'first' ? '' : 'desc')];
  const hour = which === 'first' ? 'd.hours[1]' : 'd.hours[cardinality(d.hours)]';
  return sql`${sql.raw(which === 'first' ? 'least' : 'greatest')}(
    (select r.bucket from health_rollups r where r.series = ${of} order by r.bucket ${order} limit 1),
    (select ${sql.raw(startOf(hour))} from health_days d where d.series = ${of} order by d.day ${order} limit 1))`;
}

/** The hours of the last packed days of a series that have told a column, with it beside their `bucket`. */
export function lastDaysOf(series: string, column: HourColumn, days: number): Statement {
  const name = sql.raw(column);
  return sql`(
    select ${sql.raw(startOf('u.hour'))} as bucket, u.${name}
    from (select day, hours, ${name} from health_days where series = ${sql.raw(series)} and ${name} is not null order by day desc limit ${sql.lit(days)}) d
    cross join lateral unnest(d.hours, d.${name}) as u (hour, ${name})
  )`;
}
