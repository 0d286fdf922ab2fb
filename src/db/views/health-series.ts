/** What charts of release health are drawn from: steps of versions, use of a platform by the hour, and segments. Their rows are bounded by steps, not by users. */
import { sql } from 'kysely';
import type { Audience } from '#domain/facts.ts';
import { WHOLE } from '#domain/health/rollup.ts';
import type { StepSeen } from '#domain/health/series.ts';
import type { ExposureOf } from '#domain/health/told.ts';
import type { Track } from '#domain/release/track.ts';
import type { Instant } from '#domain/time.ts';
import type { Db } from '../transaction.ts';
import type { HourColumn } from '../health/columns.ts';
import { endOf, hoursOf, lastDaysOf } from '../health/hours.ts';
import { columnsOfCounts, countsOf } from './health-rollups.ts';

/** Tracks of a platform, those of the newest releases first. */
export async function tracksOfPlatform(db: Db, app: string, platform: string, limit: number): Promise<Track[]> {
  const rows = await db
    .selectFrom('tracks')
    .innerJoin('releases', (join) => join.onRef('releases.app', '=', 'tracks.app').onRef('releases.version', '=', 'tracks.version'))
    .select('tracks.state')
    .where('tracks.app', '=', app)
    .where('tracks.platform', '=', platform)
    .orderBy('releases.born_at', 'desc')
    .orderBy('tracks.version', 'desc')
    .limit(limit)
    .execute();
  return rows.map(({ state }) => state);
}

/** Of which use is asked: of one app, platform and audience, whole or of one segment. `source` null: of all sources together. `exposure`: what it is counted by. */
export type Of = { app: string; platform: string; audience: Audience; segment: string; source: string | null; exposure: ExposureOf };

/** Sources that tell no sessions have seen none, as where a verdict is made. */
const used = (exposure: ExposureOf) => (exposure === 'sessions' ? sql`coalesce(r.sessions, 0)::float8` : sql`r.consumption`);

/** The columns that it is in. */
const USED: readonly HourColumn[] = ['consumption', 'sessions'];

/** The time of a version that is asked about. */
const OF_VERSION = { since: sql`v."from"`, before: sql`v.until` };

const told = ({ source }: Pick<Of, 'source'>) => (source === null ? sql`true` : sql`s.source = ${source}`);

/** How far a version's use is told: from its first hour to the watermark of the least advanced of its sources. */
export type VersionTold = { version: string; firstAt: Instant; lastAt: Instant; toldUntil: Instant | null };

/** The versions of which anything is told, each with how far. */
export async function versionsTold(
  db: Db,
  { app, platform, audience, source }: Omit<Of, 'exposure'>,
  versions: readonly string[],
): Promise<VersionTold[]> {
  const { rows } = await sql<VersionTold>`
    select s.version, min(r."firstAt") as "firstAt", max(r."lastAt") as "lastAt", min(w.watermark) as "toldUntil"
    from health_series s
      join lateral (
        select ${endOf('first', 's.id')} as "firstAt", ${endOf('last', 's.id')} as "lastAt"
      ) r on r."firstAt" is not null
      left join health_sources w on w.app = s.app and w.source = s.source
    where s.app = ${app} and s.platform = ${platform} and s.audience = ${audience} and s.segment = ${WHOLE} and ${told({ source })}
      and s.version = any(${[...versions]}::text[])
    group by s.version`.execute(db);
  return rows;
}

/** A version and the time of it that is asked about: `from` is the start of an hour, where its age is 0; `until` is left out. `build` null: all of them together; else that one, with what sources tell that know the version alone. */
export type VersionAsked = { version: string; build: string | null; from: Instant; until: Instant };

const asRows = (
  versions: readonly VersionAsked[],
) => sql`unnest(${versions.map(({ version }) => version)}::text[], ${versions.map(({ build }) => build)}::text[],
        ${versions.map(({ from }) => from)}::timestamptz[], ${versions.map(({ until }) => until)}::timestamptz[]) as v(version, build, "from", until)`;

/** How time is cut: by age, so many hours from `from` on; or by days of a zone. */
export type Cut = { by: 'age'; hours: number } | { by: 'day'; zone: string };

/** What each step of some versions saw. A step ends no later than what was asked about. */
export async function stepsOf(
  db: Db,
  { app, platform, audience, segment, source, exposure }: Of,
  metric: string,
  versions: readonly VersionAsked[],
  cut: Cut,
): Promise<ReadonlyMap<string, StepSeen[]>> {
  const { affected } = countsOf(metric);
  const start =
    cut.by === 'age'
      ? sql`date_bin(make_interval(hours => ${cut.hours}::int), h.hour, h."from")`
      : sql`date_trunc('day', h.hour, ${cut.zone}::text)`;
  const { rows } = await sql<{
    version: string;
    start: Instant;
    end: Instant;
    affected: number;
    exposure: number;
    users: number;
    newUsers: number | null;
  }>`
    select h.version, ${start} as start, max(h.hour) + interval '1 hour' as "end", sum(h.affected)::bigint as affected,
      sum(h.exposure) as exposure, max(h.users)::bigint as users, sum(h."newUsers")::bigint as "newUsers"
    from (
      select v.version, v."from", r.bucket as hour, coalesce(sum(${affected}), 0) as affected, sum(${used(exposure)}) as exposure,
        coalesce(sum(r.users), 0) as users, sum(r.new_users) as "newUsers"
      from ${asRows(versions)}
        join health_series s on s.app = ${app} and s.version = v.version and s.platform = ${platform} and s.audience = ${audience}
          and s.segment = ${segment} and ${told({ source })} and (v.build is null or s.build in (v.build, ''))
        cross join ${hoursOf('s.id', OF_VERSION, [...columnsOfCounts(metric), ...USED, 'users', 'new_users'])} r
      group by v.version, v."from", r.bucket
    ) h
    group by h.version, 2 order by 2`.execute(db);
  const found = new Map<string, StepSeen[]>();
  for (const { version, start: startAt, end, ...seen } of rows) {
    const step = { startMs: Date.parse(startAt), endMs: Date.parse(end), ...seen };
    const there = found.get(version);
    if (there === undefined) found.set(version, [step]);
    else there.push(step);
  }
  return found;
}

