/** What we ask of a place where a track ships. Readers return what is there; writers ask for an end and may be called again without harm. */
import type { StorefrontState } from '#domain/facts.ts';
import type { Capabilities, StorefrontKind } from '#domain/rollout/storefronts.ts';
import type { Outcome } from './outcome.ts';

/** `app` and `platform` are Signalbox's names; the connection's settings map them to the vendor's. */
export type StorefrontTarget = { app: string; platform: string; version: string };

export type Storefront = {
  kind: StorefrontKind;
  capabilities: Capabilities;
  /** What the storefront says of this version now; `none` where it knows nothing of it. */
  read(target: StorefrontTarget): Promise<Omit<StorefrontState, 'at' | 'source'>>;
  /** Which versions it holds for this app and platform: live, in the works, halted. */
  list(target: Omit<StorefrontTarget, 'version'>): Promise<readonly Omit<StorefrontState, 'at' | 'source'>[]>;
  /** This build is submitted for review, to start at `percent` where the storefront starts on approval. */
  ensureSubmission(target: StorefrontTarget & { build: string; percent: number | null; actionKey: string }): Promise<Outcome>;
  /** This build is offered to at least `percent` of the users: starts, raises or resumes as needed. */
  ensureRollout(target: StorefrontTarget & { build: string; percent: number; actionKey: string }): Promise<Outcome>;
  /** Nobody new receives it. */
  ensureHalted(target: StorefrontTarget & { actionKey: string }): Promise<Outcome>;
  /** Stays at its present phase. Only where the storefront advances by itself. */
  ensureHeld?(target: StorefrontTarget & { actionKey: string }): Promise<Outcome>;
  /** No submission of this version is in the works. Only where it can be taken back. */
  ensureWithdrawn?(target: StorefrontTarget & { actionKey: string }): Promise<Outcome>;
};
