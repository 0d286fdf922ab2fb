import { expect, test } from 'vitest';
import { baselineInWords, limitInWords, redInWords, whenInWords } from './rules-model.ts';

test('a rule says its limit, what it is held against, where it stands, and what a red of it does', () => {
  const rule = {
    kind: 'rate-below',
    metric: 'anrs',
    limit: 0.25,
    unit: 1000,
    of: 'h',
    baseline: 'last-3-at-same-age',
    ratio: 1.25,
    holds: ['submit', '100%'],
    halts: true,
    informing: false,
    watchedWhile: ['released' as const],
    audience: 'production',
  };
  expect(limitInWords(rule)).toBe('ANR rate of at most 0.25 affected people per 1,000 h');
  expect(baselineInWords(rule)).toBe('The last three releases before it, at the same age, up to 1.25 times');
  expect(whenInWords(rule)).toBe('Before submission and 100%; while a rollout goes on; watched while released, of production');
  expect(redInWords(rule, 'auto')).toBe('Halts the rollout at once, by the robot, and holds submission and 100%');
  expect(redInWords(rule, 'ask')).toBe('Asks for a halt, and holds submission and 100%');
});

test('what asks for enough usage has no limit, and what only informs does nothing', () => {
  expect(limitInWords({ kind: 'enough-usage', metric: null, limit: null, unit: 1000, of: 'h' })).toBe('As much use as a verdict takes');
  expect(baselineInWords({ baseline: 'last-1-at-same-age', ratio: null })).toBe('The last release before it, at the same age');
  expect(baselineInWords({ baseline: null, ratio: null })).toBe('Nothing but the limit');
  expect(redInWords({ halts: true, holds: [], informing: true }, 'auto')).toBe('Is shown, and holds nothing');
  expect(redInWords({ halts: false, holds: [], informing: false }, 'auto')).toBe('Is shown, and holds nothing');
});
