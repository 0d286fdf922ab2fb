/** An app's own time: where it stands when the machine's time is so, and the other way round. */
import { msBetween, plusMs } from '../time.ts';
import type { Instant } from '../time.ts';
import type { AppClock } from './release.ts';

/** The fastest an app's time may pass: a day in less than a second. */
export const FASTEST = 100_000;

/** Room for what multiplying by a fraction loses. */
const SLACK_MS = 1e-6;

/** What time it is for an app when it is `machine` for the machine; the machine's where the app has no clock of its own. */
export function timeBy(clock: AppClock | null, machine: Instant): Instant {
  if (clock === null) return machine;
  const passed = Math.max(0, msBetween(clock.when, machine)) * clock.speed;
  const now = plusMs(clock.at, Math.floor(passed + SLACK_MS));
  return clock.until !== undefined && clock.until < now ? clock.until : now;
}

/** The machine's time at which it is `at` for the app; null when its clock stands, or will, and `at` is still to come then. Never a moment too early. */
export function machineTimeFor(clock: AppClock | null, at: Instant): Instant | null {
  if (clock === null) return at;
  const ahead = msBetween(clock.at, at);
  if (ahead <= 0) return clock.when;
  if (clock.until !== undefined && clock.until < at) return null;
  return clock.speed === 0 ? null : plusMs(clock.when, Math.ceil(ahead / clock.speed - SLACK_MS));
}

/** How fast an app's time passes: 1 as the machine's. */
export function speedOf(clock: AppClock | null): number {
  return clock?.speed ?? 1;
}
