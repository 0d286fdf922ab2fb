/** The head of the control room: the summary sentence, what rides in the release and where it is talked about, and what acts on all of it. */
import { Link } from '@tanstack/react-router';
import type { ControlRoom } from '#api/control-room.ts';
import { may } from '../../api/authority.ts';
import { useAsk } from '../../parts/commands/ask.ts';
import { leadTrack } from '../../parts/lead-track.ts';
import { useAppTime, useMe, useRoom, useZone } from '../../parts/room.ts';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { dayText, stationTimeText } from '../../util/time.ts';
import styles from './control-room.module.css';
import { sentencesOf } from './sentences.ts';

type Release = ControlRoom['releases'][number];

export function PageHead() {
  const { room } = useRoom();
  const me = useMe();
  const ask = useAsk();
  const isPaused = room.app.robotPaused !== null;
  const first = leadTrack(room);
  const kind = isPaused ? 'unpause-robot' : 'pause-robot';
  return (
    <div className={styles.head}>
      <h1>
        {sentencesOf(room.summary.parts).map((parts, at) => (
          <span key={at} className={styles.sentence}>
            {parts.map((part, order) => (part.strong ? <b key={order}>{part.text}</b> : <span key={order}>{part.text}</span>))}
          </span>
        ))}
      </h1>
      <Meta />
      <div className={styles.buttons}>
        {first !== null && may(me, kind) ? (
          <Button
            size="small"
            aria-haspopup="dialog"
            data-tip="Paused, it still watches, holds and halts"
            onClick={() => ask({ is: kind, track: first, scope: 'app' })}
          >
            {isPaused ? 'Let the robot go on' : 'Pause robot'}
          </Button>
        ) : null}
        <PostUpdate />
      </div>
    </div>
  );
}

function PostUpdate() {
  const { room } = useRoom();
  const me = useMe();
  const ask = useAsk();
  const release = room.releases.find(({ part }) => part === 'current') ?? room.releases.find(({ part }) => part === 'upcoming');
  if (release === undefined || !may(me, 'post-update')) return null;
  return (
    <Button size="small" aria-haspopup="dialog" onClick={() => ask({ is: 'post-update', release })}>
      Post update
    </Button>
  );
}

function Meta() {
  const { room } = useRoom();
  const now = useAppTime(60_000);
  const zone = useZone();
  const live = room.releases.filter(({ part }) => part === 'current');
  const told = live.length > 0 ? live : room.releases.filter(({ part }) => part === 'upcoming').slice(0, 1);
  const watched = room.releases.filter(({ part }) => part === 'watched');
  const channels = [...new Set(told.flatMap(({ channel }) => channel ?? []))];
  const isNothing = room.releases.every(({ part }) => part === 'ended');
  return (
    <ul className={styles.meta}>
      {told.map((release) => (
        <BigFeature key={release.version} release={release} app={room.app.id} />
      ))}
      {channels.map((channel) => (
        <li key={channel}>
          <Icon name="channel" />
          <span className="sr-only">Talked about in </span>
          {channel}
        </li>
      ))}
      {watched.map(({ version, watchUntil }) => (
        <li key={version}>
          {version} is at 100%
          {watchUntil === null || watchUntil < now ? ', watched' : `, watched until ${watchedUntil(watchUntil, now, zone)}`}
        </li>
      ))}
      {isNothing ? <li>No release is under way</li> : null}
    </ul>
  );
}

/** `Wed` within six days, `Fri 11 Oct` else. */
function watchedUntil(at: string, now: string, zone: string): string {
  const [day = ''] = dayText(at, now, zone).split(' ');
  return stationTimeText(at, now, zone).startsWith(day) ? day : dayText(at, now, zone);
}

function BigFeature({ release, app }: { release: Release; app: string }) {
  const { bigFeature, version } = release;
  if (bigFeature === null) return null;
  const words = [bigFeature.name, bigFeature.note].filter((part) => part !== null && part !== '').join(', ');
  return (
    <li>
      <span>Big feature in {version}:</span>
      {bigFeature.url === null ? (
        <Link className="link" to="/$app/$version" params={{ app, version }}>
          {words}
        </Link>
      ) : (
        <a className="link" href={bigFeature.url}>
          {words}
        </a>
      )}
    </li>
  );
}
