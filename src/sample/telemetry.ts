/**
 * What the sample's users do, and what its two sources of health tell of it: hours of use by the hour of the day, and people who are affected. Everything follows from
 * the moment alone, so that a sample that goes on tells the same as one that never stopped; what is judged of it is worked out by the product.
 */
import { HOUR_MS, WHOLE, hourOf } from '#domain/health/rollup.ts';
import type { Audience } from '#domain/facts.ts';
import type { Instant } from '#domain/time.ts';
import type { Platform } from './deeds.ts';
import { stockholm } from './moment.ts';
import type { TelemetrySource } from './people.ts';
import type { VariantName } from './variants.ts';

/** One row as the API takes it. */
type Row = Readonly<Record<string, unknown>>;

const MINUTE_MS = 60_000;
/** Stockholm's summer time. */
const OFFSET_HOURS = 2;
/** How much is listened in each hour of the day, against the mean of the day. */
const BY_HOUR = [
  0.45, 0.35, 0.3, 0.28, 0.3, 0.4, 0.55, 0.7, 0.62, 0.68, 0.8, 0.95, 1.05, 1.1, 1.1, 1.15, 1.2, 1.3, 1.35, 1.35, 1.25, 1.05, 0.8, 0.6,
] as const;
/** Hours after which two thirds of those who update by themselves have done so. */
const ADOPTION_HOURS = 36;
/** Hours of a person in an hour in which they listen at all. */
const HOURS_OF_ONE = 0.8;
/** Of those who listen in an hour, so many were not seen on this version before. */
const NEW_AMONG = 0.2;
/** Where people are, and with how much of the use. What is left is elsewhere. */
const COUNTRIES = { US: 0.34, GB: 0.13, BR: 0.11, DE: 0.09, SE: 0.06 } as const;

/** Hours listened in an hour by everybody on a platform, on the mean of a day. */
const everybody: Readonly<Record<Platform, number>> = { android: 9_800_000, ios: 7_600_000, desktop: 4_100_000 };
/** The same of those who try what is not out yet. */
const trying: Readonly<Record<'alpha' | 'beta', Readonly<Record<Platform, number>>>> = {
  alpha: { android: 1500, ios: 1300, desktop: 900 },
  beta: { android: 5700, ios: 5500, desktop: 3650 },
};

/** People affected per 1,000 h, where nothing happens. */
const usual: Readonly<Record<Platform, Readonly<Record<string, { out: number; tried: number }>>>> = {
  android: { crashes: { out: 0.31, tried: 0.22 }, anrs: { out: 0.2, tried: 0.12 } },
  ios: { crashes: { out: 0.22, tried: 0.16 }, 'cpu-exceptions': { out: 0.025, tried: 0.015 } },
  desktop: { crashes: { out: 0.09, tried: 0.06 }, hangs: { out: 0.08, tried: 0.07 } },
};

/** So many times the usual rate from one moment to another; `versions` left out: of all of them. */
type Change = { platform: Platform; metric: string; audience: Audience; from: Instant; to: Instant; times: number; versions?: string[] };
/** So many people more, spread evenly. `in`: almost all of them in one country. */
type Burst = {
  platform: Platform;
  metric: string;
  audience: Audience;
  version: string;
  from: Instant;
  to: Instant;
  people: number;
  in?: keyof typeof COUNTRIES;
};

/** When a version came to a share of its users. */
type Shares = readonly { at: Instant; percent: number }[];
type Reach = Readonly<Partial<Record<Platform, Shares>>>;
type Course = { version: string; alpha?: Span; beta: Partial<Record<Platform, Span>>; out: Reach };
type Span = { from: Instant; to: Instant };

const END = stockholm('12-31 00:00');
const onAll = (span: Span): Record<Platform, Span> => ({ android: span, ios: span, desktop: span });
const span = (from: string, to: string | null): Span => ({ from: stockholm(from), to: to === null ? END : stockholm(to) });
const reach = (first: string, all: string | null): Shares => [
  { at: stockholm(first), percent: 1 },
  ...(all === null ? [] : [{ at: stockholm(all), percent: 100 }]),
];

const before: readonly Course[] = [
  { version: '8.8.9', beta: {}, out: onBoth('09-10 09:00', '09-11 09:00') },
  { version: '8.9.0', beta: {}, out: onBoth('09-17 09:00', '09-18 09:00') },
  {
    version: '8.9.1',
    beta: onAll(span('09-20 10:20', '09-27 09:00')),
    out: {
      android: reach('09-24 09:05', '09-25 09:05'),
      ios: reach('09-24 09:20', '09-25 09:20'),
      desktop: reach('09-24 09:20', '09-25 09:20'),
    },
  },
];

