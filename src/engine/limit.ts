/** Calls to vendors end in time, and say what went wrong in our words. */
import { Trouble } from '#ports/trouble.ts';

/** Vendor calls end within this time. */
export const CALL_LIMIT_MS = 10_000;
/** Reading a repository may have to fetch it first. */
export const GIT_LIMIT_MS = 120_000;

/** Whether a call may send another request, by the signal that ends it. */
const permissions = new WeakMap<AbortSignal, () => Promise<boolean>>();

/** Ends a call before its time, with the reason as a sentence. `mayGoOn` is asked before each request that the call makes. */
export type Ending = { signal: AbortSignal; mayGoOn?: () => Promise<boolean> };

/**
 * Runs a call with a signal that ends it; a call that ignores the signal is given up all the same.
 *
 * @param ending what else may end it
 */
export async function within<T>(ms: number, what: string, call: (signal: AbortSignal) => Promise<T>, ending?: Ending): Promise<T> {
  const own = new AbortController();
  const begun = performance.now();
  const isOver = (): boolean => own.signal.aborted || performance.now() - begun >= ms;
  permissions.set(own.signal, async () => !isOver() && ((await ending?.mayGoOn?.()) ?? true) && !isOver());
  let timer: NodeJS.Timeout | undefined;
  let onBroken: (() => void) | undefined;
  const broken = new Promise<never>((_, reject) => {
    const end = (why: string): void => {
      own.abort();
      reject(new Trouble(why, { mayHaveHappened: true }));
    };
    timer = setTimeout(() => end(`${what} gave no answer within ${ms / 1000} s`), ms);
    onBroken = () => end(`the call to ${what} was broken off: ${String(ending?.signal.reason)}`);
    if (ending?.signal.aborted === true) onBroken();
    else ending?.signal.addEventListener('abort', onBroken, { once: true });
  });
  broken.catch(() => undefined);
  try {
    return await Promise.race([call(own.signal), broken]);
  } finally {
    clearTimeout(timer);
    if (onBroken !== undefined) ending?.signal.removeEventListener('abort', onBroken);
  }
}

/**
 * A `fetch` that sends nothing once the time of the call is over. A process that was stopped for a while and goes on would otherwise send what another has long done
 * in its place.
 */
export function fenced(send: typeof fetch, signal: AbortSignal | undefined): typeof fetch {
  const maySend = signal === undefined ? undefined : permissions.get(signal);
  if (maySend === undefined) return send;
  return async (input, init) => {
    if (!(await maySend())) throw new Trouble('the time of this call was over before its request was sent', { mayHaveHappened: true });
    return send(input, init);
  };
}

/** What an adapter threw, as trouble. A fault of the adapter's own counts as trouble that may pass and may have had its effect. */
export function asTrouble(error: unknown): Trouble {
  if (error instanceof Trouble) return error;
  return new Trouble(error instanceof Error ? error.message : String(error), { cure: 'again', mayHaveHappened: true, cause: error });
}

/** Milliseconds to wait after so many failures: doubling from 1 s to 5 min, shifted by up to a quarter so that tries do not come in step. */
export function pauseMs(attempts: number, seed: string): number {
  const longest = 300_000;
  const pause = Math.min(longest, 1000 * 2 ** Math.min(20, Math.max(0, attempts - 1)));
  return Math.min(longest, Math.round(pause * (0.75 + fraction(`${seed}:${attempts}`) / 2)));
}

/** A number from 0 to 1 that is the same for the same text: jitter that a replay repeats. (FNV-1a) */
function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0) / 2 ** 32;
}
