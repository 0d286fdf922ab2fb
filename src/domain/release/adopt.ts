/**
 * What the world has done to a track: moves of storefronts and branches, and of other tracks, read off the facts and adopted as events.
 * Never assumed, never remembered from a webhook: the same facts always give the same track.
 */
import { lacksOf } from '../criteria/candidates.ts';
import type { StorefrontState } from '../facts.ts';
import type { StorefrontKind } from '../rollout/storefronts.ts';
import { plusMinutes } from '../time.ts';
import { platformName } from '../names.ts';
import { isBefore, storefrontsOf } from './can.ts';
import type { TrackEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { lateOrder } from './late.ts';
import type { Candidate, Pending, Track } from './track.ts';
import { candidateOf, cutOf, haltingOf, hasEnded, percentStep } from './track.ts';
import type { World } from './world.ts';

/** More adoptions than any real chain of moves takes: a loop here would be a fault of the table below. */
const mostAdoptions = 12;

export type Adopted = { track: Track; events: readonly TrackEvent[] };

/** The track as the world shows it, and the events that brought it there. */
export function adopt(world: World): Adopted {
  let track = world.track;
  const events: TrackEvent[] = [];
  for (let i = 0; i < mostAdoptions; i++) {
    const event = nextAdoption(world, track);
    if (!event) return { track, events };
    track = evolve(track, event, world.now, 'robot');
    events.push(event);
  }
  throw new Error(`${world.track.id}: the facts keep moving the track in a circle (${events.map((event) => event.is).join(', ')})`);
}

function nextAdoption(world: World, track: Track): TrackEvent | null {
  if (hasEnded(track)) return null;
  return (
    adoptReplacement(world, track) ??
    adoptBranch(world, track) ??
    adoptStorefronts(world, track) ??
    adoptNewCommits(world, track) ??
    adoptTime(world, track)
  );
}

/* ---- other tracks ---- */

function adoptReplacement(world: World, track: Track): TrackEvent | null {
  const newer = world.siblings.find(
    (other) => other.platform === track.platform && other.order > 0 && (other.stage === 'released' || other.stage === 'completed'),
  );
  if (newer && track.stage === 'released') return { is: 'completed', why: `ended early: replaced by ${newer.version}` };
  if (newer && track.stage !== 'planned' && track.stage !== 'developing') {
    return {
      is: 'superseded',
      by: newer.version,
      why: `${newer.version} is released on ${platformName(track.platform)} and took its place`,
    };
  }
  if (track.stage !== 'planned') return null;
  const before = world.siblings.filter((other) => other.platform === track.platform && other.kind !== 'hotfix' && other.order < 0);
  const waitsFor = before.find((other) => other.stage === 'planned' || other.stage === 'developing');
  return waitsFor ? null : { is: 'development-started' };
}

/* ---- the release branch ---- */

function adoptBranch(world: World, track: Track): TrackEvent | null {
  const { branch } = world.facts;
  if (!branch?.cut) return null;
  const cut = { branch: branch.name, sha: branch.cut.sha, at: branch.cut.at, inferred: branch.cut.inferred };
  if (track.stage === 'planned' || track.stage === 'developing') return { is: 'cut', cut };
  const known = cutOf(track);
  if (!known || !isBefore(track.stage, 'in-review')) return null;
  // a cut that was only inferred may be inferred otherwise tomorrow; that is no new cut
  if (known.sha === cut.sha || known.inferred || cut.inferred) return null;
  return { is: 'cut-again', cut, why: `${branch.name} was made anew from ${cut.sha.slice(0, 10)}; builds of the old cut are dead` };
}

function adoptNewCommits(world: World, track: Track): TrackEvent | null {
  if (track.stage !== 'candidate') return null;
  const [first, ...more] = lacksOf(track.candidate.commit, world.facts, world.policy)?.code ?? [];
  if (!first) return null;
  const others = more.length === 0 ? '' : ` and ${more.length} more`;
  return {
    is: 'went-back',
    why: `${first.sha.slice(0, 10)}${first.subject === null ? '' : ` “${first.subject}”`}${others} is on the branch and not in build ${track.candidate.build}`,
  };
}

/* ---- storefronts ---- */

type Seen = { kind: StorefrontKind; state: StorefrontState | null };

/** What each storefront of the policy says of this version. */
export function seenOf(world: World): readonly Seen[] {
  return storefrontsOf(world.policy).map(({ kind }) => ({
    kind,
    state:
      world.facts.storefronts.find(
        (state) => state.storefront === kind && state.version === world.track.version && state.platform === world.track.platform,
      ) ?? null,
  }));
}

const submittedStates = ['in-review', 'rejected', 'approved', 'rolling-out', 'paused', 'halted', 'released', 'replaced'];
const liveStates = ['rolling-out', 'paused', 'halted', 'released', 'replaced'];

/** Whether new users receive it there. */
export function isGoing(state: StorefrontState | null): state is StorefrontState {
  return state?.state === 'rolling-out' || state?.state === 'released';
}

function adoptStorefronts(world: World, track: Track): TrackEvent | null {
  const seen = seenOf(world);
  if (seen.length === 0) return null;
  const states = seen.map(({ state }) => state?.state ?? 'none');
  switch (track.stage) {
    case 'planned':
    case 'developing':
      return null;
    case 'stabilising':
    case 'candidate': {
      if (!states.every((state) => submittedStates.includes(state))) return null;
      // a rejection that sent the track back stays readable until something new is submitted
      if (states.includes('rejected') && isOldRejection(track, seen)) return null;
      const shipped = shippedCandidate(world, track, seen);
      if (!shipped) return null;
      if (track.stage === 'stabilising' || track.candidate.build !== shipped.build) return { is: 'candidate-chosen', candidate: shipped };
      return { is: 'submitted', candidate: shipped };
    }
    case 'in-review':
    case 'store-approved':
      return adoptReview(world, track, seen, states);
    case 'rolling-out':
    case 'released':
      return adoptRollout(world, track, seen, states);
    case 'halted':
      return adoptGoingOn(world, track, seen, states);
    default:
      return null;
  }
}

function adoptGoingOn(
  world: World,
  track: Extract<Track, { stage: 'halted' }>,
  seen: readonly Seen[],
  states: readonly string[],
): TrackEvent | null {
  if (states.includes('replaced')) return replaced(track);
  const live = seen.filter(({ state }) => state !== null && liveStates.includes(state.state));
  const waiting = seen.filter((each) => !live.includes(each));
  const inPart =
    waiting.length === 0
      ? {}
      : {
          inPart: {
            stage: waiting.some(({ state }) => state?.state !== 'approved') ? ('in-review' as const) : ('store-approved' as const),
            storefronts: live.map(({ kind }) => kind),
          },
        };
  const late = track.resuming === null ? lateIn(world, track, seen, track.halts - 1) : null;
  if (late !== null) return { is: 'resumed', percent: lowestPercent(live), byStorefront: true, late, ...inPart };
  if (live.length === 0 || states.some((state) => state === 'halted' || state === 'paused')) return null;
  return { is: 'resumed', percent: lowestPercent(live), byStorefront: track.resuming === null, ...inPart };
}

/** The key of an order of ours that was broken off for a halt and arrived after it, in any storefront; null when none did. */
export function lateIn(world: World, track: Track, seen: readonly Seen[], halts: number): string | null {
  const found = seen.map(({ state }) => (state === null ? null : lateOrder(world.facts.actions, track, state, halts)));
  return found.find((order) => order !== null)?.key ?? null;
}

/** A rejection is old when the track went back for it: the storefront repeats it until the next submission. */
function isOldRejection(track: Track, seen: readonly Seen[]): boolean {
  const { back } = track;
  if (back?.from !== 'in-review' && back?.from !== 'store-approved') return false;
  return seen.every(({ state }) => state?.state !== 'rejected' || state.submittedAt === null || state.submittedAt <= back.at);
}

function adoptReview(
  world: World,
  track: Extract<Track, { stage: 'in-review' | 'store-approved' }>,
  seen: readonly Seen[],
  states: readonly string[],
): TrackEvent | null {
  if (states.includes('replaced')) return replaced(track);
  const inPart = adoptPart(world, track, seen, states);
  if (inPart !== null) return inPart;
  // what is live is halted first: a track that went back could be halted by nobody
  const rejected = seen.some(({ state }) => isGoing(state)) ? undefined : seen.find(({ state }) => state?.state === 'rejected')?.state;
  if (rejected) {
    const { kind, why } = rejected.rejection ?? { kind: 'binary' as const, why: 'no reason was given' };
    return { is: 'rejected', kind, why: `${rejected.storefront}: ${why}` };
  }
  const gone = seen.find(({ state }) => state && (state.state === 'withdrawn' || state.state === 'draft'));
  if (gone && !seen.some(({ state }) => isGoing(state))) return { is: 'withdrawn', why: `${gone.kind} no longer has it in review` };
  if (states.every((state) => liveStates.includes(state))) {
    const percent = lowestPercent(seen);
    const candidate = shippedCandidate(world, track, seen) ?? track.candidate;
    return { is: 'rollout-started', percent, candidate, byStorefront: !ordered(world, candidate.build, percent) };
  }
  if (track.stage === 'in-review' && states.every((state) => state === 'approved' || liveStates.includes(state))) return { is: 'approved' };
  return null;
}

/** Of several storefronts some are live before the others: they are noted one by one, and when all of them stand still the track is halted. */
function adoptPart(
  world: World,
  track: Extract<Track, { stage: 'in-review' | 'store-approved' }>,
  seen: readonly Seen[],
  states: readonly string[],
): TrackEvent | null {
  if (states.every((state) => liveStates.includes(state))) return null;
  const live = seen.flatMap(({ kind, state }) => (state !== null && liveStates.includes(state.state) ? [{ kind, state }] : []));
  const fresh = live.find(({ kind, state }) => isGoing(state) && !(track.liveIn ?? []).includes(kind));
  if (fresh) {
    const percent = lowestPercent([fresh]);
    return {
      is: 'live-in-part',
      storefront: fresh.kind,
      percent,
      byStorefront: !ordered(world, track.candidate.build, percent, fresh.kind),
    };
  }
  const halting = haltingOf(track);
  const stopped = live.filter(({ state }) => state.state === 'halted' || (state.state === 'paused' && halting !== null));
  const canStop = live.filter(({ state }) => state.state !== 'released');
  if (stopped.length === 0 || stopped.length < canStop.length) return null;
  return halted(lowestPercent(live), halting);
}

function halted(percent: number, order: Pending | null): TrackEvent {
  return {
    is: 'halted',
    percent,
    why: order?.why ?? 'halted in the storefront’s own console',
    by: order?.by ?? 'the storefront’s console',
  };
}

function adoptRollout(
  world: World,
  track: Extract<Track, { stage: 'rolling-out' | 'released' }>,
  seen: readonly Seen[],
  states: readonly string[],
): TrackEvent | null {
  if (states.includes('replaced'))
    return track.stage === 'released' ? { is: 'completed', why: 'ended early: replaced in the storefront' } : replaced(track);
  if (!states.every((state) => liveStates.includes(state))) return null;
  const stopped = seen.filter(({ state }) => state?.state === 'halted' || (state?.state === 'paused' && track.halting !== null));
  const canStop = seen.filter(({ state }) => state?.state !== 'released' || track.stage === 'released');
  if (stopped.length > 0 && stopped.length >= canStop.length)
    return halted(track.stage === 'released' ? 100 : track.percent, track.halting);
  if (track.stage === 'released') return null;
  const percent = lowestPercent(seen);
  if (percent !== track.percent) return { is: 'percent-observed', percent, byStorefront: !ordered(world, track.candidate.build, percent) };
  if (percent >= 100 && states.every((state) => state === 'released'))
    return { is: 'released', watchUntil: plusMinutes(world.now, world.policy.watchMinutes) };
  return null;
}

function replaced(track: Track): TrackEvent {
  return { is: 'superseded', by: 'another release', why: `${track.version} was replaced in the storefront by another release` };
}

function lowestPercent(seen: readonly Seen[]): number {
  return Math.min(...seen.map(({ state }) => (state === null ? 0 : state.state === 'released' ? 100 : state.percent)));
}

/** Whether we have asked for this share of this build. A first share of a storefront that starts on approval is its own move, made when it pleases. */
function ordered(world: World, build: string, percent: number, storefront?: StorefrontKind): boolean {
  const share = `:rollout:${build}:${percentStep(percent)}:`;
  return world.facts.actions.some(
    ({ key, state }) =>
      key.includes(share) &&
      (storefront === undefined || key.split('#')[0]?.endsWith(`:${storefront}`) === true) &&
      state !== 'void' &&
      state !== 'refused',
  );
}

/** The build the storefronts show, as a candidate: the track's own where it is the same, else made from what is known of that build. */
function shippedCandidate(world: World, track: Track, seen: readonly Seen[]): Candidate | null {
  const build = seen.find(({ state }) => state?.build)?.state?.build ?? null;
  const mine = candidateOf(track);
  if (build === null || mine?.build === build) return mine;
  const known = world.facts.builds.find((each) => each.number === build);
  if (!known) return mine;
  return { build, commit: known.commit, candidate: known.candidate, chosenAt: world.now, chosenBy: 'the storefront’s console' };
}

/* ---- time ---- */

function adoptTime(world: World, track: Track): TrackEvent | null {
  if (track.stage === 'released' && track.watchUntil <= world.now) return { is: 'completed', why: 'the week of watching ended' };
  return null;
}
