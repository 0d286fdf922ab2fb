/** All that a decision about one track is made from, and what a decision is. */
import type { Action } from '../actions.ts';
import type { TrackFacts } from '../facts.ts';
import type { TrackPolicy } from '../policy/track-policy.ts';
import type { Instant } from '../time.ts';
import type { Evidence, LastVerdict, Verdict } from '../criteria/criterion.ts';
import type { Refused } from './refusal.ts';
import type { Event } from './events.ts';
import type { App, Release, Sibling } from './release.ts';
import type { Step, Track } from './track.ts';

export type World = {
  app: App;
  release: Release;
  track: Track;
  siblings: readonly Sibling[];
  policy: TrackPolicy;
  facts: TrackFacts;
  /** The verdicts as last committed, by instance: since when, and what changed. */
  previous: readonly LastVerdict[];
  now: Instant;
};

/** What the robot asks a person, once for one step and candidate. */
export type Question = { key: string; step: Step; text: string; evidence: readonly Evidence[]; to: 'release-manager'; askedAt: Instant };

/** The robot's sentence, always in this shape: verb + step + when + names of what is missing. */
export type RobotState = {
  is: 'armed' | 'holding' | 'acting' | 'paused' | 'asks' | 'failed' | 'shadowing' | 'manual' | 'resting';
  sentence: string;
  /** The sentence for the head of the track's own column: without its platform and version, and without what goes without saying. */
  short: string;
  willStop: string | null;
  missing: readonly string[];
};

/**
 * What the robot would do now. A value: a dry run, `signalbox plan`, the next panel and the simulation are the same function.
 * - `track`: the track after the events that move it.
 * - `next`: the next step with an effect outside, null when there is none.
 * - `lookAgainAt`: the earliest moment when time alone may change any of this.
 */
export type Plan = {
  track: Track;
  verdicts: readonly Verdict[];
  events: readonly Event[];
  actions: readonly Action[];
  /** Keys of open actions that no longer hold and must not be performed. */
  voids: readonly { key: string; why: string }[];
  questions: readonly Question[];
  next: Step | null;
  robot: RobotState;
  lookAgainAt: Instant | null;
};

/** A person's command that the rules permit. `track` is the track after its events. */
export type Accepted = {
  ok: true;
  track: Track;
  events: readonly Event[];
  actions: readonly Action[];
  /** Open actions that this command makes void. */ voids: readonly { key: string; why: string }[];
};
export type Decision = Accepted | Refused;
