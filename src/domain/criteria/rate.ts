/** A rate of a track, judged from what was told of it: the numbers, and the words that all criteria of health share. */
import { soon } from '../calendar/words.ts';
import type { Aged } from '../health/evidence.ts';
import { judgeGate } from '../health/gate.ts';
import type { Gate } from '../health/gate.ts';
import { HOUR_MS, hourOf } from '../health/rollup.ts';
import { seriesOf } from '../health/told.ts';
import type { HealthQuestion, Series } from '../health/told.ts';
import { nothingTold } from '../health/health-facts.ts';
import type { HealthAnswer, HealthFacts } from '../health/health-facts.ts';
import { powerGreen } from '../health/usage.ts';
import { platformName, sourceName } from '../names.ts';
import { latchOf } from '../release/latches.ts';
import { inWords, plusMs } from '../time.ts';
import type { Instant } from '../time.ts';
import type { JudgeAt, Quantity, RateNumbers, Who } from './criterion.ts';
import { limitOf, rateSettingsOf } from './rate-settings.ts';
import type { EnoughSettings, Limit, LimitSettings } from './rate-settings.ts';
import { alongsideQuestion, answerTo, earlierQuestion, earlierReleases, ownQuestion, usageOf, watermarkOf } from './usage-of.ts';
import type { Usage, UsageSettings } from './usage-of.ts';

export const comparisons = ['last-3-at-same-age', 'last-1-at-same-age', 'last-6-at-same-age', 'nothing'] as const;
export type Comparison = (typeof comparisons)[number];
const releasesOf: Readonly<Record<Comparison, number>> = {
  'last-3-at-same-age': 3,
  'last-1-at-same-age': 1,
  'last-6-at-same-age': 6,
  nothing: 0,
};

export type RateOf = LimitSettings &
  EnoughSettings &
  UsageSettings & { metric: string; 'no-worse-than': Comparison; ratio: number; 'when-too-early': 'hold' | { 'pass-after': number } };

/** Whose usage counts, and since when: later than the audience began where a person has cleared a red. */
export type Counting = { usage: Usage; latch: ReturnType<typeof latchOf>; countFromMs: number };

export function countingOf(settings: UsageSettings, at: JudgeAt<unknown>): Counting {
  const usage = usageOf(settings, at);
  const latch = latchOf(at.track, { instance: at.instance, audience: usage.audience, build: usage.build });
  const sinceMs = Date.parse(usage.since);
  return {
    usage,
    latch,
    countFromMs: latch.clearedAt === null ? sinceMs : Math.max(sinceMs, hourOf(Date.parse(latch.clearedAt)) + HOUR_MS),
  };
}

/** What a rate asks: its own hours, earlier releases at the same age, and what users have beside it. */
export function rateQuestions(settings: RateOf, at: JudgeAt<unknown>): HealthQuestion[] {
  const { usage } = countingOf(settings, at);
  const alongside = alongsideQuestion(at, usage, usage.since);
  return [
    ownQuestion(at, usage, usage.since),
    ...earlierOf(settings, at, usage).map((earlier) => earlierQuestion(at, usage, earlier)),
    ...(alongside === null ? [] : [alongside]),
  ];
}

function earlierOf(settings: Pick<RateOf, 'no-worse-than'>, at: JudgeAt<unknown>, usage: Usage) {
  return earlierReleases(at, usage).slice(0, releasesOf[settings['no-worse-than']]);
}

/** A rate as far as it can be told. `gate` null: no source has told anything of it yet, or none tells of this metric. `versions`: what it is held against. */
export type Rated = Counting & {
  limit: Limit;
  gate: Gate | null;
  isTold: boolean;
  /** Usage of it is told of hours that are whole, whatever else is. */
  isUsed: boolean;
  /** Something of it is told, if only of an hour that goes on. */
  isBegun: boolean;
  watermarkMs: number | null;
  versions: readonly string[];
  /** So much usage is enough to tell it. */
  requiredExposure: number;
  numbers: RateNumbers;
};

/** What was worked out of what is known: a look judges the same several times over, for each step and for those who rest on it. */
const workedOut = new WeakMap<HealthFacts, WeakMap<RateOf, Map<string, Rated | null>>>();

