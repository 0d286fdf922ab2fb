import { headerClock } from '../../util/time.ts';
import { Icon } from '../../ui/Icon.tsx';
import { useAppTime, useRoom, useZone } from '../room.ts';
import styles from './Shell.module.css';

/** On every page of a sample app: that nothing here is real, and what its time does. */
export function SampleBar() {
  const { room } = useRoom();
  const now = useAppTime(1_000);
  const zone = useZone();
  if (!room.app.sample) return null;
  const { speed } = room.app.clock;
  const time = headerClock(now, zone);
  return (
    <section className={styles.sampleBar} aria-label="Sample data">
      <Icon name="info" />
      <span>
        <b>Sample data:</b> an invented release and invented people.{' '}
        {speed === 0 ? `Time stands at ${time}.` : speed === 1 ? 'Time passes as yours.' : `Time passes ${speed} times as fast as yours.`}
      </span>
    </section>
  );
}
