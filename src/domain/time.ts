/** A moment: ISO-8601 in UTC with milliseconds, `2024-10-01T12:20:00.000Z`. Two instants compare as strings. */
export type Instant = string;

const MS_PER_MINUTE = 60_000;

/** The instant `ms` milliseconds after `at` (before it, when negative). */
export function plusMs(at: Instant, ms: number): Instant {
  return new Date(Date.parse(at) + ms).toISOString();
}

/** The instant `minutes` after `at`. */
export function plusMinutes(at: Instant, minutes: number): Instant {
  return plusMs(at, minutes * MS_PER_MINUTE);
}

/** Milliseconds from `from` to `to`; negative when `to` is earlier. */
export function msBetween(from: Instant, to: Instant): number {
  return Date.parse(to) - Date.parse(from);
}

/** Minutes from `from` to `to`; negative when `to` is earlier. */
export function minutesBetween(from: Instant, to: Instant): number {
  return msBetween(from, to) / MS_PER_MINUTE;
}

/** The earliest of the given instants, or null when there is none. */
export function earliest(...instants: (Instant | null | undefined)[]): Instant | null {
  let found: Instant | null = null;
  for (const at of instants) if (at && (found === null || at < found)) found = at;
  return found;
}

/** The latest of the given instants, or null when there is none. */
export function latest(...instants: (Instant | null | undefined)[]): Instant | null {
  let found: Instant | null = null;
  for (const at of instants) if (at && (found === null || at > found)) found = at;
  return found;
}

/** A length of time in words, coarse as a person would say it: `45 s`, `17 min`, `6 h 15 min`, `2 d 18 h`. */
export function inWords(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 ? `${days} d` : `${days} d ${hours % 24} h`;
}
