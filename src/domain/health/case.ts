/**
 * Cases that anyone can hand in to check a verdict by hand: `signalbox health judge`. Each kind calls the functions that the product judges with, and nothing else.
 * An output that does not exist (no upper bound, no projection) is null; a case that cannot be judged is answered with an error that says what would be right.
 */
import { z } from 'zod';
import { cappedCount, dispersionOf } from './dispersion.ts';
import { lateOnset } from './late-onset.ts';
import {
  ALPHA_GREEN,
  ALPHA_RED,
  GATE_SHAPE,
  evidenceOf,
  expectedAtLimit,
  greenAtLeast,
  logAbove,
  rateOf,
  redAtMost,
  twoSided,
} from './one-rate.ts';
import { ALLOWED_RATIO, GRID_POINTS, GRID_TOP, nullShareOf, ratioEvidence, ratioGrid, ratioRange, shareEvidence } from './ratio.ts';
import type { Bucket } from './ratio.ts';
import { SCAN, againstOtherArms, bonferroni, eBenjaminiHochberg, logAdjusted, logMean, scan } from './scan.ts';
import { FLOW_WEIGHTS, NOVELTY_WEIGHTS, severityOf } from './severity.ts';
import { DESIGN_RATIO, POWER, coverage, firstStage, powerGreen, powerRed, remainingOf } from './usage.ts';
import { RATE_DEFAULTS, TOO_GOOD, isGreen, isRed, judgeRate, tooGood } from './verdict.ts';

/** More than anyone has; beyond it arithmetic would be the answer and not statistics. */
const MOST_EVENTS = 1e9;
const MOST_EXPOSURE = 1e15;

const count = z.number().min(0).max(MOST_EVENTS);
const exposure = z.number().min(0).max(MOST_EXPOSURE);
const positive = z.number().min(1e-12).max(MOST_EXPOSURE);
const shape = z.number().min(1e-3).max(1e3);
const alpha = z.number().min(1e-12).max(0.499_999);
const ratio = z.number().min(1e-6).max(1e6);
const whole = z.number().int().min(1);
const share = z.number().gt(0).lt(1);
const logE = z.array(z.number().min(-1e15).max(1e15)).max(1_000_000);

const limit = { limit: positive, unit: positive.default(1) };
const oneSample = {
  count,
  exposure,
  ...limit,
  shape: shape.default(GATE_SHAPE),
  alphaRed: alpha.default(ALPHA_RED),
  alphaGreen: alpha.default(ALPHA_GREEN),
};
const sides = { newCount: count, newExposure: exposure, baseCount: count, baseExposure: exposure };
const grid = { gridPoints: whole.max(4096).default(GRID_POINTS), gridTop: z.number().gt(1).max(1e6).default(GRID_TOP) };

/** What the inputs are, and what they make. */
type Kind<S extends z.ZodObject> = { inputs: S; judge: (inputs: z.output<S>) => Outputs };
type Outputs = Record<string, unknown>;

/** Keeps the type of a kind's inputs together with what judges them. */
function kind<S extends z.ZodObject>(inputs: S, judge: (inputs: z.output<S>) => Outputs): Kind<z.ZodObject> {
  return { inputs, judge: (given) => judge(inputs.parse(given)) };
}

const judgeOneSample = kind(z.strictObject({ ...oneSample, alphaTwoSided: alpha.default(0.05) }), (at) => {
  const expected = expectedAtLimit(at.limit, at.exposure, at.unit);
  const evidence = evidenceOf(at.count, expected, at.shape);
  const both = twoSided(at.count, at.alphaTwoSided, at.shape);
  const rate = (events: number): number | null => rateOf(events, at.exposure, at.unit);
  return {
    expectedAtLimit: expected,
    ...logsOf(evidence),
    rateLower: rate(redAtMost(at.count, at.alphaRed, at.shape)),
    rateUpper: rate(greenAtLeast(at.count, at.alphaGreen, at.shape)),
    twoSidedLower: rate(both.lower),
    twoSidedUpper: rate(both.upper),
    isRed: isRed(evidence, at.alphaRed),
    isGreen: isGreen(evidence, at.alphaGreen),
  };
});

