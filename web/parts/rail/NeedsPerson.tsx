/** What waits for a person, the most urgent first; each with whom it waits for, when it is due, and one button. */
import { Link } from '@tanstack/react-router';
import type { Need } from '#api/control-room.ts';
import type { CellState } from '#domain/cell-state.ts';
import { platformName } from '#domain/names.ts';
import { inWords } from '#domain/time.ts';
import { Button, buttonClasses } from '../../ui/Button.tsx';
import { Lamp } from '../../ui/Lamp.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { isBy, may } from '../../api/authority.ts';
import type { Me } from '../../api/authority.ts';
import { momentText, shortLength } from '../../util/time.ts';
import { useAsk } from '../commands/ask.ts';
import type { Ask } from '../commands/ask.ts';
import { paramsOf, trackOf, useAppTime, useMe, useRoom, useZone } from '../room.ts';
import styles from './Rail.module.css';

export function NeedsPerson() {
  const { room } = useRoom();
  const armed = room.tracks.find(({ robot }) => robot.is === 'armed' || robot.is === 'acting');
  return (
    <Panel title="Needs a person" aside={room.needs.length}>
      {room.needs.length === 0 ? (
        <p className={styles.calm}>
          Nobody is needed.{' '}
          {armed === undefined ? 'The robot looks again at every change.' : `${platformName(armed.platform)}: ${armed.robot.sentence}`}
        </p>
      ) : (
        <ul className={styles.todo}>
          {room.needs.map((need) => (
            <NeedLine key={need.id} need={need} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function stateOf(need: Need, cellState: CellState | undefined): CellState {
  if (cellState !== undefined) return cellState;
  return need.kind === 'action-refused' ? 'stop' : 'caution';
}

function NeedLine({ need }: { need: Need }) {
  const { room } = useRoom();
  const now = useAppTime();
  const zone = useZone();
  const me = useMe();
  const ask = useAsk();
  const track = need.track === null ? null : trackOf(room, need.track);
  const cell = room.cells.find((each) => each.track === need.track && each.instance === need.instance);
  const isLate = need.dueAt !== null && need.dueAt < now;
  const due =
    need.dueAt === null
      ? `for ${shortLength(Date.parse(now) - Date.parse(need.since))}`
      : isLate
        ? `${inWords(Date.parse(now) - Date.parse(need.dueAt))} past due`
        : `due ${momentText(need.dueAt, now, zone)}`;
  const command = track === null ? null : askOf(need, { room, track, me });
  return (
    <li>
      <Lamp state={stateOf(need, cell?.state)} />
      <div>
        {track === null ? (
          <b>{need.title}</b>
        ) : need.instance === null ? (
          <Link to="/$app/$version/$platform" params={paramsOf(track)} search={(old) => old} className={styles.go}>
            {need.title}
          </Link>
        ) : (
          <Link
            to="/$app/$version/$platform/$instance"
            params={{ ...paramsOf(track), instance: need.instance }}
            search={(old) => old}
            className={styles.go}
          >
            {need.title}
          </Link>
        )}
        <p className={styles.text}>{need.text}</p>
        <p className={isLate ? styles.late : styles.text}>{[need.who, due].filter((part) => part !== null).join(' · ')}</p>
        {track === null || command === null ? null : command.is === 'dialog' ? (
          <div className={styles.act}>
            <Button size="small" onClick={() => ask(command.ask)}>
              {command.label}
            </Button>
          </div>
        ) : (
          <div className={styles.act}>
            {need.instance === null ? (
              <Link
                to="/$app/$version/$platform"
                params={paramsOf(track)}
                search={(old) => old}
                className={buttonClasses({ size: 'small' })}
              >
                {command.label}
              </Link>
            ) : (
              <Link
                to="/$app/$version/$platform/$instance"
                params={{ ...paramsOf(track), instance: need.instance }}
                search={(old) => old}
                className={buttonClasses({ size: 'small' })}
              >
                {command.label}
              </Link>
            )}
          </div>
        )}
      </div>
    </li>
  );
}

type Act = { is: 'dialog'; label: string; ask: Ask } | { is: 'inspector'; label: string };

/** The one button of a need: the command itself, or the inspector where there is something to choose first. Null where the viewer's role lacks it. */
function askOf(
  need: Need,
  { room, track, me }: { room: ReturnType<typeof useRoom>['room']; track: NonNullable<ReturnType<typeof trackOf>>; me: Me },
): Act | null {
  const cell = room.cells.find((each) => each.track === need.track && each.instance === need.instance);
  switch (need.command) {
    case 'decide-bug':
      return may(me, 'decide-bug') ? { is: 'inspector', label: 'Decide…' } : null;
    case 'assign-bug':
      return may(me, 'assign-bug') ? { is: 'inspector', label: 'Assign…' } : null;
    case 'sign-off':
      return me.teams.length > 0 ? { is: 'inspector', label: 'Sign off…' } : null;
    case 'approve':
    case 'tick':
      return may(me, need.command) ? { is: 'inspector', label: need.command === 'tick' ? 'Tick…' : 'Approve…' } : null;
    case 'waive':
      return cell !== undefined && may(me, 'ask-waiver') ? { is: 'dialog', label: 'Waive…', ask: { is: 'waive', track, cell } } : null;
    case 'approve-waiver': {
      const waiver = cell?.waiver ?? null;
      return waiver !== null && !isBy(me, waiver.askedBy) && may(me, 'approve-waiver')
        ? { is: 'dialog', label: 'Approve…', ask: { is: 'approve-waiver', track, waiver } }
        : null;
    }
    case 'choose-candidate':
      return may(me, 'choose-candidate') ? { is: 'inspector', label: 'Choose…' } : null;
    case 'cut':
    case 'submit':
    case 'start':
    case 'raise': {
      const labels = { cut: 'Cut…', submit: 'Submit…', start: 'Start…', raise: 'Raise…' } as const;
      return may(me, need.command) ? { is: 'dialog', label: labels[need.command], ask: { is: need.command, track } } : null;
    }
    case 'retry-action':
      return may(me, 'retry-action') && need.target !== null
        ? { is: 'dialog', label: 'Try again…', ask: { is: 'retry-action', track, key: need.target, text: need.text } }
        : null;
    case 'answer-cherry-pick':
      return may(me, 'answer-cherry-pick') && need.target !== null
        ? { is: 'dialog', label: 'Answer…', ask: { is: 'answer-cherry-pick', track, pick: need.target, text: need.text } }
        : null;
    default:
      return null;
  }
}
