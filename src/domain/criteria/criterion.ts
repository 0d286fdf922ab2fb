/** What a criterion is, and what it says: findings and verdicts. */
import type { z } from 'zod';
import type { Audience, Colour, FactKind, TrackFacts, Waiver } from '../facts.ts';
import type { GateReason } from '../health/gate.ts';
import type { HealthQuestion } from '../health/told.ts';
import type { App, Release, Sibling } from '../release/release.ts';
import type { Step, Track } from '../release/track.ts';
import type { TrackPolicy } from '../policy/track-policy.ts';
import type { Instant } from '../time.ts';

/** A measured amount with its unit in words: `{ amount: 25, unit: 'of 26 teams' }`. */
export type Quantity = { amount: number; unit: string };

/** A link to a fact that was used: what it is, how a person reads it, and where it can be seen. */
export type Evidence = {
  kind: FactKind | 'health' | 'sign-off' | 'decision' | 'approval' | 'commit' | 'calendar' | 'policy' | 'track';
  label: string;
  url: string | null;
  at: Instant | null;
  /** Who said it, as it names itself, where that is one of many. */
  source?: string;
  /** The number of the release candidate that it shows. */
  build?: string;
};

/** Who can turn a verdict green. `name` is a team, a role or a person as shown; `what` says what they would do. */
export type Who = { kind: 'team' | 'role' | 'person' | 'robot' | 'source'; name: string; what: string; contact: string | null };

/**
 * The numbers behind a verdict of health, unrounded. Rates are per `per` of `of`: 0.23 per 1,000 h.
 * - `audience`, `build`: whose usage was counted, from `since` to `toldUntil`; `build` null: all builds of the version.
 * - `affected`: people for whom it was the first time, in `exposure`; `count`: events. `users`: people who used it, at least.
 * - `lower`, `upper`: the range that holds at all times; `upper` null: nothing bounds it yet.
 * - `baseline`: earlier releases at the same age, and the ratio to them that is allowed.
 * - `exposureToGo`: usage until it is green, if nobody else is affected, and at the rate so far (null: not on course). `tellsAt`: about when.
 * - `redSince`: it stays red since then, until a person clears it or another build comes. `latch`: under which name.
 * - `isFleetWide`: what else users have is as bad in the same hours.
 * - `segments`: those that stand out, the worst first.
 */
export type RateNumbers = {
  metric: string;
  per: number;
  of: string;
  audience: Audience;
  build: string | null;
  since: Instant;
  toldUntil: Instant | null;
  affected: number;
  count: number;
  exposure: number;
  users: number;
  value: number | null;
  lower: number;
  upper: number | null;
  limit: number | null;
  warn: number | null;
  baseline: { versions: readonly string[]; value: number; affected: number; exposure: number; allowedRatio: number | null } | null;
  reason: GateReason | 'late-onset' | 'bad-segment' | 'enough-usage' | 'too-small-to-tell';
  exposureToGo: { certain: number; expected: number | null } | null;
  tellsAt: Instant | null;
  redSince: Instant | null;
  latch: string | null;
  isFleetWide: boolean;
  segments: readonly { segment: string; affected: number; exposure: number; ratio: number | null; isNamed: boolean }[];
};

/**
 * What one criterion says of one track now.
 * - `headline`: the first line of the cell, a few words: `1 open`, `25 of 26`, `RC 4 building`.
 * - `aside`: what stands softly behind it: `all 11 picks in`, `5 opted out`, `ready ~14:41`. Null: the limit stands there, where there is one.
 * - `clause`: the second line of the cell, one clause without its stop: `PLAY-4412 · Player`, `Car mode withdrew at 10:20`.
 * - `because`: one full sentence in plain words.
 * - `turnsGreen`: what would turn it green; null when it is green.
 * - `looksAgainAt`: the moment when time alone may change this finding.
 */
export type Finding = {
  colour: Colour;
  headline: string;
  aside: string | null;
  clause: string;
  because: string;
  turnsGreen: string | null;
  evidence: readonly Evidence[];
  who: readonly Who[];
  value?: Quantity;
  limit?: Quantity;
  /** A limit is the most that may be, unless it says that it is the least. */
  limitIs?: 'at-most' | 'at-least';
  range?: readonly [number, number];
  sample?: Quantity;
  baseline?: Quantity;
  /** 0–1, where a bar makes sense. */
  progress?: number;
  dueAt?: Instant | null;
  /** Ids of the teams that owe a word, where teams are asked for one. */
  owedBy?: readonly string[];
  looksAgainAt?: Instant | null;
  /** Of a verdict of health, the numbers it was made from. */
  rate?: RateNumbers;
};

