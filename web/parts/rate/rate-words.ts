/** The numbers behind a cell of health, and a stop of it that stays, in words. */
import type { Cell, RateView } from '#api/verdict.ts';
import { stageAllows } from '#domain/release/can.ts';
import type { Stage } from '#domain/release/track.ts';
import type { Instant } from '#domain/time.ts';
import { momentText } from '../../util/time.ts';
import { amountText, listed, rateText } from '../health-chart/series-model.ts';

/** The start of an hour. The domain's own stands beside its schemas, which a page has no use for. */
const hourOf = (ms: number): number => Math.floor(ms / HOUR_MS) * HOUR_MS;

const HOUR_MS = 3_600_000;

/** One number with its name. `soft`: what stands softly behind it. `at`: a moment that follows the text. */
export type RateRow = { name: string; text: string; soft: string | null; at: Instant | null };

const row = (name: string, text: string, soft: string | null = null, at: Instant | null = null): RateRow => ({ name, text, soft, at });

const people = (count: number): string => (count === 1 ? '1 person' : `${amountText(count)} people`);

/** A bound of a range; with digits more where it would read as the limit and is not: picture and colour cannot disagree. */
function boundText(bound: number, limit: number | null): string {
  const text = rateText(bound);
  if (limit === null || bound === limit || Number(text) !== Number(rateText(limit))) return text;
  const digits = [3, 4, 5, 6].find((each) => Number(bound.toPrecision(each)) !== limit);
  return digits === undefined ? text : bound.toPrecision(digits);
}

function rangeRow({ lower, upper, limit }: RateView): RateRow {
  const low = boundText(lower, limit);
  return upper === null ? row('Range', `${low} and more`, 'nothing bounds it yet') : row('Range', `${low} to ${boundText(upper, limit)}`);
}

/** When it may be told, as far as that is known: nobody can foretell minutes. Null: it is told, or it stays red. */
function settlesRow({ latch, exposure, exposureToGo, tellsAt, of }: RateView, now: Instant): RateRow | null {
  if (latch !== null || exposureToGo === null) return null;
  if (exposureToGo.expected === null && exposure === 0) return row('Settles', 'when it is used');
  if (exposureToGo.expected === null) return row('Settles', 'Not on course', 'at the rate so far it does not become clear');
  if (tellsAt === null || tellsAt <= now) {
    return exposureToGo.expected > 0
      ? row('Settles', `after about ${amountText(exposureToGo.expected)} ${of} more`)
      : row('Settles', 'when more is told');
  }
  return row('Settles', 'about', null, fullHourFrom(tellsAt));
}

const fullHourFrom = (at: Instant): Instant => new Date(Math.ceil(Date.parse(at) / HOUR_MS) * HOUR_MS).toISOString();

/**
 * The numbers of a rate in the order in which they are read: value, limit, range, who was affected, of how much use by how many, what was before at the same age, when it can be
 * told, since when it is red, and what was counted up to when. `isUsage`: the criterion asks for use, and the rate stands beside it.
 */
export function rateRows(rate: RateView, now: Instant, isUsage = false): readonly RateRow[] {
  const { value, limit, warn, baseline } = rate;
  const isWatched = warn !== null && limit !== null && warn < limit;
  const rows = [
    value === null && limit === null
      ? null
      : row(
          isUsage ? 'Rate' : 'Value',
          value === null ? 'None, it was not used' : rateText(value),
          value === null ? null : `per ${rate.per.toLocaleString('en')} ${rate.of}`,
        ),
    limit === null
      ? null
      : row(isUsage ? 'Rate limit' : 'Limit', `at most ${rateText(limit)}`, isWatched ? `watched from ${rateText(warn)}` : null),
    value === null ? null : rangeRow(rate),
    row('Affected', people(rate.affected), rate.count > rate.affected ? `${amountText(rate.count)} events` : null),
    row('Usage', `${amountText(rate.exposure)} ${rate.of}`, rate.users === 0 ? null : `by ${people(rate.users)}, at least`),
    baseline === null
      ? null
      : row(
          'Before',
          `${rateText(baseline.value)} in ${listed(baseline.versions)}`,
          `at the same age${baseline.allowedRatio === null ? '' : `; ${baseline.allowedRatio.toLocaleString('en')} times that may be`}`,
        ),
    settlesRow(rate, now),
    rate.latch === null || rate.redSince === null ? null : row('Red since', '', null, rate.redSince),
    row('Counted', countedOf(rate), 'since', rate.since),
    rate.toldUntil === null ? row('Told until', 'Nothing is told yet') : row('Told until', '', null, rate.toldUntil),
  ];
  return rows.filter((each) => each !== null);
}

/** What the dialog that clears a stop shows: the evidence that is left behind. */
export function evidenceRows(rate: RateView, now: Instant): readonly RateRow[] {
  const shown: readonly string[] = ['Red since', 'Value', 'Limit', 'Range', 'Affected', 'Usage'];
  return rateRows(rate, now)
    .filter(({ name }) => shown.includes(name))
    .toSorted((a, b) => shown.indexOf(a.name) - shown.indexOf(b.name));
}

function countedOf({ build, audience }: RateView): string {
  const whom = audience === 'production' ? 'users' : audience;
  return `${build === null ? 'all builds' : `build ${build}`}, ${whom},`;
}

/** Whether a cell has a stop that stays until a person clears it. A waiver does not end it. */
function staysStopped({ rate }: Pick<Cell, 'rate'>): boolean {
  return (rate?.latch ?? null) !== null;
}

/** Those of a track's cells whose stop can be cleared in this stage. */
export function stopsToClear<Shown extends Pick<Cell, 'rate'>>(cells: readonly Shown[], stage: Stage): readonly Shown[] {
  return stageAllows(stage, 'clear-red') ? cells.filter(staysStopped) : [];
}

/** What clearing a stop does, before it is done: `Crash rate is counted anew from 15:00 on; …`. */
export function clearedInWords(title: string, stage: Stage, now: Instant, zone: string): string {
  const from = new Date(hourOf(Date.parse(now)) + HOUR_MS).toISOString();
  return [
    `${title} is counted anew from ${momentText(from, now, zone)} on, the next whole hour; what came before counts no more.`,
    stage === 'halted'
      ? 'The rollout stays halted until someone resumes it; then the robot may go on when it is green.'
      : 'The robot may go on when it is green.',
  ].join(' ');
}

/** What the range does not tell of a criterion: that its red stays, or that it waits for reports that come late. Null: neither. */
export function standsInWords(
  { title, rate }: Pick<Cell, 'title' | 'rate'>,
  now: Instant,
  zone: string,
): { state: 'stop' | 'caution'; text: string } | null {
  if (rate === null || rate === undefined) return null;
  if (rate.latch !== null) {
    const since = rate.redSince === null ? '' : ` since ${momentText(rate.redSince, now, zone)}`;
    return { state: 'stop', text: `${title} is Stop${since}, and stays so until a person clears it or another build comes.` };
  }
  if (rate.reason !== 'late-reports') return null;
  const when =
    rate.tellsAt === null || rate.tellsAt <= now ? '' : `, and settles about ${momentText(fullHourFrom(rate.tellsAt), now, zone)}`;
  return { state: 'caution', text: `${title} is under its limit so far; it waits for reports that come late${when}.` };
}

/** The criteria that judge what a chart shows of a version: of the same track, metric and people. */
export function judgedBy(
  cells: readonly Cell[],
  { track, metric, audience }: { track: string; metric: string; audience: string },
): readonly Cell[] {
  return cells.filter((cell) => cell.track === track && cell.rate?.metric === metric && cell.rate.audience === audience);
}
