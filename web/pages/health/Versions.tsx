/** The versions of the picture with their strokes: what each has come to, and which of them is looked at. */
import { Link } from '@tanstack/react-router';
import { stationOf } from '#domain/names.ts';
import type { HealthSeries } from '../../api/health-client.ts';
import { ageText } from '../../parts/health-chart/chart-model.ts';
import { Swatch } from '../../parts/health-chart/HealthChart.tsx';
import { amountText, looksOf, rangeText, rateText, shareText, usageText } from '../../parts/health-chart/series-model.ts';
import { withWhom } from '../../parts/health-chart/whom.ts';
import { useRoom } from '../../parts/room.ts';
import { Panel } from '../../ui/Panel.tsx';
import styles from './health.module.css';
import { useHealthSearch } from './use-health-search.ts';

/** `hours`: of each only so many are counted; null: all. */
export function Versions({ series, lead, hours }: { series: HealthSeries; lead: string; hours: number | null }) {
  const { room } = useRoom();
  const search = useHealthSearch();
  const look = looksOf(series.items, lead);
  return (
    <Panel title={withWhom('Versions', series)} aside={hours === null ? null : <span>each up to {ageText(hours, hours >= 96)} old</span>}>
      <ul className={styles.versions}>
        {series.items.map(({ version, stage, points }) => {
          const last = points.at(-1);
          const isLead = version === lead;
          return (
            <li key={version} data-on={isLead || undefined}>
              <span className={styles.stroke}>{last === undefined ? null : <Swatch look={look.get(version) ?? 'thin'} />}</span>
              <div>
                <p>
                  {last === undefined ? (
                    <b>{version}</b>
                  ) : (
                    <Link
                      to="/$app/health"
                      params={{ app: room.app.id }}
                      search={{ ...search, version }}
                      replace
                      resetScroll={false}
                      className={styles.version}
                      aria-current={isLead ? 'true' : undefined}
                    >
                      {version}
                    </Link>
                  )}{' '}
                  <span className={styles.soft}>
                    {stage === 'rolling-out' || stage === 'halted'
                      ? (room.tracks.find((track) => track.version === version && track.platform === series.platform)?.station ?? stage)
                      : stationOf(stage, null)}
                  </span>
                </p>
                <p className={styles.soft}>
                  {last === undefined
                    ? 'nothing is told'
                    : last.rate === null || last.lower === null || last.upper === null
                      ? 'not used yet'
                      : `${rateText(last.rate)}, range ${rangeText(last.lower, last.upper)}`}
                </p>
                {last === undefined ? null : (
                  <p className={styles.soft}>
                    {usageText(last.exposure, series)} by at least {amountText(last.users)} people
                    {last.share === null ? '' : `, ${shareText(last.share)} of the use`}
                  </p>
                )}
              </div>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}
