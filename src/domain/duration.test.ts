import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { duration, formatDuration, parseDuration } from './duration.ts';

describe('lengths of time in a policy', () => {
  test.each([
    ['30m', 30],
    ['24h', 1440],
    ['7d', 10_080],
    ['90s', 1.5],
    ['1.5h', 90],
    ['0m', 0],
    [' 4 h ', 240],
  ])('%s is %d minutes', (text, minutes) => {
    expect(duration.parse(text)).toBe(minutes);
  });

  test.each(['', '30', '-5m', '5w', 'h', '1e3m', '24 hours', '9999d', '1.2.3h'])('"%s" is refused, with what would be right', (text) => {
    const read = duration.safeParse(text);
    expect(read.success).toBe(false);
    expect(read.error?.issues[0]?.message).toContain('30m, 24h or 7d');
  });

  test('a bare number is refused, because its unit would be a guess', () => {
    expect(duration.safeParse(30).error?.issues[0]?.message).toContain('with its unit');
  });

  test.each([
    [1440, '24h'],
    [10_080, '7d'],
    [90, '90m'],
    [240, '4h'],
    [1.5, '90s'],
    [0, '0m'],
  ])('%d minutes are written %s', (minutes, text) => {
    expect(formatDuration(minutes)).toBe(text);
  });

  test('what was written in whole seconds is read again as the same length', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5_000_000 }), (seconds) => {
        expect(parseDuration(formatDuration(seconds / 60))).toBeCloseTo(seconds / 60, 9);
      }),
    );
  });
});
