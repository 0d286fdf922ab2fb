import type { Instant } from '#domain/time.ts';
import { agoText, fullMoment, momentText, zonesText } from '../util/time.ts';
import { useAppTime, useRoom } from './room.ts';

/** A time: the app's zone in words; hovering tells the viewer's zone and UTC too. */
export function Moment({ at, as = 'moment' }: { at: Instant; as?: 'moment' | 'ago' | 'full' }) {
  const { room } = useRoom();
  const zone = room.app.timezone;
  const now = useAppTime();
  const text = as === 'ago' ? agoText(at, now, zone) : as === 'full' ? fullMoment(at, zone) : momentText(at, now, zone);
  return (
    <time dateTime={at} title={zonesText(at, zone)}>
      {text}
    </time>
  );
}
