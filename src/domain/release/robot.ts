/** What the robot wishes for a track now, stage by stage. Pure: it reads the world and names effects, it orders nothing. */
import { beforeItWasLive, holding, judgeTrack } from '../criteria/verdicts.ts';
import type { Verdict } from '../criteria/criterion.ts';
import type { RobotMode } from '../policy/track-policy.ts';
import { capabilities, namesOf } from '../rollout/storefronts.ts';
import { earliest, plusMinutes, type Instant } from '../time.ts';
import { isGoing, seenOf } from './adopt.ts';
import { firstPercent, haltableStorefronts, nextPercent, nextStep } from './can.ts';
import type { TrackEvent } from './events.ts';
import { wish, type Wish } from './orders.ts';
import { rateInWords } from '../criteria/rate.ts';
import { capital } from '../criteria/words.ts';
import { platformName } from '../names.ts';
import { haltingVerdicts, permitted } from './permitted.ts';
import {
  mayBeLive,
  percentStep,
  type InReviewTrack,
  type RobotPause,
  type RollingOutTrack,
  type Step,
  type StoreApprovedTrack,
  type Track,
} from './track.ts';
import type { World } from './world.ts';

/** The pause that stands now, the app's before the track's own. */
export function pauseOf(world: World, track: Track): RobotPause | null {
  return [world.app.robotPaused, track.robotPaused].find((pause) => pause && (pause.until === null || pause.until > world.now)) ?? null;
}

/** What the policy lets the robot do with this step. */
export function modeOf(world: Pick<World, 'policy'>, step: Step): RobotMode {
  const { robot, rollout } = world.policy;
  if (step === 'cut' || step === 'candidate' || step === 'submit') return robot[step];
  return step === percentStep(rollout[0] ?? 100) ? robot.start : robot.raise;
}

/** What was rejected or taken back is not sent again unchanged without a person's word. */
export function modeFor(world: Pick<World, 'policy'>, track: Track, step: Step): RobotMode {
  const mode = modeOf(world, step);
  const cameBack =
    track.stage === 'candidate' &&
    (track.back?.from === 'in-review' || track.back?.from === 'store-approved') &&
    track.candidate.chosenAt <= track.back.at;
  return cameBack && mode === 'auto' ? 'ask' : mode;
}

/** Effects that take the next step, whoever orders them. Empty while nothing is to be done outside for it. */
export function wishesForStep(world: World, track: Track, step: Step, why: string): readonly Wish[] {
  switch (track.stage) {
    case 'planned':
    case 'developing':
      if (step !== 'cut') return [];
      return isKnown(cutPoint(world)) ? [wish.branch(track, branchName(world), cutPoint(world).at, why)] : [];
    case 'candidate':
      if (step !== 'submit') return [];
      return seenOf(world)
        .filter(({ state }) => state === null || ['none', 'draft', 'withdrawn', 'rejected'].includes(state.state))
        .map(({ kind }) =>
          wish.submission(track, kind, capabilities[kind].startsOn === 'approval' ? firstPercent(world.policy) : null, why),
        );
    case 'store-approved':
      if (step !== percentStep(firstPercent(world.policy))) return [];
      return seenOf(world)
        .filter(({ kind, state }) => state?.state === 'approved' && capabilities[kind].startsOn === 'command')
        .map(({ kind }) => wish.rollout(track, kind, firstPercent(world.policy), why));
    case 'rolling-out':
      return wishesToRaise(world, track, step, why);
    case 'stabilising':
    case 'in-review':
    case 'halted':
    case 'released':
    case 'completed':
    case 'canceled':
    case 'superseded':
      return [];
    default:
      return track satisfies never;
  }
}

function wishesToRaise(world: World, track: RollingOutTrack, step: Step, why: string): readonly Wish[] {
  const percent = Number.parseFloat(step);
  const wishes: Wish[] = [];
  for (const { kind, state } of seenOf(world)) {
    if (!state || state.state === 'halted' || state.state === 'released' || state.percent >= percent) continue;
    if (capabilities[kind].advances === 'by-command' || percent === 100) {
      wishes.push(wish.rollout(track, kind, percent, why));
    } else if (state.state === 'paused') {
      // it cannot be raised on our word, only let go on to its own next phase
      wishes.push({
        ...wish.rollout(track, kind, percent, why),
        effect: { kind: 'ensure-rollout', storefront: kind, version: track.version, build: track.candidate.build, percent: state.percent },
      });
    }
  }
  return wishes;
}

