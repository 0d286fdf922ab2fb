/** Calling an app otherwise. Its id, which stands in addresses and keys, stays for good. */
import { appIds, renameApp as writeName } from '#db/apps.ts';
import { unstorable } from '#db/canonical.ts';
import { inTransaction } from '#db/transaction.ts';
import type { Actor } from '#domain/roles.ts';
import { tellAll } from './commit.ts';
import { knownApp } from './context.ts';
import type { Context } from './context.ts';
import { noSuchApp, refuse } from './refuse.ts';
import { journalApp, raised } from './setup.ts';
import type { Change, Result } from './types.ts';

export async function renameApp(context: Context, id: string, name: string, by: Actor): Promise<Result<{ name: string }>> {
  const app = await knownApp(context, id);
  if (app === null) return noSuchApp(id, await appIds(context.db));
  const bad = unstorable(name);
  if (bad !== null) return refuse('invalid', bad, 'text of whole characters, without NUL');
  if (app.name === name) return { ok: true, name };
  const told: Change[] = [];
  await inTransaction(context.db, async (tx) => {
    const head = await raised(tx, id);
    await writeName(tx, id, name);
    await journalApp(context, tx, id, head, { is: 'app-renamed', from: app.name, to: name }, by, ['app', 'journal'], told);
  });
  tellAll(context, told);
  return { ok: true, name };
}
