/** All that is stored about tracks of one app, read by one statement: what it sees is one moment of the database. */
import { sql } from 'kysely';
import type { CompiledQuery } from 'kysely';
import { jsonArrayFrom, jsonObjectFrom } from 'kysely/helpers/postgres';
import type { LastVerdict } from '#domain/criteria/criterion.ts';
import type {
  ActionState,
  Approval,
  BranchCommit,
  BranchHead,
  Bug,
  Build,
  Check,
  CherryPick,
  Colour,
  CustomAnswer,
  Distribution,
  Report,
  SignOff,
  Source,
  StorefrontState,
  TestRun,
  Tick,
  TrackFacts,
  Waiver,
} from '#domain/facts.ts';
import { nothingTold } from '#domain/health/health-facts.ts';
import type { App, AppClock, Release } from '#domain/release/release.ts';
import { cutOf } from '#domain/release/track.ts';
import type { Track } from '#domain/release/track.ts';
import type { Instant } from '#domain/time.ts';
import { atMost, roundedUp } from './few.ts';
import type { PlanStamp } from './schema.ts';
import type { Db } from './transaction.ts';
import type { Printed } from './verdicts.ts';

/** The stored half of a World: no policy is compiled and no time has been told yet. */
export type StoredWorld = {
  app: App;
  release: Release;
  track: Track;
  revision: number;
  appVersion: number;
  policyRevision: number;
  /** The app's own clock. */
  clock: AppClock | null;
  /** Every track of the app but this one. */
  others: readonly Track[];
  facts: TrackFacts;
  previous: readonly LastVerdict[];
  said: LastSaid;
};

/** What the last look at a track said beside its verdicts: a look that says the same is no news. `open`: the questions that wait for an answer. */
export type LastSaid = {
  plan: PlanStamp | null;
  open: readonly { key: string; kind: 'ask' | 'refused' }[];
  verdicts: readonly Printed[];
};

/** Builds of trunk that are looked at: the newest of them. */
const MOST_NIGHTLIES = 30;
/** Actions of one track that are looked at: open ones and the newest that ended. */
const MOST_ACTIONS = 1000;

/** What is stored about some tracks of one app, in the order in which they are asked for; those that are not there are left out. */
export async function storedWorlds(db: Db, ids: readonly string[]): Promise<StoredWorld[]> {
  const { rows } = await db.executeQuery(worldsQuery(db, ids));
  // What they share was read once, beside one of them.
  const shared = rows.find(({ first }) => first);
  if (shared === undefined || shared.app === null) return [];
  const common = { app: shared.app, tracks: shared.tracks.map(({ state }) => state), sources: shared.sources.map(sourceOf) };
  const byId = new Map(rows.map((row) => [row.track.id, row]));
  return ids.flatMap((id) => {
    const row = byId.get(id);
    const world = row === undefined ? null : storedFrom(row, common);
    return world === null ? [] : [world];
  });
}

type Row = Awaited<ReturnType<ReturnType<typeof worldQuery>['execute']>>[number];
type Shared = { app: NonNullable<Row['app']>; tracks: readonly Track[]; sources: readonly Source[] };

