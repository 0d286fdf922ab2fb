/** How long the first share of a rollout would take to tell anything: said when a stage is configured (health.md §2). */
import { ALPHA_GREEN } from './one-rate.ts';
import { RATE_UNIT } from './series.ts';
import { DESIGN_RATIO, POWER, firstStage, powerGreen } from './usage.ts';

/** What a rule waits for besides usage, and how sure it wants to be (health.md §1.6, §1.8, §2). */
export type RuleWaits = { healthyAt: number; alphaGreen: number; power: number; lateReportsHours: number; minHours: number };

/** A rule that waits for nothing but usage. */
export const USAGE_ALONE: RuleWaits = { healthyAt: DESIGN_RATIO, alphaGreen: ALPHA_GREEN, power: POWER, lateReportsHours: 0, minHours: 0 };

/**
 * - `percent`: the share that is asked about, above 0 and at most 100. `days`: how long one is ready to wait.
 * - `dailyUsage`: use of the whole platform in a day, in the unit that rates are counted by: people × hours of each.
 * - `limit`: affected people per 1,000 units of use. `waits`: of the rule that holds it.
 */
export type FirstShareAsked = { percent: number; days: number; dailyUsage: number; limit: number; waits: RuleWaits };

/**
 * - `requiredExposure`: so much use until a release that is as healthy as the rule designs for is green as often as its power says.
 * - `daysToTell`: at the share asked about, late reports and the least hours included. `percentForDays`: the share that tells within the days; above 100 where not even
 *   everybody would, infinite where the rule waits longer than the days whatever is used.
 * - `daysOfAll`: when everybody has it.
 */
export type FirstSharePlan = {
  requiredExposure: number;
  daysToTell: number;
  percentForDays: number;
  daysOfAll: number;
  /** Whether the share asked about tells in time. */
  inTime: boolean;
};

/** The plan of a first share. A platform that is not used at all never tells: the days are infinite. */
export function planOfFirstShare({ percent, days, dailyUsage, limit, waits }: FirstShareAsked): FirstSharePlan {
  const late = waits.lateReportsHours / 24;
  const least = waits.minHours / 24;
  const required = powerGreen(waits.healthyAt, waits.alphaGreen, waits.power).expected;
  const found = firstStage(
    { dailyUsers: dailyUsage, hoursPerUserDay: 1, days: Math.max(0, days - late) },
    { limit, unit: RATE_UNIT },
    required,
  );
  const daysAt = (share: number): number => Math.max(found.daysAtOnePercent / share + late, least);
  const daysToTell = daysAt(percent);
  return {
    requiredExposure: found.requiredExposure,
    daysToTell,
    percentForDays: days <= late || days < least ? Infinity : found.requiredFraction * 100,
    daysOfAll: daysAt(100),
    inTime: daysToTell <= days,
  };
}

/** `1% would take 428 days to tell; five days need 86%.` */
export function planInWords({ percent, days }: Pick<FirstShareAsked, 'percent' | 'days'>, plan: FirstSharePlan): string {
  if (!Number.isFinite(plan.daysToTell)) return `Nobody uses it yet, so that ${percent}% would never tell.`;
  const first = `${percent}% ${plan.inTime ? 'takes' : 'would take'} ${daysInWords(plan.daysToTell)} to tell`;
  if (plan.inTime) return `${first}: sooner than the ${daysInWords(days)} it has.`;
  if (plan.percentForDays > 100)
    return `${first}; not even everybody tells within ${daysInWords(days)}: 100% takes ${daysInWords(plan.daysOfAll)}.`;
  return `${first}; ${daysInWords(days)} ${days === 1 ? 'needs' : 'need'} ${shareInWords(plan.percentForDays)}.`;
}

/** Under two days in hours, and rounded up as long as it matters: a day begun is a day waited. */
export function daysInWords(days: number): string {
  const hours = Math.ceil(days * 24 - 1e-9);
  if (hours < 48 && hours !== 24) return hours === 1 ? '1 hour' : `${hours} hours`;
  const whole = days < 10 ? Math.ceil(days - 1e-9) : Math.round(days);
  return whole === 1 ? '1 day' : `${whole.toLocaleString('en')} days`;
}

/** A share as it is set: rounded up, so that it does suffice. */
function shareInWords(percent: number): string {
  const step = percent < 1 ? 100 : percent < 10 ? 10 : 1;
  return `${Math.ceil(percent * step - 1e-9) / step}%`;
}
