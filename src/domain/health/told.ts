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
 * - `seenUntilMs`: of segments, also which there were from `fromMs` until then, each as a day −1 with nothing in it: what comes later does not make them more.
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
  seenUntilMs?: number;
};

/** Two questions with one key have one answer; until when is left out, because all of a look are asked at one moment. */
export function keyOfQuestion({ platform, version, build, audience, source, fromMs, segmentsOf, seenUntilMs }: HealthQuestion): string {
  return [platform, version, build ?? '', audience, source ?? '', fromMs, segmentsOf ?? '', seenUntilMs ?? ''].join(' ');
}

/** What usage is counted by: the app's own unit of use, or sessions. */
export type ExposureOf = 'consumption' | 'sessions';

/**
 * The hours of one metric over its sources, in order of time; `isTold` false: none of them tells of the metric at all. `dispersion`: how many times one person may be
 * among the affected, by the source of which that is most: evidence is divided by it (health.md §1.4).
 */
export type Series = { hours: readonly HourOfHealth[]; users: number; isTold: boolean; dispersion: number };

/** Adds up what sources tell of a metric, hour by hour. Hours from `untilMs` on are left out. */
export function seriesOf(answer: HealthAnswer, metric: string, exposure: ExposureOf, untilMs: number): Series {
  const byHour = new Map<number, Omit<Required<HourOfHealth>, 'hourMs'>>();
  let newUsers = 0;
  let busiest = 0;
  let isTold = false;
  for (const hour of answer.flatMap(({ hours }) => hours)) {
    if (hour.hourMs >= untilMs) continue;
    const counts = hour.metrics[metric];
    if (counts !== undefined) isTold = true;
    const there = byHour.get(hour.hourMs) ?? { affected: 0, affectedAtMost: 0, count: 0, exposure: 0, exposureAtLeast: 0 };
    const [count = 0, affected = 0, atMost] = counts ?? [];
    const used = exposure === 'sessions' ? (hour.sessions ?? 0) : hour.consumption;
    byHour.set(hour.hourMs, {
      affected: there.affected + affected,
      affectedAtMost: there.affectedAtMost + (atMost ?? affected),
      count: there.count + count,
      exposure: there.exposure + used,
      exposureAtLeast: there.exposureAtLeast + (exposure === 'sessions' ? used : (hour.consumptionLeast ?? used)),
    });
    newUsers += hour.newUsers ?? 0;
    busiest = Math.max(busiest, hour.users ?? 0);
  }
  const hours = [...byHour].map(([hourMs, sums]) => ({ hourMs, ...sums })).toSorted((a, b) => a.hourMs - b.hourMs);
  const dispersion = answer.reduce((most, part) => Math.max(most, part.dispersion ?? 1), 1);
  return { hours, users: Math.max(newUsers, busiest), isTold, dispersion };
}

/** What green may rest on: the most people who may have been affected, and the least usage. */
export function cautiousOf(hours: readonly HourOfHealth[]): { affected: number; exposure: number } {
  let affected = 0;
  let exposure = 0;
  for (const hour of hours) {
    affected += hour.affectedAtMost ?? hour.affected;
    exposure += hour.exposureAtLeast ?? hour.exposure;
  }
  return { affected, exposure };
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
