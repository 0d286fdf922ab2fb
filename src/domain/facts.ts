/**
 * Facts: what another system or a person reported. Stored as reported, with source, time and time of arrival.
 * This file has their shapes as zod schemas, because they come in over HTTP and from adapters, and the typed view that the criteria read.
 */
import { z } from 'zod';
import { audiences, colours, storefrontStates } from './fact-words.ts';
import type { BugDecision, Colour, CommitCategory, signOffStates } from './fact-words.ts';
import type { HealthFacts } from './health/health-facts.ts';
import { factInstant } from './moment.ts';
import type { Instant } from './time.ts';

/* Its words are had from here too: only what must do without schemas takes them from where they are. */
export { audiences, bugDecisions, colours, commitCategories, signOffStates, storefrontStates } from './fact-words.ts';
export type { Audience, BugDecision, Colour, CommitCategory, StorefrontStateName } from './fact-words.ts';

const word = z.string().trim().min(1).max(200);
const sha = z.string().regex(/^[0-9a-f]{7,64}$/, 'a commit id: 7 to 64 hexadecimal digits');
const url = z.url({ protocol: /^https?$/ }).max(2000);
const text = z.string().trim().max(4000);

/** One compiled artifact. `number` orders the builds of a version on a platform. */
export const buildFact = z.object({
  platform: word,
  version: word,
  number: z
    .string()
    .trim()
    .regex(/^[0-9A-Za-z.+_-]{1,64}$/, 'a build number of up to 64 letters, digits, dots, dashes'),
  kind: z.enum(['nightly', 'release-candidate']).default('release-candidate'),
  state: z.enum(['queued', 'building', 'succeeded', 'failed']),
  commit: sha,
  branch: word.optional(),
  /** Which RC of this version it is; counted by Signalbox when the caller does not say. */
  candidate: z.int().min(1).max(100_000).optional(),
  startedAt: factInstant.optional(),
  finishedAt: factInstant.optional(),
  expectedAt: factInstant.optional(),
  url: url.optional(),
});

/** One run of a test suite on a build. */
export const testRunFact = z.object({
  platform: word,
  version: word,
  build: word,
  suite: word,
  state: z.enum(['running', 'passed', 'failed']),
  /** Attempts until this state; a pass with more than one is a pass on a retry. */
  attempts: z.int().min(1).max(1000).default(1),
  passed: z.int().min(0).optional(),
  failed: z.int().min(0).optional(),
  url: url.optional(),
});

/** A build on its way to an audience. */
export const distributionFact = z.object({
  platform: word,
  version: word,
  build: word,
  audience: z.enum(audiences),
  state: z.enum(['pending', 'in-progress', 'delivered', 'failed']),
  dueAt: factInstant.optional(),
  people: z.int().min(0).optional(),
  url: url.optional(),
});

/** A ticket of the issue tracker, mirrored. Decisions about it are Signalbox's own and are not part of the fact. */
export const bugFact = z.object({
  key: word,
  title: z.string().trim().min(1).max(500),
  state: z.enum(['open', 'closed']),
  /** Platforms on which it was seen; none means all of the app's. */
  platforms: z.array(word).max(20).default([]),
  /** Versions in which it was seen. */
  versions: z.array(word).min(1).max(50),
  team: word.nullable().default(null),
  flow: word.nullable().default(null),
  severity: z.enum(['low', 'medium', 'high', 'critical']).nullable().default(null),
  nominated: z.boolean().default(false),
  /** Commits on the release branch that mend it, as far as the tracker or CI knows. */
  fixedBy: z.array(sha).max(50).default([]),
  /** Builds on which a person or a test has seen it gone. */
  verifiedOn: z.array(word).max(50).default([]),
  reportedAt: factInstant.optional(),
  url: url.optional(),
});

/** A ticket that must be closed between the first and the full rollout. */
export const checkFact = z.object({
  key: word,
  title: z.string().trim().min(1).max(500),
  platform: word,
  version: word,
  state: z.enum(['open', 'closed', 'failed']),
  team: word.nullable().default(null),
  dueAt: factInstant.optional(),
  url: url.optional(),
});

/** What a storefront says of one version, read from it. */
export const storefrontFact = z.object({
  storefront: word,
  platform: word,
  version: word,
  build: word.nullable().default(null),
  state: z.enum(storefrontStates),
  /** 0–100, share of users who are offered this version; 0 before it starts. */
  percent: z.number().min(0).max(100).default(0),
  rejection: z
    .object({ kind: z.enum(['binary', 'metadata']), why: text })
    .nullable()
    .default(null),
  /** When a storefront that advances by itself takes its next phase, and to what percentage. */
  nextMove: z
    .object({ at: factInstant, percent: z.number().min(0).max(100) })
    .nullable()
    .default(null),
  pausedDaysUsed: z.number().min(0).default(0),
  /** The key of our action that the storefront's object carries, where it has a place for one. */
  actionKey: z.string().max(200).nullable().default(null),
  submittedAt: factInstant.nullable().default(null),
  url: url.optional(),
});

