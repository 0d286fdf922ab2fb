/** Who or what did what on this track, the newest first. */
import { Link } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import type { TrackHead } from '#api/control-room.ts';
import type { ActivityLine } from '#api/verdict.ts';
import { platformName } from '#domain/names.ts';
import { Icon } from '../../ui/Icon.tsx';
import type { IconName } from '../../ui/Icon.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';
import { troubleOf } from '../../api/client.ts';
import { trackActivityQuery } from '../../api/queries.ts';
import { Moment } from '../../parts/Moment.tsx';
import { grouped } from '../../parts/rail/Activity.tsx';
import { paramsOf } from '../../parts/room.ts';
import styles from './lists.module.css';

const SHOWN = 8;

export function TrackActivity({ track }: { track: TrackHead }) {
  const read = useQuery(trackActivityQuery(paramsOf(track), track.revision));
  const lines = grouped(read.data?.items ?? []).slice(0, SHOWN);
  const name = `${platformName(track.platform)} ${track.version}`;
  return (
    <Panel
      title={`Activity on ${name}`}
      aside={
        <Link className="link" to="/$app/activity" params={{ app: track.app }} search={{ track: `${track.version}/${track.platform}` }}>
          All of it
        </Link>
      }
    >
      {read.isError ? <ProblemNote trouble={troubleOf(read.error)} /> : null}
      {read.data !== undefined && lines.length === 0 ? <p className={styles.none}>Nothing has happened yet.</p> : null}
      <ol className={styles.feed}>
        {lines.map(({ line, more }) => (
          <li key={line.id}>
            <Moment at={line.at} />
            <Icon name={iconOf(line)} size={14} />
            <span>
              <b>{line.actor.name}</b> {sentenceOf(line, name)}
              {more > 0 ? <span className={styles.soft}> and {more} more like it</span> : null}
            </span>
          </li>
        ))}
      </ol>
    </Panel>
  );
}

/** The page names the track and the line its actor: what is left is what happened. */
function sentenceOf({ text, actor }: ActivityLine, track: string): string {
  const end = ` (${actor.name})`;
  const without = text.endsWith(end) ? text.slice(0, -end.length) : text;
  return without.startsWith(`${track}: `) ? without.slice(track.length + 2) : without;
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
