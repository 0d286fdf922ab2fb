import { describe, expect, test } from 'vitest';
import type { Report } from '../../facts.ts';
import { aTrack, judged } from '../testing.ts';

const report = (overrides: Partial<Report> = {}): Report => ({
  instance: 'reported',
  platform: 'ios',
  version: '8.9.2',
  colour: 'green',
  because: 'crashes are under the limit',
  at: '2024-10-01T12:00:00.000Z',
  source: 'monitor',
  ...overrides,
});
const on = (reports: readonly Report[], settings?: unknown) =>
  judged('reported', { track: aTrack('rolling-out'), step: '100%', facts: { reports }, settings });

describe('reported', () => {
  test('says what was reported last, with its value and limit', () => {
    const measured = { value: { amount: 0.22, unit: 'per 1,000 h' }, limit: { amount: 0.3, unit: 'per 1,000 h' } };
    expect(on([report({ ...measured })])).toMatchObject({
      colour: 'green',
      headline: '0.22',
      because: 'Crashes are under the limit.',
      ...measured,
    });
    expect(on([report(), report({ colour: 'red', because: 'crashes doubled', at: '2024-10-01T12:10:00.000Z' })])).toMatchObject({
      colour: 'red',
      headline: 'Reported stop',
      turnsGreen: 'when Monitor answers green',
    });
  });

  test.each(['yellow', 'red', 'unknown'] as const)('a reported %s stays %s and says who can change it', (colour) => {
    expect(on([report({ colour })])).toMatchObject({ colour, who: [{ kind: 'source', name: 'Monitor' }] });
  });

  test('is unknown where nothing was reported for this instance on this track', () => {
    expect(on([report({ instance: 'crash-rate' }), report({ platform: 'android' }), report({ version: '8.9.1' })])).toMatchObject({
      colour: 'unknown',
      headline: 'Nothing reported',
    });
  });

  test('ages only where the policy says so', () => {
    expect(on([report()]).looksAgainAt).toBeNull();
    expect(on([report()], '1h')).toMatchObject({ colour: 'green', looksAgainAt: '2024-10-01T13:00:00.000Z' });
    expect(on([report()], '20m')).toMatchObject({ colour: 'unknown', headline: 'No answer for 20 min' });
  });
});
