import { describe, expect, test } from 'vitest';
import type { Report } from '../../facts.ts';
import { aSibling, aTrack, judged } from '../testing.ts';

const report = (overrides: Partial<Report> = {}): Report => ({
  instance: 'custom',
  platform: 'ios',
  version: '8.9.2',
  colour: 'green',
  because: 'start time is under the limit',
  at: '2024-10-01T12:00:00.000Z',
  source: 'monitor',
  ...overrides,
});
const on = (reports: readonly Report[], settings: Record<string, unknown> = {}) =>
  judged('custom', { track: aTrack('rolling-out'), step: '100%', facts: { reports }, settings, siblings: [aSibling()] });

describe('what a tool of the user’s own states', () => {
  test('is what it stated last, with its value and limit', () => {
    const measured = { value: { amount: 0.22, unit: 's' }, limit: { amount: 0.3, unit: 's' }, baseline: { amount: 0.2, unit: 's' } };
    expect(on([report({ ...measured })])).toMatchObject({
      colour: 'green',
      headline: '0.22 s',
      clause: '8.9.1 at this age: 0.2 s',
      because: 'Start time is under the limit.',
      ...measured,
    });
    expect(on([report(), report({ colour: 'red', because: 'starts doubled', at: '2024-10-01T12:10:00.000Z' })])).toMatchObject({
      colour: 'red',
      headline: 'Reported stop',
      turnsGreen: 'when Monitor answers green',
    });
  });

  test.each(['yellow', 'red', 'unknown'] as const)('a stated %s stays %s and says who can change it', (colour) => {
    expect(on([report({ colour })])).toMatchObject({ colour, who: [{ kind: 'source', name: 'Monitor' }] });
  });

  test('is unknown where nothing was stated for this instance on this track', () => {
    expect(on([report({ instance: 'ramp' }), report({ platform: 'android' }), report({ version: '8.9.1' })])).toMatchObject({
      colour: 'unknown',
      headline: 'Nothing stated',
    });
  });

  test('ages only where the policy says so', () => {
    expect(on([report()]).looksAgainAt).toBeNull();
    expect(on([report()], { 'fresh-for': '1h' })).toMatchObject({ colour: 'green', looksAgainAt: '2024-10-01T13:00:00.000Z' });
    expect(on([report()], { 'fresh-for': '20m' })).toMatchObject({ colour: 'unknown', headline: 'No answer for 20 min' });
  });
});
