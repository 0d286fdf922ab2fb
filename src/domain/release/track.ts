/** The track: one platform of one release. It is the thing that moves. One type per stage, with only the fields that stage has. */
import type { StorefrontKind } from '../rollout/storefronts.ts';
import type { Instant } from '../time.ts';

/** A transition with an effect outside, or the choice of the final candidate that stands before one. */
export type Step = 'cut' | 'candidate' | 'submit' | PercentStep;
/** A share of the rollout: `1%`, `100%`. */
export type PercentStep = `${number}%`;

export const stages = [
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
] as const;
export type Stage = (typeof stages)[number];

export const releaseKinds = ['regular', 'hotfix', 'replacement'] as const;
export type ReleaseKind = (typeof releaseKinds)[number];

/** The release branch as cut for this track. `inferred`: read out of history, and may be corrected by a person. */
export type Cut = { branch: string; sha: string; at: Instant; inferred: boolean };
/**
 * The build that is to ship: number as the store shows it, commit, and which RC it is. `chosenById` is the person behind who chose it (`behindOf`); tracks of
 * before it was kept, and what was read out of history, have none.
 */
export type Candidate = {
  build: string;
  commit: string;
  candidate: number | null;
  chosenAt: Instant;
  chosenBy: string;
  chosenById?: string;
};
export type Back = { from: Stage; at: Instant; why: string };

/** An order to stop or go on that was sent and is not read back yet. */
export type Pending = { key: string; at: Instant; by: string; why: string };

/** Stops the robot advancing, by app or by track; it goes on observing, holding, halting and paging. */
export type RobotPause = { by: string; at: Instant; why: string; until: Instant | null };

/** A share of the rollout and when the least advanced storefront was first read to show it. */
export type ReachedShare = { percent: number; at: Instant };

type Every = {
  /** `music/8.9.2/ios` */
  id: string;
  app: string;
  version: string;
  platform: string;
  kind: ReleaseKind;
  /** When the present stage began. */
  since: Instant;
  /** When each stage was first reached: what the line and the forecast show. Going back keeps the first time. */
  reached: Readonly<Partial<Record<Stage, Instant>>>;
  /** When each share of the rollout was first reached, rising. Absent in tracks written before it was kept: `percentsOf` reads both. */
  percents?: readonly ReachedShare[];
  /** Counters that make action keys of repeated acts distinct. */
  submissions: number;
  halts: number;
  /** Where the last move back came from, shown until the stage is reached again. */
  back: Back | null;
  /** Steps that `shadow` has noted and `ask` has asked, so that each is noted once for one candidate. */
  noted: Readonly<Record<string, Instant>>;
  /** Builds that a storefront rejected: they are never submitted again. */
  rejectedBuilds: readonly string[];
  /** The robot does not advance this track while this stands; the app may be paused too. */
  robotPaused: RobotPause | null;
};

export type PlannedTrack = Every & { stage: 'planned' };
export type DevelopingTrack = Every & { stage: 'developing' };
export type StabilisingTrack = Every & { stage: 'stabilising'; cut: Cut };
export type CandidateTrack = Every & { stage: 'candidate'; cut: Cut; candidate: Candidate };
/**
 * Of a track with several storefronts, one may be live while another still reviews, or waits for our word: the track is where the least advanced is. `liveIn`: those
 * that are live before the others, in the order in which they went. `halting`: an order to halt them is on its way. Absent where nothing is.
 */
