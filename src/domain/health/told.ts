/** What a judge asks of the roll-ups of a track, and what it is told: hours of series, and how far each source has told everything. */
import type { Audience } from '../facts.ts';
import type { HourOfHealth } from './evidence.ts';
import type { HealthAnswer } from './health-facts.ts';
import { HOUR_MS } from './rollup.ts';

/**
 * Hours of one version and audience, from the hour of `fromMs` to before `untilMs`.
 * - `build` null: all builds of the version together. Named, what its source tells of the version alone counts too.
 * - `source` null: all of them together.
 * - `segmentsOf`: the days of each segment by this metric, counted from `fromMs`, in place of the hours of the whole. Null: the whole.
 */
export type HealthQuestion = {
  platform: string;
  version: string;
  build: string | null;
  audience: Audience;
  source: string | null;
  fromMs: number;
  untilMs: number;
  segmentsOf: string | null;
};

/** Two questions with one key have one answer; until when is left out, because all of a look are asked at one moment. */
export function keyOfQuestion({ platform, version, build, audience, source, fromMs, segmentsOf }: HealthQuestion): string {
  return [platform, version, build ?? '', audience, source ?? '', fromMs, segmentsOf ?? ''].join(' ');
}

/** What usage is counted by: the app's own unit of use, or sessions. */
export type ExposureOf = 'consumption' | 'sessions';

/** The hours of one metric over its sources, in order of time; `isTold` false: none of them tells of the metric at all. */
export type Series = { hours: readonly HourOfHealth[]; users: number; isTold: boolean };

/** Adds up what sources tell of a metric, hour by hour. Hours from `untilMs` on are left out. */
export function seriesOf(answer: HealthAnswer, metric: string, exposure: ExposureOf, untilMs: number): Series {
  const byHour = new Map<number, { affected: number; count: number; exposure: number }>();
  let newUsers = 0;
  let busiest = 0;
  let isTold = false;
  for (const hour of answer.flatMap(({ hours }) => hours)) {
    if (hour.hourMs >= untilMs) continue;
    const counts = hour.metrics[metric];
    if (counts !== undefined) isTold = true;
    const there = byHour.get(hour.hourMs) ?? { affected: 0, count: 0, exposure: 0 };
    byHour.set(hour.hourMs, {
      affected: there.affected + (counts?.[1] ?? 0),
      count: there.count + (counts?.[0] ?? 0),
      exposure: there.exposure + (exposure === 'sessions' ? (hour.sessions ?? 0) : hour.consumption),
    });
    newUsers += hour.newUsers ?? 0;
    busiest = Math.max(busiest, hour.users ?? 0);
  }
  const hours = [...byHour].map(([hourMs, sums]) => ({ hourMs, ...sums })).toSorted((a, b) => a.hourMs - b.hourMs);
  return { hours, users: Math.max(newUsers, busiest), isTold };
}

/** Events, people and usage of some hours together. */
export function totalOf(hours: readonly HourOfHealth[]): { affected: number; count: number; exposure: number } {
  let affected = 0;
  let count = 0;
  let exposure = 0;
  for (const hour of hours) {
    affected += hour.affected;
    count += hour.count;
    exposure += hour.exposure;
  }
  return { affected, count, exposure };
}

/** Hours that were over before a moment. */
export function overBefore(hours: readonly HourOfHealth[], ms: number): readonly HourOfHealth[] {
  return hours.filter(({ hourMs }) => hourMs + HOUR_MS <= ms);
}