const judgeBoundaryTable = kind(z.strictObject({ alpha, shape: shape.default(GATE_SHAPE), counts: z.array(count).max(10_000) }), (at) => ({
  xLower: at.counts.map((each) => redAtMost(each, at.alpha, at.shape)),
  xUpper: at.counts.map((each) => greenAtLeast(each, at.alpha, at.shape)),
}));

const judgeBetaBinomial = kind(
  z
    .strictObject({ successes: count, trials: count, nullShare: share, shape: shape.default(GATE_SHAPE) })
    .refine(({ successes, trials }) => successes <= trials, { path: ['successes'], message: 'more successes than trials' }),
  (at) => {
    const { priorAlpha, priorBeta, ...evidence } = shareEvidence(at.successes, at.trials, at.nullShare, at.shape);
    return { priorAlpha, priorBeta, ...logsOf(evidence) };
  },
);

const judgeFixedShare = kind(
  z.strictObject({
    ...sides,
    allowedRatio: ratio.default(ALLOWED_RATIO),
    shape: shape.default(GATE_SHAPE),
    alphaRed: alpha.default(ALPHA_RED),
    alphaGreen: alpha.default(ALPHA_GREEN),
  }),
  (at) => {
    const null_ = nullShareOf(at, at.allowedRatio);
    const evidence =
      null_ === null
        ? { logTwoSided: 0, logAbove: 0, logBelow: 0 }
        : shareEvidence(at.newCount, at.newCount + at.baseCount, null_.share, at.shape, null_.rest);
    return {
      nullShare: null_?.share ?? null,
      ...logsOf(evidence),
      isRed: isRed(evidence, at.alphaRed),
      isGreen: isGreen(evidence, at.alphaGreen),
    };
  },
);

const judgeRatioGrid = kind(
  z
    .strictObject({ ...grid, shape: shape.default(GATE_SHAPE), indices: z.array(whole).max(4096) })
    .refine(({ indices, gridPoints }) => indices.every((each) => each <= gridPoints), {
      path: ['indices'],
      message: 'an index is beyond gridPoints',
    }),
  (at) => {
    const up = ratioGrid('above', at.shape, at.gridPoints, at.gridTop);
    const down = ratioGrid('below', at.shape, at.gridPoints, at.gridTop);
    const pick = (list: readonly number[]): (number | undefined)[] => at.indices.map((each) => list[each - 1]);
    return {
      upTheta: pick(up.logTheta.map((log) => Math.exp(log))),
      upLogWeight: pick(up.logWeight),
      downTheta: pick(down.logTheta.map((log) => Math.exp(log))),
      downLogWeight: pick(down.logWeight),
    };
  },
);

const judgeStratifiedRatio = kind(
  z.strictObject({
    buckets: z.array(z.strictObject(sides)).max(100_000),
    allowedRatio: ratio.default(ALLOWED_RATIO),
    shape: shape.default(GATE_SHAPE),
    ...grid,
    alphaRed: alpha.default(ALPHA_RED),
    alphaGreen: alpha.default(ALPHA_GREEN),
  }),
  ({ buckets, alphaRed, alphaGreen, ...settings }) => {
    const evidence = ratioEvidence(buckets, settings);
    const range = ratioRange(buckets, { red: alphaRed, green: alphaGreen }, settings);
    return {
      logEAbove: evidence.logAbove,
      logEBelow: evidence.logBelow,
      ratioLower: range.lower,
      ratioUpper: range.upper,
      isRed: isRed(evidence, alphaRed),
      isGreen: isGreen(evidence, alphaGreen),
    };
  },
);

