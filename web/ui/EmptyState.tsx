import type { ReactNode } from 'react';
import styles from './EmptyState.module.css';

/** What stands where there is nothing: that it is so, why, and what would fill it. */
export function EmptyState({ title, acts, children }: { title: string; acts?: ReactNode; children?: ReactNode }) {
  return (
    <section className={styles.empty}>
      <h2>{title}</h2>
      {children === undefined ? null : <div className={styles.about}>{children}</div>}
      {acts === undefined ? null : <div className={styles.acts}>{acts}</div>}
    </section>
  );
}
