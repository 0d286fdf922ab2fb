/** The picture of a metric: the rate with its range, and on the same axis which share of the use each version has, and how much it is used. Or all of it as a table. */
import { cellStateNames } from '#domain/cell-state.ts';
import { sourceName } from '#domain/names.ts';
import { Lamp } from '../../ui/Lamp.tsx';
import { Panel } from '../../ui/Panel.tsx';
import type { HealthLine, HealthSeries } from '../../api/health-client.ts';
import { useNarrow } from '../../hooks/useMedia.ts';
import { HealthChart } from '../../parts/health-chart/HealthChart.tsx';
import type { HealthChartProps } from '../../parts/health-chart/HealthChart.tsx';
import { ageText, ageTicks } from '../../parts/health-chart/chart-model.ts';
import { Legend } from '../../parts/health-chart/Legend.tsx';
import {
  baselineAt,
  baselineLine,
  dayTicks,
  linesOf,
  listed,
  metricTitle,
  rangeText,
  rateText,
  rateTick,
  seriesInWords,
  shareText,
  standingOf,
  standingText,
  tickText,
  toneOf,
  unitText,
  usageText,
  usageTitle,
  wholeStep,
} from '../../parts/health-chart/series-model.ts';
import type { Axis, Standing } from '../../parts/health-chart/series-model.ts';
import { limitOf, withWhom, worstOf } from '../../parts/health-chart/whom.ts';
import { Moment } from '../../parts/Moment.tsx';
import { judgedBy, standsInWords } from '../../parts/rate/rate-words.ts';
import { useAppTime, useRoom, useZone } from '../../parts/room.ts';
import { clockTime, dayText, momentText, stationTimeText } from '../../util/time.ts';
import { PointsTable } from './PointsTable.tsx';
import styles from './health.module.css';

export function Picture({ series, lead, axis, isTable }: { series: HealthSeries; lead: HealthLine; axis: Axis; isTable: boolean }) {
  const last = lead.points.at(-1);
  const limit = limitOf(series);
  const standing = standingOf(last, limit);
  const before = last === undefined ? null : baselineAt(series, last.ageHours);
  const { state, stands } = useJudged(series, lead);
  const words = stands.map(({ text }) => text);
  return (
    <Panel
      title={withWhom(`${metricTitle(series.metric)} of ${lead.version}`, series)}
      aside={
        lead.toldUntil === null ? null : (
          <span>
            {series.source === null ? 'told' : `${sourceName(series.source)}, told`} up to <Moment at={lead.toldUntil} />
          </span>
        )
      }
    >
      <div className={styles.value}>
        {state === null ? null : <Lamp state={state} />}
        <b data-standing={standing}>{last?.rate === null || last === undefined ? 'No rate' : rateText(last.rate)}</b>
        <p>
          {unitText(series)}
          {last?.lower === null || last?.upper === null || last === undefined ? '' : ` · range ${rangeText(last.lower, last.upper)}`}
          {limit === null
            ? series.segment === 'all'
              ? ', no limit in the policy'
              : ', no limit judges a segment'
            : standing === 'under'
              ? `, limit ${rateText(limit)}`
              : ` ${standingText(standing, limit) ?? ''}`}
          {before === null || axis === 'date' ? '' : ` · ${listed(series.baseline?.versions ?? [])} had ${rateText(before)} at this age`}
        </p>
      </div>
      {stands.map((each) => (
        <p key={each.text} className={styles.stands} data-state={each.state} aria-hidden="true">
          <Lamp state={each.state} silent /> {each.text}
        </p>
      ))}
      <p className="sr-only">{seriesInWords(series, lead, words)}</p>
      {isTable ? (
        <PointsTable series={series} axis={axis} />
      ) : (
        <Charts series={series} lead={lead} axis={axis} standing={standing} stands={words} />
      )}
    </Panel>
  );
}

/** The worst state of the criteria that judge this line, and what each that is not green says beside its range. A segment is not judged by them. */
function useJudged(series: HealthSeries, lead: HealthLine) {
  const { room } = useRoom();
  const zone = useZone();
  const now = useAppTime(60_000);
  const { platform, metric, audience, segment } = series;
  const cells = segment === 'all' ? judgedBy(room.cells, { track: `${room.app.id}/${lead.version}/${platform}`, metric, audience }) : [];
  const said = cells.filter(({ state }) => state === 'stop' || state === 'unknown' || state === 'caution' || state === 'waived');
  return {
    state: worstOf(cells),
    stands: said.map(
      (cell) =>
        standsInWords(cell, now, zone) ?? {
          state: cell.state,
          text: `${cell.title} is ${cellStateNames[cell.state]}. ${cell.clause}${/[.!?]$/.test(cell.clause) ? '' : '.'}`,
        },
    ),
  };
}

