/** What stands of an app's health before a commit of envelopes adds to it: all that the commit needs to know, by one statement. */
import { sql } from 'kysely';
import { OTHER_GROUP } from '#domain/health/crash-groups.ts';
import { HOUR_MS } from '#domain/health/rollup.ts';
import type { Instant } from '#domain/time.ts';
import type { Statement, Tx } from '../transaction.ts';
import { holdOffPacking, packedBeforeOf } from './days.ts';
import { MOST_AFFECTED, noteHeard, sinceOf } from './intake.ts';
import type { Crash, HeardBefore, Hit, Seen } from './intake.ts';
import { SeriesGone } from './rollups.ts';
import { literalOf } from './series.ts';

/** A crash that is asked about: nothing is known of its group's number yet. */
export type AskedCrash = Pick<Crash, 'fingerprint' | 'audience' | 'who' | 'sample'> & { platform: string; series: number };

export type Asked = {
  app: string;
  source: string;
  now: Instant;
  /** Is brought up to what others heard. */
  before: HeardBefore;
  series: readonly number[];
  seen: readonly Pick<Seen, 'series' | 'bucketMs'>[];
  hits: readonly Hit[];
  crashes: readonly AskedCrash[];
};

/** What is known of a crash: `group` that its fingerprint has, else that of all others; whether this group hit its person already, ever on the series and on the version. Beyond the bound everybody counts as hit. */
export type KnownCrash = { group: number | null; wasHit: boolean; wasHitOnVersion: boolean };

export type Standing = {
  /** Before which day, counted since 1970, days may be packed; null: none is. */
  packedBefore: number | null;
  /** By series and hour. The hour 0 is the whole. */
  sketches: ReadonlyMap<string, Uint8Array>;
  /** How far each platform is. */
  feeds: ReadonlyMap<string, Instant | null>;
  /** In the order of what was asked: whether somebody was hit by the same already, or more of them are not counted. */
  wasHit: readonly boolean[];
  crashes: readonly KnownCrash[];
  /** Numbers of groups, by platform and fingerprint. */
  groups: Map<string, number>;
  /** Segments by group and version. */
  segments: Map<string, Set<string>>;
};

/** Lets one process at a time add to an app's health, and nobody prune series or pack its days. What is read after it stands until the transaction ends. */
export async function holdHealth(tx: Tx, app: string): Promise<void> {
  await sql`select pg_advisory_xact_lock_shared(hashtext('signalbox health prune')), ${holdOffPacking(app)},
    pg_advisory_xact_lock(hashtext('signalbox health heard'), hashtext(${app}))`.execute(tx);
}

type Row = {
  series: number;
  packedBefore: number | null;
  upTo: number | null;
  heard: Buffer | null;
  feeds: [platform: string, watermarkMs: number | null][] | null;
  sketches: [series: number, hour: number, registers: string][] | null;
  hits: boolean[] | null;
  groups: [platform: string, fingerprint: string, group: number][] | null;
  crashes: [group: number | null, wasHit: boolean, wasHitOnVersion: boolean][] | null;
  segments: [group: number, version: string, segment: string][] | null;
};

/** Reads it. The app is held: `holdHealth` comes before, by a statement of its own, so that this one sees what others committed. Throws `SeriesGone`. */
export async function standingOf(tx: Tx, asked: Asked): Promise<Standing> {
  const { app, source, before, now, series, seen, hits, crashes } = asked;
  const ids = [...new Set(series)];
  const { rows } = await sql<Row>`
    with heard as materialized (
      select max(id) as up_to, string_agg(digests, ''::bytea order by id) as digests from health_heard
      where app = ${app} and id > ${before.upTo} and recorded_at > ${sinceOf(now)}::timestamptz
    )${crashes.length === 0 ? sql`` : sql`, ${groupsAsked(app, crashes)}`}
    select (select count(*)::int from health_series where id = any(${literalOf(ids)}::int[])) as series,
      ${packedBeforeOf(app)} as "packedBefore", (select up_to from heard) as "upTo", (select digests from heard) as heard,
      (select json_agg(json_build_array(platform, extract(epoch from watermark)::float8 * 1000)) from health_feeds where app = ${app} and source = ${source}) as feeds,
      ${sketchesOf(seen)} as sketches,
      ${hits.length === 0 ? sql`null::json` : hitsOf(hits)} as hits,
      ${crashes.length === 0 ? sql`null::json as groups, null::json as crashes, null::json as segments` : ofCrashes(crashes)}`.execute(tx);
  const [row] = rows;
  if (row?.series !== ids.length) throw new SeriesGone();
  if (row.heard !== null) noteHeard(before, row.heard);
  before.upTo = row.upTo ?? before.upTo;
  return {
    packedBefore: row.packedBefore,
    sketches: new Map(row.sketches?.map(([of, hour, hex]) => [`${of} ${hour * HOUR_MS}`, Buffer.from(hex, 'hex')])),
    feeds: new Map(row.feeds?.map(([platform, ms]) => [platform, ms === null ? null : new Date(ms).toISOString()])),
    wasHit: row.hits ?? [],
    crashes: row.crashes?.map(([group, wasHit, wasHitOnVersion]) => ({ group, wasHit, wasHitOnVersion })) ?? [],
    groups: new Map(row.groups?.map(([platform, fingerprint, group]) => [`${platform}\n${fingerprint}`, group])),
    segments: segmentsBy(row.segments ?? []),
  };
}

