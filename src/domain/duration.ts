/** Lengths of time as a policy writes them: `90s`, `30m`, `24h`, `7d`. Read into minutes. */
import { z } from 'zod';

const MINUTES_OF: Readonly<Record<string, number>> = { s: 1 / 60, m: 1, h: 60, d: 24 * 60 };
/** Ten years: longer than any release, and far from the end of the calendar. */
const LONGEST_MINUTES = 10 * 365 * 24 * 60;

/**
 * A length of time written with its unit, parsed into minutes: `30m` → 30, `24h` → 1440, `90s` → 1.5.
 * Refuses a bare number, a negative one, an unknown unit, and anything over ten years.
 */
export const duration = z.string({ error: 'a length of time with its unit, such as 30m, 24h or 7d' }).transform((text, context): number => {
  const minutes = parseDuration(text);
  if (minutes !== null) return minutes;
  context.addIssue({
    code: 'custom',
    message: `"${text.slice(0, 40)}" is no length of time: write a number and its unit, such as 30m, 24h or 7d (ten years at most)`,
    input: text,
  });
  return z.NEVER;
});

/** Minutes of a written length of time, or null where it is none. */
export function parseDuration(text: string): number | null {
  const match = /^\s*(\d{1,9}(?:\.\d{1,3})?)\s*([smhd])\s*$/.exec(text);
  const [, amount, unit] = match ?? [];
  if (amount === undefined || unit === undefined) return null;
  const minutes = Number(amount) * (MINUTES_OF[unit] ?? Number.NaN);
  return minutes <= LONGEST_MINUTES ? minutes : null;
}

/** Minutes as a policy writes them, in the largest unit that fits: 1440 → `24h`, 10080 → `7d`, 90 → `90m`, 1.5 → `90s`. */
export function formatDuration(minutes: number): string {
  if (!Number.isInteger(minutes)) return `${Math.round(minutes * 60)}s`;
  // A day is written 24h, because that is how people say how long a build soaks; from two days on they count days.
  if (minutes >= 2 * 1440 && minutes % 1440 === 0) return `${minutes / 1440}d`;
  if (minutes >= 60 && minutes % 60 === 0) return `${minutes / 60}h`;
  return `${minutes}m`;
}
