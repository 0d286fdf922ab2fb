import { describe, expect, test } from 'vitest';
import type { CellState } from '#domain/cell-state.ts';
import { limitOf, segmentName, withWhom, worstOf } from './whom.ts';

describe('of whom numbers are', () => {
  test.each([
    ['country=BR', 'market Brazil'],
    ['country=other', 'all other markets'],
    ['os=Android 14', 'system Android 14'],
    ['arm=new-player', 'arm new-player'],
    ['carrier=a=b', 'carrier a=b'],
    ['carrier=other', 'all others by carrier'],
  ])('is said of a segment as the table calls it: %s', (segment, name) => {
    expect(segmentName(segment)).toBe(name);
  });

  test('is said where it is not all users', () => {
    expect(withWhom('Crash rate', { segment: 'all', audience: 'production' })).toBe('Crash rate');
    expect(withWhom('Crash rate', { segment: 'country=BR', audience: 'employees' })).toBe('Crash rate, market Brazil, employees');
  });
});

test('no limit of the policy judges a segment', () => {
  const limit = { limit: 0.4, unit: 1000, of: 'h', exposure: 'consumption' as const, instance: 'crash-rate', title: 'Crash rate' };
  expect([limitOf({ segment: 'all', limit }), limitOf({ segment: 'country=BR', limit }), limitOf({ segment: 'all', limit: null })]).toEqual(
    [0.4, null, null],
  );
});

test('of several criteria the worst is shown, Unknown before what may still come well; without one there is no lamp', () => {
  const of = (...states: CellState[]) => worstOf(states.map((state) => ({ state })));
  expect(of('clear', 'caution')).toBe('caution');
  expect(of('caution', 'unknown', 'clear')).toBe('unknown');
  expect(of('unknown', 'stop')).toBe('stop');
  expect(of('waived', 'clear')).toBe('waived');
  expect(of('not-needed-yet')).toBe('not-needed-yet');
  expect(of()).toBeNull();
});
