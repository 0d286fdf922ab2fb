import { resealAll, secretsOf } from '#db/secrets.ts';
import type { SecretsStatus } from '#db/secrets.ts';
import { inTransaction } from '#db/transaction.ts';
import { stampOf } from '#db/journal.ts';
import type { Actor } from '#domain/roles.ts';
import type { Context } from './context.ts';

/** A new key, where this instance keeps its keys itself; then all that older keys have sealed is sealed with the newest, at once or not at all. */
export async function rotateSecrets(context: Context, by: Actor): Promise<SecretsStatus & { renewed: boolean; resealed: number }> {
  const renewed = context.keys.renew() !== null;
  const resealed = await inTransaction(context.db, (tx) => resealAll(tx, context.keys));
  const status = await secretsOf(context.db, context.keys);
  context.log.info(
    { by: stampOf(by), renewed, resealed, current: status.current, unreadable: status.unreadable },
    'stored secrets were sealed anew',
  );
  return { ...status, renewed, resealed };
}
