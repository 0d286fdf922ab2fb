/** What a rate says, in the order of health.md §1.6: red needs no minimum of usage, green needs users and a whole day, and what is too early is no verdict. */
import {
  ALPHA_GREEN,
  ALPHA_RED,
  GATE_SHAPE,
  evidenceOf,
  expectedAtLimit,
  greenAtLeast,
  logAbove,
  logBelow,
  rateOf,
  redAtMost,
} from './one-rate.ts';
import type { Evidence } from './one-rate.ts';
import { DESIGN_RATIO, POWER, powerGreen, remainingOf } from './usage.ts';

export type RateColour = 'red' | 'yellow' | 'green' | 'insufficient';
export type RateReason =
  | 'above-limit'
  | 'below-limit'
  | 'above-warn'
  | 'borderline'
  | 'exposure'
  | 'users'
  | 'wall-clock'
  | 'no-fresh-data';

/** A limit and how it is held. `limit` and `warn` per `unit` of exposure. */
export type RateSettings = {
  limit: number;
  unit: number;
  warn: number | null;
  shape: number;
  alphaRed: number;
  alphaGreen: number;
  alphaWarn: number;
  designRatio: number;
  power: number;
  minUsers: number;
  minWallClockHours: number;
};

export const RATE_DEFAULTS = {
  warn: null,
  shape: GATE_SHAPE,
  alphaRed: ALPHA_RED,
  alphaGreen: ALPHA_GREEN,
  alphaWarn: 0.05,
  designRatio: DESIGN_RATIO,
  power: POWER,
  minUsers: 500,
  minWallClockHours: 20,
} as const satisfies Omit<RateSettings, 'limit' | 'unit'>;

/** What was seen of one build in one stage, up to the watermark. */
export type RateSeen = { count: number; exposure: number; users: number; wallClockHours: number; stale: boolean; redLatched: boolean };

export type RateVerdict = Evidence & {
  colour: RateColour;
  reason: RateReason;
  expected: number;
  rateLower: number | null;
  rateUpper: number | null;
  requiredExposure: number;
  earliestRemaining: number;
  projectedRemaining: number | null;
};

/** Judges one rate against its limit; pure, and the same for the criterion, the chart and `signalbox health judge`. */
export function judgeRate(seen: RateSeen, settings: RateSettings): RateVerdict {
  const { count, exposure } = seen;
  const { limit, unit, shape, alphaGreen, alphaRed } = settings;
  const expected = expectedAtLimit(limit, exposure, unit);
  const evidence = evidenceOf(count, expected, shape);
  const requiredEvents = powerGreen(settings.designRatio, alphaGreen, settings.power, shape).expected;
  const remaining = remainingOf(count, expected, alphaGreen, shape);
  return {
    ...evidence,
    ...colourOf(seen, settings, { evidence, expected, requiredEvents }),
    expected,
    rateLower: rateOf(redAtMost(count, alphaRed, shape), exposure, unit),
    rateUpper: rateOf(greenAtLeast(count, alphaGreen, shape), exposure, unit),
    requiredExposure: (requiredEvents * unit) / limit,
    earliestRemaining: (remaining.earliest * unit) / limit,
    projectedRemaining: remaining.projected === null ? null : (remaining.projected * unit) / limit,
  };
}

function colourOf(
  seen: RateSeen,
  settings: RateSettings,
  { evidence, expected, requiredEvents }: { evidence: Evidence; expected: number; requiredEvents: number },
): { colour: RateColour; reason: RateReason } {
  if (seen.stale || seen.exposure === 0) return { colour: 'insufficient', reason: 'no-fresh-data' };
  if (seen.redLatched || isRed(evidence, settings.alphaRed)) return { colour: 'red', reason: 'above-limit' };
  if (isGreen(evidence, settings.alphaGreen)) {
    if (seen.users < settings.minUsers) return { colour: 'insufficient', reason: 'users' };
    if (seen.wallClockHours < settings.minWallClockHours) return { colour: 'insufficient', reason: 'wall-clock' };
    if (isAboveWarn(seen, settings)) return { colour: 'yellow', reason: 'above-warn' };
    return { colour: 'green', reason: 'below-limit' };
  }
  if (expected < requiredEvents) return { colour: 'insufficient', reason: 'exposure' };
  return { colour: 'yellow', reason: 'borderline' };
}

export function isRed({ logAbove: log }: { logAbove: number }, alphaRed: number): boolean {
  return log >= -Math.log(alphaRed);
}

export function isGreen({ logBelow: log }: { logBelow: number }, alphaGreen: number): boolean {
  return log >= -Math.log(alphaGreen);
}

function isAboveWarn({ count, exposure }: RateSeen, { warn, unit, shape, alphaWarn }: RateSettings): boolean {
  return warn !== null && logAbove(count, expectedAtLimit(warn, exposure, unit), shape) >= -Math.log(alphaWarn);
}

/** Zero is suspicious: is the rate far below its usual one, so that it is rather the reporting that fails? (§1.8) */
export const TOO_GOOD = { fraction: 0.2, alpha: 0.01 } as const;

export function tooGood(
  { count, exposure }: { count: number; exposure: number },
  usual: { rate: number; unit: number },
  { fraction, alpha }: { fraction: number; alpha: number } = TOO_GOOD,
): { logBelow: number; suspicious: boolean } {
  const log = logBelow(count, expectedAtLimit(fraction * usual.rate, exposure, usual.unit));
  return { logBelow: log, suspicious: log >= -Math.log(alpha) };
}
