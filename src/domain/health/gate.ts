/**
 * One rate of one build and audience, judged from its hours: against its limit, against earlier releases at the same age, and against what else users have in the same
 * hours (health.md §1.1, §1.3, §1.6, §1.8). Red counts everything that was told; green only what late reports cannot change any more.
 */
import type { Aged, HourOfHealth } from './evidence.ts';
import { bucketsOfSameAge } from './evidence.ts';
import { expectedAtLimit, logAbove } from './one-rate.ts';
import { ratioAbove, ratioBelow, RATIO } from './ratio.ts';
import type { Bucket } from './ratio.ts';
import { HOUR_MS, hourOf } from './rollup.ts';
import { cautiousOf, overBefore, totalOf } from './told.ts';
import { isGreen, isRed, judgeRate, tooGood } from './verdict.ts';
import type { RateSettings, RateVerdict } from './verdict.ts';

/** `allowedRatio` null: it is held against no earlier release. `lagHours`: within it nearly all reports of a crash have come. */
export type GateSettings = RateSettings & { allowedRatio: number | null; lagHours: number };

/**
 * What was told. `sinceMs`: when the audience began to receive it, from which its age runs. `countFromMs`: the count may have begun later, after a red was cleared.
 * `alongside`: the hours of what else users had meanwhile; null: nothing is to be held against.
 */
export type GateSeen = {
  hours: readonly HourOfHealth[];
  users: number;
  sinceMs: number;
  countFromMs: number;
  watermarkMs: number;
  baselines: readonly Aged[];
  alongside: readonly HourOfHealth[] | null;
  isLatched: boolean;
  /** How many times one person may be among the affected: people and usage are divided by it before they are judged (§1.4). 1 when not said. */
  dispersion?: number;
};

export type GateReason =
  | 'above-limit'
  | 'worse-than-before'
  | 'latched'
  | 'reporting-broken'
  | 'below-limit'
  | 'above-warn'
  | 'borderline'
  | 'late-reports'
  | 'exposure'
  | 'users'
  | 'wall-clock'
  | 'no-usage';

/**
 * - `all`, `settled`: the limit's verdict on everything, and on what is old enough for green.
 * - `lower`, `upper`: the range that is shown, per unit; of everything below, and of what is settled above, but on red. `upper` null: nothing bounds it yet.
 * - `baseline`: the rate of earlier releases over the same ages; null where none of them was used.
 * - `logWorse`: the evidence that it is worse than they by more than the allowed ratio; null: there is nothing to hold it against.
 * - `isFleetWide`: it is red, and what else users have in the same hours is as bad: not this release, but something behind all of them.
 * - `hoursToGo`: hours of the clock until it may be told, at the pace of the last day; null: it is not on course, or no pace is known.
 */
export type Gate = {
  colour: 'red' | 'yellow' | 'green' | 'unknown';
  reason: GateReason;
  affected: number;
  count: number;
  exposure: number;
  users: number;
  value: number | null;
  lower: number;
  upper: number | null;
  all: RateVerdict;
  settled: RateVerdict;
  baseline: { affected: number; exposure: number; value: number } | null;
  logWorse: number | null;
  isFleetWide: boolean;
  exposurePerHour: number;
  hoursToGo: number | null;
};

export function judgeGate(seen: GateSeen, settings: GateSettings): Gate {
  const { countFromMs, watermarkMs, users } = seen;
  const hours = seen.hours.filter(({ hourMs }) => hourMs >= hourOf(countFromMs) && hourMs < watermarkMs);
  const settledMs = watermarkMs - settings.lagHours * HOUR_MS;
  const whole = totalOf(hours);
  const early = cautiousOf(overBefore(hours, settledMs));
  const wallClockHours = Math.max(0, (watermarkMs - countFromMs) / HOUR_MS);
  const dispersion = seen.dispersion ?? 1;
  const judged = ({ affected, exposure }: typeof early): RateVerdict => {
    const evidence = { count: affected / dispersion, exposure: exposure / dispersion };
    return withUsageOf(judgeRate({ ...evidence, users, wallClockHours, stale: false, redLatched: false }, settings), dispersion);
  };
  const all = judged(whole);
  const settled = judged(early);
  const logWorse = worseThanBefore(seen, hours, settings);
  const baseline = baselineOf(seen, hours, settings.unit);
  const told = colourOf({ seen, settings, whole, early, all, settled, logWorse, baseline });
  const isOver = told.colour === 'red';
  const lower = all.rateLower ?? 0;
  const upper = isOver || early.exposure === 0 ? all.rateUpper : widest(all.rateUpper, settled.rateUpper);
  const pace = paceOf(hours, watermarkMs);
  return {
    ...told,
    ...whole,
    users,
    value: whole.exposure === 0 ? null : (whole.affected / whole.exposure) * settings.unit,
    lower: upper === null ? lower : Math.min(lower, upper),
    upper: whole.exposure === 0 ? null : upper,
    all,
    settled,
    baseline,
    logWorse,
    isFleetWide: isOver && isFleetWide(seen, hours, settings),
    exposurePerHour: pace,
    hoursToGo: hoursToGo({ reason: told.reason, all, settings, pace, users, wallClockHours }),
  };
}

