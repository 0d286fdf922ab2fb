import { describe, expect, test } from 'vitest';
import type { Bug, TrackFacts } from '../../facts.ts';
import { aBranch, aBug, aBuild, aCommit, aDecision, aPolicy, aTeam, aTrack, judged, sampleCommits, sampleShas } from '../testing.ts';

const { second, third } = sampleShas;
const blocker = (overrides: Partial<Bug> = {}): Bug => aBug({ decision: aDecision('blocker'), ...overrides });
const rc4 = aBuild({ number: '1049', candidate: 4, commit: third, at: '2024-10-01T12:10:00.000Z' });
const branch: Partial<TrackFacts> = { branch: aBranch(third), commits: sampleCommits, missing: { [second]: [third] } };
const on = (bugs: readonly Bug[], facts: Partial<TrackFacts> = {}, settings?: unknown) =>
  judged('no-blocking-bugs', {
    track: aTrack('stabilising'),
    step: 'candidate',
    facts: { ...branch, builds: [aBuild()], bugs, ...facts },
    settings,
    policy: aPolicy({ teams: [aTeam('player')], bugs: { criticalFlows: ['playback'], decide: 'release-manager' } }),
  });

describe('no-blocking-bugs', () => {
  test('is clear when no bug is a blocker', () => {
    expect(on([aBug()])).toMatchObject({
      colour: 'green',
      headline: '0 open',
      value: { amount: 0, unit: 'open' },
      limit: { amount: 0, unit: 'open' },
    });
  });

  test('a nominated bug waits for a decision of the release manager', () => {
    const finding = on([aBug({ nominatedBy: { name: 'A. Member', at: '2024-09-30T19:00:00.000Z', reason: 'no music' } })]);
    expect(finding).toMatchObject({
      colour: 'yellow',
      headline: '1 to decide',
      because: 'PLAY-1 (Playback stops after the car reconnects; nominated by A. Member) waits for a decision whether it is a blocker.',
      who: [{ name: 'release manager', what: 'decides PLAY-1' }],
    });
    expect(on([aBug({ nominated: true, state: 'closed' })]).colour).toBe('yellow');
    expect(on([aBug({ decision: aDecision('ask') })]).colour).toBe('yellow');
  });

  test.each(['not-a-blocker', 'fall-back'] as const)('a nominated bug that was decided %s is clear', (is) => {
    expect(on([aBug({ nominated: true, decision: aDecision(is) })]).colour).toBe('green');
  });

  test('a blocker without a fix stops, and its team can clear it', () => {
    expect(on([blocker()])).toMatchObject({
      colour: 'red',
      headline: '1 open',
      because: 'PLAY-1 (Playback stops after the car reconnects) has no known fix and is not verified on an RC.',
      turnsGreen: 'when PLAY-1 is fixed and verified on an RC',
      who: [{ kind: 'team', name: 'Player', what: 'mends PLAY-1 and verifies it on an RC', contact: '#player' }],
    });
  });

  test('a blocker goes open, fix merged, in a build, verified: only the last is clear', () => {
    const fixed = blocker({ fixedBy: [third] });
    expect(on([fixed])).toMatchObject({
      colour: 'red',
      because: expect.stringContaining('has its fix c3c3c3c merged, but no build has it yet') as string,
    });
    expect(on([fixed], { builds: [aBuild(), { ...rc4, state: 'building' }] })).toMatchObject({
      colour: 'red',
      because: expect.stringContaining('RC 4 with it is building') as string,
    });
    expect(on([fixed], { builds: [aBuild(), rc4] })).toMatchObject({
      colour: 'red',
      turnsGreen: 'when PLAY-1 is verified on RC 4',
      who: [{ what: 'verifies PLAY-1 on RC 4' }],
    });
    expect(on([{ ...fixed, verifiedOn: ['1049'] }], { builds: [aBuild(), rc4] })).toMatchObject({
      colour: 'green',
      because: expect.stringContaining('PLAY-1 (verified on RC 4) is fixed') as string,
    });
  });

  test('a blocker that the tracker closed is still red, and says what is missing', () => {
    const finding = on([blocker({ state: 'closed', fixedBy: [third] })], { builds: [aBuild(), rc4] });
    expect(finding).toMatchObject({
      colour: 'red',
      because:
        'PLAY-1 (Playback stops after the car reconnects) is closed in the tracker, but has its fix c3c3c3c in RC 4, and is not verified on it.',
    });
  });

  test('a blocker that was called verified on an RC without its fix is still red', () => {
    expect(on([blocker({ fixedBy: [third], verifiedOn: ['1047'] })], { builds: [aBuild(), rc4] })).toMatchObject({
      colour: 'red',
      because: expect.stringContaining('it was called verified on RC 3, which lacks the fix') as string,
    });
  });

  test('a verification on a build that is no RC of this track does not count', () => {
    expect(on([blocker({ verifiedOn: ['nightly-7'] })])).toMatchObject({
      colour: 'red',
      because: expect.stringContaining('it was verified on build nightly-7, which is no built RC of this track') as string,
    });
    expect(on([blocker({ verifiedOn: ['1049'] })], { builds: [aBuild(), { ...rc4, state: 'building' }] }).colour).toBe('red');
  });

  test('a blocker verified on RC 4 still stops while RC 3 without the fix is what ships', () => {
    const facts = { ...branch, builds: [aBuild(), rc4], bugs: [blocker({ fixedBy: [third], verifiedOn: ['1049'] })] };
    const finding = judged('no-blocking-bugs', { track: aTrack('rolling-out'), step: '100%', facts });
    expect(finding).toMatchObject({
      colour: 'red',
      because: expect.stringContaining('is verified on RC 4, but the final candidate RC 3 lacks its fix c3c3c3c') as string,
      who: [{ name: 'release manager' }],
    });
  });

  test('a blocker verified on an earlier RC stays clear on a later one', () => {
    expect(on([blocker({ verifiedOn: ['1047'] })], { builds: [aBuild(), rc4] }).colour).toBe('green');
    expect(on([blocker({ fixedBy: [second], verifiedOn: ['1047'] })], { builds: [aBuild(), rc4] }).colour).toBe('green');
  });

  test('a fix named by its trunk commit is found by the pick that brought it', () => {
    const trunk = 'f00df00df00df00df00df00df00df00df00df00d';
    const commits = [
      ...sampleCommits.slice(0, 2),
      aCommit({ sha: third, origin: { sha: trunk, reference: null, evidence: ['x-trailer'] } }),
    ];
    expect(on([blocker({ fixedBy: [trunk] })], { commits })).toMatchObject({
      because: expect.stringContaining('merged, but no build has it yet') as string,
    });
    expect(on([blocker({ fixedBy: [trunk], verifiedOn: ['1047'] })], { commits }).colour).toBe('red');
  });

  test('a bug of another version or platform does not hold this track', () => {
    expect(on([blocker({ versions: ['8.9.1'] }), blocker({ platforms: ['android'] })]).colour).toBe('green');
    expect(on([blocker({ platforms: ['android', 'ios'] })]).colour).toBe('red');
  });

  test('only critical bugs count where the policy says critical', () => {
    expect(on([blocker({ flow: 'settings', severity: 'high' })], {}, 'critical').colour).toBe('green');
    expect(on([blocker({ flow: 'playback' })], {}, 'critical').colour).toBe('red');
    expect(on([blocker({ severity: 'critical' })], {}, 'critical').colour).toBe('red');
  });

  test('a blocker without a team is first given one', () => {
    expect(on([blocker({ team: null })]).who).toEqual([
      { kind: 'role', name: 'release manager', what: 'gives PLAY-1 a team in triage', contact: 'M. Lind' },
    ]);
  });

  test('many blockers are counted, three are told, and the rest named', () => {
    const finding = on(['A-1', 'A-2', 'A-3', 'A-4', 'A-5'].map((key) => blocker({ key })));
    expect(finding).toMatchObject({
      headline: '5 open',
      because: expect.stringContaining('2 more blockers are uncleared: A-4 and A-5.') as string,
    });
  });
});
