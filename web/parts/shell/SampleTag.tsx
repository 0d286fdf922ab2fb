import { lazy, Suspense } from 'react';
import { headerClock } from '../../util/time.ts';
import { useAppTime, useMe, useRoom, useZone } from '../room.ts';
import styles from './Shell.module.css';

// an app of one's own has no use for it
const SampleMover = lazy(async () => ({ default: (await import('./SampleMover.tsx')).SampleMover }));

/** On every page of a sample app: that nothing here is real, what its time does, and, for who may, how to move it. */
export function SampleTag() {
  const { room } = useRoom();
  const me = useMe();
  const now = useAppTime(1_000);
  const zone = useZone();
  if (!room.app.sample) return null;
  const { speed } = room.app.clock;
  const pace =
    speed === 0 ? `stands at ${headerClock(now, zone)}` : speed === 1 ? 'passes as yours' : `passes ${speed} times as fast as yours`;
  const says = `Sample data: an invented release and invented people. Its time ${pace}.`;
  const plain = (
    <span className={styles.sample} data-tip={says}>
      Sample
      <span className="sr-only">. {says}</span>
    </span>
  );
  return me.isAdmin ? (
    <Suspense fallback={<span data-comes>{plain}</span>}>
      <SampleMover says={says} />
    </Suspense>
  ) : (
    plain
  );
}
