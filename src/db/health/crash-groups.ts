/** Crash groups as they are judged: what is due to be judged and on what counts, what came of it, and their tickets. */
import { sql } from 'kysely';
import type { ActionState, Audience } from '#domain/facts.ts';
import { NOISE_CRASHES, NOISE_GROUPS, OTHER_GROUP } from '#domain/health/crash-groups.ts';
import type { Told, TicketState } from '#domain/health/crash-groups.ts';
import type { Novelty, SeverityLevel } from '#domain/health/severity.ts';
import type { Owner } from '#domain/owners/by-path.ts';
import type { Stage } from '#domain/release/track.ts';
import type { Instant } from '#domain/time.ts';
import type { ActorStamp, CrashSample, GroupDecision } from '../schema.ts';
import type { Db, Tx } from '../transaction.ts';
import { EVER, hoursOf } from './hours.ts';
import { literalOf } from './series.ts';

/** Beyond so many groups of a platform, those that hit next to nobody and were not seen for a while make room. */
const CROWDED = 4000;
const UNSEEN_DAYS = 30;
const NEXT_TO_NOBODY = 3;

/** Removes groups that have nothing left, and where a platform has very many, those that hit next to nobody and are long unseen; and the hashes of ended tracks. */
export async function pruneGroups(db: Db, before: Instant, now: Instant): Promise<void> {
  await sql`
    delete from crash_people p using crash_groups g, tracks t
    where g.id = p.crash_group and t.app = g.app and t.platform = g.platform and t.version = p.version and t.ended`.execute(db);
  await sql`
    delete from crash_groups g where g.last_at < ${before}::timestamptz and not exists (select 1 from crash_counts c where c.crash_group = g.id)`.execute(
    db,
  );
  const unseen = new Date(Date.parse(now) - UNSEEN_DAYS * 86_400_000).toISOString();
  await sql`
    delete from crash_groups g
    using (select app, platform from crash_groups group by app, platform having count(*) > ${CROWDED}) as crowded
    where g.app = crowded.app and g.platform = crowded.platform and g.last_at < ${unseen}::timestamptz and g.decision is null
      and (select coalesce(sum(v.users), 0) from crash_versions v where v.crash_group = g.id) < ${NEXT_TO_NOBODY}
      and not exists (select 1 from crash_tickets k where k.crash_group = g.id)`.execute(db);
}

/* ---- what is to be judged ---- */

export type GroupToJudge = {
  id: number;
  platform: string;
  fingerprint: string;
  title: string;
  flow: string | null;
  samples: readonly CrashSample[];
  owner: Owner | null;
  ownerOf: string | null;
  decision: GroupDecision | null;
  touches: number;
};

const GROUP = sql`g.id, g.platform, g.fingerprint, g.title, g.flow, g.samples, g.owner, g.owner_of as "ownerOf", g.decision, g.touches`;

/**
 * Groups that live versions have and that have news, were judged more than an hour ago, or whose ticket was closed or opened in the tracker; those first that were
 * never judged.
 */
export async function groupsToJudge(db: Db, app: string, now: Instant, limit: number): Promise<GroupToJudge[]> {
  const hourAgo = new Date(Date.parse(now) - 3_600_000).toISOString();
  const { rows } = await sql<GroupToJudge>`
    select ${GROUP} from crash_groups g
    where g.app = ${app} and g.fingerprint <> ${OTHER_GROUP}
      and exists (
        select 1 from crash_versions v join tracks t on t.app = g.app and t.platform = g.platform and t.version = v.version and not t.ended where v.crash_group = g.id
      )
      and (g.touches <> g.judged_touches or g.judged_at <= ${hourAgo}::timestamptz or exists (
        select 1 from crash_tickets k join bugs b on b.app = g.app and b.bug = k.ticket
        where k.crash_group = g.id and k.state in ('open', 'closed') and b.state <> k.state and b.arrival > k.seen_arrival
      ))
    order by g.judged_at nulls first, g.id limit ${limit}`.execute(db);
  return rows;
}

export async function groupToJudge(db: Db, app: string, id: number): Promise<GroupToJudge | null> {
  const { rows } = await sql<GroupToJudge>`select ${GROUP} from crash_groups g where g.app = ${app} and g.id = ${id}`.execute(db);
  return rows[0] ?? null;
}

/** The same, with its row locked. */
export async function lockGroup(tx: Tx, app: string, id: number): Promise<GroupToJudge | null> {
  const { rows } = await sql<GroupToJudge>`select ${GROUP} from crash_groups g where g.app = ${app} and g.id = ${id} for update`.execute(
    tx,
  );
  return rows[0] ?? null;
}

