/**
 * Windows: the days and hours in which a step may be taken, and the freezes in which none may.
 * A moment is inside a window when a clock on the wall in the app's zone shows it to be. So an hour that the clocks jump over does not exist,
 * an hour that they repeat is open twice, and no window is ever an hour early or late after the change.
 */
import type { Freeze, Window } from '../policy/track-policy.ts';
import type { Instant } from '../time.ts';
import {
  clock,
  clockChanges,
  dateInWords,
  dateOf,
  dayOf,
  momentInWords,
  momentOf,
  momentsOf,
  wallTime,
  weekdayName,
  weekdayOf,
} from './zone.ts';

/**
 * How a window stands now.
 * - `because`: one sentence for a person.
 * - `opensAt`: when closed, the first moment at which it is open; null when it does not open within 400 days. Null when open.
 * - `closesAt`: when open, the first moment at which it is closed; null when it stays open for 400 days. Null when closed.
 */
export type WindowState = { open: boolean; because: string; opensAt: Instant | null; closesAt: Instant | null };

/**
 * What is asked. `window`: `any` or undefined is every hour of every day. `days` are 1 Monday to 7 Sunday; `from` and `to` minutes of the day,
 * `to` exclusive; when `to` is smaller, the window runs over midnight and belongs to the day on which it begins.
 * `freezes` hold from the first minute of `from` to the last of `to`, whatever the window says; holidays are freezes of a day.
 */
export type WindowQuestion = { window: Window | 'any' | undefined; freezes: readonly Freeze[]; timezone: string; now: Instant };

/** How far ahead an opening is looked for. A year and a month: what lies beyond is not a window but a mistake. */
export const searchedDays = 400;

const MINUTES_PER_DAY = 1440;

/** Whether the window is open now, until when, or when it opens. Always ends: it looks 400 days ahead at most. */
export function windowState(question: WindowQuestion): WindowState {
  const { freezes, timezone, now } = question;
  const window = everyMinute(question.window) ? null : question.window;
  const ms = Date.parse(now);
  if (isOpen(window, freezes, timezone, ms)) {
    const closesAt = nextChange(window, freezes, timezone, ms, false);
    return { open: true, because: openSentence(window, timezone, closesAt), opensAt: null, closesAt };
  }
  const opensAt = nextChange(window, freezes, timezone, ms, true);
  return { open: false, because: closedSentence(window, freezes, timezone, ms, opensAt), opensAt, closesAt: null };
}

function everyMinute(window: Window | 'any' | undefined): window is 'any' | undefined {
  if (window === undefined || window === 'any') return true;
  return window.from === 0 && window.to === MINUTES_PER_DAY && new Set(window.days).size === 7;
}

function freezeOn(freezes: readonly Freeze[], day: number): Freeze | undefined {
  const date = dateOf(day);
  return freezes.find((freeze) => freeze.from <= date && date <= freeze.to);
}

function isOpen(window: Window | null, freezes: readonly Freeze[], timezone: string, ms: number): boolean {
  const wall = wallTime(ms, timezone);
  if (freezes.length > 0 && freezeOn(freezes, wall.day)) return false;
  if (!window) return true;
  const { from, to } = window;
  if (from < to) return window.days.includes(wall.weekday) && from <= wall.minute && wall.minute < to;
  if (from === to) return false;
  const beganToday = window.days.includes(wall.weekday) && from <= wall.minute;
  const beganYesterday = window.days.includes(weekdayOf(wall.day - 1)) && wall.minute < to;
  return beganToday || beganYesterday;
}

/**
 * The first moment after `ms` at which the window is open (or closed). It can only change at midnight, at its own two times, and when the
 * clocks change, so these are the moments that are asked, day by day; days on which nothing can happen cost an addition.
 */
