/** Markets, systems, devices and arms beside each other: what each saw of one version, and which of them is worse than it was. */
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { entryOf } from '#domain/entry.ts';
import { segmentsQuery } from '../../api/health-client.ts';
import type { HealthSegments, HealthSeries } from '../../api/health-client.ts';
import { amountText, dimensionTitles, listed, rangeText, rateText, shareText, usageText } from '../../parts/health-chart/series-model.ts';
import { valueName } from '../../parts/crash-groups/words.ts';
import numbers from '../../parts/health-chart/NumbersTable.module.css';
import { withWhom } from '../../parts/health-chart/whom.ts';
import { useRoom } from '../../parts/room.ts';
import { Loading, NotRead } from '../../parts/States.tsx';
import { Choices } from '../../ui/Field.tsx';
import { Lamp } from '../../ui/Lamp.tsx';
import { Panel } from '../../ui/Panel.tsx';
import styles from './health.module.css';
import { useHealthSearch } from './use-health-search.ts';

const titleOf = (dimension: string): string =>
  entryOf(dimensionTitles, dimension) ?? `${dimension.charAt(0).toUpperCase()}${dimension.slice(1).replaceAll('-', ' ')}`;

export function Segments({
  platform,
  metric,
  version,
  series,
}: {
  platform: string;
  metric: string;
  version: string;
  series: HealthSeries;
}) {
  const { room } = useRoom();
  const search = useHealthSearch();
  const navigate = useNavigate({ from: '/$app/health' });
  const { dimensions } = series.known;
  const order = Object.keys(dimensionTitles);
  const rank = (each: string): number => (order.includes(each) ? order.indexOf(each) : order.length);
  const known = dimensions.toSorted((a, b) => rank(a) - rank(b));
  const dimension = search.dimension ?? known[0] ?? 'country';
  const read = useQuery({
    ...segmentsQuery(
      room.app.id,
      { platform, metric, version, dimension, ...(search.audience === undefined ? {} : { audience: search.audience }) },
      room.version,
    ),
    enabled: known.length > 0,
  });
  if (known.length === 0)
    return (
      <Panel title="Markets, systems, devices">
        <p className={styles.none}>
          No source tells of segments. A roll-up of one names it: country=BR, os=Android 14, device=Pixel 8, arm=new-player.
        </p>
      </Panel>
    );
  return (
    <Panel
      title={withWhom(`${titleOf(dimension)} of ${version}`, { segment: 'all', audience: search.audience ?? 'production' })}
      aside={
        read.data === undefined || read.data.baseline.length === 0 ? null : (
          <span>
            {dimension === 'arm' ? 'each held against the other arms' : `held against ${listed(read.data.baseline)} at the same age`}
          </span>
        )
      }
    >
      <div className={styles.dimensions}>
        <Choices
          label="By"
          value={dimension}
          onChange={(value) => void navigate({ search: (old) => ({ ...old, dimension: value }), replace: true, resetScroll: false })}
          options={known.map((each) => ({ value: each, label: titleOf(each) }))}
        />
      </div>
      {read.isError ? <NotRead error={read.error} what="The segments" again={() => void read.refetch()} /> : null}
      {read.data === undefined ? (
        read.isError ? null : (
          <div className={styles.none}>
            <Loading what="the segments" rows={4} rowHeight={32} />
          </div>
        )
      ) : (
        <Table
          segments={read.data}
          dimension={dimension}
          of={series.limits.find(({ exposure }) => exposure === 'consumption')?.of ?? 'h'}
        />
      )}
    </Panel>
  );
}

/** `of`: what use is counted by; segments are held against each other by use alone. */
function Table({ segments, dimension, of }: { segments: HealthSegments; dimension: string; of: string }) {
  const { room } = useRoom();
  const search = useHealthSearch();
  if (segments.items.length === 0)
    return <p className={styles.none}>Nothing of this version is told by {titleOf(dimension).toLowerCase()}.</p>;
  const named = segments.items.filter((each) => each.named);
  return (
    <>
      <p className={styles.found}>
        {named.length === 0
          ? `None of ${segments.items.length + segments.left} is worse than ${dimension === 'arm' ? 'the others' : 'it was'}, as far as the numbers tell.`
          : `${listed(named.map(({ segment }) => valueName(dimension, segment)))} ${named.length === 1 ? 'is' : 'are'} more than twice as bad as ${dimension === 'arm' ? 'the others' : 'before'}.`}
      </p>
      <section className={numbers.scroll} tabIndex={0} aria-label={titleOf(dimension)}>
        <table className={numbers.table}>
          <thead>
            <tr>
              <th scope="col">{titleOf(dimension).replace(/s$/, '')}</th>
              <th scope="col" data-number>
                Use
              </th>
              <th scope="col" data-number>
                Affected
              </th>
              <th scope="col" data-number>
                per 1,000 {of}
              </th>
              <th scope="col" data-number>
                Range
              </th>
              <th scope="col" data-number>
                {dimension === 'arm' ? 'Others' : 'Before'}
              </th>
              <th scope="col">The scan says</th>
            </tr>
          </thead>
          <tbody>
            {segments.items.map((each) => (
              <tr key={each.segment} data-named={each.named || undefined}>
                <th scope="row">
                  <Link
                    className="link"
                    to="/$app/health"
                    params={{ app: room.app.id }}
                    search={{ ...search, segment: `${dimension}=${each.segment}` }}
                    title={`Only ${valueName(dimension, each.segment)}`}
                  >
                    {valueName(dimension, each.segment)}
                  </Link>
                </th>
                <td data-number>
                  {usageText(each.exposure, { of })} <span className={styles.soft}>{shareText(each.share)}</span>
                </td>
                <td data-number>{amountText(each.affected)}</td>
                <td data-number>{each.rate === null ? '–' : rateText(each.rate)}</td>
                <td data-number>{each.lower === null || each.upper === null ? '–' : rangeText(each.lower, each.upper)}</td>
                <td data-number>{each.baseRate === null ? '–' : rateText(each.baseRate)}</td>
                <td>
                  <Says row={each} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {segments.left === 0 ? null : <p className={styles.none}>{segments.left} more, which are used less, are not shown.</p>}
    </>
  );
}

/** In words and with the evidence, so that a colour is never alone. */
function Says({ row: { named, listed: isListed, logE } }: { row: HealthSegments['items'][number] }) {
  if (logE === null) return <span className={styles.soft}>nothing to hold it against</span>;
  const evidence = logE < 0 ? null : `evidence ${logE > 14 ? 'over a million' : Math.round(Math.exp(logE)).toLocaleString('en')} to 1`;
  return (
    <span className={styles.says}>
      {named ? <Lamp state="stop" silent size={14} /> : isListed ? <Lamp state="caution" silent size={14} /> : null}
      {named ? 'Worse' : isListed ? 'Worth a look' : 'As it was'}
      {evidence === null || (!named && !isListed) ? null : <span className={styles.soft}>{evidence}</span>}
    </span>
  );
}
