/** The numbers of a picture as a table: a row for each step, a column for each line of it. */
import type { ReactNode } from 'react';
import type { HealthLine, HealthSeries } from '../../api/health-client.ts';
import { rangeText, rateText } from './series-model.ts';
import styles from './NumbersTable.module.css';

/** `cells`: what stands in it, by the row's `at`. */
export type Column = { title: string; cells: ReadonlyMap<number, ReactNode> };

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
              {columns.map(({ title, cells }) => (
                <td key={title}>{cells.get(row.at) ?? <span className={styles.soft}>–</span>}</td>
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

/** A column of what earlier releases had at each age: `0.33, from 0.30 to 0.36`. */
export function beforeColumn(title: string, { baseline }: Pick<HealthSeries, 'baseline'>): Column[] {
  if (baseline === null) return [];
  return [
    {
      title,
      cells: new Map(
        baseline.points.map(({ ageHours, rate, low, high }) => [
          Math.round(ageHours),
          rate === null || low === null || high === null ? null : `${rateText(rate)}, from ${rateText(low)} to ${rateText(high)}`,
        ]),
      ),
    },
  ];
}