/** A version of a platform with what says which come before it. */
export type VersionOfPlatform = {
  track: string;
  platform: string;
  version: string;
  stage: Stage;
  ended: boolean;
  /** What a hotfix or a replacement goes back to; null for a regular release, whatever it came after. */
  base: string | null;
  bornAt: Instant;
};

/** The newest of each platform first; so many of each. */
export async function versionsOf(db: Db, app: string, each = 40): Promise<VersionOfPlatform[]> {
  const { rows } = await sql<VersionOfPlatform>`
    select track, platform, version, stage, ended, base, "bornAt" from (
      select t.id as track, t.platform, t.version, t.stage, t.ended, case when r.kind = 'regular' then null else r.base end as base, r.born_at as "bornAt",
        row_number() over (partition by t.platform order by t.ended, r.born_at desc, t.version desc) as place
      from tracks t join releases r on r.app = t.app and r.version = t.version where t.app = ${app}
    ) as numbered where place <= ${each} order by "bornAt" desc`.execute(db);
  return rows;
}

export type DayOfGroup = { group: number; version: string; build: string; audience: Audience; day: string; crashes: number; users: number };

export async function daysOfGroups(db: Db, groups: readonly number[], versions: readonly string[]): Promise<DayOfGroup[]> {
  const { rows } = await sql<DayOfGroup>`
    select crash_group as "group", version, build, audience, to_char(day, 'YYYY-MM-DD') as day, crashes, users from crash_counts
    where crash_group = any(${literalOf(groups)}::bigint[]) and version = any(${[...versions]}::text[]) order by day`.execute(db);
  return rows;
}

export type VersionOfGroup = {
  group: number;
  version: string;
  audience: Audience;
  crashes: number;
  users: number;
  firstAt: Instant;
  lastAt: Instant;
};

export async function versionsOfGroups(db: Db, groups: readonly number[]): Promise<VersionOfGroup[]> {
  const { rows } = await sql<VersionOfGroup>`
    select crash_group as "group", version, audience, crashes, users, first_at as "firstAt", last_at as "lastAt" from crash_versions
    where crash_group = any(${literalOf(groups)}::bigint[])`.execute(db);
  return rows;
}

export type DayOfUse = { platform: string; version: string; audience: Audience; day: string; exposure: number };

/** Consumption by day, of whole versions: what rates are counted by. Of several sources that tell of the same people, each day by the one that told of most. */
export async function useByDay(db: Db, app: string, versions: readonly string[]): Promise<DayOfUse[]> {
  const { rows } = await sql<DayOfUse>`
    select platform, version, audience, day, max(exposure) as exposure from (
      select s.platform, s.version, s.audience, s.source, to_char(r.bucket at time zone 'UTC', 'YYYY-MM-DD') as day, sum(r.consumption) as exposure
      from health_series s cross join ${hoursOf('s.id', EVER, ['consumption'])} r
      where s.app = ${app} and s.version = any(${[...versions]}::text[]) and s.segment = 'all' group by 1, 2, 3, 4, 5
    ) as told group by 1, 2, 3, 4 order by 4`.execute(db);
  return rows;
}

/** Of a group's crashes on a version, the share of people who crashed so often and in so many groups that their devices are at fault; null where nobody is known. */
export async function noiseOf(db: Db, group: number, version: string): Promise<number | null> {
  const { rows } = await sql<{ share: number | null }>`
    select sum(p.crashes) filter (where everywhere.crashes >= ${NOISE_CRASHES} and everywhere.groups >= ${NOISE_GROUPS})::float8 / nullif(sum(p.crashes), 0) as share
    from crash_people p
    cross join lateral (
      select sum(o.crashes) as crashes, count(distinct o.crash_group) as groups from crash_people o
      join crash_groups theirs on theirs.id = o.crash_group
      join crash_groups ours on ours.id = p.crash_group and ours.app = theirs.app and ours.platform = theirs.platform
      where o.who = p.who and o.version = p.version
    ) as everywhere
    where p.crash_group = ${group} and p.version = ${version} having count(*) > 0`.execute(db);
  return rows.length === 0 ? null : (rows[0]?.share ?? 0);
}

/* ---- what was judged ---- */

export type Judgement = {
  group: number;
  version: string;
  level: SeverityLevel;
  belowSince: Instant | null;
  levelLower: SeverityLevel;
  score: number;
  scoreLower: number;
  impact: number;
  impactLower: number;
  weight: number;
  novelty: Novelty;
  audience: Audience;
  users: number;
  crashes: number;
  exposure: number;
  ticket: boolean;
  grave: boolean;
  noise: number | null;
  since: Instant;
};

