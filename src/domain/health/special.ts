/**
 * The functions behind the evidence: scaled incomplete gamma and beta functions, as logarithms, so that nothing under- or overflows. Exact identities; the one
 * special function from outside is the logarithm of the gamma function. Formulas: health.md §1.1 and §1.2 of the design; Numerical Recipes §6.2 and §6.4.
 */
import { gammaln } from 'simple-statistics';

/** A continued fraction or series that has not settled after so many steps is a bug: both need a few times the root of their largest argument. */
const MOST_STEPS = 5_000_000;
const TINY = 1e-300;
const SETTLED = 1e-16;

/** log Γ(s) for s > 0. */
export function logGamma(s: number): number {
  return gammaln(s);
}

/** From here on Stirling's series is exact to the last digit. */
const LARGE = 10;
const HALF_LOG_TWO_PI = 0.918_938_533_204_672_7;

/** log Γ(z) − ((z − ½) log z − z + ½ log 2π), for z ≥ 10. */
function stirlingRest(z: number): number {
  const y = 1 / (z * z);
  return (1 / 12 - y * (1 / 360 - y * (1 / 1260 - y * (1 / 1680 - y * (1 / 1188 - y * (691 / 360_360 - y / 156)))))) / z;
}

/** log B(a, b) for a, b > 0, without the cancellation of three large log-gammas where an argument is large. */
export function logBeta(a: number, b: number): number {
  const small = Math.min(a, b);
  const large = Math.max(a, b);
  const sum = small + large;
  if (small >= LARGE) {
    const rest = stirlingRest(small) + stirlingRest(large) - stirlingRest(sum);
    return HALF_LOG_TWO_PI - 0.5 * Math.log(large) + rest + (small - 0.5) * Math.log(small / sum) + large * Math.log1p(-small / sum);
  }
  if (large >= LARGE) {
    const rest = stirlingRest(large) - stirlingRest(sum);
    return logGamma(small) + rest + small - small * Math.log(sum) + (large - 0.5) * Math.log1p(-small / sum);
  }
  return logGamma(small) + logGamma(large) - logGamma(sum);
}

/** The sum of `exp(each)`, as a logarithm. Minus infinity for an empty list. */
export function logSumExp(logs: readonly number[]): number {
  let most = -Infinity;
  for (const each of logs) if (each > most) most = each;
  if (most === -Infinity || most === Infinity) return most;
  let sum = 0;
  for (const each of logs) sum += Math.exp(each - most);
  return most + Math.log(sum);
}

/** log(exp(whole) − exp(part)) for part ≤ whole. */
function logDifference(whole: number, part: number): number {
  return whole + Math.log(-Math.expm1(Math.min(part - whole, 0)));
}

/**
 * The two halves of the scaled gamma function at (s, y), s > 0, y ≥ 0, as logarithms:
 * `above` = log(e^y y^−s Γ(s, y)), `below` = log(e^y y^−s γ(s, y)), `total` = log(e^y y^−s Γ(s)).
 */
export type GammaHalves = { above: number; below: number; total: number };

export function gammaHalves(s: number, y: number): GammaHalves {
  if (y === 0) return { above: Infinity, below: -Math.log(s), total: Infinity };
  const total = logGamma(s) + y - s * Math.log(y);
  if (y < s + 1) {
    const below = Math.log(lowerSeries(s, y));
    return { above: logDifference(total, below), below, total };
  }
  const above = Math.log(upperFraction(s, y));
  return { above, below: logDifference(total, above), total };
}

/** Σ y^k / (s(s+1)…(s+k)): sums of positive terms; y < s + 1, so that they fall. */
function lowerSeries(s: number, y: number): number {
  let term = 1 / s;
  let sum = term;
  for (let k = 1; k < MOST_STEPS; k++) {
    term *= y / (s + k);
    sum += term;
    if (term < sum * SETTLED) return sum;
  }
  throw new RangeError(`the incomplete gamma function did not settle at s = ${s}, y = ${y}`);
}

