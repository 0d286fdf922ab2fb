import { z } from 'zod';
import {
  calendarSettings,
  type CalendarVersion,
  compareCalendar,
  hotfixOfCalendar,
  nextCalendar,
  parseCalendar,
  readCalendarPattern,
} from './calendar.ts';
import { comparePattern, hotfixOfPattern, nextPattern, parsePattern, patternSettings, type PatternVersion } from './pattern.ts';
import { compilePattern } from './pattern-matcher.ts';
import { accepted, isRefused, quote, refuse, type Refused } from './refused.ts';
import { compareSemver, hotfixOfSemver, nextSemver, parseSemver, semverSettings, type SemverVersion } from './semver.ts';
import { refuseOnPlace } from './storefronts.ts';
import type { Order } from './text.ts';

/**
 * How an app numbers its versions: the `versions` of the policy document, for example
 * `{ scheme: semver, next: patch, hotfix: { android: fourth-part, ios: next-patch } }`. A scheme is data; the functions of this file read it.
 */
export const versionScheme = z.discriminatedUnion('scheme', [semverSettings, calendarSettings, patternSettings]);
/** A scheme with every default filled in. */
export type VersionScheme = z.output<typeof versionScheme>;
/** A scheme as people write it. */
export type VersionSchemeInput = z.input<typeof versionScheme>;

/** A version that its scheme has understood. `text` is what was written. */
export type Version = SemverVersion | CalendarVersion | PatternVersion;
/** A "yes" that carries what was understood. */
export type AcceptedVersion = { kind: 'accepted'; version: Version };
/** What `next` may be told: the versions of the app's other releases, and (calendar schemes) the day in the app's time zone, `2024-10-01`. */
export type NextOptions = { taken?: readonly string[]; on?: string };

/** Reads a version by its scheme. Refuses what the scheme does not write, never throws. */
export function parse(scheme: VersionScheme, text: string): Version | Refused {
  switch (scheme.scheme) {
    case 'semver':
      return parseSemver(scheme, text);
    case 'calendar':
      return parseCalendar(scheme, text);
    case 'pattern':
      return parsePattern(scheme, text);
    default:
      return scheme satisfies never;
  }
}

/** Writes a version as it was written. */
export function print(version: Version): string {
  return version.text;
}

/** Orders two versions that were read. Refuses two of different schemes, whose parts do not mean the same. */
export function compareParsed(a: Version, b: Version): Order | Refused {
  if (a.scheme === 'semver' && b.scheme === 'semver') return compareSemver(a, b);
  if (a.scheme === 'calendar' && b.scheme === 'calendar') return compareCalendar(a, b);
  if (a.scheme === 'pattern' && b.scheme === 'pattern') return comparePattern(a, b);
  return refuse(
    'mixed-schemes',
    `${quote(a.text)} is a ${a.scheme} version and ${quote(b.text)} a ${b.scheme} version`,
    'versions of one scheme',
  );
}

/** Orders two versions: -1 when `a` comes before `b`, 0 when they are the same (1.2 and 1.2.0 are), 1 when it comes after. */
export function compare(scheme: VersionScheme, a: string, b: string): Order | Refused {
  const left = parse(scheme, a);
  if (isRefused(left)) return left;
  const right = parse(scheme, b);
  return isRefused(right) ? right : compareParsed(left, right);
}

/** Sorts versions, the lowest first; equal ones keep their order. Refuses the whole list when one of them cannot be read. */
export function sort(scheme: VersionScheme, texts: readonly string[]): string[] | Refused {
  const versions: Version[] = [];
  for (const text of texts) {
    const version = parse(scheme, text);
    if (isRefused(version)) return version;
    versions.push(version);
  }
  return versions.toSorted(orderParsed).map(print);
}

/** For lists that one scheme has read, in which nothing can be mixed. */
function orderParsed(a: Version, b: Version): Order {
  const order = compareParsed(a, b);
  return isRefused(order) ? 0 : order;
}

/**
 * A test of whether a version is another release's. Taken versions that this scheme cannot read are of an older scheme of the app
 * and cannot be equal to one of this.
 */
function takenBy(scheme: VersionScheme, taken: readonly string[]): (version: Version) => boolean {
  const versions = accepted(taken.map((text) => parse(scheme, text)));
  return (version) => versions.some((other) => compareParsed(other, version) === 0);
}

function following(scheme: VersionScheme, version: Version, part: string | undefined, on: string | undefined): Version | Refused {
  if (on !== undefined && scheme.scheme !== 'calendar') {
    return refuse('bad-scheme', `a ${scheme.scheme} scheme does not number by the day`, 'no day, or a calendar scheme');
  }
  if (scheme.scheme === 'semver' && version.scheme === 'semver') return nextSemver(scheme, version, part);
  if (scheme.scheme === 'calendar' && version.scheme === 'calendar') return nextCalendar(scheme, version, part, on);
  if (scheme.scheme === 'pattern' && version.scheme === 'pattern') return nextPattern(scheme, version, part);
  return refuse('mixed-schemes', `${quote(version.text)} is a ${version.scheme} version`, `a ${scheme.scheme} version`);
}

/**
 * The version of the next release: raises `part` (else the scheme's `next`, else the last part), and goes on until it finds one that no
 * other release has taken. Two parts stay two: 1.2 → 1.3.
 */
