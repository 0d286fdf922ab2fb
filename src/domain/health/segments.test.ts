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

test('two people name nothing, and crashes without use have no rate', () => {
  const [row] = segmentsOf('device', [seen('Pixel 8', 2, 0.5)], [seen('Pixel 8', 0, 100_000)]);
  expect(row).toMatchObject({ named: false, listed: false });
  expect(segmentsOf('device', [seen('Pixel 8', 9, 0)], [])[0]).toMatchObject({ rate: null, share: 0, affected: 9 });
});
