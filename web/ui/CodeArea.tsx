import { useId, useImperativeHandle, useRef } from 'react';
import type { ReactNode, Ref } from 'react';
import styles from './CodeArea.module.css';

/** Moves the caret to a place, and the place into view. `line` and `column` count from 1. */
export type CodeAreaHandle = { goTo: (line: number, column: number) => void };

/** A text of many lines, each with its number; `marked` are lines that something is wrong with, and what. */
export function CodeArea({
  label,
  value,
  onChange,
  readOnly = false,
  marked = new Map(),
  hint,
  ref,
}: {
  label: ReactNode;
  value: string;
  onChange: (value: string) => void;
  readOnly?: boolean;
  marked?: ReadonlyMap<number, string>;
  hint?: ReactNode;
  ref?: Ref<CodeAreaHandle>;
}) {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const lines = value.split('\n');
  useImperativeHandle(ref, () => ({
    goTo: (line, column) => {
      const at = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0) + column - 1;
      area.current?.focus();
      area.current?.setSelectionRange(at, at);
      area.current?.parentElement?.querySelector(`[data-line="${line}"]`)?.scrollIntoView({ block: 'center' });
    },
  }));
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={styles.label}>
        {label}
      </label>
      <div className={styles.box}>
        <ol className={styles.numbers} aria-hidden="true">
          {lines.map((_, at) => (
            // a line is known by its place
            <li key={at} data-line={at + 1} data-marked={marked.has(at + 1) || undefined} title={marked.get(at + 1)}>
              {at + 1}
            </li>
          ))}
        </ol>
        <textarea
          ref={area}
          id={id}
          className={styles.text}
          rows={lines.length}
          wrap="off"
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          readOnly={readOnly}
          value={value}
          aria-invalid={marked.size > 0 || undefined}
          aria-describedby={hint === undefined ? undefined : `${id}-hint`}
          onChange={(event) => onChange(event.target.value)}
        />
      </div>
      {hint === undefined ? null : (
        <p id={`${id}-hint`} className={styles.hint}>
          {hint}
        </p>
      )}
    </div>
  );
}