function storedFrom(row: Row, { app, tracks, sources }: Shared): StoredWorld | null {
  const { track, release } = row;
  if (release === null) return null;
  const branches = row.branches.map(current<BranchHead>);
  const branch = branches.find((each) => each.name === cutOf(track)?.branch) ?? branches.at(-1) ?? null;
  return {
    app: { id: app.id, name: app.name, timezone: app.timezone, platforms: app.platforms, robotPaused: app.robot_paused },
    release: {
      app: release.app,
      version: release.version,
      kind: release.kind,
      base: release.base,
      bornAt: instant(release.born_at),
      manager: release.manager,
      planned: release.planned,
      imported: release.imported,
    },
    track,
    revision: row.revision,
    appVersion: app.version,
    policyRevision: app.policy_revision,
    clock: app.clock,
    others: tracks.filter(({ id }) => id !== track.id),
    facts: {
      branch,
      commits: branch === null ? [] : row.commits.filter((commit) => commit.branch === branch.name).map(commitOf),
      builds: countedCandidates(newestBy(row.builds.map(current<Build>), ({ number }) => number)),
      nightlies: newestBy(row.nightlies.map(current<Build>), ({ number }) => number).map((build) => ({ ...build, candidate: null })),
      missing: missingOf(row.containments, branch),
      testRuns: newestBy(row.test_runs.map(current<TestRun>), ({ build, suite }) => `${build} ${suite}`),
      distributions: newestBy(row.distributions.map(current<Distribution>), ({ build, audience }) => `${build} ${audience}`),
      bugs: bugsOf(row),
      signOffs: row.sign_offs.map(({ team, state, build, by, at, note }): SignOff => ({ team, state, build, by, at: instant(at), note })),
      checks: newestBy(row.checks.map(current<Check>), ({ key }) => key),
      approvals: row.approvals.map((each): Approval => ({
        instance: each.instance,
        by: each.by,
        byId: each.by_id,
        role: each.role,
        answer: each.answer,
        at: instant(each.at),
        build: each.build,
        note: each.note,
      })),
      ticks: row.ticks.map((each): Tick => ({
        instance: each.instance,
        by: each.by,
        answer: each.answer,
        at: instant(each.at),
        build: each.build,
        note: each.note,
      })),
      cherryPicks: row.cherry_picks.map(({ pick }): CherryPick => pick),
      storefronts: newestBy(row.storefronts.map(current<StorefrontState>), ({ storefront }) => storefront),
      reports: newestBy(row.reports.map(current<Report>), ({ instance }) => instance),
      customAnswers: row.custom_answers.map((each): CustomAnswer => ({
        instance: each.instance,
        colour: each.colour,
        because: each.because,
        turnsGreen: each.turns_green,
        url: each.url,
        at: instant(each.at),
      })),
      health: nothingTold,
      waivers: row.waivers.map(({ waiver }): Waiver => waiver),
      sources,
      actions: row.actions.map(actionStateOf).toReversed(),
    },
    previous: row.verdicts.map(lastVerdict),
    said: { plan: row.plan, open: row.questions, verdicts: row.verdicts.map(([instance, , , , , , print]) => ({ instance, print })) },
  };
}

/** Stands for the tracks that are asked for while the statement is made. */
const ASKED = '\u0000asked';
const made = new Map<number, CompiledQuery<Row>>();

/** Making the text of this statement takes longer than many a statement: it is made once. */
function worldsQuery(db: Db, ids: readonly string[]): CompiledQuery<Row> {
  const most = roundedUp(ids.length);
  const query = made.get(most) ?? worldQuery(db, ASKED, most).compile();
  made.set(most, query);
  return { ...query, parameters: query.parameters.map((each) => (each === ASKED ? JSON.stringify(ids) : each)) };
}

