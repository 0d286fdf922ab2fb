/** Has libraries that know the global `fetch` alone go by another: those that go where a person said. */
import { AsyncLocalStorage } from 'node:async_hooks';

const inside = new AsyncLocalStorage<typeof fetch | null>();
let isThere = false;

/** Stands before the global one once, and is that itself for all work that is not done by `fetchingBy`. */
function stand(): void {
  if (isThere) return;
  isThere = true;
  const plain = globalThis.fetch;
  globalThis.fetch = (input, init) => (inside.getStore() ?? plain)(input, init);
}

/**
 * Does `work`; whatever it fetches by the global `fetch`, itself or in what it calls and awaits, goes by `by`. What is done beside it does not.
 * For a library that takes no `fetch` of ours.
 */
export function fetchingBy<T>(by: typeof fetch, work: () => Promise<T>): Promise<T> {
  if (by === globalThis.fetch) return work();
  stand();
  // a guard whose own library calls the global one would come back here
  return inside.run((input, init) => inside.run(null, () => by(input, init)), work);
}
