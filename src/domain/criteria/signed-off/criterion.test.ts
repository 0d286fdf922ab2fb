import { describe, expect, test } from 'vitest';
import { aBuild, aPolicy, aRelease, aSignOff, aTeam, aTrack, judged, samplePlan } from '../testing.ts';

const policy = aPolicy({
  teams: [
    aTeam('player'),
    aTeam('car-mode'),
    aTeam('identity', { testing: { optedOut: 'automated tests cover sign-in', until: '2024-10-01' } }),
  ],
});
const both = [aSignOff(), aSignOff({ team: 'car-mode', at: '2024-09-30T13:00:00.000Z' })];
const on = (at: Partial<Parameters<typeof judged>[1]>) =>
  judged('signed-off', { track: aTrack('candidate'), step: 'submit', policy, ...at });
const facts = (signOffs: readonly ReturnType<typeof aSignOff>[], builds = [aBuild()]) => ({ facts: { builds, signOffs } });

describe('signed-off', () => {
  test('is clear when every team has signed the final candidate or is opted out', () => {
    expect(on(facts(both))).toMatchObject({
      colour: 'green',
      headline: '2 of 2',
      because:
        'Every team that must sign has signed RC 3 (build 1047); last Car mode, Mon 15:00; 1 team is opted out: Identity (automated tests cover sign-in).',
      progress: 1,
    });
  });

  test('waits for the teams that have not signed, and names who they are and where they are reached', () => {
    expect(on(facts([aSignOff()]))).toMatchObject({
      colour: 'yellow',
      headline: '1 of 2',
      value: { amount: 1, unit: 'of 2 teams' },
      because: 'Car mode has not signed.',
      turnsGreen: 'when Car mode signs RC 3',
      who: [{ kind: 'team', name: 'Car mode', what: 'signs RC 3', contact: '#car-mode' }],
    });
  });

  test('a team that withdrew is waited for, and it says when', () => {
    const withdrawn = aSignOff({ team: 'car-mode', state: 'withdrawn', at: '2024-10-01T08:20:00.000Z', note: 'PLAY-1' });
    expect(on(facts([...both, withdrawn]))).toMatchObject({
      colour: 'yellow',
      because: 'Car mode withdrew its sign-off Tue 10:20 (PLAY-1).',
    });
  });

  test('a team that rejected the candidate stops it', () => {
    expect(on(facts([aSignOff(), aSignOff({ team: 'car-mode', state: 'rejected' })]))).toMatchObject({
      colour: 'red',
      because: 'Car mode rejected RC 3 Mon 14:00.',
    });
  });

  test('past its due time a missing sign-off stops: the planned submission, or the policy’s time from the choice', () => {
    const missing = facts([aSignOff()]);
    const release = aRelease({ planned: samplePlan });
    expect(on({ ...missing, release })).toMatchObject({
      colour: 'red',
      dueAt: samplePlan.submit,
      because: 'Car mode has not signed. It was due at Mon 17:00.',
    });
    expect(on({ ...missing, release, now: '2024-09-30T14:00:00.000Z' })).toMatchObject({
      colour: 'yellow',
      looksAgainAt: samplePlan.submit,
    });
    expect(on({ ...missing, settings: { within: '48h' } })).toMatchObject({
      colour: 'yellow',
      looksAgainAt: '2024-10-01T22:00:00.000Z',
      dueAt: '2024-10-02T10:40:00.000Z',
    });
  });

  test('a word on an older candidate does not count, and the team is asked again', () => {
    const track = aTrack('candidate', {
      candidate: { build: '1049', commit: aBuild().commit, candidate: 4, chosenAt: '2024-10-01T12:00:00.000Z', chosenBy: 'M. Lind' },
    });
    const two = facts(both, [aBuild(), aBuild({ number: '1049', candidate: 4 })]);
    expect(on({ ...two, track })).toMatchObject({
      colour: 'yellow',
      headline: '0 of 2',
      because: 'Player signed RC 3 and is asked again on RC 4; Car mode signed RC 3 and is asked again on RC 4.',
    });
    expect(on({ ...two, track, settings: { 'again-on-new-candidate': 'none' } }).colour).toBe('green');
  });

  test('until a candidate is chosen the newest RC is signed, and an RC on its way asks everyone again', () => {
    const track = aTrack('stabilising');
    expect(on({ ...facts(both), track }).colour).toBe('green');
    expect(on({ ...facts(both, [aBuild(), aBuild({ number: '1049', candidate: 4, state: 'building' })]), track })).toMatchObject({
      colour: 'yellow',
      headline: '2 of 2',
      turnsGreen: 'when RC 4 is built and every team has signed it',
    });
    expect(on({ track })).toMatchObject({
      colour: 'yellow',
      headline: '0 of 2',
      because: 'No RC of 8.9.2 is built yet, so there is nothing to sign.',
    });
  });

  test('opting out ends with the last minute of its date in the app’s zone', () => {
    expect(on({ ...facts(both), now: '2024-10-01T21:59:59.999Z' })).toMatchObject({
      colour: 'green',
      looksAgainAt: '2024-10-01T22:00:00.000Z',
    });
    expect(on({ ...facts(both), now: '2024-10-01T22:00:00.000Z' })).toMatchObject({ colour: 'yellow', headline: '2 of 3' });
  });

  test('no team has to sign where the policy names none, or all are opted out', () => {
    expect(on({ policy: aPolicy() })).toMatchObject({ colour: 'green', headline: 'No team has to sign' });
    expect(on({ policy: aPolicy({ teams: [aTeam('identity', { testing: { optedOut: 'tests', until: null } })] }) })).toMatchObject({
      colour: 'green',
      because: 'Every team is opted out: Identity (tests).',
    });
  });

  test('only the named teams sign where the policy names some', () => {
    expect(on({ ...facts([aSignOff()]), policy: { ...policy, signOffs: ['player'] } }).colour).toBe('green');
    expect(on({ ...facts([aSignOff()]), policy: { ...policy, signOffs: ['player', 'new-team'] } }).because).toBe(
      'New team has not signed.',
    );
  });
});