const judgeDispersion = kind(
  z.strictObject({
    usersByCrashCount: z.record(z.string().regex(/^[1-9]\d{0,8}$/, 'a number of crashes, 1 or more, as text'), count),
    exposure,
    ...limit,
    capPerUser: whole.nullable().default(null),
    shape: shape.default(GATE_SHAPE),
  }),
  (at) => {
    const users = new Map(Object.entries(at.usersByCrashCount).map(([times, many]) => [Number(times), many]));
    const { affectedUsers, crashes, dispersion } = dispersionOf(users);
    const expected = expectedAtLimit(at.limit, at.exposure, at.unit);
    const scaled = evidenceOf(crashes / dispersion, expected / dispersion, at.shape);
    return {
      affectedUsers,
      cappedCount: at.capPerUser === null ? null : cappedCount(users, at.capPerUser),
      dispersion,
      logEAboveRaw: logAbove(crashes, expected, at.shape),
      logEAboveScaled: scaled.logAbove,
      logEBelowScaled: scaled.logBelow,
      logEAboveUsers: logAbove(affectedUsers, expected, at.shape),
    };
  },
);

const judgeRestart = kind(
  z.strictObject({
    buckets: z.array(z.strictObject({ count, expectedAtLimit: exposure })).max(10_000),
    shape: shape.default(GATE_SHAPE),
    alphaRed: alpha.default(ALPHA_RED),
  }),
  (at) => {
    const { logRestart, bestStart, logCumulative } = lateOnset(
      at.buckets.map((bucket) => ({ count: bucket.count, expected: bucket.expectedAtLimit })),
      at.shape,
    );
    return { logERestart: logRestart, bestStart, logECumulative: logCumulative, isRed: isRed({ logAbove: logRestart }, at.alphaRed) };
  },
);

const judgeVerdict = kind(
  z.strictObject({
    ...oneSample,
    alphaTwoSided: alpha.default(0.05),
    warn: positive.nullable().default(RATE_DEFAULTS.warn),
    alphaWarn: alpha.default(RATE_DEFAULTS.alphaWarn),
    designRatio: share.default(RATE_DEFAULTS.designRatio),
    power: share.default(RATE_DEFAULTS.power),
    minUsers: count.default(RATE_DEFAULTS.minUsers),
    minWallClockHours: exposure.default(RATE_DEFAULTS.minWallClockHours),
    // nothing said is nothing seen: never a green by omission
    users: count.default(0),
    wallClockHours: exposure.default(0),
    stale: z.boolean().default(false),
    redLatched: z.boolean().default(false),
  }),
  ({ count: events, exposure: seen, users, wallClockHours, stale, redLatched, ...settings }) => {
    const verdict = judgeRate({ count: events, exposure: seen, users, wallClockHours, stale, redLatched }, settings);
    return {
      verdict: verdict.colour,
      reason: verdict.reason,
      expectedAtLimit: verdict.expected,
      logEAbove: verdict.logAbove,
      logEBelow: verdict.logBelow,
      rateLower: verdict.rateLower,
      rateUpper: verdict.rateUpper,
      requiredExposure: verdict.requiredExposure,
      earliestRemaining: verdict.earliestRemaining,
      projectedRemaining: verdict.projectedRemaining,
    };
  },
);

const judgeRemaining = kind(
  z.strictObject({ count, exposure, ...limit, alphaGreen: alpha.default(ALPHA_GREEN), shape: shape.default(GATE_SHAPE) }),
  (at) => {
    const remaining = remainingOf(at.count, expectedAtLimit(at.limit, at.exposure, at.unit), at.alphaGreen, at.shape);
    const inExposure = (events: number | null): number | null => (events === null ? null : (events * at.unit) / at.limit);
    return {
      shrunkenRatio: remaining.shrunkenRatio,
      earliestTotal: inExposure(remaining.earliestTotal),
      earliestRemaining: inExposure(remaining.earliest),
      projectedTotal: inExposure(remaining.projectedTotal),
      projectedRemaining: inExposure(remaining.projected),
    };
  },
);

const judgeTooGood = kind(
  z.strictObject({
    count,
    exposure,
    unit: positive.default(1),
    baselineRate: positive,
    fraction: share.default(TOO_GOOD.fraction),
    alpha: alpha.default(TOO_GOOD.alpha),
  }),
  (at) => {
    const found = tooGood(at, { rate: at.baselineRate, unit: at.unit }, at);
    return { logEBelow: found.logBelow, suspicious: found.suspicious };
  },
);

