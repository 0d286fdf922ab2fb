import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { segmentsOf } from './segments.ts';
import type { SegmentSeen } from './segments.ts';

const seen = (segment: string, affected: number, exposure: number, age = 0): SegmentSeen => ({
  segment,
  age,
  affected,
  exposure,
  users: 100,
});

test('a market that crashes far more than in earlier releases is named, and stands first though it is small', () => {
  const ours = [seen('SE', 40, 100_000), seen('BR', 30, 5000), seen('BR', 12, 2000, 1), seen('IS', 0, 50)];
  const base = [seen('SE', 42, 100_000), seen('BR', 4, 10_000), seen('BR', 2, 5000, 1)];
  const rows = segmentsOf('country', ours, base);
  expect(rows.map(({ segment, named, listed }) => [segment, named, listed])).toEqual([
    ['BR', true, true],
    ['SE', false, false],
    ['IS', false, false],
  ]);
  expect(rows[0]).toMatchObject({ affected: 42, exposure: 7000, rate: 6, baseRate: 0.4 });
  // the baseline never saw it: it was not to be scanned
  expect(rows[2]).toMatchObject({ logE: null, baseRate: null });
});

test('an arm is held against the other arms of the same time', () => {
  const ours = [seen('new-player', 60, 10_000), seen('old-player', 4, 10_000)];
  const [first, second] = segmentsOf('arm', ours, []);
  expect(first).toMatchObject({ segment: 'new-player', named: true, baseRate: 0.4 });
  expect(second).toMatchObject({ segment: 'old-player', named: false, baseRate: 6 });
});

test('what comes later takes nothing from what was scanned: newcomers without a baseline, and arms beyond those that have a place', () => {
  const [ours, base] = [
    [seen('SE', 40, 100_000), seen('BR', 31, 5000)],
    [seen('SE', 42, 100_000), seen('BR', 4, 10_000)],
  ];
  const arms = Array.from({ length: 8 }, (_, at) => seen(`arm ${at}`, at === 0 ? 30 : 4, 10_000));
  const newcomer = fc.record({
    segment: fc.string({ minLength: 1 }).map((name) => `new ${name}`),
    age: fc.nat(5).map((later) => later + 1),
    affected: fc.nat(50),
    exposure: fc.integer({ min: 1, max: 1e6 }),
    users: fc.nat(100),
  });
  fc.assert(
    fc.property(fc.array(newcomer, { maxLength: 30 }), (later) => {
      for (const [dimension, first, before] of [
        ['country', ours, base],
        ['arm', arms, []],
      ] as const) {
        const told = (of: readonly SegmentSeen[]) =>
          segmentsOf(dimension, of, before)
            .filter(({ segment }) => !segment.startsWith('new '))
            .map(({ segment, logE, named }) => [segment, logE, named]);
        const alone = told(first);
        expect(new Map(told([...first, ...later]).map(([segment, ...rest]) => [segment, rest]))).toEqual(
          new Map(alone.map(([segment, ...rest]) => [segment, rest])),
        );
        const names = segmentsOf(dimension, [...first, ...later], before).filter(({ named }) => named);
        expect(names.every(({ segment }) => !segment.startsWith('new '))).toBe(true);
      }
    }),
    { numRuns: 50 },
  );
});

test('two people name nothing, and crashes without use have no rate', () => {
  const [row] = segmentsOf('device', [seen('Pixel 8', 2, 0.5)], [seen('Pixel 8', 0, 100_000)]);
  expect(row).toMatchObject({ named: false, listed: false });
  expect(segmentsOf('device', [seen('Pixel 8', 9, 0)], [])[0]).toMatchObject({ rate: null, share: 0, affected: 9 });
});
