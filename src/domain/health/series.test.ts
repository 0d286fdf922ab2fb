import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOUR_MS } from './rollup.ts';
import { MOST_POINTS, baselineOf, seriesOf, stepHoursFor } from './series.ts';
import type { StepSeen } from './series.ts';
import { RATE_DEFAULTS, judgeRate } from './verdict.ts';

const hour = (at: number, more: Partial<StepSeen> = {}): StepSeen => ({
  startMs: at * HOUR_MS,
  endMs: (at + 1) * HOUR_MS,
  affected: 0,
  exposure: 0,
  users: 0,
  newUsers: null,
  ...more,
});

const steps = fc
  .array(
    fc.record({
      at: fc.integer({ min: 0, max: 40 }),
      affected: fc.integer({ min: 0, max: 60 }),
      exposure: fc.double({ min: 0, max: 1e6, noNaN: true }).map(Math.round),
      users: fc.integer({ min: 0, max: 1000 }),
      newUsers: fc.option(fc.integer({ min: 0, max: 1000 })),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map((all) => all.map(({ at, ...seen }) => hour(at, seen)));

describe('the line of a version', () => {
  test('ends with the numbers that the verdict is made of', () => {
    fc.assert(
      fc.property(steps, (seen) => {
        const last = seriesOf(seen).at(-1);
        const count = seen.reduce((sum, { affected }) => sum + affected, 0);
        const exposure = seen.reduce((sum, each) => sum + each.exposure, 0);
        expect(last).toMatchObject({ affected: count, exposure });
        const verdict = judgeRate(
          { count, exposure, users: 900, wallClockHours: 30, stale: false, redLatched: false },
          { ...RATE_DEFAULTS, limit: 0.4, unit: 1000 },
        );
        // without any use there is no rate, and no range of one
        expect([last?.lower, last?.upper]).toEqual(exposure === 0 ? [null, null] : [verdict.rateLower, verdict.rateUpper]);
      }),
    );
  });

  test('is the same whatever the order of its steps', () => {
    fc.assert(
      fc.property(
        steps.chain((seen) => fc.tuple(fc.constant(seen), fc.shuffledSubarray(seen, { minLength: seen.length }))),
        ([seen, shuffled]) => {
          expect(seriesOf(shuffled)).toEqual(seriesOf(seen));
        },
      ),
    );
  });

  test('never leaves its range, and never loses people or use', () => {
    fc.assert(
      fc.property(steps, (seen) => {
        let before = { exposure: 0, users: 0, affected: 0 };
        for (const point of seriesOf(seen)) {
          expect(point.exposure).toBeGreaterThanOrEqual(before.exposure);
          expect(point.users).toBeGreaterThanOrEqual(before.users);
          expect(point.lower ?? 0).toBeLessThanOrEqual(point.rate ?? 0);
          expect(point.upper ?? 0).toBeGreaterThanOrEqual(point.rate ?? 0);
          before = point;
        }
      }),
    );
  });

  test('tells of a step by itself beside what came together, and of no rate where nothing was used', () => {
    const seen = [
      hour(0, { affected: 2, exposure: 1000, users: 40, newUsers: 40 }),
      hour(1),
      hour(3, { affected: 1, exposure: 4000, users: 60, newUsers: 30 }),
    ];
    expect(seriesOf(seen).map(({ rate, stepRate, users }) => [rate, stepRate, users])).toEqual([
      [2, 2, 40],
      [2, null, 40],
      [0.6, 0.25, 70],
    ]);
  });
});

describe('earlier releases at the same age', () => {
  test('are added up, with the least and the largest of them, as far as all have come', () => {
    const one = { sinceMs: 0, points: seriesOf([hour(0, { affected: 1, exposure: 1000 }), hour(1, { affected: 3, exposure: 1000 })]) };
    const other = {
      sinceMs: 100 * HOUR_MS,
      points: seriesOf([hour(100, { affected: 4, exposure: 1000 }), hour(101, { exposure: 3000 }), hour(102, { exposure: 9000 })]),
    };
    expect(baselineOf([one, other])).toEqual([
      { ageHours: 1, rate: 2.5, low: 1, high: 4, exposure: 1000, users: 0 },
      { ageHours: 2, rate: (8 / 6000) * 1000, low: 1, high: 2, exposure: 3000, users: 0 },
    ]);
    expect(baselineOf([])).toEqual([]);
  });
});

test('the step grows with the time, and there are never more points than an answer holds', () => {
  expect([24, 112, 113, 336, 24 * 90].map(stepHoursFor)).toEqual([1, 1, 2, 3, 24]);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 24 * 400 }), (hours) => {
      expect(hours / stepHoursFor(hours)).toBeLessThanOrEqual(MOST_POINTS);
    }),
  );
});
