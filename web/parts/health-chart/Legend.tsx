import { LimitSwatch, Swatch } from './HealthChart.tsx';
import { listed } from './series-model.ts';
import styles from './Legend.module.css';

/** What the strokes of a picture mean. `before`: the earlier releases behind the line; null: none is drawn. `spread`: their line has a band. */
export function Legend({
  version,
  before,
  spread = false,
  hasLimit,
  inHead = false,
}: {
  version: string;
  before: readonly string[] | null;
  spread?: boolean;
  hasLimit: boolean;
  /** It stands in the head of a panel, which has its own room about it. */
  inHead?: boolean;
}) {
  return (
    <ul className={styles.legend} data-in-head={inHead || undefined} aria-label="What the strokes mean">
      <li>
        <Swatch look="lead" /> {version}
      </li>
      <li>
        <Swatch look="baseline" band /> always-valid range
      </li>
      {before === null ? null : (
        <li>
          <Swatch look="baseline" /> {listed(before)} at the same age{spread ? ', from the least to the most' : ''}
        </li>
      )}
      {hasLimit ? (
        <li>
          <LimitSwatch /> limit
        </li>
      ) : null}
    </ul>
  );
}
