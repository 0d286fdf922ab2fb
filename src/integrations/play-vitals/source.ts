/** Google Play's vitals as a source of release health: how fresh they are first, and then what is new. */
import { Temporal } from 'temporal-polyfill';
import { HOUR_MS } from '#domain/health/rollup.ts';
import type { HealthSource, TrackOfHealth } from '#ports/health-source.ts';
import type { Tools } from '#ports/integration.ts';
import { Trouble } from '#ports/trouble.ts';
import { playClient } from './client.ts';
import type { MetricSetName, PlayClient } from './client.ts';
import { affectedIn, peopleIn, shareIn } from './rounding.ts';
import type { DateTime, QueryRow } from './schema.ts';
import type { PlaySettings } from './settings.ts';

/** By period: its zone (the only one that there is), how much is read again for what came late, and how much in one part. */
const PERIODS = {
  daily: { name: 'DAILY', zone: 'America/Los_Angeles', againMs: 3 * 24 * HOUR_MS, partMs: 14 * 24 * HOUR_MS },
  hourly: { name: 'HOURLY', zone: 'UTC', againMs: 48 * HOUR_MS, partMs: 2 * 24 * HOUR_MS },
} as const;

const RATES: Readonly<Record<MetricSetName, string>> = { crashRateMetricSet: 'crashRate', anrRateMetricSet: 'anrRate' };

export function playSource(settings: PlaySettings, tools: Tools, longestMs?: number): HealthSource {
  const period = PERIODS[settings.period];
  const client = playClient(settings, tools, longestMs);
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
      const untilMs = startOf(Math.min(freshMs, sinceMs + period.partMs), period.zone, settings.period === 'hourly');
      const more = untilMs < freshMs;
      if (untilMs <= sinceMs) return { rows: [], completeUntil: isoOf(freshMs), cursor: cursorOf(freshMs, false), more: false };
      const asked = (set: MetricSetName) => ({
        timelineSpec: {
          aggregationPeriod: period.name,
          startTime: dateTimeOf(sinceMs, period.zone),
          endTime: dateTimeOf(untilMs, period.zone),
        },
        dimensions: ['versionCode'],
        metrics: [RATES[set], 'distinctUsers'],
        userCohort: settings.people,
      });
      const [crashes, anrs] = await Promise.all([
        client.rowsOf('crashRateMetricSet', asked('crashRateMetricSet')),
        client.rowsOf('anrRateMetricSet', asked('anrRateMetricSet')),
      ]);
      return {
        rows: rowsOf(crashes, anrs, settings, tracks),
        completeUntil: more ? null : isoOf(freshMs),
        cursor: cursorOf(untilMs, more),
        more,
      };
    },
  };
}

async function freshUntil(client: PlayClient, set: MetricSetName, { name }: { name: string }): Promise<number> {
  const { freshnessInfo } = await client.freshness(set);
  const latest = freshnessInfo?.freshnesses.find(({ aggregationPeriod }) => aggregationPeriod === name)?.latestEndTime;
  if (latest === undefined) throw new Trouble(`Google Play says not up to when ${set} is there for ${name}`, { mayHaveHappened: false });
  return momentOf(latest, name === 'HOURLY' ? 'UTC' : 'America/Los_Angeles');
}

type Seen = { code: string; ms: number; users: number; rate: string | null };

function seenIn(rows: readonly QueryRow[], rate: string, zone: string): Map<string, Seen> {
  return new Map(
    rows.flatMap(({ startTime, dimensions, metrics }) => {
      const version = dimensions.find(({ dimension }) => dimension === 'versionCode');
      const code = version?.int64Value ?? version?.stringValue;
      const valueOf = (name: string): string | null => metrics.find(({ metric }) => metric === name)?.decimalValue?.value ?? null;
      const users = Number(valueOf('distinctUsers') ?? Number.NaN);
      if (code === undefined || !Number.isFinite(users) || users < 0)
        throw new Trouble('Google Play told a row without its version code or its users', { mayHaveHappened: false });
      const ms = momentOf(startTime, zone);
      return [[`${code} ${ms}`, { code, ms, users, rate: valueOf(rate) }] as const];
    }),
  );
}

/** A roll-up for each build and period. Usage is the people of the period; those who were hit are what share and people leave possible. */
function rowsOf(
  crashRows: readonly QueryRow[],
  anrRows: readonly QueryRow[],
  { platform, audience, period }: PlaySettings,
  tracks: readonly TrackOfHealth[],
): Record<string, unknown>[] {
  const { zone } = PERIODS[period];
  const crashes = seenIn(crashRows, RATES.crashRateMetricSet, zone);
  const anrs = seenIn(anrRows, RATES.anrRateMetricSet, zone);
  const versions = new Map(
    tracks
      .filter((track) => track.platform === platform)
      .flatMap(({ version, builds }) => builds.map((build) => [build, version] as const)),
  );
  return [...new Set([...crashes.keys(), ...anrs.keys()])].flatMap((key) => {
    const [crash, anr] = [crashes.get(key), anrs.get(key)];
    const seen = crash ?? anr;
    if (seen === undefined) return [];
    const people = peopleIn(seen.users);
    return [
      {
        platform,
        version: versions.get(seen.code) ?? null,
        build: seen.code,
        audience,
        bucket: isoOf(seen.ms),
        users: seen.users,
        consumption: people.most,
        consumptionAtLeast: people.least,
        ...(crash === undefined ? {} : { crashes: countsOf(crash) }),
        ...(anr === undefined ? {} : { anrs: countsOf(anr) }),
      },
    ];
  });
}

/** It tells people and no events: there were at least as many events as people. */
function countsOf({ rate, users }: Seen): { count: number; affected: number; affectedAtMost: number } {
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