type InPart = { liveIn?: readonly StorefrontKind[]; halting?: Pending | null };
export type InReviewTrack = Every & InPart & { stage: 'in-review'; cut: Cut; candidate: Candidate; submittedAt: Instant };
export type StoreApprovedTrack = Every & InPart & { stage: 'store-approved'; cut: Cut; candidate: Candidate; submittedAt?: Instant };
/** `percent` is what the least advanced storefront was read to show; `percentSince` when it was first seen at it. `halting`: an order to halt is on its way. */
export type RollingOutTrack = Every & {
  stage: 'rolling-out';
  cut: Cut;
  candidate: Candidate;
  percent: number;
  percentSince: Instant;
  startedAt: Instant;
  halting: Pending | null;
};
/** Nobody new receives it: read back from the storefront. `percent` is where it stood. `before`: it was halted while a storefront still reviewed or waited. */
export type HaltedTrack = Every & {
  stage: 'halted';
  cut: Cut;
  candidate: Candidate;
  percent: number;
  startedAt: Instant;
  why: string;
  by: string;
  resuming: Pending | null;
  before?: { submittedAt: Instant };
};
export type ReleasedTrack = Every & {
  stage: 'released';
  cut: Cut;
  candidate: Candidate;
  startedAt: Instant;
  watchUntil: Instant;
  halting: Pending | null;
};
export type CompletedTrack = Every & { stage: 'completed'; cut: Cut | null; candidate: Candidate | null; why: string };
export type CanceledTrack = Every & { stage: 'canceled'; cut: Cut | null; candidate: Candidate | null; why: string; by: string };
export type SupersededTrack = Every & {
  stage: 'superseded';
  cut: Cut | null;
  candidate: Candidate | null;
  why: string;
  supersededBy: string;
};

export type Track =
  | PlannedTrack
  | DevelopingTrack
  | StabilisingTrack
  | CandidateTrack
  | InReviewTrack
  | StoreApprovedTrack
  | RollingOutTrack
  | HaltedTrack
  | ReleasedTrack
  | CompletedTrack
  | CanceledTrack
  | SupersededTrack;

/** The id of a track: app, version and platform, which are all slugs. */
export function trackId(app: string, version: string, platform: string): string {
  return `${app}/${version}/${platform}`;
}

/** Whether the track's life is over. */
export function hasEnded(track: Track): track is CompletedTrack | CanceledTrack | SupersededTrack {
  return track.stage === 'completed' || track.stage === 'canceled' || track.stage === 'superseded';
}

/** The build chosen to ship, where one is. */
export function candidateOf(track: Track): Candidate | null {
  return 'candidate' in track ? track.candidate : null;
}

/** The order to halt that is on its way, where one is. */
export function haltingOf(track: Track): Pending | null {
  return 'halting' in track ? (track.halting ?? null) : null;
}

/** Whether users may be receiving it, so that it can be halted. While a storefront reviews or waits, another may be live. */
export function mayBeLive(track: Track): track is InReviewTrack | StoreApprovedTrack | RollingOutTrack | ReleasedTrack {
  return track.stage === 'in-review' || track.stage === 'store-approved' || track.stage === 'rolling-out' || track.stage === 'released';
}

/** The release branch's cut, where there is one. */
export function cutOf(track: Track): Cut | null {
  return 'cut' in track ? track.cut : null;
}

/** Percent that users receive as last read back; null before a rollout. */
export function percentOf(track: Track): number | null {
  switch (track.stage) {
    case 'rolling-out':
    case 'halted':
      return track.percent;
    case 'released':
      return 100;
    case 'planned':
    case 'developing':
    case 'stabilising':
    case 'candidate':
    case 'in-review':
    case 'store-approved':
    case 'completed':
    case 'canceled':
    case 'superseded':
      return null;
    default:
      return track satisfies never;
  }
}

/** When each share of the rollout was first reached, rising. Of a track written before that was kept: as far as its stage tells. */
export function percentsOf(track: Track): readonly ReachedShare[] {
  if (track.percents) return track.percents;
  const { released } = track.reached;
  const present = track.stage === 'rolling-out' ? [{ percent: track.percent, at: track.percentSince }] : [];
  return released && track.stage !== 'rolling-out' ? [{ percent: 100, at: released }] : present;
}

/** The step that raises the rollout to `percent`. */
export function percentStep(percent: number): PercentStep {
  return `${percent}%`;
}

/** The percentage a step stands for, or null for the steps before the rollout. */
export function percentOfStep(step: Step): number | null {
  return step === 'cut' || step === 'candidate' || step === 'submit' ? null : Number.parseFloat(step);
}
