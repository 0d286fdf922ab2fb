/** Actions: effects outside that the robot or a person has ordered. Each has a key, a lane, and what it expects to find when it fires. */
import type { Instant } from './time.ts';
import type { Stage, Step } from './release/track.ts';
import type { StorefrontKind } from './rollout/storefronts.ts';

/** What is asked of the world, in our words: the end, not the step. */
export type Effect =
  | { kind: 'ensure-branch'; branch: string; at: string | null }
  | { kind: 'ensure-tag'; tag: string; commit: string }
  | { kind: 'ensure-submission'; storefront: StorefrontKind; version: string; build: string; percent: number | null }
  | { kind: 'ensure-withdrawn'; storefront: StorefrontKind; version: string }
  | { kind: 'ensure-rollout'; storefront: StorefrontKind; version: string; build: string; percent: number }
  | { kind: 'ensure-held'; storefront: StorefrontKind; version: string }
  | { kind: 'ensure-halted'; storefront: StorefrontKind; version: string }
  /** One ticket carries this reference, and says this (ports/tracker.ts). */
  | { kind: 'ensure-ticket'; ticket: TicketDraft }
  /** `channel`: the chat's own one where none is named. */
  | { kind: 'announce'; text: string; channel?: string | null }
  | { kind: 'page'; text: string; reason: string };

/** What a ticket says. `state`: `open` has it made or opened again; `as-it-stands` changes only what it says. */
export type TicketDraft = {
  reference: string;
  title: string;
  team: string | null;
  text: string;
  severity: 'low' | 'medium' | 'high' | 'critical';
  flow: string | null;
  platforms: readonly string[];
  versions: readonly string[];
  state: 'open' | 'as-it-stands';
};

export type EffectKind = Effect['kind'];

export type Action = {
  /** Unique for one intended effect; written into the remote object where there is a place for it. */
  key: string;
  /** One write in flight in each: `storefront:google-play:music/android`, `git:music`, `chat:music`, `tracker:music`. */
  lane: string;
  /** Halts come before all else in their lane. */
  urgent: boolean;
  effect: Effect;
  /** The step this is for, if any; authority and criteria are checked again when it fires. */
  step: Step | null;
  /** Does nothing unless the track is in one of these stages when it fires; an empty list: in any stage. */
  expects: { stages: readonly Stage[] };
  why: string;
  orderedBy: { kind: 'robot' | 'person' | 'key'; id: string; name: string };
  orderedAt: Instant;
};

/** The lane of a storefront listing. */
export function storefrontLane(app: string, platform: string, storefront: StorefrontKind): string {
  return `storefront:${storefront}:${app}/${platform}`;
}
