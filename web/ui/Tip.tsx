import { useId, useState } from 'react';
import type { ReactNode } from 'react';
import { classes } from '../util/classes.ts';
import styles from './Tip.module.css';

/**
 * A word that explains itself, on hover and on focus; Escape takes the explanation away, and the pointer may go into it (WCAG 1.4.13). `label` is the name
 * of the word where what is shown is shortened; `align`: to which edge of the word the explanation is set.
 */
export function Tip({
  children,
  tip,
  label,
  align = 'middle',
  className,
}: {
  children: ReactNode;
  tip: ReactNode;
  label?: string | undefined;
  align?: 'start' | 'middle' | 'end';
  className?: string | undefined;
}) {
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const open = (): void => setOpen(true);
  const close = (): void => setOpen(false);
  return (
    <span className={styles.place} onPointerEnter={open} onPointerLeave={close}>
      <button
        type="button"
        className={classes(styles.word, className)}
        aria-label={label}
        aria-describedby={isOpen ? id : undefined}
        onFocus={open}
        onBlur={close}
        onClick={open}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || !isOpen) return;
          event.stopPropagation();
          event.preventDefault();
          close();
        }}
      >
        {children}
      </button>
      {isOpen ? (
        <span role="tooltip" id={id} className={styles.tip} data-align={align}>
          {tip}
        </span>
      ) : null}
    </span>
  );
}
