/** Two releases would want the same place: what comes when, and each way out with its effect and the command that takes it. */
import type { TrackHead, TwoBranches as Warning } from '#api/control-room.ts';
import { stageAllows } from '#domain/release/can.ts';
import { platformName } from '#domain/names.ts';
import { latest, msBetween } from '#domain/time.ts';
import { may } from '../../api/authority.ts';
import { useAsk } from '../../parts/commands/ask.ts';
import { trackOf, useMe, useRoom } from '../../parts/room.ts';
import { Button } from '../../ui/Button.tsx';
import { Lamp } from '../../ui/Lamp.tsx';
import styles from './TwoBranches.module.css';

export function TwoBranches() {
  const { room } = useRoom();
  return room.twoBranches.map((warning) => <Bar key={`${warning.version} ${warning.next}`} warning={warning} />);
}

function Bar({ warning }: { warning: Warning }) {
  const { room } = useRoom();
  return (
    <section className={styles.bar} aria-label={`${warning.version} and ${warning.next} want the same place`}>
      <p className={styles.text}>
        <Lamp state="caution" />
        <span>{warning.text}</span>
      </p>
      <ul className={styles.ways}>
        {warning.ways.map((way) => (
          <li key={way.is}>
            <b>{way.title}</b>
            <span>{way.effect}</span>
            {way.is === 'delay-next' ? (
              <Delay warning={warning} />
            ) : (
              <Acts is={way.is} tracks={way.tracks.flatMap((id) => trackOf(room, id) ?? [])} />
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** One button for each track that the command is given to; none where the way has no command or the reader may not give it. */
function Acts({ is, tracks }: { is: Warning['ways'][number]['is']; tracks: readonly TrackHead[] }) {
  const me = useMe();
  const ask = useAsk();
  if ((is !== 'cancel' && is !== 'cancel-next') || !may(me, 'cancel')) return null;
  const able = tracks.filter(({ stage }) => stageAllows(stage, 'cancel'));
  if (able.length === 0) return null;
  return (
    <div className={styles.acts}>
      {able.map((track) => (
        <Button key={track.id} size="small" onClick={() => ask({ is: 'cancel', track })}>
          Cancel {platformName(track.platform)} {track.version}…
        </Button>
      ))}
    </div>
  );
}

/** Moves the plan of the next release until the last late track is through, as far as that is foretold. */
function Delay({ warning: { next, branchAt, tracks } }: { warning: Warning }) {
  const { room } = useRoom();
  const me = useMe();
  const ask = useAsk();
  const release = room.releases.find(({ version }) => version === next);
  if (release === undefined || !may(me, 'replan-release')) return null;
  const last = latest(...tracks.map(({ forecastAt }) => forecastAt));
  const byMs = last === null ? 0 : Math.max(0, msBetween(branchAt, last));
  return (
    <div className={styles.acts}>
      <Button size="small" aria-haspopup="dialog" onClick={() => ask({ is: 'delay-release', release, byMs })}>
        Delay {next}…
      </Button>
    </div>
  );
}
