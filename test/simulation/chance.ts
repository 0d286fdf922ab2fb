/** Chance that a seed repeats: every choice of the simulation is drawn from here. */

export type Chance = {
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number;
  /** True in so many percent of all cases. */
  percent(share: number): boolean;
  pick<T>(from: readonly T[]): T;
  /** One of several, by weight. */
  weighted<T>(from: readonly (readonly [number, T])[]): T;
  /** Another stream of chance, which draws nothing from this one afterwards. */
  fork(): Chance;
};

/** The chance of a seed. (sfc32, seeded by splitmix32) */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  const split = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
  let [a, b, c, d] = [split(), split(), split(), split()];
  const next = (): number => {
    const t = (((a + b) >>> 0) + d) >>> 0;
    d = (d + 1) >>> 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) >>> 0;
    c = ((c << 21) | (c >>> 11)) >>> 0;
    c = (c + t) >>> 0;
    return t >>> 0;
  };
  const below = (limit: number): number => (limit <= 1 ? 0 : Math.floor((next() / 2 ** 32) * limit));
  const chance: Chance = {
    below,
    between: (low, high) => low + below(high - low + 1),
    percent: (share) => next() / 2 ** 32 < share / 100,
    pick(from) {
      const picked = from[below(from.length)];
      if (from.length === 0 || picked === undefined) throw new Error('there is nothing to pick from');
      return picked;
    },
    weighted(from) {
      let left = (next() / 2 ** 32) * from.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, value] of from) {
        left -= weight;
        if (left < 0) return value;
      }
      throw new Error('there is nothing to pick from');
    },
    fork: () => chanceOf(next()),
  };
  return chance;
}
