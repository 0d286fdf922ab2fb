import { quote, refuse, type Refused } from './refused.ts';

/** Versions longer than this are a mistake or an attack; the longest in the histories of eight real apps has 10 characters. */
export const longestVersion = 64;

/** The largest value of one part: what a signed 32-bit integer holds, so that every platform's own tools can read it. */
export const largestPart = 2_147_483_647;

/** The order of two values of one version line: below, the same, above. */
export type Order = -1 | 0 | 1;

/** Compares two integers. */
export function compareNumbers(a: number, b: number): Order {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Compares two lists of integers from the left; what is missing counts as 0, so 1.2 and 1.2.0 are the same. */
export function compareParts(a: readonly number[], b: readonly number[]): Order {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const order = compareNumbers(a[at] ?? 0, b[at] ?? 0);
    if (order !== 0) return order;
  }
  return 0;
}

/** What no scheme takes: nothing, white space, other scripts' digits, absurd lengths, a sign. Null when the text may be read on. */
export function refuseUnreadable(text: string): Refused | null {
  if (text === '') return refuse('empty', 'the version is empty', 'a version such as "1.2.3"');
  if (/\s/u.test(text)) {
    const trimmed = text.trim();
    if (trimmed === '') return refuse('whitespace', 'the version is nothing but white space', 'a version such as "1.2.3"');
    return refuse('whitespace', `${quote(text)} has white space in it`, /\s/u.test(trimmed) ? 'a version in one word' : quote(trimmed));
  }
  if (text.length > longestVersion) {
    return refuse('too-long', `${quote(text)} has ${text.length} characters`, `at most ${longestVersion} characters`);
  }
  if (!/^[\x21-\x7e]*$/u.test(text)) {
    return refuse('not-ascii', `${quote(text)} has characters outside ASCII`, 'the digits 0 to 9 and plain punctuation');
  }
  if (/^-|[._-]-\d/u.test(text)) return refuse('negative', `${quote(text)} has a negative part`, 'parts of 0 and more');
  return null;
}

/**
 * Reads one part of a version: decimal digits without a leading zero, at most 2,147,483,647.
 * `name` and `whole` only serve the message.
 */
export function readPart(digits: string, name: string, whole: string): number | Refused {
  if (!/^[0-9]+$/u.test(digits)) {
    const shown = digits === '' ? 'is empty' : `is ${quote(digits)}, not a number`;
    return refuse('not-a-number', `the ${name} part of ${quote(whole)} ${shown}`, 'a number such as 0, 7 or 12');
  }
  const bare = digits.replace(/^0+(?=[0-9])/u, '');
  if (bare !== digits) return refuse('leading-zero', `the ${name} part of ${quote(whole)} is written ${quote(digits)}`, quote(bare));
  return refuseLargePart(Number(digits), name, whole) ?? Number(digits);
}

/** Refuses a part above 2,147,483,647. */
export function refuseLargePart(value: number, name: string, whole: string): Refused | null {
  if (value <= largestPart) return null;
  return refuse('part-too-large', `the ${name} part of ${quote(whole)} is too large`, `at most ${largestPart}`);
}
