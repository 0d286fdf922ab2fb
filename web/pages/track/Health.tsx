/** Health since the rollout began: crashes and ANRs with range, limit and what was before at the same age; how much it is used, and by how many. */
import type { ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { Cell } from '#api/verdict.ts';
import { CheckField } from '../../ui/Field.tsx';
import { Lamp } from '../../ui/Lamp.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { seriesQuery } from '../../api/health-client.ts';
import type { HealthLine, HealthSeries } from '../../api/health-client.ts';
import { HealthChart } from '../../parts/health-chart/HealthChart.tsx';
import type { HealthChartProps, Mark } from '../../parts/health-chart/HealthChart.tsx';
import { ageText, ageTicks } from '../../parts/health-chart/chart-model.ts';
import type { ChartLine } from '../../parts/health-chart/chart-model.ts';
import { Legend } from '../../parts/health-chart/Legend.tsx';
import { beforeColumn, NumbersTable, RateNumbers } from '../../parts/health-chart/NumbersTable.tsx';
import {
  amountText,
  baselineAt,
  baselineLine,
  linesOf,
  metricTitle,
  rangeText,
  rateText,
  rateTick,
  seriesInWords,
  shareText,
  standingOf,
  tickText,
  toneOf,
  unitText,
  usageText,
  usageTitle,
} from '../../parts/health-chart/series-model.ts';
import { Moment } from '../../parts/Moment.tsx';
import { standsInWords } from '../../parts/rate/rate-words.ts';
import { useAppTime, useRoom, useZone } from '../../parts/room.ts';
import { Loading, NotRead } from '../../parts/States.tsx';
import { leastUse, lengthOf, byAge } from './health-model.ts';
import type { Shown } from './shown.ts';
import styles from './health.module.css';

const HEIGHT = 118;

export function Health({ track, cells }: Shown) {
  const { room } = useRoom();
  const { platform, version } = track;
  const { as } = useSearch({ from: '/$app/$version/$platform' });
  const navigate = useNavigate({ from: '/$app/$version/$platform' });
  const isOut = track.reached['rolling-out'] !== undefined;
  // a new build is a new count: the one that ships is shown
  const build = track.candidate?.build;
  const ask = (metric: string) => ({
    ...seriesQuery(room.app.id, { platform, metric, versions: version, ...(build === undefined ? {} : { build }) }, room.version),
    enabled: isOut,
  });
  const crashes = useQuery(ask('crashes'));
  const anrs = useQuery(ask('anrs'));
  if (!isOut) return null;
  const first = track.rollout[0];
  const [line] = crashes.data?.items ?? [];
  const isTold = line !== undefined && line.points.length > 0 && !anrs.isPending;
  return (
    <Panel
      title={`Health since ${first === undefined ? 'the rollout' : `${first}%`}`}
      aside={
        <span className={styles.ways}>
          {isTold && as !== 'table' && crashes.data !== undefined ? (
            <Legend version={version} before={crashes.data.baseline?.versions ?? null} hasLimit={crashes.data.limit !== null} inHead />
          ) : null}
          {isTold ? (
            <CheckField
              label="As a table"
              checked={as === 'table'}
              onChange={(event) =>
                void navigate({ search: event.target.checked ? { as: 'table' } : {}, replace: true, resetScroll: false })
              }
            />
          ) : null}
          <Link className="link" to="/$app/health" params={{ app: room.app.id }} search={{ platform, version }}>
            All of it
          </Link>
        </span>
      }
    >
      {crashes.isError ? <NotRead error={crashes.error} what="Health" again={() => void crashes.refetch()} /> : null}
      {crashes.isPending || anrs.isPending ? <Loading what="health" rows={4} rowHeight={94} /> : null}
      {crashes.data === undefined || line === undefined || anrs.isPending ? null : line.points.length === 0 ? (
        <p className={styles.none}>
          No source tells of {version} on this platform yet.{' '}
          <Link className="link" to="/$app/health/sources" params={{ app: room.app.id }}>
            See the sources
          </Link>
        </p>
      ) : as === 'table' ? (
        <Table series={crashes.data} anrs={anrs.data} line={line} />
      ) : (
        <div className={styles.charts}>
          <Rate series={crashes.data} cells={cells} />
          {anrs.data === undefined ? <div className={styles.chart} /> : <Rate series={anrs.data} cells={cells} />}
          <Use series={crashes.data} line={line} cells={cells} />
          <People series={crashes.data} line={line} />
        </div>
      )}
    </Panel>
  );
}

/** What the four charts show, in one table by age. */
function Table({ series, anrs, line }: { series: HealthSeries; anrs: HealthSeries | undefined; line: HealthLine }) {
  const rates = [series, ...(anrs === undefined ? [] : [anrs])].flatMap((of) => [
    { title: metricTitle(of.metric), cells: byAge(of.items[0]?.points ?? [], (point) => <RateNumbers point={point} />) },
    ...beforeColumn(`${metricTitle(of.metric)} before`, of),
  ]);
  const { points } = line;
  return (
    <NumbersTable
      label={`Health of ${line.version} by age`}
      first="Age"
      rows={[...byAge(points, ({ ageHours }) => ageText(ageHours, series.stepHours === 24))].map(([at, title]) => ({ at, title }))}
      columns={[
        ...rates,
        { title: usageTitle(series), cells: byAge(points, ({ exposure }) => usageText(exposure, series)) },
        { title: 'Share of the use', cells: byAge(points, ({ share }) => (share === null ? null : shareText(share))) },
        { title: 'People', cells: byAge(points, ({ users }) => amountText(users)) },
      ]}
    />
  );
}

function axisOf(line: HealthLine): Pick<HealthChartProps, 'x' | 'now'> {
  const to = lengthOf(line.points.at(-1)?.ageHours ?? 0);
  const here = line.points.at(-1)?.ageHours ?? null;
  return { x: { from: 0, to, ticks: ageTicks(to, 5) }, now: here };
}

const within = (lines: readonly ChartLine[], to: number): ChartLine[] =>
  lines.map((line) => ({ ...line, points: line.points.filter(({ x }) => x <= to) }));

const told =
  (text: (value: number) => string): HealthChartProps['told'] =>
  (age, at) =>
    `${ageText(age, age >= 96)}: ${at.flatMap(({ line, point }) => (point.y === null ? [] : [`${line.label ?? 'before'} ${text(point.y)}`])).join(', ')}`;

function Rate({ series, cells }: { series: HealthSeries; cells: readonly Cell[] }) {
  const now = useAppTime(60_000);
  const zone = useZone();
  const [line] = series.items;
  const last = line?.points.at(-1);
  if (line === undefined || last === undefined) return <div className={styles.chart} />;
  const limit = series.limit?.limit ?? null;
  const cell = cells.find(({ instance }) => instance === series.limit?.instance);
  const judged = cells.filter(({ rate }) => rate?.metric === series.metric && rate.audience === series.audience);
  const standing = standingOf(last, limit);
  const before = baselineAt(series, last.ageHours);
  const axis = axisOf(line);
  const stands = judged.flatMap((each) => standsInWords(each, now, zone)?.text ?? []);
  return (
    <Chart
      title={metricTitle(series.metric)}
      lamp={cell === undefined ? null : <Lamp state={cell.state} />}
      at={line.toldUntil}
      value={last.rate === null ? 'No rate' : rateText(last.rate)}
      tone={toneOf[standing]}
      words={[
        unitText(series),
        last.lower === null || last.upper === null
          ? null
          : `range ${rangeText(last.lower, last.upper)}${limit === null ? '' : standing === 'under' ? `, limit ${rateText(limit)}` : standing === 'over' ? ` over the limit ${rateText(limit)}` : ` crosses the limit ${rateText(limit)}`}`,
        before === null ? null : `before ${rateText(before)}`,
      ]}
    >
      <HealthChart
        {...axis}
        summary={seriesInWords(series, line, stands)}
        lines={within(
          [
            ...baselineLine(series, 'age').map((each) => ({ ...each, band: false })),
            ...linesOf(series.items, line.version, 'age', ({ rate }) => rate, { band: true }),
          ],
          axis.x.to,
        )}
        mark={limit === null ? null : { y: limit, label: `limit ${rateText(limit)}`, kind: 'limit' }}
        tone={toneOf[standing]}
        height={HEIGHT}
        tick={rateTick}
        told={told(rateText)}
      />
    </Chart>
  );
}

function Use({ series, line, cells }: { series: HealthSeries; line: HealthLine; cells: readonly Cell[] }) {
  const least = leastUse(cells, series.of);
  const last = line.points.at(-1);
  const axis = axisOf(line);
  const reached = least === null ? null : (line.points.find(({ exposure }) => exposure >= least.amount) ?? null);
  const mark: Mark | null =
    least === null ? null : { y: least.amount, label: `minimum ${usageText(least.amount, series)}`, kind: 'minimum' };
  return (
    <Chart
      title={usageTitle(series)}
      lamp={least === null ? null : <Lamp state={least.state} />}
      at={line.toldUntil}
      value={usageText(last?.exposure ?? 0, series)}
      words={[
        least === null ? null : `minimum ${usageText(least.amount, series)}${reached === null ? ', not reached yet' : ''}`,
        last?.share === null || last === undefined ? null : `${shareText(last.share)} of the use now`,
      ]}
      more={
        reached === null ? null : (
          <>
            , passed <Moment at={reached.at} />
          </>
        )
      }
    >
      <HealthChart
        {...axis}
        summary={`${usageTitle(series)} of ${line.version}: ${amountText(last?.exposure ?? 0)} since its rollout began.`}
        lines={within(
          [
            ...baselineLine(series, 'age', 'exposure'),
            ...linesOf(series.items, line.version, 'age', ({ exposure }) => exposure, { area: true }),
          ],
          axis.x.to,
        )}
        mark={mark}
        height={HEIGHT}
        tick={tickText}
        told={told((value) => usageText(value, series))}
      />
    </Chart>
  );
}

function People({ series, line }: { series: HealthSeries; line: HealthLine }) {
  const last = line.points.at(-1);
  const axis = axisOf(line);
  return (
    <Chart
      title={`People on ${line.version}`}
      lamp={null}
      at={line.toldUntil}
      value={amountText(last?.users ?? 0)}
      words={['at least, as far as its sources tell new ones']}
    >
      <HealthChart
        {...axis}
        summary={`People on ${line.version}: at least ${amountText(last?.users ?? 0)}.`}
        lines={within(
          [...baselineLine(series, 'age', 'users'), ...linesOf(series.items, line.version, 'age', ({ users }) => users, { area: true })],
          axis.x.to,
        )}
        height={HEIGHT}
        tick={tickText}
        told={told(amountText)}
      />
    </Chart>
  );
}

function Chart({
  title,
  lamp,
  at,
  value,
  tone = 'plain',
  words,
  more = null,
  children,
}: {
  title: string;
  lamp: ReactNode;
  at: string | null;
  value: string;
  tone?: 'plain' | 'caution' | 'stop';
  words: readonly (string | null)[];
  more?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className={styles.chart} aria-label={title}>
      <h3 className={styles.title}>
        {lamp}
        {title}
        {at === null ? null : (
          <span>
            <Moment at={at} as="ago" />
          </span>
        )}
      </h3>
      <p className={styles.value}>
        <b data-tone={tone}>{value}</b>
        <span>
          {words.flatMap((word) => word ?? []).join(' · ')}
          {more}
        </span>
      </p>
      {children}
    </section>
  );
}