function nextChange(window: Window | null, freezes: readonly Freeze[], timezone: string, ms: number, toOpen: boolean): Instant | null {
  const today = wallTime(ms, timezone).day;
  if (!toOpen && !window && !freezes.some((freeze) => dayOf(freeze.to) >= today)) return null;
  const minutes = window ? [0, window.from, window.to] : [0];
  // from the day before: where the clocks go back over midnight a day can come twice
  for (let day = today - 1; day <= today + searchedDays; day++) {
    if (toOpen && day > today && !mayOpenOn(window, freezes, day)) continue;
    if (!toOpen && !window && day > today && !freezeOn(freezes, day)) continue;
    const start = momentOf(day, 0, timezone);
    const end = momentOf(day + 1, 0, timezone);
    const regular = end - start === MINUTES_PER_DAY * 60_000;
    const asked = minutes.flatMap((minute) => (regular ? [start + minute * 60_000] : momentsOf(day, minute, timezone)));
    if (!regular) asked.push(...clockChanges(start - 1, end, timezone));
    for (const at of asked.toSorted((a, b) => a - b)) {
      if (at > ms && isOpen(window, freezes, timezone, at) === toOpen) return new Date(at).toISOString();
    }
  }
  return null;
}

function mayOpenOn(window: Window | null, freezes: readonly Freeze[], day: number): boolean {
  if (freezeOn(freezes, day)) return false;
  if (!window) return true;
  return window.days.includes(weekdayOf(day)) || (window.to < window.from && window.days.includes(weekdayOf(day - 1)));
}

/** A window in a few words: `Mon–Thu 08:00–17:00`. */
export function windowInWords(window: Window | 'any' | undefined): string {
  if (everyMinute(window)) return 'any time';
  const hours = window.from === 0 && window.to === MINUTES_PER_DAY ? 'all day' : `${clock(window.from)}–${clock(window.to)}`;
  return `${daysInWords(window.days)} ${hours}`;
}

/** Days in a few words: `Mon–Thu`, `Mon, Wed, Fri`, `every day`. Days are 1 Monday to 7 Sunday. */
export function daysInWords(days: readonly number[]): string {
  const sorted = [...new Set(days)].toSorted((a, b) => a - b);
  if (sorted.length === 0) return 'no day';
  if (sorted.length === 7) return 'every day';
  const runs: number[][] = [];
  for (const day of sorted) {
    const run = runs.at(-1);
    if (run && run.at(-1) === day - 1) run.push(day);
    else runs.push([day]);
  }
  return runs.map(runInWords).join(', ');
}

function runInWords(run: readonly number[]): string {
  const first = weekdayName(run[0] ?? 0);
  const last = weekdayName(run.at(-1) ?? 0);
  if (run.length === 1) return first;
  return run.length === 2 ? `${first}, ${last}` : `${first}–${last}`;
}

function openSentence(window: Window | null, timezone: string, closesAt: Instant | null): string {
  const hours = window ? ` The window is ${windowInWords(window)} ${timezone}.` : '';
  if (!closesAt) return window ? `Open now.${hours}` : 'Open at any time.';
  return `Open until ${momentInWords(closesAt, timezone)}.${hours}`;
}

function closedSentence(window: Window | null, freezes: readonly Freeze[], timezone: string, ms: number, opensAt: Instant | null): string {
  const freeze = freezeOn(freezes, wallTime(ms, timezone).day);
  const when = opensAt ? `opens ${momentInWords(opensAt, timezone)} ${timezone}` : `never opens in the next ${searchedDays} days`;
  if (freeze) return `Frozen ${freezeInWords(freeze)}: ${freeze.why}. It ${when}.`;
  const hours =
    window && window.from === window.to
      ? `The window ${clock(window.from)}–${clock(window.to)} is empty`
      : `The window is ${windowInWords(window ?? 'any')}`;
  return `Closed now: ${when}. ${hours}.`;
}

/** A freeze's days in words: `on Tue 24 Dec 2024`, `from Fri 20 Dec 2024 to Mon 6 Jan 2025`. */
export function freezeInWords(freeze: Freeze): string {
  return freeze.from === freeze.to ? `on ${dateInWords(freeze.from)}` : `from ${dateInWords(freeze.from)} to ${dateInWords(freeze.to)}`;
}
