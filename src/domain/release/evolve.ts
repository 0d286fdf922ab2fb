/** How a track changes when something happened to it: the one fold of events into state. */
import type { Instant } from '../time.ts';
import type { Event } from './events.ts';
import { withoutRed, withRed } from './latches.ts';
import {
  candidateOf,
  cutOf,
  haltingOf,
  hasEnded,
  percentsOf,
  type Back,
  type Candidate,
  type Cut,
  mayBeLive,
  type HaltedTrack,
  type InReviewTrack,
  type ReachedShare,
  type ReleasedTrack,
  type RollingOutTrack,
  type Stage,
  type StoreApprovedTrack,
  type Track,
} from './track.ts';

/**
 * The track after `event`.
 * @param at when it happened, in the app's time
 * @param by the name of who did it, as a person reads it
 * @throws when the event cannot follow from the track's stage: that is a fault of the program, never of a user
 */
export function evolve(track: Track, event: Event, at: Instant, by: string): Track {
  switch (event.is) {
    case 'born':
      return track;
    case 'development-started':
      return { ...base(track, 'developing', at), stage: 'developing' };
    case 'cut':
      return { ...base(track, 'stabilising', at), stage: 'stabilising', cut: event.cut };
    case 'cut-again':
      return { ...base(track, 'stabilising', at), stage: 'stabilising', cut: event.cut, back: furtherBack(track, at, event.why) };
    case 'candidate-chosen': {
      const cut = needCut(track, event.is);
      if (track.stage === 'stabilising' || track.stage === 'candidate') {
        return { ...base(track, 'candidate', at), stage: 'candidate', cut, candidate: event.candidate };
      }
      return impossible(track, event.is);
    }
    case 'went-back':
      return {
        ...base(track, 'stabilising', at),
        stage: 'stabilising',
        cut: needCut(track, event.is),
        back: furtherBack(track, at, event.why),
      };
    case 'submitted':
      return {
        ...base(track, 'in-review', at),
        stage: 'in-review',
        cut: needCut(track, event.is),
        candidate: event.candidate,
        submittedAt: at,
        submissions: track.submissions + 1,
        back: null,
      };
    case 'approved':
      return {
        ...base(track, 'store-approved', at),
        stage: 'store-approved',
        cut: needCut(track, event.is),
        candidate: needCandidate(track, event.is),
        ...(track.stage === 'in-review' ? { submittedAt: track.submittedAt, ...partOf(track) } : {}),
      };
    case 'live-in-part':
      if (track.stage !== 'in-review' && track.stage !== 'store-approved') return impossible(track, event.is);
      return { ...track, liveIn: [...(track.liveIn ?? []).filter((kind) => kind !== event.storefront), event.storefront] };
    case 'rejected': {
      const back = { from: track.stage, at, why: event.why };
      const cut = needCut(track, event.is);
      if (event.kind === 'metadata')
        return { ...base(track, 'candidate', at), stage: 'candidate', cut, candidate: needCandidate(track, event.is), back };
      const rejectedBuilds = [...track.rejectedBuilds, needCandidate(track, event.is).build];
      return { ...base(track, 'stabilising', at), stage: 'stabilising', cut, back, rejectedBuilds };
    }
    case 'withdrawn':
      return {
        ...base(track, 'candidate', at),
        stage: 'candidate',
        cut: needCut(track, event.is),
        candidate: needCandidate(track, event.is),
        back: { from: track.stage, at, why: event.why },
      };
    case 'rollout-started':
      return {
        ...base(track, 'rolling-out', at),
        stage: 'rolling-out',
        cut: needCut(track, event.is),
        candidate: event.candidate,
        percents: withShare(track, event.percent, at),
        percent: event.percent,
        percentSince: at,
        startedAt: at,
        halting: haltingOf(track),
        back: null,
      };
    case 'percent-observed':
      if (track.stage !== 'rolling-out') return impossible(track, event.is);
      return { ...track, percents: withShare(track, event.percent, at), percent: event.percent, percentSince: at };
    case 'halt-ordered':
      return mayBeLive(track) ? { ...track, halting: { key: event.key, at, by, why: event.why } } : impossible(track, event.is);
    case 'halted': {
      if (!mayBeLive(track)) return impossible(track, event.is);
      const isInPart = track.stage === 'in-review' || track.stage === 'store-approved';
      const halted: HaltedTrack = {
        ...base(track, 'halted', at),
        stage: 'halted',
        cut: track.cut,
        candidate: track.candidate,
        percent: event.percent,
        startedAt: isInPart ? at : track.startedAt,
        why: event.why,
        by: event.by,
        resuming: null,
        halts: track.halts + 1,
        ...(isInPart ? { before: { submittedAt: track.submittedAt ?? track.reached['in-review'] ?? at } } : {}),
      };
      return halted;
    }
    case 'resume-ordered':
      if (track.stage !== 'halted') return impossible(track, event.is);
      return { ...track, resuming: { key: event.key, at, by, why: event.why } };
    case 'resumed': {
      if (track.stage !== 'halted') return impossible(track, event.is);
      if (event.inPart) {
        const { stage, storefronts } = event.inPart;
        const submittedAt = track.before?.submittedAt ?? track.reached['in-review'] ?? at;
        return { ...base(track, stage, at), stage, cut: track.cut, candidate: track.candidate, submittedAt, liveIn: storefronts };
      }
      const rolling: RollingOutTrack = {
        ...base(track, 'rolling-out', at),
        stage: 'rolling-out',
        cut: track.cut,
        candidate: track.candidate,
        percent: event.percent,
        percentSince: at,
        startedAt: track.startedAt,
        halting: null,
      };
      return rolling;
    }
    case 'released': {
      if (track.stage !== 'rolling-out') return impossible(track, event.is);
      const released: ReleasedTrack = {
        ...base(track, 'released', at),
        stage: 'released',
        percents: withShare(track, 100, at),
        cut: track.cut,
        candidate: track.candidate,
        startedAt: track.startedAt,
        watchUntil: event.watchUntil,
        halting: track.halting,
      };
      return released;
    }
    case 'completed':
      return { ...base(track, 'completed', at), stage: 'completed', cut: cutOf(track), candidate: candidateOf(track), why: event.why };
    case 'canceled':
      return { ...base(track, 'canceled', at), stage: 'canceled', cut: cutOf(track), candidate: candidateOf(track), why: event.why, by };
    case 'superseded':
      return {
        ...base(track, 'superseded', at),
        stage: 'superseded',
        cut: cutOf(track),
        candidate: candidateOf(track),
        why: event.why,
        supersededBy: event.by,
      };
    case 'shadowed':
      return { ...track, noted: { ...track.noted, [noteKey('shadow', event.step, track)]: at } };
    case 'asked':
      return { ...track, noted: { ...track.noted, [noteKey('ask', event.step, track)]: at } };
    case 'red-latched':
      return { ...track, noted: withRed(track.noted, event.key, at) };
    case 'red-cleared':
      return { ...track, noted: withoutRed(track.noted, event.key, at) };
    case 'robot-paused':
      return event.scope === 'track' ? { ...track, robotPaused: event.pause } : track;
    case 'robot-unpaused':
      return event.scope === 'track' ? { ...track, robotPaused: null } : track;
    case 'action-ordered':
    case 'action-ended':
    case 'nudged':
    case 'crash-group-judged':
    case 'action-retried':
    case 'held':
    case 'verdict-changed':
    case 'bug-decided':
    case 'bug-nominated':
    case 'bug-assigned':
    case 'sign-off-given':
    case 'approval-given':
    case 'ticked':
    case 'waiver-asked':
    case 'waiver-approved':
    case 'waiver-ended':
    case 'waiver-revoked':
    case 'cherry-pick-asked':
    case 'cherry-pick-answered':
      return track;
    case 'corrected':
      return corrected(track, event.change, event.is);
    default:
      return event satisfies never;
  }
}

