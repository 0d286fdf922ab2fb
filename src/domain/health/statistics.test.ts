import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cappedCount, dispersionOf } from './dispersion.ts';
import { lateOnset } from './late-onset.ts';
import { evidenceOf, expectedAtLimit, greenAtLeast, logAbove, logBelow, redAtMost } from './one-rate.ts';
import { RATIO, ratioEvidence, ratioEvidenceOverTime, ratioGrid, ratioRange, shareEvidence } from './ratio.ts';
import type { Bucket } from './ratio.ts';
import { bonferroni, eBenjaminiHochberg, logAdjusted, scan } from './scan.ts';
import { severityOf } from './severity.ts';
import type { GroupSeen } from './severity.ts';
import { betaCumulative, logBeta, logGamma, logSumExp, poissonAtLeast, poissonAtMost } from './special.ts';
import { coverage, firstStage, powerGreen, powerRed, remainingOf } from './usage.ts';
import { RATE_DEFAULTS, judgeRate, tooGood } from './verdict.ts';
import type { RateSeen } from './verdict.ts';

/** Worked numbers of the specification, as it prints them. */
const close = (found: number, printed: number, digits: number): void => expect(Number(found.toPrecision(digits))).toBe(printed);

const counts = fc.integer({ min: 0, max: 100_000 });
const fewCounts = fc.integer({ min: 0, max: 300 });
const due = fc.double({ min: 0, max: 200_000, noNaN: true });
const shapes = fc.constantFrom(0.1, 0.5, 1, 2);
/** Rounding, on logarithms of this size. */
const slack = (log: number): number => 1e-9 * Math.max(1, Math.abs(log));

