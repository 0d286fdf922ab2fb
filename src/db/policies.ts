/** Revisions of each app's policy document. */
import type { Instant } from '#domain/time.ts';
import type { ActorStamp } from './schema.ts';
import type { Db, Tx } from './transaction.ts';

export type StoredPolicy = { app: string; revision: number; text: string; document: object };

/** Saves a revision and makes it the one in force. The caller holds the app's lock. */
export async function savePolicy(tx: Tx, policy: StoredPolicy, by: ActorStamp, at: Instant, recordedAt: Instant): Promise<void> {
  const { app, revision, text, document } = policy;
  await tx
    .insertInto('policies')
    .values({ app, revision, text, document: JSON.stringify(document), saved_by: JSON.stringify(by), at, recorded_at: recordedAt })
    .execute();
  await tx.updateTable('apps').set({ policy_revision: revision }).where('id', '=', app).execute();
}

/** The text of a revision; it is read again by the program that uses it, so that a newer one's defaults hold. */
export async function policyText(db: Db, app: string, revision: number): Promise<string | null> {
  const row = await db.selectFrom('policies').select('text').where('app', '=', app).where('revision', '=', revision).executeTakeFirst();
  return row?.text ?? null;
}
