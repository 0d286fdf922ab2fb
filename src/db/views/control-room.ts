/**
 * What is stored of the control room of one app, in one statement, so that all of it is of one moment. Nothing is planned or judged here:
 * verdicts and the robot's sentence are read as the engine committed them. Every part is found by the app or by its live tracks, so the cost does not grow
 * with the number of apps.
 */
import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import type { Evidence, Verdict } from '#domain/criteria/criterion.ts';
import type { ComingBuild } from '#domain/insights/forecast.ts';
import type { PastBuild, PastTrack } from '#domain/insights/history.ts';
import type { CherryPick, FactKind, StorefrontState, Waiver } from '#domain/facts.ts';
import type { App, AppClock, PlannedTimes, ReleaseContents } from '#domain/release/release.ts';
import type { ReleaseKind, Step, Track } from '#domain/release/track.ts';
import type { Instant } from '#domain/time.ts';
import type { ActorStamp, Database, PlanStamp } from '../schema.ts';

export type StoredTrack = { track: Track; revision: number; policyRevision: number; plan: PlanStamp | null };
export type StoredRelease = {
  version: string;
  kind: ReleaseKind;
  base: string | null;
  bornAt: Instant;
  manager: string | null;
  planned: PlannedTimes;
  imported: boolean;
  contents: Partial<ReleaseContents>;
};
export type StoredLine = {
  chain: string;
  seq: number;
  at: Instant;
  track: string | null;
  actor: ActorStamp;
  event: { is: string } & Record<string, unknown>;
};
export type StoredQuestion = {
  key: string;
  track: string;
  kind: 'ask' | 'refused';
  step: Step | null;
  text: string;
  evidence: Evidence[];
  askedAt: Instant;
};
export type StoredSource = {
  source: string;
  kinds: FactKind[];
  connected: boolean;
  lastReadAt: Instant | null;
  freshForMinutes: number | null;
  nextReadAt: Instant | null;
  error: string | null;
};

export type StoredRoom = {
  app: App & { version: number; policyRevision: number; sample: boolean; clock: AppClock | null };
  releases: StoredRelease[];
  tracks: StoredTrack[];
  verdicts: { track: string; verdict: Verdict }[];
  storefronts: (Pick<
    StorefrontState,
    'storefront' | 'platform' | 'version' | 'state' | 'percent' | 'build' | 'nextMove' | 'pausedDaysUsed'
  > & { url?: string; readAt: Instant })[];
  questions: StoredQuestion[];
  waivers: { track: string; waiver: Waiver }[];
  picks: { track: string; pick: CherryPick }[];
  lines: StoredLine[];
  sources: StoredSource[];
  connections: { integration: string; serves: string[] }[];
  counts: { withoutTeam: number; nominated: number; cherryPicks: number };
  /** Tracks of the app's newest releases, the live ones among them: how long their ways took. */
  past: PastTrack[];
  /** How long RCs of those releases took to build. */
  pastBuilds: PastBuild[];
  /** RCs of live tracks that are queued or building, the newest last. */
  coming: (ComingBuild & { platform: string; version: string })[];
};

/** Releases that a forecast looks back on: a quarter of weekly trains, with hotfixes among them. */
const PAST_RELEASES = 14;
/** Builds that tell how long one takes. */
const PAST_BUILDS = 60;

/** The newest lines of activity that the control room starts with. */
const LINES = 50;

/** A moment out of a column as the rest of the program writes it. */
const instant = (column: string) => sql.raw(`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`);

