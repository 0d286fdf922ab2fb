/**
 * The calls that a sandbox storefront takes, with its refusals. They are steps, as vendors have them (submit, start, raise, halt …),
 * and know nothing of "already so": to ask for an end, again and again without harm, is the adapter's work.
 */
import { plusMinutes } from '#domain/time.ts';
import { goOn, halt, note, offer, pause, pausedMsAt, startPhases, withdraw } from './moves.ts';
import type { Mover } from './moves.ts';
import { refuse } from './refusal.ts';
import type { Refusal } from './refusal.ts';
import { compareNumbers, rulesOf, wasPublished } from './rules.ts';
import type { Listing, Release } from './state.ts';

export const callNames = ['submit', 'start', 'raise', 'halt', 'resume', 'pause', 'complete', 'withdraw'] as const;
export type CallName = (typeof callNames)[number];
/** What a call brings: the build it means (submit must name one) and a percentage where the call takes one. */
export type CallInput = { version: string; build: string | null; percent: number | null };
export type Answer = { ok: true; release: Release } | Refusal;

/** What the world knows besides the listing: how a build stands in CI, and how long a review takes. */
export type Around = { buildState(version: string, build: string): string | null; reviewAfterMinutes: number | null };

const HIGHEST_VERSION_CODE = 2_100_000_000;

/** Makes a call on a listing. Either it is refused and nothing has changed, or it is done. */
export function call(listing: Listing, name: CallName, input: CallInput, mover: Mover, around: Around): Answer {
  if (input.percent !== null && !(input.percent > 0 && input.percent <= 100)) {
    return refuse('wrong-input', `${input.percent} is no percentage of a rollout`, 'name more than 0 and at most 100');
  }
  if (name === 'submit') return submit(listing, input, mover, around);
  const release = find(listing, input.version);
  if (!release) return refuse('not-submitted', `${nameOf(listing)} knows no version ${input.version}`, 'submit it first');
  if (input.build !== null && input.build !== release.build) {
    return refuse(
      'other-build',
      `${input.version} is here with build ${release.build}, not ${input.build}`,
      'name the build that was submitted, or submit another version',
    );
  }
  if (release.state === 'replaced') {
    return refuse(
      'replaced',
      `${input.version} was replaced by ${release.replaced?.by ?? 'another version'}`,
      'a version that was replaced does not come back: release a new, higher one',
    );
  }
  const refusal = changes[name](listing, release, input, mover);
  return refusal ?? { ok: true, release };
}

export function find(listing: Listing, version: string): Release | undefined {
  return listing.releases.find((release) => release.version === version);
}

const nameOf = (listing: Listing): string => `${listing.storefront} ${listing.app}/${listing.platform}`;

/* ---- submit ---- */

function submit(listing: Listing, input: CallInput, mover: Mover, around: Around): Answer {
  const { build } = input;
  if (build === null) return refuse('wrong-input', 'a submission without a build', 'name the build');
  const earlier = find(listing, input.version);
  const refusal =
    refuseState(earlier) ??
    refuseHeld(listing, input.version) ??
    refuseVersion(listing, input.version) ??
    refuseBuild(listing, earlier, build) ??
    refuseUnready(input.version, build, around) ??
    refusePercent(listing, input);
  if (refusal) return refusal;

  const rules = rulesOf[listing.storefront];
  const release = earlier ?? newRelease(listing, input.version, build);
  release.build = build;
  release.rejection = null;
  release.submissions.push({
    key: mover.key,
    by: mover.by,
    build,
    percent: rules.liveOnApproval ? input.percent : null,
    at: mover.at,
    fate: rules.reviews ? 'in-review' : 'approved',
  });
  release.state = rules.reviews ? 'in-review' : 'approved';
  const minutes = listing.reviewAfterMinutes === 'world' ? around.reviewAfterMinutes : listing.reviewAfterMinutes;
  release.reviewEndsAt = rules.reviews && minutes !== null ? plusMinutes(mover.at, minutes) : null;
  note(release, `build ${build} submitted`, mover);
  return { ok: true, release };
}

function newRelease(listing: Listing, version: string, build: string): Release {
  const release: Release = {
    version,
    build,
    state: 'in-review',
    percent: 0,
    rejection: null,
    key: null,
    submissions: [],
    reviewEndsAt: null,
    startedAt: null,
    phase: null,
    pausedSince: null,
    pausedMs: 0,
    replaced: null,
    history: [],
  };
  listing.releases.push(release);
  return release;
}

function refuseState(release: Release | undefined): Refusal | null {
  if (!release) return null;
  switch (release.state) {
    case 'rejected':
    case 'withdrawn':
      return null;
    case 'in-review':
      return refuse(
        'already-in-review',
        `${release.version} is in review already, with build ${release.build}`,
        'a build cannot be changed in review: wait for the answer, or withdraw it first',
        release.version,
      );
    case 'approved':
      return refuse(
        'already-approved',
        `${release.version} is approved already, with build ${release.build}`,
        'start it, or withdraw it first',
        release.version,
      );
    case 'rolling-out':
    case 'paused':
    case 'halted':
    case 'released':
    case 'replaced':
      return refuse(
        'already-published',
        `${release.version} was published already, with build ${release.build}`,
        'another build needs a new, higher version',
      );
    default:
      return release.state satisfies never;
  }
}

