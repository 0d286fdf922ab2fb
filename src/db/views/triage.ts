/** Bugs as triage looks at them, and the live releases that they are looked at for. */
import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import type { BugDecision } from '#domain/facts.ts';
import type { Track } from '#domain/release/track.ts';
import type { Instant } from '#domain/time.ts';
import type { Database } from '../schema.ts';

export type StoredDecision = {
  version: string;
  platform: string;
  is: BugDecision;
  by: string;
  at: Instant;
  reason: string;
  risk: string | null;
  impact: string | null;
  workaround: string | null;
};

export type StoredBug = {
  arrival: number;
  key: string;
  title: string;
  state: 'open' | 'closed';
  platforms: string[];
  versions: string[];
  team: string | null;
  flow: string | null;
  severity: 'low' | 'medium' | 'high' | 'critical' | null;
  nominated: boolean;
  since: Instant;
  at: Instant;
  source: string;
  url: string | null;
  fixedBy: string[];
  verifiedOn: string[];
  decisions: StoredDecision[];
};

/** Which bugs: of an app, on versions (null: all), by what a person looks for. */
export type Sought = {
  app: string;
  versions: readonly string[] | null;
  version: string | null;
  platform: string | null;
  team: string | null;
  search: string | null;
};

const team = sql<string | null>`coalesce(n.team, b.team)`;
const decisions = sql<StoredDecision[]>`(
  select coalesce(jsonb_agg(d.decision || jsonb_build_object('version', t.version, 'platform', t.platform) order by t.id), '[]')
  from bug_decisions d join tracks t on t.id = d.track where t.app = b.app and d.bug = b.bug and d.decision is not null)`;
const nominated = sql<boolean>`(b.nominated or exists (
  select 1 from bug_decisions d join tracks t on t.id = d.track where t.app = b.app and d.bug = b.bug and d.nominated is not null))`;
/** Of several sources that tell of one bug, what arrived last. */
const isNewest = sql<boolean>`not exists (select 1 from bugs o where o.app = b.app and o.bug = b.bug and o.arrival > b.arrival)`;

