/** At the foot of the page on a phone, where a rollout is halted: staying halted is the safe default, and the ways out are beside it. */
import { Link } from '@tanstack/react-router';
import type { TrackHead } from '#api/control-room.ts';
import { Button, buttonClasses } from '../../ui/Button.tsx';
import { useAsk } from '../../parts/commands/ask.ts';
import { useMe } from '../../parts/room.ts';
import { actsOf } from './acts-model.ts';
import styles from './phone.module.css';

export function NightBar({ track }: { track: TrackHead }) {
  const me = useMe();
  const ask = useAsk();
  if (track.stage !== 'halted') return null;
  const acts = actsOf(track, me);
  const shown = acts.filter(({ is }) => is === 'resume' || is === 'cancel');
  const [because] = shown.flatMap((act) => act.because ?? []);
  return (
    <div className={styles.bar}>
      {/* nothing is done by staying halted, so that leaving the page is all there is to it */}
      <Link to="/$app" params={{ app: track.app }} className={buttonClasses({ look: 'primary' })}>
        Keep halted
      </Link>
      <div>
        {shown.map((act) => (
          <Button
            key={act.is}
            look={act.is === 'cancel' ? 'danger' : 'plain'}
            because={act.because}
            onClick={() => ask({ is: act.is, track })}
          >
            {act.label}
          </Button>
        ))}
      </div>
      {because === undefined ? null : <p>{because}</p>}
    </div>
  );
}
