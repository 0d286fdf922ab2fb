import { useId } from 'react';
import type { InputHTMLAttributes, ReactNode, SelectHTMLAttributes, TextareaHTMLAttributes } from 'react';
import { classes } from '../util/classes.ts';
import styles from './Field.module.css';

type Around = { label: ReactNode; hint?: ReactNode; error?: string | null | undefined };

function Frame({ id, label, hint, error, children }: Around & { id: string; children: ReactNode }) {
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={styles.label}>
        {label}
      </label>
      {children}
      {hint === undefined || hint === null ? null : (
        <p id={`${id}-hint`} className={styles.hint}>
          {hint}
        </p>
      )}
      {error ? (
        <p id={`${id}-error`} className={styles.error} role="alert">
          {error}
        </p>
      ) : null}
    </div>
  );
}

const describedBy = (id: string, { hint, error }: Pick<Around, 'hint' | 'error'>): string | undefined =>
  [hint === undefined || hint === null ? null : `${id}-hint`, error ? `${id}-error` : null].filter(Boolean).join(' ') || undefined;

/** A line of text with its label, a hint, and what is wrong with it. */
export function TextField({ label, hint, error, className, ...rest }: Around & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId();
  return (
    <Frame id={id} label={label} hint={hint} error={error}>
      <input
        {...rest}
        id={id}
        className={classes(styles.input, className)}
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy(id, { hint, error })}
      />
    </Frame>
  );
}

export function TextArea({ label, hint, error, ...rest }: Around & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const id = useId();
  return (
    <Frame id={id} label={label} hint={hint} error={error}>
      <textarea
        rows={3}
        {...rest}
        id={id}
        className={styles.input}
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy(id, { hint, error })}
      />
    </Frame>
  );
}

/** A list to choose one from: the system's own, which every hand and reader knows. */
export function SelectField({ label, hint, error, children, ...rest }: Around & SelectHTMLAttributes<HTMLSelectElement>) {
  const id = useId();
  return (
    <Frame id={id} label={label} hint={hint} error={error}>
      <select {...rest} id={id} className={styles.input} aria-describedby={describedBy(id, { hint, error })}>
        {children}
      </select>
    </Frame>
  );
}

/** A few choices side by side, one of them on. */
export function Choices<T extends string>({
  label,
  value,
  onChange,
  options,
  stacked = false,
}: {
  label: string;
  value: T | null;
  onChange: (value: T) => void;
  options: readonly { value: T; label: string; about?: string }[];
  stacked?: boolean;
}) {
  const name = useId();
  return (
    <fieldset className={styles.choices}>
      <legend className={styles.label}>{label}</legend>
      <div className={stacked ? styles.stack : styles.segments}>
        {options.map((option) => (
          <label key={option.value} className={stacked ? styles.card : styles.segment} data-on={option.value === value || undefined}>
            <input
              type="radio"
              name={name}
              value={option.value}
              checked={option.value === value}
              onChange={() => onChange(option.value)}
              className={styles.radio}
            />
            <span>
              <span className={styles.choice}>{option.label}</span>
              {option.about === undefined ? null : <span className={styles.hint}>{option.about}</span>}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

export function CheckField({ label, ...rest }: { label: ReactNode } & InputHTMLAttributes<HTMLInputElement>) {
  return (
    <label className={styles.check}>
      <input type="checkbox" {...rest} />
      <span>{label}</span>
    </label>
  );
}
