/** How much usage is enough, how much is still needed, and how long a first stage would take (health.md §1.7, §2). */
import { ALPHA_GREEN, ALPHA_RED, GATE_SHAPE, greenAtLeast, logBelow, redAtMost, rising } from './one-rate.ts';
import { betaCumulative, poissonAtLeast, poissonAtMost } from './special.ts';

/** A release is taken to be healthy at this share of its limit, and shall then be green in four of five cases. */
export const DESIGN_RATIO = 0.5;
export const POWER = 0.8;

/** From this share of the limit on, a green is not in sight. */
const NOT_ON_COURSE = 0.95;

/** The least whole number from 0 on for which something holds that, once it holds, goes on holding. */
function leastWhole(holds: (k: number) => boolean): number {
  if (holds(0)) return 0;
  let low = 0;
  let high = 1;
  while (!holds(high)) {
    low = high;
    high *= 2;
    if (high > 1e9) throw new RangeError('no count is large enough');
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}

export type PowerGreen = { expected: number; maxCount: number };

/** Each search takes a hundred evaluations and the settings are few; what was found is kept. */
const found = new Map<string, PowerGreen>();
const MOST_KEPT = 1000;

/** So many events must be due at the limit that a release at `designRatio` (below 1) of it is green with probability `power` when looked at once, then. */
export function powerGreen(designRatio = DESIGN_RATIO, alphaGreen = ALPHA_GREEN, power = POWER, shape: number = GATE_SHAPE): PowerGreen {
  const key = [designRatio, alphaGreen, power, shape].join(' ');
  const known = found.get(key);
  if (known !== undefined) return known;
  const maxCount = leastWhole((k) => poissonAtMost(k, designRatio * greenAtLeast(k, alphaGreen, shape)) >= power);
  const answer = { expected: greenAtLeast(maxCount, alphaGreen, shape), maxCount };
  if (found.size >= MOST_KEPT) found.clear();
  found.set(key, answer);
  return answer;
}

export type PowerRed = { expected: number; minCount: number };

/** So many must be due that a release at `badRatio` (above 1) of its limit is red with probability `power`. */
export function powerRed(badRatio: number, alphaRed = ALPHA_RED, power = POWER, shape: number = GATE_SHAPE): PowerRed {
  const minCount = leastWhole((k) => {
    const expected = redAtMost(k, alphaRed, shape);
    return expected > 0 && poissonAtLeast(k, badRatio * expected) >= power;
  });
  return { expected: redAtMost(minCount, alphaRed, shape), minCount };
}

/** Events due until green, in all and still to come; projected ones are null where the rate is not on course. */
export type Remaining = {
  shrunkenRatio: number;
  earliestTotal: number;
  earliest: number;
  projectedTotal: number | null;
  projected: number | null;
};

/** What is certain when nobody else crashes, and what is to be expected when it goes on as it did. In events due at the limit: × unit / limit for exposure. */
export function remainingOf(count: number, expected: number, alphaGreen = ALPHA_GREEN, shape: number = GATE_SHAPE): Remaining {
  const shrunkenRatio = (count + shape) / (expected + shape);
  const earliestTotal = greenAtLeast(count, alphaGreen, shape);
  const certain = { shrunkenRatio, earliestTotal, earliest: Math.max(0, earliestTotal - expected) };
  if (expected >= earliestTotal) return { ...certain, projectedTotal: expected, projected: 0 };
  if (shrunkenRatio >= NOT_ON_COURSE) return { ...certain, projectedTotal: null, projected: null };
  const needed = -Math.log(alphaGreen);
  const projectedTotal = rising((x) => logBelow(count + shrunkenRatio * (x - expected), x, shape) - needed, earliestTotal);
  return { ...certain, projectedTotal, projected: projectedTotal - expected };
}

/** So many users until something that hits a share `affectedFraction` of them was seen by `hits` of them, with probability `confidence`. */
export function coverage(affectedFraction: number, confidence: number, hits = 1): number {
  return Math.max(
    hits,
    leastWhole((users) => users >= hits && 1 - betaCumulative(users - hits + 1, hits, 1 - affectedFraction) >= confidence),
  );
}

/** What a first stage would take. `requiredFraction` above 1 is more than everybody. */
export type FirstStage = { requiredExposure: number; requiredFraction: number; daysAtOnePercent: number };

/** The planner of a first stage, from how many use the app how long: `limit` per `unit` of exposure in hours. */
export function firstStage(
  app: { dailyUsers: number; hoursPerUserDay: number; days: number },
  limit: { limit: number; unit: number },
  requiredEvents: number,
): FirstStage {
  const requiredExposure = (requiredEvents * limit.unit) / limit.limit;
  const aDay = app.dailyUsers * app.hoursPerUserDay;
  return { requiredExposure, requiredFraction: requiredExposure / (aDay * app.days), daysAtOnePercent: requiredExposure / (0.01 * aDay) };
}