/** What a criterion judges from: facts, the policy and the time, and nothing else. */
export type JudgeAt<S> = {
  app: App;
  release: Release;
  track: Track;
  siblings: readonly Sibling[];
  facts: TrackFacts;
  policy: TrackPolicy;
  settings: S;
  /** The instance's id in the policy. */
  instance: string;
  /** The step that is being judged: windows and soaks differ by step. Null for a watch. */
  step: Step | null;
  now: Instant;
};

/** One kind of criterion. */
export type Criterion<S> = {
  kind: string;
  /** Row title on the screen: `Blocking bugs`. */
  title: string;
  /** One sentence for the reference page: what it asks. */
  asks: string;
  settings: z.ZodType<S>;
  /** The setting that a bare value in the policy stands for: `for` in `{ soaked: 24h }`. */
  shorthand?: string;
  /** Kinds of fact whose source must be alive. Empty for what Signalbox itself holds. */
  needs: readonly FactKind[];
  /** What the settings add to them. */
  alsoNeeds?(settings: S): readonly FactKind[];
  waivable: boolean | 'by-policy';
  /** Of a criterion of health: what it asks of the roll-ups. Its answers are in the facts when it judges; its feeds must be alive. */
  health?: {
    asks(at: JudgeAt<S>): readonly HealthQuestion[];
    source(at: JudgeAt<S>): string | null;
  };
  judge(at: JudgeAt<S>): Finding;
};

/**
 * A finding with what the engine and the policy add.
 * - `setUp` false: its source was never connected and the policy does not require it; it holds nothing.
 * - `holds`: the step it holds now; null when it passes, informs, is watched only or gates a later step.
 * - `gates`: every step of the process that it stands before.
 * - `metBefore`: users of one of several storefronts are judged now; it was met before they were, and the others follow unless it turns red.
 * - `since`: when it took this colour. `freshAt`: when the least fresh of its sources was read; those that tell by themselves count only where no other is asked. Null for what Signalbox itself holds.
 */
export type Verdict = Finding & {
  instance: string;
  kind: string;
  title: string;
  setUp: boolean;
  informing: boolean;
  waivable: boolean;
  gates: readonly Step[];
  holds: Step | null;
  neededNow: boolean;
  metBefore?: true;
  since: Instant;
  freshAt: Instant | null;
  freshForMinutes: number | null;
  nextReadAt: Instant | null;
  sources: readonly string[];
  waiver: Waiver | null;
};

/** What a later look wants to know of a verdict that was committed. `passes`: whether it let its step pass. */
export type LastVerdict = Pick<Verdict, 'instance' | 'colour' | 'setUp' | 'neededNow' | 'since'> & { passes: boolean };

export function lastOf(verdict: Verdict): LastVerdict {
  const { instance, colour, setUp, neededNow, since } = verdict;
  return { instance, colour, setUp, neededNow, since, passes: passes(verdict) };
}

const worstFirst: readonly Colour[] = ['red', 'unknown', 'yellow', 'green'];

/** The worst of some colours; green when there is none. Worst first: red, unknown, yellow, green. */
export function worst(colours: Iterable<Colour>): Colour {
  let found = worstFirst.length - 1;
  for (const colour of colours) found = Math.min(found, worstFirst.indexOf(colour));
  return worstFirst[found] ?? 'green';
}

/** Whether `a` is a worse colour than `b`. */
export function isWorse(a: Colour, b: Colour): boolean {
  return worstFirst.indexOf(a) < worstFirst.indexOf(b);
}

/** Whether a verdict lets its step pass: green, waived, only informing, never set up and not required, or met before and not red. */
export function passes(verdict: Pick<Verdict, 'colour' | 'setUp' | 'informing' | 'waiver' | 'metBefore'>): boolean {
  if (verdict.informing || !verdict.setUp) return true;
  if (verdict.metBefore === true && verdict.colour !== 'red') return true;
  return verdict.colour === 'green' || verdict.waiver?.state === 'active';
}

const kindsOfTime: readonly string[] = ['window-open', 'soaked'];

/** Whether time alone turns it green: a window opens, a soak ends. Nobody has anything to do for it, so it is told as a time and not counted among what holds. */
export function isOfTime({ kind }: Pick<Verdict, 'kind'>): boolean {
  return kindsOfTime.includes(kind);
}

const kindsOfHealth: readonly string[] = ['rate-below', 'enough-usage', 'late-onset', 'no-bad-segment'];

/** Whether it judges what happens to people who use it, from roll-ups. */
export function isOfHealth(kind: string): boolean {
  return kindsOfHealth.includes(kind);
}
