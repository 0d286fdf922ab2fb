/** Does another release hold the storefront's listing? */
import { z } from 'zod';
import { dayAndTime } from '../../calendar/words.ts';
import type { StorefrontState, StorefrontStateName } from '../../facts.ts';
import { platformName } from '../../names.ts';
import type { Sibling } from '../../release/release.ts';
import { capabilities } from '../../rollout/storefronts.ts';
import type { StorefrontKind } from '../../rollout/storefronts.ts';
import type { Instant } from '../../time.ts';
import type { Criterion, Evidence, Finding, JudgeAt } from '../criterion.ts';
import { green, red, yellow } from '../finding.ts';
import { names, releaseManager, sourceWho } from '../words.ts';

const settings = z.strictObject({});
type At = JudgeAt<z.infer<typeof settings>>;

export const listingFree: Criterion<z.infer<typeof settings>> = {
  kind: 'listing-free',
  title: 'Listing is free',
  asks: 'No other release holds the listing of a storefront of this track.',
  settings,
  needs: ['storefront'],
  waivable: false,
  judge,
};

/** A release that holds a listing: its version, on which storefront, and how it stands there. */
type Holder = {
  storefront: StorefrontKind;
  version: string;
  stands: 'in review' | 'approved' | 'rejected' | 'a draft' | 'rolling out';
  newer: boolean;
  evidence: Evidence;
};

function judge(at: At): Finding {
  const { policy, track } = at;
  const holders = policy.storefronts.flatMap((kind) => holdersOf(at, kind));
  const shops = names(policy.storefronts.map((kind) => capabilities[kind].name));
  if (holders.length === 0) {
    return green({
      headline: 'Free',
      clause: 'No other release holds it',
      because: `No other release holds the listing of ${platformName(track.platform)} on ${shops}.`,
      evidence: readEvidence(at),
    });
  }
  // Where a new release takes the place of the old one, an older one in the listing is no obstacle, and is named.
  const obstacles = holders.filter((holder) => holder.newer || capabilities[holder.storefront].listing === 'one-in-the-works');
  if (obstacles.length === 0) {
    return green({
      headline: `Replaces ${names([...new Set(holders.map((holder) => holder.version))])}`,
      because: `${names(holders.map(holderWords))}; a new release takes its place there.`,
      evidence: holders.map((holder) => holder.evidence),
    });
  }
  return held(at, obstacles);
}

function held(at: At, obstacles: readonly Holder[]): Finding {
  const { release, policy, now } = at;
  const versions = names([...new Set(obstacles.map((holder) => holder.version))]);
  const submitAt = release.planned.submit;
  const newer = obstacles.filter((holder) => holder.newer);
  const told = {
    headline: `Held by ${versions}`,
    clause: names(obstacles.map(holderWords)),
    because: `${names(obstacles.map(holderWords))}.`,
    turnsGreen: `when ${versions} is out there, or is withdrawn`,
    evidence: obstacles.map((holder) => holder.evidence),
    dueAt: submitAt,
  };
  if (newer.length > 0) {
    return red({
      ...told,
      because: `${told.because} It is a newer version than ${at.track.version}, which can no longer follow it.`,
      turnsGreen: `when ${names(newer.map((holder) => holder.version))} is withdrawn there`,
      who: [releaseManager(`withdraws ${names(newer.map((holder) => holder.version))}, or cancels ${at.track.version}`, release)],
    });
  }
  if (obstacles.every((holder) => freesItself(holder, submitAt, now))) {
    const when =
      submitAt !== null && submitAt > now
        ? ` It is expected to be free before the planned submission, ${dayAndTime(submitAt, policy.timezone, now)}.`
        : ' It is free as soon as that release starts.';
    return yellow({
      ...told,
      because: `${told.because}${when}`,
      who: [
        sourceWho(obstacles.map((holder) => capabilities[holder.storefront].name)[0] ?? 'the storefront', `moves ${versions} on`),
        releaseManager(`starts or withdraws ${versions}`, release),
      ],
      looksAgainAt: submitAt !== null && submitAt > now ? submitAt : null,
    });
  }
  return red({ ...told, who: [releaseManager(`starts or withdraws ${versions}`, release)] });
}