/** Where a release branch begins: trunk's head (`at` null), or what its base shipped, where it has one. `base` without `at`: that commit is not known. */
export function cutPoint(world: World): { at: string | null; base: string | null } {
  const { base } = world.release;
  if (base === null) return { at: null, base: null };
  const shipped = world.siblings.find(
    (other) => other.version === base && other.platform === world.track.platform && other.candidateCommit,
  );
  return { at: shipped?.candidateCommit ?? null, base };
}

function isKnown(point: { at: string | null; base: string | null }): boolean {
  return point.base === null || point.at !== null;
}

/** The release branch's name by the policy's pattern. */
export function branchName(world: World): string {
  return world.policy.code.releaseBranch.replaceAll('{version}', world.release.version).replaceAll('{platform}', world.track.platform);
}

/** `isOrdered`: it was ordered before and undone, so that nobody is asked again. */
export type Stop = { why: string; wishes: readonly Wish[]; page: string; isOrdered?: boolean };

/** Why the rollout must stop now, and the effects that stop it; null while nothing says so. */
export function stopNow(world: World, track: Track, verdicts: readonly Verdict[], adopted: readonly TrackEvent[]): Stop | null {
  const unwanted = answerToLateOrder(world, track, adopted) ?? answerToRefusal(world, track);
  if (unwanted !== null) return unwanted;
  const percent = shareNow(world, track);
  if (percent === null) return null;
  const reds = haltingVerdicts(world, verdicts);
  if (reds.length > 0) {
    const why = reds.map(causeOf).join(' ');
    return stop(world, track, why, `Halted ${track.version} on ${platformName(track.platform)} at ${percent}%: ${why}`);
  }
  return answerToOwnMove(world, track, adopted);
}

/** Why a red halts, for those who are called: a rate by its numbers, whose evidence the cell has; everything else by its reason. */
function causeOf({ title, because, headline, clause, range, limit, rate }: Verdict): string {
  if (!rate || !range || !limit || !clause) return `${title}: ${because}`;
  const [low, high] = range;
  return `${title} ${headline}, ${rateInWords(low)} to ${rateInWords(high)}, limit ${rateInWords(limit.amount)}: ${clause.charAt(0).toLowerCase()}${clause.slice(1)}.`;
}

/** The share that users are receiving now, on the least advanced of the storefronts that are live; null where nothing is, or where it has reached everyone. */
export function shareNow(world: World, track: Track): number | null {
  if (track.stage === 'rolling-out') return track.percent;
  if (track.stage !== 'in-review' && track.stage !== 'store-approved') return null;
  const live = seenOf(world).flatMap(({ state }) => (isGoing(state) ? [state.state === 'released' ? 100 : state.percent] : []));
  return live.length === 0 ? null : Math.min(...live);
}

/** Of several storefronts one is live and another does not want it, or has it no more: nobody new receives it until a person has decided what is to ship. */
function answerToRefusal(world: World, track: Track): Stop | null {
  if (track.stage === 'rolling-out' || shareNow(world, track) === null) return null;
  const seen = seenOf(world);
  const against = seen.find(({ state }) => state?.state === 'rejected' || state?.state === 'withdrawn' || state?.state === 'draft');
  if (against === undefined) return null;
  const live = namesOf(seen.filter(({ state }) => isGoing(state)).map(({ kind }) => kind));
  const what =
    against.state?.state === 'rejected'
      ? `rejected it: ${against.state.rejection?.why ?? 'no reason was given'}`
      : 'has it in review no longer';
  const why = `${capital(capabilities[against.kind].inSentence)} ${what}, while it is live on ${live}.`;
  return { ...stop(world, track, why, `${track.version} on ${platformName(track.platform)}: ${why} The robot halts it.`), isOrdered: true };
}

function stop(world: World, track: Track, why: string, page: string): Stop {
  return { why, page, wishes: liveHaltable(world, track).map((kind) => wish.halt(track, kind, why)) };
}

function liveHaltable(world: World, track: Track) {
  const can = haltableStorefronts(track, world.policy);
  return seenOf(world)
    .filter(
      ({ kind, state }) =>
        can.includes(kind) &&
        state &&
        (state.state === 'rolling-out' || state.state === 'paused' || (state.state === 'released' && capabilities[kind].halt.at100)),
    )
    .map(({ kind }) => kind);
}

/** Effects that halt a rollout where it is live. */
export function haltWishes(world: World, track: Track, why: string): readonly Wish[] {
  return liveHaltable(world, track).map((kind) => wish.halt(track, kind, why));
}

