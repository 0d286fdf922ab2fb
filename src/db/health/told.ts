/** The answers to what the criteria of tracks ask of the roll-ups: all of a look by one statement, a row for each question and source. */
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import { keyOfQuestion } from '#domain/health/told.ts';
import type { HealthQuestion } from '#domain/health/told.ts';
import { SEEN_BEFORE } from '#domain/health/health-facts.ts';
import type { HealthAnswer, HealthFacts, HealthFeed, ToldHour, ToldSegmentDay } from '#domain/health/health-facts.ts';
import { HOUR_MS, WHOLE } from '#domain/health/rollup.ts';
import { atMost } from '../few.ts';
import type { Db, Statement } from '../transaction.ts';
import { columnsOf } from './columns.ts';
import type { HourColumn } from './columns.ts';
import { hoursOf } from './hours.ts';

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
/** A packed day as it comes: day since 1970, its hours, and for each of them what an `HourRow` has, or null where none has it. */
type PackedRow = [day: number, hours: number[], ...columns: (HourRow[number][] | null)[]];
type DayRow = [segment: string, day: number, exposure: number, affected: number];

type Row = {
  feeds: (HealthFeed & { dispersion: number })[] | null;
  hours: { n: number; source: string; hours: HourRow[] | null; packed: PackedRow[] | null }[] | null;
  days: { n: number; source: string; days: DayRow[] }[] | null;
};

/** The question that is asked of the database, for whoever wants to see how it is answered. */
export function askingTold(app: string, questions: readonly HealthQuestion[]): RawBuilder<Row> {
  const placed = questions.map((question, place) => ({ ...question, place }));
  const wholes = placed.filter(({ segmentsOf }) => segmentsOf === null);
  const segments = placed.flatMap(({ segmentsOf, ...question }) => (segmentsOf === null ? [] : [{ ...question, segmentsOf }]));
  return sql<Row>`select ${feedsOf(app)} as feeds, ${wholes.length === 0 ? sql`null::json` : wholeOf(app, wholes)} as hours,
    ${segments.length === 0 ? sql`null::json` : daysOf(app, segments)} as days`;
}

