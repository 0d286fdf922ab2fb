/** What we ask of the place where an app's code lives. Readers return what is there; writers ask for an end and may be called again without harm. */
import type { BranchCommit } from '#domain/facts.ts';
import type { Analysis, CutMethod, HistoryWindow, Unreadable } from '#domain/history/analysis.ts';
import type { CodeOwnership } from '#domain/owners/by-path.ts';
import type { Instant } from '#domain/time.ts';
import type { Outcome } from './outcome.ts';

export type GitBranch = {
  /** The short name: `release/8.19`. */
  name: string;
  head: string;
  headAt: Instant;
  trunk: boolean;
  /** The version or train that the name tells: `8.19`; null for a branch of another sort. */
  version: string | null;
};

/** Where a branch left trunk. Read off history it is an inference, which a person or a recorded cut may correct. */
export type GitCut = { sha: string; at: Instant; method: CutMethod; inferred: true };

/** A commit of a release branch, with what its message says. `at` is the commit's date, `author` the author's name. */
export type GitCommit = BranchCommit & {
  authoredAt: Instant;
  /** A short digest of the author's address: the same person has the same one. */
  authorId: string;
  trailers: readonly { key: string; value: string }[];
  parents: number;
};

export type GitTag = {
  name: string;
  /** The commit it leads to. */
  sha: string;
  /** An annotated tag's own date, else the commit's. */
  at: Instant;
  annotated: boolean;
  /** What the name says; null for a tag that is no version. */
  version: string | null;
  /** `final`, `rc`, `beta`, …; null where `version` is. */
  kind: string | null;
  number: number | null;
};

/** A commit of a release branch that is on trunk too, or says that it is. */
export type GitCherryPick = {
  sha: string;
  subject: string;
  at: Instant;
  /** The commit of trunk; null where only a reference names the change. */
  trunkSha: string | null;
  trunkAt: Instant | null;
  /** The number of the change that the message names. */
  reference: string | null;
  evidence: readonly ('x-trailer' | 'patch-id' | 'pr-ref')[];
  /** `backport`: trunk had it first. */
  direction: 'backport' | 'forward-port' | null;
};

export type GitHost = {
  /** Every branch with its head, trunk marked. */
  branchHeads(): Promise<readonly GitBranch[]>;
  /** Branches and tags that are there and cannot be read: they are in no other answer. Left out where there are never any. */
  unreadable?(): Promise<readonly Unreadable[]>;
  /** Where the branch left trunk; null where the two share no history. */
  cutOf(branch: string): Promise<GitCut | null>;
  /** The commits of the branch that its cut does not contain, oldest first. */
  commitsSince(range: { cut: string; branch: string }): Promise<readonly GitCommit[]>;
  /** Ids of the branch's commits that a build made from `commit` lacks, oldest first. None: all are in it. */
  missingFrom(build: { commit: string; branch: string }): Promise<readonly string[]>;
  /** The commits of the branch since `cut` (by default its inferred one) that trunk has too. */
  cherryPicks(range: { branch: string; cut?: string }): Promise<readonly GitCherryPick[]>;
  tags(): Promise<readonly GitTag[]>;
  /** Whose the files of trunk are, and which of them each of these places in the code may be. Left out where files cannot be read. */
  ownership?(asked: readonly string[]): Promise<CodeOwnership>;
  /** The releases that the whole history tells of; for the import of an app. */
  history(window?: HistoryWindow): Promise<Analysis>;
  /** A branch of this name exists that contains `at`. Only where the connection may write. */
  ensureBranch?(branch: { name: string; at: string }): Promise<Outcome>;
  /** A tag of this name stands on `at`. Only where the connection may write. */
  ensureTag?(tag: { name: string; at: string }): Promise<Outcome>;
};
