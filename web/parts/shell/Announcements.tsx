/** What is read out: the summary, politely and seldom; a Stop during a rollout, at once; and what an action just did, which is shown too. */
import { useEffect, useState } from 'react';
import { platformName } from '#domain/names.ts';
import type { ControlRoom } from '#api/control-room.ts';
import { useRoom } from '../room.ts';
import { useSay } from './announce.ts';
import styles from './Shell.module.css';

/** The summary is announced at most this often. */
const ANNOUNCE_EVERY_MS = 30_000;

/** Tracks that people are getting now and that something stops: by their id, what is said of each. */
export function stopsDuringRollout({ tracks, cells }: Pick<ControlRoom, 'tracks' | 'cells'>): ReadonlyMap<string, string> {
  return new Map(
    tracks.flatMap((track) => {
      if (track.stage !== 'rolling-out' && track.stage !== 'halted') return [];
      const name = `${platformName(track.platform)} ${track.version}`;
      const stop = cells.find((cell) => cell.track === track.id && cell.state === 'stop' && cell.neededNow);
      if (track.stage === 'halted') return [[track.id, `${name} is halted${track.haltedWhy === null ? '' : `: ${track.haltedWhy}`}`]];
      return stop === undefined ? [] : [[track.id, `Stop during the rollout of ${name}: ${stop.title}, ${stop.headline}`]];
    }),
  );
}

export function Announcements() {
  const { room } = useRoom();
  const [summary, setSummary] = useState(room.summary.text);
  const said = useSay();
  useEffect(() => {
    if (summary === room.summary.text) return undefined;
    const timer = setTimeout(() => setSummary(room.summary.text), ANNOUNCE_EVERY_MS);
    return () => clearTimeout(timer);
  }, [summary, room.summary.text]);
  const stops = [...stopsDuringRollout(room).values()].join('. ');
  // what stood when the page came is in the page; what comes later interrupts
  const [known, setKnown] = useState(stops);
  const [alert, setAlert] = useState('');
  if (stops !== known) {
    setKnown(stops);
    setAlert(stops);
  }
  return (
    <>
      <p className="sr-only" aria-live="polite">
        {summary}
      </p>
      <p className="sr-only" role="alert">
        {alert}
      </p>
      <output className={styles.toasts} aria-live="polite">
        {said === null ? null : (
          <span key={said.id} className={styles.toast}>
            {said.text}
          </span>
        )}
      </output>
    </>
  );
}
