import { describe, expect, test } from 'vitest';
import type { Check } from '../../facts.ts';
import { aCheck, aPolicy, aRelease, aTeam, aTrack, judged, samplePlan } from '../testing.ts';

const on = (checks: readonly Partial<Check>[], at: Partial<Parameters<typeof judged>[1]> = {}) =>
  judged('compliance-closed', {
    track: aTrack('rolling-out'),
    step: '100%',
    facts: { checks: checks.map((check) => aCheck(check)) },
    policy: aPolicy({ teams: [aTeam('data-integrity')] }),
    ...at,
  });

describe('compliance-closed', () => {
  test('is clear when every check of this track is closed', () => {
    expect(on([{}, { key: 'ITGC-2' }])).toMatchObject({
      colour: 'green',
      headline: '2 of 2 verified',
      because: 'All 2 compliance checks of 8.9.2 on iOS are closed.',
    });
  });

  test('waits while a check is open before its due time, then stops', () => {
    const open = [{}, { key: 'ITGC-2', title: 'Royalties are counted', state: 'open' as const, dueAt: '2024-10-01T13:00:00.000Z' }];
    expect(on(open)).toMatchObject({
      colour: 'yellow',
      headline: '1 of 2 verified',
      because: 'ITGC-2 (Royalties are counted) is open; it is due Tue 15:00.',
      looksAgainAt: '2024-10-01T13:00:00.000Z',
      who: [{ name: 'Data integrity', what: 'closes ITGC-2', contact: '#data-integrity' }],
    });
    expect(on(open, { now: '2024-10-01T13:00:00.000Z' })).toMatchObject({ colour: 'red', headline: '1 past due' });
  });

  test('is due at the planned full rollout where its ticket names no time', () => {
    expect(on([{ state: 'open' }], { release: aRelease({ planned: samplePlan }) }).dueAt).toBe(samplePlan.finish);
  });

  test('stops when a check failed', () => {
    expect(on([{ state: 'failed' }, { key: 'ITGC-2' }])).toMatchObject({
      colour: 'red',
      headline: '1 failed',
      because: 'ITGC-1 (Client reporting reaches the backend) failed.',
    });
  });

  test('does not take the absence of checks for compliance, unless the policy does', () => {
    expect(on([])).toMatchObject({ colour: 'yellow', headline: 'No check yet' });
    expect(on([{ platform: 'android' }, { version: '8.9.1' }]).colour).toBe('yellow');
    expect(on([], { settings: { 'at-least': 0 } })).toMatchObject({ colour: 'green', headline: 'No check' });
    expect(on([{}], { settings: 2 })).toMatchObject({ colour: 'yellow', headline: '1 of 2 opened' });
  });
});
