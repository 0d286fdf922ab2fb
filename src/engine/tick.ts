/**
 * One look at the tracks of an app that are due: lease, ask for what is stale, load, plan, commit; all of them together, because they share most of what is read and
 * written. The reading of the world is a piece of work of its own, whose facts wake the tracks again: a look never waits for a vendor, so that a halt is never ordered
 * late because another storefront is slow.
 */
import { giveBackLeases, takeLeases } from '#db/leases.ts';
import { plan } from '#domain/release/plan.ts';
import { hasEnded } from '#domain/release/track.ts';
import { commitPlan, commitPlans, untilCommitted } from './commit.ts';
import type { Committed } from './commit.ts';
import type { Context } from './context.ts';
import { loadWorld, loadWorlds } from './load.ts';
import { askForStale } from './observe.ts';

/** Longer than reading the worlds and a commit take at worst. */
const LEASE_SECONDS = 60;
/** A reading of a storefront that is younger than this is fresh enough to plan on; before an action it is read again in any case. */
const STALE_AFTER_MS = 60_000;

/** What a look came to. `busy`: tracks that another process is looking at now. `failed`: tracks that could not be looked at, each with its error. */
export type Looked = { busy: readonly string[]; failed: readonly { id: string; error: unknown }[] };

export async function tick(context: Context, app: string, ids: readonly string[]): Promise<Looked> {
  const lease = (id: string): string => `track:${id}`;
  const leases = await takeLeases(context.db, ids.map(lease), context.owner, LEASE_SECONDS);
  const mine = ids.filter((id) => leases.has(lease(id)));
  const busy = ids.filter((id) => !leases.has(lease(id)));
  if (mine.length === 0) return { busy, failed: [] };
  try {
    await askForStale(context, app, mine, STALE_AFTER_MS);
    return { busy, failed: await lookAtAll(context, mine) };
  } finally {
    await giveBackLeases(context.db, [...leases], context.owner);
  }
}

/** Looks at all together; where that does not work, at each by itself, so that one that cannot be looked at holds up no other. */
async function lookAtAll(context: Context, ids: readonly string[]): Promise<Looked['failed']> {
  if (ids.length > 1) {
    try {
      await untilCommitted(context, () => lookTogether(context, ids));
      return [];
    } catch (error) {
      context.log.debug({ err: error, tracks: ids }, 'each is looked at by itself');
    }
  }
  const failed: { id: string; error: unknown }[] = [];
  for (const id of ids) {
    try {
      await look(context, id);
    } catch (error) {
      failed.push({ id, error });
    }
  }
  return failed;
}

async function lookTogether(context: Context, ids: readonly string[]): Promise<void> {
  const live = (await loadWorlds(context, context.db, ids)).filter(({ world }) => !hasEnded(world.track));
  if (live.length === 0) return;
  await commitPlans(
    context,
    live.map((loaded) => ({ loaded, plan: plan(loaded.world) })),
  );
}

/** Load, plan, commit; again when something moved in between. Null when there is no such track, or its life is over. */
export async function look(context: Context, id: string): Promise<Committed | null> {
  return untilCommitted(context, async () => {
    const loaded = await loadWorld(context, context.db, id);
    if (loaded === null || hasEnded(loaded.world.track)) return null;
    return commitPlan(context, loaded, plan(loaded.world));
  });
}
