/** The answers to what the criteria of tracks ask of the roll-ups: all of a look by one statement, a row for each question and source. */
import { sql } from 'kysely';
import { keyOfQuestion } from '#domain/health/told.ts';
import type { HealthQuestion } from '#domain/health/told.ts';
import { SEEN_BEFORE } from '#domain/health/health-facts.ts';
import type { HealthAnswer, HealthFacts, HealthFeed, ToldHour, ToldSegmentDay } from '#domain/health/health-facts.ts';
import { HOUR_MS, WHOLE } from '#domain/health/rollup.ts';
import type { Db } from '../transaction.ts';

/** An hour as it comes: hour since 1970, consumption, sessions, users, new users, crashes and who was affected, ANRs likewise, other metrics, and bounds. */
type HourRow = [
  hour: number,
  consumption: number,
  sessions: number | null,
  users: number | null,
  newUsers: number | null,
  crashes: number | null,
  crashUsers: number | null,
  anrs: number | null,
  anrUsers: number | null,
  metrics: Record<string, [number, number, (number | null)?]> | null,
  consumptionLeast: number | null,
  crashUsersMost: number | null,
  anrUsersMost: number | null,
];
type DayRow = [segment: string, day: number, exposure: number, affected: number];

/** What is told of an app: how far its feeds are, and an answer to each question. The questions are of one app. */
export async function healthTold(db: Db, app: string, questions: readonly HealthQuestion[]): Promise<HealthFacts> {
  const wholes = questions.map((question, place) => ({ ...question, place })).filter(({ segmentsOf }) => segmentsOf === null);
  const segments = questions.map((question, place) => ({ ...question, place })).filter(({ segmentsOf }) => segmentsOf !== null);
  const { rows } = await sql<{
    feeds: (HealthFeed & { dispersion: number })[] | null;
    hours: { n: number; source: string; hours: HourRow[] }[] | null;
    days: { n: number; source: string; days: DayRow[] }[] | null;
  }>`select ${feedsOf(app)} as feeds, ${wholes.length === 0 ? sql`null::json` : hoursOf(app, wholes)} as hours,
    ${segments.length === 0 ? sql`null::json` : daysOf(app, segments)} as days`.execute(db);
  const [told] = rows;
  const answers = new Map<string, HealthAnswer>(questions.map((question) => [keyOfQuestion(question), []]));
  const dispersions = new Map(told?.feeds?.map(({ source, dispersion }) => [source, dispersion]));
  const note = (n: number, part: HealthAnswer[number]): void => {
    const question = questions[n];
    if (question !== undefined) answers.get(keyOfQuestion(question))?.push({ ...part, dispersion: dispersions.get(part.source) ?? 1 });
  };
  for (const { n, source, hours } of told?.hours ?? []) note(n, { source, hours: hours.map(hourFrom), days: [] });
  for (const { n, source, days } of told?.days ?? []) note(n, { source, hours: [], days: days.map(dayFrom) });
  return {
    feeds: (told?.feeds ?? []).map(({ source, platform, watermark, lastToldAt }) => ({
      source,
      platform,
      watermark: watermark === null ? null : new Date(watermark).toISOString(),
      lastToldAt: lastToldAt === null ? null : new Date(lastToldAt).toISOString(),
    })),
    answers: Object.fromEntries(answers),
  };
}

/** What has told, and what may: a DSN that has not been heard yet is connected, and says nothing. */
function feedsOf(app: string): ReturnType<typeof sql> {
  return sql`(
    select json_agg(json_build_object('source', f.source, 'platform', f.platform, 'watermark', f.watermark, 'lastToldAt', f.last_told_at,
      'dispersion', coalesce((select hs.dispersion from health_sources hs where hs.app = ${app} and hs.source = f.source), 1)) order by f.source, f.platform)
    from (
      select source, platform, watermark, last_told_at from health_feeds where app = ${app}
      union all
      select distinct 'sentry', d.platform, null::timestamptz, null::timestamptz from health_dsns d where d.app = ${app} and d.revoked_at is null
        and not exists (select 1 from health_feeds h where h.app = d.app and h.source = 'sentry' and h.platform = d.platform)
    ) f)`;
}

type Asked = readonly (HealthQuestion & { place: number })[];

