/** Each track of a release as a line of stations with its train and the signal in front of it: the state of the track above the reasons for it. */
import { Link } from '@tanstack/react-router';
import type { TrackHead } from '#api/control-room.ts';
import { platformName } from '#domain/names.ts';
import { Icon, platformIcon } from '../../ui/Icon.tsx';
import { Lamp } from '../../ui/Lamp.tsx';
import { Tag } from '../../ui/Panel.tsx';
import { inWords } from '#domain/time.ts';
import { momentText, shortLength } from '../../util/time.ts';
import { useAppTime, useRoom } from '../room.ts';
import { placeInWords, stationsOf } from './stations.ts';
import styles from './TrackLines.module.css';

const signalLamp = { held: 'stop', waits: 'caution', blind: 'unknown', clear: 'clear', none: 'not-needed-yet' } as const;

export function TrackLines({ version, part, tracks }: { version: string; part: string; tracks: readonly TrackHead[] }) {
  const now = useAppTime();
  const { room } = useRoom();
  return (
    <section className={styles.panel} aria-label={`Tracks of ${version}`}>
      <div className={styles.release}>
        <b>{version}</b>
        <Tag>{part}</Tag>
      </div>
      <ul className={styles.tracks}>
        {tracks.map((track) => (
          <li key={track.id} className={styles.row}>
            <Link
              to="/$app/$version/$platform"
              params={{ app: track.app, version: track.version, platform: track.platform }}
              search={(old) => old}
              activeOptions={{ exact: true, includeSearch: false }}
              className={styles.label}
            >
              <Icon name={platformIcon(track.platform)} size={20} />
              <span>
                <b>{platformName(track.platform)}</b>
                <span>
                  {placeInWords(track)}, {shortLength(Date.parse(now) - Date.parse(track.since))}
                </span>
              </span>
            </Link>
            <TrackLine track={track} />
            <div className={styles.end}>
              {track.lateMs === null ? (
                <span>{track.branch === null ? '' : <code>{track.branch}</code>}</span>
              ) : (
                <span className={styles.late}>{inWords(track.lateMs)} late</span>
              )}
              {track.candidate === null ? null : (
                <span className={styles.soft}>
                  {track.candidate.candidate === null ? 'Final' : `RC ${track.candidate.candidate}`}, chosen{' '}
                  {momentText(track.candidate.chosenAt, now, room.app.timezone)}
                </span>
              )}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The line itself. Drawn for the eye; the list beside it is for readers. */
export function TrackLine({ track }: { track: TrackHead }) {
  const now = useAppTime();
  const { room } = useRoom();
  const stations = stationsOf(track);
  const here = Math.max(
    0,
    stations.findLastIndex(({ isHere }) => isHere),
  );
  const x = (index: number): number => 7 + (index / Math.max(1, stations.length - 1)) * 86;
  const isHalted = track.stage === 'halted' || track.pending?.is === 'halting';
  const isLast = here === stations.length - 1;
  const train = track.candidate?.build ?? (track.stage === 'developing' ? 'nightly' : track.version);
  return (
    <div className={styles.line}>
      <p className="sr-only">
        {stations.map(({ name, isPassed, isHere }) => `${name}: ${isHere ? 'here' : isPassed ? 'passed' : 'ahead'}`).join('; ')}.{' '}
        {isHalted ? 'Halted. ' : ''}
        {track.signal.text}
      </p>
      <div aria-hidden="true">
        <i className={styles.rail} style={{ left: `${x(0)}%`, width: `${x(stations.length - 1) - x(0)}%` }} />
        <i className={styles.done} style={{ left: `${x(0)}%`, width: `${x(here) - x(0)}%` }} />
        {stations.map((station, index) => (
          <span key={station.name} className={styles.station} data-passed={station.isPassed || undefined} style={{ left: `${x(index)}%` }}>
            <i />
            <span className={styles.name}>{station.name}</span>
            <span className={styles.time}>
              {station.reachedAt === null
                ? station.plannedAt === null || station.isPassed
                  ? ''
                  : `planned ${momentText(station.plannedAt, now, room.app.timezone)}`
                : momentText(station.reachedAt, now, room.app.timezone)}
            </span>
          </span>
        ))}
        <span
          className={styles.front}
          data-side={isLast ? 'left' : 'right'}
          style={isLast ? { right: `${100 - x(here)}%` } : { left: `${x(here)}%` }}
        >
          <span className={styles.train} data-halted={isHalted || undefined}>
            {train}
          </span>
          {track.signal.is === 'none' ? null : (
            <span className={styles.signal} data-signal={track.signal.is}>
              <Lamp state={signalLamp[track.signal.is]} size={14} silent />
              {track.signal.text}
            </span>
          )}
        </span>
      </div>
    </div>
  );
}