function refuseHeld(listing: Listing, version: string): Refusal | null {
  const holder = listing.releases.find((other) => other.version !== version && rulesOf[listing.storefront].holds.includes(other.state));
  if (!holder) return null;
  return refuse(
    'listing-held',
    `${holder.version} is in the works (${holder.state}) and holds the listing`,
    `wait until ${holder.version} is out${rulesOf[listing.storefront].withdraws ? ', or withdraw it' : ''}`,
    holder.version,
  );
}

function refuseVersion(listing: Listing, version: string): Refusal | null {
  if (!rulesOf[listing.storefront].versionsRise) return null;
  const higher = listing.releases.find(
    (other) => other.version !== version && wasPublished(other) && compareNumbers(other.version, version) >= 0,
  );
  if (!higher) return null;
  return refuse(
    'needs-higher-version',
    `${version} must be higher than ${higher.version}, which was published`,
    `release a version above ${higher.version}`,
  );
}

function refuseBuild(listing: Listing, earlier: Release | undefined, build: string): Refusal | null {
  const { buildsRise } = rulesOf[listing.storefront];
  if (buildsRise === 'free') return null;
  if (listing.storefront === 'google-play' && !(/^\d{1,10}$/.test(build) && Number(build) >= 1 && Number(build) <= HIGHEST_VERSION_CODE)) {
    return refuse('wrong-input', `build ${build} is no version code`, `a version code is a whole number from 1 to ${HIGHEST_VERSION_CODE}`);
  }
  const needsAbove = [
    // what was rejected as a binary cannot come again under its number
    ...(earlier?.rejection?.kind === 'binary' ? [earlier.build] : []),
    ...(buildsRise === 'listing'
      ? listing.releases
          .flatMap((other) => other.submissions.map((submission) => submission.build))
          .filter((used) => used !== earlier?.build)
      : []),
  ];
  const highest = needsAbove.reduce<string | null>((top, each) => (top === null || compareNumbers(each, top) > 0 ? each : top), null);
  if (highest === null || compareNumbers(build, highest) > 0) return null;
  return refuse(
    'needs-higher-build',
    `build ${build} is not higher than ${highest}, which was used already`,
    `submit a build above ${highest}`,
  );
}

function refuseUnready(version: string, build: string, around: Around): Refusal | null {
  const state = around.buildState(version, build);
  if (state === null || state === 'succeeded') return null;
  return refuse('build-not-ready', `build ${build} of ${version} is ${state} in CI`, 'submit a build that succeeded');
}

function refusePercent(listing: Listing, input: CallInput): Refusal | null {
  if (!rulesOf[listing.storefront].liveOnApproval) return null;
  if (input.percent === null)
    return refuse(
      'wrong-input',
      'a submission without a percentage goes live to nobody knows whom',
      'name the percentage at which it goes live when approved',
    );
  if (listing.firstReleaseMustBeFull && input.percent < 100 && !listing.releases.some(wasPublished)) {
    return refuse('first-release-not-staged', 'the first release on a channel cannot be staged', 'submit it at 100%');
  }
  return null;
}

/* ---- changes to a release that is there ---- */

type Change = (listing: Listing, release: Release, input: CallInput, mover: Mover) => Refusal | null;

