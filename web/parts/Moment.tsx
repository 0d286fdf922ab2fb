import type { Instant } from '#domain/time.ts';
import { agoText, fullMoment, momentText, zonesText } from '../util/time.ts';
import { useAppTime, useRoom, useZone } from './room.ts';

/**
 * A time in the viewer's zone; hovering or focusing it tells the zone of the release and UTC too. `inLink` where it stands in a link or a button,
 * which nothing that takes the focus may stand in.
 */
export function Moment({ at, as = 'moment', inLink = false }: { at: Instant; as?: 'moment' | 'ago' | 'full'; inLink?: boolean }) {
  const { room } = useRoom();
  const zone = useZone();
  const now = useAppTime();
  const text = as === 'ago' ? agoText(at, now, zone) : as === 'full' ? fullMoment(at, zone) : momentText(at, now, zone);
  return (
    // the words of all zones are reached by the keyboard too
    <time dateTime={at} data-tip={zonesText(at, room.app.timezone, zone)} tabIndex={inLink ? undefined : 0}>
      {text}
    </time>
  );
}
