/** What is allowed, as tables: stage → commands, storefront → moves. The button, the route and the robot read the same ones. */
import type { TrackPolicy } from '../policy/track-policy.ts';
import { capabilities, type Capabilities, type StorefrontKind } from '../rollout/storefronts.ts';
import type { TrackCommandKind } from './commands.ts';
import type { Sibling } from './release.ts';
import { stages, type Stage, type Step, type Track, percentStep } from './track.ts';

const alive: readonly Stage[] = [
  'planned',
  'developing',
  'stabilising',
  'candidate',
  'in-review',
  'store-approved',
  'rolling-out',
  'halted',
  'released',
];
const onBranch: readonly Stage[] = ['stabilising', 'candidate', 'in-review', 'store-approved', 'rolling-out', 'halted', 'released'];

/** In which stages each command makes sense. */
export const stagesFor: Readonly<Record<TrackCommandKind, readonly Stage[]>> = {
  cut: ['planned', 'developing'],
  'choose-candidate': ['stabilising', 'candidate'],
  submit: ['stabilising', 'candidate'],
  withdraw: ['in-review', 'store-approved'],
  start: ['store-approved'],
  raise: ['rolling-out'],
  // before the rollout too: of several storefronts one may be live while another reviews or waits
  halt: ['in-review', 'store-approved', 'rolling-out', 'released'],
  resume: ['halted'],
  // a rollout is halted first, so that nobody new receives what was canceled
  cancel: ['planned', 'developing', 'stabilising', 'candidate', 'in-review', 'store-approved', 'halted'],
  'pause-robot': alive,
  'unpause-robot': alive,
  'nominate-bug': alive,
  'decide-bug': alive,
  'assign-bug': alive,
  'sign-off': onBranch,
  approve: alive,
  tick: alive,
  'clear-red': alive,
  'ask-waiver': alive,
  waive: alive,
  'approve-waiver': alive,
  'revoke-waiver': alive,
  'ask-cherry-pick': onBranch,
  'answer-cherry-pick': onBranch,
  // what was read out of history may be wrong of a release that ended long ago
  correct: stages,
  nudge: alive,
  'retry-action': alive,
};

/** Whether a command makes sense in a stage. */
export function stageAllows(stage: Stage, command: TrackCommandKind): boolean {
  return stagesFor[command].includes(stage);
}

/** Whether a track may be halted in this stage, by what its storefronts show: while some review or wait, only where another is live. */
export function haltable(stage: Stage, storefronts: readonly { state: string }[]): boolean {
  if (!stageAllows(stage, 'halt')) return false;
  return (
    stage === 'rolling-out' || stage === 'released' || storefronts.some(({ state }) => state === 'rolling-out' || state === 'released')
  );
}

/** Stages after the given one on the way to 100 %, for "too late" and "not yet". */
export function isBefore(stage: Stage, other: Stage): boolean {
  return stages.indexOf(stage) < stages.indexOf(other);
}

/** What the storefronts of this policy can do, by kind. */
export function storefrontsOf(policy: Pick<TrackPolicy, 'storefronts'>): readonly { kind: StorefrontKind; can: Capabilities }[] {
  return policy.storefronts.map((kind) => ({ kind, can: capabilities[kind] }));
}

/** Whether any storefront goes live when it is approved, so that the criteria of the first percentage are judged before submission. */
export function startsOnApproval(policy: Pick<TrackPolicy, 'storefronts'>): boolean {
  return storefrontsOf(policy).some(({ can }) => can.startsOn === 'approval');
}

/** Storefronts on which a halt is possible from this stage. */
export function haltableStorefronts(track: Track, policy: Pick<TrackPolicy, 'storefronts'>): readonly StorefrontKind[] {
  return storefrontsOf(policy)
    .filter(({ can }) => (track.stage === 'released' ? can.halt.at100 : can.halt.whileRollingOut))
    .map(({ kind }) => kind);
}

/** The first share of the rollout. */
export function firstPercent(policy: Pick<TrackPolicy, 'rollout'>): number {
  return policy.rollout[0] ?? 100;
}

/** The share that follows `percent`, or null at the end. */
export function nextPercent(policy: Pick<TrackPolicy, 'rollout'>, percent: number): number | null {
  return policy.rollout.find((share) => share > percent) ?? null;
}

/**
 * The next step of a track: the next transition with an effect outside.
 * Null where nothing is ahead: halted, released, ended.
 */
export function nextStep(track: Track, policy: TrackPolicy): Step | null {
  switch (track.stage) {
    case 'planned':
    case 'developing':
      return 'cut';
    case 'stabilising':
    case 'candidate':
      return 'submit';
    case 'in-review':
    case 'store-approved':
      return percentStep(firstPercent(policy));
    case 'rolling-out': {
      const next = nextPercent(policy, track.percent);
      return next === null ? null : percentStep(next);
    }
    case 'halted':
    case 'released':
    case 'completed':
    case 'canceled':
    case 'superseded':
      return null;
    default:
      return track satisfies never;
  }
}

/** Every step of a process, in order. */
export function stepsOf(policy: TrackPolicy): readonly Step[] {
  return ['cut', 'candidate', 'submit', ...policy.rollout.map(percentStep)];
}

/**
 * The steps whose criteria must pass before the next step may be taken. Where a storefront starts on approval, the first percentage is among them already
 * before submission, and through the whole review.
 */
export function pendingSteps(track: Track, policy: TrackPolicy): readonly Step[] {
  const next = nextStep(track, policy);
  if (next === null) return [];
  if (next !== 'submit') return [next];
  const pending: Step[] = track.stage === 'stabilising' ? ['candidate', 'submit'] : ['submit'];
  if (startsOnApproval(policy)) pending.push(percentStep(firstPercent(policy)));
  return pending;
}

/** The other release that holds a listing this track wants, where a storefront takes one version in the works at a time. */
export function listingHolder(track: Track, policy: Pick<TrackPolicy, 'storefronts'>, siblings: readonly Sibling[]): Sibling | null {
  if (!storefrontsOf(policy).some(({ can }) => can.listing === 'one-in-the-works')) return null;
  return (
    siblings.find(
      (other) =>
        other.platform === track.platform && other.id !== track.id && (other.stage === 'in-review' || other.stage === 'store-approved'),
    ) ?? null
  );
}
