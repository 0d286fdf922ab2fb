/** How long the first share of a rollout would take to tell anything: said when a stage is configured (health.md §2). */
import { RATE_UNIT } from './series.ts';
import { firstStage, powerGreen } from './usage.ts';

/**
 * - `percent`: the share that is asked about, above 0 and at most 100. `days`: how long one is ready to wait.
 * - `dailyUsage`: use of the whole platform in a day, in the unit that rates are counted by: people × hours of each.
 * - `limit`: affected people per 1,000 units of use.
 */
export type FirstShareAsked = { percent: number; days: number; dailyUsage: number; limit: number };

/**
 * - `requiredExposure`: so much use until a release at half its limit is green in four of five cases.
 * - `daysToTell`: at the share asked about. `percentForDays`: the share that tells within the days; above 100 where not even everybody would.
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
export function planOfFirstShare({ percent, days, dailyUsage, limit }: FirstShareAsked): FirstSharePlan {
  const found = firstStage({ dailyUsers: dailyUsage, hoursPerUserDay: 1, days }, { limit, unit: RATE_UNIT }, powerGreen().expected);
  const daysToTell = found.daysAtOnePercent / percent;
  return {
    requiredExposure: found.requiredExposure,
    daysToTell,
    percentForDays: found.requiredFraction * 100,
    daysOfAll: found.daysAtOnePercent / 100,
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
