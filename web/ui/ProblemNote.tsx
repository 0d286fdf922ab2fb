import { Lamp } from './Lamp.tsx';
import styles from './ProblemNote.module.css';

/** What the server said no with, or that it could not be asked: what was wrong, and what would be right. */
export type Trouble = { detail: string; right: string | null; errors: readonly { path: string; detail: string; right: string | null }[] };

export function ProblemNote({ trouble }: { trouble: Trouble | null }) {
  if (trouble === null) return null;
  return (
    <div className={styles.note} role="alert">
      <Lamp state="stop" silent />
      <div>
        <p className={styles.what}>{trouble.detail}</p>
        {trouble.right === null ? null : <p className={styles.right}>What would be right: {trouble.right}</p>}
        {trouble.errors.length === 0 ? null : (
          <ul className={styles.errors}>
            {trouble.errors.map((error) => (
              <li key={`${error.path} ${error.detail}`}>
                <code>{error.path}</code>: {error.detail}
                {error.right === null ? '' : `; ${error.right}`}
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}
