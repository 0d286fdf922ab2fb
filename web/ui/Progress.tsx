import styles from './Progress.module.css';

/** How far something is, 0 to 1; the words beside it say the same. Never green before it is complete. */
export function Progress({ value, tone }: { value: number; tone: 'warn' | 'run' | 'plain' }) {
  return (
    <span className={styles.bar} data-tone={tone} aria-hidden="true">
      <i style={{ width: `${Math.round(Math.min(1, Math.max(0, value)) * 100)}%` }} />
    </span>
  );
}

/** A range against a limit on one scale: the band, its middle, and the limit. */
export function RangeMark({ range, limit, value, tone }: { range: readonly [number, number]; limit: number; value: number; tone: string }) {
  const high = Math.max(range[1], limit, value) * 1.15;
  const x = (amount: number): number => 2 + (high === 0 ? 0 : (amount / high) * 60);
  return (
    <svg className={styles.range} data-tone={tone} width="64" height="14" viewBox="0 0 64 14" aria-hidden="true">
      <line className={styles.axis} x1="2" x2="62" y1="7" y2="7" />
      <rect className={styles.band} x={x(range[0])} y="4" width={Math.max(2, x(range[1]) - x(range[0]))} height="6" rx="1" />
      <line className={styles.limit} x1={x(limit)} x2={x(limit)} y1="1" y2="13" />
      <circle className={styles.point} cx={x(value)} cy="7" r="2.2" />
    </svg>
  );
}
