/** How a rate went since a rollout began: what a chart draws, by the same numbers that a verdict is made of (health.md §1.1). Pure: the same steps in any order give the same line. */
import { ALPHA_GREEN, ALPHA_RED, GATE_SHAPE, greenAtLeast, rateOf, redAtMost } from './one-rate.ts';
import { HOUR_MS } from './rollup.ts';

/**
 * What one step of a version saw: an hour, several, or a day. `affected`: people hit for the first time. `users`: of its busiest hour. `newUsers` add up; null: not told.
 */
export type StepSeen = {
  startMs: number;
  endMs: number;
  affected: number;
  exposure: number;
  users: number;
  newUsers: number | null;
};

/**
 * Where a rate stood at the end of a step. `affected`, `exposure`, `users` and `rate` since the beginning; `lower` and `upper` are the always-valid range around it, per `unit`.
 * What begins with `step` is of the step alone. Null: there was no use of which a rate could be told.
 */
export type SeriesPoint = {
  startMs: number;
  endMs: number;
  affected: number;
  exposure: number;
  users: number;
  rate: number | null;
  lower: number | null;
  upper: number | null;
  stepExposure: number;
  stepRate: number | null;
};

export type SeriesSettings = { unit: number; shape: number; alphaRed: number; alphaGreen: number };

/** Rates are told per 1,000 units of use. */
export const RATE_UNIT = 1000;

export const SERIES_DEFAULTS: SeriesSettings = { unit: RATE_UNIT, shape: GATE_SHAPE, alphaRed: ALPHA_RED, alphaGreen: ALPHA_GREEN };

/** A bound takes a bisection and depends on the count alone, which rises slowly: what was found is kept. */
const found = new Map<string, { lower: number; upper: number }>();
const MOST_KEPT = 20_000;

function boundsOf(count: number, { shape, alphaRed, alphaGreen }: SeriesSettings): { lower: number; upper: number } {
  const key = `${count} ${shape} ${alphaRed} ${alphaGreen}`;
  const known = found.get(key);
  if (known !== undefined) return known;
  const bounds = { lower: redAtMost(count, alphaRed, shape), upper: greenAtLeast(count, alphaGreen, shape) };
  if (found.size >= MOST_KEPT) found.clear();
  found.set(key, bounds);
  return bounds;
}

/** A rate with its range: `affected` (0 or more, whole) people in `exposure`. */
export function rateRange(
  affected: number,
  exposure: number,
  settings: SeriesSettings = SERIES_DEFAULTS,
): { rate: number | null; lower: number | null; upper: number | null } {
  if (exposure <= 0) return { rate: null, lower: null, upper: null };
  const bounds = boundsOf(affected, settings);
  return {
    rate: rateOf(affected, exposure, settings.unit),
    lower: rateOf(bounds.lower, exposure, settings.unit),
    upper: rateOf(bounds.upper, exposure, settings.unit),
  };
}

/** The line of one version; steps of several sources at the same time are added up. */
export function seriesOf(steps: readonly StepSeen[], settings: SeriesSettings = SERIES_DEFAULTS): SeriesPoint[] {
  let sum = { affected: 0, exposure: 0, busiest: 0, newUsers: 0 };
  return inOrder(steps).map((step) => {
    sum = {
      affected: sum.affected + step.affected,
      exposure: sum.exposure + step.exposure,
      busiest: Math.max(sum.busiest, step.users),
      newUsers: sum.newUsers + (step.newUsers ?? 0),
    };
    return {
      startMs: step.startMs,
      endMs: step.endMs,
      affected: sum.affected,
      exposure: sum.exposure,
      users: Math.max(sum.busiest, sum.newUsers),
      ...rateRange(sum.affected, sum.exposure, settings),
      stepExposure: step.exposure,
      stepRate: step.exposure > 0 ? rateOf(step.affected, step.exposure, settings.unit) : null,
    };
  });
}

function inOrder(steps: readonly StepSeen[]): StepSeen[] {
  const byStart = new Map<number, StepSeen>();
  for (const step of steps) {
    const there = byStart.get(step.startMs);
    byStart.set(
      step.startMs,
      there === undefined
        ? step
        : {
            startMs: step.startMs,
            endMs: Math.max(there.endMs, step.endMs),
            affected: there.affected + step.affected,
            exposure: there.exposure + step.exposure,
            users: there.users + step.users,
            newUsers: there.newUsers === null && step.newUsers === null ? null : (there.newUsers ?? 0) + (step.newUsers ?? 0),
          },
    );
  }
  return [...byStart.values()].toSorted((a, b) => a.startMs - b.startMs);
}

/** What earlier releases had come to at an age: all of them together, and the least and largest of each by itself. `exposure` and `users` are those of a middling one. */
export type BaselinePoint = {
  ageHours: number;
  rate: number | null;
  low: number | null;
  high: number | null;
  exposure: number;
  users: number;
};

/** Earlier releases at each age that all of them have reached: a line that one of them leaves would jump. `sinceMs`: the start of the hour in which each began. */
export function baselineOf(
  releases: readonly { sinceMs: number; points: readonly SeriesPoint[] }[],
  settings: Pick<SeriesSettings, 'unit'> = SERIES_DEFAULTS,
): BaselinePoint[] {
  const lines = releases
    .filter(({ points }) => points.length > 0)
    .map(({ sinceMs, points }) => points.map((point) => ({ ...point, ageHours: (point.endMs - sinceMs) / HOUR_MS })));
  if (lines.length === 0) return [];
  const reached = Math.min(...lines.map((line) => line.at(-1)?.ageHours ?? 0));
  const ages = [...new Set(lines.flatMap((line) => line.map(({ ageHours }) => ageHours)))].filter((age) => age <= reached);
  return ages
    .toSorted((a, b) => a - b)
    .flatMap((ageHours) => {
      const then = lines.flatMap((line) => line.findLast((point) => point.ageHours <= ageHours) ?? []);
      if (then.length < lines.length) return [];
      const sum = (pick: (point: SeriesPoint) => number): number => then.reduce((total, point) => total + pick(point), 0);
      const exposure = sum((point) => point.exposure);
      const rates = then.flatMap(({ rate }) => rate ?? []);
      return [
        {
          ageHours,
          rate:
            exposure > 0
              ? rateOf(
                  sum(({ affected }) => affected),
                  exposure,
                  settings.unit,
                )
              : null,
          low: rates.length === 0 ? null : Math.min(...rates),
          high: rates.length === 0 ? null : Math.max(...rates),
          exposure: exposure / then.length,
          users: Math.round(sum(({ users }) => users) / then.length),
        },
      ];
    });
}

/** Points of one version in an answer, at most; longer times are told in longer steps. */
export const MOST_POINTS = 112;

const HOUR_STEPS = [1, 2, 3, 6, 12, 24] as const;

/** The days that are told by the hour at most, and by the day. */
export const MOST_DAYS = { hour: 14, day: 90 } as const;

/** Hours in a step, so that this many hours are told by no more than `MOST_POINTS` points: a divisor of the day, or whole days. */
export function stepHoursFor(hours: number): number {
  return HOUR_STEPS.find((step) => hours / step <= MOST_POINTS) ?? 24 * Math.ceil(hours / 24 / MOST_POINTS);
}