function asked(of: Asked): ReturnType<typeof sql> {
  const rows = of.map(({ place, platform, version, build, audience, source, fromMs, untilMs, segmentsOf, seenUntilMs }) => ({
    n: place,
    platform,
    version,
    build,
    audience,
    source,
    from_at: new Date(fromMs).toISOString(),
    until_at: new Date(untilMs).toISOString(),
    seen_until: seenUntilMs === undefined ? null : new Date(seenUntilMs).toISOString(),
    metric: segmentsOf,
  }));
  return sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as q (
    n int, platform text, version text, build text, audience text, source text, from_at timestamptz, until_at timestamptz, seen_until timestamptz, metric text)`;
}

/** The hours of the whole, as they lie: they are added up where they are judged. */
function hoursOf(app: string, of: Asked): ReturnType<typeof sql> {
  return sql`(
    select json_agg(json_build_object('n', t.n, 'source', t.source, 'hours', t.hours)) from (
      select q.n, s.source, json_agg(json_build_array(
        (extract(epoch from r.bucket) / 3600)::int, r.consumption, r.sessions, r.users, r.new_users, r.crashes, r.crash_users, r.anrs, r.anr_users, r.metrics,
        r.consumption_least, r.crash_users_most, r.anr_users_most)) as hours
      from ${asked(of)}
      join health_series s on s.app = ${app} and s.version = q.version and s.platform = q.platform and s.audience = q.audience and s.segment = ${WHOLE}
        and (q.build is null or s.build in (q.build, '')) and (q.source is null or s.source = q.source)
      join health_rollups r on r.series = s.id and r.bucket >= q.from_at and r.bucket < q.until_at
      group by q.n, s.source
    ) t)`;
}

/** The days of each segment. Of a segment whose source tells no usage, that of the whole stands in: shares of the same audience at the same age are alike. */
function daysOf(app: string, of: Asked): ReturnType<typeof sql> {
  const affected = sql`case q.metric when 'crashes' then r.crash_users when 'anrs' then r.anr_users else (r.metrics -> q.metric -> 1)::bigint end`;
  return sql`(
    select json_agg(json_build_object('n', t.n, 'source', t.source, 'days', t.days)) from (
      select d.n, d.source, json_agg(json_build_array(d.segment, d.day,
        case when d.exposure > 0 or d.segment like 'arm=%' then d.exposure else coalesce(w.exposure, 0) end, d.affected)) as days
      from (
        select q.n, s.source, s.segment, floor(extract(epoch from r.bucket - q.from_at) / 86400)::int as day,
          sum(r.consumption) as exposure, coalesce(sum(${affected}), 0)::bigint as affected
        from ${asked(of)}
        join health_series s on s.app = ${app} and s.version = q.version and s.platform = q.platform and s.audience = q.audience and s.segment <> ${WHOLE}
          and (q.build is null or s.build in (q.build, '')) and (q.source is null or s.source = q.source)
        join health_rollups r on r.series = s.id and r.bucket >= q.from_at and r.bucket < q.until_at
        group by q.n, s.source, s.segment, day
        union all
        select q.n, s.source, s.segment, ${SEEN_BEFORE}::int, 0, 0
        from ${asked(of)}
        join health_series s on s.app = ${app} and s.version = q.version and s.platform = q.platform and s.audience = q.audience and s.segment <> ${WHOLE}
          and (q.build is null or s.build in (q.build, '')) and (q.source is null or s.source = q.source)
        where exists (select 1 from health_rollups r where r.series = s.id and r.bucket >= q.from_at and r.bucket < q.seen_until)
        group by q.n, s.source, s.segment
      ) d
      left join (
        select q.n, s.source, floor(extract(epoch from r.bucket - q.from_at) / 86400)::int as day, sum(r.consumption) as exposure
        from ${asked(of)}
        join health_series s on s.app = ${app} and s.version = q.version and s.platform = q.platform and s.audience = q.audience and s.segment = ${WHOLE}
          and (q.build is null or s.build in (q.build, '')) and (q.source is null or s.source = q.source)
        join health_rollups r on r.series = s.id and r.bucket >= q.from_at and r.bucket < q.until_at
        group by q.n, s.source, day
      ) w on w.n = d.n and w.source = d.source and w.day = d.day
      group by d.n, d.source
    ) t)`;
}

function hourFrom(row: HourRow): ToldHour {
  const [hour, consumption, sessions, users, newUsers, crashes, crashUsers, anrs, anrUsers, metrics, least, crashMost, anrMost] = row;
  return {
    hourMs: hour * HOUR_MS,
    consumption,
    consumptionLeast: least,
    sessions,
    users,
    newUsers,
    metrics: {
      ...metrics,
      ...(crashes === null ? {} : { crashes: [crashes, crashUsers ?? 0, crashMost] as const }),
      ...(anrs === null ? {} : { anrs: [anrs, anrUsers ?? 0, anrMost] as const }),
    },
  };
}

function dayFrom([segment, day, exposure, affected]: DayRow): ToldSegmentDay {
  return { segment, day, exposure, affected };
}
