/** Bars that every page of an app carries while something is not as usual. */
import { Icon } from '../../ui/Icon.tsx';
import { momentText } from '../../util/time.ts';
import { useAppTime, useRoom, useZone } from '../room.ts';
import styles from './Shell.module.css';

export function PausedBar() {
  const { room } = useRoom();
  const now = useAppTime();
  const zone = useZone();
  const pause = room.app.robotPaused;
  if (pause === null) return null;
  return (
    <output className={styles.pausedBar}>
      <Icon name="pause" />
      <span>
        <b>The robot is paused</b> by {pause.by}
        {pause.until === null ? '' : ` until ${momentText(pause.until, now, zone)}`}: {pause.why} It still watches, holds and halts.
      </span>
    </output>
  );
}
