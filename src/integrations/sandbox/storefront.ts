/** The sandbox's storefronts as our port: asks for ends, finds what an earlier try left, and translates refusals. */
import { capabilities as capabilitiesOf } from '#domain/rollout/storefronts.ts';
import type { Capabilities, StorefrontKind } from '#domain/rollout/storefronts.ts';
import { done, refused } from '#ports/outcome.ts';
import type { Outcome } from '#ports/outcome.ts';
import type { Storefront, StorefrontTarget } from '#ports/storefront.ts';
import type { SandboxClient } from './client.ts';
import { releaseSchema, releasesSchema } from './schema.ts';
import type { RemoteRefusal, RemoteRelease } from './schema.ts';

/** The next step towards an end: it is so, it cannot be, or this call must be made. */
type Move =
  | Outcome
  | { call: 'submit' | 'start' | 'raise' | 'halt' | 'resume' | 'pause' | 'complete' | 'withdraw'; percent: number | null };

/** Starting an App Store release and completing it are two calls; a lost race costs one more look. */
const MOST_CALLS = 4;
const DAY_MS = 86_400_000;

/** A storefront of the sandbox. `nameAt` maps an app's name to the sandbox's. */
export function sandboxStorefront(client: SandboxClient, which: StorefrontKind, nameAt: (app: string) => string): Storefront {
  const capabilities = capabilitiesOf[which];
  const place = (target: { app: string; platform: string }): string[] => [
    'storefronts',
    which,
    nameAt(target.app),
    target.platform,
    'releases',
  ];

  async function releases(target: { app: string; platform: string }): Promise<readonly RemoteRelease[]> {
    return (await client.get(place(target), {}, releasesSchema)).releases;
  }

  function inOurWords(target: { app: string; platform: string }, release: RemoteRelease): Awaited<ReturnType<Storefront['read']>> {
    return {
      storefront: which,
      platform: target.platform,
      version: release.version,
      build: release.build,
      state: release.state,
      percent: release.percent,
      rejection: release.rejection,
      nextMove:
        release.nextPhaseAt === null || release.nextPhasePercent === null
          ? null
          : { at: release.nextPhaseAt, percent: release.nextPhasePercent },
      pausedDaysUsed: release.pausedMs / DAY_MS,
      actionKey: release.key,
      submittedAt: release.submissions.at(-1)?.at ?? null,
      url: client.address(place(target)),
    };
  }

  /** Looks, decides the next call, makes it, and goes on from what it answered, until the end is reached or refused. */
  async function reach(
    target: StorefrontTarget & { actionKey: string; build?: string },
    decide: (all: readonly RemoteRelease[]) => Move,
  ): Promise<Outcome> {
    let all = await releases(target);
    let last: RemoteRefusal | null = null;
    let did = false;
    for (let calls = 0; calls < MOST_CALLS; calls++) {
      const move = decide(all);
      if (!('call' in move)) return move.ok && did ? { ...move, already: false } : move;
      const answered = await client.post(
        move.call === 'submit' ? place(target) : [...place(target), target.version, move.call],
        {
          ...(move.call === 'submit' ? { version: target.version } : {}),
          build: target.build ?? null,
          percent: move.percent,
          key: target.actionKey,
        },
        releaseSchema,
      );
      if (answered.ok) {
        did = true;
        all = [...all.filter((each) => each.version !== answered.value.version), answered.value];
        continue;
      }
      // The world may have moved between our look and our call: look once more. The same refusal again is the answer.
      if (last?.code === answered.refusal.code) break;
      last = answered.refusal;
      all = await releases(target);
    }
    return last === null
      ? refused(`${target.version} did not come to rest after ${MOST_CALLS} calls`, 'look at it in the sandbox', { isFinal: false })
      : translate(last);
  }

  const storefront: Storefront = {
    kind: which,
    capabilities,

    async read(target) {
      const release = (await releases(target)).find((each) => each.version === target.version);
      return release ? inOurWords(target, release) : nothing(which, target);
    },

    async list(target) {
      return (await releases(target)).map((release) => inOurWords(target, release));
    },

    ensureSubmission: (target) => reach(target, (all) => towardsSubmission(all, target, capabilities)),
    ensureRollout: (target) => reach(target, (all) => towardsRollout(find(all, target), target, capabilities)),
    ensureHalted: (target) => reach(target, (all) => towardsHalted(find(all, target), target, capabilities)),
  };
  if (capabilities.advances === 'by-itself') storefront.ensureHeld = (target) => reach(target, (all) => towardsHeld(find(all, target)));
  if (capabilities.withdraw) storefront.ensureWithdrawn = (target) => reach(target, (all) => towardsWithdrawn(find(all, target)));
  return storefront;
}