const judgePowerGreen = kind(
  z.strictObject({
    designRatio: share.max(0.99).default(DESIGN_RATIO),
    alphaGreen: alpha.default(ALPHA_GREEN),
    power: share.max(0.999_999).default(POWER),
    shape: shape.default(GATE_SHAPE),
  }),
  (at) => {
    const { expected, maxCount } = powerGreen(at.designRatio, at.alphaGreen, at.power, at.shape);
    return { expectedAtLimit: expected, maxCount };
  },
);

const judgePowerRed = kind(
  z.strictObject({
    badRatio: z.number().min(1.01).max(1e6),
    alphaRed: alpha.default(ALPHA_RED),
    power: share.max(0.999_999).default(POWER),
    shape: shape.default(GATE_SHAPE),
  }),
  (at) => {
    const { expected, minCount } = powerRed(at.badRatio, at.alphaRed, at.power, at.shape);
    return { expectedAtLimit: expected, minCount };
  },
);

const judgeCoverage = kind(
  z.strictObject({ affectedFraction: share.min(1e-7), confidence: share.max(0.999_999_999), hits: whole.max(1e6).default(1) }),
  (at) => ({ users: coverage(at.affectedFraction, at.confidence, at.hits) }),
);

const judgeFirstStage = kind(
  z.strictObject({
    dailyUsers: positive,
    hoursPerUserDay: positive,
    days: positive.default(1),
    ...limit,
    designRatio: share.max(0.99).default(DESIGN_RATIO),
    alphaGreen: alpha.default(ALPHA_GREEN),
    power: share.max(0.999_999).default(POWER),
  }),
  (at) => firstStage(at, at, powerGreen(at.designRatio, at.alphaGreen, at.power).expected),
);

/** Segments that are arms of an experiment, by their names. */
const ARM = 'arm-';

const judgeSegmentScan = kind(
  z.strictObject({
    segments: z
      .array(
        z.strictObject({
          name: z.string(),
          newCount: count,
          newExposure: exposure,
          baseCount: count.default(0),
          baseExposure: exposure.default(0),
        }),
      )
      .max(100_000),
    allowedRatio: ratio.default(SCAN.allowedRatio),
    shape: shape.default(SCAN.shape),
    ...grid,
    alpha: alpha.default(SCAN.alpha),
    fdr: share.default(SCAN.fdr),
    armsCompareWith: z.enum(['baseline', 'the other arm']).nullable().default('baseline'),
  }),
  ({ segments, armsCompareWith, ...settings }) => {
    const isArm = (name: string): boolean => armsCompareWith === 'the other arm' && name.startsWith(ARM);
    const arms = againstOtherArms(segments.filter(({ name }) => isArm(name)));
    const baselines: Bucket[] = segments.map((segment) => (isArm(segment.name) ? (arms.shift() ?? segment) : segment));
    const found = scan(
      segments.map(({ name }, at) => ({ name, buckets: baselines.slice(at, at + 1) })),
      settings,
    );
    return { logE: found.logE, bonferroni: found.named, eBH: found.listed, globalLogE: found.logGlobal };
  },
);

const judgeEBH = kind(z.strictObject({ logE, alpha: share }), (at) => ({
  rejected: eBenjaminiHochberg(at.logE, at.alpha),
  rejectedOnAdjustedRunningMax: eBenjaminiHochberg(at.logE.map(logAdjusted), at.alpha),
  bonferroni: bonferroni(at.logE, at.alpha),
  globalLogE: logMean(at.logE),
}));

const judgeAdjuster = kind(z.strictObject({ logE }), (at) => ({ logAdjusted: at.logE.map(logAdjusted) }));

const FLOWS = keysOf(FLOW_WEIGHTS);
const NOVELTIES = keysOf(NOVELTY_WEIGHTS);