const IS_FULL = sql`(select count(*) from (select 1 from health_affected a where a.series = named.series and a.what = named.what limit ${sql.lit(MOST_AFFECTED)}) as there) >= ${sql.lit(MOST_AFFECTED)}`;

function sketchesOf(seen: Asked['seen']): Statement {
  return sql`(
    select json_agg(json_build_array(s.series, (extract(epoch from s.bucket) / 3600)::int, encode(s.registers, 'hex'))) from health_sketches s
    join (
      select series, hour from unnest(${literalOf(seen.map(({ series }) => series))}::int[], ${literalOf(seen.map(({ bucketMs }) => bucketMs / HOUR_MS))}::int[]) as n (series, hour)
      union select series, 0 from unnest(${literalOf(seen.map(({ series }) => series))}::int[]) as n (series)
    ) n on s.series = n.series and s.bucket = to_timestamp(n.hour::float8 * 3600)
  )`;
}

function hitsOf(hits: readonly Hit[]): Statement {
  return sql`(
    with n as materialized (
      select series, what, who, at
      from unnest(${literalOf(hits.map(({ series }) => series))}::int[], ${hits.map(({ what }) => what)}::text[], ${hits.map(({ who }) => who)}::bytea[])
        with ordinality as n (series, what, who, at)
    ), full_ones as materialized (
      select series, what from (select distinct series, what from n) as named where ${IS_FULL}
    )
    select json_agg(
      exists (select 1 from health_affected a where a.series = n.series and a.what = n.what and a.who = n.who)
      or exists (select 1 from full_ones f where f.series = n.series and f.what = n.what) order by at) from n
  )`;
}

/** Their groups; a fingerprint without one may go to that of all others. */
function groupsAsked(app: string, crashes: readonly AskedCrash[]): Statement {
  const column = (pick: (crash: AskedCrash) => string): string[] => crashes.map(pick);
  const once = (pick: (crash: AskedCrash) => string): string[] => [...new Set(crashes.map(pick))];
  return sql`groups as materialized (
      select id, platform, fingerprint from crash_groups where app = ${app} and platform = any(${once(({ platform }) => platform)}::text[])
        and fingerprint = any(${[...once(({ fingerprint }) => fingerprint), OTHER_GROUP]}::text[])
    ), crashes as materialized (
      select n.series, 'group ' || coalesce(g.id, o.id) as what, coalesce(g.id, o.id) as crash_group, n.version, n.audience, n.who, n.at
      from unnest(
        ${column(({ platform }) => platform)}::text[], ${column(({ fingerprint }) => fingerprint)}::text[], ${literalOf(crashes.map(({ series }) => series))}::int[],
        ${column(({ sample }) => sample.version)}::text[], ${column(({ audience }) => audience)}::text[], ${crashes.map(({ who }) => who)}::bytea[]
      ) with ordinality as n (platform, fingerprint, series, version, audience, who, at)
      left join groups g on g.platform = n.platform and g.fingerprint = n.fingerprint
      left join groups o on o.platform = n.platform and o.fingerprint = ${OTHER_GROUP}
    ), full_groups as materialized (
      select series, what from (select distinct series, what from crashes) as named where ${IS_FULL}
    )`;
}

function ofCrashes(crashes: readonly AskedCrash[]): Statement {
  const versions = [...new Set(crashes.map(({ sample }) => sample.version))];
  return sql`
    (select json_agg(json_build_array(platform, fingerprint, id)) from groups) as groups,
    (
      select json_agg(json_build_array(
        n.crash_group,
        exists (select 1 from health_affected a where a.series = n.series and a.what = n.what and a.who = n.who)
          or exists (select 1 from full_groups f where f.series = n.series and f.what = n.what),
        exists (select 1 from crash_people p where p.crash_group = n.crash_group and p.version = n.version and p.audience = n.audience and p.who = n.who)
          or coalesce((select users from crash_versions v where v.crash_group = n.crash_group and v.version = n.version and v.audience = n.audience), 0) >= ${sql.lit(MOST_AFFECTED)}
      ) order by n.at) from crashes n
    ) as crashes,
    (select json_agg(json_build_array(crash_group, version, segment)) from crash_segments
      where crash_group in (select crash_group from crashes) and version = any(${versions}::text[])) as segments`;
}

function segmentsBy(rows: NonNullable<Row['segments']>): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const [group, version, segment] of rows) {
    const name = `${group}\n${version}`;
    const there = found.get(name);
    if (there === undefined) found.set(name, new Set([segment]));
    else there.add(segment);
  }
  return found;
}
