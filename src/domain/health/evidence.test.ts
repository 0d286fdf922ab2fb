import { expect, test } from 'vitest';
import { bucketsOfSameAge } from './evidence.ts';
import { HOUR_MS, hourOf } from './rollup.ts';

const began = hourOf(Date.parse('2024-10-01T12:20:00Z'));
const hours = (sinceMs: number, ...counts: readonly number[]) =>
  counts.map((affected, age) => ({ hourMs: sinceMs + age * HOUR_MS, affected, count: affected * 2, exposure: 100 }));

test('a release is held against earlier ones at the same age, added up, and only in hours that are over', () => {
  const ours = { sinceMs: began, hours: hours(began, 1, 2, 3) };
  const weekEarlier = began - 168 * HOUR_MS;
  const before = [
    { sinceMs: weekEarlier, hours: hours(weekEarlier, 10, 20) },
    { sinceMs: weekEarlier - 168 * HOUR_MS, hours: hours(weekEarlier - 168 * HOUR_MS, 5) },
  ];
  expect(bucketsOfSameAge(ours, before, began + 2 * HOUR_MS)).toEqual([
    { newCount: 1, newExposure: 100, baseCount: 15, baseExposure: 200 },
    { newCount: 2, newExposure: 100, baseCount: 20, baseExposure: 100 },
  ]);
  // an age that no earlier release has seen is a bucket without a baseline, which the ratio leaves out
  expect(bucketsOfSameAge(ours, before, began + 3 * HOUR_MS)[2]).toMatchObject({ baseExposure: 0 });
});
