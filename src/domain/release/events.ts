/** Events: what the journal says happened to a track. `evolve` (evolve.ts) folds the ones that move it. */
import type { BugDecision, CherryPick, Colour, SignOff, Waiver } from '../facts.ts';
import type { Novelty, SeverityLevel } from '../health/severity.ts';
import type { Instant } from '../time.ts';
import type { StorefrontKind } from '../rollout/storefronts.ts';
import type { PlannedTimes } from './release.ts';
import type { Candidate, Cut, ReleaseKind, Stage, Step, RobotPause } from './track.ts';

/** Events that move a track or change what it carries. */
export type TrackEvent =
  | { is: 'born'; kind: ReleaseKind; stage: 'planned' | 'developing' }
  | { is: 'development-started' }
  | { is: 'cut'; cut: Cut }
  | { is: 'cut-again'; cut: Cut; why: string }
  | { is: 'candidate-chosen'; candidate: Candidate }
  | { is: 'went-back'; why: string }
  | { is: 'submitted'; candidate: Candidate }
  | { is: 'approved' }
  | { is: 'rejected'; kind: 'binary' | 'metadata'; why: string }
  | { is: 'withdrawn'; why: string }
  /** One of several storefronts is live before the others. */
  | { is: 'live-in-part'; storefront: StorefrontKind; percent: number; byStorefront: boolean }
  | { is: 'rollout-started'; percent: number; candidate: Candidate; byStorefront: boolean }
  | { is: 'percent-observed'; percent: number; byStorefront: boolean }
  | { is: 'halt-ordered'; key: string; why: string }
  | { is: 'halted'; percent: number; why: string; by: string }
  | { is: 'resume-ordered'; key: string; why: string }
  /**
   * `late`: the key of an order of ours that was broken off and arrived after the halt. Nobody resumed it. `inPart`: another storefront still reviews, or waits
   * for our word, and the track is there again.
   */
  | {
      is: 'resumed';
      percent: number;
      byStorefront: boolean;
      late?: string;
      inPart?: { stage: 'in-review' | 'store-approved'; storefronts: readonly StorefrontKind[] };
    }
  | { is: 'released'; watchUntil: Instant }
  | { is: 'completed'; why: string }
  | { is: 'canceled'; why: string }
  | { is: 'superseded'; by: string; why: string }
  | { is: 'shadowed'; step: Step; note: string }
  | { is: 'asked'; step: Step; note: string }
  /** A criterion is red and stays so. `key`: of which build and audience. */
  | { is: 'red-latched'; instance: string; title: string; key: string; because: string }
  /** A person cleared it; it is counted anew from here on. */
  | { is: 'red-cleared'; instance: string; title: string; key: string; why: string };

/** Events that record a person's word or the robot's doings beside the track's own state. */
export type RecordEvent =
  | { is: 'action-ordered'; key: string; effect: string; step: Step | null; why: string }
  | { is: 'action-ended'; key: string; state: 'done' | 'refused' | 'void'; outcome: string }
  | { is: 'held'; step: Step; by: readonly string[] }
  | { is: 'verdict-changed'; instance: string; title: string; from: Colour | null; to: Colour; because: string; clause?: string }
  | {
      is: 'bug-decided';
      bug: string;
      decision: BugDecision;
      reason: string;
      risk: string | null;
      impact: string | null;
      workaround: string | null;
    }
  | { is: 'bug-nominated'; bug: string; reason: string }
  | { is: 'bug-assigned'; bug: string; team: string; reason: string | null }
  /** A crash group is another severity on this version than before, or is new or worse now. `from` null: it was not judged before. */
  | {
      is: 'crash-group-judged';
      group: number;
      title: string;
      from: SeverityLevel | null;
      to: SeverityLevel;
      novelty: Novelty;
      users: number;
    }
  | { is: 'sign-off-given'; team: string; state: SignOff['state']; build: string | null; note: string | null }
  | { is: 'approval-given'; instance: string; answer: 'approved' | 'refused'; note: string | null; build: string | null; role: string }
  | { is: 'ticked'; instance: string; answer: 'done' | 'refused'; note: string | null; build: string | null }
  | { is: 'waiver-asked'; waiver: Waiver }
  | { is: 'waiver-approved'; waiver: string }
  | { is: 'waiver-ended'; waiver: string; instance: string; why: string }
  | { is: 'waiver-revoked'; waiver: string; instance: string; why: string }
  | { is: 'cherry-pick-asked'; pick: CherryPick }
  | { is: 'cherry-pick-answered'; pick: string; answer: 'accepted' | 'refused'; why: string }
  | { is: 'robot-paused'; scope: 'app' | 'track'; pause: RobotPause }
  | { is: 'robot-unpaused'; scope: 'app' | 'track'; why: string }
  | { is: 'action-retried'; key: string }
  /** Whoever is named was asked, in their channel (null: the release's own). */
  | { is: 'nudged'; whom: string; instance: string | null; channel: string | null; note: string | null }
  /** A person knows better than what was read out of history. */
  | { is: 'corrected'; field: string; from: string | null; to: string; why: string; change: { cut: Cut } | { stage: Stage; at: Instant } };