/** The upper end that covers both; null: nothing bounds it. */
const widest = (one: number | null, other: number | null): number | null => (one === null || other === null ? null : Math.max(one, other));

/** Usage that is still to come, in usage as it is told: what was judged is a part of it. */
function withUsageOf(verdict: RateVerdict, dispersion: number): RateVerdict {
  const { requiredExposure, earliestRemaining, projectedRemaining } = verdict;
  return {
    ...verdict,
    requiredExposure: requiredExposure * dispersion,
    earliestRemaining: earliestRemaining * dispersion,
    projectedRemaining: projectedRemaining === null ? null : projectedRemaining * dispersion,
  };
}

type Parts = {
  seen: GateSeen;
  settings: GateSettings;
  whole: { affected: number; exposure: number };
  early: { affected: number; exposure: number };
  all: RateVerdict;
  settled: RateVerdict;
  logWorse: Gate['logWorse'];
  baseline: Gate['baseline'];
};

function colourOf({ seen, settings, whole, early, all, settled, logWorse, baseline }: Parts): Pick<Gate, 'colour' | 'reason'> {
  if (all.colour === 'red') return { colour: 'red', reason: 'above-limit' };
  if (logWorse !== null && isRed({ logAbove: logWorse }, settings.alphaRed)) return { colour: 'red', reason: 'worse-than-before' };
  if (seen.isLatched) return { colour: 'red', reason: 'latched' };
  if (whole.exposure === 0) return { colour: 'yellow', reason: 'no-usage' };
  const { dispersion = 1 } = seen;
  const settledPart = { count: early.affected / dispersion, exposure: early.exposure / dispersion };
  if (baseline !== null && tooGood(settledPart, { rate: baseline.value, unit: settings.unit }).suspicious)
    return { colour: 'unknown', reason: 'reporting-broken' };
  if (all.reason === 'above-warn') return { colour: 'yellow', reason: 'above-warn' };
  switch (settled.reason) {
    case 'below-limit':
      // what came since may speak against it, and it is not all of what will come
      return all.colour === 'green' ? { colour: 'green', reason: 'below-limit' } : { colour: 'yellow', reason: unsettledReason(all) };
    case 'users':
    case 'wall-clock':
    case 'above-warn':
      return { colour: 'yellow', reason: settled.reason };
    case 'above-limit':
    case 'borderline':
    case 'exposure':
    case 'no-fresh-data':
      return { colour: 'yellow', reason: unsettledReason(all) };
    default:
      return settled.reason satisfies never;
  }
}

/** What everything says where the settled part does not suffice. */
function unsettledReason(all: RateVerdict): GateReason {
  switch (all.reason) {
    case 'below-limit':
      return 'late-reports';
    case 'borderline':
    case 'exposure':
    case 'users':
    case 'wall-clock':
    case 'above-warn':
    case 'above-limit':
      return all.reason;
    case 'no-fresh-data':
      return 'no-usage';
    default:
      return all.reason satisfies never;
  }
}

/** The evidence that it is worse than earlier releases, in the hours that both have seen to their end. */
function worseThanBefore(
  { sinceMs, baselines, watermarkMs, dispersion = 1 }: GateSeen,
  hours: readonly HourOfHealth[],
  settings: GateSettings,
): number | null {
  const { allowedRatio, shape } = settings;
  if (allowedRatio === null) return null;
  const buckets = comparable({ sinceMs, hours }, baselines, watermarkMs, dispersion);
  return buckets === null ? null : ratioAbove(buckets, { ...RATIO, shape, allowedRatio });
}

