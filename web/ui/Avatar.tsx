import styles from './Avatar.module.css';

/** The initials of a person, beside their name: nothing for a reader. */
export function Avatar({ name }: { name: string }) {
  const letters = name
    .split(/\s+/)
    .map((part) => part.charAt(0))
    .join('')
    .slice(0, 2)
    .toUpperCase();
  return (
    <span className={styles.avatar} aria-hidden="true">
      {letters}
    </span>
  );
}
