/** Who or what did what, the newest first. New lines wait while the pointer is over the list, so that it never jumps under it. */
import { useState } from 'react';
import type { ActivityLine } from '#api/verdict.ts';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import type { IconName } from '../../ui/Icon.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { clockTime, momentText, zonesText } from '../../util/time.ts';
import { useAppTime, useRoom } from '../room.ts';
import styles from './Rail.module.css';

const SHOWN = 12;

export function Activity() {
  const { room } = useRoom();
  const now = useAppTime(60_000);
  const [held, setHeld] = useState<readonly ActivityLine[] | null>(null);
  const [isLong, setLong] = useState(false);
  const lines = held ?? room.activity;
  const waiting = held === null ? 0 : room.activity.findIndex(({ id }) => id === held[0]?.id);
  const shown = isLong ? lines : lines.slice(0, SHOWN);
  return (
    <Panel
      title="Activity"
      aside={
        waiting > 0 ? (
          <Button size="small" onClick={() => setHeld(room.activity)}>
            {waiting} new
          </Button>
        ) : null
      }
    >
      {lines.length === 0 ? <p className={styles.calm}>Nothing has happened yet.</p> : null}
      <ol className={styles.feed} onPointerEnter={() => setHeld(room.activity)} onPointerLeave={() => setHeld(null)}>
        {shown.map((line) => (
          <li key={line.id}>
            <time dateTime={line.at} title={zonesText(line.at, room.app.timezone)}>
              {isToday(line.at, now) ? clockTime(line.at, room.app.timezone) : momentText(line.at, now, room.app.timezone).split(',')[0]}
            </time>
            <Icon name={iconOf(line)} size={14} />
            <span>
              <Sentence line={line} />
            </span>
          </li>
        ))}
      </ol>
      {lines.length > SHOWN ? (
        <p className={styles.more}>
          <Button look="ghost" size="small" onClick={() => setLong(!isLong)}>
            {isLong ? 'Show fewer' : `Show all ${lines.length}`}
          </Button>
        </p>
      ) : null}
    </Panel>
  );
}

function isToday(at: string, now: string): boolean {
  return Math.abs(Date.parse(now) - Date.parse(at)) < 12 * 3_600_000;
}

/** The sentence with its subject set strong, where it begins with it. */
function Sentence({ line }: { line: ActivityLine }) {
  const { name } = line.actor;
  if (name === '' || !line.text.startsWith(name)) return line.text;
  return (
    <>
      <b>{name}</b>
      {line.text.slice(name.length)}
    </>
  );
}

function iconOf({ actor, is }: ActivityLine): IconName {
  if (is.startsWith('waiver')) return 'shield';
  if (is.includes('halt')) return 'halt';
  if (is.startsWith('bug')) return 'bug';
  if (is === 'sign-off-given') return 'sign-off';
  if (is === 'cut' || is.startsWith('cherry-pick')) return 'merge';
  if (is === 'verdict-changed') return 'clock';
  if (['submitted', 'approved', 'rejected', 'rollout-started', 'percent-observed', 'released'].includes(is)) return 'store';
  return actor.kind === 'robot' ? 'robot' : actor.kind === 'person' ? 'person' : actor.kind === 'key' ? 'build' : 'plug';
}
