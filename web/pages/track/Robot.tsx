/** The robot on this track: what it will do, what would make it stop, when it looked, and what its last looks were made from. */
import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { TrackHead } from '#api/control-room.ts';
import { stageAllows } from '#domain/release/can.ts';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Panel, Tag } from '../../ui/Panel.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';
import { may, whoMay } from '../../api/authority.ts';
import { troubleOf } from '../../api/client.ts';
import { checksQuery } from '../../api/queries.ts';
import { RobotSentence } from '../../parts/frame/CriteriaFrame.tsx';
import { useAsk } from '../../parts/commands/ask.ts';
import { Moment } from '../../parts/Moment.tsx';
import { paramsOf, useMe, useRoom } from '../../parts/room.ts';
import type { Shown } from './shown.ts';
import styles from './robot.module.css';

const names: Readonly<Record<TrackHead['robot']['is'], string>> = {
  armed: 'Armed',
  holding: 'Holding',
  acting: 'Acting',
  paused: 'Paused',
  asks: 'Asks',
  failed: 'Failed',
  shadowing: 'Shadowing',
  manual: 'Left to people',
  resting: 'At rest',
};

export function Robot({ track }: Shown) {
  const { room } = useRoom();
  const checks = useQuery(checksQuery(paramsOf(track), room.version));
  const [isOpen, setOpen] = useState(false);
  const pause = track.robotPaused ?? room.app.robotPaused;
  const last = checks.data?.items[0];
  return (
    <Panel
      title={
        <span className={styles.title}>
          <Icon name="robot" /> Robot
        </span>
      }
      aside={<Tag>{names[track.robot.is]}</Tag>}
    >
      <div className={styles.body}>
        <dl className={styles.fields}>
          <dt>Will</dt>
          <dd>
            {/* the label says Will already */}
            <RobotSentence track={{ robot: { ...track.robot, sentence: track.robot.sentence.replace(/^Will /, '') } }} />
          </dd>
          {track.robot.willStop === null ? null : (
            <>
              <dt>Will stop</dt>
              <dd>{track.robot.willStop}</dd>
            </>
          )}
          {pause === null ? null : (
            <>
              <dt>Paused</dt>
              <dd>
                by {pause.by}, <Moment at={pause.at} />
                {pause.until === null ? null : (
                  <>
                    , until <Moment at={pause.until} />
                  </>
                )}
                : {pause.why}. It still watches, holds and halts.
              </dd>
            </>
          )}
          <dt>Checks</dt>
          <dd>
            {track.ended === null ? 'on any change' : 'no more: the track has ended'}
            {checks.data?.nextAt === null || checks.data === undefined || track.ended !== null ? null : (
              <>
                , <Moment at={checks.data.nextAt} /> at the latest
              </>
            )}
            .
            {checks.data?.lastAt === null || checks.data === undefined ? null : (
              <>
                {' '}
                Last check <Moment at={checks.data.lastAt} />
                {last === undefined ? '' : `: ${last.result}`}.
              </>
            )}
          </dd>
        </dl>
        {checks.isError ? <ProblemNote trouble={troubleOf(checks.error)} /> : null}
        <div className={styles.acts}>
          <PauseButton track={track} isPaused={pause !== null} />
          <Button size="small" look="ghost" aria-expanded={isOpen} aria-controls="checks" onClick={() => setOpen(!isOpen)}>
            {isOpen ? 'Hide the checks' : 'Show last 20 checks'}
          </Button>
        </div>
      </div>
      {isOpen ? <Checks items={checks.data?.items ?? []} /> : null}
    </Panel>
  );
}

function PauseButton({ track, isPaused }: { track: TrackHead; isPaused: boolean }) {
  const me = useMe();
  const ask = useAsk();
  const kind = isPaused ? 'unpause-robot' : 'pause-robot';
  if (!stageAllows(track.stage, kind)) return null;
  return (
    <Button
      size="small"
      because={may(me, kind) ? null : `only a ${whoMay(kind)} may do this`}
      title="Paused, it stops advancing only; it still watches, holds and halts"
      onClick={() => ask({ is: kind, track, scope: isPaused && track.robotPaused === null ? 'app' : 'track' })}
    >
      {isPaused ? 'Let the robot go on…' : 'Pause robot…'}
    </Button>
  );
}

type Check = {
  id: string;
  at: string;
  result: string;
  inputs: readonly { instance: string; from: string | null; to: string; headline: string; because: string }[];
};

function Checks({ items }: { items: readonly Check[] }) {
  if (items.length === 0) return <p className={styles.none}>No check has led to anything yet.</p>;
  return (
    <ol className={styles.checks} id="checks">
      {items.map((check) => (
        <li key={check.id}>
          <Moment at={check.at} />
          <div>
            <p>{check.result}</p>
            {check.inputs.length === 0 ? null : (
              <details>
                <summary>{check.inputs.length === 1 ? '1 verdict changed' : `${check.inputs.length} verdicts changed`}</summary>
                <ul>
                  {check.inputs.map((input) => (
                    <li key={input.instance}>
                      <b>{input.instance}</b>: {input.from === null ? '' : `${input.from} to `}
                      {input.to}, {input.headline}. {input.because}
                    </li>
                  ))}
                </ul>
              </details>
            )}
          </div>
        </li>
      ))}
    </ol>
  );
}
