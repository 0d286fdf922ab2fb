/** Local dates and times of a time zone, and the way between them and instants. All that knows about daylight saving stands here. */
import { Temporal } from 'temporal-polyfill';
import type { Instant } from '../time.ts';

/** A date on the calendar of a zone: `2024-12-20`. Two of them compare as strings. */
export type LocalDate = string;

/** What a clock and a calendar on the wall show: the day (days since 1 January 1970), the weekday (1 Monday to 7 Sunday), the minute of the day. */
export type WallTime = { day: number; weekday: number; minute: number };

const MS_PER_DAY = 86_400_000;
const MS_PER_MINUTE = 60_000;

/** Whether this is a zone of the IANA database (`Europe/Stockholm`, `UTC`). Offsets such as `+02:00` are none: they know no daylight saving. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(name)) return false;
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name).timeZoneId !== '';
  } catch {
    return false;
  }
}

/** Whether this is a date that exists: `2024-02-30` does not. */
export function isLocalDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = Date.parse(`${text}T00:00:00.000Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

/** Days since 1 January 1970 of a date on the calendar. */
export function dayOf(date: LocalDate): number {
  return Math.round(Date.parse(`${date}T00:00:00.000Z`) / MS_PER_DAY);
}

/** The date on the calendar, so many days after 1 January 1970. */
export function dateOf(day: number): LocalDate {
  return new Date(day * MS_PER_DAY).toISOString().slice(0, 10);
}

/** The weekday of a day, 1 Monday to 7 Sunday: 1 January 1970 was a Thursday. */
export function weekdayOf(day: number): number {
  return ((((day + 3) % 7) + 7) % 7) + 1;
}

/** What the wall shows in `timezone` at this moment. */
export function wallTime(ms: number, timezone: string): WallTime {
  const shifted = ms + offsetAt(ms, timezone);
  const day = Math.floor(shifted / MS_PER_DAY);
  return { day, weekday: weekdayOf(day), minute: (shifted - day * MS_PER_DAY) / MS_PER_MINUTE };
}

// A memo of a pure function: since 1972 every zone has changed its clocks on a quarter of an hour, so the offset holds for all of it.
const offsets = new Map<string, number>();
const MOST_OFFSETS = 8192;
const MS_PER_QUARTER = 900_000;

function offsetAt(ms: number, timezone: string): number {
  const key = `${timezone}|${Math.floor(ms / MS_PER_QUARTER)}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  const found = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timezone).offsetNanoseconds / 1e6;
  if (offsets.size >= MOST_OFFSETS) offsets.clear();
  offsets.set(key, found);
  return found;
}

/** The local date at this moment. */
export function localDate(at: Instant, timezone: string): LocalDate {
  return dateOf(wallTime(Date.parse(at), timezone).day);
}

// A memo of a pure function: asked again and again for the same few days by every track of an app.
const moments = new Map<string, readonly number[]>();
const MOST_MOMENTS = 4096;

/**
 * The moments in ms at which the wall of `timezone` shows this minute (0–1440) of this day: one as a rule, two where clocks go back over it.
 * Where clocks jump over it, the moment of the jump, which is when the wall first shows something later.
 */
export function momentsOf(day: number, minute: number, timezone: string): readonly number[] {
  const key = `${timezone}|${day}|${minute}`;
  const known = moments.get(key);
  if (known) return known;
  const found = findMoments(day, minute, timezone);
  if (moments.size >= MOST_MOMENTS) moments.clear();
  moments.set(key, found);
  return found;
}

function findMoments(day: number, minute: number, timezone: string): readonly number[] {
  const wall = Temporal.PlainDateTime.from(new Date(day * MS_PER_DAY + minute * MS_PER_MINUTE).toISOString().slice(0, 19));
  const earlier = wall.toZonedDateTime(timezone, { disambiguation: 'earlier' });
  const later = wall.toZonedDateTime(timezone, { disambiguation: 'later' });
  if (earlier.epochMilliseconds === later.epochMilliseconds) return [earlier.epochMilliseconds];
  if (earlier.toPlainDateTime().equals(wall)) return [earlier.epochMilliseconds, later.epochMilliseconds];
  // jumped over: `earlier` reads it with the offset after the jump, so it lies before the jump
  const jump = earlier.getTimeZoneTransition('next');
  return [jump?.epochMilliseconds ?? later.epochMilliseconds];
}

/** The moment at which the wall first shows this minute of this day, or the moment of the jump when it never does. */
export function momentOf(day: number, minute: number, timezone: string): number {
  return momentsOf(day, minute, timezone)[0] ?? 0;
}

/** The moments after `from` and up to `to`, in ms, at which the clocks of this zone change. */
export function clockChanges(from: number, to: number, timezone: string): readonly number[] {
  const found: number[] = [];
  let at = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(timezone).getTimeZoneTransition('next');
  while (at && at.epochMilliseconds <= to) {
    found.push(at.epochMilliseconds);
    at = at.getTimeZoneTransition('next');
  }
  return found;
}

const weekdayNames = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
const monthNames = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** The short name of a weekday, 1 `Mon` to 7 `Sun`. */
export function weekdayName(weekday: number): string {
  return weekdayNames[weekday - 1] ?? String(weekday);
}

/** A minute of the day as a clock shows it: `08:00`; 1440 is `24:00`. */
export function clock(minute: number): string {
  const whole = Math.floor(minute);
  return `${String(Math.floor(whole / 60)).padStart(2, '0')}:${String(whole % 60).padStart(2, '0')}`;
}

/** A date as a person reads it: `Fri 20 Dec 2024`. */
export function dateInWords(date: LocalDate): string {
  const [year, month, day] = date.split('-');
  return `${weekdayName(weekdayOf(dayOf(date)))} ${Number(day)} ${monthNames[Number(month) - 1] ?? month} ${year}`;
}

/** A moment as a person in this zone reads it: `Tue 1 Oct 2024 08:00`. */
export function momentInWords(at: Instant, timezone: string): string {
  const wall = wallTime(Date.parse(at), timezone);
  return `${dateInWords(dateOf(wall.day))} ${clock(wall.minute)}`;
}
