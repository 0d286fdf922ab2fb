import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ageTicks, apart, bandPath, linePath, scaleOf, standsAt, ticksTo, topOf } from './chart-model.ts';

const x = scaleOf([0, 10], [0, 100]);
const y = scaleOf([0, 1], [100, 0]);

describe('a chart', () => {
  test('has ticks that are read at a glance, the last of them above everything', () => {
    expect(ticksTo(0.46, 4)).toEqual([0, 0.2, 0.4, 0.6]);
    expect(ticksTo(1_500_000, 3)).toEqual([0, 500_000, 1_000_000, 1_500_000]);
    expect(ticksTo(0, 4)).toEqual([0, 1]);
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e12, noNaN: true }), (most) => {
        const ticks = ticksTo(most, 4);
        expect(ticks.at(-1)).toBeGreaterThanOrEqual(most * (1 - 1e-9));
        expect(ticks.length).toBeLessThanOrEqual(6);
      }),
    );
  });

  test('tells ages in hours, and in days once they are many', () => {
    expect(ageTicks(24, 5).map(({ label }) => label)).toEqual(['0 h', '6 h', '12 h', '18 h', '24 h']);
    expect(ageTicks(240, 6).map(({ label }) => label)).toEqual(['0 d', '2 d', '4 d', '6 d', '8 d', '10 d']);
  });

  test('a line has a gap where nothing is known', () => {
    expect(
      linePath(
        [
          { x: 0, y: 0 },
          { x: 1, y: 1 },
          { x: 2, y: null },
          { x: 3, y: 0.5 },
        ],
        x,
        y,
      ),
    ).toBe('M0.0 100.0L10.0 0.0M30.0 50.0');
  });

  test('a band that is wider than the picture is cut at its edges', () => {
    const points = [
      { x: 0, y: 0.5, low: 0, high: 40 },
      { x: 1, y: 0.5, low: 0.4, high: 0.6 },
    ];
    expect(bandPath(points, x, y, { top: 0, bottom: 100 })).toBe('M0.0 0.0L10.0 40.0L10.0 60.0L0.0 100.0Z');
    // and does not set the scale by its beginning
    expect(topOf([{ id: 'a', label: null, look: 'lead', points, band: true }], [0.8])).toBeCloseTo(0.92);
  });

  test('labels at the ends of lines never cover each other as long as they fit', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 200, noNaN: true }), { maxLength: 8 }), (ends) => {
        const placed = apart(
          ends.map((end) => ({ y: end })),
          14,
          { top: 0, bottom: 200 },
        );
        for (const [at, label] of placed.entries()) {
          expect(label.y).toBeGreaterThanOrEqual(-1e-6);
          expect(label.y).toBeLessThanOrEqual(200 + 1e-6);
          expect(label.y - (placed[at - 1]?.y ?? -100)).toBeGreaterThanOrEqual(14 - 1e-6);
        }
      }),
    );
  });

  test('what a line says at a place is its last word before it, and nothing after its end', () => {
    const points = [
      { x: 1, y: 0.2 },
      { x: 3, y: 0.4 },
    ];
    expect([0, 1, 2, 3, 4, 9].map((at) => standsAt(points, at, 1)?.y ?? null)).toEqual([null, 0.2, 0.2, 0.4, 0.4, null]);
  });
});
