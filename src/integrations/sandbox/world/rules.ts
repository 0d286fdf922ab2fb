/**
 * What each sandbox storefront does, written down here a second time on purpose: the world must not learn its rules
 * from the table that the product decides by, or a wrong line there could never be found out.
 * Behaviour follows the vendors' documentation; the letters are those of the vendors' own pages in each comment.
 */
import type { StorefrontKind } from '#domain/rollout/storefronts.ts';
import type { Release } from './state.ts';

export type Rules = {
  reviews: boolean;
  /** Google Play: approved means live, at the percentage that was submitted. */
  liveOnApproval: boolean;
  /** App Store: the phased release of seven days. */
  phases: readonly number[] | null;
  haltsWhenFull: boolean;
  withdraws: boolean;
  pauseBudgetMs: number | null;
  /** States of another version that keep a new one out. */
  holds: readonly Release['state'][];
  /** `listing`: a build number higher than any before; `version`: higher than this version's rejected one; `free`. */
  buildsRise: 'listing' | 'version' | 'free';
  /** A new version must be higher than the highest published one. */
  versionsRise: boolean;
  /** A newly started version takes the place of a fully released one at once, and not only when it is full itself. */
  replacesReleasedAtOnce: boolean;
  /** Serves the previous version again when the newest is halted. */
  rollsBack: boolean;
};

export const DAY_MS = 86_400_000;

export const rulesOf: Readonly<Record<StorefrontKind, Rules>> = {
  'google-play': {
    reviews: true,
    liveOnApproval: true,
    phases: null,
    // since May 2025 a fully released version can be halted too
    haltsWhenFull: true,
    withdraws: false,
    pauseBudgetMs: null,
    // committing with ERROR_IF_IN_REVIEW; `approved` stands only under managed publishing
    holds: ['in-review', 'approved'],
    // a version code must exceed every code on any channel
    buildsRise: 'listing',
    versionsRise: false,
    replacesReleasedAtOnce: false,
    rollsBack: false,
  },
  'app-store-connect': {
    reviews: true,
    liveOnApproval: false,
    phases: [1, 2, 5, 10, 20, 50, 100],
    haltsWhenFull: false,
    withdraws: true,
    pauseBudgetMs: 30 * DAY_MS,
    holds: ['in-review', 'approved'],
    buildsRise: 'version',
    versionsRise: true,
    // releasing a version flips the one before to REPLACED_WITH_NEW_VERSION
    replacesReleasedAtOnce: true,
    rollsBack: false,
  },
  'microsoft-store': {
    reviews: true,
    liveOnApproval: false,
    phases: null,
    haltsWhenFull: false,
    withdraws: true,
    pauseBudgetMs: null,
    holds: ['in-review', 'approved'],
    buildsRise: 'listing',
    versionsRise: false,
    replacesReleasedAtOnce: false,
    rollsBack: false,
  },
  'update-feed': {
    reviews: false,
    liveOnApproval: false,
    phases: null,
    haltsWhenFull: true,
    withdraws: true,
    pauseBudgetMs: null,
    holds: [],
    buildsRise: 'free',
    versionsRise: false,
    replacesReleasedAtOnce: false,
    rollsBack: true,
  },
};

/** Whether users receive or received this release: it was started once. */
export function wasPublished(release: Release): boolean {
  return release.startedAt !== null;
}

/** Orders dotted numbers as storefronts do: number by number, absent ones as 0. `8.10` is higher than `8.9.2`. */
export function compareNumbers(a: string, b: string): number {
  const left = numbersIn(a);
  const right = numbersIn(b);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0n) - (right[i] ?? 0n);
    if (difference !== 0n) return difference < 0n ? -1 : 1;
  }
  return 0;
}

function numbersIn(text: string): bigint[] {
  return (text.match(/\d+/g) ?? []).map((digits) => BigInt(digits));
}
