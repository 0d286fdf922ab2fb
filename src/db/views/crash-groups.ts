/** Crash groups as they are listed and looked at. */
import { sql } from 'kysely';
import type { TicketOrderRow } from '#domain/health/crash-groups.ts';
import type { SeverityLevel } from '#domain/health/severity.ts';
import { severityLevels } from '#domain/health/severity.ts';
import type { Owner } from '#domain/owners/by-path.ts';
import type { Instant } from '#domain/time.ts';
import type { Judgement, Ticket } from '../health/crash-groups.ts';
import { literalOf } from '../health/series.ts';
import type { ActorStamp, CrashSample, GroupDecision } from '../schema.ts';
import type { Db } from '../transaction.ts';
import type { StoredDecision } from './triage.ts';

export { judgementsOf } from '../health/crash-groups.ts';
export type { Judgement } from '../health/crash-groups.ts';

export type GroupsAsked = {
  app: string;
  platform: string | null;
  version: string | null;
  /** At least so severe. */
  severity: SeverityLevel | null;
  novelty: string | null;
  /** `none`: those without an owner. */
  team: string | null;
  ticket: 'open' | 'closed' | 'none' | 'not-wanted' | 'refused' | 'waiting' | null;
  search: string | null;
  /** The last group that the caller has. */
  after: { score: number; id: number } | null;
  limit: number;
};

export type ShownTicket = Omit<
  Ticket,
  'group' | 'reference' | 'told' | 'orders' | 'lastOrder' | 'closedOn' | 'bug' | 'isBusy' | 'order'
> & {
  by: ActorStamp;
  /** The last order for it; null where that is not known any more. */
  order: TicketOrderRow | null;
};

/** Whose the ticket is, and what was decided of it on the version that the group is shown on. */
export type ShownTriage = { team: string | null; decision: Pick<StoredDecision, 'is' | 'reason' | 'by' | 'at'> | null };

export type ShownGroup = {
  id: number;
  platform: string;
  fingerprint: string;
  title: string;
  flow: string | null;
  samples: readonly CrashSample[];
  owner: Owner | null;
  decision: GroupDecision | null;
  firstAt: Instant;
  lastAt: Instant;
  version: string;
  live: boolean;
  users: number;
  crashes: number;
  judgement: Judgement | null;
  ticket: ShownTicket | null;
  /** What triage says of the ticket; null where there is none, or the tracker has not told of it yet. */
  triage: ShownTriage | null;
  /** What they are ordered by; those that were never judged come last. */
  rank: number;
};

const JUDGEMENT = sql`case when j.version is null then null else jsonb_build_object('group', j.crash_group, 'version', j.version, 'level', j.level, 'belowSince', j.below_since,
  'levelLower', j.level_lower, 'score', j.score, 'scoreLower', j.score_lower, 'impact', j.impact, 'impactLower', j.impact_lower, 'weight', j.weight, 'novelty', j.novelty,
  'audience', j.audience, 'users', j.users, 'crashes', j.crashes, 'exposure', j.exposure, 'ticket', j.ticket, 'grave', j.grave, 'noise', j.noise,
  'since', to_char(j.since at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) end`;
