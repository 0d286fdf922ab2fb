/** How long one verdict on a rate takes, and a scan of a thousand segments: the pure functions that the criteria, the charts and `signalbox health judge` share. */
import { performance } from 'node:perf_hooks';
import type { Aged, HourOfHealth } from '#domain/health/evidence.ts';
import { judgeGate } from '#domain/health/gate.ts';
import type { GateSeen } from '#domain/health/gate.ts';
import { HOUR_MS } from '#domain/health/rollup.ts';
import { scan } from '#domain/health/scan.ts';
import type { Segment } from '#domain/health/scan.ts';
import { judgeRate, RATE_DEFAULTS } from '#domain/health/verdict.ts';
import { percentile } from './figure.ts';
import type { Bench, Figure } from './figure.ts';

const SEGMENTS = 1000;
const DAYS = 14;
const SETTINGS = { ...RATE_DEFAULTS, limit: 1, unit: 1000, allowedRatio: 1.25, lagHours: 6 };

export const bench: Bench = {
  title: 'verdicts of release health',
  run: async () => {
    const gates = [1, 7, 14, 25].map((days): Figure => {
      const seen = gateOf(days * 24);
      return {
        what: `one verdict of rate-below: limit and three earlier releases, ${days * 24} hours of each, p50`,
        value: median(300, (at) => judgeGate({ ...seen, users: 9000 + at }, SETTINGS)),
        unit: 'ms',
        ...(days === DAYS ? { atMost: 1 } : {}),
      };
    });
    const rates = [0, 200, 5000].map((count): Figure => {
      const seen = { users: 9000, wallClockHours: 30, stale: false, redLatched: false };
      return {
        what: `the limit alone with its range and its hours to go, ${count} events, p50`,
        value: median(400, (at) => judgeRate({ ...seen, count, exposure: count * 1500 + 500 + at }, SETTINGS)),
        unit: 'ms',
        atMost: 1,
      };
    });
    const scans = [1, DAYS].map((days): Figure => {
      const segments = Array.from({ length: SEGMENTS }, (_, at) => segmentOf(at, days));
      return {
        what: `a scan of ${SEGMENTS} segments, ${days === 1 ? 'a day' : `${days} days`} of each, p50`,
        value: median(30, () => scan(segments)),
        unit: 'ms',
      };
    });
    return [...gates, ...rates, ...scans];
  },
};

/** A release and three before it, a few people affected in each hour. */
function gateOf(hours: number): GateSeen {
  const hourAt = (sinceMs: number, at: number): HourOfHealth => ({
    hourMs: sinceMs + at * HOUR_MS,
    affected: (at * 7) % 11,
    count: ((at * 7) % 11) * 2,
    exposure: 9000 + ((at * 37) % 501),
  });
  const releaseSince = (sinceMs: number): Aged => ({ sinceMs, hours: Array.from({ length: hours }, (_, at) => hourAt(sinceMs, at)) });
  const sinceMs = 50_000 * 24 * HOUR_MS;
  const ours = releaseSince(sinceMs);
  return {
    hours: ours.hours,
    users: 9000,
    sinceMs,
    countFromMs: sinceMs,
    watermarkMs: sinceMs + hours * HOUR_MS,
    baselines: [7, 14, 21].map((days) => releaseSince(sinceMs - days * 24 * HOUR_MS)),
    alongside: null,
    isLatched: false,
  };
}

function segmentOf(at: number, days: number): Segment {
  return {
    name: `segment ${at}`,
    buckets: Array.from({ length: days }, (_, day) => ({
      newCount: (at + day) % 7,
      newExposure: 1000 + at + day,
      baseCount: (at + day) % 70,
      baseExposure: 30_000 + at,
    })),
  };
}

/** Of so many runs, in milliseconds; the code is warm before the first that counts. */
function median(runs: number, work: (at: number) => unknown): number {
  for (let at = 0; at < runs / 3; at++) work(at);
  const took = Array.from({ length: runs }, (_, at) => {
    const from = performance.now();
    work(at);
    return performance.now() - from;
  });
  return percentile(took, 0.5);
}