/** What is told of an app: how far its feeds are, and an answer to each question. The questions are of one app. */
export async function healthTold(db: Db, app: string, questions: readonly HealthQuestion[]): Promise<HealthFacts> {
  const { rows } = await askingTold(app, questions).execute(db);
  const [told] = rows;
  const answers = new Map<string, HealthAnswer>(questions.map((question) => [keyOfQuestion(question), []]));
  const dispersions = new Map(told?.feeds?.map(({ source, dispersion }) => [source, dispersion]));
  const note = (n: number, part: HealthAnswer[number]): void => {
    const question = questions[n];
    if (question !== undefined) answers.get(keyOfQuestion(question))?.push({ ...part, dispersion: dispersions.get(part.source) ?? 1 });
  };
  for (const ofSource of Map.groupBy(told?.hours ?? [], ({ n, source }) => `${n} ${source}`).values()) {
    const [{ n, source } = { n: -1, source: '' }] = ofSource;
    const { fromMs = 0, untilMs = 0 } = questions[n] ?? {};
    const hours = ofSource.flatMap((series) => [
      ...(series.hours ?? []).map(hourFrom),
      ...(series.packed ?? []).flatMap(unpacked).filter(({ hourMs }) => hourMs >= fromMs && hourMs < untilMs),
    ]);
    if (hours.length > 0) note(n, { source, hours, days: [] });
  }
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
function feedsOf(app: string): Statement {
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

function asked(of: Asked): Statement {
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
  // columns by their names: what asks for all that there are is never prepared
  return sql`(
    select asked.n, asked.platform, asked.version, asked.build, asked.audience, asked.source, asked.from_at, asked.until_at, asked.seen_until, asked.metric
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as asked (
      n int, platform text, version text, build text, audience text, source text, from_at timestamptz, until_at timestamptz, seen_until timestamptz, metric text)
    ${atMost(rows.length)}
  ) q`;
}

/** The series that a question `q` is of: looked up one question after another, however many series there are. */
function seriesOf(app: string, which: 'the whole' | 'segments'): Statement {
  return sql`lateral (
    select of.id, of.source, of.segment from health_series of
    where of.app = ${app} and of.version = q.version and of.platform = q.platform and of.audience = q.audience and of.segment ${sql.raw(which === 'segments' ? '<>' : '=')} ${sql.lit(WHOLE)}
      and (q.build is null or of.build in (q.build, '')) and (q.source is null or of.source = q.source)
    offset 0
  )`;
}

/** In the order of an `HourRow`, behind its hour. */
const WHOLE_COLUMNS: readonly HourColumn[] = [
  'consumption',
  'sessions',
  'users',
  'new_users',
  'crashes',
  'crash_users',
  'anrs',
  'anr_users',
  'metrics',
  'consumption_least',
  'crash_users_most',
  'anr_users_most',
];

/** The hours of the whole, as they lie, series by series: they are added up where they are judged. Of packed days all hours: those beyond the question are left out there. */
function wholeOf(app: string, of: Asked): Statement {
  return sql`(
    select json_agg(json_build_object('n', q.n, 'source', s.source, 'hours', l.hours, 'packed', p.days))
    from ${asked(of)}
    cross join ${seriesOf(app, 'the whole')} s
    cross join lateral (
      select json_agg(json_build_array((extract(epoch from r.bucket) / 3600)::int, ${columnsOf('r', WHOLE_COLUMNS)})) as hours
      from health_rollups r where r.series = s.id and r.bucket >= q.from_at and r.bucket < q.until_at
    ) l
    cross join lateral (
      select json_agg(json_build_array(d.day - date '1970-01-01', d.hours, ${columnsOf('d', WHOLE_COLUMNS)})) as days
      from health_days d where d.series = s.id and d.day >= (q.from_at at time zone 'UTC')::date and d.day <= (q.until_at at time zone 'UTC')::date
    ) p
    where l.hours is not null or p.days is not null)`;
}

/** Where the people are that something hit, in an hour of a series. */
function affectedBy(metric: string): { column: HourColumn; value: Statement } {
  switch (metric) {
    case 'crashes':
      return { column: 'crash_users', value: sql`r.crash_users` };
    case 'anrs':
      return { column: 'anr_users', value: sql`r.anr_users` };
    default:
      return { column: 'metrics', value: sql`(r.metrics -> q.metric -> 1)::bigint` };
  }
}

/** The days of each segment. Of a segment whose source tells no usage, that of the whole stands in: shares of the same audience at the same age are alike. */
function daysOf(app: string, of: readonly (Asked[number] & { segmentsOf: string })[]): Statement {
  const metrics = [...new Set(of.map(({ segmentsOf }) => segmentsOf))].map((metric) => ({ metric, ...affectedBy(metric) }));
  const affected = sql`case q.metric ${sql.join(
    metrics.map(({ metric, value }) => sql`when ${metric} then ${value}`),
    sql` `,
  )} end`;
  const columns: HourColumn[] = ['consumption', ...new Set(metrics.map(({ column }) => column))];
  const asking = { since: sql`q.from_at`, before: sql`q.until_at` };
  return sql`(
    select json_agg(json_build_object('n', t.n, 'source', t.source, 'days', t.days)) from (
      select d.n, d.source, json_agg(json_build_array(d.segment, d.day,
        case when d.exposure > 0 or d.segment like 'arm=%' then d.exposure else coalesce(w.exposure, 0) end, d.affected)) as days
      from (
        select q.n, s.source, s.segment, floor(extract(epoch from r.bucket - q.from_at) / 86400)::int as day,
          sum(r.consumption) as exposure, coalesce(sum(${affected}), 0)::bigint as affected
        from ${asked(of)}
        cross join ${seriesOf(app, 'segments')} s
        cross join ${hoursOf('s.id', asking, columns)} r
        group by q.n, s.source, s.segment, day
        union all
        select q.n, s.source, s.segment, ${SEEN_BEFORE}::int, 0, 0
        from ${asked(of)}
        cross join ${seriesOf(app, 'segments')} s
        where exists (select 1 from ${hoursOf('s.id', { since: sql`q.from_at`, before: sql`q.seen_until` }, [])} r)
        group by q.n, s.source, s.segment
      ) d
      left join (
        select q.n, s.source, floor(extract(epoch from r.bucket - q.from_at) / 86400)::int as day, sum(r.consumption) as exposure
        from ${asked(of)}
        cross join ${seriesOf(app, 'the whole')} s
        cross join ${hoursOf('s.id', asking, ['consumption'])} r
        group by q.n, s.source, day
      ) w on w.n = d.n and w.source = d.source and w.day = d.day
      group by d.n, d.source
    ) t)`;
}

/** The hours of a packed day, each as it would come by itself. */
function unpacked([day, hours, ...columns]: PackedRow): ToldHour[] {
  return hours.map((hour, at) => hourFrom([day * 24 + hour, ...columns.map((column) => column?.[at] ?? null)] as unknown as HourRow));
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