const find = (all: readonly RemoteRelease[], target: StorefrontTarget): RemoteRelease | undefined =>
  all.find((each) => each.version === target.version);

function nothing(which: StorefrontKind, target: StorefrontTarget): Awaited<ReturnType<Storefront['read']>> {
  return {
    storefront: which,
    platform: target.platform,
    version: target.version,
    build: null,
    state: 'none',
    percent: 0,
    rejection: null,
    nextMove: null,
    pausedDaysUsed: 0,
    actionKey: null,
    submittedAt: null,
  };
}

/* ---- deciding: pure ---- */

type SubmissionTarget = Parameters<Storefront['ensureSubmission']>[0];
type RolloutTarget = Parameters<Storefront['ensureRollout']>[0];

/** What leads to "this build is submitted". What this key submitted once is never submitted again, however it fared. */
export function towardsSubmission(all: readonly RemoteRelease[], target: SubmissionTarget, can: Capabilities): Move {
  const earlier = all.flatMap((release) => release.submissions).find((submission) => submission.key === target.actionKey);
  if (earlier) return done(`submitted under this key at ${earlier.at} (${earlier.fate})`, true);
  const submit: Move = { call: 'submit', percent: can.startsOn === 'approval' ? target.percent : null };
  const release = find(all, target);
  if (!release) return submit;
  switch (release.state) {
    case 'rejected':
    case 'withdrawn':
      return submit;
    case 'in-review': {
      if (release.build !== target.build) {
        return refused(
          `${target.version} is in review with build ${release.build}, not ${target.build}`,
          can.withdraw ? 'withdraw it first, or wait for the answer' : 'wait for the answer: a build cannot be changed in review',
          { isAlreadyInReview: true },
        );
      }
      if (target.percent !== null && release.startPercent !== null && release.startPercent > target.percent) {
        return refused(
          `${target.version} is in review to start at ${release.startPercent}%, more than the ${target.percent}% that was asked for`,
          'halt it as soon as it is live, or agree to its percentage',
          { isAlreadyInReview: true },
        );
      }
      return done(`build ${release.build} is in review already`, true);
    }
    case 'approved':
    case 'rolling-out':
    case 'paused':
    case 'halted':
    case 'released':
    case 'replaced':
      return release.build === target.build
        ? done(`build ${release.build} is past its review already (${release.state})`, true)
        : refused(
            `${target.version} is ${release.state} with build ${release.build}, not ${target.build}`,
            release.state === 'approved' && can.withdraw ? 'withdraw it first' : 'another build needs a new, higher version',
          );
    default:
      return release.state satisfies never;
  }
}

/** What leads to "offered to at least so many percent": start, raise, resume or complete. */
export function towardsRollout(release: RemoteRelease | undefined, target: RolloutTarget, can: Capabilities): Move {
  if (!release) return refused(`${can.name} knows no version ${target.version}`, 'submit it first');
  if (release.build !== target.build)
    return refused(`${target.version} is there with build ${release.build}, not ${target.build}`, 'ask for the build that was submitted');
  switch (release.state) {
    case 'in-review':
      return refused(`${target.version} is in review: it cannot start before it is approved`, 'wait for the approval', {
        isAlreadyInReview: true,
        isFinal: false,
      });
    case 'rejected':
      return refused(`${target.version} was rejected: ${release.rejection?.why ?? 'no reason given'}`, 'mend it and submit it again');
    case 'withdrawn':
      return refused(`${target.version} was withdrawn`, 'submit it again');
    case 'replaced':
      return refused(`${target.version} was replaced by ${release.replacedBy ?? 'another version'}`, 'release a new, higher version');
    case 'approved':
      return can.startsOn === 'command'
        ? { call: 'start', percent: target.percent }
        : refused(`${target.version} is approved and waits for a person to press Publish in the console`, 'publish it there', {
            isFinal: false,
          });
    case 'released':
      return done(`${target.version} is at 100%`, true);
    case 'rolling-out':
      if (release.percent >= target.percent) return done(`${target.version} is at ${release.percent}%`, true);
      return can.advances === 'by-command' ? { call: 'raise', percent: target.percent } : towardsPhase(release, target, can);
    case 'paused':
      if (target.percent >= 100) return { call: 'complete', percent: null };
      if (release.percent > target.percent) return tooLow(release, target);
      return release.percent === target.percent || release.nextPhasePercent === target.percent
        ? { call: 'resume', percent: null }
        : noSkipping(release, target, can);
    case 'halted':
      return release.percent > target.percent ? tooLow(release, target) : { call: 'resume', percent: target.percent };
    default:
      return release.state satisfies never;
  }
}

