/** Every track of the release in a row: where it is, what it waits for, and when it will be everywhere. */
import { Link } from '@tanstack/react-router';
import type { ReleaseDetail } from '#api/releases.ts';
import type { CellState } from '#domain/cell-state.ts';
import { platformName } from '#domain/names.ts';
import { Icon, platformIcon } from '../../ui/Icon.tsx';
import { Lamp } from '../../ui/Lamp.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { paramsOf } from '../../parts/room.ts';
import { placeInWords } from '../../parts/track-lines/stations.ts';
import { lateInWords } from '../../parts/track-lines/words.ts';
import styles from './release.module.css';

type Head = ReleaseDetail['heads'][number];

const lamps: Readonly<Record<Head['signal']['is'], CellState>> = {
  held: 'stop',
  waits: 'caution',
  blind: 'unknown',
  clear: 'clear',
  none: 'not-needed-yet',
};

export function Tracks({ release }: { release: ReleaseDetail }) {
  return (
    <Panel title="Tracks">
      <table className={styles.table}>
        <thead className="sr-only-on-phone">
          <tr>
            <th scope="col">Platform</th>
            <th scope="col">Stands at</th>
            <th scope="col">Next step</th>
            <th scope="col">Build</th>
            <th scope="col">Everyone has it</th>
          </tr>
        </thead>
        <tbody>
          {release.heads.map((head) => (
            <tr key={head.id}>
              <th scope="row">
                <Link to="/$app/$version/$platform" params={paramsOf(head)} className={styles.platform}>
                  <Icon name={platformIcon(head.platform)} size={20} />
                  {platformName(head.platform)}
                </Link>
              </th>
              <td>
                {placeInWords(head)}
                <span className={styles.soft}>
                  since <Moment at={head.since} />
                </span>
              </td>
              <td>
                <Next head={head} />
              </td>
              <td>{head.candidate === null ? 'none yet' : <code>{head.candidate.build}</code>}</td>
              <td>
                <Finish head={head} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {release.heads.length === 0 ? <p className={styles.empty}>It has no track.</p> : null}
    </Panel>
  );
}

function Next({ head }: { head: Head }) {
  if (head.ended !== null) return <span className={styles.soft}>{head.ended}</span>;
  if (head.nextInWords === null) return <span className={styles.soft}>nothing is ahead</span>;
  return (
    <span className={styles.next}>
      <Lamp state={lamps[head.signal.is]} size={14} silent />
      <span>
        {head.signal.text}
        <span className={styles.soft}>
          before {head.nextInWords}: {head.needed === 0 ? 'nothing stands before it' : `${head.passing} of ${head.needed} pass`}
        </span>
      </span>
    </span>
  );
}

function Finish({ head }: { head: Head }) {
  const reached = head.reached['released'];
  if (reached !== undefined)
    return (
      <>
        <Moment at={reached} />
        <span className={styles.soft}>
          {head.planned.finish === null ? 'no plan' : lateInWords(Date.parse(reached) - Date.parse(head.planned.finish))}
        </span>
      </>
    );
  if (head.ended !== null) return <span className={styles.soft}>never</span>;
  const finish = head.forecast?.finish ?? null;
  if (finish !== null)
    return (
      <span title={finish.because}>
        ~ <Moment at={finish.at} />
        <span className={styles.soft}>forecast{finish.lateMs === null ? '' : `, ${lateInWords(finish.lateMs)}`}</span>
      </span>
    );
  return head.planned.finish === null ? (
    <span className={styles.soft}>nothing tells</span>
  ) : (
    <>
      <Moment at={head.planned.finish} />
      <span className={styles.soft}>planned</span>
    </>
  );
}
