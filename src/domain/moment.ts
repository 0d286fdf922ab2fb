/** Moments as they are handed in. Apart from `time.ts`, which pages of the web load: they need no schemas. */
import { z } from 'zod';

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
