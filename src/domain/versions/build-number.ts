import { z } from 'zod';
import { pack, packing, unpack } from './packing.ts';
import { accepted, isRefused, quote, refuse, type Refused } from './refused.ts';
import { compareParts, largestPart } from './text.ts';

/** Google Play's largest versionCode (store-rules G02). */
export const largestAndroidCode = 2_100_000_000;

const offsets = z
  .record(z.string(), z.int().min(0).max(largestAndroidCode))
  .default({})
  .describe('what each further package of one build adds to its number, such as { automotive: 50000, wear: 100000 }');

/**
 * How an app numbers its builds.
 * `increment`: one more than the highest. `packed`: the version's parts and a counter in one number. `free`: whatever the CI gives.
 */
export const buildNumberScheme = z.discriminatedUnion('scheme', [
  z.strictObject({
    scheme: z.literal('increment'),
    step: z.int().min(1).max(1_000_000).default(1).describe('how much the number grows with each build'),
    sequence: z
      .enum(['package', 'version'])
      .optional()
      .describe(
        'what one sequence belongs to; left out: the marketing version on iOS, the package elsewhere; Android always has one a package',
      ),
    offsets,
  }),
  z.strictObject({ scheme: z.literal('packed'), packing, offsets }),
  z.strictObject({ scheme: z.literal('free'), offsets }),
]);
export type BuildNumberScheme = z.output<typeof buildNumberScheme>;

/** A build that exists: its version, its number, and its package where an app has several (a beta that is a package of its own). */
export type NumberedBuild = { version: string; number: number | string; package?: string };

/** What is asked: may this build have this number? `taken` are the builds before it on the platform; `lastApproved` the highest version the App Store has approved. */
export type BuildNumberQuestion = {
  platform: string;
  scheme: BuildNumberScheme;
  version: string;
  number: number | string;
  taken: readonly NumberedBuild[];
  package?: string;
  lastApproved?: string;
};
/** A "yes", with the number of every package of the build (`offsets`). */
export type AcceptedBuildNumber = { kind: 'accepted'; numbers: Record<string, number> };

/** One to three integers on iOS and desktop (CFBundleVersion, store-rules A07; zeros in front do not count), a whole number on Android (G01). */
function readNumber(platform: string, number: number | string): number[] | Refused {
  const text = String(number);
  const android = platform === 'android';
  const right = android
    ? `a whole number from 1 to ${largestAndroidCode}`
    : 'one to three whole numbers with dots between them, such as 4711 or 1.2.3';
  const shape = android ? /^[0-9]{1,10}$/u : /^[0-9]{1,15}(\.[0-9]{1,15}){0,2}$/u;
  if (!shape.test(text)) return refuse('not-a-number', `the build number ${quote(text)} cannot be read`, right);
  const parts = text.split('.').map(Number);
  if (android && parts[0] === 0) return refuse('not-a-number', 'the build number is 0', right);
  const [first] = parts;
  if (android && first !== undefined && first > largestAndroidCode)
    return refuse('too-large', `the build number ${text} is above Google Play's limit`, right);
  if (parts.some((part) => part > largestPart))
    return refuse('too-large', `the build number ${quote(text)} is too large`, `at most ${largestPart} in each part`);
  return parts;
}

/** 1.2 and 1.2.0 are one marketing version; what is no list of numbers is compared as it is written. */
function isSameVersion(a: string, b: string): boolean {
  const numbers = /^[0-9]+(\.[0-9]+)*$/u;
  if (!numbers.test(a) || !numbers.test(b)) return a === b;
  return compareParts(a.split('.').map(Number), b.split('.').map(Number)) === 0;
}

function sequenceOf(platform: string, scheme: BuildNumberScheme): 'package' | 'version' {
  if (platform === 'android') return 'package';
  const chosen = scheme.scheme === 'increment' ? scheme.sequence : undefined;
  return chosen ?? (platform === 'ios' ? 'version' : 'package');
}

type Sequence = { platform: string; scheme: BuildNumberScheme; version: string; package?: string };

/** The builds whose numbers a new one must exceed. */
function sameSequence(asked: Sequence, taken: readonly NumberedBuild[]): NumberedBuild[] {
  const ofPackage = taken.filter((build) => asked.package === undefined || build.package === asked.package);
  if (sequenceOf(asked.platform, asked.scheme) === 'package') return ofPackage;
  return ofPackage.filter((build) => isSameVersion(build.version, asked.version));
}

/** The highest number of a sequence. Numbers that this platform could not have are another platform's and do not count. */
function highest(platform: string, builds: readonly NumberedBuild[]): { parts: number[]; build: NumberedBuild } | null {
  let top: { parts: number[]; build: NumberedBuild } | null = null;
  for (const build of builds) {
    const parts = readNumber(platform, build.number);
    if (!isRefused(parts) && (top === null || compareParts(parts, top.parts) > 0)) top = { parts, build };
  }
  return top;
}

function refuseOrder(asked: Sequence, parts: readonly number[], number: number | string, taken: readonly NumberedBuild[]): Refused | null {
  const top = highest(asked.platform, sameSequence(asked, taken));
  if (top === null) return null;
  const order = compareParts(parts, top.parts);
  if (order > 0) return null;
  const among = sequenceOf(asked.platform, asked.scheme) === 'package' ? 'of this package' : `of version ${quote(asked.version)}`;
  const right = `a number above ${top.build.number}`;
  const used = sameSequence(asked, taken).find((build) => {
    const other = readNumber(asked.platform, build.number);
    return !isRefused(other) && compareParts(other, parts) === 0;
  });
  if (used) return refuse('already-used', `the build number ${number} is that of a build of ${quote(used.version)} already`, right);
  return refuse('not-higher', `the build number ${number} is below ${top.build.number}, the highest ${among}`, right);
}

