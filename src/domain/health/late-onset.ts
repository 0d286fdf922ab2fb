/** A cumulative rate forgives. A process that is begun anew with every bucket does not, at a cost of log 2 (health.md §1.5). */
import { GATE_SHAPE, logAbove } from './one-rate.ts';
import { logSumExp } from './special.ts';

/** One bucket, most often a day: what came, and what was due at the limit. */
export type DueBucket = { count: number; expected: number };

/** `bestStart` (1 is the first bucket) is since when the evidence is strongest: a first bisection. Null without buckets. */
export type LateOnset = { logRestart: number; bestStart: number | null; logCumulative: number };

/** Σ_k E_above(from bucket k on) / (k(k+1)) + 1/(K+1): weights add up to one, so it promises what E_above promises. */
export function lateOnset(buckets: readonly DueBucket[], shape: number = GATE_SHAPE): LateOnset {
  const terms: number[] = [];
  let count = 0;
  let expected = 0;
  let logCumulative = 0;
  for (let at = buckets.length; at >= 1; at--) {
    const bucket = buckets[at - 1];
    if (bucket === undefined) continue;
    count += bucket.count;
    expected += bucket.expected;
    logCumulative = logAbove(count, expected, shape);
    terms[at - 1] = logCumulative - Math.log(at) - Math.log(at + 1);
  }
  const logRestart = logSumExp([...terms, -Math.log(buckets.length + 1)]);
  let bestStart: number | null = null;
  for (const [at, term] of terms.entries()) if (bestStart === null || term > (terms[bestStart - 1] ?? -Infinity)) bestStart = at + 1;
  return { logRestart, bestStart, logCumulative };
}