function Charts({
  series,
  lead,
  axis,
  standing,
  stands,
}: {
  series: HealthSeries;
  lead: HealthLine;
  axis: Axis;
  standing: Standing;
  stands: readonly string[];
}) {
  const isNarrow = useNarrow();
  const zone = useZone();
  const now = useAppTime(60_000);
  const items = series.items;
  const limit = limitOf(series);
  const rates = [...baselineLine(series, axis), ...linesOf(items, lead.version, axis, ({ rate }) => rate, { band: true })];
  const xs = rates.flatMap(({ points }) => points.map((point) => point.x));
  const most = isNarrow ? 4 : 8;
  const x: HealthChartProps['x'] =
    axis === 'age'
      ? { from: 0, to: Math.max(...xs), ticks: ageTicks(Math.max(...xs), most) }
      : {
          from: Math.min(...xs),
          to: Math.max(...xs),
          ticks: dayTicks(Math.min(...xs), Math.max(...xs), most, (at) => {
            const moment = new Date(at).toISOString();
            return { hour: clockTime(moment, zone), day: dayText(moment, now, zone) };
          }),
        };
  const lastX = lead.points.at(-1);
  const here = lastX === undefined ? null : axis === 'age' ? lastX.ageHours : Date.parse(lastX.at);
  const isLive = lead.stage !== 'completed' && lead.stage !== 'canceled' && lead.stage !== 'superseded';
  const place = (value: number): string =>
    axis === 'age' ? `after ${value < 72 ? ageText(value) : ageText(value, true)}` : momentText(new Date(value).toISOString(), now, zone);
  const told =
    (text: (value: number) => string): HealthChartProps['told'] =>
    (value, at) =>
      `${place(value)}: ${at
        .flatMap(({ line, point }) =>
          point.y === null
            ? []
            : [
                `${line.label ?? 'before'} ${text(point.y)}${line.look === 'lead' && typeof point.low === 'number' && typeof point.high === 'number' ? ` (${rangeText(point.low, point.high)})` : ''}`,
              ],
        )
        .join(', ')}`;
  const labelWidth = isNarrow ? 42 : 52;
  const common = { x, now: isLive ? here : null, labelWidth };
  const step = series.stepHours === 24 ? 'each day' : series.stepHours === 1 ? 'each hour' : `each ${series.stepHours} hours`;
  return (
    <>
      <Legend
        version={lead.version}
        before={series.baseline === null || axis === 'date' ? null : series.baseline.versions}
        spread
        hasLimit={limit !== null}
      />
      <div className={styles.charts}>
        <h3>Since each rollout began, {unitText(series)}</h3>
        <HealthChart
          {...common}
          summary={seriesInWords(series, lead, stands)}
          lines={rates}
          mark={limit === null ? null : { y: limit, label: `limit ${rateText(limit)}`, kind: 'limit' }}
          tone={toneOf[standing]}
          height={isNarrow ? 220 : 300}
          tick={rateTick}
          told={told(rateText)}
        />
        <h3>Share of the use on each version, {step}</h3>
        <HealthChart
          {...common}
          summary={`${withWhom('Adoption', series)}: ${items.flatMap(({ version, points }) => (points.at(-1)?.share === null || points.length === 0 ? [] : [`${version} ended at ${shareText(points.at(-1)?.share ?? 0)}`])).join(', ')}.`}
          lines={linesOf(items, lead.version, axis, ({ share }) => (share === null ? null : share * 100), { area: true })}
          top={100}
          height={isNarrow ? 104 : 120}
          tick={(value) => `${value}%`}
          told={told((value) => shareText(value / 100))}
        />
        <h3>
          {usageTitle(series)}, {step}
        </h3>
        <HealthChart
          {...common}
          summary={`${withWhom(`Use ${step}`, series)}: ${items.flatMap((item) => (item.points.length === 0 ? [] : [`${item.version} ${usageText(item.points.findLast((point) => wholeStep(point, item) !== null)?.stepExposure ?? 0, series)} at last`])).join(', ')}.`}
          lines={linesOf(items, lead.version, axis, wholeStep, { area: true })}
          height={isNarrow ? 104 : 120}
          tick={tickText}
          told={told((value) => usageText(value, series))}
        />
      </div>
      {axis === 'date' && lead.since !== null ? (
        <p className={styles.note}>
          Dates of {zone}; {lead.version} began {stationTimeText(lead.since, now, zone)}.
        </p>
      ) : null}
    </>
  );
}
