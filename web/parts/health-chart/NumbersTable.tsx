/** The numbers of a picture as a table: a row for each step, a column for each line of it. */
import type { ReactNode } from 'react';
import type { HealthLine, HealthSeries } from '../../api/health-client.ts';
import { rangeText, rateText } from './series-model.ts';
import styles from './NumbersTable.module.css';

export type Column = { title: string; at: (row: number) => ReactNode };

export function NumbersTable({
  label,
  first,
  rows,
  columns,
}: {
  label: string;
  /** What the rows are: `Age`. */
  first: string;
  rows: readonly { at: number; title: string }[];
  columns: readonly Column[];
}) {
  return (
    <section className={styles.scroll} tabIndex={0} aria-label={label}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{first}</th>
            {columns.map(({ title }) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.at}>
              <th scope="row">{row.title}</th>
              {columns.map(({ title, at }) => (
                <td key={title}>{at(row.at) ?? <span className={styles.soft}>–</span>}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

type Rate = Pick<HealthLine['points'][number], 'rate' | 'lower' | 'upper'>;

export function RateNumbers({ point: { rate, lower, upper }, more }: { point: Rate; more?: string }) {
  return (
    <>
      {rate === null || lower === null || upper === null ? (
        'no rate'
      ) : (
        <>
          <b>{rateText(rate)}</b> <span className={styles.soft}>{rangeText(lower, upper)}</span>
        </>
      )}
      {more === undefined ? null : <span className={styles.line2}>{more}</span>}
    </>
  );
}

/** What earlier releases had at an age: `0.33, from 0.30 to 0.36`. Null: nothing is known of it. */
export function beforeAt(series: Pick<HealthSeries, 'baseline'>, ageHours: number): string | null {
  const point = series.baseline?.points.find((each) => Math.round(each.ageHours) === ageHours);
  return point === undefined || point.rate === null || point.low === null || point.high === null
    ? null
    : `${rateText(point.rate)}, from ${rateText(point.low)} to ${rateText(point.high)}`;
}