const utc = (column: string) => sql`to_char(${sql.ref(column)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
const TICKET = sql`jsonb_build_object('line', k.line, 'version', k.version, 'ticket', k.ticket, 'url', k.url, 'state', k.state, 'outcome', k.outcome, 'by', k.by,
  'at', ${utc('k.at')}, 'closedAt', ${utc('k.closed_at')}, 'reopened', k.reopened, 'nominatedOn', k.nominated_on,
  'order', (select jsonb_build_object('state', o.state, 'does', case when o.action -> 'effect' -> 'ticket' ->> 'state' = 'as-it-stands' then 'update' when k.ticket is null then 'open' else 'reopen' end,
      'at', ${utc('o.ordered_at')}, 'attempts', o.attempts, 'inDoubt', o.in_doubt, 'outcome', o.outcome, 'nextTryAt', ${utc('o.next_try_at')}, 'before', case when o.state in ('ordered', 'waiting') then (
        select case when f.key = o.key then null else jsonb_build_object('outcome', f.outcome, 'nextTryAt', ${utc('f.next_try_at')}) end
        from outbox f where f.lane = o.lane and f.state in ('ordered', 'trying', 'waiting') and not f.urgent order by f.ordered_at, f.key limit 1) end)
    from outbox o where o.key = k.last_order))`;

/** A group with the version that it is shown on: the one asked for, else the live one where it is worst, else the newest. */
function shownOn(version: string | null) {
  return sql`
    from crash_groups g
    join lateral (
      select v.version, sum(v.users)::bigint as users, sum(v.crashes)::bigint as crashes, coalesce(not t.ended, false) as live
      from crash_versions v
      left join tracks t on t.app = g.app and t.platform = g.platform and t.version = v.version
      left join releases r on r.app = g.app and r.version = v.version
      left join crash_judgements s on s.crash_group = g.id and s.version = v.version
      where v.crash_group = g.id and (${version}::text is null or v.version = ${version}::text)
      group by v.version, t.ended, r.born_at, s.score
      order by coalesce(not t.ended, false) desc, case when t.ended then null else s.score end desc nulls last, r.born_at desc nulls last, v.version desc limit 1
    ) shown on true
    left join crash_judgements j on j.crash_group = g.id and j.version = shown.version
    left join lateral (
      select * from crash_tickets k where k.crash_group = g.id and (k.line = shown.version or k.told -> 'versions' ? shown.version) order by k.at desc limit 1
    ) k on true
    left join lateral (
      select b.bug, coalesce(n.team, b.team) as team, d.decision
      from bugs b
      left join bug_assignments n on n.app = b.app and n.bug = b.bug
      left join bug_decisions d on d.track = g.app || '/' || shown.version || '/' || g.platform and d.bug = b.bug
      where b.app = g.app and b.bug = k.ticket order by b.arrival desc limit 1
    ) triage on true`;
}

const GROUP = sql`g.id, g.platform, g.fingerprint, g.title, g.flow, g.samples, g.owner, g.decision, g.first_at as "firstAt", g.last_at as "lastAt", shown.version, shown.live,
  shown.users, shown.crashes, ${JUDGEMENT} as judgement, case when k.line is null then null else ${TICKET} end as ticket,
  case when triage.bug is null then null else jsonb_build_object('team', triage.team, 'decision', case when triage.decision is null then null else
    jsonb_build_object('is', triage.decision -> 'is', 'reason', triage.decision -> 'reason', 'by', triage.decision -> 'by', 'at', triage.decision -> 'at') end) end as triage, coalesce(j.score, -1) as rank`;

/** Whose a group is: by the path of its code, else whoever triage gave its ticket to. */
const TEAM = sql`coalesce(g.owner ->> 'team', triage.team)`;

/** The worst first. */
export async function crashGroupsOf(db: Db, asked: GroupsAsked): Promise<ShownGroup[]> {
  const { app, platform, version, severity, novelty, team, ticket, search, after, limit } = asked;
  const levels = severity === null ? null : severityLevels.slice(0, severityLevels.indexOf(severity) + 1);
  const words = search === null ? null : `%${search.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
  const conditions = [
    sql`g.app = ${app}`,
    ...(platform === null ? [] : [sql`g.platform = ${platform}`]),
    ...(levels === null ? [] : [sql`j.level = any(${[...levels]}::text[])`]),
    ...(novelty === null ? [] : [sql`j.novelty = ${novelty}`]),
    ...(team === null ? [] : [team === 'none' ? sql`${TEAM} is null` : sql`${TEAM} = ${team}`]),
    ...(ticket === null ? [] : [ticketIs(ticket)]),
    ...(words === null ? [] : [sql`g.title ilike ${words}`]),
    ...(after === null ? [] : [sql`(coalesce(j.score, -1), g.id) < (${after.score}::float8, ${after.id}::bigint)`]),
  ];
  const { rows } = await sql<ShownGroup>`
    select ${GROUP} ${shownOn(version)} where ${sql.join(conditions, sql` and `)} order by coalesce(j.score, -1) desc, g.id desc limit ${limit}`.execute(
    db,
  );
  return rows;
}

/** How the last order for the ticket stands that a group is shown with. */
const orderIs = sql`(select o.state from outbox o where o.key = k.last_order)`;

function ticketIs(ticket: NonNullable<GroupsAsked['ticket']>) {
  switch (ticket) {
    case 'open':
      return sql`k.state in ('open', 'wanted')`;
    case 'closed':
      return sql`k.state = 'closed'`;
    case 'none':
      return sql`(k.line is null or k.state = 'refused') and g.decision is null`;
    case 'not-wanted':
      return sql`g.decision is not null`;
    case 'refused':
      return sql`${orderIs} = 'refused' and g.decision is null`;
    case 'waiting':
      return sql`${orderIs} in ('ordered', 'trying', 'waiting')`;
    default:
      return ticket satisfies never;
  }
}

export async function crashGroup(db: Db, app: string, id: number, version: string | null): Promise<ShownGroup | null> {
  const { rows } = await sql<ShownGroup>`select ${GROUP} ${shownOn(version)} where g.app = ${app} and g.id = ${id}`.execute(db);
  return rows[0] ?? null;
}

