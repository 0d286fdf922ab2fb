/** What the answers about health say, as charts and sentences take it. */
import type { HealthLine, HealthSeries } from '../../api/health-client.ts';
import { platformName } from '#domain/names.ts';
import type { ChartLine, Look } from './chart-model.ts';
import { looks } from './chart-model.ts';
import { limitOf, withWhom } from './whom.ts';

/** A rate as it is read: few digits, and never more than it is worth. */
export function rateText(rate: number): string {
  if (rate === 0) return '0';
  return rate >= 100
    ? Math.round(rate).toLocaleString('en')
    : rate >= 10
      ? rate.toFixed(1)
      : rate >= 0.1
        ? rate.toFixed(2)
        : rate.toPrecision(2);
}

/** The bounds of a range, with a digit more. */
export function rangeText(lower: number, upper: number): string {
  const text = (bound: number): string => (bound === 0 ? '0' : bound < 1 ? bound.toFixed(3) : rateText(bound));
  return `${text(lower)}–${text(upper)}`;
}

/** `412,000`, `2.6 M`: an amount of use or people. */
export function amountText(amount: number): string {
  if (amount >= 1e9) return `${(amount / 1e9).toFixed(1)} bn`;
  if (amount >= 1e6) return `${(amount / 1e6).toFixed(1)} M`;
  if (amount >= 100_000) return `${Math.round(amount / 1000).toLocaleString('en')},000`;
  return amount >= 100 || Number.isInteger(amount) ? Math.round(amount).toLocaleString('en') : amount.toFixed(1);
}

/** The same where there is little room: `1.5M`, `40k`. */
export function tickText(amount: number): string {
  if (amount >= 1e9) return `${Number((amount / 1e9).toPrecision(3))}bn`;
  if (amount >= 1e6) return `${Number((amount / 1e6).toPrecision(3))}M`;
  return amount >= 10_000 ? `${Number((amount / 1000).toPrecision(3))}k` : String(Number(amount.toPrecision(3)));
}