/** App Store: a version must exceed the last approved one (A05); a higher number does not make up for a lower version (A04). */
function refuseOldVersion(asked: BuildNumberQuestion): Refused | null {
  if (asked.platform !== 'ios' || asked.lastApproved === undefined) return null;
  const numbers = /^[0-9]+(\.[0-9]+)*$/u;
  if (!numbers.test(asked.version) || !numbers.test(asked.lastApproved)) return null;
  if (compareParts(asked.version.split('.').map(Number), asked.lastApproved.split('.').map(Number)) > 0) return null;
  return refuse(
    'not-higher',
    `version ${quote(asked.version)} is not above ${quote(asked.lastApproved)}, which the App Store has approved`,
    `a version above ${asked.lastApproved}`,
  );
}

function refusePacked(asked: BuildNumberQuestion): Refused | null {
  if (asked.scheme.scheme !== 'packed') return null;
  const first = pack(asked.scheme.packing, asked.version, 0);
  if (isRefused(first)) return first;
  const read = unpack(asked.scheme.packing, asked.number);
  if (isRefused(read)) return read;
  if (isSameVersion(read.version, asked.version)) return null;
  return refuse(
    'not-this-version',
    `the build number ${asked.number} says ${read.version}, not ${asked.version}`,
    `a number from ${first} on`,
  );
}

/** The smallest distance between two packages of one build: a counter that reaches it gives two packages one number. */
function smallestGap(scheme: BuildNumberScheme): number {
  const sorted = [0, ...Object.values(scheme.offsets)].toSorted((a, b) => a - b);
  return sorted.reduce((gap, offset, at) => (at === 0 ? gap : Math.min(gap, offset - (sorted[at - 1] ?? 0))), Infinity);
}

/** The number of each package of one build, `main` for the plain one. Refuses numbers above the platform's limit and numbers that meet. */
function numbersOf(platform: string, scheme: BuildNumberScheme, number: number): Record<string, number> | Refused {
  const gap = smallestGap(scheme);
  if (scheme.scheme === 'increment' && number >= gap) {
    return refuse(
      'too-large',
      `the build number ${number} reaches the range of another package (${gap} further on)`,
      `offsets that lie further apart`,
    );
  }
  const numbers: Record<string, number> = { main: number };
  for (const [name, offset] of Object.entries(scheme.offsets)) {
    const each = readNumber(platform, number + offset);
    if (isRefused(each)) return refuse(each.code, `the number of ${quote(name)} cannot be: ${each.was}`, each.wouldBeRight);
    numbers[name] = number + offset;
  }
  return numbers;
}

/**
 * Whether a build may have a number. Android: above every number of its package (store-rules G01), at most 2,100,000,000 (G02).
 * iOS: above every number of the same marketing version (A04), the version above the last approved one (A05).
 * A packed number must say its own version.
 */
export function checkBuildNumber(asked: BuildNumberQuestion): AcceptedBuildNumber | Refused {
  const parts = readNumber(asked.platform, asked.number);
  if (isRefused(parts)) return parts;
  const refused = refuseOldVersion(asked) ?? refusePacked(asked) ?? refuseOrder(asked, parts, asked.number, asked.taken);
  if (refused) return refused;
  if (parts.length !== 1) return { kind: 'accepted', numbers: {} };
  const numbers = numbersOf(asked.platform, asked.scheme, parts[0] ?? 0);
  return isRefused(numbers) ? numbers : { kind: 'accepted', numbers };
}

function proposeIncrement(asked: Sequence, step: number, taken: readonly NumberedBuild[]): number | Refused {
  const top = highest(asked.platform, sameSequence(asked, taken));
  if (top === null) return 1;
  const [only, ...more] = top.parts;
  if (only === undefined || more.length > 0)
    return refuse(
      'no-next',
      `the highest build number, ${top.build.number}, is no whole number`,
      'whole numbers, which can be raised by one',
    );
  return only + step;
}

function proposePacked(asked: Sequence, rules: z.output<typeof packing>, taken: readonly NumberedBuild[]): number | Refused {
  const counters = accepted(sameSequence(asked, taken).map((build) => unpack(rules, build.number)))
    .filter((read) => isSameVersion(read.version, asked.version))
    .map((read) => read.counter);
  return pack(rules, asked.version, counters.reduce((most, counter) => Math.max(most, counter), 0) + 1);
}

function propose(asked: Sequence, taken: readonly NumberedBuild[]): number | Refused {
  const { scheme } = asked;
  switch (scheme.scheme) {
    case 'increment':
      return proposeIncrement(asked, scheme.step, taken);
    case 'packed':
      return proposePacked(asked, scheme.packing, taken);
    case 'free':
      return refuse('no-next', 'this app numbers its builds freely', 'the number that the CI gives');
    default:
      return scheme satisfies never;
  }
}

/** The number of the next build. Refuses `free` schemes, overflow, and what the platform would refuse (a packed hotfix of an old version on Android). */
export function nextBuildNumber(asked: Omit<BuildNumberQuestion, 'number'>): number | Refused {
  const number = propose(asked, asked.taken);
  if (isRefused(number)) return number;
  const checked = checkBuildNumber({ ...asked, number });
  return isRefused(checked) ? checked : number;
}