/** Use of all versions of a platform together, by the start of its hour. */
export async function usageByHour(
  db: Db,
  { app, platform, audience, segment, source, exposure }: Of,
  from: Instant,
  until: Instant,
): Promise<{ hourMs: number; exposure: number }[]> {
  const { rows } = await sql<{ hour: Instant; exposure: number }>`
    select r.bucket as hour, sum(${used(exposure)}) as exposure
    from health_series s cross join ${hoursOf('s.id', { since: sql`${from}::timestamptz`, before: sql`${until}::timestamptz` }, USED)} r
    where s.app = ${app} and s.platform = ${platform} and s.audience = ${audience} and s.segment = ${segment} and ${told({ source })}
    group by r.bucket order by r.bucket`.execute(db);
  return rows.map(({ hour, exposure }) => ({ hourMs: Date.parse(hour), exposure }));
}

/** The newest hour of which anything is told of a platform and audience; null where nothing is. */
export async function lastTold(db: Db, { app, platform, audience, source }: Omit<Of, 'segment' | 'exposure'>): Promise<Instant | null> {
  const { rows } = await sql<{ at: Instant | null }>`
    select max(${endOf('last', 's.id')}) as at
    from health_series s where s.app = ${app} and s.platform = ${platform} and s.audience = ${audience} and s.segment = ${WHOLE}
      and ${told({ source })}`.execute(db);
  return rows[0]?.at ?? null;
}

/** Names of metrics of which these versions have told anything, beside crashes and ANRs; audiences and dimensions of segments likewise. */
export async function toldOf(
  db: Db,
  { app, platform }: Pick<Of, 'app' | 'platform'>,
  versions: readonly string[],
): Promise<{ metrics: string[]; audiences: string[]; dimensions: string[] }> {
  const series = sql`health_series s where s.app = ${app} and s.platform = ${platform} and s.version = any(${[...versions]}::text[])`;
  const [kinds, metrics] = await Promise.all([
    sql<{ audience: string; dimension: string | null }>`
      select distinct s.audience, case when s.segment = ${WHOLE} then null else split_part(s.segment, '=', 1) end as dimension from ${series}`.execute(
      db,
    ),
    // the newest hours of each series: what is told at all is told there
    sql<{ name: string }>`
      select distinct jsonb_object_keys(r.metrics) as name
      from (select s.id from ${series} and s.segment = ${WHOLE}) s
        cross join lateral (
          select m.metrics from (
            (select bucket, metrics from health_rollups where series = s.id and metrics is not null order by bucket desc limit 24)
            union all
            (select h.bucket, h.metrics from ${lastDaysOf('s.id', 'metrics', 24)} h where h.metrics is not null)
          ) m order by m.bucket desc limit 24
        ) r
      limit 50`.execute(db),
  ]);
  const once = (all: readonly (string | null)[]): string[] => [...new Set(all.flatMap((each) => each ?? []))].toSorted();
  return {
    metrics: once(metrics.rows.map(({ name }) => name)),
    audiences: once(kinds.rows.map(({ audience }) => audience)),
    dimensions: once(kinds.rows.map(({ dimension }) => dimension)),
  };
}

/** A step of one segment of one version. */
export type SegmentStep = { version: string; segment: string; start: Instant; affected: number; exposure: number; users: number };

/** Steps of all segments of a dimension, by age: what a scan compares. */
export async function segmentSteps(
  db: Db,
  { app, platform, audience, source }: Omit<Of, 'segment' | 'exposure'>,
  metric: string,
  dimension: string,
  versions: readonly VersionAsked[],
  stepHours: number,
): Promise<SegmentStep[]> {
  const { affected } = countsOf(metric);
  const { rows } = await sql<SegmentStep>`
    select v.version, s.segment, date_bin(make_interval(hours => ${stepHours}::int), r.bucket, v."from") as start,
      coalesce(sum(${affected}), 0)::bigint as affected, sum(r.consumption) as exposure, coalesce(max(r.users), 0)::bigint as users
    from ${asRows(versions)}
      join health_series s on s.app = ${app} and s.version = v.version and s.platform = ${platform} and s.audience = ${audience}
        and starts_with(s.segment, ${`${dimension}=`}) and ${told({ source })} and (v.build is null or s.build in (v.build, ''))
      cross join ${hoursOf('s.id', OF_VERSION, [...columnsOfCounts(metric), 'consumption', 'users'])} r
    group by v.version, s.segment, 3 order by 3, s.segment`.execute(db);
  return rows;
}
