/** The calendar of the train: on which days a branch is cut, and when each of its milestones is planned. */
import type { Freeze } from '../policy/track-policy.ts';
import type { PlannedTimes } from '../release/release.ts';
import type { Instant } from '../time.ts';
import type { Milestone } from './spans.ts';
import { searchedDays } from './windows.ts';
import { dateOf, dayOf, type LocalDate, momentOf, wallTime, weekdayOf } from './zone.ts';

/**
 * The cycle of regular releases.
 * - `weeks`: from one branch day to the next; null where releases have no cadence and a person cuts.
 * - `starting`: a branch day from which a cadence of several weeks is counted.
 * - `branch` and the others: planned times; null where the cycle names none.
 * - `closed`: freezes and holidays.
 * - `whenClosed`: a branch day that is closed is left out (`skip`) or moved to the next open day (`next-day`). Later milestones always move.
 */
export type Cycle = {
  weeks: number | null;
  starting: LocalDate | null;
  branch: Milestone | null;
  candidate: Milestone | null;
  submit: Milestone | null;
  start: Milestone | null;
  finish: Milestone | null;
  closed: readonly Freeze[];
  whenClosed: 'skip' | 'next-day';
};

const DAYS_PER_WEEK = 7;

function isClosed(cycle: Cycle, day: number): boolean {
  const date = dateOf(day);
  return cycle.closed.some((freeze) => freeze.from <= date && date <= freeze.to);
}

/** The first day from this one on that is neither frozen nor a holiday; null when there is none within 400 days. */
function openDay(cycle: Cycle, from: number): number | null {
  for (let day = from; day <= from + searchedDays; day++) if (!isClosed(cycle, day)) return day;
  return null;
}

/** Whether the cadence falls on this day, before freezes are looked at. */
function isCadenceDay(cycle: Cycle, weeks: number, branch: Milestone, day: number): boolean {
  if (weekdayOf(day) !== branch.weekday) return false;
  if (weeks === 1 || cycle.starting === null) return true;
  // the train runs on both sides of the day that was named
  return Math.abs(day - dayOf(cycle.starting)) % (weeks * DAYS_PER_WEEK) === 0;
}

/**
 * The next branch day whose planned time lies after `after`, as a date in the zone. A day that a freeze or holiday closes is left out, or moved to
 * the next open day, as the cycle says. Null where there is no cadence, and where none is found within two of its periods and 400 days.
 */
export function nextBranchDay({ cycle, timezone, after }: { cycle: Cycle; timezone: string; after: Instant }): LocalDate | null {
  const { weeks, branch } = cycle;
  if (weeks === null || branch === null) return null;
  const today = wallTime(Date.parse(after), timezone).day;
  // a day that was moved may lie in front of us although its cadence day is past
  for (let day = today - searchedDays; day <= today + searchedDays + 2 * weeks * DAYS_PER_WEEK; day++) {
    if (!isCadenceDay(cycle, weeks, branch, day)) continue;
    if (day < today && !isClosed(cycle, day)) continue;
    const cut = cycle.whenClosed === 'next-day' ? openDay(cycle, day) : isClosed(cycle, day) ? null : day;
    if (cut !== null && momentOf(cut, branch.minute, timezone) > Date.parse(after)) return dateOf(cut);
  }
  return null;
}

/**
 * The planned times of the release that is cut on `branchDay`. Each milestone falls on the first such weekday and hour after the one before it
 * (plus the weeks it says), and moves to the next open day where a freeze or holiday closes its own. Hours are the wall's: 09:00 stays 09:00 when the clocks change.
 */
export function plannedTimes({ cycle, timezone, branchDay }: { cycle: Cycle; timezone: string; branchDay: LocalDate }): PlannedTimes {
  let previous = momentOf(dayOf(branchDay), cycle.branch?.minute ?? 0, timezone);
  const after = (milestone: Milestone | null): Instant | null => {
    if (!milestone) return null;
    const at = momentAfter(cycle, milestone, previous, timezone);
    if (at === null) return null;
    previous = at;
    return new Date(at).toISOString();
  };
  return {
    branch: cycle.branch ? new Date(previous).toISOString() : null,
    candidate: after(cycle.candidate),
    submit: after(cycle.submit),
    start: after(cycle.start),
    finish: after(cycle.finish),
  };
}

function momentAfter(cycle: Cycle, milestone: Milestone, previous: number, timezone: string): number | null {
  const from = wallTime(previous, timezone).day;
  const ahead = (milestone.weekday - weekdayOf(from) + DAYS_PER_WEEK) % DAYS_PER_WEEK;
  let day = from + ahead;
  if (momentOf(day, milestone.minute, timezone) < previous) day += DAYS_PER_WEEK;
  const open = openDay(cycle, day + milestone.weeksLater * DAYS_PER_WEEK);
  return open === null ? null : momentOf(open, milestone.minute, timezone);
}

const milestonesInOrder = ['branch', 'candidate', 'submit', 'start', 'finish'] as const;

/** Why planned times cannot be a plan: each milestone comes after the one before it. Null when they can. Times that are not planned are passed over. */
export function planFault(
  planned: PlannedTimes,
): { milestone: (typeof milestonesInOrder)[number]; because: string; wouldBeRight: string } | null {
  let before: { name: string; at: Instant } | null = null;
  for (const name of milestonesInOrder) {
    const at = planned[name];
    if (at === null) continue;
    if (before !== null && at < before.at)
      return {
        milestone: name,
        because: `${name} is planned for ${at}, before ${before.name} (${before.at})`,
        wouldBeRight: `times in the order ${milestonesInOrder.join(', ')}`,
      };
    before = { name, at };
  }
  return null;
}