/** A text as it is looked for in another: `%` and `_` are letters like others. */
const like = (text: string): string => `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;

function sought(db: Kysely<Database>, { app, versions, version, platform, team: wanted, search }: Sought) {
  return db
    .selectFrom('bugs as b')
    .leftJoin('bug_assignments as n', (join) => join.onRef('n.app', '=', 'b.app').onRef('n.bug', '=', 'b.bug'))
    .where('b.app', '=', app)
    .where(isNewest)
    .$if(versions !== null, (query) =>
      query.where(sql<boolean>`bug_places(b.app, b.versions) && ${(versions ?? []).map((each) => `${app}/${each}`)}::text[]`),
    )
    .$if(version !== null, (query) => query.where(sql<boolean>`bug_places(b.app, b.versions) @> array[${`${app}/${version}`}]::text[]`))
    .$if(platform !== null, (query) => query.where(sql<boolean>`(cardinality(b.platforms) = 0 or ${platform} = any(b.platforms))`))
    .$if(wanted !== null, (query) => query.where(sql<boolean>`${team} = ${wanted}`))
    .$if(search !== null, (query) => query.where(sql<boolean>`(b.title ilike ${like(search ?? '')} or b.bug ilike ${like(search ?? '')})`));
}

function whole(query: ReturnType<typeof sought>) {
  return query.select([
    'b.arrival',
    'b.bug as key',
    'b.title',
    sql<'open' | 'closed'>`b.state`.as('state'),
    'b.platforms',
    'b.versions',
    team.as('team'),
    'b.flow',
    sql<StoredBug['severity']>`b.payload->>'severity'`.as('severity'),
    nominated.as('nominated'),
    sql<Instant>`coalesce(b.payload->>'reportedAt', to_char(b.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))`.as('since'),
    'b.at',
    'b.source',
    sql<string | null>`b.payload->>'url'`.as('url'),
    sql<string[]>`coalesce(b.payload->'fixedBy', '[]')`.as('fixedBy'),
    sql<string[]>`coalesce(b.payload->'verifiedOn', '[]')`.as('verifiedOn'),
    decisions.as('decisions'),
  ]);
}

/** The most bugs of live releases that are put in order at once; those that came last go before. */
const MOST_LIVE = 5000;

/** The bugs of these versions that are open or were decided about: what the inbox is made from. */
export async function liveBugs(db: Kysely<Database>, what: Sought & { versions: readonly string[] }): Promise<StoredBug[]> {
  if (what.versions.length === 0) return [];
  return whole(sought(db, what))
    .where(
      sql<boolean>`(b.state = 'open' or exists (select 1 from bug_decisions d join tracks t on t.id = d.track where t.app = b.app and d.bug = b.bug and d.decision is not null))`,
    )
    .orderBy('b.arrival', 'desc')
    .limit(MOST_LIVE)
    .execute();
}

/** Every bug, open ones first, then those that came last; after the place of a page before. */
export async function allBugs(
  db: Kysely<Database>,
  what: Sought,
  after: { open: boolean; arrival: number } | null,
  limit: number,
): Promise<StoredBug[]> {
  return whole(sought(db, what))
    .$if(after !== null, (query) =>
      query.where(
        sql<boolean>`((b.state = 'open')::int, b.arrival) < (${after?.open === true ? 1 : 0}::int, ${after?.arrival ?? 0}::bigint)`,
      ),
    )
    .orderBy(sql`(b.state = 'open')::int`, 'desc')
    .orderBy('b.arrival', 'desc')
    .limit(limit)
    .execute();
}

/** How many bugs there are at all of those that are looked for. */
export async function countBugs(db: Kysely<Database>, what: Sought): Promise<number> {
  const row = await sought(db, what)
    .select(sql<number>`count(*)::int`.as('count'))
    .executeTakeFirst();
  return row?.count ?? 0;
}

/** One bug; null when none of this key was reported. */
export async function bugByKey(db: Kysely<Database>, app: string, key: string): Promise<StoredBug | null> {
  const what = { app, versions: null, version: null, platform: null, team: null, search: null };
  return (await whole(sought(db, what)).where('b.bug', '=', key).executeTakeFirst()) ?? null;
}

/** The revision of the policy that is in force. */
export async function policyInForce(db: Kysely<Database>, app: string): Promise<number> {
  return (await db.selectFrom('apps').select('policy_revision').where('id', '=', app).executeTakeFirst())?.policy_revision ?? 0;
}

/** Releases with a track alive, as they were born, and the tracks of each. */
export async function liveReleases(db: Kysely<Database>, app: string): Promise<{ version: string; tracks: Track[] }[]> {
  const rows = await db
    .selectFrom('tracks as t')
    .innerJoin('releases as r', (join) => join.onRef('r.app', '=', 't.app').onRef('r.version', '=', 't.version'))
    .select(['t.version', 't.state'])
    .where('t.app', '=', app)
    .where(sql<boolean>`t.version in (select version from tracks where app = ${app} and not ended)`)
    .orderBy('r.born_at')
    .orderBy('t.id')
    .execute();
  const found = new Map<string, Track[]>();
  for (const { version, state } of rows) found.set(version, [...(found.get(version) ?? []), state]);
  return [...found].map(([version, tracks]) => ({ version, tracks }));
}

/** Live tracks on which some bug is decided to be a blocker. */
export async function tracksWithBlockers(db: Kysely<Database>, app: string): Promise<string[]> {
  const rows = await db
    .selectFrom('tracks as t')
    .select('t.id')
    .where('t.app', '=', app)
    .where('t.ended', '=', false)
    .where(sql<boolean>`exists (select 1 from bug_decisions d where d.track = t.id and d.decision->>'is' = 'blocker')`)
    .orderBy('t.id')
    .execute();
  return rows.map(({ id }) => id);
}

/** The tracks of these versions, live ones first, the newest versions before. */
export async function tracksOfVersions(
  db: Kysely<Database>,
  app: string,
  versions: readonly string[],
  limit: number,
): Promise<{ id: string; version: string; platform: string; stage: string; ended: boolean }[]> {
  if (versions.length === 0) return [];
  return db
    .selectFrom('tracks as t')
    .innerJoin('releases as r', (join) => join.onRef('r.app', '=', 't.app').onRef('r.version', '=', 't.version'))
    .select(['t.id', 't.version', 't.platform', 't.stage', 't.ended'])
    .where('t.app', '=', app)
    .where('t.version', 'in', [...versions])
    .orderBy('t.ended')
    .orderBy('r.born_at', 'desc')
    .orderBy('t.platform')
    .limit(limit)
    .execute();
}
