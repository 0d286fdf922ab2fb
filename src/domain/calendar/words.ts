/** Moments in words, in the plan's own zone. */
import type { Instant } from '../time.ts';
import { clock, dateInWords, dateOf, wallTime, weekdayName } from './zone.ts';

const MS_PER_DAY = 86_400_000;
/** Beyond this many days a weekday alone would be read as the wrong one. */
const nearDays = 6;

/** `Wed 08:05` in this zone; with the date (`Wed 2 Oct 08:05`) when it is more than six days from `now`. */
export function dayAndTime(at: Instant, timezone: string, now: Instant): string {
  const wall = wallTime(Date.parse(at), timezone);
  const far = Math.abs(Date.parse(at) - Date.parse(now)) > nearDays * MS_PER_DAY;
  const day = far ? dateInWords(dateOf(wall.day)).slice(0, -' 2024'.length) : weekdayName(wall.weekday);
  return `${day} ${clock(wall.minute)}`;
}

/** The same where there is little room: `14:41` on the day itself. */
export function soon(at: Instant, timezone: string, now: Instant): string {
  const wall = wallTime(Date.parse(at), timezone);
  return wall.day === wallTime(Date.parse(now), timezone).day ? clock(wall.minute) : dayAndTime(at, timezone, now);
}

/** The day alone: `today`, `tomorrow`, `Thu`, and with the date when it is more than six days from `now`. */
export function dayInWords(at: Instant, timezone: string, now: Instant): string {
  const ahead = wallTime(Date.parse(at), timezone).day - wallTime(Date.parse(now), timezone).day;
  if (ahead === 0) return 'today';
  return ahead === 1 ? 'tomorrow' : dayAndTime(at, timezone, now).replace(/ \d\d:\d\d$/, '');
}
