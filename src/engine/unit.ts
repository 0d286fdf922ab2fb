/** What is read on a schedule, and its name in the table of what is due. */
import { markDue } from '#db/due.ts';
import type { Due } from '#db/due.ts';
import type { Db } from '#db/transaction.ts';
import { storefrontKinds } from '#domain/rollout/storefronts.ts';
import type { StorefrontKind } from '#domain/rollout/storefronts.ts';
import { connectedOf, feedOf, feedPorts, gitHostOf, healthOf, storefrontOf } from './connections.ts';
import type { Context } from './context.ts';

/** `crash-groups` are not read but judged, whenever they have news and once an hour. */
const whats = ['storefront', 'feed', 'git', 'health', 'custom', 'crash-groups'] as const;

/** What is read on a schedule: `app|what|which`. */
export type Unit = { app: string; what: (typeof whats)[number]; which: string };

export function unitKey({ app, what, which }: Unit): string {
  return `${app}|${what}|${which}`;
}

export function unitFrom(due: Due): Unit | null {
  const [app, name, ...which] = due.key.split('|');
  const what = whats.find((each) => each === name);
  return app === undefined || what === undefined ? null : { app, what, which: which.join('|') };
}

/** Everything of an app that is read on a schedule. */
export async function unitsOf(context: Context, app: string, db: Db = context.db): Promise<Unit[]> {
  const connected = await connectedOf(context, app, db);
  const units: Unit[] = [
    { app, what: 'custom', which: '' },
    { app, what: 'crash-groups', which: '' },
  ];
  for (const which of storefrontKinds) if (storefrontOf(context, connected, which) !== null) units.push({ app, what: 'storefront', which });
  for (const each of connected)
    for (const port of feedPorts) if (feedOf(context, each, port) !== null) units.push({ app, what: 'feed', which: `${each.id}:${port}` });
  for (const each of connected) if (healthOf(context, each) !== null) units.push({ app, what: 'health', which: each.id });
  if (gitHostOf(context, connected) !== null) units.push({ app, what: 'git', which: '' });
  return units;
}

/** Marks some sources of an app as due now: whoever calls knows that they have news. */
export async function readAgain(context: Context, app: string, which: readonly (StorefrontKind | 'git' | 'crash-groups')[]): Promise<void> {
  const at = context.clock.now();
  const units = which.map((each): Unit =>
    each === 'git' || each === 'crash-groups' ? { app, what: each, which: '' } : { app, what: 'storefront', which: each },
  );
  await markDue(
    context.db,
    units.map((unit) => ({ kind: 'observe' as const, key: unitKey(unit), app, at })),
  );
  if (units.length > 0) context.wake();
}

/** Marks all that an app reads as due now. */
export async function wakeUnits(context: Context, app: string, db: Db = context.db): Promise<void> {
  const at = context.clock.now();
  await markDue(
    db,
    (await unitsOf(context, app, db)).map((unit) => ({ kind: 'observe' as const, key: unitKey(unit), app, at })),
  );
}
