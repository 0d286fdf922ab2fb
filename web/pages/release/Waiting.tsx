/** While the release is read: nothing for what comes at once, then boxes of the height of what comes. */
import { useEffect, useState } from 'react';
import styles from './release.module.css';

const SKELETON_AFTER_MS = 300;

export function Waiting({ title }: { title: string }) {
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), SKELETON_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div aria-busy="true">
      <div className={styles.head}>
        <h1>{title}</h1>
      </div>
      {isLong ? (
        <div className={styles.columns}>
          <p className="sr-only">Reading {title}</p>
          <div className={styles.stack} aria-hidden="true">
            <i className={styles.skeleton} style={{ height: 160 }} />
            <i className={styles.skeleton} style={{ height: 200 }} />
          </div>
        </div>
      ) : null}
    </div>
  );
}