/** What the groups of an app can be narrowed by. */
export async function groupChoices(
  db: Db,
  app: string,
): Promise<{ platforms: string[]; versions: string[]; teams: string[]; total: number }> {
  const { rows } = await sql<{ platforms: string[]; versions: string[]; teams: string[]; total: number }>`
    select
      coalesce((select array_agg(distinct platform order by platform) from crash_groups where app = ${app}), '{}') as platforms,
      coalesce((
        select array_agg(version order by born_at desc nulls last, version desc) from (
          select distinct v.version, r.born_at from crash_versions v join crash_groups g on g.id = v.crash_group
          left join releases r on r.app = g.app and r.version = v.version where g.app = ${app}
        ) as had
      ), '{}') as versions,
      coalesce((
        select array_agg(distinct team order by team) from (
          select coalesce(g.owner ->> 'team', (
            select coalesce(n.team, b.team) from crash_tickets k join bugs b on b.app = g.app and b.bug = k.ticket
            left join bug_assignments n on n.app = b.app and n.bug = b.bug where k.crash_group = g.id order by k.at desc, b.arrival desc limit 1
          )) as team from crash_groups g where g.app = ${app}
        ) as theirs where team is not null
      ), '{}') as teams,
      (select count(*)::int from crash_groups where app = ${app}) as total`.execute(db);
  return rows[0] ?? { platforms: [], versions: [], teams: [], total: 0 };
}

/** How many groups are shown with a ticket whose last order was refused, and how many with one whose order is not done. */
export async function unfinishedTickets(db: Db, app: string): Promise<{ refused: number; waiting: number }> {
  const { rows } = await sql<{ refused: number; waiting: number }>`
    select (count(*) filter (where ${orderIs} = 'refused'))::int as refused,
      (count(*) filter (where ${orderIs} in ('ordered', 'trying', 'waiting')))::int as waiting
    ${shownOn(null)} where g.id in (
      select t.crash_group from crash_groups c join crash_tickets t on t.crash_group = c.id join outbox o on o.key = t.last_order
      where c.app = ${app} and c.decision is null and o.state in ('refused', 'ordered', 'trying', 'waiting')
    )`.execute(db);
  return rows[0] ?? { refused: 0, waiting: 0 };
}

export type CountOfVersion = {
  group: number;
  version: string;
  users: number;
  crashes: number;
  live: boolean;
  firstAt: Instant;
  lastAt: Instant;
};

/** People and crashes by version, the newest version first. */
export async function countsByVersion(db: Db, groups: readonly number[]): Promise<CountOfVersion[]> {
  const { rows } = await sql<CountOfVersion>`
    select v.crash_group as "group", v.version, sum(v.users)::bigint as users, sum(v.crashes)::bigint as crashes, coalesce(not t.ended, false) as live,
      min(v.first_at) as "firstAt", max(v.last_at) as "lastAt"
    from crash_versions v join crash_groups g on g.id = v.crash_group
    left join tracks t on t.app = g.app and t.platform = g.platform and t.version = v.version
    left join releases r on r.app = g.app and r.version = v.version
    where v.crash_group = any(${literalOf(groups)}::bigint[])
    group by v.crash_group, v.version, t.ended, r.born_at order by r.born_at desc nulls last, v.version desc`.execute(db);
  return rows;
}

/** Where it happened on a version, the most people first. */
export async function segmentsOfGroup(
  db: Db,
  group: number,
  version: string,
): Promise<{ dimension: string; value: string; users: number; crashes: number }[]> {
  const { rows } = await sql<{ dimension: string; value: string; users: number; crashes: number }>`
    select split_part(segment, '=', 1) as dimension, substr(segment, strpos(segment, '=') + 1) as value, users, crashes
    from crash_segments where crash_group = ${group} and version = ${version} order by 1, crashes desc, 2`.execute(db);
  return rows;
}

/** People and crashes by day and version, of the last days that had it. */
export async function daysOfGroup(
  db: Db,
  group: number,
  most: number,
): Promise<{ day: string; version: string; users: number; crashes: number }[]> {
  const { rows } = await sql<{ day: string; version: string; users: number; crashes: number }>`
    select to_char(day, 'YYYY-MM-DD') as day, version, sum(users)::bigint as users, sum(crashes)::bigint as crashes from crash_counts
    where crash_group = ${group} and day > (select max(day) from crash_counts where crash_group = ${group}) - ${most}::int
    group by day, version order by day, version`.execute(db);
  return rows;
}

export async function ticketsOfGroup(db: Db, group: number): Promise<ShownTicket[]> {
  const { rows } = await sql<{
    ticket: ShownTicket;
  }>`select ${TICKET} as ticket from crash_tickets k where k.crash_group = ${group} order by k.at desc`.execute(db);
  return rows.map(({ ticket }) => ticket);
}

/** What the journal says of a group, the newest first. */
export async function historyOfGroup(
  db: Db,
  app: string,
  group: number,
  limit: number,
): Promise<{ at: Instant; actor: ActorStamp; track: string | null; event: { is: string } & Record<string, unknown> }[]> {
  const { rows } = await sql<{ at: Instant; actor: ActorStamp; track: string | null; event: { is: string } & Record<string, unknown> }>`
    select at, actor, track, event from journal
    where app = ${app} and event ->> 'group' = ${String(group)} and kind in ('crash-group-judged', 'crash-group-decided')
    order by recorded_at desc, seq desc limit ${limit}`.execute(db);
  return rows;
}
