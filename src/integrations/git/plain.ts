/** What a repository says, made fit to be kept and shown: anybody who may push writes it. */
import type { Instant } from '#domain/time.ts';

/** A subject or a name is told up to here. */
const LONGEST = 2000;
/** What moves a cursor, rings a bell, or turns the direction of what stands around it (https://trojansource.codes). */
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const UNSHOWN = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Text without characters that are not seen and do something; each is told as �. */
export function shownText(text: string): string {
  const plain = text.replaceAll('\t', ' ').replaceAll(UNSHOWN, '\ufffd').toWellFormed();
  return plain.length <= LONGEST ? plain : `${plain.slice(0, LONGEST).toWellFormed()}…`;
}

const EARLIEST = 0;
/** The end of the year 9999: what databases and the format of moments can hold. */
const LATEST = 253_402_300_799;

/** A commit's date in seconds since 1970. Anything may be written there; what no calendar has is told as the nearest moment that one has. */
export function instantOfSeconds(seconds: number): Instant {
  const within = Number.isFinite(seconds) ? Math.min(LATEST, Math.max(EARLIEST, Math.trunc(seconds))) : EARLIEST;
  return new Date(within * 1000).toISOString();
}
