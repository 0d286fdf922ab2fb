/** Google Play's vitals as a source of release health: how fresh they are first, and then what is new. */
import { Temporal } from 'temporal-polyfill';
import { HOUR_MS, WHOLE } from '#domain/health/rollup.ts';
import type { HealthSource, TrackOfHealth } from '#ports/health-source.ts';
import type { Tools } from '#ports/integration.ts';
import { Trouble } from '#ports/trouble.ts';
import { playClient } from './client.ts';
import type { MetricSetName, PlayClient } from './client.ts';
import { affectedIn, peopleIn, shareIn } from './rounding.ts';
import { DIMENSIONS, MOST_DEVICES, segmentOf } from './segments.ts';
import type { SegmentName } from './segments.ts';
import type { DateTime, QueryRow } from './schema.ts';
import type { PlaySettings } from './settings.ts';

/**
 * By period: its zone (the only one that there is), how much is read again for what came late, and how much in one part. Models are thousands of rows a period: with
 * them a part is shorter, so that a reading of it ends in time.
 */
const PERIODS = {
  daily: {
    name: 'DAILY',
    zone: 'America/Los_Angeles',
    againMs: 3 * 24 * HOUR_MS,
    partMs: 14 * 24 * HOUR_MS,
    partWithDevicesMs: 2 * 24 * HOUR_MS,
  },
  hourly: { name: 'HOURLY', zone: 'UTC', againMs: 48 * HOUR_MS, partMs: 2 * 24 * HOUR_MS, partWithDevicesMs: 2 * HOUR_MS },
} as const;

/** Segments are asked for of so many builds, the newest that have users: those before them were told when they were new. */
const SEGMENTED_BUILDS = 4;
/** Google counts calls by the second. */
const CALLS_AT_ONCE = 4;

const RATES: Readonly<Record<MetricSetName, string>> = { crashRateMetricSet: 'crashRate', anrRateMetricSet: 'anrRate' };

export function playSource(settings: PlaySettings, tools: Tools, longestMs?: number): HealthSource {
  const period = PERIODS[settings.period];
  const client = playClient(settings, tools, longestMs);
  const segments = settings.people === 'OS_BETA' ? [] : [...new Set(settings.segments)];
  const partMs = segments.includes('device') ? period.partWithDevicesMs : period.partMs;
  return {
    source: settings.source,
    everyMinutes: settings.everyMinutes,
    dispersion: settings.dispersion,
    async rollupsSince({ tracks, cursor }) {
      const nowMs = Date.parse(tools.now());
      const freshMs = Math.min(
        await freshUntil(client, 'crashRateMetricSet', period),
        await freshUntil(client, 'anrRateMetricSet', period),
      );
      const firstMs = startOf(nowMs - settings.firstDays * 24 * HOUR_MS, period.zone);
      const at = cursorFrom(cursor);
      const sinceMs = at === null ? firstMs : Math.max(firstMs, startOf(at.isWithin ? at.ms : at.ms - period.againMs, period.zone));
      const untilMs = startOf(Math.min(freshMs, sinceMs + partMs), period.zone, settings.period === 'hourly');
      const more = untilMs < freshMs;
      if (untilMs <= sinceMs) return { rows: [], completeUntil: isoOf(freshMs), cursor: cursorOf(freshMs, false), more: false };
      const ask: Ask = (set, within) =>
        client.rowsOf(set, {
          timelineSpec: {
            aggregationPeriod: period.name,
            startTime: dateTimeOf(sinceMs, period.zone),
            endTime: dateTimeOf(untilMs, period.zone),
          },
          dimensions: ['versionCode', ...(within === null ? [] : [DIMENSIONS[within.segment]])],
          metrics: [RATES[set], 'distinctUsers'],
          ...(within === null ? {} : { filter: `versionCode = ${within.code}` }),
          userCohort: settings.people,
        });
      const whole = seenOf(await bothOf(ask, null), period.zone, null);
      const versions = versionsOf(tracks, settings.platform);
      const within = newestOf(whole, versions).flatMap((code) => segments.map((segment) => ({ code, segment })));
      const parts: (readonly Seen[])[] = [];
      for (let at = 0; at < within.length; at += CALLS_AT_ONCE / 2) {
        const some = within.slice(at, at + CALLS_AT_ONCE / 2);
        parts.push(
          ...(await Promise.all(some.map(async (each) => mostUsed(seenOf(await bothOf(ask, each), period.zone, each.segment), each)))),
        );
      }
      return {
        rows: [...whole, ...parts.flat()].map((seen) => rowOf(seen, settings, versions)),
        completeUntil: more ? null : isoOf(freshMs),
        cursor: cursorOf(untilMs, more),
        more,
      };
    },
  };
}

