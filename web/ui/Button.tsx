import type { ButtonHTMLAttributes, ComponentProps, ReactNode } from 'react';
import { classes } from '../util/classes.ts';
import styles from './Button.module.css';

type Look = { look?: 'plain' | 'primary' | 'danger' | 'ghost'; size?: 'small' | 'normal' };

/**
 * A button: neutral, because colour is kept for state. `because` is why it cannot be pressed now: it stays in the order of focus, and says so to whoever
 * hears it, hovers, comes to it by the keyboard or presses it all the same (`tips.ts`). A disabled button without a reason is a defect.
 */
export function Button({
  look = 'plain',
  size = 'normal',
  because = null,
  className,
  children,
  ...rest
}: Look & { because?: string | null; children: ReactNode } & Omit<ComponentProps<'button'>, 'disabled'>) {
  return (
    <button
      type="button"
      {...rest}
      {...(because === null
        ? {}
        : { 'aria-disabled': true, 'aria-description': because, 'data-tip': because, onClick: (event) => event.preventDefault() })}
      className={classes(styles.button, styles[look], size === 'small' && styles.small, className)}
    >
      {children}
    </button>
  );
}

/** A link that looks like a button, for what goes somewhere. The caller's router renders it: take the classes. */
export function buttonClasses({ look = 'plain', size = 'normal' }: Look = {}): string {
  return classes(styles.button, styles[look], size === 'small' && styles.small);
}

/** A button that is only an icon; `label` is its name. */
export function IconButton({
  label,
  children,
  className,
  ...rest
}: { label: string; children: ReactNode } & ButtonHTMLAttributes<HTMLButtonElement>) {
  return (
    <button type="button" aria-label={label} title={label} {...rest} className={classes(styles.icon, className)}>
      {children}
    </button>
  );
}

export function Key({ children }: { children: ReactNode }) {
  return <kbd className={styles.key}>{children}</kbd>;
}
