/** Health: how a metric goes of one platform, version beside version, with its limit, earlier releases at the same age, and how much each is used. */
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { platformName } from '#domain/names.ts';
import { seriesQuery } from '../../api/health-client.ts';
import type { HealthSeries } from '../../api/health-client.ts';
import { useNarrow } from '../../hooks/useMedia.ts';
import { leadOf, metricTitle, usageTitle } from '../../parts/health-chart/series-model.ts';
import { segmentName, withWhom } from '../../parts/health-chart/whom.ts';
import { HealthPage } from '../../parts/health-tabs/HealthPage.tsx';
import { FirstShare } from '../../parts/health-plan/FirstShare.tsx';
import { Empty, Failed, Loading } from '../../parts/lists/ListPage.tsx';
import { useAppTime, useRoom } from '../../parts/room.ts';
import { leadTrack } from '../../parts/lead-track.ts';
import { CheckField, Choices, SelectField } from '../../ui/Field.tsx';
import { spanOf } from './health-model.ts';
import { Picture } from './Picture.tsx';
import type { HealthSearch } from './search.ts';
import { Segments } from './Segments.tsx';
import { Versions } from './Versions.tsx';
import styles from './health.module.css';
import { useHealthSearch } from './use-health-search.ts';

export default function HealthMetricsPage() {
  const { room } = useRoom();
  const now = useAppTime(60_000);
  const search = useHealthSearch();
  const { platform = leadTrack(room)?.platform ?? room.app.platforms[0] ?? '', metric = 'crashes', by = 'age', step = 'hour' } = search;
  const hours = by === 'date' || search.span === 'all' ? null : spanOf(room.tracks, platform, search.version, now);
  const whom = { segment: search.segment ?? 'all', audience: search.audience ?? 'production' };
  const asked = {
    platform,
    metric,
    by,
    step,
    ...(hours === null ? {} : { hours }),
    ...(search.per === undefined ? {} : { exposure: search.per }),
    ...(search.audience === undefined ? {} : { audience: search.audience }),
    ...(search.segment === undefined ? {} : { segment: search.segment }),
  };
  // the newest stays shown while another length of it is read
  const read = useQuery(seriesQuery(room.app.id, asked, room.version));
  const series = read.data;
  const lead = series === undefined ? null : leadOf(series.items, search.version);
  return (
    <HealthPage current="metrics" about={withWhom(`${metricTitle(metric)} on ${platformName(platform)}`, whom)}>
      <Choosers platform={platform} metric={metric} by={by} step={step} series={series} />
      {read.isError ? <Failed error={read.error} what="health" again={() => void read.refetch()} isOld={series !== undefined} /> : null}
      {series === undefined && !read.isError ? <Loading what="health" /> : null}
      {series === undefined ? null : lead === null ? (
        <>
          <NothingTold series={series} />
          <FirstShare platform={platform} metric={metric} exposure={search.per} />
        </>
      ) : (
        <div className={styles.columns}>
          <div className={styles.stack}>
            <Picture series={series} lead={lead} axis={by} isTable={search.as === 'table'} />
            <Segments platform={platform} metric={metric} version={lead.version} series={series} />
          </div>
          <aside className={styles.stack} aria-label="Versions, and what a first share tells">
            <Versions series={series} lead={lead.version} hours={hours} />
            <FirstShare platform={platform} metric={metric} exposure={search.per} />
          </aside>
        </div>
      )}
    </HealthPage>
  );
}

/** Whom the numbers may be of. The list of the domain stands beside its schemas, which a page has no use for. */
const others = ['employees', 'alpha', 'beta'] as const;

/** What is chosen is in the address, so that a link shows a colleague the same. */
function useChoose(): (chosen: Partial<HealthSearch>) => void {
  const navigate = useNavigate({ from: '/$app/health' });
  return (chosen) => void navigate({ search: (old) => ({ ...old, ...chosen }), replace: true, resetScroll: false });
}

