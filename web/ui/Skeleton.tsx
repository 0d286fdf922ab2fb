import styles from './Skeleton.module.css';

/** Rows as high as those that will come, so that nothing moves when they do. `rowHeight` in pixels. */
export function Skeleton({ rows, rowHeight, label }: { rows: number; rowHeight: number; label: string }) {
  return (
    <div className={styles.skeleton}>
      <output className="sr-only">{label}</output>
      {Array.from({ length: rows }, (_, at) => (
        <i key={at} style={{ height: rowHeight }} aria-hidden="true">
          <b style={{ width: `${30 + ((at * 37) % 45)}%` }} />
        </i>
      ))}
    </div>
  );
}
