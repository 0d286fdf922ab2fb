/** What a page shows where it has nothing to show: still loading, nothing there, not permitted, or broken. */
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { troubleOf } from '../api/client.ts';
import { Button } from '../ui/Button.tsx';
import { EmptyState } from '../ui/EmptyState.tsx';
import { ProblemNote } from '../ui/ProblemNote.tsx';
import { Skeleton } from '../ui/Skeleton.tsx';
import page from './Page.module.css';
import styles from './States.module.css';

/** What is quick shows nothing in between. */
const QUIET_FOR_MS = 300;

/** Whether what is waited for has taken longer than a blink. */
function useIsSlow(): boolean {
  const [isSlow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), QUIET_FOR_MS);
    return () => clearTimeout(timer);
  }, []);
  return isSlow;
}

/** Rows where rows will be, seen once reading takes longer than a blink. `rowHeight` in pixels, as the rows that will come. */
export function Loading({ rows = 8, rowHeight = 50, what }: { rows?: number; rowHeight?: number; what: string }) {
  return (
    <div className={styles.waits}>
      <Skeleton rows={rows} rowHeight={rowHeight} label={`Reading ${what}…`} />
    </div>
  );
}

/** A part that could not be read: what was wrong, what would be right, and another try. What else is on the page still works. `isOld`: what was read before stands below it. */
export function NotRead({
  error,
  what,
  again,
  isOld = false,
}: {
  error: unknown;
  what: string;
  again: () => void;
  isOld?: boolean;
}): ReactNode {
  return (
    <EmptyState title={`${what} could not be read${isOld ? ' again' : ''}`} acts={<Button onClick={again}>Read again</Button>}>
      <ProblemNote trouble={troubleOf(error)} />
      {isOld ? 'What is below was read before, and may have changed since.' : null}
    </EmptyState>
  );
}

/** A page that is read: its title at once, then boxes where its columns will be. `columns`: the heights of the boxes of each, in pixels. */
export function Waiting({ title, columns }: { title: string; columns: readonly (readonly number[])[] }) {
  const isSlow = useIsSlow();
  return (
    <div aria-busy="true">
      <div className={styles.head}>
        <h1>{title}</h1>
      </div>
      {isSlow ? (
        <div className={page.columns}>
          <p className="sr-only">Reading {title}</p>
          {columns.map((heights) => (
            <div key={heights.join()} className={page.stack} aria-hidden="true">
              {heights.map((height) => (
                <i key={height} className={styles.skeleton} style={{ height }} />
              ))}
            </div>
          ))}
        </div>
      ) : null}
    </div>
  );
}