/** The track with a cut or a time that a person set right. Its stage stays as it is. */
function corrected(track: Track, change: Extract<Event, { is: 'corrected' }>['change'], event: string): Track {
  if ('stage' in change) {
    const right = { ...track, reached: { ...track.reached, [change.stage]: change.at } };
    if (change.stage !== 'released' || !track.percents) return right;
    return { ...right, percents: track.percents.map((share) => (share.percent === 100 ? { ...share, at: change.at } : share)) };
  }
  if (!('cut' in track)) return impossible(track, event);
  return { ...track, cut: change.cut, reached: { ...track.reached, stabilising: change.cut.at } };
}

/** The note that a step was shadowed or asked for the present candidate, so that each is noted once. */
export function noteKey(what: 'shadow' | 'ask', step: string, track: Track): string {
  return `${what}:${step}:${candidateOf(track)?.build ?? '-'}`;
}

/** A track that came back from review and goes back further has still come back from there: the storefront goes on showing what it said then. */
function furtherBack(track: Track, at: Instant, why: string): Back {
  return { from: track.back && stageIsBefore(track.stage, track.back.from) ? track.back.from : track.stage, at, why };
}

function base(track: Track, stage: Stage, at: Instant) {
  return {
    id: track.id,
    app: track.app,
    version: track.version,
    platform: track.platform,
    kind: track.kind,
    since: at,
    reached: track.reached[stage] ? track.reached : { ...track.reached, [stage]: at },
    submissions: track.submissions,
    halts: track.halts,
    back: track.back && stageIsBefore(stage, track.back.from) ? track.back : null,
    noted: track.noted,
    rejectedBuilds: track.rejectedBuilds,
    robotPaused: track.robotPaused,
    ...(track.percents ? { percents: track.percents } : {}),
  };
}

/** What is so of some of its storefronts alone. */
function partOf({ liveIn, halting }: InReviewTrack): Partial<StoreApprovedTrack> {
  return { ...(liveIn ? { liveIn } : {}), ...(halting ? { halting } : {}) };
}

/** Shares reached with this one; a share that was reached before, and what lies below it, keeps its first time. */
function withShare(track: Track, percent: number, at: Instant): readonly ReachedShare[] {
  const before = percentsOf(track);
  return before.some((share) => share.percent >= percent) ? before : [...before, { percent, at }];
}

const order: readonly Stage[] = [
  'planned',
  'developing',
  'stabilising',
  'candidate',
  'in-review',
  'store-approved',
  'rolling-out',
  'halted',
  'released',
  'completed',
  'canceled',
  'superseded',
];
function stageIsBefore(stage: Stage, other: Stage): boolean {
  return order.indexOf(stage) < order.indexOf(other);
}

function needCut(track: Track, event: string): Cut {
  return cutOf(track) ?? impossible(track, event);
}

function needCandidate(track: Track, event: string): Candidate {
  return candidateOf(track) ?? impossible(track, event);
}

function impossible(track: Track, event: string): never {
  throw new Error(`${track.id}: '${event}' cannot happen to a track that is ${track.stage}${hasEnded(track) ? ' (ended)' : ''}`);
}