/** The head of a branch, and of a release branch the version and cut it belongs to. */
export const branchFact = z.object({
  name: word,
  head: sha,
  trunk: z.boolean().default(false),
  version: word.nullable().default(null),
  /** Platforms the branch serves; none means all. */
  platforms: z.array(word).max(20).default([]),
  cut: z
    .object({ sha, at: factInstant, inferred: z.boolean().default(false) })
    .nullable()
    .default(null),
  headAt: factInstant.optional(),
});

/** Which commits of a release branch a build lacks. */
export const containmentFact = z.object({
  branch: word,
  head: sha,
  commit: sha,
  missing: z.array(sha).max(5000),
});

/** A colour stated from outside for a criterion instance of kind `custom`. */
export const reportFact = z.object({
  instance: word,
  platform: word,
  version: word,
  colour: z.enum(colours),
  because: z.string().trim().min(1).max(1000),
  turnsGreen: text.optional(),
  value: z.object({ amount: z.number(), unit: z.string().max(60) }).optional(),
  limit: z.object({ amount: z.number(), unit: z.string().max(60) }).optional(),
  /** What the limit bounds: the most that may be (a rate), or the least (hours played). The most where it is not said. */
  limitIs: z.enum(['at-most', 'at-least']).optional(),
  /** Low and high end of what the value may be, in the value's unit. */
  range: z
    .tuple([z.number(), z.number()])
    .refine(([low, high]) => low <= high, 'the low end comes first')
    .optional(),
  /** What it was measured from: `{ amount: 520000, unit: 'h played' }`. */
  sample: z.object({ amount: z.number().min(0), unit: z.string().max(60) }).optional(),
  /** The same measure of the previous release at the same age. */
  baseline: z.object({ amount: z.number(), unit: z.string().max(60) }).optional(),
  /** The second line of the cell, one clause; the first clause of `because` where it is not said. */
  clause: z.string().trim().min(1).max(120).optional(),
  url: url.optional(),
});

/** What each kind of fact carries. */
export const factPayloads = {
  build: buildFact,
  'test-run': testRunFact,
  distribution: distributionFact,
  bug: bugFact,
  check: checkFact,
  storefront: storefrontFact,
  branch: branchFact,
  containment: containmentFact,
  report: reportFact,
} as const;

export type FactKind = keyof typeof factPayloads;
export const factKinds = Object.keys(factPayloads) as FactKind[];

/** A fact as it arrives: payload, who reported it, under which key of theirs, and when it was so. */
export type Fact<K extends FactKind = FactKind> = {
  [Each in K]: {
    kind: Each;
    app: string;
    /** `ci`, `tracker`, `google-play`: the source as connected; decides freshness. */
    source: string;
    /** The source's own key of the thing: `1047`, `PLAY-4412`. One current row per (source, kind, key). */
    key: string;
    /** Rises with every change at the source; the highest wins, ties by arrival. */
    revision: number;
    /** When it was so, in the app's time. */
    at: Instant;
    payload: z.infer<(typeof factPayloads)[Each]>;
  };
}[K];

/* ---- the typed view that the domain reads ---- */

type At = { at: Instant; source: string };

export type Build = Omit<z.infer<typeof buildFact>, 'candidate'> & At & { candidate: number | null };
export type TestRun = z.infer<typeof testRunFact> & At;
export type Distribution = z.infer<typeof distributionFact> & At;
export type Check = z.infer<typeof checkFact> & At;
export type StorefrontState = z.infer<typeof storefrontFact> & At;
export type BranchHead = z.infer<typeof branchFact> & At;
export type Report = z.infer<typeof reportFact> & At;

/** A commit of a release branch since its cut. */
export type BranchCommit = {
  sha: string;
  at: Instant;
  subject: string;
  author: string;
  category: CommitCategory;
  /** Numbers of the trunk change it came from, found by trailer, patch-id or reference. */
  origin: { sha: string | null; reference: string | null; evidence: readonly ('x-trailer' | 'patch-id' | 'pr-ref')[] } | null;
};