function towardsPhase(release: RemoteRelease, target: RolloutTarget, can: Capabilities): Move {
  if (target.percent >= 100) return { call: 'complete', percent: null };
  if (release.nextPhasePercent === target.percent)
    return done(
      `${target.version} is at ${release.percent}% and goes to ${target.percent}% by itself at ${release.nextPhaseAt ?? 'its next phase'}`,
      true,
    );
  return noSkipping(release, target, can);
}

function noSkipping(release: RemoteRelease, target: RolloutTarget, can: Capabilities): Outcome {
  return refused(
    `${can.name} takes its phases by itself and in order: ${target.version} is at ${release.percent}% and cannot be brought to ${target.percent}%`,
    `ask for ${release.nextPhasePercent === null ? '' : `${release.nextPhasePercent}%, its next phase, or `}100%`,
    { isFinal: false },
  );
}

function tooLow(release: RemoteRelease, target: RolloutTarget): Outcome {
  return refused(
    `${target.version} stands at ${release.percent}%: going on at ${target.percent}% is not possible, because a lower percentage takes nobody's update back`,
    `resume it at ${release.percent}% or more`,
  );
}

/** What leads to "nobody new receives it". */
export function towardsHalted(release: RemoteRelease | undefined, target: StorefrontTarget, can: Capabilities): Move {
  if (!release) return done(`${can.name} knows no version ${target.version}: nobody receives it`, true);
  switch (release.state) {
    case 'in-review':
      if (can.startsOn !== 'approval') return done(`${target.version} is in review: nobody receives it`, true);
      return refused(
        `${target.version} is in review and goes live by itself when it is approved: there is nothing to halt before that`,
        'halt it as soon as it is live',
        { isAlreadyInReview: true, isFinal: false },
      );
    case 'approved':
    case 'rejected':
    case 'withdrawn':
    case 'replaced':
      return done(`${target.version} is ${release.state}: nobody new receives it`, true);
    case 'halted':
    case 'paused':
      return done(`${target.version} stands ${release.state} at ${release.percent}%`, true);
    case 'rolling-out':
      return { call: can.advances === 'by-itself' ? 'pause' : 'halt', percent: null };
    case 'released':
      if (can.halt.at100) return { call: 'halt', percent: null };
      return refused(
        `${target.version} is at 100%, and ${can.name} cannot halt what everyone is offered`,
        'release a new, higher version, or switch the cause off behind its flag',
      );
    default:
      return release.state satisfies never;
  }
}

/** What leads to "stays at its present phase". */
export function towardsHeld(release: RemoteRelease | undefined): Move {
  if (!release) return done('it is not there: it takes no phases', true);
  switch (release.state) {
    case 'in-review':
    case 'approved':
    case 'rejected':
    case 'withdrawn':
    case 'replaced':
      return done(`it takes no phases: it is ${release.state}`, true);
    case 'paused':
    case 'halted':
      return done(`${release.version} stands at ${release.percent}%`, true);
    case 'rolling-out':
      return { call: 'pause', percent: null };
    case 'released':
      return refused(
        `the phased release of ${release.version} is complete: it cannot be held any more`,
        'release a new, higher version, or switch the cause off behind its flag',
      );
    default:
      return release.state satisfies never;
  }
}

/** What leads to "no submission of this version is in the works". */
export function towardsWithdrawn(release: RemoteRelease | undefined): Move {
  if (!release) return done('no submission is in the works', true);
  switch (release.state) {
    case 'rejected':
    case 'withdrawn':
      return done('no submission is in the works', true);
    case 'in-review':
    case 'approved':
      return { call: 'withdraw', percent: null };
    case 'rolling-out':
    case 'paused':
    case 'halted':
    case 'released':
    case 'replaced':
      return refused(`${release.version} is published (${release.state} at ${release.percent}%): it cannot be withdrawn`, 'halt it');
    default:
      return release.state satisfies never;
  }
}

/** Refusals that time or another release's end may lift. */
const passing = new Set(['listing-held', 'not-approved', 'build-not-ready', 'console-only', 'halted', 'advances-by-itself']);

function translate(refusal: RemoteRefusal): Outcome {
  return refused(refusal.message, refusal.help, {
    isAlreadyInReview: refusal.code === 'already-in-review',
    needsHigherBuildNumber: refusal.code === 'needs-higher-build',
    listingIsHeldBy: refusal.code === 'listing-held' ? refusal.heldBy : null,
    isFinal: !passing.has(refusal.code),
  });
}