describe('one rate against a limit', () => {
  test.each([
    [5, 0.27, 14],
    [8, 1.6, 18.8],
    [10, 2.6, 21.9],
    [20, 8.46, 36.1],
    [50, 29.6, 74.8],
    [100, 69.1, 135],
  ])('%i events are red to %f due and green from %f', (count, red, green) => {
    close(redAtMost(count, 0.01), red, red < 1 ? 2 : 3);
    close(greenAtLeast(count, 0.05), green, 3);
  });

  test('is never red before five events', () => {
    for (const count of [0, 1, 2, 3, 4]) expect(redAtMost(count, 0.01)).toBe(0);
    expect(greenAtLeast(0, 0.05)).toBeCloseTo(4.19, 2);
  });

  test('three people where a twentieth was due are more to a scan than to a criterion', () => {
    close(Math.exp(logAbove(3, 0.05, 0.1)), 400, 2);
    close(Math.exp(logAbove(3, 0.05)), 14, 2);
  });

  test('the evidence above the limit obeys its recurrence', () => {
    fc.assert(
      fc.property(fewCounts, fc.double({ min: 0, max: 500, noNaN: true }), (count, x) => {
        let expected = -Math.log1p(x);
        for (let n = 1; n <= count; n++) expected = logSumExp([0, Math.log(n) + expected]) - Math.log1p(x);
        const log = logAbove(count, x);
        expect(Math.abs(log - expected)).toBeLessThan(1e-7 + 1e-8 * Math.abs(log));
      }),
    );
  });

  test('evidence is the likelihood ratio averaged over the prior, on either side and on both', () => {
    // Simpson's rule over theta, of theta^n exp(-(theta - 1) x) under the prior cut to the side
    const mixture = (count: number, x: number, a: number, from: number, to: number): number => {
      const steps = 200_000;
      const width = (to - from) / steps;
      let over = 0;
      let all = 0;
      for (let at = 0; at <= steps; at++) {
        const theta = from + at * width;
        const weight = (at === 0 || at === steps ? 1 : at % 2 === 1 ? 4 : 2) * theta ** (a - 1) * Math.exp(-a * theta);
        all += weight;
        over += weight * theta ** count * Math.exp(-(theta - 1) * x);
      }
      return Math.log(over / all);
    };
    for (const [count, x, a] of [
      [3, 1.7, 1],
      [12, 20, 1],
      [7, 2, 2],
      [0, 4.19, 1],
    ] as const) {
      expect(logAbove(count, x, a)).toBeCloseTo(mixture(count, x, a, 1, 60), 5);
      expect(logBelow(count, x, a)).toBeCloseTo(mixture(count, x, a, 0, 1), 5);
      expect(evidenceOf(count, x, a).logTwoSided).toBeCloseTo(mixture(count, x, a, 0, 60), 5);
    }
  });

  test('evidence above rises with events and falls with usage, and evidence below the other way', () => {
    fc.assert(
      fc.property(counts, due, shapes, (count, x, shape) => {
        const now = evidenceOf(count, x, shape);
        const oneMore = evidenceOf(count + 1, x, shape);
        const longer = evidenceOf(count, x * 1.01 + 0.01, shape);
        expect(oneMore.logAbove).toBeGreaterThanOrEqual(now.logAbove - slack(now.logAbove));
        expect(oneMore.logBelow).toBeLessThanOrEqual(now.logBelow + slack(now.logBelow));
        expect(longer.logAbove).toBeLessThanOrEqual(now.logAbove + slack(now.logAbove));
        expect(longer.logBelow).toBeGreaterThanOrEqual(now.logBelow - slack(now.logBelow));
      }),
    );
  });

  test('its bounds stand on either side of the count, exactly where the colour changes, and are never both passed', () => {
    fc.assert(
      fc.property(
        fewCounts,
        fc.double({ min: 0.001, max: 0.4, noNaN: true }),
        fc.double({ min: 0.001, max: 0.4, noNaN: true }),
        (count, red, green) => {
          const lower = redAtMost(count, red);
          const upper = greenAtLeast(count, green);
          expect(lower).toBeLessThan(Math.max(count, 1e-12));
          expect(upper).toBeGreaterThan(count);
          expect(lower === 0 ? -Math.log(red) : logAbove(count, lower)).toBeCloseTo(-Math.log(red), 8);
          expect(logBelow(count, upper)).toBeCloseTo(-Math.log(green), 8);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('another unit changes nothing', () => {
    fc.assert(
      fc.property(fewCounts, fc.double({ min: 1, max: 1e6, noNaN: true }), fc.constantFrom(60, 1000, 1e6), (count, exposure, unit) => {
        const one = evidenceOf(count, expectedAtLimit(0.002, exposure, 1));
        const other = evidenceOf(count, expectedAtLimit(0.002 * unit, exposure, unit));
        expect(other.logAbove).toBeCloseTo(one.logAbove, 8);
        expect(other.logBelow).toBeCloseTo(one.logBelow, 8);
      }),
    );
  });

  test('the mean of each evidence at its boundary is one', () => {
    // over all counts that a Poisson process at its limit can have by x
    for (const x of [0.5, 4, 30]) {
      let above = 0;
      let below = 0;
      for (let count = 0; count < 1500; count++) {
        const logChance = count * Math.log(x) - x - logGamma(count + 1);
        above += Math.exp(logChance + logAbove(count, x));
        below += Math.exp(logChance + logBelow(count, x));
      }
      expect(above).toBeCloseTo(1, 6);
      expect(below).toBeCloseTo(1, 6);
    }
  });

  test('a million events and a billion hours give numbers, and so does nothing at all', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000 }), fc.constantFrom(0, 1e-9, 1, 1e3, 1e6, 1e9), shapes, (count, x, shape) => {
        for (const log of Object.values(evidenceOf(count, x, shape))) expect(Number.isFinite(log)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a rate against a baseline', () => {
  const bucket: fc.Arbitrary<Bucket> = fc.record({
    newCount: fc.integer({ min: 0, max: 60 }),
    newExposure: fc.double({ min: 1, max: 1e5, noNaN: true }),
    baseCount: fc.integer({ min: 0, max: 300 }),
    baseExposure: fc.double({ min: 1, max: 1e6, noNaN: true }),
  });
  const buckets = fc.array(bucket, { maxLength: 8 });

  test('with a fixed share, a fair share is symmetrical, and all logarithms are those of a beta-binomial', () => {
    const even = shareEvidence(50, 100, 0.5);
    expect(even.logAbove).toBeCloseTo(even.logBelow, 12);
    expect(even.logTwoSided).toBeCloseTo(logBeta(51, 51) + 100 * Math.log(2), 9);
    // the two halves are the whole, weighted by what the prior gives each side
    fc.assert(
      fc.property(fewCounts, fewCounts, fc.double({ min: 0.001, max: 0.999, noNaN: true }), (ours, theirs, share) => {
        const { priorAlpha, priorBeta, logAbove: above, logBelow: below, logTwoSided } = shareEvidence(ours, ours + theirs, share);
        const under = betaCumulative(priorAlpha, priorBeta, share);
        expect(logSumExp([below + Math.log(under), above + Math.log1p(-under)])).toBeCloseTo(logTwoSided, 6);
      }),
    );
  });

  test('with a baseline that is all the usage there is, it is the test against a limit', () => {
    const share = shareEvidence(12, 1_000_012, 4 / 1_000_000);
    expect(share.logAbove).toBeCloseTo(logAbove(12, 4), 2);
  });

  test('the weights of its ratios add up to one on either side', () => {
    for (const side of ['above', 'below'] as const) {
      const { logTheta, logWeight } = ratioGrid(side, 1);
      expect(logTheta).toHaveLength(64);
      expect(Math.exp(logTheta.at(-1) ?? 0)).toBeCloseTo(side === 'above' ? 64 : 1 / 64, 9);
      expect(logSumExp(logWeight)).toBeCloseTo(0, 12);
    }
  });

  test('the order of buckets, and one split where the share does not move, alter nothing', () => {
    fc.assert(
      fc.property(buckets, bucket, fc.double({ min: 0.1, max: 0.9, noNaN: true }), (some, one, part) => {
        const whole = ratioEvidence([...some, one]);
        const turned = ratioEvidence([one, ...some.toReversed()]);
        const split = ratioEvidence([
          ...some,
          { newCount: one.newCount, newExposure: one.newExposure * part, baseCount: 0, baseExposure: one.baseExposure * part },
          { newCount: 0, newExposure: one.newExposure * (1 - part), baseCount: one.baseCount, baseExposure: one.baseExposure * (1 - part) },
        ]);
        for (const other of [turned, split]) {
          expect(other.logAbove).toBeCloseTo(whole.logAbove, 7);
          expect(other.logBelow).toBeCloseTo(whole.logBelow, 7);
        }
        const last = ratioEvidenceOverTime([...some, one]).at(-1);
        expect(last?.logAbove).toBeCloseTo(whole.logAbove, 7);
      }),
    );
  });

  test('buckets in which one of the two was not used add nothing', () => {
    const told = [{ newCount: 9, newExposure: 100, baseCount: 20, baseExposure: 900 }];
    const silent = { newCount: 0, newExposure: 0, baseCount: 40, baseExposure: 500 };
    expect(ratioEvidence([...told, silent, { newCount: 0, newExposure: 5, baseCount: 0, baseExposure: 0 }])).toEqual(ratioEvidence(told));
    const nothing = ratioEvidence([]);
    expect(nothing.logAbove).toBeCloseTo(0, 12);
    expect(nothing.logBelow).toBeCloseTo(0, 12);
  });

  test('its range holds the ratio that was seen, and has no upper end where the baseline had no event', () => {
    const seen = [{ newCount: 100, newExposure: 1000, baseCount: 100, baseExposure: 1000 }];
    const { lower, upper } = ratioRange(seen, { red: 0.01, green: 0.05 });
    expect(lower).toBeGreaterThan(0.4);
    expect(lower).toBeLessThan(1);
    expect(upper).toBeGreaterThan(1);
    expect(upper).toBeLessThan(2);
    expect(ratioEvidence(seen, { ...RATIO, allowedRatio: lower }).logAbove).toBeCloseTo(-Math.log(0.01), 6);
    expect(ratioRange([{ newCount: 4, newExposure: 10, baseCount: 0, baseExposure: 1000 }], { red: 0.01, green: 0.05 }).upper).toBeNull();
  });

  test('never both red and green', () => {
    fc.assert(
      fc.property(buckets, (some) => {
        const { logAbove: above, logBelow: below } = ratioEvidence(some);
        expect(above > Math.log(2) && below > Math.log(2)).toBe(false);
      }),
    );
  });
});

describe('users who crash again', () => {
  test('widen the count by the mean square over the mean', () => {
    const users = new Map([
      [1, 98],
      [30, 2],
    ]);
    expect(dispersionOf(users)).toEqual({ affectedUsers: 100, crashes: 158, dispersion: (98 + 1800) / 158 });
    expect(cappedCount(users, 3)).toBe(104);
    expect(dispersionOf(new Map())).toEqual({ affectedUsers: 0, crashes: 0, dispersion: 1 });
  });
});

describe('a rate that rises late', () => {
  const quiet = Array.from({ length: 14 }, () => ({ count: 5, expected: 10 }));
  const risen = [...quiet, ...Array.from({ length: 3 }, () => ({ count: 30, expected: 10 }))];

  test('is seen though the sum of all days is not over the limit, and since when', () => {
    const { logRestart, bestStart, logCumulative } = lateOnset(risen);
    expect(logCumulative).toBeLessThan(0);
    expect(logRestart).toBeGreaterThan(Math.log(100));
    expect(bestStart).toBe(15);
  });

  test('weighs its beginnings so that they add up to one', () => {
    expect(lateOnset([])).toEqual({ logRestart: 0, bestStart: null, logCumulative: 0 });
    expect(lateOnset([{ count: 0, expected: 0 }]).logRestart).toBeCloseTo(0, 12);
  });
});

describe('enough usage', () => {
  test.each([
    [0.25, 0.05, 0.8, 12.3],
    [0.5, 0.05, 0.8, 42.8],
    [0.5, 0.05, 0.9, 53.3],
    [0.5, 0.1, 0.8, 35.8],
    [0.7, 0.05, 0.8, 152],
    [0.8, 0.05, 0.8, 392],
  ])('of a release at %f of its limit, alpha %f, power %f, is %f due', (ratio, alpha, power, printed) =>
    close(powerGreen(ratio, alpha, power).expected, printed, 3),
  );

  test.each([
    [1.5, 110, 149],
    [2, 30.4, 51],
    [3, 9.1, 21],
    [5, 3.1, 11],
  ])('to see a release at %f times its limit is %f due and %i events', (ratio, printed, events) => {
    const { expected, minCount } = powerRed(ratio, 0.01, 0.9);
    close(expected, printed, printed < 10 ? 2 : 3);
    expect(minCount).toBe(events);
  });

  test('to meet a rare path is so many users', () => {
    expect([coverage(0.001, 0.95), coverage(0.0001, 0.95), coverage(0.001, 0.95, 3)]).toEqual([2995, 29_956, 6294]);
  });

  test('of a first stage is a share of the users, or more days than anyone waits', () => {
    const events = powerGreen().expected;
    const large = firstStage({ dailyUsers: 6e6, hoursPerUserDay: 1, days: 1 }, { limit: 0.5, unit: 1000 }, events);
    close(large.requiredFraction, 0.014, 2);
    const small = firstStage({ dailyUsers: 10_000, hoursPerUserDay: 0.5, days: 5 }, { limit: 2, unit: 1000 }, events);
    expect(Math.round(small.daysAtOnePercent)).toBe(428);
    close(small.requiredFraction, 0.86, 2);
  });

  test('still to come is told as what is certain and what is to be expected', () => {
    const { earliest, projected } = remainingOf(2, 4);
    close(earliest * 1000, 4648, 4);
    close((projected ?? 0) * 1000, 40_688, 5);
    expect(remainingOf(20, 20.5).projected).toBeNull();
    expect(remainingOf(0, 5)).toMatchObject({ earliest: 0, projected: 0 });
  });
});

describe('the verdict on a rate', () => {
  const healthy: RateSeen = { count: 10, exposure: 60_000, users: 9000, wallClockHours: 30, stale: false, redLatched: false };
  const limit = { ...RATE_DEFAULTS, limit: 1, unit: 1000 };
  const told = (seen: Partial<RateSeen>, settings = {}): string => {
    const { colour, reason } = judgeRate({ ...healthy, ...seen }, { ...limit, ...settings });
    return `${colour}: ${reason}`;
  };

  test('is green when the whole range is under the limit, for enough people and a whole day', () => {
    expect(told({})).toBe('green: below-limit');
    expect(told({ users: 499 })).toBe('insufficient: users');
    expect(told({ wallClockHours: 19.9 })).toBe('insufficient: wall-clock');
  });

  test('is insufficient without fresh data, also where it was red', () => {
    expect(told({ stale: true, redLatched: true })).toBe('insufficient: no-fresh-data');
    expect(told({ exposure: 0 })).toBe('insufficient: no-fresh-data');
  });

  test('is red without any minimum of usage, and stays red', () => {
    expect(told({ count: 5, exposure: 270, users: 5, wallClockHours: 0.1 })).toBe('red: above-limit');
    expect(told({ redLatched: true })).toBe('red: above-limit');
  });

  test('is too early until the planned usage, and then for a person to decide', () => {
    expect(told({ count: 30, exposure: 42_000 })).toBe('insufficient: exposure');
    expect(told({ count: 43, exposure: 43_000 })).toBe('yellow: borderline');
  });

  test('is yellow where it is under the limit and over the level of warning', () => {
    expect(told({ count: 40, exposure: 100_000 }, { warn: 0.1 })).toBe('yellow: above-warn');
  });

  test('shows the range that its colour comes from', () => {
    fc.assert(
      fc.property(fewCounts, fc.double({ min: 1, max: 1e6, noNaN: true }), (count, exposure) => {
        const { colour, rateLower, rateUpper } = judgeRate({ ...healthy, count, exposure }, limit);
        expect(colour === 'red').toBe((rateLower ?? 0) >= limit.limit - 1e-9);
        expect(colour !== 'green' || (rateUpper ?? Infinity) <= limit.limit + 1e-9).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test('finds no crashes at all suspicious where there always were some', () => {
    expect(tooGood({ count: 0, exposure: 100_000 }, { rate: 0.5, unit: 1000 }).suspicious).toBe(true);
    expect(tooGood({ count: 9, exposure: 30_000 }, { rate: 0.5, unit: 1000 }).suspicious).toBe(false);
  });
});

describe('a scan over segments', () => {
  const fine = { newCount: 5, newExposure: 1000, baseCount: 50, baseExposure: 10_000 };
  const segments = [
    ...Array.from({ length: 59 }, (_, at) => ({ name: `country ${at}`, buckets: [fine] })),
    { name: 'BR', buckets: [{ newCount: 40, newExposure: 500, baseCount: 40, baseExposure: 10_000 }] },
  ];

  test('names the one that is bad, and only that', () => {
    const { named, listed, logGlobal } = scan(segments);
    expect(named).toEqual([59]);
    expect(listed).toContain(59);
    expect(logGlobal).toBeGreaterThan(Math.log(100));
    expect(scan(segments.slice(0, 59)).named).toEqual([]);
  });

  test('lists no fewer than it names, at the same level', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -5, max: 20, noNaN: true }), { maxLength: 40 }), (logE) => {
        const listed = new Set(eBenjaminiHochberg(logE, 0.05));
        expect(bonferroni(logE, 0.05).every((at) => listed.has(at))).toBe(true);
      }),
    );
  });

  test('makes less of the largest evidence ever than of evidence now, smoothly around one', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 700, noNaN: true }), (log) => {
        expect(logAdjusted(log)).toBeLessThanOrEqual(log);
        expect(logAdjusted(log + 1e-4)).toBeGreaterThan(logAdjusted(log) - 1e-7);
      }),
    );
    expect(Math.exp(logAdjusted(0))).toBeCloseTo(0.5, 12);
    expect(logAdjusted(0.001_000_1)).toBeCloseTo(logAdjusted(0.000_999_9), 6);
  });
});