type Within = { code: string; segment: SegmentName };
type Ask = (set: MetricSetName, within: Within | null) => Promise<QueryRow[]>;
type Both = Readonly<Record<MetricSetName, readonly QueryRow[]>>;

async function bothOf(ask: Ask, within: Within | null): Promise<Both> {
  const [crashRateMetricSet, anrRateMetricSet] = await Promise.all([ask('crashRateMetricSet', within), ask('anrRateMetricSet', within)]);
  return { crashRateMetricSet, anrRateMetricSet };
}

async function freshUntil(client: PlayClient, set: MetricSetName, { name }: { name: string }): Promise<number> {
  const { freshnessInfo } = await client.freshness(set);
  const latest = freshnessInfo?.freshnesses.find(({ aggregationPeriod }) => aggregationPeriod === name)?.latestEndTime;
  if (latest === undefined) throw new Trouble(`Google Play says not up to when ${set} is there for ${name}`, { mayHaveHappened: false });
  return momentOf(latest, name === 'HOURLY' ? 'UTC' : 'America/Los_Angeles');
}

/** What one build, whole or in a segment, saw in a period: of each metric set the people of whom it speaks, and the share of them as it is written. */
type Told = { users: number; rate: string | null };
type Seen = { code: string; segment: string; ms: number; crashes: Told | null; anrs: Told | null };

const METRICS = { crashRateMetricSet: 'crashes', anrRateMetricSet: 'anrs' } as const satisfies Record<MetricSetName, keyof Seen>;

/** What both metric sets say of the same builds and periods, put together. Values of a dimension that Play does not know are in the whole alone. */
function seenOf(both: Both, zone: string, dimension: SegmentName | null): Seen[] {
  const found = new Map<string, Seen>();
  for (const set of ['crashRateMetricSet', 'anrRateMetricSet'] as const)
    for (const { startTime, dimensions, metrics } of both[set]) {
      const valueIn = (name: string): string | undefined => {
        const value = dimensions.find((each) => each.dimension === name);
        return value?.int64Value ?? value?.stringValue;
      };
      const measured = (name: string): string | null => metrics.find(({ metric }) => metric === name)?.decimalValue?.value ?? null;
      const code = valueIn('versionCode');
      const users = Number(measured('distinctUsers') ?? Number.NaN);
      if (code === undefined || !Number.isFinite(users) || users < 0)
        throw new Trouble('Google Play told a row without its version code or its users', { mayHaveHappened: false });
      const segment = dimension === null ? WHOLE : segmentOf(dimension, valueIn(DIMENSIONS[dimension]) ?? '');
      if (segment === null) continue;
      const ms = momentOf(startTime, zone);
      const key = `${code} ${ms} ${segment}`;
      const before = found.get(key) ?? { code, segment, ms, crashes: null, anrs: null };
      found.set(key, { ...before, [METRICS[set]]: { users, rate: measured(RATES[set]) } });
    }
  return [...found.values()];
}

