/** What the charts of a track take from its criteria. */
import type { Cell } from '#api/verdict.ts';

/** The criterion that asks for some use at least, counted in `of`, with how much: that of its kind, else another. */
export function leastUse(cells: readonly Cell[], of: string): { amount: number; state: Cell['state'] } | null {
  const least = cells.filter(({ limit, limitIs }) => limit?.unit === of && limitIs === 'at-least');
  const found = least.find(({ kind }) => kind === 'enough-usage') ?? least[0];
  return found === undefined || found.limit === null ? null : { amount: found.limit.amount, state: found.state };
}

const DAY = 24;

/** Hours that are shown of a track: the first day whole, then in days that have begun. */
export function lengthOf(ageHours: number): number {
  return Math.max(1, Math.ceil(ageHours / DAY - 1e-9)) * DAY;
}

/** What is said of each point by its age in whole hours, in their order: for the rows of a table. */
export function byAge<Point extends { ageHours: number }, Said>(
  points: readonly Point[],
  say: (point: Point) => Said,
): ReadonlyMap<number, Said> {
  return new Map(points.map((point) => [Math.round(point.ageHours), say(point)]));
}