/** The buckets of one age, or of one hour; null where the other side was not used in any. */
function comparable(ours: Aged, baselines: readonly Aged[], untilMs: number, dispersion: number): Bucket[] | null {
  if (baselines.length === 0) return null;
  const buckets = bucketsOfSameAge(ours, baselines, untilMs).map((bucket) => dividedBy(bucket, dispersion));
  return buckets.some(({ baseExposure }) => baseExposure > 0) ? buckets : null;
}

function dividedBy({ newCount, newExposure, baseCount, baseExposure }: Bucket, dispersion: number): Bucket {
  return {
    newCount: newCount / dispersion,
    newExposure: newExposure / dispersion,
    baseCount: baseCount / dispersion,
    baseExposure: baseExposure / dispersion,
  };
}

/** The rate of earlier releases over the ages that this one has reached. */
function baselineOf({ sinceMs, watermarkMs, baselines }: GateSeen, hours: readonly HourOfHealth[], unit: number): Gate['baseline'] {
  if (hours.length === 0) return null;
  const age = watermarkMs - sinceMs;
  const { affected, exposure } = totalOf(
    baselines.flatMap((each) => each.hours.filter(({ hourMs }) => hourMs >= hourOf(each.sinceMs) && hourMs < each.sinceMs + age)),
  );
  return exposure === 0 ? null : { affected, exposure, value: (affected / exposure) * unit };
}

/** At most so many times the rate of what else users have is the same as theirs … */
const SAME_AS_OTHERS = 1.25;
/** … and, where theirs is over the limit itself in these hours, at most so many. */
const SAME_WHERE_BOTH_ARE_OVER = 2;

function isFleetWide(
  { alongside, sinceMs, watermarkMs, dispersion = 1 }: GateSeen,
  hours: readonly HourOfHealth[],
  settings: GateSettings,
): boolean {
  if (alongside === null) return false;
  const [first] = hours;
  if (first === undefined) return false;
  const theirs = alongside.filter(({ hourMs }) => hourMs >= first.hourMs && hourMs < watermarkMs);
  const buckets = comparable({ sinceMs, hours }, [{ sinceMs, hours: theirs }], watermarkMs, dispersion);
  if (buckets === null) return false;
  const isSame = (allowedRatio: number): boolean =>
    isGreen({ logBelow: ratioBelow(buckets, { ...RATIO, shape: settings.shape, allowedRatio }) }, settings.alphaGreen);
  if (isSame(SAME_AS_OTHERS)) return true;
  const { affected, exposure } = totalOf(theirs);
  const areOver =
    logAbove(affected / dispersion, expectedAtLimit(settings.limit, exposure / dispersion, settings.unit), settings.shape) >=
    -Math.log(settings.alphaRed);
  return areOver && isSame(SAME_WHERE_BOTH_ARE_OVER);
}

/** Usage an hour, over the last day that was told, or since the beginning. */
function paceOf(hours: readonly HourOfHealth[], watermarkMs: number): number {
  const recent = hours.filter(({ hourMs }) => hourMs >= watermarkMs - 24 * HOUR_MS);
  const [first] = recent;
  if (first === undefined) return 0;
  return totalOf(recent).exposure / Math.max(1, (watermarkMs - first.hourMs) / HOUR_MS);
}

type Waiting = { reason: GateReason; all: RateVerdict; settings: GateSettings; pace: number; users: number; wallClockHours: number };

function hoursToGo({ reason, all, settings, pace, users, wallClockHours }: Waiting): number | null {
  const toWallClock = Math.max(0, settings.minWallClockHours - wallClockHours);
  const toUsers = users >= settings.minUsers ? 0 : users === 0 ? null : ((settings.minUsers - users) / users) * wallClockHours;
  switch (reason) {
    case 'exposure':
    case 'borderline':
      if (all.projectedRemaining === null || pace === 0) return null;
      return Math.max(all.projectedRemaining / pace + settings.lagHours, toWallClock);
    case 'late-reports':
      return Math.max(settings.lagHours, toWallClock);
    case 'users':
      return toUsers === null ? null : Math.max(toUsers, toWallClock);
    case 'wall-clock':
      return toWallClock;
    case 'above-limit':
    case 'worse-than-before':
    case 'latched':
    case 'reporting-broken':
    case 'below-limit':
    case 'above-warn':
    case 'no-usage':
      return null;
    default:
      return reason satisfies never;
  }
}