/** A bug with what people of this app decided about it for this version and platform. */
export type Bug = z.infer<typeof bugFact> &
  At & {
    nominatedBy: { name: string; at: Instant; reason: string } | null;
    decision: {
      is: BugDecision;
      by: string;
      at: Instant;
      reason: string;
      risk: string | null;
      impact: string | null;
      workaround: string | null;
    } | null;
    /** When it became known without a team; null when it has one. */
    ownerlessSince: Instant | null;
  };

/** One team's word. `build` is the build it was given on. `opted-out` comes from the policy, not from here. */
export type SignOff = {
  team: string;
  state: (typeof signOffStates)[number];
  build: string | null;
  by: string;
  at: Instant;
  note: string | null;
};

/** A person's approval for an `approved-by` instance. */
export type Approval = {
  instance: string;
  by: string;
  byId: string;
  role: string;
  answer: 'approved' | 'refused';
  at: Instant;
  build: string | null;
  note: string | null;
};

/** A person's tick for a `manual` instance. */
export type Tick = { instance: string; by: string; answer: 'done' | 'refused'; at: Instant; build: string | null; note: string | null };

export type CherryPick = {
  id: string;
  commit: string;
  title: string;
  bug: string | null;
  risk: string;
  askedBy: string;
  askedById: string;
  askedAt: Instant;
  state: 'asked' | 'accepted' | 'refused' | 'merged' | 'in-build' | 'back-on-trunk';
  answeredBy: string | null;
  answer: string | null;
};

/** What `custom` endpoints answered, by criterion instance. */
export type CustomAnswer = {
  instance: string;
  colour: Colour;
  because: string;
  turnsGreen: string | null;
  url: string | null;
  at: Instant;
};

/**
 * How alive a source is. `freshForMinutes` null: a source that pushes and may be silent for as long as nothing changes.
 * `error`: the last read failed, with the reason in words.
 */
export type Source = {
  source: string;
  kinds: readonly FactKind[];
  connected: boolean;
  lastReadAt: Instant | null;
  freshForMinutes: number | null;
  error: string | null;
  nextReadAt: Instant | null;
};

/** All that is known of one track, as the criteria read it. Lists are in order of time, oldest first. */
export type TrackFacts = {
  branch: BranchHead | null;
  /** Commits of the release branch since its cut, oldest first. */
  commits: readonly BranchCommit[];
  builds: readonly Build[];
  /** Builds of trunk for this platform, newest last. */
  nightlies: readonly Build[];
  /** By commit id of a build: the branch's commits that it lacks; absent when it was not worked out yet. */
  missing: Readonly<Record<string, readonly string[]>>;
  testRuns: readonly TestRun[];
  distributions: readonly Distribution[];
  bugs: readonly Bug[];
  signOffs: readonly SignOff[];
  checks: readonly Check[];
  approvals: readonly Approval[];
  ticks: readonly Tick[];
  cherryPicks: readonly CherryPick[];
  storefronts: readonly StorefrontState[];
  reports: readonly Report[];
  customAnswers: readonly CustomAnswer[];
  /** What roll-ups tell, as far as the criteria of this track asked. */
  health: HealthFacts;
  waivers: readonly Waiver[];
  sources: readonly Source[];
  /** Actions ordered for this track that are not history yet: open ones, and the last outcome of each kind. */
  actions: readonly ActionState[];
};

/** How an ordered action stands. */
export type ActionState = {
  key: string;
  /** The effect's kind: `ensure-submission`. */
  kind: string;
  /** The step it is for, if any. */
  step: string | null;
  orderedBy: 'robot' | 'person' | 'key';
  state: 'ordered' | 'trying' | 'waiting' | 'done' | 'refused' | 'void';
  attempts: number;
  /** The last try may have taken effect although no answer came. */
  inDoubt?: boolean;
  orderedAt: Instant;
  /** When it was done, refused or made void. */
  endedAt: Instant | null;
  nextTryAt: Instant | null;
  /** Words for a person: the refusal, the trouble, or what was done. */
  outcome: string | null;
};

/** A person's recorded decision to let a track pass a criterion that is not green. */
export type Waiver = {
  id: string;
  instance: string;
  state: 'asked' | 'active' | 'ended' | 'revoked';
  category: 'known-and-accepted' | 'data-is-not-enough' | 'fallback-is-on' | 'data-is-wrong';
  reason: string;
  askedBy: string;
  askedById: string;
  askedAt: Instant;
  approvedBy: string | null;
  /** Ends when the track reaches this step, or at a moment. */
  until: { step: string } | { at: Instant };
  endsIf: readonly ('new-candidate' | 'worse-colour')[];
  colourWhenAsked: Colour;
  buildWhenAsked: string | null;
  ended: { at: Instant; why: string } | null;
};
