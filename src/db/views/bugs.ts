/** Bugs as they are listed, with what was decided about them. */
import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import type { Database } from '../schema.ts';

export type BugQuestion = {
  app: string;
  version: string | null;
  platform: string | null;
  state: 'open' | 'closed' | 'all';
  part: 'all' | 'nominated' | 'blockers' | 'no-team';
  before: number | null;
  limit: number;
};

type Decision = {
  version: string;
  platform: string;
  is: 'blocker' | 'not-a-blocker' | 'fall-back' | 'ask';
  by: string;
  at: string;
  reason: string;
  risk: string | null;
  impact: string | null;
  workaround: string | null;
};

const decisionsOfBug = sql<Decision[]>`(
  select coalesce(jsonb_agg(d.decision || jsonb_build_object('version', t.version, 'platform', t.platform) order by t.id), '[]')
  from bug_decisions d join tracks t on t.id = d.track where t.app = bugs.app and d.bug = bugs.bug and d.decision is not null)`;
const nominatedSomewhere = sql<boolean>`(bugs.nominated or exists (select 1 from bug_decisions d join tracks t on t.id = d.track where t.app = bugs.app and d.bug = bugs.bug and d.nominated is not null))`;

/** Bugs of an app, those that came last first. */
export async function bugsOf(db: Kysely<Database>, question: BugQuestion) {
  const { version, platform, state, part, before } = question;
  return db
    .selectFrom('bugs')
    .leftJoin('bug_assignments as assigned', (join) => join.onRef('assigned.app', '=', 'bugs.app').onRef('assigned.bug', '=', 'bugs.bug'))
    .select([
      'bugs.arrival',
      'bugs.bug as key',
      'bugs.title',
      'bugs.state',
      'bugs.platforms',
      'bugs.versions',
      sql<string | null>`coalesce(assigned.team, bugs.team)`.as('team'),
      'bugs.flow',
      sql<string | null>`bugs.payload->>'severity'`.as('severity'),
      nominatedSomewhere.as('nominated'),
      sql<string[]>`coalesce(bugs.payload->'fixedBy', '[]')`.as('fixedBy'),
      sql<string[]>`coalesce(bugs.payload->'verifiedOn', '[]')`.as('verifiedOn'),
      'bugs.at',
      'bugs.source',
      sql<string | null>`bugs.payload->>'url'`.as('url'),
      decisionsOfBug.as('decisions'),
    ])
    .where('bugs.app', '=', question.app)
    .$if(version !== null, (query) =>
      query.where(sql<boolean>`bug_places(bugs.app, bugs.versions) @> array[${`${question.app}/${version}`}]::text[]`),
    )
    .$if(platform !== null, (query) => query.where(sql<boolean>`(cardinality(bugs.platforms) = 0 or ${platform} = any(bugs.platforms))`))
    .$if(state !== 'all', (query) => query.where('bugs.state', '=', state === 'closed' ? 'closed' : 'open'))
    .$if(part === 'no-team', (query) => query.where(sql<boolean>`coalesce(assigned.team, bugs.team) is null`))
    .$if(part === 'nominated', (query) => query.where(nominatedSomewhere))
    .$if(part === 'blockers', (query) =>
      query.where(
        sql<boolean>`exists (select 1 from bug_decisions d join tracks t on t.id = d.track where t.app = bugs.app and d.bug = bugs.bug and d.decision->>'is' = 'blocker')`,
      ),
    )
    .$if(before !== null, (query) => query.where('bugs.arrival', '<', before ?? 0))
    .orderBy('bugs.arrival', 'desc')
    .limit(question.limit)
    .execute();
}