const judgeSeverity = kind(
  z.strictObject({
    affectedUsers: count,
    crashes: count,
    exposureHours: positive,
    hoursPerUserDay: positive,
    alphaTicket: alpha.default(0.1),
    // "after logout", as a person would write it
    flow: z.preprocess((given) => (typeof given === 'string' ? given.replaceAll(' ', '-') : given), z.enum(FLOWS)).default('other'),
    novelty: z.enum(NOVELTIES).default('known'),
    stage: z.enum(['internal', 'production']).default('production'),
  }),
  ({ alphaTicket, ...group }) => {
    const severity = severityOf(group, alphaTicket);
    return {
      impactPerMillionPerDay: severity.impact,
      impactLower: severity.impactLower,
      weight: severity.weight,
      score: severity.score,
      scoreLower: severity.scoreLower,
      level: severity.level,
      ticket: severity.ticket,
      blocker: severity.blocker,
    };
  },
);

const KINDS: ReadonlyMap<string, Kind<z.ZodObject>> = new Map([
  ['one-sample', judgeOneSample],
  ['boundary-table', judgeBoundaryTable],
  ['beta-binomial', judgeBetaBinomial],
  ['two-sample-fixed-share', judgeFixedShare],
  ['ratio-grid', judgeRatioGrid],
  ['stratified-ratio', judgeStratifiedRatio],
  ['dispersion', judgeDispersion],
  ['restart', judgeRestart],
  ['verdict', judgeVerdict],
  ['remaining', judgeRemaining],
  ['too-good', judgeTooGood],
  ['power-green', judgePowerGreen],
  ['power-red', judgePowerRed],
  ['coverage', judgeCoverage],
  ['first-stage', judgeFirstStage],
  ['segment-scan', judgeSegmentScan],
  ['e-bh', judgeEBH],
  ['adjuster', judgeAdjuster],
  ['severity', judgeSeverity],
]);

/** The kinds of cases that can be judged. */
export const CASE_KINDS: readonly string[] = [...KINDS.keys()];

export type CaseError = { code: 'not-a-case' | 'unknown-kind' | 'bad-input' | 'cannot-be-computed'; message: string };
export type CaseAnswer = { kind: string | null; outputs: Outputs } | { kind: string | null; error: CaseError };

const caseShape = z.strictObject({ kind: z.string(), inputs: z.record(z.string(), z.unknown()).default({}) });

/** Judges one case; whatever is wrong with it is an answer too, so that the others of its list are still judged. */
export function judgeCase(given: unknown): CaseAnswer {
  const read = caseShape.safeParse(given);
  if (!read.success) {
    const named = z.object({ kind: z.string() }).safeParse(given);
    const message = `a case is { "kind": …, "inputs": { … } }: ${saysWhy(read.error)}`;
    return { kind: named.success ? named.data.kind : null, error: { code: 'not-a-case', message } };
  }
  const { kind: name, inputs } = read.data;
  const known = KINDS.get(name);
  if (known === undefined) {
    return { kind: name, error: { code: 'unknown-kind', message: `there is no kind "${name}" (known: ${CASE_KINDS.join(', ')})` } };
  }
  const fit = known.inputs.safeParse(inputs);
  if (!fit.success) {
    return {
      kind: name,
      error: { code: 'bad-input', message: `${saysWhy(fit.error)} (inputs of ${name}: ${Object.keys(known.inputs.shape).join(', ')})` },
    };
  }
  try {
    return { kind: name, outputs: known.judge(inputs) };
  } catch (error) {
    return { kind: name, error: { code: 'cannot-be-computed', message: error instanceof Error ? error.message : String(error) } };
  }
}

function saysWhy(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`)).join('; ');
}

function logsOf({ logTwoSided, logAbove: above, logBelow: below }: { logTwoSided: number; logAbove: number; logBelow: number }): Outputs {
  return { logETwoSided: logTwoSided, logEAbove: above, logEBelow: below };
}

function keysOf<K extends string>(table: Readonly<Record<K, unknown>>): [K, ...K[]] {
  // an object's keys are those of its type here: the tables are literals
  const [first, ...others] = Object.keys(table) as K[];
  if (first === undefined) throw new RangeError('a table without rows');
  return [first, ...others];
}
