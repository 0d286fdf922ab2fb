import { describe, expect, test } from 'vitest';
import { looksEvery } from './health-intake.ts';

describe('what comes by a DSN is looked at', () => {
  const looksAt = (cameMeanwhile: boolean, moments: readonly number[]): number[] => {
    const next = looksEvery(250);
    return moments.map((nowMs, at) => next(nowMs, at > 0 && cameMeanwhile));
  };

  test('at once where nothing else was being stored', () => {
    expect(looksAt(false, [1000, 1001, 1200, 9000])).toEqual([1000, 1001, 1200, 9000]);
  });

  test('together with all that comes until the next look, while more and more comes', () => {
    expect(looksAt(true, [1000, 1010, 1100, 1249])).toEqual([1000, 1250, 1250, 1250]);
  });

  test('four times a second for as long as that goes on', () => {
    const every10ms = Array.from({ length: 200 }, (_, at) => 1000 + at * 10);
    expect([...new Set(looksAt(true, every10ms))]).toEqual([1000, 1250, 1500, 1750, 2000, 2250, 2500, 2750, 3000]);
  });

  test('never later than a quarter of a second, and not before it came', () => {
    const moments = [1000, 1001, 1250, 1251, 1400, 1740, 1760, 2100, 2400, 2410];
    for (const [at, lookMs] of looksAt(true, moments).entries()) {
      const cameMs = moments[at] ?? 0;
      expect(lookMs).toBeGreaterThanOrEqual(cameMs);
      expect(lookMs).toBeLessThanOrEqual(cameMs + 250);
    }
  });

  test('at once when the clock was turned back', () => {
    expect(looksAt(true, [9_000_000, 1000, 1010])).toEqual([9_000_000, 1000, 1250]);
  });
});