/** 1/(y+1−s− 1(1−s)/(y+3−s− 2(2−s)/(y+5−s− …))) by Lentz's method; y ≥ s + 1. */
function upperFraction(s: number, y: number): number {
  let b = y + 1 - s;
  let c = 1 / TINY;
  let d = 1 / b;
  let h = d;
  for (let k = 1; k < MOST_STEPS; k++) {
    const a = -k * (k - s);
    b += 2;
    d = awayFromZero(a * d + b);
    c = awayFromZero(b + a / c);
    d = 1 / d;
    const step = d * c;
    h *= step;
    if (Math.abs(step - 1) < 4 * Number.EPSILON) return h;
  }
  throw new RangeError(`the incomplete gamma function did not settle at s = ${s}, y = ${y}`);
}

function awayFromZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}

/** P(N ≤ count) and P(N ≥ count) for a Poisson count of mean `mean` ≥ 0. */
export function poissonAtMost(count: number, mean: number): number {
  if (mean === 0) return 1;
  const { above, total } = gammaHalves(count + 1, mean);
  return Math.exp(above - total);
}

export function poissonAtLeast(count: number, mean: number): number {
  if (count <= 0) return 1;
  if (mean === 0) return 0;
  const { below, total } = gammaHalves(count, mean);
  return Math.exp(below - total);
}

/** log u(s, f, p) with u = Σ_j Π_{i≤j} p(s+f+i−1)/(s+i) / s = B(s, f) I_p(s, f) / (p^s (1−p)^f); s, f > 0, 0 < p < 1; `q` is 1 − p. */
export function logBetaTail(s: number, f: number, p: number, q: number): number {
  if (p <= (s + 1) / (s + f + 2)) return Math.log(betaFraction(s, f, p)) - Math.log(s);
  const total = logBeta(s, f) - s * logOf(p, q) - f * logOf(q, p);
  return logDifference(total, Math.log(betaFraction(f, s, q)) - Math.log(f));
}

/** log p, where the complement says it better. */
function logOf(p: number, complement: number): number {
  return p > 0.5 ? Math.log1p(-complement) : Math.log(p);
}

/** I_p(s, f), the regularised incomplete beta function. */
export function betaCumulative(s: number, f: number, p: number): number {
  const q = 1 - p;
  return Math.exp(logBetaTail(s, f, p, q) - (logBeta(s, f) - s * logOf(p, q) - f * logOf(q, p)));
}

/** The continued fraction of the incomplete beta function by Lentz's method. */
function betaFraction(s: number, f: number, p: number): number {
  let c = 1;
  let d = 1 / awayFromZero(1 - ((s + f) * p) / (s + 1));
  let h = d;
  for (let m = 1; m < MOST_STEPS; m++) {
    const even = (m * (f - m) * p) / ((s + 2 * m - 1) * (s + 2 * m));
    d = 1 / awayFromZero(1 + even * d);
    c = awayFromZero(1 + even / c);
    h *= d * c;
    const odd = (-(s + m) * (s + f + m) * p) / ((s + 2 * m) * (s + 2 * m + 1));
    d = 1 / awayFromZero(1 + odd * d);
    c = awayFromZero(1 + odd / c);
    const step = d * c;
    h *= step;
    if (Math.abs(step - 1) < 4 * Number.EPSILON) return h;
  }
  throw new RangeError(`the incomplete beta function did not settle at ${s}, ${f}, ${p}`);
}

/** How near the two ends of the search are when it ends, as a share of the upper one. */
const NEAR = 1e-13;

/**
 * Where a monotone function of a positive number crosses zero, between `from` and `to`, at which it has other signs; to the last digits of a number. By false
 * position (the Illinois rule), with a bisection at every third step, so that it is never slow.
 */
export function crossing(of: (x: number) => number, from: number, to: number): number {
  let low = from;
  let high = to;
  let atLow = of(low);
  let atHigh = of(high);
  for (let k = 1; k <= 400 && high - low > NEAR * high; k++) {
    const straight = (low * atHigh - high * atLow) / (atHigh - atLow);
    const middle = k % 3 === 0 || !(straight > low && straight < high) ? low + (high - low) / 2 : straight;
    if (middle <= low || middle >= high) break;
    const atMiddle = of(middle);
    if (atMiddle === 0) return middle;
    if (atMiddle > 0 === atHigh > 0) {
      high = middle;
      atHigh = atMiddle;
      atLow /= 2;
    } else {
      low = middle;
      atLow = atMiddle;
      atHigh /= 2;
    }
  }
  return low + (high - low) / 2;
}
