/**
 * A rate against that of a baseline. With a fixed share of the usage: a beta-binomial mixture (health.md §1.2). With a share that moves, the default: bucket by
 * bucket of the same age, where the unknown rate of each bucket cancels (§1.3), over a finite grid of ratios that is itself the prior.
 */
import { crossing, logBeta, logBetaTail, logSumExp } from './special.ts';
import { GATE_SHAPE } from './one-rate.ts';
import type { Evidence } from './one-rate.ts';

export const ALLOWED_RATIO = 1.25;
export const GRID_POINTS = 64;
export const GRID_TOP = 64;

/** The prior on the share: `priorAlpha` and `priorBeta` of a beta distribution around the share at the limit. */
export type ShareEvidence = Evidence & { priorAlpha: number; priorBeta: number };

/** The evidence of `ours` of `all` events, where `nullShare` (above 0, below 1) of them were due at the limit. */
export function shareEvidence(
  ours: number,
  all: number,
  nullShare: number,
  shape: number = GATE_SHAPE,
  rest = 1 - nullShare,
): ShareEvidence {
  const least = Math.min(nullShare, rest);
  const a = (shape * nullShare) / least;
  const b = (shape * rest) / least;
  const theirs = all - ours;
  const logShare = nullShare > 0.5 ? Math.log1p(-rest) : Math.log(nullShare);
  const logRest = rest > 0.5 ? Math.log1p(-nullShare) : Math.log(rest);
  return {
    priorAlpha: a,
    priorBeta: b,
    logTwoSided: logBeta(a + ours, b + theirs) - logBeta(a, b) - ours * logShare - theirs * logRest,
    logAbove: logBetaTail(b + theirs, a + ours, rest, nullShare) - logBetaTail(b, a, rest, nullShare),
    logBelow: logBetaTail(a + ours, b + theirs, nullShare, rest) - logBetaTail(a, b, nullShare, rest),
  };
}

/** What one bucket of age saw of the new version and of its baseline. Exposure in units of consumption, both 0 or more. */
export type Bucket = { newCount: number; newExposure: number; baseCount: number; baseExposure: number };

/** The share of events that is due to the new version at the allowed ratio; null where one of the two was not used at all. */
export function nullShareOf({ newExposure, baseExposure }: Bucket, allowedRatio: number): { share: number; rest: number } | null {
  if (newExposure === 0 || baseExposure === 0) return null;
  const ours = allowedRatio * newExposure;
  return { share: ours / (ours + baseExposure), rest: baseExposure / (ours + baseExposure) };
}

/** The prior on the ratio over its allowed value: `logTheta[i]` with weight exp(`logWeight[i]`), which add up to one. `beyondOne[i]` is theta − 1, exact near 0. */
export type Grid = { logTheta: readonly number[]; logWeight: readonly number[]; beyondOne: readonly number[] };

/** Grids that were made: their settings are few, and a verdict of a moment's work asks for the same again. */
const grids = new Map<string, Grid>();
const MOST_GRIDS = 100;

/** The grid above 1 or below it; `points` ratios up to `top`, closest together near 1. */
export function ratioGrid(side: 'above' | 'below', shape: number, points = GRID_POINTS, top = GRID_TOP): Grid {
  const key = `${side} ${shape} ${points} ${top}`;
  const known = grids.get(key) ?? madeGrid(side, shape, points, top);
  if (grids.size >= MOST_GRIDS) grids.clear();
  grids.set(key, known);
  return known;
}

function madeGrid(side: 'above' | 'below', shape: number, points: number, top: number): Grid {
  const reach = Math.log(top) * (side === 'above' ? 1 : -1);
  const logTheta = Array.from({ length: points }, (_, at) => reach * ((at + 1) / points) ** 2);
  const logRaw = logTheta.map((log, at) => Math.log(at + 1) + shape * log - shape * Math.exp(log));
  const all = logSumExp(logRaw);
  return { logTheta, logWeight: logRaw.map((log) => log - all), beyondOne: logTheta.map((log) => Math.expm1(log)) };
}

/** A bucket as the test takes it: what cancels and what does not. */
type Told = { ours: number; all: number; share: number };

function tell(buckets: readonly Bucket[]): Told[] {
  return buckets
    .filter(({ newExposure, baseExposure }) => newExposure > 0 && baseExposure > 0)
    .map(({ newCount, newExposure, baseCount, baseExposure }) => ({
      ours: newCount,
      all: newCount + baseCount,
      share: newExposure / (newExposure + baseExposure),
    }))
    .filter(({ all }) => all > 0);
}

