/** Who or what did what on this track, the newest first. */
import { Link } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import type { TrackHead } from '#api/control-room.ts';
import { platformName } from '#domain/names.ts';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';
import { may } from '../../api/authority.ts';
import { troubleOf } from '../../api/client.ts';
import { trackActivityQuery } from '../../api/queries.ts';
import { useAsk } from '../../parts/commands/ask.ts';
import { Moment } from '../../parts/Moment.tsx';
import { grouped, iconOf, Sentence } from '../../parts/rail/Activity.tsx';
import { paramsOf, useMe } from '../../parts/room.ts';
import styles from './lists.module.css';

const SHOWN = 8;

export function TrackActivity({ track }: { track: TrackHead }) {
  const read = useQuery(trackActivityQuery(paramsOf(track), track.revision));
  const lines = grouped(read.data?.items ?? []).slice(0, SHOWN);
  const me = useMe();
  const ask = useAsk();
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
        {lines.map(({ line, more, titles }) => (
          <li key={line.id}>
            <Moment at={line.at} />
            <Icon name={iconOf(line)} size={14} />
            <span>
              <Sentence line={line} more={more} titles={titles} isPlaced={false} />
            </span>
          </li>
        ))}
      </ol>
      {may(me, 'correct') ? (
        <p className={styles.none}>
          Was it otherwise?{' '}
          <Button size="small" aria-haspopup="dialog" onClick={() => ask({ is: 'correct', track })}>
            Correct the history…
          </Button>
        </p>
      ) : null}
    </Panel>
  );
}