export function next(scheme: VersionScheme, version: string, part?: string, { taken = [], on }: NextOptions = {}): string | Refused {
  const from = parse(scheme, version);
  if (isRefused(from)) return from;
  const isTaken = takenBy(scheme, taken);
  let candidate = following(scheme, from, part, on);
  while (!isRefused(candidate) && isTaken(candidate)) candidate = following(scheme, candidate, part, on);
  return isRefused(candidate) ? candidate : print(candidate);
}

function hotfixCandidate(scheme: VersionScheme, version: Version, platform: string | undefined, by: number): Version | Refused {
  if (scheme.scheme === 'semver' && version.scheme === 'semver') return hotfixOfSemver(scheme, version, platform, by);
  if (scheme.scheme === 'calendar' && version.scheme === 'calendar') return hotfixOfCalendar(scheme, version, platform, by);
  if (scheme.scheme === 'pattern' && version.scheme === 'pattern') return hotfixOfPattern(scheme, version, platform, by);
  return refuse('mixed-schemes', `${quote(version.text)} is a ${version.scheme} version`, `a ${scheme.scheme} version`);
}

/**
 * The version of a hotfix of `version` on a platform, by the platform's rule, skipping those that other releases have taken.
 * Refuses a number that the platform's storefront would refuse, such as a fourth part on iOS.
 * Where a hotfix takes the train's own next number (next-patch beside `next: patch`), skipping may bring it behind a release that is
 * still being made; on the App Store that one must then be numbered anew (store-rules A05).
 */
export function hotfixOf(scheme: VersionScheme, version: string, platform?: string, taken: readonly string[] = []): string | Refused {
  const from = parse(scheme, version);
  if (isRefused(from)) return from;
  const isTaken = takenBy(scheme, taken);
  let by = 1;
  let candidate = hotfixCandidate(scheme, from, platform, by);
  while (!isRefused(candidate) && isTaken(candidate)) candidate = hotfixCandidate(scheme, from, platform, ++by);
  if (isRefused(candidate)) return candidate;
  const refused = platform === undefined ? null : refuseOnPlace(platform, candidate.text);
  return refused ?? print(candidate);
}

/** Whether a version is one of the scheme and, when a platform or storefront is named, one that it takes. */
export function valid(scheme: VersionScheme, text: string, place?: string): AcceptedVersion | Refused {
  const version = parse(scheme, text);
  if (isRefused(version)) return version;
  const refused = place === undefined ? null : refuseOnPlace(place, text);
  return refused ?? { kind: 'accepted', version };
}

/** A version that starts with a year (2024.10.1) or a date in one piece (20241001.1) is taken for a calendar version when nobody has said its scheme. */
function looksLikeCalendar(text: string): boolean {
  return /^(19|20)[0-9]{2}((0[1-9]|1[0-2])([0-3][0-9])?)?([._-]|$)/u.test(text);
}

/**
 * For versions whose scheme nobody has named: refuses a list in which some start with a year and some do not, because 2024.10.1 is
 * later than 8.9.2 only if the app once changed its scheme, which cannot be seen from the numbers. Null when nothing speaks against one scheme.
 */
export function refuseMixed(texts: readonly string[]): Refused | null {
  const calendar = texts.find(looksLikeCalendar);
  const other = texts.find((text) => /^[0-9]/u.test(text) && !looksLikeCalendar(text));
  if (calendar === undefined || other === undefined) return null;
  return refuse(
    'mixed-schemes',
    `${quote(calendar)} looks like a calendar version and ${quote(other)} does not`,
    'versions of one scheme, or the scheme by name',
  );
}

/** Reads a scheme in one word: `semver`, `semver-2`, `calendar:YYYY.MM.N`, `pattern:<regular expression>`. */
export function readScheme(word: string): VersionScheme | Refused {
  const settings = schemeOfWord(word);
  if (isRefused(settings)) return settings;
  const pattern = patternOf(settings);
  if (isRefused(pattern)) return pattern;
  const read = versionScheme.safeParse(settings);
  if (read.success) return read.data;
  return refuse(
    'bad-scheme',
    read.error.issues.map((issue) => issue.message).join('; '),
    'semver, semver-2, calendar:<pattern> or pattern:<regular expression>',
  );
}

function patternOf(settings: VersionSchemeInput): unknown {
  if (settings.scheme === 'calendar') return readCalendarPattern(settings.pattern);
  return settings.scheme === 'pattern' ? compilePattern(settings.pattern) : null;
}

function schemeOfWord(word: string): VersionSchemeInput | Refused {
  const colon = word.indexOf(':');
  const [kind, rest] = colon < 0 ? [word, null] : [word.slice(0, colon), word.slice(colon + 1)];
  if (kind === 'semver' && rest === null) return { scheme: 'semver' };
  if (kind === 'semver-2' && rest === null) return { scheme: 'semver', parts: 2 };
  if (kind === 'calendar' && rest !== null) return { scheme: 'calendar', pattern: rest };
  if (kind === 'pattern' && rest !== null) return { scheme: 'pattern', pattern: rest };
  return refuse(
    'bad-scheme',
    `there is no version scheme ${quote(word)}`,
    'semver, semver-2, calendar:<pattern> or pattern:<regular expression>',
  );
}
