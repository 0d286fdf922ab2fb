/** Setting who is on call. */
import { appIds } from '#db/apps.ts';
import { unstorable } from '#db/canonical.ts';
import { putRota } from '#db/rotas.ts';
import { unlessRefused } from '#db/transaction.ts';
import type { Rota } from '#domain/people/rota.ts';
import type { Actor } from '#domain/roles.ts';
import { tellAll } from './commit.ts';
import { appNow, knownApp } from './context.ts';
import type { Context } from './context.ts';
import { noSuchApp, refuse } from './refuse.ts';
import { journalApp, raised } from './setup.ts';
import type { Change, Result } from './types.ts';

/** Sets the rota of a duty: of `release-manager`, or of a team of the policy. Null removes it. */
export async function setRota(context: Context, id: string, duty: string, rota: Rota | null, by: Actor): Promise<Result<{ duty: string }>> {
  const app = await knownApp(context, id);
  if (app === null) return noSuchApp(id, await appIds(context.db));
  const bad = unstorable({ duty, rota });
  if (bad !== null) return refuse('invalid', bad, 'text of whole characters, without NUL');
  const { document } = await context.policies.rulesOf(context.db, id, app.policyRevision);
  const duties = ['release-manager', ...Object.keys(document.teams)];
  if (rota !== null && !duties.includes(duty))
    return refuse('not-found', `${id} has no duty "${duty}"`, `one of ${duties.join(', ')}: release managers, and the teams of its policy`);
  const told: Change[] = [];
  const answer = await unlessRefused(context.db, async (tx): Promise<Result<{ duty: string }>> => {
    const head = await raised(tx, id);
    if (!(await putRota(tx, id, duty, rota, appNow(context, id), context.clock.now())))
      return refuse('not-found', `${id} has no rota for "${duty}"`, 'one that is listed');
    const event =
      rota === null
        ? ({ is: 'rota-removed', duty } as const)
        : ({ is: 'rota-set', duty, people: rota.people, from: rota.from, days: rota.days, swaps: rota.swaps.length } as const);
    await journalApp(context, tx, id, head, event, by, ['app', 'journal'], told);
    return { ok: true, duty };
  });
  if (answer.ok) tellAll(context, told);
  return answer;
}
