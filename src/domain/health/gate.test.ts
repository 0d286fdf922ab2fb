import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { judgeGate } from './gate.ts';
import type { Gate, GateSeen, GateSettings } from './gate.ts';
import { HOUR_MS } from './rollup.ts';
import { RATE_DEFAULTS } from './verdict.ts';

const sinceMs = Date.parse('2024-09-28T12:00:00Z');
const settings: GateSettings = { ...RATE_DEFAULTS, limit: 0.4, unit: 1000, allowedRatio: 1.25, lagHours: 12 };

const count = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 1_000_000 }));
const exposure = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 0, max: 1_000_000_000 }));
const hours = fc.array(fc.record({ affected: count, exposure, after: fc.integer({ min: 0, max: 200 }) }), { maxLength: 40 }).map((all) =>
  [...new Map(all.map((each) => [each.after, each])).values()].map(({ after, affected, exposure: used }) => ({
    hourMs: sinceMs + after * HOUR_MS,
    affected,
    count: affected,
    exposure: used,
  })),
);
const seen: fc.Arbitrary<GateSeen> = fc.record({
  hours,
  users: fc.constantFrom(0, 499, 500, 9000),
  sinceMs: fc.constant(sinceMs),
  countFromMs: fc.integer({ min: 0, max: 60 }).map((after) => sinceMs + after * HOUR_MS),
  watermarkMs: fc.integer({ min: 0, max: 210 }).map((after) => sinceMs + after * HOUR_MS),
  baselines: fc.array(
    hours.map((of) => ({ sinceMs, hours: of })),
    { maxLength: 3 },
  ),
  alongside: fc.option(hours, { nil: null }),
  isLatched: fc.constant(false),
});

test('picture and colour agree: red by its limit is a range over it, clear a range under it', () => {
  fc.assert(
    fc.property(seen, (of) => {
      const { colour, reason, lower, upper } = judgeGate(of, settings);
      const isOver = lower >= settings.limit * (1 - 1e-6);
      const isUnder = upper !== null && upper <= settings.limit * (1 + 1e-6);
      expect({ colour, reason, agrees: reason !== 'above-limit' || (colour === 'red' && isOver) }).toMatchObject({ agrees: true });
      expect({ colour, reason, agrees: colour !== 'green' || isUnder }).toMatchObject({ agrees: true });
      expect(upper === null || lower <= upper).toBe(true);
    }),
  );
});

test('whatever is told, every number is one, and the order in which hours came says nothing', () => {
  fc.assert(
    fc.property(seen, (of) => {
      const gate = judgeGate(of, settings);
      const isNumber = (value: number | null): boolean => value === null || Number.isFinite(value);
      const { value, lower, upper, hoursToGo, exposurePerHour, logWorse } = gate;
      expect([value, lower, upper, hoursToGo, exposurePerHour, logWorse].every(isNumber)).toBe(true);
      const turned: Gate = judgeGate({ ...of, hours: of.hours.toReversed() }, settings);
      expect([turned.colour, turned.reason, turned.affected, turned.exposure]).toEqual([
        gate.colour,
        gate.reason,
        gate.affected,
        gate.exposure,
      ]);
    }),
  );
});

test('more people affected in the same use never make it better', () => {
  const order = ['green', 'yellow', 'unknown', 'red'];
  fc.assert(
    fc.property(seen, fc.integer({ min: 1, max: 50 }), (of, more) => {
      // without a baseline: zero is suspicious, and one more then makes it believed
      const alone: GateSeen = { ...of, baselines: [], alongside: null };
      const worse: GateSeen = {
        ...alone,
        hours: alone.hours.map((hour) => ({ ...hour, affected: hour.affected + more, count: hour.count + more })),
      };
      const [before, after] = [judgeGate(alone, settings), judgeGate(worse, settings)];
      expect(order.indexOf(after.colour)).toBeGreaterThanOrEqual(order.indexOf(before.colour));
    }),
  );
});

test('a red that stays is red whatever comes, and what is not counted any more makes nothing red', () => {
  fc.assert(
    fc.property(seen, (of) => {
      expect(judgeGate({ ...of, isLatched: true }, settings).colour).toBe('red');
      const cleared = judgeGate({ ...of, countFromMs: of.watermarkMs }, settings);
      expect([cleared.colour, cleared.reason]).toEqual(['yellow', 'no-usage']);
    }),
  );
});