function worldQuery(db: Db, ids: string, most: number) {
  // As JSON: of an array the server would count the elements each time and plan anew for them, which takes longer than the answer.
  const asked = sql`(select jsonb_array_elements_text(${ids}::jsonb) ${atMost(most)})`;
  const isFirst = sql<boolean>`t.id = (select min(f.id) from tracks as f where f.id in ${asked})`;
  return db
    .selectFrom('tracks as t')
    .where(sql<boolean>`t.id in ${asked}`)
    .select((of) => [
      't.state as track',
      't.revision',
      't.plan',
      isFirst.as('first'),
      jsonObjectFrom(
        of
          .selectFrom('apps')
          .whereRef('apps.id', '=', 't.app')
          .where(isFirst)
          .select([
            'apps.id',
            'apps.name',
            'apps.timezone',
            'apps.platforms',
            'apps.robot_paused',
            'apps.version',
            'apps.policy_revision',
            'apps.clock',
          ]),
      ).as('app'),
      jsonObjectFrom(
        of
          .selectFrom('releases as r')
          .whereRef('r.app', '=', 't.app')
          .whereRef('r.version', '=', 't.version')
          .select(['r.app', 'r.version', 'r.kind', 'r.base', 'r.born_at', 'r.manager', 'r.planned', 'r.imported']),
      ).as('release'),
      jsonArrayFrom(of.selectFrom('tracks as o').whereRef('o.app', '=', 't.app').where(isFirst).select('o.state').orderBy('o.id')).as(
        'tracks',
      ),
      jsonArrayFrom(
        of
          .selectFrom('branches as b')
          .whereRef('b.app', '=', 't.app')
          .where('b.trunk', '=', sql.lit(false))
          .where((is) => is.or([is('b.version', '=', is.ref('t.version')), is('b.name', '=', sql<string>`t.state -> 'cut' ->> 'branch'`)]))
          .where((is) =>
            is.or([is(sql`cardinality(b.platforms)`, '=', sql.lit(0)), is(sql<string>`t.platform`, '=', sql<string>`any(b.platforms)`)]),
          )
          .select(['b.payload', 'b.at', 'b.source', 'b.arrival'])
          .orderBy('b.arrival'),
      ).as('branches'),
      jsonArrayFrom(
        of
          .selectFrom('commits as c')
          .whereRef('c.app', '=', 't.app')
          .where(
            'c.branch',
            'in',
            of
              .selectFrom('branches as cb')
              .whereRef('cb.app', '=', 't.app')
              .where((is) =>
                is.or([is('cb.version', '=', is.ref('t.version')), is('cb.name', '=', sql<string>`t.state -> 'cut' ->> 'branch'`)]),
              )
              .select('cb.name'),
          )
          .select(['c.branch', 'c.sha', 'c.at', 'c.subject', 'c.author', 'c.category', 'c.origin'])
          .orderBy('c.branch')
          .orderBy('c.position'),
      ).as('commits'),
      jsonArrayFrom(
        of
          .selectFrom('builds as bu')
          .whereRef('bu.app', '=', 't.app')
          .whereRef('bu.version', '=', 't.version')
          .whereRef('bu.platform', '=', 't.platform')
          .where('bu.kind', '=', sql.lit('release-candidate'))
          .select(['bu.payload', 'bu.at', 'bu.source', 'bu.arrival'])
          .orderBy('bu.arrival'),
      ).as('builds'),
      jsonArrayFrom(
        of
          .selectFrom(
            of
              .selectFrom('builds as n')
              .whereRef('n.app', '=', 't.app')
              .whereRef('n.platform', '=', 't.platform')
              .where('n.kind', '=', sql.lit('nightly'))
              .select(['n.payload', 'n.at', 'n.source', 'n.arrival'])
              .orderBy('n.arrival', 'desc')
              .limit(sql.lit(MOST_NIGHTLIES))
              .as('newest'),
          )
          .select(['newest.payload', 'newest.at', 'newest.source', 'newest.arrival'])
          .orderBy('newest.arrival'),
      ).as('nightlies'),
      jsonArrayFrom(
        of
          .selectFrom('containments as k')
          .whereRef('k.app', '=', 't.app')
          .where(
            'k.branch',
            'in',
            of
              .selectFrom('branches as kb')
              .whereRef('kb.app', '=', 't.app')
              .where((is) =>
                is.or([is('kb.version', '=', is.ref('t.version')), is('kb.name', '=', sql<string>`t.state -> 'cut' ->> 'branch'`)]),
              )
              .select('kb.name'),
          )
          .select(['k.branch', 'k.head', 'k.commit', 'k.missing', 'k.arrival'])
          .orderBy('k.arrival'),
      ).as('containments'),
      jsonArrayFrom(
        of
          .selectFrom('test_runs as tr')
          .whereRef('tr.app', '=', 't.app')
          .whereRef('tr.version', '=', 't.version')
          .whereRef('tr.platform', '=', 't.platform')
          .select(['tr.payload', 'tr.at', 'tr.source', 'tr.arrival'])
          .orderBy('tr.arrival'),
      ).as('test_runs'),
      jsonArrayFrom(
        of
          .selectFrom('distributions as d')
          .whereRef('d.app', '=', 't.app')
          .whereRef('d.version', '=', 't.version')
          .whereRef('d.platform', '=', 't.platform')
          .select(['d.payload', 'd.at', 'd.source', 'd.arrival'])
          .orderBy('d.arrival'),
      ).as('distributions'),
      jsonArrayFrom(
        of
          .selectFrom('bugs as g')
          .leftJoin('bug_decisions as gd', (on) => on.onRef('gd.bug', '=', 'g.bug').onRef('gd.track', '=', 't.id'))
          .leftJoin('bug_assignments as ga', (on) => on.onRef('ga.bug', '=', 'g.bug').onRef('ga.app', '=', 'g.app'))
          .where(sql<boolean>`bug_places(g.app, g.versions) @> array[t.app || '/' || t.version]`)
          .where((is) =>
            is.or([is(sql`cardinality(g.platforms)`, '=', sql.lit(0)), is(sql<string>`t.platform`, '=', sql<string>`any(g.platforms)`)]),
          )
          .select([
            'g.payload',
            'g.at',
            'g.source',
            'g.arrival',
            'g.ownerless_since',
            'gd.nominated as said_nominated',
            'gd.decision',
            'ga.team as assigned',
          ])
          .orderBy('g.arrival'),
      ).as('bugs'),
      jsonArrayFrom(
        of
          .selectFrom('sign_offs as so')
          .whereRef('so.track', '=', 't.id')
          .select(['so.team', 'so.state', 'so.build', 'so.by', 'so.at', 'so.note'])
          .orderBy('so.id'),
      ).as('sign_offs'),
      jsonArrayFrom(
        of
          .selectFrom('checks as ch')
          .whereRef('ch.app', '=', 't.app')
          .whereRef('ch.version', '=', 't.version')
          .whereRef('ch.platform', '=', 't.platform')
          .select(['ch.payload', 'ch.at', 'ch.source', 'ch.arrival'])
          .orderBy('ch.arrival'),
      ).as('checks'),
      jsonArrayFrom(
        of
          .selectFrom('approvals as ap')
          .whereRef('ap.track', '=', 't.id')
          .select(['ap.instance', 'ap.by', 'ap.by_id', 'ap.role', 'ap.answer', 'ap.at', 'ap.build', 'ap.note'])
          .orderBy('ap.id'),
      ).as('approvals'),
      jsonArrayFrom(
        of
          .selectFrom('ticks as ti')
          .whereRef('ti.track', '=', 't.id')
          .select(['ti.instance', 'ti.by', 'ti.answer', 'ti.at', 'ti.build', 'ti.note'])
          .orderBy('ti.id'),
      ).as('ticks'),
      jsonArrayFrom(
        of.selectFrom('cherry_picks as cp').whereRef('cp.track', '=', 't.id').select('cp.pick').orderBy('cp.at').orderBy('cp.id'),
      ).as('cherry_picks'),
      jsonArrayFrom(
        of
          .selectFrom('storefront_states as s')
          .whereRef('s.app', '=', 't.app')
          .whereRef('s.version', '=', 't.version')
          .whereRef('s.platform', '=', 't.platform')
          .select(['s.payload', 's.at', 's.source', 's.arrival'])
          .orderBy('s.arrival'),
      ).as('storefronts'),
      jsonArrayFrom(
        of
          .selectFrom('reports as re')
          .whereRef('re.app', '=', 't.app')
          .whereRef('re.version', '=', 't.version')
          .whereRef('re.platform', '=', 't.platform')
          .select(['re.payload', 're.at', 're.source', 're.arrival'])
          .orderBy('re.arrival'),
      ).as('reports'),
      jsonArrayFrom(
        of
          .selectFrom('custom_answers as ca')
          .whereRef('ca.track', '=', 't.id')
          .select(['ca.instance', 'ca.colour', 'ca.because', 'ca.turns_green', 'ca.url', 'ca.at'])
          .orderBy('ca.instance'),
      ).as('custom_answers'),
      jsonArrayFrom(of.selectFrom('waivers as w').whereRef('w.track', '=', 't.id').select('w.waiver').orderBy('w.at').orderBy('w.id')).as(
        'waivers',
      ),
      jsonArrayFrom(
        of
          .selectFrom('sources as sr')
          .whereRef('sr.app', '=', 't.app')
          .where(isFirst)
          .select(['sr.source', 'sr.kinds', 'sr.connected', 'sr.last_read_at', 'sr.fresh_for_minutes', 'sr.error', 'sr.next_read_at'])
          .orderBy('sr.source'),
      ).as('sources'),
      jsonArrayFrom(
        of
          .selectFrom('outbox as ox')
          .whereRef('ox.track', '=', 't.id')
          // tickets are no orders of the track: nothing of its plan hangs on them
          .where('ox.kind', '<>', sql.lit('ensure-ticket'))
          .select([
            'ox.key',
            'ox.kind',
            'ox.step',
            'ox.state',
            'ox.attempts',
            'ox.in_doubt',
            'ox.ordered_at',
            'ox.ended_at',
            'ox.next_try_at',
            'ox.outcome',
            sql<'robot' | 'person' | 'key'>`ox.action -> 'orderedBy' ->> 'kind'`.as('ordered_by'),
          ])
          .orderBy(sql`ox.ended_at is null`, 'desc')
          .orderBy('ox.ordered_at', 'desc')
          .orderBy('ox.key', 'desc')
          .limit(sql.lit(MOST_ACTIONS)),
      ).as('actions'),
      jsonArrayFrom(
        of
          .selectFrom('questions as q')
          .whereRef('q.track', '=', 't.id')
          .where('q.closed_at', 'is', null)
          .select(['q.key', 'q.kind'])
          .orderBy('q.key'),
      ).as('questions'),
      // as arrays: of each verdict little is asked, and there are many
      sql<readonly VerdictRow[]>`(
        select coalesce(json_agg(json_build_array(v.instance, v.colour, v.set_up, v.needed_now, v.since, v.passes, v.print) order by v.position), '[]')
        from verdicts as v where v.track = t.id
      )`.as('verdicts'),
    ]);
}

