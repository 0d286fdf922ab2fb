/** Where things of a chart lie: scales, ticks, lines and the labels at their ends. Pixels out of numbers; nothing of it knows what is drawn. */

/** `y` null: nothing is known there, and the line has a gap. `low`, `high`: the band around it. */
export type ChartPoint = { x: number; y: number | null; low?: number | null; high?: number | null };

/** How a line is told from others, beside its label: by its stroke, never by colour. The first is the one that is looked at. */
export const looks = ['lead', 'dashes', 'dots', 'long', 'mixed', 'fine', 'wide', 'thin', 'baseline'] as const;
export type Look = (typeof looks)[number];

/** `area`: what lies under it is filled. `label` null: it has none at its end. */
export type ChartLine = { id: string; label: string | null; look: Look; points: readonly ChartPoint[]; band?: boolean; area?: boolean };

export type Box = { left: number; right: number; top: number; bottom: number };

export type Scale = (value: number) => number;

export function scaleOf([from, to]: readonly [number, number], [start, end]: readonly [number, number]): Scale {
  const length = to - from;
  return length === 0 ? () => start : (value) => start + ((value - from) / length) * (end - start);
}

/** Steps that are read at a glance: 1, 2 or 5 with zeros. */
export function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const lead = rough / power;
  return (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10) * power;
}

/** Ticks from 0 to at least `most`, about so many; the last of them is the top of the scale. */
export function ticksTo(most: number, about: number): number[] {
  if (!Number.isFinite(most) || most <= 0) return [0, 1];
  const step = niceStep(most / about);
  const count = Math.ceil(most / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, at) => Number((at * step).toPrecision(12)));
}

const AGE_STEPS = [1, 2, 3, 6, 12, 24, 48, 72, 168, 336] as const;

/** Ticks of an age in hours, `6 h` or `2 d`, so that no more than `most` of them stand beside each other. */
export function ageTicks(hours: number, most: number): { x: number; label: string }[] {
  const step = AGE_STEPS.find((each) => hours / each <= most) ?? 672;
  const ticks = Array.from({ length: Math.floor(hours / step + 1e-9) + 1 }, (_, at) => at * step);
  return ticks.map((x) => ({ x, label: ageText(x, step >= 24) }));
}

/** `6 h`; in days where the axis is told in days. */
export function ageText(hours: number, inDays = false): string {
  return inDays ? `${Math.round(hours / 24)} d` : `${Math.round(hours)} h`;
}

/** The top of what is shown: all lines and marks, with air above. A band may be cut: early on it is as wide as anything. */
export function topOf(lines: readonly ChartLine[], marks: readonly number[]): number {
  const values = lines.flatMap(({ points, band, look }) => {
    const known = points.flatMap(({ y }) => y ?? []);
    const last = points.findLast(({ y }) => y !== null);
    // a rate that two hours tell of is no measure of the picture
    const settled = look === 'baseline' || points.length < 4 ? known : known.slice(Math.ceil(points.length / 8));
    return [...settled, ...(band === true && last?.high ? [last.high * 1.08] : [])];
  });
  return Math.max(0, ...values, ...marks.map((mark) => mark * 1.15));
}

const part = (value: number): string => value.toFixed(1);

/** The line through the points that are known; it begins anew after a gap. */
export function linePath(points: readonly ChartPoint[], x: Scale, y: Scale): string {
  let isOpen = false;
  let path = '';
  for (const point of points) {
    if (point.y === null) isOpen = false;
    else {
      path += `${isOpen ? 'L' : 'M'}${part(x(point.x))} ${part(y(point.y))}`;
      isOpen = true;
    }
  }
  return path;
}

/** The band between the lower and upper bounds, cut at the box. */
export function bandPath(points: readonly ChartPoint[], x: Scale, y: Scale, { top, bottom }: Pick<Box, 'top' | 'bottom'>): string {
  const known = points.flatMap(({ x: at, low, high }) =>
    low === undefined || low === null || high === undefined || high === null ? [] : [{ at, low, high }],
  );
  if (known.length === 0) return '';
  const cut = (value: number): number => Math.min(bottom, Math.max(top, y(value)));
  const upper = known.map(({ at, high }) => `${part(x(at))} ${part(cut(high))}`);
  const lower = known.toReversed().map(({ at, low }) => `${part(x(at))} ${part(cut(low))}`);
  return `M${[...upper, ...lower].join('L')}Z`;
}

/** What lies under a line. */
export function areaPath(points: readonly ChartPoint[], x: Scale, y: Scale, bottom: number): string {
  const known = points.flatMap(({ x: at, y: value }) => (value === null ? [] : [{ at, value }]));
  const [first, last] = [known[0], known.at(-1)];
  if (first === undefined || last === undefined) return '';
  const line = known.map(({ at, value }) => `${part(x(at))} ${part(y(value))}`).join('L');
  return `M${part(x(first.at))} ${part(bottom)}L${line}L${part(x(last.at))} ${part(bottom)}Z`;
}

/** Labels beside the ends of lines, moved apart until none covers another, and kept within the box; the order of their heights is kept. */
export function apart<T extends { y: number }>(labels: readonly T[], least: number, { top, bottom }: Pick<Box, 'top' | 'bottom'>): T[] {
  const sorted = labels.toSorted((a, b) => a.y - b.y).map((label) => ({ ...label }));
  let above = top - least;
  for (const label of sorted) {
    label.y = Math.max(label.y, above + least);
    above = label.y;
  }
  let below = bottom + least;
  for (const label of sorted.toReversed()) {
    label.y = Math.min(label.y, below - least);
    below = label.y;
  }
  return sorted;
}

/** Labels whose lines end near each other are moved apart; those that end elsewhere stay where they are. `reach`: how wide a label is. */
export function placed<T extends { x: number; y: number }>(
  labels: readonly T[],
  least: number,
  reach: number,
  box: Pick<Box, 'top' | 'bottom'>,
): T[] {
  const groups: T[][] = [];
  for (const label of labels.toSorted((a, b) => a.x - b.x)) {
    const near = groups.find((group) => group.some(({ x }) => label.x - x < reach));
    if (near === undefined) groups.push([label]);
    else near.push(label);
  }
  return groups.flatMap((group) => apart(group, least, box));
}

/** The place of the point nearest to where somebody points. */
export function nearest(points: readonly ChartPoint[], x: number): number {
  let best = 0;
  for (const [at, point] of points.entries()) if (Math.abs(point.x - x) < Math.abs((points[best]?.x ?? Infinity) - x)) best = at;
  return best;
}

/** Where a line stands at a place: at its last point that is no later; null before its first and after its last. */
export function standsAt(points: readonly ChartPoint[], x: number, reach: number): ChartPoint | null {
  const last = points.at(-1);
  if (last === undefined || x > last.x + reach) return null;
  return points.findLast((point) => point.x <= x + 1e-9) ?? null;
}