/** Judges a rate; null where the policy has no limit for this platform. */
export function rated(settings: RateOf, at: JudgeAt<unknown>): Rated | null {
  const { health } = at.facts;
  if (health === nothingTold) return worked(settings, at);
  const { usage, latch, countFromMs } = countingOf(settings, at);
  const key = [at.instance, at.track.id, at.now, usage.audience, usage.build, usage.since, usage.source, latch.redSince, countFromMs].join(
    ' ',
  );
  const ofFacts = workedOut.get(health) ?? new WeakMap<RateOf, Map<string, Rated | null>>();
  workedOut.set(health, ofFacts);
  const found = ofFacts.get(settings) ?? new Map<string, Rated | null>();
  ofFacts.set(settings, found);
  const known = found.get(key);
  if (known !== undefined) return known;
  const fresh = worked(settings, at);
  found.set(key, fresh);
  return fresh;
}

function worked(settings: RateOf, at: JudgeAt<unknown>): Rated | null {
  const counting = countingOf(settings, at);
  const { usage, latch, countFromMs } = counting;
  const limit = limitOf(settings, at.track.platform, usage.audience);
  if (limit === null) return null;
  const own = answerTo(at, ownQuestion(at, usage, usage.since));
  const earlier = earlierOf(settings, at, usage).map((each) => ({ ...each, answer: answerTo(at, earlierQuestion(at, usage, each)) }));
  const beside = alongsideQuestion(at, usage, usage.since);
  const watermarkMs = watermarkOf(at, [own, ...earlier.map(({ answer }) => answer)]);
  const untilMs = watermarkMs ?? Number.NEGATIVE_INFINITY;
  const series = read(own, settings.metric, limit, untilMs);
  const baselines = earlier.map(({ since, answer }): Aged & Pick<Series, 'isTold' | 'dispersion'> => {
    const { hours, isTold, dispersion } = read(answer, settings.metric, limit, Infinity);
    return { sinceMs: hourOf(Date.parse(since)), hours, isTold, dispersion };
  });
  const told = baselines.filter(({ isTold }) => isTold);
  const rateSettings = rateSettingsOf(settings, limit, usage.audience);
  const gate =
    watermarkMs === null || !series.isTold
      ? null
      : judgeGate(
          {
            hours: series.hours,
            users: series.users,
            sinceMs: hourOf(Date.parse(usage.since)),
            countFromMs,
            watermarkMs,
            baselines: told,
            alongside: beside === null ? null : read(answerTo(at, beside), settings.metric, limit, untilMs).hours,
            isLatched: latch.redSince !== null,
            dispersion: Math.max(series.dispersion, ...told.map((each) => each.dispersion)),
          },
          {
            ...rateSettings,
            allowedRatio: settings['no-worse-than'] === 'nothing' ? null : settings.ratio,
            lagHours: settings['reports-late-by'] / 60,
          },
        );
  const versions = earlier.filter((_, place) => baselines[place]?.isTold === true).map(({ version }) => version);
  const isRed = gate?.colour === 'red';
  const { designRatio, alphaGreen, power } = rateSettings;
  return {
    ...counting,
    limit,
    gate,
    isTold: series.isTold,
    isUsed: series.hours.some(({ exposure }) => exposure > 0),
    isBegun: own.some(({ hours }) => hours.length > 0),
    watermarkMs,
    versions,
    requiredExposure: (powerGreen(designRatio, alphaGreen, power).expected * limit.per) / limit.amount,
    numbers: {
      metric: settings.metric,
      per: limit.per,
      of: limit.of,
      audience: usage.audience,
      build: usage.build,
      since: new Date(countFromMs).toISOString(),
      toldUntil: watermarkMs === null ? null : new Date(watermarkMs).toISOString(),
      affected: gate?.affected ?? 0,
      count: gate?.count ?? 0,
      exposure: gate?.exposure ?? 0,
      users: gate?.users ?? 0,
      value: gate?.value ?? null,
      lower: gate?.lower ?? 0,
      upper: gate?.upper ?? null,
      limit: limit.amount,
      warn: rateSettings.warn,
      baseline:
        gate?.baseline === undefined || gate.baseline === null
          ? null
          : { versions, ...gate.baseline, allowedRatio: settings['no-worse-than'] === 'nothing' ? null : settings.ratio },
      reason: gate?.reason ?? 'no-usage',
      exposureToGo:
        gate === null || gate.colour === 'green' ? null : { certain: gate.all.earliestRemaining, expected: gate.all.projectedRemaining },
      tellsAt: gate === null ? null : tellsAt(gate, watermarkMs),
      redSince: isRed ? (latch.redSince ?? at.now) : null,
      latch: isRed ? latch.key : null,
      isFleetWide: gate?.isFleetWide ?? false,
      segments: [],
    },
  };
}

