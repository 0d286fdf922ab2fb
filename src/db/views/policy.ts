/** Policies as they were saved. */
import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import type { Database } from '../schema.ts';

const columns = ['revision', 'at as savedAt', 'saved_by as savedBy', 'why', 'proposal', 'approved_by as approvedBy'] as const;

const proposalColumns = [
  'id',
  'based_on as basedOn',
  'why',
  'proposed_by as proposedBy',
  'at as proposedAt',
  'state',
  'decided_by as decidedBy',
  'decided_at as decidedAt',
  'note',
  'revision',
] as const;

/** The policy in force; null when there is no such app. */
export async function policyInForce(db: Kysely<Database>, app: string) {
  const row = await db
    .selectFrom('policies')
    .innerJoin('apps', (join) => join.onRef('apps.id', '=', 'policies.app').onRef('apps.policy_revision', '=', 'policies.revision'))
    .select([
      'policies.revision',
      'policies.at as savedAt',
      'policies.saved_by as savedBy',
      'policies.why',
      'policies.proposal',
      'policies.approved_by as approvedBy',
      'policies.text',
    ])
    .where('policies.app', '=', app)
    .executeTakeFirst();
  return row ?? null;
}

export async function policyRevision(db: Kysely<Database>, app: string, revision: number) {
  return (
    (await db
      .selectFrom('policies')
      .select([...columns, 'text'])
      .where('app', '=', app)
      .where('revision', '=', revision)
      .executeTakeFirst()) ?? null
  );
}

/** Revisions of an app's policy, the newest first, those before `before`. */
export async function policyRevisions(db: Kysely<Database>, app: string, before: number | null, limit: number) {
  return db
    .selectFrom('policies')
    .select([...columns])
    .where('app', '=', app)
    .$if(before !== null, (query) => query.where('revision', '<', before ?? 0))
    .orderBy('revision', 'desc')
    .limit(limit)
    .execute();
}

/** Proposals of an app's policy, the newest first, those before `before`; without their texts. */
export async function policyProposals(
  db: Kysely<Database>,
  app: string,
  which: { state: 'open' | null; before: { at: string; id: string } | null; limit: number },
) {
  return db
    .selectFrom('policy_proposals')
    .select(proposalColumns)
    .where('app', '=', app)
    .$if(which.state !== null, (query) => query.where('state', '=', 'open'))
    .$if(which.before !== null, (query) => query.where(sql<boolean>`(at, id) < (${which.before?.at}, ${which.before?.id})`))
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(which.limit)
    .execute();
}

/** One proposal with its text; null where the app has none of this id. */
export async function policyProposal(db: Kysely<Database>, app: string, id: string) {
  const row = await db
    .selectFrom('policy_proposals')
    .select([...proposalColumns, 'text'])
    .where('app', '=', app)
    .where('id', '=', id)
    .executeTakeFirst();
  return row ?? null;
}
