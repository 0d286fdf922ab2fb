/** The story's times, as its table writes them: by the clock of Stockholm in the autumn of 2024. */
import { momentInWords } from '#domain/calendar/zone.ts';
import type { Instant } from '#domain/time.ts';

/** The zone that the sample app plans in. */
export const ZONE = 'Europe/Stockholm';
/** Summer time, until 27 October: the whole story is told before. */
const OFFSET = '+02:00';

/** `stockholm('10-01 14:20')` → `2024-10-01T12:20:00.000Z`. Throws on what is no time: the story's own text is wrong then. */
export function stockholm(text: string): Instant {
  const match = /^(\d\d-\d\d) (\d\d:\d\d(?::\d\d)?)$/.exec(text);
  const at = match === null ? Number.NaN : Date.parse(`2024-${match[1]}T${match[2]}${OFFSET}`);
  if (Number.isNaN(at)) throw new Error(`"${text}" is no moment of the story: it should look like 10-01 14:20`);
  return new Date(at).toISOString();
}

/** A moment of the story as its people read it: `Tue 1 Oct 2024 14:20`. */
export function storyTime(at: Instant): string {
  return momentInWords(at, ZONE);
}