function onBoth(first: string, all: string): Reach {
  return { android: reach(first, all), ios: reach(first, all), desktop: reach(first, all) };
}

const inStory = {
  android: reach('10-01 08:05', '10-02 08:05'),
  ios: reach('10-02 12:30', '10-03 12:30'),
  desktop: reach('10-01 16:20', '10-02 16:20'),
} as const;

/** When 8.9.2 reached its users. */
const shipped: Readonly<Record<VariantName, Reach>> = {
  story: inStory,
  calm: {
    android: inStory.android,
    ios: reach('10-01 10:00', '10-02 10:00'),
    desktop: reach('10-01 09:30', '10-02 09:30'),
  },
  night: { ...inStory, android: reach('10-01 08:05', '10-03 08:00') },
  late: { ...inStory, android: reach('10-01 08:05', '10-02 13:00') },
  fallback: inStory,
  rejected: { ...inStory, ios: reach('10-03 10:00', '10-07 08:00') },
  canceled: { android: inStory.android, desktop: inStory.desktop },
  hotfix: inStory,
  'fleet-wide': {
    android: reach('10-01 08:05', '10-03 16:10'),
    ios: reach('10-03 13:00', '10-07 08:00'),
    desktop: reach('10-01 16:20', '10-03 16:10'),
  },
};

function coursesOf(variant: VariantName): readonly Course[] {
  return [
    ...before,
    {
      version: '8.9.2',
      alpha: span('09-20 09:30', '09-27 09:10'),
      beta: { android: span('09-27 09:12', null), ios: span('09-27 09:16', null), desktop: span('09-27 09:20', null) },
      out: shipped[variant],
    },
    { version: '8.9.3', alpha: span('09-27 10:30', '10-04 09:00'), beta: onAll(span('10-04 09:30', null)), out: {} },
    ...(variant === 'hotfix'
      ? [
          {
            version: '8.9.2.1',
            beta: { android: span('10-07 12:10', null) },
            out: { android: reach('10-07 16:30', '10-08 16:40') },
          },
        ]
      : []),
  ];
}

/** The evening on which the ANRs of 8.9.2 begin to fall. */
const anrs: readonly Change[] = [
  {
    platform: 'android',
    metric: 'anrs',
    audience: 'production',
    from: stockholm('10-01 08:00'),
    to: stockholm('10-01 20:00'),
    times: 1.15,
    versions: ['8.9.2'],
  },
  {
    platform: 'android',
    metric: 'anrs',
    audience: 'production',
    from: stockholm('10-01 20:00'),
    to: stockholm('10-03 08:00'),
    times: 0.5,
    versions: ['8.9.2'],
  },
];
/** The kids profile of 8.9.2 on iOS. */
const kids: readonly Burst[] = [
  {
    platform: 'ios',
    metric: 'cpu-exceptions',
    audience: 'beta',
    version: '8.9.2',
    from: stockholm('10-01 11:20'),
    to: stockholm('10-01 11:38'),
    people: 34,
  },
  {
    platform: 'ios',
    metric: 'cpu-exceptions',
    audience: 'beta',
    version: '8.9.2',
    from: stockholm('10-01 11:38'),
    to: stockholm('10-01 12:40'),
    people: 8,
  },
];
const adsInTheNight: Burst = {
  platform: 'android',
  metric: 'crashes',
  audience: 'production',
  version: '8.9.2',
  from: stockholm('10-02 01:50'),
  to: stockholm('10-02 03:05'),
  people: 390,
  in: 'BR',
};
const incident: readonly Change[] = (['android', 'ios', 'desktop'] as const).map((platform) => ({
  platform,
  metric: 'crashes',
  audience: 'production' as const,
  from: stockholm('10-01 20:10'),
  to: stockholm('10-03 08:10'),
  times: 4,
}));

function changesOf(variant: VariantName): readonly Change[] {
  return [...(variant === 'calm' ? [] : anrs), ...(variant === 'fleet-wide' ? incident : [])];
}
function burstsOf(variant: VariantName): readonly Burst[] {
  return [...(variant === 'calm' ? [] : kids), ...(variant === 'night' ? [adsInTheNight] : [])];
}

/* ---- use ---- */

/** What an audience of a version is, from when on. */
type Line = { platform: Platform; version: string; audience: Audience; from: number; to: number; useAt(ms: number): number };