const changes: Readonly<Record<Exclude<CallName, 'submit'>, Change>> = {
  start(listing, release, input, mover) {
    if (release.state !== 'approved') return notIn(release, 'started');
    if (rulesOf[listing.storefront].liveOnApproval && mover.key !== null) {
      return refuse(
        'console-only',
        `${release.version} waits for a person to press Publish in the console`,
        'publish it there: managed publishing is on',
      );
    }
    if (rulesOf[listing.storefront].phases) startPhases(listing, release, mover);
    else offer(listing, release, input.percent ?? release.submissions.at(-1)?.percent ?? 100, mover);
    return null;
  },

  raise(listing, release, input, mover) {
    if (rulesOf[listing.storefront].phases) {
      return refuse(
        'advances-by-itself',
        'a phased release takes its phases by itself',
        'complete it to go to 100% now; no other percentage can be asked for',
      );
    }
    if (release.state === 'halted') return refuse('halted', `${release.version} is halted at ${release.percent}%`, 'resume it');
    if (release.state === 'released') return refuse('same-state', `${release.version} is at 100% already`, 'nothing needs to be done');
    if (release.state !== 'rolling-out') return notIn(release, 'raised');
    if (input.percent === null) return refuse('wrong-input', 'raise to which percentage?', 'name a percentage');
    if (input.percent === release.percent)
      return refuse('same-state', `${release.version} is at ${release.percent}% already`, 'nothing needs to be done');
    if (input.percent < release.percent) return lower(release, input.percent);
    offer(listing, release, input.percent, mover);
    return null;
  },

  halt(listing, release, _input, mover) {
    if (rulesOf[listing.storefront].phases) return refuse('not-possible-here', 'a phased release cannot be halted', 'pause it');
    if (release.state === 'halted') return refuse('same-state', `${release.version} is halted already`, 'nothing needs to be done');
    if (release.state === 'released' && !rulesOf[listing.storefront].haltsWhenFull) {
      return refuse(
        'cannot-halt-when-full',
        `${release.version} is at 100%, and ${listing.storefront} halts nothing that is`,
        'release a new, higher version, or switch the cause off',
      );
    }
    if (release.state !== 'rolling-out' && release.state !== 'released') return notIn(release, 'halted');
    halt(listing, release, mover);
    return null;
  },

  resume(listing, release, input, mover) {
    if (release.state === 'released')
      return refuse('final-state', `${release.version} is at 100%: a finished rollout is not resumed`, 'nothing needs to be done');
    if (release.state === 'rolling-out')
      return refuse('same-state', `${release.version} is rolling out already`, 'nothing needs to be done');
    if (release.state === 'paused') {
      goOn(release, mover);
      return null;
    }
    if (release.state !== 'halted') return notIn(release, 'resumed');
    const percent = input.percent ?? release.percent;
    if (percent < release.percent) return lower(release, percent);
    offer(listing, release, percent, mover);
    return null;
  },

  pause(listing, release, _input, mover) {
    const { phases, pauseBudgetMs } = rulesOf[listing.storefront];
    if (!phases) return refuse('not-possible-here', `${listing.storefront} has no phases to pause`, 'halt it');
    if (release.state === 'paused') return refuse('same-state', `${release.version} is paused already`, 'nothing needs to be done');
    if (release.state === 'released')
      return refuse(
        'final-state',
        `the phased release of ${release.version} is complete: its state cannot be changed any more`,
        'release a new, higher version, or switch the cause off',
      );
    if (release.state !== 'rolling-out') return notIn(release, 'paused');
    if (pauseBudgetMs !== null && pausedMsAt(release, mover.at) >= pauseBudgetMs) {
      return refuse(
        'budget-used-up',
        `${release.version} has stood paused for 30 days in total, which is all it may`,
        'complete it, or release a new, higher version',
      );
    }
    pause(release, mover);
    return null;
  },

  complete(listing, release, _input, mover) {
    if (!rulesOf[listing.storefront].phases)
      return refuse('not-possible-here', `${listing.storefront} has no phases to complete`, 'raise it to 100%');
    if (release.state === 'released') return refuse('same-state', `${release.version} is at 100% already`, 'nothing needs to be done');
    if (release.state !== 'rolling-out' && release.state !== 'paused') return notIn(release, 'completed');
    if (release.state === 'paused') goOn(release, mover);
    offer(listing, release, 100, mover);
    return null;
  },

  withdraw(listing, release, _input, mover) {
    const byHand = mover.key === null;
    if (!rulesOf[listing.storefront].withdraws && !byHand)
      return refuse('cannot-withdraw', `${listing.storefront} takes no submission back`, 'wait for the answer; halt it when it is live');
    if (release.state === 'withdrawn' || release.state === 'rejected')
      return refuse('same-state', `${release.version} is not in the works (${release.state})`, 'nothing needs to be done');
    if (release.state !== 'in-review' && release.state !== 'approved')
      return refuse('already-published', `${release.version} is published: it cannot be withdrawn`, 'halt or pause it');
    withdraw(release, mover);
    return null;
  },
};

function lower(release: Release, percent: number): Refusal {
  return refuse(
    'lower-percentage',
    `${release.version} stands at ${release.percent}%: ${percent}% is lower, and a lower percentage takes nobody's update back`,
    `name ${release.percent}% or more, or halt it`,
  );
}

function notIn(release: Release, verb: string): Refusal {
  switch (release.state) {
    case 'in-review':
      return refuse('not-approved', `${release.version} is in review and cannot be ${verb}`, 'wait for the approval', release.version);
    case 'rejected':
      return refuse(
        'not-approved',
        `${release.version} was rejected (${release.rejection?.why ?? 'no reason given'}) and cannot be ${verb}`,
        'mend it and submit it again',
      );
    case 'withdrawn':
      return refuse('not-submitted', `${release.version} was withdrawn and cannot be ${verb}`, 'submit it again');
    case 'approved':
      return refuse('not-live', `${release.version} is approved but has not started, so it cannot be ${verb}`, 'start it first');
    case 'rolling-out':
    case 'paused':
    case 'halted':
    case 'released':
    case 'replaced':
      return refuse(
        'already-published',
        `${release.version} is ${release.state} at ${release.percent}% and cannot be ${verb}`,
        'look at where it stands',
      );
    default:
      return release.state satisfies never;
  }
}
