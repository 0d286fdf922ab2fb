/** Users who crash do it again: how far counts spread wider than a Poisson's, and counts that are bounded a user (health.md §1.4). */

export type Dispersion = { affectedUsers: number; crashes: number; dispersion: number };

/** `users[z]` users had z crashes each. φ = Σz² / Σz, never below 1. */
export function dispersionOf(users: ReadonlyMap<number, number>): Dispersion {
  let affectedUsers = 0;
  let crashes = 0;
  let squares = 0;
  for (const [times, many] of users) {
    affectedUsers += many;
    crashes += times * many;
    squares += times * times * many;
  }
  return { affectedUsers, crashes, dispersion: crashes === 0 ? 1 : Math.max(1, squares / crashes) };
}

/** Crashes, at most `cap` of each user. */
export function cappedCount(users: ReadonlyMap<number, number>, cap: number): number {
  let count = 0;
  for (const [times, many] of users) count += Math.min(times, cap) * many;
  return count;
}
