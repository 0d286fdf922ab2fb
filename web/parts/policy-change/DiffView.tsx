import { useState } from 'react';
import type { settings } from '../../api/settings-client.ts';
import { Button } from '../../ui/Button.tsx';
import { diffInWords, signOf } from './effect-model.ts';
import styles from './policy-change.module.css';

type Diff = Awaited<ReturnType<typeof settings.getPolicyDiff>>;

const names = { same: 'as it was', added: 'added', removed: 'taken out', gap: 'lines that are the same are left out' } as const;

/** Lines that are shown at first: most changes are shorter. */
const FEW = 60;

/** How two texts differ, line by line; each line says in words and by a sign what became of it. */
export function DiffView({ diff }: { diff: Diff }) {
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? diff.lines : diff.lines.slice(0, FEW);
  if (diff.lines.length === 0) return <p className={styles.soft}>The text is the same.</p>;
  return (
    <figure className={styles.figure}>
      <figcaption>{diffInWords(diff)}</figcaption>
      <div className={styles.diff}>
        <ol>
          {shown.map((line, at) => (
            // a line is known by its place: the same text may stand twice
            <li key={at} data-is={line.is}>
              <span className={styles.number}>{line.line ?? ''}</span>
              <span aria-hidden="true" className={styles.sign}>
                {signOf(line.is)}
              </span>
              <code>
                {line.is === 'same' || line.is === 'gap' ? null : <span className="sr-only">{names[line.is]}: </span>}
                {line.is === 'gap' ? '…' : line.text}
              </code>
            </li>
          ))}
        </ol>
        {shown.length < diff.lines.length ? (
          <Button size="small" onClick={() => setWhole(true)}>
            Show all {diff.lines.length} lines
          </Button>
        ) : null}
      </div>
    </figure>
  );
}
