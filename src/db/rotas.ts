/** Rotas of an app, one for each duty. */
import type { Rota } from '#domain/people/rota.ts';
import type { Instant } from '#domain/time.ts';
import type { Tx } from './transaction.ts';

/** Sets or (null) removes a rota; false where there was none to remove. */
export async function putRota(tx: Tx, app: string, duty: string, rota: Rota | null, at: Instant, recordedAt: Instant): Promise<boolean> {
  if (rota === null) {
    const gone = await tx.deleteFrom('rotas').where('app', '=', app).where('duty', '=', duty).returning('duty').executeTakeFirst();
    return gone !== undefined;
  }
  const text = JSON.stringify(rota);
  await tx
    .insertInto('rotas')
    .values({ app, duty, rota: text, at, recorded_at: recordedAt })
    .onConflict((conflict) => conflict.columns(['app', 'duty']).doUpdateSet({ rota: text, at, recorded_at: recordedAt }))
    .execute();
  return true;
}