function Choosers({
  platform,
  metric,
  by,
  step,
  series,
}: Required<Pick<HealthSearch, 'platform' | 'metric' | 'by' | 'step'>> & { series: HealthSeries | undefined }) {
  const { room } = useRoom();
  const { audience = 'production', segment, as: shownAs, span, per } = useHealthSearch();
  const choose = useChoose();
  const metrics = [...new Set(['crashes', 'anrs', ...(series?.known.metrics ?? []), metric])];
  const isNarrow = useNarrow();
  const fields = (
    <div className={styles.choosers}>
      <Choices
        label="Platform"
        value={platform}
        onChange={(value) => choose({ platform: value, version: undefined, segment: undefined })}
        options={room.app.platforms.map((each) => ({ value: each, label: platformName(each) }))}
      />
      <SelectField label="Metric" value={metric} onChange={(event) => choose({ metric: event.target.value })}>
        {metrics.map((each) => (
          <option key={each} value={each}>
            {metricTitle(each)}
          </option>
        ))}
      </SelectField>
      <SelectField
        label="People"
        value={audience}
        onChange={(event) => choose({ audience: others.find((each) => each === event.target.value) })}
      >
        {[...others, 'production'].map((each) => (
          <option key={each} value={each}>
            {each}
          </option>
        ))}
      </SelectField>
      <Choices
        label="Side by side"
        value={by}
        onChange={(value) => choose({ by: value === 'age' ? undefined : value })}
        options={[
          { value: 'age', label: 'By age' },
          { value: 'date', label: 'By date' },
        ]}
      />
      <Choices
        label="Step"
        value={step}
        onChange={(value) => choose({ step: value === 'hour' ? undefined : value })}
        options={[
          { value: 'hour', label: 'Hours' },
          { value: 'day', label: 'Days' },
        ]}
      />
      {by === 'date' ? null : (
        <Choices
          label="Ages"
          value={span ?? 'lead'}
          onChange={(value) => choose({ span: value === 'all' ? 'all' : undefined })}
          options={[
            { value: 'lead', label: 'As old as it is' },
            { value: 'all', label: 'All' },
          ]}
        />
      )}
      {series === undefined || (series.limits.length < 2 && per === undefined) ? null : (
        <Choices
          label="Counted by"
          value={per ?? 'use'}
          onChange={(value) => choose({ per: value === 'sessions' ? 'sessions' : undefined })}
          options={[
            { value: 'use', label: usageTitle({ of: series.limits.find(({ exposure }) => exposure === 'consumption')?.of ?? 'h' }) },
            { value: 'sessions', label: 'Sessions' },
          ]}
        />
      )}
      <CheckField
        label="As a table"
        checked={shownAs === 'table'}
        onChange={(event) => choose({ as: event.target.checked ? 'table' : undefined })}
      />
      {segment === undefined ? null : (
        <span className={styles.only}>
          Only {segmentName(segment)}{' '}
          <button type="button" className="link" onClick={() => choose({ segment: undefined })}>
            Show all
          </button>
        </span>
      )}
    </div>
  );
  // on a phone the picture comes first
  return isNarrow ? (
    <details className={styles.folded}>
      <summary>
        {withWhom(`${platformName(platform)}, ${metricTitle(metric).toLowerCase()}`, { segment: segment ?? 'all', audience })},{' '}
        {by === 'age' ? 'by age' : 'by date'}
      </summary>
      {fields}
    </details>
  ) : (
    fields
  );
}

function NothingTold({ series }: { series: HealthSeries }) {
  const { room } = useRoom();
  const others = series.known.audiences.filter((each) => each !== series.audience);
  return (
    <Empty
      title={`${withWhom(`Nothing is told of ${metricTitle(series.metric).toLowerCase()} on ${platformName(series.platform)}`, series)}.`}
    >
      {others.length === 0 ? '' : `There is something of ${others.join(', ')}. `}
      An app with a Sentry SDK tells it by a DSN, others by roll-ups:{' '}
      <Link className="link" to="/$app/health/sources" params={{ app: room.app.id }}>
        see the sources
      </Link>
      .
    </Empty>
  );
}
