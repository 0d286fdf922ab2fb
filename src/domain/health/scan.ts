/** Is one segment — a country, a system, a device family, an arm — worse than its baseline, though the whole is well? (health.md §3) */
import { SCAN_SHAPE } from './one-rate.ts';
import { GRID_POINTS, GRID_TOP, ratioAbove } from './ratio.ts';
import type { Bucket, RatioSettings } from './ratio.ts';
import { logSumExp } from './special.ts';

/**
 * Arms of an experiment that are tested, the first that came. How many there will be is not known before, and nobody may choose it later: so many have a place from the beginning on,
 * whether they come or not.
 */
export const ARM_PLACES = 8;

/** One segment, its buckets of the same age. */
export type Segment = { name: string; buckets: readonly Bucket[] };

export const SCAN: RatioSettings & { alpha: number; fdr: number } = {
  allowedRatio: 2,
  shape: SCAN_SHAPE,
  gridPoints: GRID_POINTS,
  gridTop: GRID_TOP,
  alpha: 0.01,
  fdr: 0.1,
};

/** `named` may be acted upon (at most alpha ever to name a harmless one); `listed` is a list to explore, valid at one look. Places in the list given. */
export type Scan = { logE: readonly number[]; named: readonly number[]; listed: readonly number[]; logGlobal: number };

/** @param places K, where it was fixed before: how many segments there may be, those given among them */
export function scan(segments: readonly Segment[], settings: typeof SCAN = SCAN, places: number = segments.length): Scan {
  const logE = segments.map(({ buckets }) => ratioAbove(buckets, settings));
  return {
    logE,
    named: bonferroni(logE, settings.alpha, places),
    listed: eBenjaminiHochberg(logE, settings.fdr, places),
    logGlobal: logMean(logE),
  };
}

/** Every segment whose evidence is at least K/alpha. Valid for the largest evidence ever, under any dependence, as long as K stays what it is. */
export function bonferroni(logE: readonly number[], alpha: number, places: number = logE.length): number[] {
  const needed = Math.log(places / alpha);
  return placesWhere(logE, (log) => log >= needed);
}

/** The k largest for the largest k whose k-th is at least K/(alpha k): Wang, Ramdas 2022. */
export function eBenjaminiHochberg(logE: readonly number[], alpha: number, places: number = logE.length): number[] {
  const falling = logE.toSorted((a, b) => b - a);
  let least = Infinity;
  for (const [at, log] of falling.entries()) if (log >= Math.log(places / (alpha * (at + 1)))) least = log;
  return placesWhere(logE, (log) => log >= least);
}

function placesWhere(logE: readonly number[], holds: (log: number) => boolean): number[] {
  return logE.flatMap((log, at) => (holds(log) ? [at] : []));
}

/** The mean of the evidence is evidence that no segment is bad. 0 without segments. */
export function logMean(logE: readonly number[]): number {
  return logE.length === 0 ? 0 : logSumExp(logE) - Math.log(logE.length);
}

/** Below this the difference of A's numerator is lost, and its series is exact. */
const NEAR_ONE = 1e-3;

/** log A(E), A(E) = (E − 1 − log E) / (log E)²: makes evidence of the largest evidence ever (Tavyrikov, Goeman, de Heide). */
export function logAdjusted(log: number): number {
  if (Math.abs(log) < NEAR_ONE) return Math.log(0.5 + log / 6 + (log * log) / 24 + (log * log * log) / 120);
  if (log > 30) return log + Math.log1p(-(1 + log) * Math.exp(-log)) - 2 * Math.log(log);
  return Math.log(Math.expm1(log) - log) - 2 * Math.log(Math.abs(log));
}

/** What an arm of an experiment is held against: the sum of the others. */
export function againstOtherArms(arms: readonly Bucket[]): Bucket[] {
  const all = arms.reduce((sum, arm) => ({ count: sum.count + arm.newCount, exposure: sum.exposure + arm.newExposure }), {
    count: 0,
    exposure: 0,
  });
  return arms.map(({ newCount, newExposure }) => ({
    newCount,
    newExposure,
    baseCount: all.count - newCount,
    baseExposure: all.exposure - newExposure,
  }));
}