/** The share of everybody who is on a version that began at 100% at a moment. */
const adopted = (since: number, ms: number): number => (ms < since ? 0 : 1 - Math.exp(-(ms - since) / HOUR_MS / ADOPTION_HOURS));

function linesOf(variant: VariantName): Line[] {
  const courses = coursesOf(variant);
  const platforms: readonly Platform[] = ['android', 'ios', 'desktop'];
  return platforms.flatMap((platform) => {
    const fullAt = courses.map(({ out }) => ms(out[platform]?.find(({ percent }) => percent === 100)?.at));
    return courses.flatMap(({ version, alpha, beta, out }, place): Line[] => {
      const lines: Line[] = [];
      const tried = (audience: 'alpha' | 'beta', { from, to }: Span): void => {
        lines.push({ platform, version, audience, from: Date.parse(from), to: Date.parse(to), useAt: () => trying[audience][platform] });
      };
      if (alpha !== undefined) tried('alpha', alpha);
      const own = beta[platform];
      if (own !== undefined) tried('beta', own);
      const [first] = out[platform] ?? [];
      const full = fullAt[place] ?? Infinity;
      const later = fullAt.slice(place + 1);
      if (first !== undefined)
        lines.push({
          platform,
          version,
          audience: 'production',
          from: Date.parse(first.at),
          to: Math.min(...later.map((at) => at + 9 * 24 * HOUR_MS), Date.parse(END)),
          useAt: (at) => {
            const share = at < full ? 0.01 : Math.max(0.01, adopted(full, at));
            return everybody[platform] * later.reduce((left, since) => left * (1 - adopted(since, at)), share);
          },
        });
      return lines;
    });
  });
}

const ms = (at: Instant | undefined): number => (at === undefined ? Infinity : Date.parse(at));

const byHour = (at: number): number => BY_HOUR[(Math.floor(at / HOUR_MS) + OFFSET_HOURS) % 24] ?? 1;

/** What was used and who was affected since a line began, in amounts that are not whole yet. */
type Sums = { use: number; affected: Record<string, number>; inCountry: Record<string, number> };

/**
 * Tells of health from moment to moment.
 *
 * @returns `rows(source, from, to)`: the rows of every hour from that of `from` to `to`, the last of them as far as it has come
 */
