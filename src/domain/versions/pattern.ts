import { z } from 'zod';
import { entryOf } from '../entry.ts';
import { compilePattern, matchWhole, type Matcher } from './pattern-matcher.ts';
import { isRefused, quote, refuse, type Refused } from './refused.ts';
import { compareNumbers, type Order, refuseLargePart, refuseUnreadable } from './text.ts';

/** Settings of a scheme of the user's own: a regular expression whose named groups are the parts, the weightiest first. */
export const patternSettings = z
  .strictObject({
    scheme: z.literal('pattern'),
    pattern: z
      .string()
      .describe('a regular expression with a named group for each part, such as (?<major>\\d+)\\.(?<minor>\\d+)(?:\\.(?<patch>\\d+))?'),
    next: z.string().optional().describe('the part that a regular release raises; left out, the last number the version has'),
    hotfix: z
      .record(z.string(), z.string())
      .default({})
      .describe('the part that a hotfix raises on each platform; not named: the last part of the pattern'),
  })
  .superRefine((settings, context) => {
    const matcher = compilePattern(settings.pattern);
    const issue = (path: string[], refused: Refused) =>
      context.addIssue({
        code: 'custom',
        path,
        message: `${refused.was}; right would be: ${refused.wouldBeRight}`,
      });
    if (isRefused(matcher)) return issue(['pattern'], matcher);
    const named: [string[], string | undefined][] = [
      [['next'], settings.next],
      ...Object.entries(settings.hotfix).map(([platform, part]): [string[], string] => [['hotfix', platform], part]),
    ];
    for (const [path, part] of named) {
      const at = part === undefined ? 0 : groupNamed(matcher, part);
      if (isRefused(at)) issue(path, at);
    }
  });
export type PatternSettings = z.output<typeof patternSettings>;

/** One named group of a version: a number, a word, or null when its group is not in this version. */
export type PatternPart = {
  name: string;
  value: number | string | null;
  start: number;
  end: number;
};
/** A version by the user's own pattern. `text` is what was written. */
export type PatternVersion = { scheme: 'pattern'; text: string; parts: PatternPart[] };

function groupNamed(matcher: Matcher, name: string): number | Refused {
  const at = matcher.groups.indexOf(name);
  return at >= 0 ? at : refuse('unknown-part', `the pattern names no part ${quote(name)}`, matcher.groups.join(', '));
}

function read(settings: PatternSettings, matcher: Matcher, text: string): PatternVersion | Refused {
  const unreadable = refuseUnreadable(text);
  if (unreadable) return unreadable;
  const spans = matchWhole(matcher, text);
  if (spans === null)
    return refuse(
      'not-in-pattern',
      `${quote(text)} does not match the pattern`,
      `a version that matches ${quote(settings.pattern)} from end to end`,
    );
  const parts: PatternPart[] = [];
  for (const [at, span] of spans.entries()) {
    const name = matcher.groups[at] ?? '';
    const written = span === null ? null : text.slice(span.start, span.end);
    const value = written !== null && /^[0-9]+$/u.test(written) ? Number(written) : written;
    const large = typeof value === 'number' ? refuseLargePart(value, name, text) : null;
    if (large) return large;
    parts.push({ name, value, start: span?.start ?? -1, end: span?.end ?? -1 });
  }
  return { scheme: 'pattern', text, parts };
}

/** Reads a version by the user's pattern, which must match it from end to end. Whether zeros may stand in front is the pattern's to say. */
export function parsePattern(settings: PatternSettings, text: string): PatternVersion | Refused {
  const matcher = compilePattern(settings.pattern);
  return isRefused(matcher) ? matcher : read(settings, matcher, text);
}

/** What is missing comes first, then numbers by size, then words by their characters. */
function compareValues(a: number | string | null, b: number | string | null): Order {
  const rank = (value: number | string | null) => (value === null ? 0 : typeof value === 'number' ? 1 : 2);
  if (typeof a === 'number' && typeof b === 'number') return compareNumbers(a, b);
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  return compareNumbers(rank(a), rank(b));
}

