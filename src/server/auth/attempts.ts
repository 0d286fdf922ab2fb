/** Slows down those who guess passwords or links: so many tries in a span of time for each name, counted in this process. */
/** `most`: for this name, where it is not the number that is meant for guesses. */
export type Attempts = {
  mayTry(name: string, most?: number): { ok: true } | { ok: false; afterSeconds: number };
  forget(name: string): void;
};

const NAMES_AT_MOST = 10_000;

/** @param nowMs any clock that only goes forward, in milliseconds */
export function countAttempts(options: { most: number; withinSeconds: number; nowMs: () => number }): Attempts {
  const seen = new Map<string, { count: number; until: number }>();
  return {
    mayTry(name, most = options.most) {
      const now = options.nowMs();
      if (seen.size > NAMES_AT_MOST) for (const [key, { until }] of seen) if (until <= now) seen.delete(key);
      const entry = seen.get(name);
      if (entry === undefined || entry.until <= now) {
        seen.set(name, { count: 1, until: now + options.withinSeconds * 1000 });
        return { ok: true };
      }
      entry.count += 1;
      return entry.count <= most ? { ok: true } : { ok: false, afterSeconds: Math.max(1, Math.ceil((entry.until - now) / 1000)) };
    },
    forget(name) {
      seen.delete(name);
    },
  };
}
