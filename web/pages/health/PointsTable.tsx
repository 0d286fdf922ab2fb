/** The same numbers as the picture has, as a table: a row for each step, a column for each version. */
import type { HealthLine, HealthSeries } from '../../api/health-client.ts';
import { ageText } from '../../parts/health-chart/chart-model.ts';
import { beforeColumn, NumbersTable, RateNumbers } from '../../parts/health-chart/NumbersTable.tsx';
import { metricTitle, shareText, usageText } from '../../parts/health-chart/series-model.ts';
import type { Axis } from '../../parts/health-chart/series-model.ts';
import { withWhom } from '../../parts/health-chart/whom.ts';
import { useAppTime, useZone } from '../../parts/room.ts';
import { momentText } from '../../util/time.ts';

type Point = HealthLine['points'][number];

export function PointsTable({ series, axis }: { series: HealthSeries; axis: Axis }) {
  const zone = useZone();
  const now = useAppTime(60_000);
  const told = series.items.filter(({ points }) => points.length > 0);
  const keyOf = (point: Point): number => (axis === 'age' ? Math.round(point.ageHours) : Date.parse(point.at));
  const rows = [...new Set(told.flatMap(({ points }) => points.map(keyOf)))].toSorted((a, b) => a - b);
  const useOf = ({ stepExposure, share }: Point): string =>
    `${usageText(stepExposure, series)}${share === null ? '' : `, ${shareText(share)} of the use`}`;
  return (
    <NumbersTable
      label={withWhom(`${metricTitle(series.metric)} by version`, series)}
      first={axis === 'age' ? 'Age' : 'Until'}
      rows={rows.map((at) => ({
        at,
        title: axis === 'age' ? ageText(at, series.stepHours === 24) : momentText(new Date(at).toISOString(), now, zone),
      }))}
      columns={[
        ...told.map(({ version, points }) => ({
          title: version,
          cells: new Map(points.map((point) => [keyOf(point), <RateNumbers key={point.at} point={point} more={useOf(point)} />])),
        })),
        ...(axis === 'date' ? [] : beforeColumn('Before, at this age', series)),
      ]}
    />
  );
}
