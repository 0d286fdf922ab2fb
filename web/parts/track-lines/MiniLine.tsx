/** A track's line where there is room for little: stations spread evenly, the train, and no signal. For cards. */
import type { TrackHead } from '#api/control-room.ts';
import { fitLabels, textWidth, trainWidth } from './diagram.ts';
import { stationsOf } from './stations.ts';
import { nameForms, trainName } from './words.ts';
import { useWidth } from '../../hooks/useWidth.ts';
import styles from './MiniLine.module.css';

/** Where the first and the last station stand, in parts of the width. */
const FIRST_AT = 0.03;
const LAST_AT = 0.97;

export function MiniLine({ track }: { track: TrackHead }) {
  const [measure, width] = useWidth();
  const all = stationsOf(track);
  const isBeforeBranch = all.every(({ key, isPassed }) => key !== 'branch' || !isPassed);
  // main is behind a track that has branched
  const stations = isBeforeBranch ? all : all.filter(({ key }) => key !== 'main');
  const x = (at: number): number => FIRST_AT + (stations.length < 2 ? 0 : (at / (stations.length - 1)) * (LAST_AT - FIRST_AT));
  const here = stations.findIndex(({ isHere }) => isHere);
  const train = trainName(track);
  const isHalted = track.stage === 'halted';
  const hasEnded = track.stage === 'canceled' || track.stage === 'superseded';
  const shown = width ?? 0;
  const half = trainWidth(train, isHalted) / 2;
  const trainX = Math.min(Math.max(x(Math.max(0, here)) * shown, half), Math.max(half, shown - half));
  const end = hasEnded ? x(Math.max(0, here)) : LAST_AT;
  const labels = fitLabels(
    stations.map(({ name }, at) => {
      const forms = name === 'In review' ? ['Review'] : nameForms(name);
      const halfName = textWidth(forms[0] ?? '', 11) / 2;
      // the first and the last are set to the edges
      return { x: at === 0 ? halfName : at === stations.length - 1 ? shown - halfName : x(at) * shown, forms };
    }),
    { width: shown, size: 11, gap: 4, overhang: 1 },
  );
  return (
    <div className={styles.line}>
      <p className="sr-only">
        {stations.map(({ name, isPassed, isHere }) => `${name}: ${isHere ? 'here' : isPassed ? 'passed' : 'ahead'}`).join('; ')}.
        {isHalted ? ' Halted.' : ''}
      </p>
      <div className={styles.drawing} aria-hidden="true" ref={measure}>
        <i className={styles.rail} style={{ left: `${FIRST_AT * 100}%`, width: `${(end - FIRST_AT) * 100}%` }} />
        <i className={styles.done} style={{ left: `${FIRST_AT * 100}%`, width: `${(x(Math.max(0, here)) - FIRST_AT) * 100}%` }} />
        {stations.map(({ key, isPassed }, at) =>
          hasEnded && !isPassed ? null : (
            <i key={key} className={styles.station} data-passed={isPassed || undefined} style={{ left: `${x(at) * 100}%` }} />
          ),
        )}
        <span
          className={styles.train}
          data-halted={isHalted || undefined}
          data-empty={train === 'planned' || undefined}
          style={{ left: shown === 0 ? `${x(Math.max(0, here)) * 100}%` : `${(trainX / shown) * 100}%` }}
        >
          {train}
        </span>
      </div>
      <div className={styles.names} aria-hidden="true">
        {stations.map(({ key, isPassed }, at) => (
          <span
            key={key}
            data-at={at === 0 ? 'start' : at === stations.length - 1 ? 'end' : undefined}
            data-passed={isPassed || undefined}
            style={at === 0 || at === stations.length - 1 ? undefined : { left: `${x(at) * 100}%` }}
          >
            {labels[at]}
          </span>
        ))}
      </div>
    </div>
  );
}
