import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { USAGE_ALONE, planInWords, planOfFirstShare } from './plan.ts';
import type { FirstShareAsked, FirstSharePlan, RuleWaits } from './plan.ts';

type Asked = Omit<FirstShareAsked, 'waits'> & { waits?: Partial<RuleWaits> };
const planOf = ({ waits, ...asked }: Asked): FirstSharePlan => planOfFirstShare({ ...asked, waits: { ...USAGE_ALONE, ...waits } });
const words = (asked: Asked): string => planInWords(asked, planOf(asked));

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

  test('counts what the rule waits for: late reports come on top, and no share makes the least hours pass sooner', () => {
    const large = { percent: 5, days: 1, dailyUsage: 6_000_000, limit: 0.5 };
    expect(words({ ...large, waits: { lateReportsHours: 12 } })).toBe('5% takes 19 hours to tell: sooner than the 1 day it has.');
    expect(words({ ...large, percent: 1, waits: { lateReportsHours: 12 } })).toBe('1% would take 47 hours to tell; 1 day needs 2.9%.');
    expect(words({ ...large, waits: { minHours: 20 } })).toBe('5% takes 20 hours to tell: sooner than the 1 day it has.');
    expect(words({ ...large, waits: { lateReportsHours: 36, minHours: 20 } })).toBe(
      '5% would take 43 hours to tell; not even everybody tells within 1 day: 100% takes 37 hours.',
    );
    expect(planOf({ ...large, waits: { healthyAt: 0.25 } }).daysToTell).toBeLessThan(planOf(large).daysToTell);
    expect(planOf({ ...large, waits: { power: 0.9 } }).daysToTell).toBeGreaterThan(planOf(large).daysToTell);
  });

  test('a larger share never takes longer, and the share for some days tells in these days', () => {
    const amounts = fc.double({ min: 0.01, max: 1e8, noNaN: true });
    fc.assert(
      fc.property(amounts, fc.double({ min: 0.01, max: 100, noNaN: true }), fc.integer({ min: 1, max: 30 }), (dailyUsage, limit, days) => {
        const { percentForDays, daysToTell } = planOf({ percent: 1, days, dailyUsage, limit });
        expect(planOf({ percent: 2, days, dailyUsage, limit }).daysToTell).toBeLessThanOrEqual(daysToTell);
        expect(planOf({ percent: percentForDays, days, dailyUsage, limit }).daysToTell / days).toBeCloseTo(1, 6);
      }),
    );
  });
});