export async function judgementsOf(db: Db, groups: readonly number[]): Promise<Judgement[]> {
  const { rows } = await sql<Judgement>`
    select crash_group as "group", version, level, below_since as "belowSince", level_lower as "levelLower", score, score_lower as "scoreLower", impact,
      impact_lower as "impactLower", weight, novelty, audience, users, crashes, exposure, ticket, grave, noise, since
    from crash_judgements where crash_group = any(${literalOf(groups)}::bigint[])`.execute(db);
  return rows;
}

export async function writeJudgements(tx: Tx, judgements: readonly Judgement[]): Promise<void> {
  if (judgements.length === 0) return;
  await sql`
    insert into crash_judgements (crash_group, version, level, below_since, level_lower, score, score_lower, impact, impact_lower, weight, novelty, audience, users,
      crashes, exposure, ticket, grave, noise, since)
    select "group", version, level, "belowSince", "levelLower", score, "scoreLower", impact, "impactLower", weight, novelty, audience, users, crashes, exposure,
      ticket, grave, noise, since
    from jsonb_to_recordset(${JSON.stringify(judgements)}::jsonb) as n (
      "group" bigint, version text, level text, "belowSince" timestamptz, "levelLower" text, score float8, "scoreLower" float8, impact float8, "impactLower" float8,
      weight float8, novelty text, audience text, users bigint, crashes bigint, exposure float8, ticket boolean, grave boolean, noise float8, since timestamptz
    )
    on conflict (crash_group, version) do update set level = excluded.level, below_since = excluded.below_since, level_lower = excluded.level_lower,
      score = excluded.score, score_lower = excluded.score_lower, impact = excluded.impact, impact_lower = excluded.impact_lower, weight = excluded.weight,
      novelty = excluded.novelty, audience = excluded.audience, users = excluded.users, crashes = excluded.crashes, exposure = excluded.exposure,
      ticket = excluded.ticket, grave = excluded.grave, noise = excluded.noise, since = excluded.since`.execute(tx);
}

/** Notes that groups were judged on what had come until then. */
export async function noteJudged(tx: Tx, groups: readonly Pick<GroupToJudge, 'id' | 'touches'>[], at: Instant): Promise<void> {
  if (groups.length === 0) return;
  await sql`
    update crash_groups g set judged_touches = n.touches, judged_at = ${at}::timestamptz
    from unnest(${literalOf(groups.map(({ id }) => id))}::bigint[], ${literalOf(groups.map(({ touches }) => touches))}::bigint[]) as n (id, touches) where g.id = n.id`.execute(
    tx,
  );
}

/** Has groups judged again, also where a judgement is under way: it is of before. */
export async function touchGroups(tx: Tx, groups: readonly number[]): Promise<void> {
  if (groups.length === 0) return;
  await sql`update crash_groups set touches = touches + 1 where id = any(${literalOf(groups)}::bigint[])`.execute(tx);
}

export async function writeOwner(db: Db, group: number, owner: Owner, ownerOf: string): Promise<void> {
  await db
    .updateTable('crash_groups')
    .set({ owner: JSON.stringify(owner), owner_of: ownerOf })
    .where('id', '=', group)
    .execute();
}

export async function writeDecision(tx: Tx, group: number, decision: GroupDecision | null): Promise<void> {
  await tx
    .updateTable('crash_groups')
    .set({ decision: decision === null ? null : JSON.stringify(decision) })
    .where('id', '=', group)
    .execute();
}

/* ---- tickets ---- */

export type Ticket = {
  group: number;
  line: string;
  version: string;
  reference: string;
  ticket: string | null;
  url: string | null;
  state: TicketState;
  told: Told;
  orders: number;
  lastOrder: string;
  outcome: string | null;
  at: Instant;
  closedAt: Instant | null;
  closedOn: readonly string[];
  reopened: number;
  nominatedOn: readonly string[];
  /** How the tracker says that it stands; null where it has not told of it since our last word. */
  bug: 'open' | 'closed' | null;
  /** An order for it has not ended. */
  isBusy: boolean;
  /** How the last order for it stands. */
  order: ActionState['state'];
};

export async function ticketsOf(db: Db, groups: readonly number[]): Promise<Ticket[]> {
  const { rows } = await sql<Ticket>`
    select k.crash_group as "group", k.line, k.version, k.reference, k.ticket, k.url, k.state, k.told, k.orders, k.last_order as "lastOrder", k.outcome, k.at,
      k.closed_at as "closedAt", k.closed_on as "closedOn", k.reopened, k.nominated_on as "nominatedOn",
      (select b.state from bugs b where b.app = g.app and b.bug = k.ticket and b.arrival > k.seen_arrival order by b.arrival desc limit 1) as bug,
      coalesce((select o.state from outbox o where o.key = k.last_order), 'done') as "order",
      exists (select 1 from outbox o where o.key = k.last_order and o.state in ('ordered', 'trying', 'waiting')) as "isBusy"
    from crash_tickets k join crash_groups g on g.id = k.crash_group
    where k.crash_group = any(${literalOf(groups)}::bigint[])`.execute(db);
  return rows;
}

