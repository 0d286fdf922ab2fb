/** What is known of release health: the few numbers that a verdict needs, and the roll-ups as they lie. */
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { HourOfHealth } from '#domain/health/evidence.ts';
import { OTHER, WHOLE } from '#domain/health/rollup.ts';
import type { Audience } from '#domain/facts.ts';
import type { Instant } from '#domain/time.ts';
import type { HourColumn } from '../health/columns.ts';
import { EVER, hoursOf } from '../health/hours.ts';
import type { Db } from '../transaction.ts';

/** A metric of a roll-up: `crashes`, `anrs`, or a name of the app's own. */
export type RateAsked = {
  app: string;
  platform: string;
  version: string;
  /** Null: all builds of the version together. */
  build: string | null;
  audience: Audience;
  /** `all` when not said. */
  segment?: string;
  metric: string;
  /** Null: all sources together, which is right where no two tell of the same usage. */
  source: string | null;
  from: Instant | null;
  /** Hours that begin at or after it are left out: the watermark, as a rule. */
  until: Instant;
};

/**
 * The numbers of one rate. `affected` for the statistics, `count` to be shown beside it. `users`: people who used the build, at least: exact where the source tells new users,
 * else those of the busiest hour. `firstAt`, `lastAt`: starts of the first and last hour.
 */
export type RateEvidence = {
  affected: number;
  /** What green rests on where a source knows people within bounds alone; else the same as `affected`. */
  affectedAtMost: number;
  count: number;
  exposure: number;
  /** What green rests on where a source knows usage within bounds alone; else the same as `exposure`. */
  exposureAtLeast: number;
  sessions: number;
  users: number;
  firstAt: Instant | null;
  lastAt: Instant | null;
  hours: readonly HourOfHealth[];
};

type HourRow = {
  hour: Instant;
  affected: number;
  affectedAtMost: number;
  count: number;
  exposure: number;
  exposureAtLeast: number;
  sessions: number;
  users: number;
  newUsers: number | null;
};

/** What is known of a rate, from the hours of one series (or of the few that a version has): found by number, hour by hour. */
export async function rateEvidence(db: Db, asked: RateAsked): Promise<RateEvidence> {
  const { rows } = await hoursAsked(asked).execute(db);
  const hours = rows.map(({ hour, affected, affectedAtMost, count, exposure, exposureAtLeast }) => ({
    hourMs: Date.parse(hour),
    affected,
    count,
    exposure,
    // most sources know exactly
    ...(affectedAtMost === affected ? {} : { affectedAtMost }),
    ...(exposureAtLeast === exposure ? {} : { exposureAtLeast }),
  }));
  const sum = (pick: (row: HourRow) => number): number => rows.reduce((total, row) => total + pick(row), 0);
  return {
    affected: sum(({ affected }) => affected),
    affectedAtMost: sum(({ affectedAtMost }) => affectedAtMost),
    count: sum(({ count }) => count),
    exposure: sum(({ exposure }) => exposure),
    exposureAtLeast: sum(({ exposureAtLeast }) => exposureAtLeast),
    sessions: sum(({ sessions }) => sessions),
    users: Math.max(
      sum(({ newUsers }) => newUsers ?? 0),
      ...rows.map(({ users }) => users),
      0,
    ),
    firstAt: rows[0]?.hour ?? null,
    lastAt: rows.at(-1)?.hour ?? null,
    hours,
  };
}

/** Where a metric's counts stand in a roll-up that is called `r`. `most`: how many may have been affected at most, where the source rounds. */
export function countsOf(metric: string): Record<'count' | 'affected' | 'most', RawBuilder<unknown>> {
  const part = (place: number): RawBuilder<unknown> => sql`(r.metrics -> ${metric}::text -> ${place}::int)::bigint`;
  switch (metric) {
    case 'crashes':
      return { count: sql`r.crashes`, affected: sql`r.crash_users`, most: sql`r.crash_users_most` };
    case 'anrs':
      return { count: sql`r.anrs`, affected: sql`r.anr_users`, most: sql`r.anr_users_most` };
    default:
      return { count: part(0), affected: part(1), most: part(2) };
  }
}

/** The columns that a metric's counts stand in. */
export function columnsOfCounts(metric: string): readonly HourColumn[] {
  switch (metric) {
    case 'crashes':
      return ['crashes', 'crash_users', 'crash_users_most'];
    case 'anrs':
      return ['anrs', 'anr_users', 'anr_users_most'];
    default:
      return ['metrics'];
  }
}

/** The question of `rateEvidence`, for whoever wants to see how it is answered. */
export function hoursAsked({ app, platform, version, build, audience, segment, metric, source, from, until }: RateAsked) {
  const { count, affected, most } = countsOf(metric);
  const within = { since: from === null ? EVER.since : sql`${from}::timestamptz`, before: sql`${until}::timestamptz` };
  return sql<HourRow>`
    select r.bucket as hour, coalesce(sum(${affected}), 0)::bigint as affected, coalesce(sum(coalesce(${most}, ${affected})), 0)::bigint as "affectedAtMost",
      coalesce(sum(${count}), 0)::bigint as count, sum(r.consumption) as exposure, sum(coalesce(r.consumption_least, r.consumption)) as "exposureAtLeast",
      coalesce(sum(r.sessions), 0)::bigint as sessions, coalesce(sum(r.users), 0)::bigint as users, sum(r.new_users)::bigint as "newUsers"
    from health_series s cross join ${hoursOf('s.id', within, [...columnsOfCounts(metric), 'consumption', 'consumption_least', 'sessions', 'users', 'new_users'])} r
    where s.app = ${app} and s.version = ${version} and s.platform = ${platform} and (${build}::text is null or s.build = ${build})
      and s.audience = ${audience} and s.segment = ${segment ?? WHOLE} and (${source}::text is null or s.source = ${source})
    group by r.bucket order by r.bucket`;
}

