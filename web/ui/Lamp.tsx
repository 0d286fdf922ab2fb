/** Lamps: shape and glyph carry the meaning, colour only repeats it. */
import type { CellState } from '#domain/cell-state.ts';
import { cellStateNames } from '#domain/cell-state.ts';
import styles from './Lamp.module.css';

/** `size` in pixels. Named for screen readers unless `silent`, where words beside it say the state. */
export function Lamp({ state, size = 16, silent = false }: { state: CellState; size?: number; silent?: boolean }) {
  const name = silent ? { 'aria-hidden': true } : { role: 'img', 'aria-label': cellStateNames[state] };
  return (
    <svg viewBox="0 0 16 16" width={size} height={size} className={styles.lamp} data-lamp={state} {...name}>
      {shapeOf(state)}
    </svg>
  );
}

function shapeOf(state: CellState) {
  switch (state) {
    case 'clear':
      return (
        <>
          <circle className={styles.ok} cx="8" cy="8" r="7" />
          <path className={styles.ink} d="M5 8.3l2.1 2.1L11.2 6" />
        </>
      );
    case 'caution':
      return (
        <>
          <path className={styles.warn} d="M6.9 1.9a1.3 1.3 0 0 1 2.2 0l6.1 10.7a1.3 1.3 0 0 1-1.1 1.9H1.9A1.3 1.3 0 0 1 .8 12.6z" />
          <path className={styles.ink} d="M8 6v3.4M8 11.9v.01" />
        </>
      );
    case 'stop':
      return (
        <>
          <rect className={styles.stop} x="1" y="1" width="14" height="14" rx="3" />
          <path className={styles.ink} d="M5.4 5.4l5.2 5.2M10.6 5.4l-5.2 5.2" />
        </>
      );
    case 'waived':
      return (
        <>
          <path
            className={styles.waive}
            d="M7.1.9a1.3 1.3 0 0 1 1.8 0l6.2 6.2a1.3 1.3 0 0 1 0 1.8l-6.2 6.2a1.3 1.3 0 0 1-1.8 0L.9 8.9a1.3 1.3 0 0 1 0-1.8z"
          />
          <path className={styles.ink} d="M4.6 6.2l1.5 4L8 6.8l1.9 3.4 1.5-4" />
        </>
      );
    case 'unknown':
      return (
        <>
          <circle className={styles.unk} cx="8" cy="8" r="6.6" strokeDasharray="2.6 2" />
          <path className={styles.unk} strokeLinecap="round" d="M6.3 6.3A1.8 1.8 0 1 1 8.7 8c-.5.2-.7.5-.7 1M8 11.2v.01" />
        </>
      );
    case 'not-set-up':
      return <path className={styles.none} strokeDasharray="0.1 3.4" d="M3 8h10.3" />;
    case 'not-needed-yet':
      return <path className={styles.none} d="M5 8h6" />;
    default:
      return state satisfies never;
  }
}
