/** The policy as one track needs it: the document's defaults filled in, and narrowed to a platform and a kind of release. */
import type { Instance } from '../criteria/instance.ts';
import type { CommitCategory } from '../facts.ts';
import type { PercentStep, Stage, Step } from '../release/track.ts';
import type { StorefrontKind } from '../rollout/storefronts.ts';

/** What the robot does with a step that is open. */
export const robotModes = ['manual', 'shadow', 'ask', 'auto'] as const;
export type RobotMode = (typeof robotModes)[number];

/** Days and hours in which a step may be taken, in the app's zone. `hours` in minutes of the day, `to` exclusive. */
export type Window = { days: readonly number[]; from: number; to: number };
/** Dates in the app's zone (`2024-12-20`), both inclusive. */
export type Freeze = { from: string; to: string; why: string };

export type Team = {
  id: string;
  owns: readonly string[];
  channel: string | null;
  testing: 'manual' | { optedOut: string; until: string | null };
};

export type TrackPolicy = {
  /** The document's version: which revision of it these rules are. */
  revision: number;
  timezone: string;
  platform: string;
  process: string;
  /** The stages this process has, in order. */
  stages: readonly Stage[];
  storefronts: readonly StorefrontKind[];
  /** Rollout steps in percent, rising, ending in 100. */
  rollout: readonly number[];
  /** Criteria before each step. A step that is not named has none. */
  before: Readonly<Partial<Record<'cut' | 'candidate' | 'submit' | PercentStep, readonly Instance[]>>>;
  haltsWhileRollingOut: readonly Instance[];
  watchWhile: Readonly<Partial<Record<Stage, readonly Instance[]>>>;
  /** Rows of the control room: a title and the instances in it. */
  rows: readonly { title: string; instances: readonly string[] }[];
  robot: {
    cut: RobotMode;
    candidate: RobotMode;
    submit: RobotMode;
    start: RobotMode;
    raise: RobotMode;
    halt: 'auto' | 'ask';
    tag: RobotMode;
  };
  windows: Readonly<Partial<Record<'cut' | 'submit' | 'start' | 'raise' | 'finish', Window | 'any'>>>;
  freezes: readonly Freeze[];
  /** Categories of commits that need no new build. */
  ignore: readonly CommitCategory[];
  teams: readonly Team[];
  /** Which teams must sign; `affected-teams`: those whose paths the release touches, as far as known. */
  signOffs: 'all-teams' | 'affected-teams' | readonly string[];
  bugs: { criticalFlows: readonly string[]; decide: 'release-manager' };
  waivers: { secondApprover: readonly string[] };
  /** Minutes a released track is watched. */
  watchMinutes: number;
  /** Minutes before a storefront's own next phase at which the robot pauses it. */
  holdBeforeOwnMoveMinutes: number;
  code: { releaseBranch: string; tag: string | null };
};

/** The window's name for a step. */
export function windowOf(step: Step, rollout: readonly number[]): 'cut' | 'submit' | 'start' | 'raise' | 'finish' {
  if (step === 'cut') return 'cut';
  if (step === 'candidate' || step === 'submit') return 'submit';
  const percent = Number.parseFloat(step);
  if (percent === rollout[0]) return 'start';
  return percent === 100 ? 'finish' : 'raise';
}
