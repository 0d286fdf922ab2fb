/** Taking a sample app out again. */
import { appIds } from '#db/apps.ts';
import { removeSampleApp } from '#db/remove-sample.ts';
import { inTransaction } from '#db/transaction.ts';
import type { Actor } from '#domain/roles.ts';
import { appNow, knownApp } from './context.ts';
import { tell, tellAll, untilCommitted } from './commit.ts';
import type { Context } from './context.ts';
import { noSuchApp, refuse } from './refuse.ts';
import type { Change, Result } from './types.ts';

/** Removes a sample app with everything that hangs on it. The robot leaves it alone meanwhile; what was in flight finds nothing any more. */
export async function removeSample(context: Context, id: string, by: Actor): Promise<Result<{ app: string }>> {
  const app = await knownApp(context, id);
  if (app === null) return noSuchApp(id, await appIds(context.db));
  // What is in flight for it writes to the same rows in another order.
  const at = appNow(context, id);
  let told: Change[] = [];
  const removed = await untilCommitted(context, () =>
    inTransaction(context.db, async (tx) => {
      told = [];
      const isRemoved = await removeSampleApp(tx, id);
      // who watches it is told that it is gone
      if (isRemoved) await tell(context, tx, { app: id, version: app.version, tracks: [], kinds: ['app'], at }, told);
      return isRemoved;
    }),
  );
  if (!removed)
    return refuse('not-allowed', `${id} is a real app: what is known of it is never removed`, 'an app that was made as sample data');
  context.clock.forget(id);
  tellAll(context, told);
  context.log.info({ app: id, by: by.name }, 'a sample app was removed');
  return { ok: true, app: id };
}