export type TicketOrder = {
  group: number;
  line: string;
  version: string;
  reference: string;
  told: Told;
  /** How many orders there were before: an order that was decided on another number is not given. */
  before: number;
  key: string;
  does: 'open' | 'update' | 'reopen';
  by: ActorStamp;
  at: Instant;
};

/** Notes an order for a ticket; false when another one came first. */
export async function noteTicketOrder(tx: Tx, order: TicketOrder): Promise<boolean> {
  const { group, line, version, reference, told, before, key, does, by, at } = order;
  if (before === 0) {
    const { rows } = await sql`
      insert into crash_tickets (crash_group, line, version, reference, state, told, orders, last_order, by, at)
      values (${group}, ${line}, ${version}, ${reference}, 'wanted', ${JSON.stringify(told)}, 1, ${key}, ${JSON.stringify(by)}, ${at}::timestamptz)
      on conflict (crash_group, line) do nothing returning 1`.execute(tx);
    return rows.length > 0;
  }
  const { rows } = await sql`
    update crash_tickets set version = ${version}, told = ${JSON.stringify(told)}, orders = orders + 1, last_order = ${key},
      by = case when ${does === 'update'} then by else ${JSON.stringify(by)}::jsonb end, state = case when state = 'refused' then 'wanted' else state end,
      reopened = reopened + ${does === 'reopen' ? 1 : 0}
    where crash_group = ${group} and line = ${line} and orders = ${before} returning 1`.execute(tx);
  return rows.length > 0;
}

/** Notes what became of an order for a ticket, and has its group judged again: it may be nominated now. `ticket` null: it was refused. */
export async function noteTicket(
  tx: Tx,
  key: string,
  { ticket, outcome, isOpen }: { ticket: { key: string; url: string | null } | null; outcome: string; isOpen: boolean },
): Promise<void> {
  await sql`
    update crash_tickets k set outcome = ${outcome},
      seen_arrival = coalesce((select max(b.arrival) from bugs b join crash_groups g on g.app = b.app where g.id = k.crash_group and b.bug = k.ticket), 0), ticket = coalesce(${ticket?.key ?? null}, ticket), url = coalesce(${ticket?.url ?? null}, url),
      state = case when ${ticket === null} then (case when ticket is null then 'refused' else state end) when ${isOpen} or state = 'wanted' then 'open' else state end,
      closed_at = case when ${ticket !== null && isOpen} then null else closed_at end
    where last_order = ${key}`.execute(tx);
  await sql`update crash_groups set judged_touches = -1 where id in (select crash_group from crash_tickets where last_order = ${key})`.execute(
    tx,
  );
}

/** Notes that people closed a ticket in the tracker, and on which builds its group was until then; or that they opened it again. */
export async function noteTicketState(
  tx: Tx,
  { group, line }: Pick<Ticket, 'group' | 'line'>,
  to: { state: 'closed'; at: Instant; on: readonly string[] } | { state: 'open' },
): Promise<void> {
  await sql`
    update crash_tickets set state = ${to.state}, closed_at = ${to.state === 'closed' ? to.at : null}::timestamptz,
      closed_on = case when ${to.state === 'closed'} then ${to.state === 'closed' ? [...to.on] : []}::text[] else closed_on end
    where crash_group = ${group} and line = ${line} and state in ('open', 'closed')`.execute(tx);
}

/** Tickets whose last order was refused, or waits for its next try, of groups that nobody decided against; the longest ordered first. */
export async function ticketsToTryAgain(db: Db, app: string, most: number): Promise<{ group: number; version: string }[]> {
  const { rows } = await sql<{ group: number; version: string }>`
    select k.crash_group as "group", k.version from crash_groups g join crash_tickets k on k.crash_group = g.id join outbox o on o.key = k.last_order
    where g.app = ${app} and g.decision is null and o.state in ('refused', 'waiting')
    order by o.ordered_at, o.key limit ${most}`.execute(db);
  return rows;
}

/** Notes that it was nominated on a version; false when it was before. */
export async function noteNominated(tx: Tx, { group, line }: Pick<Ticket, 'group' | 'line'>, version: string): Promise<boolean> {
  const { rows } = await sql`
    update crash_tickets set nominated_on = nominated_on || ${version}::text
    where crash_group = ${group} and line = ${line} and not (nominated_on @> array[${version}]::text[]) returning 1`.execute(tx);
  return rows.length > 0;
}