/** Orders two versions part by part, in the order in which the pattern names them. */
export function comparePattern(a: PatternVersion, b: PatternVersion): Order {
  for (const [at, part] of a.parts.entries()) {
    const order = compareValues(part.value, b.parts[at]?.value ?? null);
    if (order !== 0) return order;
  }
  return 0;
}

/**
 * Writes the parts' new numbers into the old text. A number that was padded (007) stays as wide; with `keepWidths` every number does,
 * for patterns of fixed widths such as \d{3}, where 115 must fall back to 000.
 */
function rewrite(version: PatternVersion, at: number, by: number, keepWidths: boolean): string {
  let text = '';
  let from = 0;
  for (const [each, part] of version.parts.entries()) {
    if (each < at || typeof part.value !== 'number' || part.start < from) continue;
    const width = keepWidths || version.text.charAt(part.start) === '0' ? part.end - part.start : 0;
    const value = each === at ? part.value + by : 0;
    text += version.text.slice(from, part.start) + String(value).padStart(width, '0');
    from = part.end;
  }
  return text + version.text.slice(from);
}

function raiseMissing(settings: PatternSettings, matcher: Matcher, version: PatternVersion, at: number, by: number): PatternVersion | null {
  for (const separator of ['.', '-', '_', '']) {
    const grown = read(settings, matcher, `${version.text}${separator}${by}`);
    if (!isRefused(grown) && grown.parts[at]?.value === by && comparePattern(version, grown) < 0) return grown;
  }
  return null;
}

function raise(settings: PatternSettings, matcher: Matcher, version: PatternVersion, at: number, by: number): PatternVersion | Refused {
  const part = version.parts[at];
  const cannot = (was: string) => refuse('no-next', was, 'another part, or a pattern in which this part is a number');
  if (part === undefined || part.value === null) {
    return (
      raiseMissing(settings, matcher, version, at, by) ??
      cannot(`${quote(version.text)} has no part ${part?.name ?? ''}, and none can be written behind it`)
    );
  }
  if (typeof part.value === 'string')
    return cannot(`the part ${part.name} of ${quote(version.text)} is ${quote(part.value)}, not a number`);
  const readings = [false, true].map((keepWidths) => read(settings, matcher, rewrite(version, at, by, keepWidths)));
  const raised = readings.find((reading) => !isRefused(reading) && comparePattern(version, reading) < 0);
  return raised ?? cannot(`raising ${part.name} of ${quote(version.text)} gives no later version of the pattern`);
}

function lastNumber(version: PatternVersion): number {
  return version.parts.findLastIndex((part) => typeof part.value === 'number');
}

/** The version after this one: raises `part` (else the settings' own, else the last number), sets the numbers behind it to 0, keeps the rest as written. */
export function nextPattern(settings: PatternSettings, version: PatternVersion, part?: string): PatternVersion | Refused {
  const matcher = compilePattern(settings.pattern);
  if (isRefused(matcher)) return matcher;
  const wanted = part ?? settings.next;
  const at = wanted === undefined ? lastNumber(version) : groupNamed(matcher, wanted);
  return isRefused(at) ? at : raise(settings, matcher, version, at, 1);
}

/** The hotfix of a version: raises the platform's part, or writes it behind a version that has none yet (8.18 → 8.18.1). `by` as in the other schemes. */
export function hotfixOfPattern(settings: PatternSettings, version: PatternVersion, platform?: string, by = 1): PatternVersion | Refused {
  const matcher = compilePattern(settings.pattern);
  if (isRefused(matcher)) return matcher;
  const named = entryOf(settings.hotfix, platform);
  const at = named === undefined ? matcher.groups.length - 1 : groupNamed(matcher, named);
  return isRefused(at) ? at : raise(settings, matcher, version, at, by);
}
