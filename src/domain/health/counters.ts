/** Numbers of health as counters tell them: how much was added, or how much there is by now, and what that adds to the hours. */
import type { Origin } from './observed.ts';
import { HOUR_MS } from './rollup.ts';
import type { QuarantineReason } from './rollup.ts';

/** What a counter counts. `crashes-affected`, `anrs-affected`: people who were hit for the first time; `usage`: hours; `users`: people who are active. */
export const counted = ['crashes', 'crashes-affected', 'anrs', 'anrs-affected', 'sessions', 'usage', 'users'] as const;
export type Counted = (typeof counted)[number];

/**
 * One point of a counter.
 * - `added`: so much between `startNs` and `timeNs`; `total`: so much since `startNs`, up to `timeNs`; `reading`: so many at `timeNs`.
 * - `eachAffects`: of crashes and ANRs: who was hit is not told, and each is taken for somebody at their first time.
 * - `stream`: what tells this counter from all others: whose it is, and all that it is told apart by.
 * - Moments in nanoseconds since 1970; `startNs` null: not told.
 */
export type CounterPoint = {
  what: Counted;
  is: 'added' | 'total' | 'reading';
  eachAffects: boolean;
  stream: string;
  platform: string;
  origin: Origin;
  segments: readonly string[];
  startNs: bigint | null;
  timeNs: bigint;
  value: number;
};

/** What a counter stood at when it was last read. */
export type CounterBefore = { startNs: bigint; timeNs: bigint; value: number };

const NS_IN_MS = 1_000_000n;
const HOUR_NS = BigInt(HOUR_MS) * NS_IN_MS;
/** Exporters tell every minute, and a little late. */
const LONGEST_NS = HOUR_NS + 60_000n * NS_IN_MS;

/** The moment that a point counts at: the last one of its interval, which does not belong to the next hour. */
export function momentOf({ is, timeNs }: Pick<CounterPoint, 'is' | 'timeNs'>): number {
  return Number((is === 'reading' ? timeNs : timeNs - 1n) / NS_IN_MS);
}

export type Growth =
  | { ok: true; grown: number; before: CounterBefore }
  /** Told before, or older than what is known. */
  | { ok: true; grown: null; before: null }
  | { ok: false; reason: QuarantineReason; because: string };

/**
 * By how much a total has grown since it was last read. A later start is a counter that began anew; without starts, a total that fell is. The first total that is heard of a counter
 * counts whole where it has counted for no more than an hour: else nobody can say in which hours it grew, and only what comes after it counts.
 */
export function growthOf(point: CounterPoint, before: CounterBefore | null): Growth {
  const { startNs, timeNs, value } = point;
  const after = { startNs: startNs ?? before?.startNs ?? 0n, timeNs, value };
  if (before === null) return { ok: true, grown: startNs !== null && timeNs - startNs <= LONGEST_NS ? value : 0, before: after };
  if (timeNs <= before.timeNs) return { ok: true, grown: null, before: null };
  const isAnew = startNs === null ? value < before.value : startNs > before.startNs;
  if (isAnew) return { ok: true, grown: value, before: after };
  if (value < before.value)
    return { ok: false, reason: 'negative', because: `a counter that only rises fell from ${before.value} to ${value}` };
  return { ok: true, grown: value - before.value, before: after };
}

/** What is wrong with a point, whatever was told before; null: nothing. */
export function doubtOfPoint({ what, is, startNs, timeNs, value }: CounterPoint): { reason: QuarantineReason; because: string } | null {
  if (!Number.isFinite(value)) return { reason: 'not-a-number', because: `${what} is ${value}` };
  if (value < 0) return { reason: 'negative', because: `${what} is ${value}` };
  if (what !== 'usage' && !Number.isInteger(value)) return { reason: 'not-a-number', because: `${what} is ${value}, which is not whole` };
  if (startNs !== null && startNs > timeNs) return { reason: 'bad-bucket', because: `${what} began to be counted after it was read` };
  if (is === 'added' && startNs !== null && timeNs - startNs > LONGEST_NS)
    return {
      reason: 'bad-bucket',
      because: `${what} was added over ${Number((timeNs - startNs) / NS_IN_MS / 60_000n)} minutes: nobody can say in which hours`,
    };
  return null;
}

const HOURS_IN: Readonly<Record<string, number>> = { h: 1, min: 1 / 60, s: 1 / 3600, ms: 1 / 3_600_000, us: 1 / 3.6e9, ns: 1 / 3.6e12 };

/** How many hours one of a unit (UCUM, as OpenTelemetry writes it) is; null: it is no time, and counts as the app's own unit of use. */
export function hoursIn(unit: string): number | null {
  return Object.hasOwn(HOURS_IN, unit) ? (HOURS_IN[unit] ?? null) : null;
}
