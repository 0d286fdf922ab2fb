/** The line of the track: when each station was reached or is expected, how long each stretch took, and how that lies to the plan. */
import type { TrackHead } from '#api/control-room.ts';
import { Lamp } from '../../ui/Lamp.tsx';
import { clockTime, dayText } from '../../util/time.ts';
import { useAppTime, useZone } from '../../parts/room.ts';
import { trainName } from '../../parts/track-lines/words.ts';
import { lineOf } from './line-model.ts';
import type { LineStation } from './line-model.ts';
import styles from './line.module.css';

const signalLamp = { held: 'stop', waits: 'caution', blind: 'unknown', clear: 'clear', none: 'not-needed-yet' } as const;

export function Line({ track }: { track: TrackHead }) {
  const now = useAppTime(60_000);
  const zone = useZone();
  const line = lineOf(track, now);
  const [first, last] = [line.stations[0], line.stations.at(-1)];
  const isHalted = track.stage === 'halted';
  const isLive = track.ended === null && track.stage !== 'planned';
  const train = trainName(track);
  const end = line.hasEnded ? line.doneTo : (last?.left ?? 91);
  const timeText = ({ at }: LineStation): string => (at === null ? '' : `${dayText(at, now, zone)}, ${clockTime(at, zone)}`);
  return (
    <section className={styles.panel} aria-label="Line">
      <ol className="sr-only">
        {line.stations.map((each) => (
          <li key={each.station.key}>
            {each.station.name}: {each.is === 'reached' ? 'reached' : each.is}
            {each.at === null ? '' : ` ${timeText(each)}`}
            {each.delta === null ? '' : `, ${each.delta}`}
            {each.station.isHere ? ', here now' : ''}
          </li>
        ))}
      </ol>
      <div className={styles.drawing} aria-hidden="true">
        <i className={styles.rail} style={{ left: `${first?.left ?? 9}%`, width: `${end - (first?.left ?? 9)}%` }} />
        <i className={styles.done} style={{ left: `${first?.left ?? 9}%`, width: `${line.train - (first?.left ?? 9)}%` }} />
        {line.stretches.map(({ left, text }) => (
          <span key={left} className={styles.stretch} style={{ left: `${left}%` }}>
            {text}
          </span>
        ))}
        {line.stations.map((each) =>
          line.hasEnded && !each.station.isPassed ? null : (
            <span
              key={each.station.key}
              className={styles.station}
              data-passed={each.station.isPassed || undefined}
              style={{ left: `${each.left}%` }}
              title={each.station.forecast?.because}
            >
              <i />
              <b>{each.station.name}</b>
              <span className={styles.time} data-is={each.is}>
                {each.is === 'forecast' ? '~ ' : ''}
                {timeText(each)}
              </span>
              <span className={styles.delta}>{each.delta}</span>
            </span>
          ),
        )}
        {line.hasEnded ? <i className={styles.buffer} style={{ left: `${line.doneTo}%` }} /> : null}
        {isLive ? (
          <>
            <span className={styles.now} style={{ left: `${line.train}%` }}>
              Now {clockTime(now, zone)}
            </span>
            <span className={styles.front} data-side={line.train > 80 ? 'left' : 'right'} style={{ left: `${line.train}%` }}>
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
          </>
        ) : null}
      </div>
      {track.back === null || track.ended !== null ? null : (
        <p className={styles.note}>
          Back from {track.back.from.replace('-', ' ')} since {clockTime(track.back.at, zone)}: {track.back.why}
        </p>
      )}
      {track.ended === null ? null : <p className={styles.note}>It ended: {track.ended}</p>}
    </section>
  );
}