/** Adds one bucket to the likelihood ratio at every point of the grid. */
function add(sums: number[], { ours, all, share }: Told, allowedRatio: number, { logTheta, beyondOne }: Grid): void {
  const part = (allowedRatio * share) / (allowedRatio * share + (1 - share));
  for (let at = 0; at < sums.length; at++) {
    // log(θrs + 1 − s) − log(rs + 1 − s), of two numbers that may be close
    sums[at] = (sums[at] ?? 0) + ours * (logTheta[at] ?? 0) - all * Math.log1p((beyondOne[at] ?? 0) * part);
  }
}

function logEvidence(told: readonly Told[], allowedRatio: number, grid: Grid): number {
  const sums = [...grid.logWeight];
  for (const bucket of told) add(sums, bucket, allowedRatio, grid);
  return logSumExp(sums);
}

/** The evidence after each of the buckets, as it would have been looked at: one pass in place of one for every look. */
export function ratioEvidenceOverTime(buckets: readonly Bucket[], settings: RatioSettings = RATIO): RatioEvidence[] {
  const above = ratioGrid('above', settings.shape, settings.gridPoints, settings.gridTop);
  const below = ratioGrid('below', settings.shape, settings.gridPoints, settings.gridTop);
  const up = [...above.logWeight];
  const down = [...below.logWeight];
  return buckets.map((bucket) => {
    for (const told of tell([bucket])) {
      add(up, told, settings.allowedRatio, above);
      add(down, told, settings.allowedRatio, below);
    }
    return { logAbove: logSumExp(up), logBelow: logSumExp(down) };
  });
}

/** The evidence of settled buckets. A bucket in which one of the two was not used adds nothing; their order does not matter. */
export type RatioEvidence = { logAbove: number; logBelow: number };

export type RatioSettings = { allowedRatio: number; shape: number; gridPoints: number; gridTop: number };
export const RATIO: RatioSettings = { allowedRatio: ALLOWED_RATIO, shape: GATE_SHAPE, gridPoints: GRID_POINTS, gridTop: GRID_TOP };

export function ratioEvidence(buckets: readonly Bucket[], settings: RatioSettings = RATIO): RatioEvidence {
  return { logAbove: ratioAbove(buckets, settings), logBelow: ratioBelow(buckets, settings) };
}

/** The evidence above the allowed ratio alone, for those who ask nothing else: half the work. */
export function ratioAbove(buckets: readonly Bucket[], settings: RatioSettings = RATIO): number {
  return logEvidence(tell(buckets), settings.allowedRatio, ratioGrid('above', settings.shape, settings.gridPoints, settings.gridTop));
}

/** The evidence below it alone. */
export function ratioBelow(buckets: readonly Bucket[], settings: RatioSettings = RATIO): number {
  return logEvidence(tell(buckets), settings.allowedRatio, ratioGrid('below', settings.shape, settings.gridPoints, settings.gridTop));
}

/** The largest and least ratio that a bisection looks at: e^±60. Beyond it a bound is none. */
const FARTHEST = 60;

/** The always-valid range of the ratio; 0 or null where the evidence bounds it on one side only. */
export function ratioRange(
  buckets: readonly Bucket[],
  alphas: { red: number; green: number },
  settings: RatioSettings = RATIO,
): { lower: number; upper: number | null } {
  const told = tell(buckets);
  const above = ratioGrid('above', settings.shape, settings.gridPoints, settings.gridTop);
  const below = ratioGrid('below', settings.shape, settings.gridPoints, settings.gridTop);
  const red = (log: number): number => logEvidence(told, Math.exp(log), above) + Math.log(alphas.red);
  const green = (log: number): number => logEvidence(told, Math.exp(log), below) + Math.log(alphas.green);
  return {
    lower: red(-FARTHEST) < 0 ? 0 : Math.exp(crossingBetween(red)),
    upper: green(FARTHEST) < 0 ? null : Math.exp(crossingBetween(green)),
  };
}

/** The crossing as a logarithm, which may be negative. */
function crossingBetween(of: (log: number) => number): number {
  return crossing((x) => of(x - FARTHEST), 0, 2 * FARTHEST) - FARTHEST;
}
