import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planInWords, planOfFirstShare } from './plan.ts';

const words = (asked: Parameters<typeof planOfFirstShare>[0]): string => planInWords(asked, planOfFirstShare(asked));

describe('the planner of a first share', () => {
  test('says how long one percent of a small app would take, and what five days need', () => {
    expect(words({ percent: 1, days: 5, dailyUsage: 10_000 * 0.5, limit: 2 })).toBe('1% would take 428 days to tell; 5 days need 86%.');
  });

  test('says that a large app tells in a day and a half', () => {
    expect(words({ percent: 1, days: 1, dailyUsage: 6_000_000, limit: 0.5 })).toBe('1% would take 35 hours to tell; 1 day needs 1.5%.');
    expect(words({ percent: 5, days: 1, dailyUsage: 6_000_000, limit: 0.5 })).toBe(
      '5% takes 7 hours to tell: sooner than the 1 day it has.',
    );
  });

  test('says where not even everybody would tell in time, and where nobody is', () => {
    expect(words({ percent: 1, days: 1, dailyUsage: 5000, limit: 2 })).toBe(
      '1% would take 428 days to tell; not even everybody tells within 1 day: 100% takes 5 days.',
    );
    expect(words({ percent: 1, days: 1, dailyUsage: 0, limit: 2 })).toBe('Nobody uses it yet, so that 1% would never tell.');
  });

  test('a larger share never takes longer, and the share for some days tells in these days', () => {
    const amounts = fc.double({ min: 0.01, max: 1e8, noNaN: true });
    fc.assert(
      fc.property(amounts, fc.double({ min: 0.01, max: 100, noNaN: true }), fc.integer({ min: 1, max: 30 }), (dailyUsage, limit, days) => {
        const { percentForDays, daysToTell } = planOfFirstShare({ percent: 1, days, dailyUsage, limit });
        expect(planOfFirstShare({ percent: 2, days, dailyUsage, limit }).daysToTell).toBeLessThanOrEqual(daysToTell);
        expect(planOfFirstShare({ percent: percentForDays, days, dailyUsage, limit }).daysToTell / days).toBeCloseTo(1, 6);
      }),
    );
  });
});