export type Event = TrackEvent | RecordEvent;

/** What happened to an app and to none of its tracks, and how a track came in that Signalbox did not watch. */
export type AppEvent =
  | { is: 'app-created'; name: string; platforms: readonly string[]; timezone: string }
  | { is: 'app-renamed'; from: string; to: string }
  /** A sample app's clock was turned by a person. */
  | { is: 'clock-set'; from: { at: Instant; speed: number }; to: { at: Instant; speed: number } }
  /** `proposal`: it was proposed by somebody else, and the actor approved it. */
  | { is: 'policy-saved'; revision: number; digest: string; why?: string; proposal?: { id: string; by: string } }
  | { is: 'policy-proposed'; proposal: string; basedOn: number; digest: string; why: string }
  /** `withdrawn` by who proposed it, or refused. */
  | { is: 'policy-proposal-closed'; proposal: string; state: 'refused' | 'withdrawn'; why: string }
  /** A person's word that a crash group is worth no ticket, or that it may have one again. */
  | {
      is: 'crash-group-decided';
      group: number;
      title: string;
      platform: string;
      decision: 'not-worth-a-ticket' | 'undecided';
      reason: string;
    }
  | { is: 'rota-set'; duty: string; people: readonly string[]; from: string; days: number; swaps: number }
  | { is: 'rota-removed'; duty: string }
  | { is: 'connected'; connection: string; integration: string; serves: readonly string[] }
  | { is: 'disconnected'; connection: string; integration: string }
  /** `changed`: the settings that are others now, by their names; their values may be secret. */
  | { is: 'connection-changed'; connection: string; integration: string; changed: readonly string[] }
  /** A message was posted to the channel of the app, to see whether it comes there. */
  | { is: 'chat-tried'; connection: string; integration: string; ok: boolean; answer: string }
  /** Messages signed with the connection's secret wake it from now on (an older secret counts no more), or none does. */
  | { is: 'webhook-opened'; connection: string; integration: string }
  | { is: 'webhook-closed'; connection: string; integration: string }
  /** The next version began by itself: `after` was cut on `cutOn`. */
  | { is: 'release-begun'; version: string; after: string; cutOn: string; platforms: readonly string[] }
  | { is: 'release-planned'; version: string; kind: ReleaseKind; platforms: readonly string[] }
  /** `from` and `to`: the milestones that were moved. */
  | { is: 'release-replanned'; version: string; from: Partial<PlannedTimes>; to: Partial<PlannedTimes>; why: string }
  /** `before`: the parts as they were, so that the journal has what was written over. */
  | { is: 'release-described'; version: string; parts: readonly string[]; revision: number; before: object; after: object }
  | { is: 'decision-noted'; version: string; about: string | null; text: string }
  | { is: 'update-posted'; version: string; channel: string | null; text: string; key: string }
  /** The first entry of a track that was read out of a repository. */
  | { is: 'imported'; version: string; platform: string; stage: Stage; inferred: readonly string[] }
  | { is: 'history-imported'; releases: number; tracks: number; inferred: number; trunk: string }
  /** All that is known was brought back as it was at `takenAt`; entries that were written since are not here. */
  | { is: 'restored'; takenAt: Instant }
  | { is: 'robot-paused'; scope: 'app'; pause: RobotPause }
  | { is: 'robot-unpaused'; scope: 'app'; why: string };

/** An event with when and by whom, as the journal keeps it. */
export type Recorded = { at: Instant; actor: { kind: string; id: string; name: string }; event: Event; stageAfter: Stage };
