import { z } from 'zod';

/** A moment: ISO-8601 in UTC with milliseconds, `2024-10-01T12:20:00.000Z`. Two instants compare as strings. */
export type Instant = string;

const upTo = (last: '2999' | '9999') =>
  z.iso
    .datetime({ offset: true })
    .transform((at) => new Date(at).toISOString())
    .refine((at) => /^\d{4}-/.test(at) && at >= '1970' && at.slice(0, 4) <= last, `a moment from 1970 to ${last}`);

/**
 * A moment as a person or program hands it in, with any offset; it is kept in UTC. Refused: moments before 1970 and after 2999, of which no release speaks. At the edges of the
 * years with four digits a moment in UTC would have six, and nobody could add a week to it.
 */
export const instantIn = upTo('2999');

/** A moment in a fact. A commit may be of any moment; what no calendar has is told as the nearest that one has, in the year 9999. */
export const factInstant = upTo('9999');

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
