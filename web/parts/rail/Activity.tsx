/** Who or what did what, the newest first. New lines wait while the pointer is over the list, so that it never jumps under it. */
import { useState } from 'react';
import { Link } from '@tanstack/react-router';
import type { ActivityLine } from '#api/verdict.ts';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import type { IconName } from '../../ui/Icon.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { useLow } from '../../hooks/useMedia.ts';
import { clockTime, momentText, zonesText } from '../../util/time.ts';
import { useAppTime, useRoom, useZone } from '../room.ts';
import styles from './Rail.module.css';

/** As many as are seen at once, and in a low window. */
const SHOWN = 6;
const SHOWN_LOW = 5;
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
  const current = room.releases.filter(({ part }) => part === 'current');
  const only = current.length === 1 ? (current[0]?.version ?? null) : null;
  const most = useLow() ? SHOWN_LOW : SHOWN;
  const shown = isLong ? groups : groups.slice(0, most);
  return (
    <Panel
      title="Activity"
      aside={
        waiting > 0 ? (
          <Button size="small" onClick={() => setHeld(room.activity)}>
            {waiting} new
          </Button>
        ) : (
          <Link to="/$app/audit" params={{ app: room.app.id }} className="link">
            Audit log
          </Link>
        )
      }
    >
      {lines.length === 0 ? <p className={styles.calm}>Nothing has happened yet.</p> : null}
      <ol className={styles.feed} onPointerEnter={() => setHeld(room.activity)} onPointerLeave={() => setHeld(null)}>
        {shown.map((group) => {
          const { line } = group;
          return (
            <li key={line.id}>
              <time dateTime={line.at} data-tip={zonesText(line.at, room.app.timezone, zone)}>
                {isToday(line.at, now) ? clockTime(line.at, zone) : momentText(line.at, now, zone).split(',')[0]}
              </time>
              <Icon name={iconOf(line)} size={14} />
              <span>
                <Sentence {...group} version={only} />
              </span>
            </li>
          );
        })}
      </ol>
      {groups.length > most ? (
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

/** Who or what, then what happened, then where. The version is left out where there is one release under way, the whole place where the page is of one track. */
export function Sentence({
  line,
  more = 0,
  titles = [],
  version = null,
  isPlaced = true,
}: {
  line: ActivityLine;
  more?: number;
  titles?: readonly string[];
  version?: string | null;
  isPlaced?: boolean;
}) {
  const place = isPlaced ? placeOf(line.where, version) : '';
  return (
    <>
      {titles.length > 0 ? (
        <>
          <b>{titles.length} criteria</b> changed: {titles.join(', ')}
        </>
      ) : (
        <>
          <b>{line.subject}</b> {line.what}
        </>
      )}
      {place === '' ? null : <span className={styles.count}> · {place}</span>}
      {more > 0 ? <span className={styles.count}> and {more} more like it</span> : null}
    </>
  );
}

/** `iOS` of `iOS 8.9.2` where 8.9.2 goes without saying. */
function placeOf(where: string | null, version: string | null): string {
  if (where === null) return '';
  return version === null ? where : where.replace(version, '').trim();
}

/** `more`: others of the kind that stand for themselves no more. `titles`: the criteria that one cause has changed. */
export type Group = { line: ActivityLine; more: number; titles: readonly string[] };

/** What the robot orders and how it ends is told by what came of it; a refusal is news. */
const isNews = ({ is, what }: ActivityLine): boolean =>
  is !== 'action-ordered' && (is !== 'action-ended' || what.startsWith('was refused'));

/** Lines of one cause as one: many of a kind by the same actor within a minute of each other, such as an import or a wave of verdicts. */
export function grouped(all: readonly ActivityLine[]): readonly Group[] {
  const runs: ActivityLine[][] = [];
  for (const line of all.filter(isNews)) {
    const first = runs.at(-1)?.[0];
    const isSame =
      first !== undefined &&
      first.is === line.is &&
      first.actor.id === line.actor.id &&
      // each track's verdicts are news of their own
      (line.is !== 'verdict-changed' || first.track === line.track) &&
      Math.abs(Date.parse(first.at) - Date.parse(line.at)) < GROUPED_WITHIN_MS;
    if (isSame) runs.at(-1)?.push(line);
    else runs.push([line]);
  }
  return runs.flatMap((run): Group[] => {
    const [line] = run;
    if (line === undefined) return [];
    // two of a kind are told one by one
    if (run.length < 3) return run.map((each) => ({ line: each, more: 0, titles: [] }));
    if (line.is === 'verdict-changed') return [{ line, more: 0, titles: [...new Set(run.map(({ subject }) => subject))] }];
    return [{ line, more: run.length - 1, titles: [] }];
  });
}

export function iconOf({ actor, is }: Pick<ActivityLine, 'actor' | 'is'>): IconName {
  if (is.startsWith('waiver')) return 'shield';
  if (is.includes('halt')) return 'halt';
  if (is.startsWith('bug')) return 'bug';
  if (is === 'sign-off-given') return 'sign-off';
  if (is === 'cut' || is.startsWith('cherry-pick')) return 'merge';
  if (is === 'verdict-changed') return 'clock';
  if (['submitted', 'approved', 'rejected', 'live-in-part', 'rollout-started', 'percent-observed', 'released'].includes(is)) return 'store';
  return actor.kind === 'robot' ? 'robot' : actor.kind === 'person' ? 'person' : actor.kind === 'key' ? 'build' : 'plug';
}