type VerdictRow = [
  instance: string,
  colour: Colour,
  setUp: boolean,
  neededNow: boolean,
  since: Instant,
  passes: boolean,
  print: string | null,
];

function lastVerdict([instance, colour, setUp, neededNow, since, passes]: VerdictRow): LastVerdict {
  return { instance, colour, setUp, neededNow, since: instant(since), passes };
}

/** JSON made by PostgreSQL writes instants as `2024-10-01T12:20:00+00:00`. */
function instant(text: Instant): Instant {
  return new Date(text).toISOString();
}

function instantOrNull(text: Instant | null): Instant | null {
  return text === null ? null : instant(text);
}

/** A row of a current table as the domain reads it. The payload passed its schema when it came in. */
function current<T extends { at: Instant; source: string }>(row: { payload: object; at: Instant; source: T['source'] }): T {
  return { ...row.payload, at: instant(row.at), source: row.source } as T;
}

/** Of several sources that tell of one thing, what arrived last; in the order of first arrival. */
function newestBy<T>(rows: readonly T[], name: (row: T) => string): T[] {
  const found = new Map<string, T>();
  for (const row of rows) found.set(name(row), row);
  return [...found.values()];
}

/** RCs that came without a number are counted on from those that have one, in the order in which they became known. */
function countedCandidates(builds: readonly Build[]): Build[] {
  let last = 0;
  return builds
    .toSorted((a, b) => compareText(a.startedAt ?? a.at, b.startedAt ?? b.at))
    .map((build) => {
      const candidate = build.candidate ?? last + 1;
      last = Math.max(last, candidate);
      return { ...build, candidate };
    });
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function commitOf(row: Omit<BranchCommit, 'at'> & { at: Instant }): BranchCommit {
  const { sha, at, subject, author, category, origin } = row;
  return { sha, at: instant(at), subject, author, category, origin };
}

/** What was worked out for the branch's present head only: an older answer would call a new commit contained. */
function missingOf(
  rows: readonly { branch: string; head: string; commit: string; missing: string[] }[],
  branch: BranchHead | null,
): Record<string, readonly string[]> {
  return Object.fromEntries(
    rows.filter((row) => row.branch === branch?.name && row.head === branch.head).map(({ commit, missing }) => [commit, missing]),
  );
}

function bugsOf(row: {
  bugs: readonly {
    payload: object;
    at: Instant;
    source: string;
    ownerless_since: Instant | null;
    said_nominated: Bug['nominatedBy'];
    decision: Bug['decision'];
    assigned: string | null;
  }[];
}): Bug[] {
  const bugs = row.bugs.map((each): Bug => {
    const bug = current<Bug>(each);
    const team = each.assigned ?? bug.team;
    return {
      ...bug,
      team,
      nominated: bug.nominated || each.said_nominated !== null,
      nominatedBy: each.said_nominated,
      decision: each.decision,
      ownerlessSince: team === null ? instantOrNull(each.ownerless_since) : null,
    };
  });
  return newestBy(bugs, ({ key }) => key);
}

function sourceOf(row: {
  source: string;
  kinds: Source['kinds'];
  connected: boolean;
  last_read_at: Instant | null;
  fresh_for_minutes: number | null;
  error: string | null;
  next_read_at: Instant | null;
}): Source {
  return {
    source: row.source,
    kinds: row.kinds,
    connected: row.connected,
    lastReadAt: instantOrNull(row.last_read_at),
    freshForMinutes: row.fresh_for_minutes,
    error: row.error,
    nextReadAt: instantOrNull(row.next_read_at),
  };
}

function actionStateOf(row: {
  key: string;
  kind: string;
  step: string | null;
  state: ActionState['state'];
  attempts: number;
  in_doubt: boolean;
  ordered_at: Instant;
  ended_at: Instant | null;
  next_try_at: Instant | null;
  outcome: string | null;
  ordered_by: ActionState['orderedBy'];
}): ActionState {
  return {
    key: row.key,
    kind: row.kind,
    step: row.step,
    orderedBy: row.ordered_by,
    state: row.state,
    attempts: row.attempts,
    inDoubt: row.in_doubt,
    orderedAt: instant(row.ordered_at),
    endedAt: instantOrNull(row.ended_at),
    nextTryAt: instantOrNull(row.next_try_at),
    outcome: row.outcome,
  };
}
