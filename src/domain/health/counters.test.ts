import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { doubtOfPoint, growthOf, hoursIn, momentOf } from './counters.ts';
import type { CounterBefore, CounterPoint } from './counters.ts';

const MINUTE = 60_000_000_000n;
const BEGAN = BigInt(Date.parse('2024-10-01T12:00:00Z')) * 1_000_000n;
const point = (minute: bigint, value: number, more: Partial<CounterPoint> = {}): CounterPoint => ({
  what: 'crashes',
  is: 'total',
  eachAffects: false,
  stream: 's',
  platform: 'ios',
  origin: { version: '8.9.2', build: null, environment: null },
  segments: [],
  startNs: BEGAN,
  timeNs: BEGAN + minute * MINUTE,
  value,
  ...more,
});
/** By how much each of some totals grew, one after the other. */
function growths(points: readonly CounterPoint[]): (number | string | null)[] {
  let before: CounterBefore | null = null;
  return points.map((each) => {
    const growth = growthOf(each, before);
    if (!growth.ok) return growth.reason;
    before = growth.before ?? before;
    return growth.grown;
  });
}

describe('a total', () => {
  test('adds what it has grown by, and nothing when it is told again or late', () => {
    expect(growths([point(1n, 3), point(2n, 5), point(2n, 5), point(1n, 3), point(3n, 5)])).toEqual([3, 2, null, null, 0]);
  });

  test('of a counter that began anew counts whole: by its later start, or, without starts, because it fell', () => {
    const anew = { startNs: BEGAN + 4n * MINUTE };
    expect(growths([point(3n, 7), point(5n, 2, anew), point(6n, 4, anew)])).toEqual([7, 2, 2]);
    const none = { startNs: null };
    expect(growths([point(1n, 7, none), point(2n, 9, none), point(3n, 1, none)])).toEqual([0, 2, 1]);
  });

  test('that was never heard of and has counted for long says nothing of hours: what comes after it counts', () => {
    expect(growths([point(600n, 1000), point(601n, 1002)])).toEqual([0, 2]);
  });

  test('that fell without beginning anew is not believed', () => {
    expect(growths([point(1n, 7), point(2n, 5), point(3n, 8)])).toEqual([7, 'negative', 1]);
  });

  test('adds up to its last value, however it is sent', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { minLength: 1, maxLength: 30 }), fc.array(fc.nat(29)), (steps, again) => {
        let sum = 0;
        const totals = steps.map((step, at) => point(BigInt(at + 1), (sum += step)));
        const sent = again.reduce<CounterPoint[]>(
          (all, at) => {
            const [one] = totals.slice(at, at + 1);
            return one === undefined ? all : all.toSpliced(totals.length, 0, one);
          },
          [...totals],
        );
        expect(growths(sent).reduce<number>((total, grown) => total + (typeof grown === 'number' ? grown : 0), 0)).toBe(sum);
      }),
    );
  });
});

test('a point counts in the hour that its interval ends in, and an interval that ends with an hour belongs to it', () => {
  expect(new Date(momentOf(point(60n, 1))).toISOString()).toBe('2024-10-01T12:59:59.999Z');
  expect(new Date(momentOf(point(60n, 1, { is: 'reading' }))).toISOString()).toBe('2024-10-01T13:00:00.000Z');
});

test.each<[string, Partial<CounterPoint>, string | undefined]>([
  ['no number', { value: Number.NaN }, 'not-a-number'],
  ['a negative one', { value: -1 }, 'negative'],
  ['half a crash', { value: 0.5 }, 'not-a-number'],
  ['half an hour of use', { value: 0.5, what: 'usage' }, undefined],
  ['what was added in three hours', { is: 'added', timeNs: BEGAN + 180n * MINUTE }, 'bad-bucket'],
  ['what began after it ended', { startNs: BEGAN + 180n * MINUTE }, 'bad-bucket'],
])('a point that tells %s', (_, more, reason) => {
  expect(doubtOfPoint(point(1n, 3, more))?.reason).toBe(reason);
});

test('usage is told in hours, whatever its unit of time', () => {
  expect([hoursIn('h'), hoursIn('min'), hoursIn('s'), hoursIn('{order}')]).toEqual([1, 1 / 60, 1 / 3600, null]);
});
