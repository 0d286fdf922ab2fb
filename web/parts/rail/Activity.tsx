/** Who or what did what, the newest first. New lines wait while the pointer is over the list, so that it never jumps under it. */
import { useState } from 'react';
import type { ActivityLine } from '#api/verdict.ts';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import type { IconName } from '../../ui/Icon.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { clockTime, momentText, zonesText } from '../../util/time.ts';
import { useAppTime, useRoom, useZone } from '../room.ts';
import styles from './Rail.module.css';

const SHOWN = 12;
const GROUPED_WITHIN_MS = 60_000;

export function Activity() {
  const { room } = useRoom();
  const now = useAppTime(60_000);
  const zone = useZone();
  const [held, setHeld] = useState<readonly ActivityLine[] | null>(null);
  const [isLong, setLong] = useState(false);
  const lines = held ?? room.activity;
  const waiting = held === null ? 0 : room.activity.findIndex(({ id }) => id === held[0]?.id);
  const groups = grouped(lines);
  const shown = isLong ? groups : groups.slice(0, SHOWN);
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
        {shown.map(({ line, more }) => (
          <li key={line.id}>
            <time dateTime={line.at} data-tip={zonesText(line.at, room.app.timezone, zone)}>
              {isToday(line.at, now) ? clockTime(line.at, zone) : momentText(line.at, now, zone).split(',')[0]}
            </time>
            <Icon name={iconOf(line)} size={14} />
            <span>
              <Sentence line={line} />
              {more > 0 ? <span className={styles.count}> and {more} more like it</span> : null}
            </span>
          </li>
        ))}
      </ol>
      {groups.length > SHOWN ? (
        <p className={styles.more}>
          <Button look="ghost" size="small" onClick={() => setLong(!isLong)}>
            {isLong ? 'Show fewer' : `Show all ${groups.length}`}
          </Button>
        </p>
      ) : null}
    </Panel>
  );
}

function isToday(at: string, now: string): boolean {
  return Math.abs(Date.parse(now) - Date.parse(at)) < 12 * 3_600_000;
}

/** Who, then what: the feed's sentences end with their subject in brackets. */
export function Sentence({ line }: { line: ActivityLine }) {
  const { name } = line.actor;
  const end = ` (${name})`;
  if (name === '' || !line.text.endsWith(end)) return line.text;
  return (
    <>
      <b>{name}</b> {line.text.slice(0, -end.length)}
    </>
  );
}

type Group = { line: ActivityLine; more: number };

/** Lines of one cause as one: many of a kind by the same actor within a minute of each other, such as an import. */
export function grouped(lines: readonly ActivityLine[]): readonly Group[] {
  const groups: Group[] = [];
  for (const line of lines) {
    const last = groups.at(-1);
    const isSame =
      last !== undefined &&
      // each verdict is news of its own
      line.is !== 'verdict-changed' &&
      last.line.is === line.is &&
      last.line.actor.id === line.actor.id &&
      Math.abs(Date.parse(last.line.at) - Date.parse(line.at)) < GROUPED_WITHIN_MS;
    if (isSame) last.more += 1;
    else groups.push({ line, more: 0 });
  }
  // two of a kind are told one by one
  return groups.flatMap((group) =>
    group.more === 1 ? lines.slice(lines.indexOf(group.line), lines.indexOf(group.line) + 2).map((line) => ({ line, more: 0 })) : [group],
  );
}

export function iconOf({ actor, is }: Pick<ActivityLine, 'actor' | 'is'>): IconName {
  if (is.startsWith('waiver')) return 'shield';
  if (is.includes('halt')) return 'halt';
  if (is.startsWith('bug')) return 'bug';
  if (is === 'sign-off-given') return 'sign-off';
  if (is === 'cut' || is.startsWith('cherry-pick')) return 'merge';
  if (is === 'verdict-changed') return 'clock';
  if (['submitted', 'approved', 'rejected', 'rollout-started', 'percent-observed', 'released'].includes(is)) return 'store';
  return actor.kind === 'robot' ? 'robot' : actor.kind === 'person' ? 'person' : actor.kind === 'key' ? 'build' : 'plug';
}
