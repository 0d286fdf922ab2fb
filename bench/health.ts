/** How long a verdict on a rate takes, and a scan of many segments. */
import { performance } from 'node:perf_hooks';
import type { Segment } from '../src/domain/health/scan.ts';
import { scan } from '../src/domain/health/scan.ts';
import { RATE_DEFAULTS, judgeRate } from '../src/domain/health/verdict.ts';
import { percentile, type Bench, type Figure } from './figure.ts';

const segmentCount = 1000;

export const bench: Bench = {
  title: 'release health',
  run: async () => {
    const figures: Figure[] = [];
    for (const count of [0, 20, 200, 5000]) {
      const took = times(400, (at) =>
        judgeRate(
          { count, exposure: count * 1500 + 500 + at, users: 9000, wallClockHours: 30, stale: false, redLatched: false },
          { ...RATE_DEFAULTS, limit: 1, unit: 1000 },
        ),
      );
      figures.push({
        what: `one verdict with its range and its hours to go, ${count} events, p50`,
        value: percentile(took, 0.5),
        unit: 'ms',
        atMost: 1,
      });
    }
    const segments: Segment[] = Array.from({ length: segmentCount }, (_, at) => ({
      name: `segment ${at}`,
      buckets: [{ newCount: at % 7, newExposure: 1000 + at, baseCount: at % 70, baseExposure: 30_000 + at }],
    }));
    figures.push({
      what: `a scan of ${segmentCount} segments, p50`,
      value: percentile(
        times(20, () => scan(segments)),
        0.5,
      ),
      unit: 'ms',
    });
    return figures;
  },
};

function times(runs: number, work: (at: number) => unknown): number[] {
  work(0);
  return Array.from({ length: runs }, (_, at) => {
    const from = performance.now();
    work(at);
    return performance.now() - from;
  });
}
