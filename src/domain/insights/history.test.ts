import { describe, expect, test } from 'vitest';
import { usualInWords, usualOf } from './history.ts';

const HOUR = 3_600_000;
const of = (platform: string, ...hours: number[]) => hours.map((each) => ({ platform, ms: each * HOUR }));

describe('what is usual', () => {
  test('is the median of the track’s own platform', () => {
    expect(usualOf([...of('ios', 14, 10, 90), ...of('android', 1, 1, 1, 1)], 'ios')).toEqual({ ms: 14 * HOUR, count: 3, of: 'platform' });
  });
  test('of an even number lies between the two in the middle', () => {
    expect(usualOf(of('ios', 10, 12, 14, 90), 'ios')?.ms).toBe(13 * HOUR);
  });
  test('is that of all platforms where the own has fewer than three', () => {
    expect(usualOf([...of('ios', 14, 10), ...of('android', 2)], 'ios')).toEqual({ ms: 10 * HOUR, count: 3, of: 'app' });
  });
  test('is nothing where fewer than three are known', () => {
    expect(usualOf(of('ios', 14, 10), 'ios')).toBeNull();
    expect(usualOf([], 'ios')).toBeNull();
  });
  test('of what has lasted a while is that of those that lasted longer', () => {
    expect(usualOf(of('ios', 10, 14, 20, 24), 'ios', 15 * HOUR)?.ms).toBe(22 * HOUR);
    expect(usualOf(of('ios', 10, 14, 20, 24), 'ios', 30 * HOUR)?.ms).toBe(30 * HOUR);
  });
  test('leaves out what cannot be a length', () => {
    expect(usualOf([...of('ios', 14, 10, 12, -3), { platform: 'ios', ms: Number.NaN }], 'ios')?.count).toBe(3);
  });
  test('is told to five minutes, with how many it is from', () => {
    expect(usualInWords({ ms: 14 * HOUR + 91_000, count: 8, of: 'platform' })).toBe('14 h (median of 8)');
    expect(usualInWords({ ms: 43 * 60_000, count: 5, of: 'app' })).toBe('43 min (median of 5 on all platforms)');
  });
});
