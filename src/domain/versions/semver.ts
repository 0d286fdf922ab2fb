import { z } from 'zod';
import { entryOf } from '../entry.ts';
import { isRefused, quote, refuse, type Refused } from './refused.ts';
import { compareNumbers, compareParts, largestPart, type Order, readPart, refuseUnreadable } from './text.ts';

/** The parts that a regular release may raise. */
export const semverParts = ['major', 'minor', 'patch'] as const;
export type SemverPart = (typeof semverParts)[number];

/**
 * How a hotfix is numbered.
 * `next-patch`: 1.2.3 → 1.2.4, and 1.2 → 1.2.1. `fourth-part`: one part below the base, 1.2.3 → 1.2.3.1 → 1.2.3.2.
 * `third-part`: the same for trains of two parts, 8.18 → 8.18.1. `next-minor`: 21.0 → 21.1, for trains that raise the major.
 */
export const semverHotfixRules = ['next-patch', 'fourth-part', 'third-part', 'next-minor'] as const;
export type SemverHotfixRule = (typeof semverHotfixRules)[number];

/** Settings of the semantic scheme, as the policy document writes them. */
export const semverSettings = z
  .strictObject({
    scheme: z.literal('semver'),
    parts: z
      .union([z.literal(2), z.literal(3)])
      .optional()
      .describe('parts of a regular version; left out, two stay two and three stay three'),
    next: z.enum(semverParts).optional().describe('the part that a regular release raises; left out, the last one the version has'),
    hotfix: z
      .record(z.string(), z.enum(semverHotfixRules))
      .default({ android: 'fourth-part', ios: 'next-patch' })
      .describe('how a hotfix is numbered on each platform; a platform that is not named has next-patch'),
    'pre-release': z.boolean().default(false).describe('whether versions may end in a suffix such as -rc.1'),
  })
  .superRefine((settings, context) => {
    const issue = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (settings.parts === 2 && settings.next === 'patch') {
      issue(['next'], 'versions of two parts have no patch: minor or major would be right');
    }
    for (const [platform, rule] of Object.entries(settings.hotfix)) {
      if (platform === 'ios' && rule === 'fourth-part' && settings.parts !== 2) {
        issue(['hotfix', platform], 'the App Store refuses a fourth part in a bundle: next-patch would be right');
      }
      if (rule === 'third-part' && settings.parts !== 2) {
        issue(['hotfix', platform], 'third-part is for versions of two parts (parts: 2): next-patch or fourth-part would be right');
      }
      if (rule === 'next-minor' && settings.next !== 'major') {
        issue(['hotfix', platform], 'next-minor would take the train’s own numbers: next: major would be right beside it');
      }
    }
  });
export type SemverSettings = z.output<typeof semverSettings>;

/** A version of two to four numbers. `text` is what was written; printing gives it back. */
export type SemverVersion = {
  scheme: 'semver';
  text: string;
  parts: number[];
  preRelease: string | null;
};

const partNames = ['major', 'minor', 'patch', 'fourth'];

function nameOf(at: number): string {
  return partNames[at] ?? `${at + 1}th`;
}

/** How many parts a regular version of this line has: what the settings say, else what the version shows. */
function baseCount(settings: SemverSettings, parts: readonly number[]): number {
  return settings.parts ?? Math.min(parts.length, 3);
}

/** The most parts that a version of this scheme may have: its base, and one for hotfixes where a rule adds one. */
function mostParts(settings: SemverSettings): number {
  if (settings.parts === 2) return 3;
  return Object.values(settings.hotfix).includes('fourth-part') ? 4 : 3;
}

function refusePartCount(settings: SemverSettings, text: string, count: number): Refused | null {
  const fewest = settings.parts ?? 2;
  const most = mostParts(settings);
  if (count >= fewest && count <= most) return null;
  const range = fewest === most ? `${most} parts` : `${fewest} to ${most} parts`;
  const example = settings.parts === 2 ? '"8.18", or "8.18.1" for a hotfix' : '"1.2.3"';
  return refuse('wrong-part-count', `${quote(text)} has ${count} ${count === 1 ? 'part' : 'parts'}`, `${range}, such as ${example}`);
}

function splitSuffix(text: string): { core: string; preRelease: string | null } {
  const found = /^([0-9.]*[0-9])(?:-(.*)|([A-Za-z].*))$/u.exec(text);
  if (!found) return { core: text, preRelease: null };
  return { core: found[1] ?? text, preRelease: found[2] ?? found[3] ?? null };
}

