/**
 * One rate against a fixed limit, with evidence that may be looked at all the time (health.md §1.1): a mixture martingale of a counting process with a Gamma(a, a)
 * prior on rate / limit, cut to either side. Red and green are the two e-processes over their thresholds; the range is the same table read the other way.
 * Sources: Howard, Ramdas, McAuliffe, Sekhon, Annals of Statistics 2021; Lindon, Malek, NeurIPS 2022.
 */
import { crossing, gammaHalves } from './special.ts';
import type { GammaHalves } from './special.ts';

/** The prior of a criterion; a scan over many segments takes `SCAN_SHAPE`, whose tail is heavy. */
export const GATE_SHAPE = 1;
export const SCAN_SHAPE = 0.1;

/** How often a red, or a green, may ever be wrong. */
export const ALPHA_RED = 0.01;
export const ALPHA_GREEN = 0.05;

/** Logarithms of the evidence; natural. */
export type Evidence = { logTwoSided: number; logAbove: number; logBelow: number };

/** What every evidence is held against, by the shape of its prior: shapes are few, and a search for a bound asks for the same again and again. */
const before = new Map<number, GammaHalves>();
const MOST_SHAPES = 100;

function halvesBefore(shape: number): GammaHalves {
  const known = before.get(shape);
  if (known !== undefined) return known;
  const halves = gammaHalves(shape, shape);
  if (before.size >= MOST_SHAPES) before.clear();
  before.set(shape, halves);
  return halves;
}

/**
 * The evidence of `count` events (0 or more; may be a fraction where counts were scaled) where `expected` (0 or more) were due exactly at the limit.
 */
export function evidenceOf(count: number, expected: number, shape: number = GATE_SHAPE): Evidence {
  const now = gammaHalves(shape + count, shape + expected);
  const { total, above, below } = halvesBefore(shape);
  return { logTwoSided: now.total - total, logAbove: now.above - above, logBelow: now.below - below };
}

/** log E_above alone: that the rate is above the limit. */
export function logAbove(count: number, expected: number, shape: number = GATE_SHAPE): number {
  return gammaHalves(shape + count, shape + expected).above - halvesBefore(shape).above;
}

/** log E_below alone: that the rate is below the limit. */
export function logBelow(count: number, expected: number, shape: number = GATE_SHAPE): number {
  return gammaHalves(shape + count, shape + expected).below - halvesBefore(shape).below;
}

/** Red with `count` events when at most so many were due at the limit; 0 where the count is too small ever to be red. */
export function redAtMost(count: number, alpha: number, shape: number = GATE_SHAPE): number {
  const needed = -Math.log(alpha);
  if (logAbove(count, 0, shape) < needed) return 0;
  return crossing((x) => logAbove(count, x, shape) - needed, 0, Math.max(count, 1));
}

/** Green with `count` events when at least so many were due at the limit. */
export function greenAtLeast(count: number, alpha: number, shape: number = GATE_SHAPE): number {
  const needed = -Math.log(alpha);
  return rising((x) => logBelow(count, x, shape) - needed, count);
}

/** Where a rising function crosses zero, looked for from `from` upward by doubling. */
export function rising(of: (x: number) => number, from: number): number {
  let low = from;
  let reach = Math.max(Math.sqrt(from), 1);
  while (of(low + reach) < 0) {
    low += reach;
    reach *= 2;
  }
  return crossing(of, low, low + reach);
}

/** The two-sided range, in events due: both roots of the mixture; its least is where as many were due as came. */
export function twoSided(count: number, alpha: number, shape: number = GATE_SHAPE): { lower: number; upper: number } {
  const needed = -Math.log(alpha);
  const over = (x: number): number => evidenceOf(count, x, shape).logTwoSided - needed;
  return { lower: over(0) < 0 ? 0 : crossing(over, 0, count), upper: rising(over, count) };
}

/** A rate per `unit` from events due; null where it does not exist: no exposure, and yet not nothing. */
export function rateOf(events: number, exposure: number, unit: number): number | null {
  if (events === 0) return 0;
  const rate = (events / exposure) * unit;
  return Number.isFinite(rate) ? rate : null;
}

/** How many events are due at the limit: a count without a unit. */
export function expectedAtLimit(limit: number, exposure: number, unit: number): number {
  return (limit * exposure) / unit;
}
