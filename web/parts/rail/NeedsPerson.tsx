/** What waits for a person, the most urgent first; each with whom it waits for, when it is due, and one button. */
import { useState } from 'react';
import { Link } from '@tanstack/react-router';
import type { ControlRoom, Need, TrackHead } from '#api/control-room.ts';
import type { CellState } from '#domain/cell-state.ts';
import type { Cell } from '#api/verdict.ts';
import { teamName } from '#domain/criteria/words.ts';
import { platformName } from '#domain/names.ts';
import { inWords } from '#domain/time.ts';
import { Button, Key, buttonClasses } from '../../ui/Button.tsx';
import { Lamp } from '../../ui/Lamp.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { isBy, may } from '../../api/authority.ts';
import type { Me } from '../../api/authority.ts';
import { useLow } from '../../hooks/useMedia.ts';
import { momentText, shortLength } from '../../util/time.ts';
import { useAsk } from '../commands/ask.ts';
import type { Ask } from '../commands/ask.ts';
import { paramsOf, trackOf, useAppTime, useMe, useRoom, useZone } from '../room.ts';
import styles from './Rail.module.css';

/** As many as are seen at once, and in a low window; the rest on request. */
const SHOWN = 5;
const SHOWN_LOW = 4;

export function NeedsPerson() {
  const { room } = useRoom();
  const [isLong, setLong] = useState(false);
  const most = useLow() ? SHOWN_LOW : SHOWN;
  const shown = isLong ? room.needs : room.needs.slice(0, most);
  return (
    <Panel title="Needs a person" aside={room.needs.length === 0 ? null : room.needs.length}>
      {room.needs.length === 0 ? (
        <Calm />
      ) : (
        <ul className={styles.todo}>
          {shown.map((need) => (
            <NeedLine key={need.id} need={need} />
          ))}
        </ul>
      )}
      {room.needs.length > most ? (
        <p className={styles.more}>
          <Button look="ghost" size="small" onClick={() => setLong(!isLong)}>
            {isLong ? 'Show fewer' : `Show all ${room.needs.length}`}
          </Button>
        </p>
      ) : null}
    </Panel>
  );
}

/** `Nobody is needed. The robot acts next at 08:05.` */
function Calm() {
  const { room } = useRoom();
  const now = useAppTime(60_000);
  const zone = useZone();
  const armed = room.tracks.filter(({ robot }) => robot.is === 'armed' || robot.is === 'acting');
  const next = armed.flatMap(({ forecast }) => forecast?.stations[0]?.at ?? []).toSorted()[0];
  const [first] = armed;
  return (
    <p className={styles.calm}>
      Nobody is needed.{' '}
      {next !== undefined && next > now
        ? `The robot acts next at ${momentText(next, now, zone)}.`
        : first === undefined
          ? 'The robot looks again at every change.'
          : `${platformName(first.platform)}: ${first.robot.sentence}`}
    </p>
  );
}

/** `iOS`, with the version where it is not that of the release under way. */
function trackName(track: TrackHead, room: ControlRoom): string {
  const current = room.releases.filter(({ part }) => part === 'current');
  const isOnly = current.length === 1 && current[0]?.version === track.version;
  return isOnly ? platformName(track.platform) : `${platformName(track.platform)} ${track.version}`;
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
  const left = need.dueAt === null ? 0 : Math.abs(Date.parse(now) - Date.parse(need.dueAt));
  const due =
    need.dueAt === null
      ? `for ${shortLength(Date.parse(now) - Date.parse(need.since))}`
      : isLate
        ? `${inWords(left)} past due`
        : `due ${momentText(need.dueAt, now, zone)}${left < 12 * 3_600_000 ? `, in ${inWords(left)}` : ''}`;
  const isMine = need.who !== null && need.who.startsWith('release manager') && me.roles.includes('release-manager');
  const about = [track === null ? null : trackName(track, room), isMine ? 'Yours' : need.who, due].filter((part) => part !== null);
  const command: Act | null = track === null ? errandOf(need, me) : askOf(need, { room, track, me });
  return (
    <li>
      <Lamp state={stateOf(need, cell?.state)} />
      <div>
        {need.kind === 'bug' ? (
          <Link to="/$app/bugs" params={{ app: room.app.id }} className={styles.go}>
            {need.title}
          </Link>
        ) : track === null ? (
          <b>{need.title}</b>
        ) : need.instance === null ? (
          <Link to="/$app/$version/$platform" params={paramsOf(track)} className={styles.go}>
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
        {need.kind === 'criterion' ? null : <p className={styles.text}>{need.text}</p>}
        <p className={isLate ? styles.late : styles.text}>{about.join(' · ')}</p>
        {command === null ? null : command.is === 'dialog' ? (
          <div className={styles.act}>
            <Button size="small" onClick={() => ask(command.ask)}>
              {command.label}
            </Button>
          </div>
        ) : (
          <div className={styles.act}>
            {command.is === 'triage' ? (
              <Link to="/$app/bugs" params={{ app: room.app.id }} className={buttonClasses({ size: 'small' })}>
                {command.label} <Key>G B</Key>
              </Link>
            ) : track === null ? null : need.instance === null ? (
              <Link to="/$app/$version/$platform" params={paramsOf(track)} className={buttonClasses({ size: 'small' })}>
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

/** Whether one of the teams that are waited for is one's own. */
function isAskedToSign(me: Me, cell: Cell): boolean {
  return cell.who.some(({ kind, name }) => kind === 'team' && me.teams.some((team) => team === '*' || teamName(team) === name));
}

type Act = { is: 'dialog'; label: string; ask: Ask } | { is: 'inspector' | 'triage'; label: string };

/** What is to be done on no track alone. */
function errandOf(need: Need, me: Me): Act | null {
  return need.command === 'assign-bug' && may(me, 'assign-bug') ? { is: 'triage', label: 'Triage' } : null;
}

/** The one button of a need: the command itself, or the inspector where there is something to choose first. Null where the viewer's role lacks it. */
function askOf(
  need: Need,
  { room, track, me }: { room: ReturnType<typeof useRoom>['room']; track: NonNullable<ReturnType<typeof trackOf>>; me: Me },
): Act | null {
  const cell = room.cells.find((each) => each.track === need.track && each.instance === need.instance);
  const nudge: Act | null =
    cell !== undefined && may(me, 'nudge')
      ? {
          is: 'dialog',
          label: 'Nudge…',
          ask: { is: 'nudge', track, whom: need.who ?? 'release manager', instance: cell.instance, team: null },
        }
      : null;
  switch (need.command) {
    case 'decide-bug':
      return may(me, 'decide-bug') ? { is: 'inspector', label: 'Decide…' } : null;
    case 'assign-bug':
      return errandOf(need, me);
    case 'sign-off':
      return cell !== undefined && isAskedToSign(me, cell) ? { is: 'inspector', label: 'Sign off…' } : nudge;
    case 'nudge':
      return nudge;
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