function tellsAt({ hoursToGo }: Gate, watermarkMs: number | null): Instant | null {
  // beyond a year nobody waits, and dates end somewhere
  if (hoursToGo === null || watermarkMs === null || hoursToGo > 24 * 365) return null;
  return plusMs(new Date(watermarkMs).toISOString(), Math.round(hoursToGo * HOUR_MS));
}

function read(answer: HealthAnswer, metric: string, { exposure }: Limit, untilMs: number): Series {
  return seriesOf(answer, metric, exposure, untilMs);
}

/* ---- words ---- */

const twoDigits = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 2 });
const threeDigits = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** A rate as people read it: `0.23`, `1.35`, `12.4`. */
export function rateInWords(rate: number): string {
  return (rate < 1 ? twoDigits : threeDigits).format(rate);
}

/** The same as a number for the eye, never a base for a decision. */
export function rateForPeople(rate: number): number {
  return Number(rate.toPrecision(rate < 1 ? 2 : 3));
}

/** An amount of use, coarse: `412,000`. */
export function usageInWords(amount: number): string {
  return (amount < 1000 ? whole : threeDigits).format(amount);
}

export function usageForPeople(amount: number): number {
  return amount < 1000 ? Math.round(amount) : Number(amount.toPrecision(3));
}

/** `per 1,000 h` */
export function unitOf({ per, of }: Limit): string {
  return `per ${whole.format(per)} ${of}`;
}

export function quantityOf(rate: number, limit: Limit): Quantity {
  return { amount: rateForPeople(rate), unit: unitOf(limit) };
}

const metricNames: Readonly<Record<string, string>> = { crashes: 'crashes', anrs: 'ANRs', 'cpu-exceptions': 'CPU exceptions' };

/** `crashes`, `ANRs`, `slow starts`. */
export function metricName(metric: string): string {
  return Object.hasOwn(metricNames, metric) ? (metricNames[metric] ?? metric) : metric.replaceAll('-', ' ');
}

const audienceNames = { employees: 'employees', alpha: 'alpha', beta: 'beta', production: 'users' } as const;

/** Whose usage, of what: `8.9.2 (build 1047) on iOS, with beta`. */
export function ofWhom({ usage }: Counting, { track }: Pick<JudgeAt<unknown>, 'track'>): string {
  const build = usage.build === null ? '' : ` (build ${usage.build})`;
  return `${track.version}${build} on ${platformName(track.platform)}, with ${audienceNames[usage.audience]}`;
}

/** When it may be told, in a clause: `settles about Tue 18:00`; null where that is not known. */
export function settles({ numbers }: Pick<Rated, 'numbers'>, { policy, now }: Pick<JudgeAt<unknown>, 'policy' | 'now'>): string | null {
  const { tellsAt: at } = numbers;
  if (at === null) return null;
  // nobody can foretell minutes
  const about = new Date(Math.ceil(Date.parse(at) / HOUR_MS) * HOUR_MS).toISOString();
  return `about ${soon(about, policy.timezone, now)}`;
}

/** `about 14 h more`; null where no pace is known. */
export function hoursMore({ numbers }: Pick<Rated, 'numbers'>, { now }: Pick<JudgeAt<unknown>, 'now'>): string | null {
  if (numbers.tellsAt === null) return null;
  const ms = Math.max(HOUR_MS, Date.parse(numbers.tellsAt) - Date.parse(now));
  return `about ${inWords(Math.round(ms / HOUR_MS) * HOUR_MS)} more`;
}

/** Those who tell it: the sources behind the answer, for a verdict that waits for more. */
export function feedsWho(at: JudgeAt<unknown>, usage: Usage, what: string): Who {
  const told = answerTo(at, ownQuestion(at, usage, usage.since)).map(({ source }) => source);
  const source = told[0] ?? usage.source ?? at.facts.health.feeds.find(({ platform }) => platform === at.track.platform)?.source;
  return { kind: 'source', name: source === undefined ? 'its source of health' : sourceName(source), what, contact: null };
}
