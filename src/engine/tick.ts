/**
 * One look at the tracks of an app that are due: ask for what is stale, load, plan, commit; all of them together, because they share most of what is read and
 * written. The reading of the world is a piece of work of its own, whose facts wake the tracks again: a look never waits for a vendor, so that a halt is never ordered
 * late because another storefront is slow.
 */
import { plan } from '#domain/release/plan.ts';
import { hasEnded } from '#domain/release/track.ts';
import { commitPlan, commitPlans, noteSilent, untilCommitted } from './commit.ts';
import type { Committed } from './commit.ts';
import type { Context } from './context.ts';
import { loadWorld, loadWorlds } from './load.ts';
import { askForStale } from './observe.ts';

/** A reading of a storefront that is younger than this is fresh enough to plan on; before an action it is read again in any case. */
const STALE_AFTER_MS = 60_000;

/** A track that could not be looked at, with its error. */
export type Failed = { id: string; error: unknown };

/** What came of a look. `gaveBack`: nothing was new, and the leases were given back with that. */
export type Looked = { failed: readonly Failed[]; gaveBack: boolean };

/** Looks at tracks of one app, under leases of which the caller tells the names. */
export async function tick(context: Context, app: string, ids: readonly string[], leases: readonly string[]): Promise<Looked> {
  try {
    return { failed: [], gaveBack: await lookTogether(context, app, ids, leases) };
  } catch (error) {
    if (ids.length === 1) return { failed: ids.map((id) => ({ id, error })), gaveBack: false };
    context.log.debug({ err: error, tracks: ids }, 'each is looked at by itself');
  }
  const failed: Failed[] = [];
  for (const id of ids) failed.push(...(await tick(context, app, [id], [])).failed);
  return { failed, gaveBack: false };
}

/** Looks at all together; where that does not work each is looked at by itself, so that one that cannot be looked at holds up no other. */
function lookTogether(context: Context, app: string, ids: readonly string[], leases: readonly string[]): Promise<boolean> {
  return untilCommitted(context, async () => {
    const live = (await loadWorlds(context, context.db, ids)).filter(({ world }) => !hasEnded(world.track));
    await askForStale(
      context,
      app,
      live.map(({ world }) => world),
      STALE_AFTER_MS,
    );
    const news = await noteSilent(
      context,
      live.map((loaded) => ({ loaded, plan: plan(loaded.world) })),
      leases,
    );
    if (news.length > 0) await commitPlans(context, news);
    return live.length > 0 && leases.length > 0 && news.length === 0;
  });
}

/** Load, plan, commit; again when something moved in between. Null when there is no such track, or its life is over. */
export async function look(context: Context, id: string): Promise<Committed | null> {
  return untilCommitted(context, async () => {
    const loaded = await loadWorld(context, context.db, id);
    if (loaded === null || hasEnded(loaded.world.track)) return null;
    return commitPlan(context, loaded, plan(loaded.world));
  });
}