/** Of models those with the most people over the whole part; what they leave is `other`, and keeps what was told of it while it was among them. */
function mostUsed(seen: readonly Seen[], { segment }: Within): readonly Seen[] {
  if (segment !== 'device') return seen;
  const people = new Map<string, number>();
  for (const each of seen) people.set(each.segment, (people.get(each.segment) ?? 0) + ((each.crashes ?? each.anrs)?.users ?? 0));
  const most = new Set(
    [...people]
      .toSorted(([a, one], [b, other]) => other - one || (a < b ? -1 : 1))
      .slice(0, MOST_DEVICES)
      .map(([model]) => model),
  );
  return seen.filter((each) => most.has(each.segment));
}

/** The version of each build that is known of the platform. */
function versionsOf(tracks: readonly TrackOfHealth[], platform: string): ReadonlyMap<string, string> {
  const mine = tracks.filter((track) => track.platform === platform);
  return new Map(mine.flatMap(({ version, builds }) => builds.map((build) => [build, version] as const)));
}

/** The newest builds that have users, of those that are known: version codes only rise (Android, "Version your app"). */
function newestOf(seen: readonly Seen[], versions: ReadonlyMap<string, string>): readonly string[] {
  const used = new Set(
    seen.filter(({ code, crashes, anrs }) => versions.has(code) && (crashes ?? anrs)?.users !== 0).map(({ code }) => code),
  );
  return [...used].toSorted((a, b) => Number(b) - Number(a)).slice(0, SEGMENTED_BUILDS);
}

/** Usage is the people of the period; those who were hit are what share and people leave possible. */
function rowOf(
  { code, segment, ms, crashes, anrs }: Seen,
  { platform, audience }: PlaySettings,
  versions: ReadonlyMap<string, string>,
): Record<string, unknown> {
  const users = (crashes ?? anrs)?.users ?? 0;
  const people = peopleIn(users);
  return {
    platform,
    version: versions.get(code) ?? null,
    build: code,
    audience,
    segment,
    bucket: isoOf(ms),
    users,
    consumption: people.most,
    consumptionAtLeast: people.least,
    ...(crashes === null ? {} : { crashes: countsOf(crashes) }),
    ...(anrs === null ? {} : { anrs: countsOf(anrs) }),
  };
}

/** It tells people and no events: there were at least as many events as people. */
function countsOf({ rate, users }: Told): { count: number; affected: number; affectedAtMost: number } {
  const share = shareIn(rate ?? '');
  if (share === null) throw new Trouble(`Google Play told a share that is none: ${rate ?? ''}`, { mayHaveHappened: false });
  const { least, most } = affectedIn(share, peopleIn(users));
  return { count: most, affected: least, affectedAtMost: most };
}

/* ---- moments ---- */

function momentOf({ year, month, day, hours, timeZone }: DateTime, zone: string): number {
  try {
    return Temporal.PlainDateTime.from({ year, month, day }, { overflow: 'reject' })
      .add({ hours })
      .toZonedDateTime(timeZone?.id ?? zone).epochMilliseconds;
  } catch (cause) {
    throw new Trouble(`Google Play told a moment that is none: ${year}-${month}-${day}`, { mayHaveHappened: false, cause });
  }
}

function dateTimeOf(ms: number, zone: string): Record<string, unknown> {
  const { year, month, day, hour } = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone);
  return { year, month, day, ...(zone === 'UTC' ? { hours: hour } : {}), timeZone: { id: zone } };
}

/** The start of the day that a moment is in, or of its hour. */
function startOf(ms: number, zone: string, ofHour = zone === 'UTC'): number {
  const at = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone);
  return (ofHour ? at.round({ smallestUnit: 'hour', roundingMode: 'floor' }) : at.startOfDay()).epochMilliseconds;
}

function cursorFrom(cursor: string | null): { ms: number; isWithin: boolean } | null {
  const [, at = '', within] = /^(\S+?)(\/within)?$/.exec(cursor ?? '') ?? [];
  const ms = Date.parse(at);
  return Number.isNaN(ms) ? null : { ms, isWithin: within !== undefined };
}

function cursorOf(ms: number, isWithin: boolean): string {
  return `${isoOf(ms)}${isWithin ? '/within' : ''}`;
}

const isoOf = (ms: number): string => new Date(ms).toISOString();