export function telemetryOf(variant: VariantName): {
  rows(source: TelemetrySource, from: Instant, to: Instant): Row[];
} {
  const lines = linesOf(variant);
  const changes = changesOf(variant);
  const bursts = burstsOf(variant);
  const known = new Map<Line, Sums[]>();

  function rateAt(line: Line, metric: string, at: number): number {
    const { out = 0, tried = 0 } = usual[line.platform][metric] ?? {};
    const base = line.audience === 'production' ? out : tried;
    return changes
      .filter(
        (each) =>
          each.platform === line.platform &&
          each.metric === metric &&
          each.audience === line.audience &&
          (each.versions?.includes(line.version) ?? true) &&
          at >= Date.parse(each.from) &&
          at < Date.parse(each.to),
      )
      .reduce((rate, { times }) => rate * times, base);
  }

  /** From a moment to another of the same hour, added to what was before. */
  function grown(line: Line, sums: Sums, from: number, to: number): Sums {
    const start = Math.max(from, line.from);
    const end = Math.min(to, line.to);
    const grown: Sums = { use: sums.use, affected: { ...sums.affected }, inCountry: { ...sums.inCountry } };
    if (end <= start) return grown;
    // within an hour neither use nor its share change to speak of
    const use = (line.useAt((start + end) / 2) * byHour(start) * (end - start)) / HOUR_MS;
    grown.use += use;
    for (const metric of Object.keys(usual[line.platform])) {
      grown.affected[metric] = (grown.affected[metric] ?? 0) + affectedIn(line, metric, start, end, use);
    }
    for (const each of bursts) {
      if (each.platform !== line.platform || each.version !== line.version || each.audience !== line.audience) continue;
      const within = overlap(each, start, end);
      if (within === 0) continue;
      const people = (each.people * within) / (Date.parse(each.to) - Date.parse(each.from));
      grown.affected[each.metric] = (grown.affected[each.metric] ?? 0) + people;
      if (each.in !== undefined) grown.inCountry[each.in] = (grown.inCountry[each.in] ?? 0) + people * 0.86;
    }
    return grown;
  }

  function affectedIn(line: Line, metric: string, start: number, end: number, use: number): number {
    const edges = changes.flatMap(({ from, to }) => [Date.parse(from), Date.parse(to)]).filter((at) => at > start && at < end);
    const cuts = [start, ...edges.toSorted((a, b) => a - b), end];
    return cuts.slice(1).reduce((sum, cut, index) => {
      const begin = cuts[index] ?? start;
      return sum + ((use * (cut - begin)) / (end - start) / 1000) * rateAt(line, metric, begin);
    }, 0);
  }

  /** What was up to the start of an hour. */
  function sumsAt(line: Line, hour: number): Sums {
    const kept = known.get(line) ?? [{ use: 0, affected: {}, inCountry: {} }];
    known.set(line, kept);
    const first = hourOf(line.from);
    const wanted = Math.max(0, (hour - first) / HOUR_MS);
    for (let index = kept.length; index <= wanted; index++) {
      const from = first + (index - 1) * HOUR_MS;
      const last = kept[index - 1];
      if (last !== undefined) kept.push(grown(line, last, from, from + HOUR_MS));
    }
    return kept[wanted] ?? { use: 0, affected: {}, inCountry: {} };
  }

  function rowsOf(line: Line, source: TelemetrySource, hour: number, until: number): Row[] {
    const was = sumsAt(line, hour);
    const is = grown(line, was, hour, until);
    const use = is.use - was.use;
    if (use <= 0) return [];
    const metrics = Object.keys(usual[line.platform]).filter((metric) => sourceOf(line.platform, metric) === source);
    const people = Math.max(1, Math.round(use / HOURS_OF_ONE));
    const affectedOf = (metric: string): number => Math.floor(is.affected[metric] ?? 0) - Math.floor(was.affected[metric] ?? 0);
    const whole = rowOf(line, WHOLE, { hour, until, use, people }, metrics, affectedOf);
    if (line.audience !== 'production' || source !== 'telemetry') return [whole];
    const segments = Object.entries(COUNTRIES).map(([country, share]) => {
      const extra = (sums: Sums): number => sums.inCountry[country] ?? 0;
      const here = (metric: string): number => {
        const all = (sums: Sums): number => (sums.affected[metric] ?? 0) - (metric === 'crashes' ? total(sums.inCountry) : 0);
        const own = (sums: Sums): number => Math.floor(all(sums) * share + (metric === 'crashes' ? extra(sums) : 0));
        return own(is) - own(was);
      };
      return rowOf(
        line,
        `country=${country}`,
        { hour, until, use: use * share, people: Math.max(1, Math.round(people * share)) },
        metrics,
        here,
      );
    });
    return [whole, ...segments];
  }

  return {
    rows: (source, from, to) => {
      const end = Date.parse(to);
      const rows: Row[] = [];
      for (let hour = hourOf(Date.parse(from)); hour < end; hour += HOUR_MS)
        for (const line of lines) {
          if (line.to <= hour || line.from >= end) continue;
          if (source === 'observability' && line.platform !== 'desktop') continue;
          rows.push(...rowsOf(line, source, hour, Math.min(end, hour + HOUR_MS)));
        }
      return rows;
    },
  };
}

const total = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((sum, each) => sum + each, 0);

function overlap({ from, to }: { from: Instant; to: Instant }, start: number, end: number): number {
  return Math.max(0, Math.min(end, Date.parse(to)) - Math.max(start, Date.parse(from)));
}

const sourceOf = (platform: Platform, metric: string): TelemetrySource =>
  platform === 'desktop' && metric === 'crashes' ? 'observability' : 'telemetry';

type Amounts = { hour: number; until: number; use: number; people: number };

function rowOf(
  { platform, version, audience }: Line,
  segment: string,
  { hour, until, use, people }: Amounts,
  metrics: readonly string[],
  affectedOf: (metric: string) => number,
): Row {
  const counts = (metric: string) => {
    const affected = affectedOf(metric);
    return { count: Math.ceil(affected * 1.15), affected };
  };
  const own = metrics.filter((metric) => metric !== 'crashes' && metric !== 'anrs');
  return {
    platform,
    version,
    audience,
    segment,
    bucket: `${new Date(hour).toISOString().slice(0, 13)}:00:00Z`,
    revision: Math.floor((until - hour) / MINUTE_MS),
    users: people,
    newUsers: Math.round(people * NEW_AMONG),
    sessions: Math.round(people * 1.4),
    consumption: Math.round(use),
    ...(metrics.includes('crashes') ? { crashes: counts('crashes') } : {}),
    ...(metrics.includes('anrs') ? { anrs: counts('anrs') } : {}),
    ...(own.length === 0 ? {} : { metrics: Object.fromEntries(own.map((metric) => [metric, counts(metric)])) }),
  };
}