/** A halted track that is live on one of its storefronts all the same, by approval or in its console, is halted there too: a halt stands until a person resumes. */
export function wishesWhileHalted(world: World, track: Track): readonly Wish[] {
  if (track.stage !== 'halted' || track.resuming !== null) return [];
  const ofThisHalt: Track = { ...track, halts: track.halts - 1 };
  return liveHaltable(world, track).flatMap((kind) => {
    const name = capabilities[kind].inSentence;
    const why = `It is halted, and ${name} shows it live.`;
    return [
      wish.halt(ofThisHalt, kind, why),
      wish.page(
        track,
        `live-in-part:${track.halts}:${kind}`,
        `${track.version} on ${platformName(track.platform)} is halted, and ${name} shows it live. The robot halts it there too.`,
        'a halted rollout is live on one storefront',
      ),
    ];
  });
}

/** A halt stands until a person resumes: where an order of ours that was broken off undid it, it is ordered again, whatever the verdicts say by now. */
function answerToLateOrder(world: World, track: Track, adopted: readonly TrackEvent[]): Stop | null {
  const undone = adopted.findLast((event) => event.is === 'resumed' && event.late !== undefined);
  if (undone?.is !== 'resumed' || !mayBeLive(track)) return null;
  const before = world.track.stage === 'halted' ? ` It was halted by ${world.track.by}: ${world.track.why}` : '';
  const why = `An order of ours that was broken off for the halt arrived after it, and nobody resumed.${before}`;
  return {
    ...stop(
      world,
      track,
      why,
      `${track.version} on ${platformName(track.platform)} went live again at ${undone.percent}%: ${why} The robot halts it again.`,
    ),
    isOrdered: true,
  };
}

/**
 * A storefront moved on its own: it went live on approval, took its next phase, or was moved in its console.
 * Its share is judged as if we had been asked; what was not permitted is answered at once.
 */
function answerToOwnMove(world: World, track: Track, adopted: readonly TrackEvent[]): Stop | null {
  if (track.stage !== 'rolling-out' && track.stage !== 'in-review' && track.stage !== 'store-approved') return null;
  const move = adopted.findLast(
    (event) =>
      (event.is === 'rollout-started' || event.is === 'percent-observed' || event.is === 'resumed' || event.is === 'live-in-part') &&
      event.byStorefront,
  );
  if (!move || !('percent' in move)) return null;
  const percent = track.stage === 'rolling-out' ? track.percent : move.percent;
  const reached = world.policy.rollout.filter((share) => share <= percent).map(percentStep);
  const verdicts = judgedForShares(world, track, reached);
  const against = verdicts.filter((verdict) => verdict.colour === 'red' || verdict.colour === 'unknown' || verdict.kind === 'window-open');
  if (against.length === 0) return null;
  const why = `The storefront went to ${percent}% by itself, and it was not permitted: ${against.map((verdict) => `${verdict.title} (${verdict.headline})`).join(', ')}.`;
  return stop(world, track, why, `${track.version} on ${platformName(track.platform)}: ${why} The robot halts it.`);
}

/** The verdicts that stand before these shares and do not pass, judged as of the moment before them. */
function judgedForShares(
  world: World,
  track: RollingOutTrack | InReviewTrack | StoreApprovedTrack,
  steps: readonly Step[],
): readonly Verdict[] {
  return holding(judgeTrack({ ...world, previous: [] }, beforeItWasLive(track)), steps).filter((verdict) => verdict.kind !== 'soaked');
}

export type Hold = { wishes: readonly Wish[]; nextAt: Instant | null };

/** Storefronts that would take their next phase by themselves before its criteria are green: held where they stand. */
export function holdNow(world: World, track: Track, verdicts: readonly Verdict[]): Hold {
  if (track.stage !== 'rolling-out' || track.halting) return { wishes: [], nextAt: null };
  const step = nextStep(track, world.policy);
  const open = step !== null && permitted(world, track, verdicts, step).ok && modeOf(world, step) === 'auto' && !pauseOf(world, track);
  const reached = world.policy.rollout.findLast((share) => share <= track.percent) ?? track.percent;
  const allowed = open ? (nextPercent(world.policy, track.percent) ?? 100) : reached;
  const wishes: Wish[] = [];
  let nextAt: Instant | null = null;
  for (const { kind, state } of seenOf(world)) {
    if (capabilities[kind].advances !== 'by-itself' || state?.state !== 'rolling-out' || !state.nextMove) continue;
    if (state.nextMove.percent <= allowed) continue;
    const overtook = state.percent > allowed;
    const holdAt = plusMinutes(state.nextMove.at, -world.policy.holdBeforeOwnMoveMinutes);
    if (overtook || holdAt <= world.now) {
      wishes.push(
        wish.hold(
          track,
          kind,
          state.percent,
          state.nextMove.at,
          `${capabilities[kind].name} would go to ${state.nextMove.percent}% by itself before its criteria are met`,
        ),
      );
    } else nextAt = earliest(nextAt, holdAt);
  }
  return { wishes, nextAt };
}
