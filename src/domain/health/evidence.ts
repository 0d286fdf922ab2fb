/** From roll-ups to what the statistics ask: totals for a limit, and buckets of the same age for a ratio (health.md §1.1, §1.3, §1.8). */
import type { Bucket } from './ratio.ts';
import { HOUR_MS } from './rollup.ts';

/**
 * What one hour saw of a build and audience. `affected`: people hit for the first time. Where a source knows them within bounds alone, `affected` and `exposure` are the least
 * people and the most exposure, which is what red may rest on, and `affectedAtMost` and `exposureAtLeast` what green may rest on; left out: both are the same.
 */
export type HourOfHealth = {
  hourMs: number;
  affected: number;
  count: number;
  exposure: number;
  affectedAtMost?: number;
  exposureAtLeast?: number;
};

/** A version with the hour in which its rollout began. */
export type Aged = { sinceMs: number; hours: readonly HourOfHealth[] };

/**
 * The buckets of a ratio against earlier releases at the same age, hour by hour since each rollout began; those of several are added up. Only hours that both sides
 * have seen to their end count: ours up to `untilMs`, which is the watermark, or earlier where reports come late.
 */
export function bucketsOfSameAge(ours: Aged, baselines: readonly Aged[], untilMs: number): Bucket[] {
  const base = new Map<number, { count: number; exposure: number }>();
  for (const { sinceMs, hours } of baselines) {
    for (const { hourMs, affected, exposure } of hours) {
      const age = ageOf(hourMs, sinceMs);
      const there = base.get(age) ?? { count: 0, exposure: 0 };
      base.set(age, { count: there.count + affected, exposure: there.exposure + exposure });
    }
  }
  return ours.hours
    .filter(({ hourMs }) => hourMs >= ours.sinceMs - HOUR_MS && hourMs + HOUR_MS <= untilMs)
    .map(({ hourMs, affected, exposure }) => {
      const there = base.get(ageOf(hourMs, ours.sinceMs));
      return { newCount: affected, newExposure: exposure, baseCount: there?.count ?? 0, baseExposure: there?.exposure ?? 0 };
    });
}

function ageOf(hourMs: number, sinceMs: number): number {
  return Math.floor((hourMs - sinceMs) / HOUR_MS);
}
