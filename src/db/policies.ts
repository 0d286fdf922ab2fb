/** Revisions of each app's policy document. */
import type { Instant } from '#domain/time.ts';
import type { ActorStamp } from './schema.ts';
import type { Db, Tx } from './transaction.ts';

export type StoredPolicy = {
  app: string;
  revision: number;
  text: string;
  document: object;
  why: string | null;
  /** The proposal that it was, and who approved it. */
  approved: { proposal: string; by: ActorStamp } | null;
};

/** Saves a revision and makes it the one in force. The caller holds the app's lock. */
export async function savePolicy(tx: Tx, policy: StoredPolicy, by: ActorStamp, at: Instant, recordedAt: Instant): Promise<void> {
  const { app, revision, text, document, why, approved } = policy;
  await tx
    .insertInto('policies')
    .values({
      app,
      revision,
      text,
      document: JSON.stringify(document),
      saved_by: JSON.stringify(by),
      why,
      proposal: approved?.proposal ?? null,
      approved_by: approved === null ? null : JSON.stringify(approved.by),
      at,
      recorded_at: recordedAt,
    })
    .execute();
  await tx.updateTable('apps').set({ policy_revision: revision }).where('id', '=', app).execute();
}

/** The text of a revision; it is read again by the program that uses it, so that a newer one's defaults hold. */
export async function policyText(db: Db, app: string, revision: number): Promise<string | null> {
  const row = await db.selectFrom('policies').select('text').where('app', '=', app).where('revision', '=', revision).executeTakeFirst();
  return row?.text ?? null;
}

export type StoredProposal = {
  id: string;
  app: string;
  basedOn: number;
  text: string;
  why: string;
  proposedBy: ActorStamp;
  state: 'open' | 'approved' | 'refused' | 'withdrawn';
};

export async function insertProposal(tx: Tx, proposal: Omit<StoredProposal, 'state'>, at: Instant, recordedAt: Instant): Promise<void> {
  const { id, app, basedOn, text, why, proposedBy } = proposal;
  await tx
    .insertInto('policy_proposals')
    .values({
      id,
      app,
      based_on: basedOn,
      text,
      why,
      proposed_by: JSON.stringify(proposedBy),
      state: 'open',
      decided_by: null,
      note: null,
      revision: null,
      at,
      decided_at: null,
      recorded_at: recordedAt,
    })
    .execute();
}

/** A proposal with its row locked; null where the app has none of this id. */
export async function lockProposal(tx: Tx, app: string, id: string): Promise<StoredProposal | null> {
  const row = await tx
    .selectFrom('policy_proposals')
    .select(['id', 'app', 'based_on as basedOn', 'text', 'why', 'proposed_by as proposedBy', 'state'])
    .where('app', '=', app)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  return row ?? null;
}

/** Proposals of an app that wait for an answer. */
export async function openProposals(db: Db, app: string): Promise<number> {
  const { count } = await db
    .selectFrom('policy_proposals')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('app', '=', app)
    .where('state', '=', 'open')
    .executeTakeFirstOrThrow();
  return count;
}

export async function decideProposal(
  tx: Tx,
  id: string,
  to: { state: 'approved' | 'refused' | 'withdrawn'; by: ActorStamp; note: string | null; revision: number | null; at: Instant },
): Promise<void> {
  await tx
    .updateTable('policy_proposals')
    .set({ state: to.state, decided_by: JSON.stringify(to.by), note: to.note, revision: to.revision, decided_at: to.at })
    .where('id', '=', id)
    .execute();
}
