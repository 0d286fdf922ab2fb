/** Policies as they were saved. */
import type { Kysely } from 'kysely';
import type { Database } from '../schema.ts';

const columns = ['revision', 'at as savedAt', 'saved_by as savedBy'] as const;

/** The policy in force; null when there is no such app. */
export async function policyInForce(db: Kysely<Database>, app: string) {
  const row = await db
    .selectFrom('policies')
    .innerJoin('apps', (join) => join.onRef('apps.id', '=', 'policies.app').onRef('apps.policy_revision', '=', 'policies.revision'))
    .select(['policies.revision', 'policies.at as savedAt', 'policies.saved_by as savedBy', 'policies.text'])
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