/**
 * A source of roll-ups. `watermark`: it has told everything up to here. `dispersion`: how many times one person may be among its affected; evidence is divided by it, count and
 * exposure alike.
 */
export type HealthSource = {
  source: string;
  watermark: Instant | null;
  lastToldAt: Instant;
  lagSeconds: number | null;
  told: number;
  dispersion: number;
};

export async function healthSourcesOf(db: Db, app: string): Promise<HealthSource[]> {
  return db
    .selectFrom('health_sources')
    .select(['source', 'watermark', 'last_told_at as lastToldAt', 'lag_seconds as lagSeconds', 'told', 'dispersion'])
    .where('app', '=', app)
    .orderBy('source')
    .execute();
}

export type QuarantineCount = {
  source: string;
  day: string;
  reason: string;
  count: number;
  because: string;
  sample: unknown;
  firstAt: Instant;
  lastAt: Instant;
};

/** What was not believed, the newest day first. */
export async function quarantineOf(db: Db, app: string, limit: number): Promise<QuarantineCount[]> {
  return db
    .selectFrom('health_quarantine')
    .select(['source', 'day', 'reason', 'count', 'because', 'sample', 'first_at as firstAt', 'last_at as lastAt'])
    .where('app', '=', app)
    .orderBy('day', 'desc')
    .orderBy('source')
    .orderBy('reason')
    .limit(limit)
    .execute();
}

/** A roll-up as it lies, added up over the hours asked for. */
export type SegmentTotal = {
  source: string;
  build: string | null;
  audience: string;
  segment: string;
  hours: number;
  firstAt: Instant;
  lastAt: Instant;
  users: number;
  newUsers: number | null;
  sessions: number;
  consumption: number;
  crashes: number;
  crashUsers: number;
  anrs: number;
  anrUsers: number;
};

export type TotalsAsked = {
  app: string;
  platform: string;
  version: string;
  from: Instant | null;
  until: Instant | null;
  dimension: string | null;
};

/** Most rows of an answer: the named segments of some dimension of many builds. */
const MOST_TOTALS = 5000;

/**
 * The totals of a track by source, build, audience and segment: of the whole, and of one dimension where it is asked for. What its named segments leave of the whole is
 * told as `other`. `users` are those of the busiest hour.
 */
export async function totalsOf(db: Db, { app, platform, version, from, until, dimension }: TotalsAsked): Promise<SegmentTotal[]> {
  const within = {
    since: from === null ? EVER.since : sql`${from}::timestamptz`,
    before: until === null ? EVER.before : sql`${until}::timestamptz`,
  };
  const { rows } = await sql<SegmentTotal>`
    select s.source, nullif(s.build, '') as build, s.audience, s.segment, count(*)::int as hours, min(r.bucket) as "firstAt", max(r.bucket) as "lastAt",
      coalesce(max(r.users), 0)::bigint as users, sum(r.new_users)::bigint as "newUsers", coalesce(sum(r.sessions), 0)::bigint as sessions, sum(r.consumption) as consumption,
      coalesce(sum(r.crashes), 0)::bigint as crashes, coalesce(sum(r.crash_users), 0)::bigint as "crashUsers",
      coalesce(sum(r.anrs), 0)::bigint as anrs, coalesce(sum(r.anr_users), 0)::bigint as "anrUsers"
    from health_series s cross join ${hoursOf('s.id', within, ['users', 'new_users', 'sessions', 'consumption', 'crashes', 'crash_users', 'anrs', 'anr_users'])} r
    where s.app = ${app} and s.version = ${version} and s.platform = ${platform}
      and (s.segment = ${WHOLE} or starts_with(s.segment, ${dimension === null ? WHOLE : `${dimension}=`}))
    group by s.id order by s.source, s.build, s.audience, s.segment limit ${MOST_TOTALS}`.execute(db);
  return dimension === null ? rows : rows.flatMap((row) => (row.segment === WHOLE ? [row, ...otherOf(row, rows, dimension)] : [row]));
}

function otherOf(whole: SegmentTotal, rows: readonly SegmentTotal[], dimension: string): SegmentTotal[] {
  const named = rows.filter(
    ({ source, build, audience, segment }) =>
      source === whole.source && build === whole.build && audience === whole.audience && segment !== WHOLE,
  );
  const left = (pick: (row: SegmentTotal) => number): number =>
    Math.max(
      0,
      named.reduce((rest, row) => rest - pick(row), pick(whole)),
    );
  const other = {
    ...whole,
    segment: `${dimension}=${OTHER}`,
    users: 0,
    newUsers: null,
    sessions: left(({ sessions }) => sessions),
    consumption: left(({ consumption }) => consumption),
    crashes: left(({ crashes }) => crashes),
    crashUsers: left(({ crashUsers }) => crashUsers),
    anrs: left(({ anrs }) => anrs),
    anrUsers: left(({ anrUsers }) => anrUsers),
  };
  return other.consumption > 0 || other.crashes > 0 || other.sessions > 0 ? [other] : [];
}
