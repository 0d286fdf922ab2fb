/** What a roll-up is in the database: its columns, and a batch of them as one parameter for each column. */
import { sql } from 'kysely';
import { HOUR_MS } from '#domain/health/rollup.ts';
import type { MetricCounts, Rollup } from '#domain/health/rollup.ts';
import type { MetricColumn } from '../schema.ts';
import type { Statement } from '../transaction.ts';
import { literalOf } from './series.ts';

/** A roll-up with its series and the revision that counts. */
export type Placed = { series: number; revision: number; rollup: Rollup };

/** What an hour tells, beside metrics of the app's own. */
export const NUMBERS = [
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

/** Every column of an hour but whose and when it is. */
export const COLUMNS = ['revision', ...NUMBERS, 'metrics'] as const;
export type HourColumn = (typeof COLUMNS)[number];

/** The columns of a row, or of several tables' rows, as SQL: `n.users, n.new_users`. */
export function columnsOf(row: string, columns: readonly string[]): Statement {
  return sql.raw(columns.map((name) => `${row}.${name}`).join(', '));
}

/** All that a row tells, as one value. */
export function totalsOf(row: string): Statement {
  return sql`(${columnsOf(row, [...NUMBERS, 'metrics'])})`;
}

/** The columns as arrays, one parameter each, as `n`: with one statement for the whole batch nothing is parsed or planned row by row. Metrics are text. */
export function batchOf(rows: readonly Placed[]): Statement {
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
  ) as n (series, hour, revision, ${sql.raw(NUMBERS.join(', '))}, metrics)`;
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

/**
 * What becomes of an hour that is there already: the values of columns, of what is `there` and of what comes (`excluded`), and when it changes at all.
 * Columns that are not named stay.
 */
export type Change = { set: readonly (readonly [column: HourColumn, value: string])[]; when: Statement | null };
