import { describe, expect, test } from 'vitest';
import { assert, constantFrom, double, property } from 'fast-check';
import { readingOf } from './reading.ts';

const rate = { amount: 0.31, limit: 0.4, unit: 'per 1,000 h' };

describe('a reading of the sample’s health', () => {
  test('draws the range and the baseline that its sentence names', () => {
    const because = 'The whole range 0.231–0.395 is under the limit 0.40. 8.9.1 at this age: 0.33.';
    expect(readingOf('crash-rate', { ...rate, colour: 'green', because })).toMatchObject({
      range: [0.231, 0.395],
      baseline: { amount: 0.33 },
      clause: '8.9.1 at this age: 0.33',
      limitIs: 'at-most',
    });
  });

  test('hours played are a least amount without a range', () => {
    const hours = { colour: 'green' as const, amount: 450_000, limit: 143_000, unit: 'h' };
    const reading = readingOf('hours-played', { ...hours, because: 'Beta and employees have played 450,000 h.' });
    expect(reading).toMatchObject({ limitIs: 'at-least', clause: 'Beta and employees' });
    expect(reading.range).toBeUndefined();
  });

  test('an uncertain reading far over its limit has a range that crosses it all the same', () => {
    const [low, high] = readingOf('crash-rate', { ...rate, amount: 0.9, limit: 0.4, colour: 'yellow', because: 'Every version crashes.' })
      .range ?? [1, 0];
    expect({ low: low < 0.4, high: high > 0.9 }).toEqual({ low: true, high: true });
  });

  test('a range without words agrees with the colour: under the limit, across it, over it', () => {
    assert(
      property(
        constantFrom('green' as const, 'yellow' as const, 'red' as const),
        double({ min: 0.05, max: 0.9, noNaN: true }),
        (colour, share) => {
          const limit = 0.4;
          const amount = colour === 'red' ? limit / share : limit * share;
          const [low, high] = readingOf('crash-rate', { ...rate, amount, limit, colour, because: 'It is so.' }).range ?? [1, 0];
          const where = high <= limit ? 'green' : low >= limit ? 'red' : 'yellow';
          expect({ where, inOrder: low <= high }).toEqual({ where: colour, inOrder: true });
        },
      ),
    );
  });
});
