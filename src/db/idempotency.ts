/** Answers kept by the caller's key, so that the same request sent twice is done once. */
import type { Instant } from '#domain/time.ts';
import type { Db, Tx } from './transaction.ts';

export type Remembered = { bodyHash: string; answer: object };

export async function rememberedAnswer(db: Db, scope: string, key: string): Promise<Remembered | null> {
  const row = await db
    .selectFrom('idempotency_keys')
    .select(['body_hash', 'answer'])
    .where('scope', '=', scope)
    .where('key', '=', key)
    .executeTakeFirst();
  return row === undefined ? null : { bodyHash: row.body_hash, answer: row.answer };
}

/** Keeps an answer in the transaction that did the work. Waits for another transaction with the same key; throws 23505 when that one was first. */
export async function rememberAnswer(
  tx: Tx,
  scope: string,
  key: string,
  { bodyHash, answer }: Remembered,
  recordedAt: Instant,
): Promise<void> {
  await tx
    .insertInto('idempotency_keys')
    .values({ scope, key, body_hash: bodyHash, answer: JSON.stringify(answer), recorded_at: recordedAt })
    .execute();
}

/** Forgets answers that are older than callers retry. */
export async function forgetAnswersBefore(db: Db, before: Instant): Promise<void> {
  await db.deleteFrom('idempotency_keys').where('recorded_at', '<', before).execute();
}