/** It will be free in time: an approved release leaves when it starts, and a review has until the planned submission. A rejected one or a draft stays until a person acts. */
function freesItself(holder: Holder, submitAt: Instant | null, now: Instant): boolean {
  if (holder.stands === 'approved') return true;
  return holder.stands === 'in review' && submitAt !== null && now < submitAt;
}

/** How a state in a storefront holds the listing there; null where it does not. */
const standsAs: Readonly<Record<StorefrontStateName, Holder['stands'] | null>> = {
  none: null,
  draft: 'a draft',
  'in-review': 'in review',
  rejected: 'rejected',
  approved: 'approved',
  'rolling-out': 'rolling out',
  paused: 'rolling out',
  halted: null,
  released: null,
  replaced: null,
  withdrawn: null,
};

/** Who holds the listing of one storefront: what the storefront says of other versions comes before what our own tracks say. */
function holdersOf(at: At, kind: StorefrontKind): readonly Holder[] {
  const { listing } = capabilities[kind];
  if (listing === 'free') return [];
  const others = at.facts.storefronts.filter(
    (state) => state.storefront === kind && state.platform === at.track.platform && state.version !== at.track.version,
  );
  const siblings = at.siblings.filter((sibling) => sibling.platform === at.track.platform && sibling.version !== at.track.version);
  const read = others.flatMap((state) => fromState(kind, state, siblings));
  const known = new Set(others.map((state) => state.version));
  const ours = siblings.filter((sibling) => !known.has(sibling.version)).flatMap((sibling) => fromSibling(kind, sibling));
  return [...read, ...ours].filter((holder) => counts(holder, listing));
}

/** A rollout under way is no version in the works: the next may be prepared and reviewed beside it. Where releases replace each other it is the one that is replaced. */
function counts(holder: Holder, listing: 'replaces' | 'one-in-the-works'): boolean {
  if (listing === 'one-in-the-works') return holder.stands !== 'rolling out';
  // a draft on Google Play holds nothing: the next release is made beside it
  return holder.stands !== 'a draft' && holder.stands !== 'rejected';
}

function fromState(kind: StorefrontKind, state: StorefrontState, siblings: readonly Sibling[]): readonly Holder[] {
  const stands = standsAs[state.state];
  if (stands === null) return [];
  const order = siblings.find((sibling) => sibling.version === state.version)?.order ?? -1;
  const evidence: Evidence = {
    kind: 'storefront',
    label: `${state.version} on ${capabilities[kind].name}, ${state.state}`,
    url: state.url ?? null,
    at: state.at,
  };
  return [{ storefront: kind, version: state.version, stands, newer: order > 0, evidence }];
}

function fromSibling(kind: StorefrontKind, sibling: Sibling): readonly Holder[] {
  const stands =
    sibling.stage === 'in-review'
      ? 'in review'
      : sibling.stage === 'store-approved'
        ? 'approved'
        : sibling.stage === 'rolling-out'
          ? 'rolling out'
          : null;
  if (stands === null) return [];
  return [
    {
      storefront: kind,
      version: sibling.version,
      stands,
      newer: sibling.order > 0,
      evidence: {
        kind: 'track',
        label: `${sibling.version} on ${platformName(sibling.platform)}, ${sibling.stage}`,
        url: null,
        at: sibling.since,
      },
    },
  ];
}

function holderWords(holder: Holder): string {
  return `${holder.version} is ${holder.stands} on ${capabilities[holder.storefront].name}`;
}

function readEvidence(at: At): readonly Evidence[] {
  return at.facts.storefronts
    .filter((state) => state.platform === at.track.platform)
    .map((state) => ({
      kind: 'storefront' as const,
      label: `${state.version} on ${state.storefront}, ${state.state}`,
      url: state.url ?? null,
      at: state.at,
    }));
}