function refuseSuffix(settings: SemverSettings, text: string, core: string, preRelease: string | null): Refused | null {
  if (text.includes('+')) {
    return refuse(
      'pre-release',
      `${quote(text)} carries build metadata`,
      `${quote(text.slice(0, text.indexOf('+')))}; the build number has a field of its own`,
    );
  }
  if (preRelease === null) return null;
  if (!settings['pre-release']) {
    return refuse(
      'pre-release',
      `${quote(text)} has the pre-release suffix ${quote(preRelease)}, which this scheme does not take`,
      `${quote(core)}, or a scheme with pre-release: true`,
    );
  }
  if (!/^[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*$/u.test(preRelease)) {
    return refuse(
      'pre-release',
      `the suffix ${quote(preRelease)} of ${quote(text)} is not made of letters, digits, "-" and "."`,
      'a suffix such as "-rc.1"',
    );
  }
  return null;
}

/** Reads a version of two to four numbers. Refuses leading zeros, absurd sizes, a "v" in front, suffixes unless the settings take them. */
export function parseSemver(settings: SemverSettings, text: string): SemverVersion | Refused {
  const unreadable = refuseUnreadable(text);
  if (unreadable) return unreadable;
  const bare = /^v\.?(?=[0-9])/iu.exec(text);
  if (bare) return refuse('not-a-number', `${quote(text)} starts with ${quote(bare[0])}`, quote(text.slice(bare[0].length)));
  const { core, preRelease } = splitSuffix(text);
  const suffix = refuseSuffix(settings, text, core, preRelease);
  if (suffix) return suffix;
  const pieces = core.split('.');
  const parts: number[] = [];
  for (const [at, piece] of pieces.entries()) {
    const part = readPart(piece, nameOf(at), text);
    if (isRefused(part)) return part.code === 'leading-zero' ? withoutZeros(part, text) : part;
    parts.push(part);
  }
  return refusePartCount(settings, text, parts.length) ?? { scheme: 'semver', text, parts, preRelease };
}

function withoutZeros(refused: Refused, text: string): Refused {
  return { ...refused, wouldBeRight: quote(text.replace(/(^|\.)0+(?=[0-9])/gu, '$1')) };
}

/**
 * A suffix in comparable tokens: words and numbers, whatever stands between them. So rc10 follows rc9 (SemVer 2.0.0 §11 would
 * compare them as words), and the two spellings -rc1 and -rc.1, which real trains mix, are the same candidate.
 */
function suffixTokens(preRelease: string): string[] {
  return preRelease.match(/[0-9]+|[A-Za-z]+/gu) ?? [];
}

function compareTokens(a: string, b: string): Order {
  const [aNumber, bNumber] = [/^[0-9]/u.test(a), /^[0-9]/u.test(b)];
  if (aNumber && bNumber) {
    const [bareA, bareB] = [a.replace(/^0+/u, ''), b.replace(/^0+/u, '')];
    if (bareA.length !== bareB.length) return compareNumbers(bareA.length, bareB.length);
    return bareA < bareB ? -1 : bareA > bareB ? 1 : 0;
  }
  if (aNumber !== bNumber) return aNumber ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareSuffixes(a: string | null, b: string | null): Order {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  const [tokensA, tokensB] = [suffixTokens(a), suffixTokens(b)];
  for (let at = 0; at < Math.min(tokensA.length, tokensB.length); at++) {
    const order = compareTokens(tokensA[at] ?? '', tokensB[at] ?? '');
    if (order !== 0) return order;
  }
  return compareNumbers(tokensA.length, tokensB.length);
}

/** Orders two versions: numbers from the left, a missing one counts as 0; a pre-release comes before its release (SemVer 2.0.0 §11). */
export function compareSemver(a: SemverVersion, b: SemverVersion): Order {
  return compareParts(a.parts, b.parts) || compareSuffixes(a.preRelease, b.preRelease);
}

function raise(parts: readonly number[], at: number, count: number, by = 1): number[] {
  return Array.from({ length: count }, (_, each) => (each < at ? (parts[each] ?? 0) : each === at ? (parts[at] ?? 0) + by : 0));
}

function print(parts: readonly number[], from: string): SemverVersion | Refused {
  if (parts.some((part) => part > largestPart)) {
    return refuse('part-too-large', `the part after ${quote(from)} would be above ${largestPart}`, 'raising a part further left');
  }
  return { scheme: 'semver', text: parts.join('.'), parts: [...parts], preRelease: null };
}

function partToRaise(settings: SemverSettings, version: SemverVersion, part: string | undefined): number | Refused {
  const count = baseCount(settings, version.parts);
  const wanted = part ?? settings.next;
  if (wanted === undefined) return count - 1;
  const at = semverParts.findIndex((each) => each === wanted);
  if (at < 0) return refuse('unknown-part', `a semantic version has no part ${quote(wanted)}`, 'major, minor or patch');
  if (at < count) return at;
  return refuse(
    'unknown-part',
    `${quote(version.text)} is of a line of two parts and has no patch`,
    'minor or major; a hotfix takes the third part',
  );
}

/** The version after this one: raises `part` (else the settings' own, else the last), sets what follows to 0 and drops a hotfix's part. */
export function nextSemver(settings: SemverSettings, version: SemverVersion, part?: string): SemverVersion | Refused {
  const at = partToRaise(settings, version, part);
  if (isRefused(at)) return at;
  const count = baseCount(settings, version.parts);
  // 1.3.0-rc.1 comes before 1.3.0, which is therefore the next one, and not 1.4.0.
  const endsCandidates = version.preRelease !== null && version.parts.slice(at + 1).every((each) => each === 0);
  return print(endsCandidates ? version.parts.slice(0, count) : raise(version.parts, at, count), version.text);
}

/** The rule by which this platform numbers hotfixes. */
export function semverHotfixRule(settings: SemverSettings, platform: string | undefined): SemverHotfixRule {
  return entryOf(settings.hotfix, platform) ?? 'next-patch';
}

/**
 * The hotfix of a released version on a platform. `by` is how many numbers further: 1 for the first hotfix, 2 where that one is taken.
 * Refuses a pre-release, which no user of the production channel has.
 */
export function hotfixOfSemver(settings: SemverSettings, version: SemverVersion, platform?: string, by = 1): SemverVersion | Refused {
  if (version.preRelease !== null) {
    return refuse('no-hotfix', `${quote(version.text)} is a pre-release`, 'a hotfix of a released version');
  }
  const count = baseCount(settings, version.parts);
  const rule = semverHotfixRule(settings, platform);
  switch (rule) {
    case 'next-minor':
      return print(raise(version.parts, 1, count, by), version.text);
    case 'fourth-part':
      return print(raise(version.parts, count, count + 1, by), version.text);
    case 'third-part':
    case 'next-patch':
      return print(raise(version.parts, 2, 3, by), version.text);
    default:
      return rule satisfies never;
  }
}
