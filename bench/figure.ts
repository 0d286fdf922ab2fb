/** One figure that the project claims, as it was measured now. */
export type Figure = {
  /** What was measured, on what: "plan() per track, 3 platforms". */
  what: string;
  value: number;
  /** ms, s, MB, µs, × … */
  unit: string;
  /** The figure should not be above this. */
  atMost?: number;
  note?: string;
};

/** A file of this folder that measures something exports one as `bench`. `say` tells progress of long work. */
export type Bench = { title: string; run: (say: (text: string) => void) => Promise<Figure[]> };

/**
 * The value below which a share of the samples lies (nearest rank).
 *
 * @param share 0 to 1: 0.5 for the median, 0.99 for p99
 */
export function percentile(samples: readonly number[], share: number): number {
  if (samples.length === 0) throw new Error('there is no percentile of no samples');
  const sorted = samples.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
