/** The same numbers as the picture has, as a table: a row for each step, a column for each version. */
import type { HealthLine, HealthSeries } from '../../api/health-client.ts';
import { ageText } from '../../parts/health-chart/chart-model.ts';
import { metricTitle, rangeText, rateText, shareText, usageText } from '../../parts/health-chart/series-model.ts';
import type { Axis } from '../../parts/health-chart/series-model.ts';
import { useAppTime, useZone } from '../../parts/room.ts';
import { momentText } from '../../util/time.ts';
import styles from './health.module.css';

export function PointsTable({ series, axis }: { series: HealthSeries; axis: Axis }) {
  const zone = useZone();
  const now = useAppTime(60_000);
  const told = series.items.filter(({ points }) => points.length > 0);
  const keyOf = (point: HealthLine['points'][number]): number => (axis === 'age' ? Math.round(point.ageHours) : Date.parse(point.at));
  const rows = [...new Set(told.flatMap(({ points }) => points.map(keyOf)))].toSorted((a, b) => a - b);
  const before = series.baseline;
  return (
    <section className={styles.scroll} tabIndex={0} aria-label={`${metricTitle(series.metric)} by version`}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{axis === 'age' ? 'Age' : 'Until'}</th>
            {told.map(({ version }) => (
              <th key={version} scope="col">
                {version}
              </th>
            ))}
            {before === null || axis === 'date' ? null : <th scope="col">Before, at this age</th>}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row}>
              <th scope="row">
                {axis === 'age' ? ageText(row, series.stepHours === 24) : momentText(new Date(row).toISOString(), now, zone)}
              </th>
              {told.map(({ version, points }) => (
                <Cell key={version} series={series} point={points.find((point) => keyOf(point) === row)} />
              ))}
              {before === null || axis === 'date' ? null : (
                <td>{beforeText(before.points.find(({ ageHours }) => Math.round(ageHours) === row))}</td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Cell({ series, point }: { series: HealthSeries; point: HealthLine['points'][number] | undefined }) {
  if (point === undefined) return <td className={styles.soft}>–</td>;
  return (
    <td>
      {point.rate === null || point.lower === null || point.upper === null ? (
        'no rate'
      ) : (
        <>
          <b>{rateText(point.rate)}</b> <span className={styles.soft}>{rangeText(point.lower, point.upper)}</span>
        </>
      )}
      <span className={styles.line2}>
        {usageText(point.stepExposure, series)}
        {point.share === null ? '' : `, ${shareText(point.share)} of the use`}
      </span>
    </td>
  );
}

function beforeText(point: { rate: number | null; low: number | null; high: number | null } | undefined): string {
  return point === undefined || point.rate === null || point.low === null || point.high === null
    ? '–'
    : `${rateText(point.rate)}, from ${rateText(point.low)} to ${rateText(point.high)}`;
}