/** A rate of the scale, with as many digits as its steps tell apart: `0.05`, `0.10`. */
export function rateTick(rate: number, step: number): string {
  if (rate === 0) return '0';
  return rate >= 10 ? tickText(rate) : rate.toFixed(Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
}

export function shareText(share: number): string {
  const percent = share * 100;
  return `${percent >= 10 || percent === 0 ? Math.round(percent) : Number(percent.toPrecision(2))}%`;
}

/** `crashes` → Crash rate; a name of the app's own keeps its words. */
export function metricTitle(metric: string): string {
  if (metric === 'crashes') return 'Crash rate';
  if (metric === 'anrs') return 'ANR rate';
  const words = metric.replaceAll('-', ' ').replace(/^cpu\b/, 'CPU');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

export const dimensionTitles: Readonly<Record<string, string>> = {
  country: 'Markets',
  os: 'Systems',
  device: 'Devices',
  arm: 'Arms',
  language: 'Languages',
};

/** How a rate stands to its limit: by the range, as every verdict. `unknown`: there is no limit, or nothing is told. */
export type Standing = 'under' | 'crosses' | 'over' | 'unknown';

export function standingOf(point: { lower: number | null; upper: number | null } | undefined, limit: number | null): Standing {
  if (point === undefined || limit === null || point.lower === null || point.upper === null) return 'unknown';
  return point.upper <= limit ? 'under' : point.lower >= limit ? 'over' : 'crosses';
}

export const toneOf: Readonly<Record<Standing, 'plain' | 'caution' | 'stop'>> = {
  under: 'plain',
  unknown: 'plain',
  crosses: 'caution',
  over: 'stop',
};

/** The version that is looked at: the one asked for, else the newest that users receive, else the newest of which anything is told. */
export function leadOf(items: readonly HealthLine[], asked: string | undefined): HealthLine | null {
  const told = items.filter(({ points }) => points.length > 0);
  return (
    told.find(({ version }) => version === asked) ??
    told.find(({ stage }) => stage === 'rolling-out' || stage === 'halted' || stage === 'released') ??
    told[0] ??
    null
  );
}

/** Which stroke each version has: the one that is looked at its own, the others in their order. */
export function looksOf(items: readonly HealthLine[], lead: string): ReadonlyMap<string, Look> {
  const others = looks.filter((look) => look !== 'lead' && look !== 'baseline');
  const told = items.filter(({ points, version }) => points.length > 0 && version !== lead);
  return new Map([[lead, 'lead'], ...told.map(({ version }, at): [string, Look] => [version, others[at % others.length] ?? 'thin'])]);
}

type Point = HealthLine['points'][number];
export type Axis = 'age' | 'date';

const xOf = (point: Point, axis: Axis): number => (axis === 'age' ? point.ageHours : Date.parse(point.at));

/** Use of a step that is told whole: one that goes on is no fall. The first is shown in any case. */
export function wholeStep(point: Point, { toldUntil, points }: Pick<HealthLine, 'toldUntil' | 'points'>): number | null {
  const goesOn = toldUntil !== null && Date.parse(point.at) > Date.parse(toldUntil);
  return goesOn && point !== points[0] ? null : point.stepExposure;
}

/** Lines of all versions, the one that is looked at last so that it lies above. `pick`: what is drawn of a point. */
export function linesOf(
  items: readonly HealthLine[],
  lead: string,
  axis: Axis,
  pick: (point: Point, line: HealthLine) => number | null,
  more: { band?: boolean; area?: boolean } = {},
): ChartLine[] {
  const look = looksOf(items, lead);
  const ordered = [...items.filter(({ version }) => version !== lead), ...items.filter(({ version }) => version === lead)];
  return ordered
    .filter(({ points }) => points.length > 0)
    .map((line) => ({
      id: line.version,
      label: line.version,
      look: look.get(line.version) ?? 'thin',
      points: line.points.map((point) => ({
        x: xOf(point, axis),
        y: pick(point, line),
        ...(more.band === true && line.version === lead ? { low: point.lower, high: point.upper } : {}),
      })),
      ...(line.version === lead ? more : {}),
    }));
}

/** Earlier releases at the same age as a line with its band; nothing by date, where there is no same age. */
export function baselineLine(series: HealthSeries, axis: Axis, pick: 'rate' | 'exposure' | 'users' = 'rate'): ChartLine[] {
  if (series.baseline === null || axis === 'date') return [];
  return [
    {
      id: 'baseline',
      label: null,
      look: 'baseline',
      band: pick === 'rate',
      points: series.baseline.points.map((point) => ({
        x: point.ageHours,
        y: point[pick],
        ...(pick === 'rate' ? { low: point.low, high: point.high } : {}),
      })),
    },
  ];
}

/** What earlier releases had come to at an age. */
export function baselineAt(series: HealthSeries, ageHours: number): number | null {
  return series.baseline?.points.findLast((point) => point.ageHours <= ageHours + 1e-9)?.rate ?? null;
}

/** `8.9.0, 8.8.9 and 8.8.8` */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}

/** `per 1,000 h`, `per 1,000 sessions` */
export function unitText(series: Pick<HealthSeries, 'unit' | 'of'>): string {
  return `per ${series.unit.toLocaleString('en')} ${series.of}`;
}

/** `412,000 h`, `2.6 M sessions`: so much use. */
export function usageText(amount: number, { of }: Pick<HealthSeries, 'of'>): string {
  return `${amountText(amount)} ${of}`;
}

/** What a picture of how much it is used is called: `Hours of use`, `Sessions`, `Orders`. */
export function usageTitle({ of }: Pick<HealthSeries, 'of'>): string {
  return of === 'h' ? 'Hours of use' : `${of.charAt(0).toUpperCase()}${of.slice(1)}`;
}

export function standingText(standing: Standing, limit: number | null): string | null {
  if (limit === null) return null;
  switch (standing) {
    case 'under':
      return `under the limit ${rateText(limit)}`;
    case 'crosses':
      return `crosses the limit ${rateText(limit)}`;
    case 'over':
      return `over the limit ${rateText(limit)}`;
    case 'unknown':
      return `limit ${rateText(limit)}`;
    default:
      return standing satisfies never;
  }
}

/** The sentence that says what a picture of a rate shows: of whom it is, value, range, limit, what was before, how much it is used, and `stands`: what its criteria say beside the range. */
export function seriesInWords(series: HealthSeries, lead: HealthLine | null, stands: readonly string[] = []): string {
  const what = withWhom(`${metricTitle(series.metric)} on ${platformName(series.platform)}`, series);
  const last = lead?.points.at(-1);
  if (lead === null || last === undefined) return `${what}: nothing is told of it.`;
  const limit = limitOf(series);
  const age = Math.round(last.ageHours);
  const begin = `${what}, ${lead.version}, ${age < 48 ? `${age} hours` : `${Math.round(age / 24)} days`} after its rollout began`;
  if (last.rate === null || last.lower === null || last.upper === null)
    return [`${begin}: it was not used, so that there is no rate.`, ...stands].join(' ');
  const standing = standingText(standingOf(last, limit), limit);
  const before = baselineAt(series, last.ageHours);
  return [
    `${begin}: ${rateText(last.rate)} affected people ${unitText(series)}${series.of === 'h' ? ' of use' : ''}, range ${rangeText(last.lower, last.upper).replace('–', ' to ')}${standing === null ? '' : `, ${standing}`}.`,
    ...(before === null ? [] : [`${listed(series.baseline?.versions ?? [])} had ${rateText(before)} at the same age.`]),
    ...(last.share === null ? [] : [`${shareText(last.share)} of the use is on it.`]),
    ...stands,
  ].join(' ');
}

/** Days of a zone that begin between two moments, as ticks; every so many, so that no more than `most` stand beside each other. */
export function dayTicks(
  from: number,
  to: number,
  most: number,
  told: (at: number) => { hour: string; day: string },
): { x: number; label: string }[] {
  const hour = 3_600_000;
  const found: { x: number; label: string }[] = [];
  for (let at = Math.ceil(from / hour) * hour; at <= to; at += hour) {
    const said = told(at);
    if (said.hour === '00:00') found.push({ x: at, label: said.day });
  }
  const every = Math.max(1, Math.ceil(found.length / most));
  return found.filter((_, at) => at % every === 0);
}