describe('the severity of a crash group', () => {
  const group: GroupSeen = {
    affectedUsers: 40,
    crashes: 40,
    exposureHours: 10_000,
    hoursPerUserDay: 1,
    flow: 'playback',
    novelty: 'new',
    stage: 'production',
  };

  test('is its impact at the full rollout times what its flow, novelty and loops weigh', () => {
    const { impact, weight, level, ticket, blocker } = severityOf(group);
    expect(impact).toBeCloseTo(1e6 * (1 - Math.exp(-0.004)), 6);
    expect(weight).toBe(7.5);
    expect({ level, ticket, blocker }).toEqual({ level: 'S1', ticket: true, blocker: true });
  });

  test('a lucky pair of early crashes is severe and blocks nothing', () => {
    const { level, ticket, blocker } = severityOf({ ...group, affectedUsers: 2, crashes: 2, exposureHours: 100 });
    expect({ level, ticket, blocker }).toEqual({ level: 'S1', ticket: false, blocker: false });
  });

  test('one of our own people is enough for a ticket on a flow that matters', () => {
    const one: GroupSeen = { ...group, affectedUsers: 1, crashes: 1, exposureHours: 500, stage: 'internal' };
    expect(severityOf(one).ticket).toBe(true);
    expect(severityOf({ ...one, flow: 'other' }).ticket).toBe(false);
  });

  test('nobody affected is no impact', () => {
    expect(severityOf({ ...group, affectedUsers: 0, crashes: 0 })).toMatchObject({ impact: 0, score: 0, level: 'S4', ticket: false });
  });
});

describe('the functions behind the evidence', () => {
  test('Poisson probabilities are those of the sum', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), fc.double({ min: 0, max: 80, noNaN: true }), (count, mean) => {
        let sum = 0;
        for (let k = 0; k <= count; k++) sum += mean === 0 ? Number(k === 0) : Math.exp(k * Math.log(mean) - mean - logGamma(k + 1));
        expect(poissonAtMost(count, mean)).toBeCloseTo(sum, 10);
        expect(poissonAtLeast(count + 1, mean)).toBeCloseTo(1 - sum, 10);
      }),
    );
  });

  test('log B keeps its digits where its arguments are far apart', () => {
    // B(1, b) = 1/b
    for (const b of [1, 9.5, 1e3, 1e9]) expect(logBeta(1, b)).toBeCloseTo(-Math.log(b), 12);
    // B(2, b) = 1/(b(b+1))
    expect(logBeta(2, 1e9)).toBeCloseTo(-Math.log(1e9) - Math.log(1e9 + 1), 12);
    expect(logBeta(20, 30)).toBeCloseTo(logGamma(20) + logGamma(30) - logGamma(50), 11);
  });
});
