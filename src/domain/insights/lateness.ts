/** How far a track is behind its plan: by its forecast where there is one, else by the milestone that it should have passed. */
import type { PlannedTimes } from '../release/release.ts';
import { hasEnded } from '../release/track.ts';
import type { Stage, Track } from '../release/track.ts';
import { msBetween } from '../time.ts';
import type { Instant } from '../time.ts';
import type { Forecast } from './forecast.ts';

const MS_PER_MINUTE = 60_000;
/** A forecast is an estimate, and a branch is cut within minutes of its time: what is less than this beside the plan is on plan, wherever it is told. */
export const ON_PLAN_MS = 15 * MS_PER_MINUTE;

/**
 * How many milliseconds a track is behind its plan, in whole minutes; null when it is not, or nothing is planned, or it has arrived.
 * Of a track under way it is how much later than planned it is forecast to reach everyone: a late submission that the way makes up for is not late, and one
 * that moves the end is, before the end has passed. On trunk, where the forecast is the calendar's, and where nothing is foretold, it is how long
 * ago the first milestone was that it has not passed.
 */
export function behindPlan(track: Track, planned: PlannedTimes, forecast: Forecast | null, now: Instant): number | null {
  if (hasEnded(track) || track.stage === 'released') return null;
  const lateMs = forecast?.finish?.lateMs ?? null;
  if (lateMs === null || track.stage === 'planned' || track.stage === 'developing') return latenessOf(track, planned, now);
  return lateMs >= ON_PLAN_MS ? lateMs : null;
}

/** Milestones of the calendar, and the stages that show that one was reached. */
const milestones: readonly { planned: keyof PlannedTimes; reached: readonly Stage[] }[] = [
  { planned: 'branch', reached: ['stabilising', 'candidate', 'in-review', 'store-approved', 'rolling-out', 'released'] },
  { planned: 'candidate', reached: ['candidate', 'in-review', 'store-approved', 'rolling-out', 'released'] },
  { planned: 'submit', reached: ['in-review', 'store-approved', 'rolling-out', 'released'] },
  { planned: 'start', reached: ['rolling-out', 'released'] },
  { planned: 'finish', reached: ['released'] },
];

/** How far a track is behind the first milestone that it should have passed, in whole minutes. Where it went back, the milestone is not passed any more. */
export function latenessOf(track: Track, planned: PlannedTimes, now: Instant): number | null {
  if (hasEnded(track) || track.stage === 'released') return null;
  const stands: Stage = track.stage === 'halted' ? 'rolling-out' : track.stage;
  for (const milestone of milestones) {
    const at = planned[milestone.planned];
    if (at === null || milestone.reached.includes(stands)) continue;
    const late = Math.floor(msBetween(at, now) / MS_PER_MINUTE) * MS_PER_MINUTE;
    if (late > 0) return late;
  }
  return null;
}
