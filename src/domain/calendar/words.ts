/** Moments in words, in the plan's own zone. */
import type { Instant } from '../time.ts';

/** `Wed 08:05` in this zone; with the date (`Wed 2 Oct 08:05`) when it is more than six days from `now`. */
export function dayAndTime(at: Instant, timezone: string, now: Instant): string {
  const far = Math.abs(Date.parse(at) - Date.parse(now)) > 6 * 86_400_000;
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...(far ? { day: 'numeric', month: 'short' } : {}),
  }).formatToParts(new Date(at));
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.find((each) => each.type === type)?.value ?? '';
  const date = far ? ` ${part('day')} ${part('month')}` : '';
  return `${part('weekday')}${date} ${part('hour')}:${part('minute')}`;
}
