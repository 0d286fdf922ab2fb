import { z } from 'zod';
import { isRefused, quote, refuse, type Refused } from './refused.ts';
import { readPart, refuseUnreadable } from './text.ts';

const width = z.int().min(0).max(6);

/**
 * Which decimal digits of a build number say what, from the left: a fixed prefix, the version's parts, a counter of builds.
 * `{ prefix: '9', major: 2, minor: 2, patch: 1, counter: 3 }` writes the first build of 3.48.0 as 9 03 48 0 001 = 903480001.
 */
export const packing = z
  .strictObject({
    prefix: z
      .string()
      .regex(/^([1-9][0-9]{0,3})?$/u, 'up to four digits, the first not 0')
      .default('')
      .describe('digits in front, which keep the width'),
    major: width.min(1).describe('digits of the first part'),
    minor: width.describe('digits of the second part'),
    patch: width.default(0).describe('digits of the third part; 0 for versions of two parts'),
    hotfix: width.default(0).describe('digits of the fourth part; 0 where hotfixes have none'),
    counter: width.min(1).describe('digits of the counter of builds within one version'),
  })
  .superRefine((rules, context) => {
    const digits = digitsOf(rules);
    if (digits > 10)
      context.addIssue({
        code: 'custom',
        path: [],
        message: `the parts need ${digits} digits: at most 10 would be right (Google Play ends at 2100000000)`,
      });
  });
export type Packing = z.output<typeof packing>;

const partNames = ['major', 'minor', 'patch', 'hotfix'] as const;

function digitsOf(rules: Packing): number {
  return rules.prefix.length + rules.counter + partNames.reduce((sum, name) => sum + rules[name], 0);
}

/** Writes a version of numbers and a counter as one number. Refuses a part or counter that its digits cannot hold, and pre-releases. */
export function pack(rules: Packing, version: string, counter: number): number | Refused {
  const unreadable = refuseUnreadable(version);
  if (unreadable) return unreadable;
  const pieces = version.split('.');
  if (pieces.length > partNames.length)
    return refuse('wrong-part-count', `${quote(version)} has ${pieces.length} parts`, `at most ${partNames.length}`);
  let digits = rules.prefix;
  for (const [at, name] of partNames.entries()) {
    const part = readPart(pieces[at] ?? '0', name, version);
    if (isRefused(part)) return part;
    const written = inDigits(part, rules[name], `the ${name} part of ${quote(version)}`);
    if (typeof written !== 'string') return written;
    digits += written;
  }
  const counted = inDigits(counter, rules.counter, `the counter of ${quote(version)}`);
  return typeof counted === 'string' ? Number(digits + counted) : counted;
}

function inDigits(value: number, digits: number, what: string): string | Refused {
  if (!Number.isSafeInteger(value) || value < 0) return refuse('not-a-number', `${what} is ${value}`, 'a whole number from 0');
  if (digits === 0 && value === 0) return '';
  if (value < 10 ** digits) return String(value).padStart(digits, '0');
  const right = digits === 0 ? 'a version without this part, or digits for it' : `at most ${10 ** digits - 1}, or more digits for it`;
  return refuse('too-large', `${what} is ${value}, more than its ${digits} digits hold`, right);
}

/** Reads a packed number back: the version with all parts that have digits, and the counter. */
export function unpack(rules: Packing, number: number | string): { version: string; counter: number } | Refused {
  const most = digitsOf(rules);
  const text = String(number);
  const digits = rules.prefix === '' && /^[0-9]+$/u.test(text) ? text.replace(/^0+/u, '').padStart(most, '0') : text;
  if (!/^[0-9]+$/u.test(digits) || digits.length !== most || !digits.startsWith(rules.prefix)) {
    const prefixed = rules.prefix === '' ? '' : ` that start with ${rules.prefix}`;
    return refuse('not-in-pattern', `the build number ${quote(text)} is not packed this way`, `${most} digits${prefixed}`);
  }
  let at = rules.prefix.length;
  const parts: number[] = [];
  for (const name of partNames) {
    if (rules[name] > 0) parts.push(Number(digits.slice(at, at + rules[name])));
    at += rules[name];
  }
  return { version: parts.join('.'), counter: Number(digits.slice(at)) };
}

/** The number after this one for the same version. Refuses a counter that has no further digit. */
export function nextPacked(rules: Packing, number: number | string): number | Refused {
  const read = unpack(rules, number);
  return isRefused(read) ? read : pack(rules, read.version, read.counter + 1);
}
