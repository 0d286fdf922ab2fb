/** The sandbox's tracker and CI: things with a key that change, and a list of changes since a cursor. */
import type { Instant } from '#domain/time.ts';
import type { Item, ItemKind, State } from './state.ts';

export const trackerKinds: readonly ItemKind[] = ['bug', 'check'];
export const buildKinds: readonly ItemKind[] = ['build', 'test-run', 'distribution'];

export function findItem(state: State, app: string, kind: ItemKind, key: string): Item | undefined {
  return state.items.find((item) => item.app === app && item.kind === kind && item.key === key);
}

/** Puts an item there, or changes the one with this key; the change has the next revision. */
export function putItem(state: State, app: string, kind: ItemKind, key: string, payload: Record<string, unknown>, at: Instant): Item {
  state.revision += 1;
  const there = findItem(state, app, kind, key);
  if (there) {
    Object.assign(there, { revision: state.revision, at, payload: { ...there.payload, ...payload } });
    return there;
  }
  const item: Item = { app, kind, key, revision: state.revision, at, payload };
  state.items.push(item);
  return item;
}

/** The next free key of the tracker: `MUSIC-7`. */
export function nextTicket(state: State, app: string, kind: 'bug' | 'check'): string {
  const prefix = `${app.toUpperCase()}-${kind === 'check' ? 'C' : ''}`;
  const numbers = state.items
    .filter((item) => item.app === app && item.kind === kind && item.key.startsWith(prefix))
    .map((item) => Number(item.key.slice(prefix.length)));
  return `${prefix}${Math.max(0, ...numbers.filter(Number.isInteger)) + 1}`;
}

/** The next build number of an app's platform: one above the highest it has. */
export function nextBuildNumber(state: State, app: string, platform: string): string {
  const numbers = state.items
    .filter((item) => item.app === app && item.kind === 'build' && item.payload['platform'] === platform)
    .map((item) => Number(item.payload['number']));
  return String(Math.max(1000, ...numbers.filter(Number.isInteger)) + 1);
}

/**
 * What changed after `cursor`, oldest first, at most `limit`; all there is without a cursor or with one of a world that was reset.
 * The answered cursor never skips what was left off.
 */
export function changesSince(
  state: State,
  app: string,
  kinds: readonly ItemKind[],
  cursor: string | null,
  limit: number,
): { items: readonly Item[]; cursor: string; more: boolean } {
  const after = revisionOf(state, cursor);
  const items = state.items
    .filter((item) => item.app === app && kinds.includes(item.kind) && item.revision > after)
    .toSorted((a, b) => a.revision - b.revision);
  const page = items.slice(0, limit);
  const more = items.length > page.length;
  return { items: page, cursor: `${state.epoch}:${more ? (page.at(-1)?.revision ?? after) : state.revision}`, more };
}

function revisionOf(state: State, cursor: string | null): number {
  const [, epoch, revision] = /^(\d{1,15}):(\d{1,15})$/.exec(cursor ?? '') ?? [];
  return Number(epoch) === state.epoch ? Number(revision) : 0;
}

/** How a build stands in CI by its latest word; null when CI has never heard of it. */
export function buildState(state: State, app: string, platform: string, version: string, build: string): string | null {
  const item = state.items.find(
    ({ app: of, kind, payload }) =>
      of === app && kind === 'build' && payload['platform'] === platform && payload['version'] === version && payload['number'] === build,
  );
  return typeof item?.payload['state'] === 'string' ? item.payload['state'] : null;
}
