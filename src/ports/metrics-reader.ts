/** Reads metrics that are sent to us, in the way of one protocol. */
import type { CounterPoint } from '#domain/health/counters.ts';
import type { QuarantineReason } from '#domain/health/rollup.ts';

/** Points that were not read, and why. */
export type RefusedPoints = { reason: QuarantineReason; because: string; sample: unknown };

export type ReadMetrics =
  /** `ignored`: points of metrics that are not of health. */
  | { ok: true; points: readonly CounterPoint[]; refused: readonly RefusedPoints[]; ignored: number }
  | { ok: false; because: string; right: string };

export type MetricsReader = {
  /** How many times one person may be among the affected that its metrics count. */
  dispersion: number;
  /** In a sentence: which metrics it looks for. */
  looksFor: string;
  read(body: Buffer): ReadMetrics;
};
