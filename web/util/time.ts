/** Times as the screen shows them: in the viewer's zone, relative under 48 hours, absolute after. */
import type { Instant } from '#domain/time.ts';

const MS_PER_HOUR = 3_600_000;
const RELATIVE_UNDER_MS = 48 * MS_PER_HOUR;

/** Three letters each; the language's own list has a `Sept` among them. */
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const formats = new Map<string, Intl.DateTimeFormat>();

/** Formats are costly to make and few: one for each zone and shape. */
function format(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone} ${JSON.stringify(options)}`;
  let found = formats.get(key);
  if (found === undefined) {
    found = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hourCycle: 'h23', ...options });
    formats.set(key, found);
  }
  return found;
}

function part(zone: string, at: Date, options: Intl.DateTimeFormatOptions, type: Intl.DateTimeFormatPartTypes): string {
  return (
    format(zone, options)
      .formatToParts(at)
      .find((each) => each.type === type)?.value ?? ''
  );
}

/** How hours are told on this page: a wish of the viewer for all of it, not of one call. */
let hours: '24' | 'locale' = '24';

export function showHours(wish: '24' | 'locale'): void {
  hours = wish;
}

/** `14:20`, or as the viewer's language tells it: `2:20 PM`. */
export function clockTime(at: Instant, zone: string): string {
  if (hours === '24') return format(zone, { hour: '2-digit', minute: '2-digit' }).format(new Date(at));
  return new Date(at).toLocaleTimeString(undefined, { timeZone: zone, hour: 'numeric', minute: '2-digit' });
}

/** Whether a word names a time zone that this machine knows. */
export function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function dayKey(at: Date, zone: string): string {
  return format(zone, { year: 'numeric', month: '2-digit', day: '2-digit' }).format(at);
}

/** The zone's short name at a moment: `CEST`, `GMT+5:30`. */
export function zoneName(at: Instant, zone: string): string {
  return part(zone, new Date(at), { timeZoneName: 'short' }, 'timeZoneName');
}

/** The header's clock: `Tue 1 Oct, 14:20 CEST`. */
export function headerClock(at: Instant, zone: string): string {
  const date = new Date(at);
  return `${part(zone, date, { weekday: 'short' }, 'weekday')} ${dayAndMonth(date, zone)}, ${clockTime(at, zone)} ${zoneName(at, zone)}`;
}

function dayAndMonth(date: Date, zone: string): string {
  return `${part(zone, date, { day: 'numeric' }, 'day')} ${MONTHS[Number(part(zone, date, { month: 'numeric' }, 'month')) - 1] ?? ''}`;
}

/** A moment near now: `14:45` today, `Wed 08:05` within six days, `Fri 27 Sep, 09:12` else; with the year when it is another one. */
export function momentText(at: Instant, now: Instant, zone: string): string {
  const date = new Date(at);
  const today = new Date(now);
  const time = clockTime(at, zone);
  if (dayKey(date, zone) === dayKey(today, zone)) return time;
  const weekday = part(zone, date, { weekday: 'short' }, 'weekday');
  if (Math.abs(date.getTime() - today.getTime()) < 6 * 24 * MS_PER_HOUR) return `${weekday} ${time}`;
  const year = part(zone, date, { year: 'numeric' }, 'year');
  const shown = `${weekday} ${dayAndMonth(date, zone)}`;
  return year === part(zone, today, { year: 'numeric' }, 'year') ? `${shown}, ${time}` : `${shown} ${year}, ${time}`;
}

/** A time in a narrow place: `Wed 08:05` within six days, `20 Sep` else. `isShort`: only `14:45` for what is today. */
export function stationTimeText(at: Instant, now: Instant, zone: string, isShort = false): string {
  const date = new Date(at);
  const today = new Date(now);
  if (isShort && dayKey(date, zone) === dayKey(today, zone)) return clockTime(at, zone);
  if (Math.abs(date.getTime() - today.getTime()) >= 6 * 24 * MS_PER_HOUR) return dayAndMonth(date, zone);
  return `${part(zone, date, { weekday: 'short' }, 'weekday')} ${clockTime(at, zone)}`;
}

/** A day and time of a plan: `Fri 27, 09:00`; with the month when it is further than half a month away. */
export function dayTimeText(at: Instant, now: Instant, zone: string): string {
  const date = new Date(at);
  const isFar = Math.abs(date.getTime() - Date.parse(now)) > 15 * 24 * MS_PER_HOUR;
  const day = isFar ? dayAndMonth(date, zone) : part(zone, date, { day: 'numeric' }, 'day');
  return `${part(zone, date, { weekday: 'short' }, 'weekday')} ${day}, ${clockTime(at, zone)}`;
}

/** A day: `Fri 20 Sep`; with the year when it is another one. */
export function dayText(at: Instant, now: Instant, zone: string): string {
  const date = new Date(at);
  const year = part(zone, date, { year: 'numeric' }, 'year');
  const isThisYear = year === part(zone, new Date(now), { year: 'numeric' }, 'year');
  return `${part(zone, date, { weekday: 'short' }, 'weekday')} ${dayAndMonth(date, zone)}${isThisYear ? '' : ` ${year}`}`;
}

/** The whole of it, for an inspector: `Mon 30 Sep 2024, 21:14`. */
export function fullMoment(at: Instant, zone: string): string {
  const date = new Date(at);
  return `${part(zone, date, { weekday: 'short' }, 'weekday')} ${dayAndMonth(date, zone)} ${part(zone, date, { year: 'numeric' }, 'year')}, ${clockTime(at, zone)}`;
}

/** What hovering or focusing a time tells: in the zone of the release, in the viewer's, and in UTC, each once. */
export function zonesText(at: Instant, home: string, viewer: string): string {
  const told = (zone: string, whose: string): string => `${fullMoment(at, zone)} ${zoneName(at, zone)}${whose}`;
  if (home === viewer) return home === 'UTC' ? told('UTC', '') : [told(home, ''), told('UTC', '')].join('\n');
  return [told(viewer, ', yours'), told(home, ', of the release'), ...(home === 'UTC' || viewer === 'UTC' ? [] : [told('UTC', '')])].join(
    '\n',
  );
}

/** A length of time in one unit, as a cell has room for: `22 s`, `49 m`, `17 h`, `3 d`. */
export function shortLength(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} m`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}

/** The same, as a sentence reads it: `17 hours`, `1 minute`. */
export function spokenLength(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  const say = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? '' : 's'}`;
  if (minutes < 1) return 'less than a minute';
  if (minutes < 60) return say(minutes, 'minute');
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? say(hours, 'hour') : say(Math.floor(hours / 24), 'day');
}

/** When something was read: `22 s ago` under 48 hours, the moment after. */
export function agoText(at: Instant, now: Instant, zone: string): string {
  const ms = Date.parse(now) - Date.parse(at);
  return ms < RELATIVE_UNDER_MS ? `${shortLength(ms)} ago` : momentText(at, now, zone);
}

/** Minutes as a person says them: `5 min`, `2 h`, `1 d`. */
export function minutesText(minutes: number): string {
  if (minutes < 60) return `${Math.round(minutes)} min`;
  const hours = minutes / 60;
  return hours < 48 ? `${Number(hours.toFixed(1))} h` : `${Number((hours / 24).toFixed(1))} d`;
}