/** Null when there is no such app. `only`: one track of it and nothing beside, for the track's own page. */
export async function storedRoom(db: Kysely<Database>, app: string, only: string | null = null): Promise<StoredRoom | null> {
  const { rows } = await sql<{ room: StoredRoom | null }>`
    with live as materialized (
      select t.id, t.app, t.version, t.platform, t.state, t.revision, t.policy_revision, t.plan
      from tracks t
      where t.app = ${app} and case when ${only}::text is not null then t.id = ${only}
        else t.version in (select distinct version from tracks where app = ${app} and not ended) end
    ), newest as materialized (
      select version from releases where app = ${app} order by born_at desc limit ${PAST_RELEASES}
    )
    select json_build_object(
      'app', json_build_object('id', a.id, 'name', a.name, 'timezone', a.timezone, 'platforms', a.platforms, 'robotPaused', a.robot_paused,
        'version', a.version, 'policyRevision', a.policy_revision,
        'sample', a.sample, 'clock', a.clock),
      'releases', (select coalesce(json_agg(json_build_object('version', r.version, 'kind', r.kind, 'base', r.base, 'bornAt', ${instant('r.born_at')},
          'manager', r.manager, 'planned', r.planned, 'imported', r.imported, 'contents', r.contents) order by r.born_at), '[]')
        from releases r where r.app = a.id and r.version in (select version from live)),
      'tracks', (select coalesce(json_agg(json_build_object('track', t.state, 'revision', t.revision, 'policyRevision', t.policy_revision, 'plan', t.plan)), '[]') from live t),
      'verdicts', (select coalesce(json_agg(json_build_object('track', v.track, 'verdict', v.verdict) order by v.track, v.position), '[]')
        from verdicts v where v.track in (select id from live)),
      'storefronts', (select coalesce(json_agg(s.payload || jsonb_build_object('readAt', ${instant('s.recorded_at')}) order by s.arrival), '[]')
        from live t join storefront_states s on s.app = t.app and s.version = t.version and s.platform = t.platform),
      'questions', (select coalesce(json_agg(json_build_object('key', q.key, 'track', q.track, 'kind', q.kind, 'step', q.step, 'text', q.text,
          'evidence', q.evidence, 'askedAt', ${instant('q.asked_at')}) order by q.asked_at), '[]')
        from questions q where q.app = a.id and q.closed_at is null and q.track in (select id from live)),
      'waivers', (select coalesce(json_agg(json_build_object('track', w.track, 'waiver', w.waiver || jsonb_build_object('state', w.state)) order by w.at), '[]')
        from waivers w where w.track in (select id from live) and w.state = 'asked'),
      'picks', (select coalesce(json_agg(json_build_object('track', c.track, 'pick', c.pick || jsonb_build_object('state', c.state)) order by c.at), '[]')
        from cherry_picks c where c.track in (select id from live) and c.state = 'asked'),
      'lines', (select coalesce(json_agg(json_build_object('chain', j.chain, 'seq', j.seq, 'at', ${instant('j.at')}, 'track', j.track, 'actor', j.actor - 'address', 'event', j.event)
          order by j.app_version desc, j.chain, j.seq desc), '[]')
        from (select * from journal where app = a.id and ${only}::text is null order by app_version desc, chain, seq desc limit ${LINES}) j),
      'sources', (select coalesce(json_agg(json_build_object('source', s.source, 'kinds', s.kinds, 'connected', s.connected, 'lastReadAt', ${instant('s.last_read_at')},
          'freshForMinutes', s.fresh_for_minutes, 'nextReadAt', ${instant('s.next_read_at')}, 'error', s.error) order by s.source), '[]')
        from sources s where s.app = a.id),
      'connections', (select coalesce(json_agg(json_build_object('integration', c.integration, 'serves', c.serves)), '[]')
        from connections c where c.app = a.id and c.removed_at is null),
      'counts', json_build_object(
        'withoutTeam', (select count(*) from bugs b
          where b.app = a.id and b.state = 'open' and b.team is null
            and exists (select 1 from unnest(b.versions) as is_in(version) where is_in.version in (select version from live))
            and not exists (select 1 from bug_assignments n where n.app = b.app and n.bug = b.bug)),
        'nominated', (select count(*) from (
            select b.bug from bugs b where b.app = a.id and b.state = 'open' and b.nominated
              and exists (select 1 from unnest(b.versions) as is_in(version) where is_in.version in (select version from live))
            union
            select b.bug from bug_decisions d join bugs b on b.app = a.id and b.bug = d.bug
            where d.track in (select id from live) and d.nominated is not null and b.state = 'open'
              and exists (select 1 from unnest(b.versions) as is_in(version) where is_in.version in (select version from live))) n
          where not exists (select 1 from bug_decisions d where d.track in (select id from live) and d.bug = n.bug and d.decision is not null)),
        'cherryPicks', (select count(*) from cherry_picks c where c.track in (select id from live) and c.state = 'asked')),
      'past', (select coalesce(json_agg(json_build_object('id', t.id, 'platform', t.platform, 'kind', t.kind, 'reached', t.state->'reached',
          'percents', coalesce(t.state->'percents', '[]'))), '[]')
        from tracks t where t.app = a.id and t.version in (select version from newest)),
      'pastBuilds', (select coalesce(json_agg(json_build_object('platform', b.platform,
          'ms', (extract(epoch from (b.finished - b.started)) * 1000)::bigint)), '[]')
        from (select platform, (payload->>'startedAt')::timestamptz as started, (payload->>'finishedAt')::timestamptz as finished
          from builds where app = a.id and version in (select version from newest) and kind = 'release-candidate' and state = 'succeeded'
          order by arrival desc limit ${PAST_BUILDS}) b
        where b.started is not null and b.finished is not null),
      'coming', (select coalesce(json_agg(json_build_object('platform', b.platform, 'version', b.version, 'number', b.number, 'candidate', b.candidate,
          'startedAt', b.payload->'startedAt', 'expectedAt', b.payload->'expectedAt') order by b.arrival), '[]')
        from live t join builds b on b.app = t.app and b.version = t.version and b.platform = t.platform
        where b.kind = 'release-candidate' and b.state in ('queued', 'building'))
    ) as room
    from apps a where a.id = ${app}`.execute(db);
  return rows[0]?.room ?? null;
}
