/** The coming trains: when each branches and when everyone should have it, and the days on which nothing leaves. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { troubleOf } from '../../api/client.ts';
import { trainsQuery } from '../../api/queries.ts';
import { Panel } from '../../ui/Panel.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { useRoom } from '../../parts/room.ts';
import styles from './releases.module.css';

export function Trains() {
  const { room } = useRoom();
  const app = room.app.id;
  // the policy and the releases that are planned make the trains: what the room tells of both
  const read = useQuery(trainsQuery(app, room.releases.length));
  const trains = read.data;
  return (
    <Panel title="Coming trains" aside={cadenceInWords(trains?.cadenceWeeks ?? null)}>
      {read.isError ? <ProblemNote trouble={troubleOf(read.error)} /> : null}
      {trains !== undefined && trains.items.length === 0 ? (
        <p className={styles.empty}>The policy has no cadence: a person plans each release.</p>
      ) : null}
      <ol className={styles.trains}>
        {(trains?.items ?? []).map(({ planned, version }) => (
          <li key={planned.branch}>
            <span>
              {planned.branch === null ? null : <Moment at={planned.branch} as="full" />}
              <span className={styles.soft}>
                {planned.finish === null ? 'branch' : 'branch; 100% '}
                {planned.finish === null ? null : <Moment at={planned.finish} as="full" />}
              </span>
            </span>
            {version === null ? (
              <span className={styles.soft}>no release yet</span>
            ) : (
              <Link className="link" to="/$app/$version" params={{ app, version }}>
                {version}
              </Link>
            )}
          </li>
        ))}
      </ol>
      {trains === undefined || trains.closed.length === 0 ? null : (
        <>
          <h3 className={styles.closedHead}>Closed</h3>
          <ul className={styles.trains}>
            {trains.closed.slice(0, 12).map(({ from, to, why }) => (
              <li key={`${from} ${why}`}>
                <span>
                  <time dateTime={from}>{dateText(from)}</time>
                  {from === to ? null : (
                    <>
                      {' '}
                      to <time dateTime={to}>{dateText(to)}</time>
                    </>
                  )}
                </span>
                <span className={styles.soft}>{why}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Panel>
  );
}

function cadenceInWords(weeks: number | null): string | null {
  if (weeks === null) return null;
  return weeks === 1 ? 'every week' : `every ${weeks} weeks`;
}

/** A date of the calendar, the same in all zones. */
function dateText(date: string): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'short', year: 'numeric' }).format(
    new Date(`${date}T00:00:00.000Z`),
  );
}
