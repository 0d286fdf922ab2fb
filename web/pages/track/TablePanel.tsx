/** A table of the track's page in a panel of its own: on a phone each row is a card. */
import type { ReactNode } from 'react';
import { Panel } from '../../ui/Panel.tsx';
import { ProblemNote } from '../../ui/ProblemNote.tsx';
import type { Trouble } from '../../ui/ProblemNote.tsx';
import styles from './lists.module.css';

/** `children`: its rows. `trouble`: what kept it from being read anew, above what is known. */
export function TablePanel({
  title,
  aside,
  trouble,
  columns,
  children,
}: {
  title: string;
  aside: ReactNode;
  trouble: Trouble | null;
  columns: readonly string[];
  children: ReactNode;
}) {
  return (
    <Panel title={title} aside={aside}>
      {trouble === null ? null : <ProblemNote trouble={trouble} />}
      <div className={styles.scroll}>
        <table className={styles.table}>
          <thead className="sr-only-on-phone">
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>{children}</tbody>
        </table>
      </div>
    </Panel>
  );
}
