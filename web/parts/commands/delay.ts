import type { PlannedTimes } from '#domain/release/release.ts';
import { plusMs } from '#domain/time.ts';
import type { Instant } from '#domain/time.ts';

/** The planned times that are ahead, each later by `byMs`. What has passed, or was never planned, is absent: it stays as it is. */
export function delayed(planned: PlannedTimes, byMs: number, now: Instant): Partial<Record<keyof PlannedTimes, Instant>> {
  const ahead = Object.entries(planned).flatMap(([name, at]) => (at === null || at < now ? [] : [[name, plusMs(at, byMs)] as const]));
  return Object.fromEntries(ahead);
}
