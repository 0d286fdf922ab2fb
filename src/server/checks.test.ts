import { describe, expect, test } from 'vitest';
import { resultOf } from './checks.ts';

const changed = { is: 'verdict-changed' };
const holding = { is: 'holding', missing: ['ANRs', 'ITGC reporting'] };

describe('what a look of the robot led to', () => {
  test('names what holds the step when nothing else came of it', () => {
    expect(resultOf([changed], holding)).toBe('held: ANRs, ITGC reporting');
    expect(resultOf([changed, { is: 'held', step: '100%', by: ['anr', 'itgc'] }], holding)).toBe('held: ANRs, ITGC reporting');
  });

  test('counts the verdicts where nothing that has a name holds, and of an older look', () => {
    expect(resultOf([changed], { is: 'holding', missing: [] })).toBe('1 verdict changed, no step was taken');
    expect(resultOf([changed, changed], null)).toBe('2 verdicts changed, no step was taken');
  });

  test('tells what was done before what holds', () => {
    expect(resultOf([changed, { is: 'halted', percent: 1, why: 'crashes' }], holding)).not.toContain('held: ANRs');
  });
});
