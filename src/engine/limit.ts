/** Calls to vendors end in time, and say what went wrong in our words. */
import { Trouble } from '#ports/trouble.ts';

/** Vendor calls end within this time. */
export const CALL_LIMIT_MS = 10_000;
/** Reading a repository may have to fetch it first. */
export const GIT_LIMIT_MS = 120_000;

/** Runs a call with a signal that ends it; a call that ignores the signal is given up all the same. */
export async function within<T>(ms: number, what: string, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const ending = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      ending.abort();
      reject(new Trouble(`${what} gave no answer within ${ms / 1000} s`, { mayHaveHappened: true }));
    }, ms);
  });
  try {
    return await Promise.race([call(ending.signal), tooLate]);
  } finally {
    clearTimeout(timer);
  }
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
