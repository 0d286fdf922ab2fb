import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { affectedIn, peopleIn, shareIn } from './rounding.ts';

test.each([
  [0, { least: 0, most: 5 }],
  [40, { least: 35, most: 45 }],
  [4300, { least: 4250, most: 4350 }],
  [4000, { least: 3500, most: 4500 }],
  [3_000_000, { least: 2_500_000, most: 3_500_000 }],
])('%i users are a rounded number', (users, range) => {
  expect(peopleIn(users)).toEqual(range);
});

test.each([
  ['0.0125', { least: 0.01245, most: 0.01255 }],
  ['1.25E-2', { least: 0.01245, most: 0.01255 }],
  ['0', { least: 0, most: 0 }],
  ['1', { least: 1, most: 1 }],
])('a share of %s is rounded in its last digit', (text, { least, most }) => {
  expect(shareIn(text)?.least).toBeCloseTo(least, 12);
  expect(shareIn(text)?.most).toBeCloseTo(most, 12);
});

test('what is no share is none', () => {
  expect(['1.5', '-0.1', '0,1', '12 %'].map(shareIn)).toEqual([null, null, null, null]);
});

test('however it is rounded, the truth lies within', () => {
  fc.assert(
    fc.property(fc.nat(5_000_000), fc.nat(1000), fc.integer({ min: 3, max: 8 }), (users, perMille, digits) => {
      const hit = Math.round((users * perMille) / 1000);
      const step = users < 1000 ? 10 : users < 10_000 ? 100 : 1000;
      const share = shareIn((users === 0 ? 0 : hit / users).toFixed(digits));
      const { least, most } = affectedIn(share ?? { least: 1, most: 0 }, peopleIn(Math.round(users / step) * step));
      expect(least).toBeLessThanOrEqual(hit);
      expect(most).toBeGreaterThanOrEqual(hit);
    }),
  );
});
