/** Sources of health: how fresh each is, the DSNs to which SDKs send, and what was not believed. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { healthSourcesQuery, quarantineQuery } from '../../api/health-client.ts';
import type { health } from '../../api/health-client.ts';
import cards from '../../parts/CardTable.module.css';
import { HealthPage } from '../../parts/health-tabs/HealthPage.tsx';
import { amountText } from '../../parts/health-chart/series-model.ts';
import { Dsns } from '../../parts/dsns/Dsns.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { useAppTime, useRoom } from '../../parts/room.ts';
import { Read } from '../../parts/settings/SettingsPage.tsx';
import { Lamp } from '../../ui/Lamp.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { lagInWords, sampleText, sourceTitle, stateLamps, stateNames, stateOf } from './sources-model.ts';
import type { HealthSource } from './sources-model.ts';
import styles from './sources.module.css';

export default function HealthSourcesPage() {
  const { room } = useRoom();
  const sources = useQuery(healthSourcesQuery(room.app.id));
  const quarantine = useQuery(quarantineQuery(room.app.id));
  return (
    <HealthPage current="sources" about="Sources of health">
      <Panel title="Sources">
        <Read list={sources} what="the sources" rows={3}>
          {({ items }) => (items.length === 0 ? <NoSource /> : <Sources items={items} />)}
        </Read>
      </Panel>
      <Dsns />
      <Panel title="Not believed" aside={<span>counted, and kept out of every rate</span>}>
        <Read list={quarantine} what="what was not believed" rows={3}>
          {({ items }) => <Quarantine items={items} />}
        </Read>
      </Panel>
    </HealthPage>
  );
}

function NoSource() {
  const { room } = useRoom();
  return (
    <p className={styles.note}>
      Nobody tells of the health of {room.app.name} yet. Give its Sentry SDK a DSN of the list below, send roll-ups with a{' '}
      <Link className="link" to="/settings/$page" params={{ page: 'keys' }} search={{ app: room.app.id }}>
        reporting key
      </Link>
      , or connect a source in the{' '}
      <Link className="link" to="/settings/$page" params={{ page: 'integrations' }} search={{ app: room.app.id }}>
        integrations
      </Link>
      .
    </p>
  );
}

function Sources({ items }: { items: readonly HealthSource[] }) {
  const now = useAppTime(60_000);
  return (
    <section className={cards.scroll} tabIndex={0} aria-label="Sources of health">
      <table className={cards.table}>
        <thead className="sr-only-on-phone">
          <tr>
            <th scope="col">Source</th>
            <th scope="col">State</th>
            <th scope="col">Has told everything up to</th>
            <th scope="col">Told last</th>
            <th scope="col">How late hours come</th>
            <th scope="col" data-number>
              Roll-ups
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((source) => {
            const state = stateOf(source, now);
            return (
              <tr key={source.source}>
                <th scope="row">{sourceTitle(source.source)}</th>
                <td data-name="State">
                  <span className={styles.state}>
                    <Lamp state={stateLamps[state]} silent size={14} /> {stateNames[state]}
                  </span>
                </td>
                <td data-name="Up to">{source.watermark === null ? 'not known' : <Moment at={source.watermark} />}</td>
                <td data-name="Told last">
                  <Moment at={source.lastToldAt} as="ago" />
                </td>
                <td data-name="Hours come">{lagInWords(source.lagSeconds)}</td>
                <td data-name="Roll-ups" data-number>
                  {amountText(source.told)}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

type Quarantined = Awaited<ReturnType<typeof health.listHealthQuarantine>>['items'][number];

/** By day, the newest first: what it was, how often, and what would be right, with the last of each kind. */
function Quarantine({ items }: { items: readonly Quarantined[] }) {
  if (items.length === 0) return <p className={styles.note}>All that was told was believed.</p>;
  const days = [...new Set(items.map(({ day }) => day))];
  return days.map((day) => (
    <section key={day} aria-label={day}>
      <h3 className={styles.day}>{day}</h3>
      <ul className={styles.rows}>
        {items
          .filter((each) => each.day === day)
          .map((each) => (
            <li key={`${each.source} ${each.reason}`}>
              <p>
                <b>{each.count.toLocaleString('en')}</b> {each.reason.replaceAll('-', ' ')}{' '}
                <span className={styles.soft}>from {sourceTitle(each.source)}</span>
              </p>
              <p className={styles.soft}>
                The last, <Moment at={each.lastAt} />: {each.because}.
                {each.wouldBeRight === null ? '' : ` What would be right: ${each.wouldBeRight}.`}
              </p>
              <details>
                <summary>
                  What came
                  <span className="sr-only">
                    : {each.reason.replaceAll('-', ' ')}, {each.source}, {day}
                  </span>
                </summary>
                <section className={styles.sample} tabIndex={0} aria-label={`What came: ${each.reason}, ${each.source}, ${day}`}>
                  {sampleText(each.sample)}
                </section>
              </details>
            </li>
          ))}
      </ul>
    </section>
  ));
}
