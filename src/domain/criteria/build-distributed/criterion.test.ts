import { describe, expect, test } from 'vitest';
import { aBuild, aDistribution, aTrack, judged } from '../testing.ts';

const to = (distributions: Parameters<typeof judged>[1]['facts'], settings?: unknown) =>
  judged('build-distributed', { track: aTrack('candidate'), step: 'submit', facts: { builds: [aBuild()], ...distributions }, settings });

describe('build-distributed', () => {
  test('is clear when the RC reached its audience', () => {
    expect(to({ distributions: [aDistribution({ people: 9812 })] })).toMatchObject({
      colour: 'green',
      headline: 'Beta on RC 3',
      value: { amount: 9812, unit: 'people' },
    });
  });

  test('waits while it is on its way, and stops at its due time', () => {
    const distributions = [aDistribution({ state: 'in-progress', dueAt: '2024-10-01T12:30:00.000Z' })];
    expect(to({ distributions })).toMatchObject({
      colour: 'yellow',
      looksAgainAt: '2024-10-01T12:30:00.000Z',
      because: 'RC 3 (build 1047) is on its way to beta; it is due at Tue 14:30.',
    });
    expect(
      judged('build-distributed', {
        track: aTrack('candidate'),
        facts: { builds: [aBuild()], distributions },
        now: '2024-10-01T12:30:00.000Z',
      }),
    ).toMatchObject({ colour: 'red', headline: 'Past its due time' });
  });

  test('stops when it failed', () => {
    expect(to({ distributions: [aDistribution({ state: 'failed' })] })).toMatchObject({
      colour: 'red',
      headline: 'Distribution failed',
      because: 'RC 3 (build 1047) was not handed to beta: it failed at testflight.',
    });
  });

  test('counts the policy’s time from the build where the distribution names none', () => {
    expect(to({}, { within: '2h' })).toMatchObject({
      colour: 'red',
      because: 'RC 3 (build 1047) was not handed to beta yet; it was due at Mon 11:41.',
    });
    expect(to({})).toMatchObject({ colour: 'yellow', headline: 'Not with beta yet' });
  });

  test('does not take another audience or another build for it', () => {
    expect(to({ distributions: [aDistribution({ audience: 'alpha' }), aDistribution({ build: '1041' })] }).headline).toBe(
      'Not with beta yet',
    );
    expect(to({ distributions: [aDistribution({ audience: 'alpha' })] }, 'alpha').colour).toBe('green');
  });

  test('goes on counting the RC that is built while a newer one is building, where the policy says so', () => {
    const newer = (state: 'building' | 'succeeded') => ({
      track: aTrack('candidate'),
      settings: { 'newer-counts': 'when-built' },
      facts: { builds: [aBuild(), aBuild({ number: '1049', candidate: 4, state })], distributions: [aDistribution()] },
    });
    expect(judged('build-distributed', newer('building')).colour).toBe('green');
    expect(judged('build-distributed', newer('succeeded')).colour).toBe('yellow');
  });

  test('returns to Caution when a newer RC is on its way', () => {
    const facts = {
      builds: [aBuild(), aBuild({ number: '1049', candidate: 4, state: 'building' as const })],
      distributions: [aDistribution()],
    };
    expect(judged('build-distributed', { track: aTrack('stabilising'), facts })).toMatchObject({
      colour: 'yellow',
      headline: 'Beta on RC 3',
      turnsGreen: 'when RC 4 has reached beta',
    });
  });

  test('waits while no RC is built', () => {
    expect(judged('build-distributed', { track: aTrack('stabilising') })).toMatchObject({ colour: 'yellow', headline: 'No RC yet' });
  });
});
