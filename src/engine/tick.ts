/**
 * One look at one track: lease, ask for what is stale, load, plan, commit. The reading itself is a piece of work of its own, whose facts wake the track
 * again: a look never waits for a vendor, so that a halt is never ordered late because another storefront is slow.
 */
import { giveBackLease, takeLease } from '#db/leases.ts';
import { plan } from '#domain/release/plan.ts';
import { hasEnded } from '#domain/release/track.ts';
import { commitPlan, untilCommitted } from './commit.ts';
import type { Committed } from './commit.ts';
import type { Context } from './context.ts';
import { loadWorld } from './load.ts';
import { askForStale } from './observe.ts';

/** Longer than reading the world and a commit take at worst. */
const LEASE_SECONDS = 60;
/** A reading of a storefront that is younger than this is fresh enough to plan on; before an action it is read again in any case. */
const STALE_AFTER_MS = 60_000;

/** What a look came to. `busy`: another process is looking at it now. */
export type Looked = 'changed' | 'nothing-new' | 'busy' | 'gone';

export async function tick(context: Context, id: string): Promise<Looked> {
  const lease = `track:${id}`;
  if (!(await takeLease(context.db, lease, context.owner, LEASE_SECONDS))) return 'busy';
  try {
    await askForStale(context, id, STALE_AFTER_MS);
    const committed = await look(context, id);
    if (committed === null) return 'gone';
    return committed.changed ? 'changed' : 'nothing-new';
  } finally {
    await giveBackLease(context.db, lease, context.owner);
  }
}

/** Load, plan, commit; again when something moved in between. Null when there is no such track, or its life is over. */
export async function look(context: Context, id: string): Promise<Committed | null> {
  return untilCommitted(context, async () => {
    const loaded = await loadWorld(context, context.db, id);
    if (loaded === null || hasEnded(loaded.world.track)) return null;
    return commitPlan(context, loaded, plan(loaded.world));
  });
}
