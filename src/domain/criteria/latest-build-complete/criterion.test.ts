import { describe, expect, test } from 'vitest';
import { aBranch, aBuild, aCommit, aPolicy, aTrack, judged, sampleCommits, sampleNow, sampleShas } from '../testing.ts';

const { first, second, third } = sampleShas;
const judgeIt = (at: Omit<Parameters<typeof judged>[1], 'track'> & { track?: Parameters<typeof judged>[1]['track'] }) =>
  judged('latest-build-complete', { track: aTrack('stabilising'), step: 'candidate', ...at });

describe('latest-build-complete', () => {
  test('is clear when the newest RC is the head of the branch', () => {
    const finding = judgeIt({ facts: { branch: aBranch(second), commits: sampleCommits.slice(0, 2), builds: [aBuild()] } });
    expect(finding).toMatchObject({
      colour: 'green',
      headline: 'RC 3, build 1047',
      because: 'RC 3 (build 1047) contains every commit of release/8.9.2.',
      value: { amount: 2, unit: 'of 2 picks' },
    });
  });

  test('waits while an RC with the missing commit is building, and says how many picks are in a build', () => {
    const finding = judgeIt({
      facts: {
        branch: aBranch(third),
        commits: sampleCommits,
        builds: [
          aBuild(),
          aBuild({
            number: '1049',
            candidate: 4,
            state: 'building',
            commit: third,
            startedAt: '2024-10-01T11:58:00.000Z',
            expectedAt: '2024-10-01T12:41:00.000Z',
          }),
        ],
        missing: { [second]: [third] },
      },
    });
    expect(finding).toMatchObject({
      colour: 'yellow',
      headline: 'RC 4 building',
      because:
        '2 of 3 picks are in a build. RC 4 (build 1049) with c3c3c3c (Resume after the car reconnects (#88213)) has been building since Tue 13:58 and is expected at Tue 14:41.',
      turnsGreen: 'when RC 4 is built',
      looksAgainAt: '2024-10-01T12:41:00.000Z',
    });
  });

  test('stops when a commit is in no build and none is building', () => {
    const finding = judgeIt({
      facts: { branch: aBranch(third), commits: sampleCommits, builds: [aBuild()], missing: { [second]: [third] } },
    });
    expect(finding).toMatchObject({
      colour: 'red',
      headline: '1 commit in no build',
      because:
        'Commit c3c3c3c (Resume after the car reconnects (#88213)) is in no build. RC 3 (build 1047) lacks it, and none is building.'.replace(
          'C3c',
          'c3c',
        ),
      who: [{ kind: 'role', name: 'release manager', what: 'starts an RC of release/8.9.2' }],
    });
  });

  test('stops when the RC that is building lacks the commit as well', () => {
    const builds = [aBuild(), aBuild({ number: '1048', candidate: 4, state: 'building', commit: second })];
    const finding = judgeIt({ facts: { branch: aBranch(third), commits: sampleCommits, builds, missing: { [second]: [third] } } });
    expect(finding).toMatchObject({ colour: 'red', because: expect.stringContaining('RC 4 is building without it') as string });
  });

  test('waits for as long as the policy lets a commit wait for its build', () => {
    const facts = { branch: aBranch(third), commits: sampleCommits, builds: [aBuild()], missing: { [second]: [third] } };
    expect(judgeIt({ settings: { within: '1h' }, facts })).toMatchObject({ colour: 'yellow', looksAgainAt: '2024-10-01T12:31:00.000Z' });
    expect(judgeIt({ settings: { within: '1h' }, facts, now: '2024-10-01T12:31:00.000Z' }).colour).toBe('red');
  });

  test('does not mind commits of a kind that the policy calls harmless, and names them', () => {
    const commits = [...sampleCommits.slice(0, 2), aCommit({ sha: third, category: 'translations', subject: 'New translations' })];
    const finding = judgeIt({ facts: { branch: aBranch(third), commits, builds: [aBuild()], missing: { [second]: [third] } } });
    expect(finding).toMatchObject({
      colour: 'green',
      because: expect.stringContaining('1 commit of a kind that needs no new build is not in it: c3c3c3c (New translations)') as string,
    });
  });

  test('finds code that hides among harmless commits, and a commit that the list does not name', () => {
    const commits = [aCommit({ sha: first, category: 'translations' }), aCommit({ sha: third, subject: 'Really code' })];
    const facts = { branch: aBranch(third), commits, builds: [aBuild({ commit: 'd4d4d4d' })], missing: { d4d4d4d: [first, third] } };
    expect(judgeIt({ facts })).toMatchObject({ colour: 'red', headline: '1 commit in no build' });
    expect(judgeIt({ facts: { ...facts, missing: { d4d4d4d: [first, third, 'e5e5e5e'] } } })).toMatchObject({
      colour: 'red',
      headline: '2 commits in no build',
    });
    expect(judgeIt({ facts, policy: aPolicy({ ignore: [] }) }).headline).toBe('2 commits in no build');
  });

  test('is unknown while what the build lacks is not worked out, or was worked out for an older head', () => {
    const facts = { branch: aBranch(third), commits: sampleCommits, builds: [aBuild()] };
    expect(judgeIt({ facts })).toMatchObject({ colour: 'unknown', headline: 'Not worked out yet' });
    expect(judgeIt({ facts: { ...facts, missing: { [second]: [] } } }).colour).toBe('unknown');
  });

  test('is unknown when the branch was never read', () => {
    expect(judgeIt({ facts: { builds: [aBuild()] } })).toMatchObject({ colour: 'unknown', headline: 'Branch not read' });
  });

  test('waits for branch day, and for the first RC of a branch without commits', () => {
    expect(judgeIt({ track: aTrack('developing') })).toMatchObject({ colour: 'yellow', headline: 'Not cut yet' });
    expect(judgeIt({ facts: { branch: aBranch(sampleShas.cut) } })).toMatchObject({ colour: 'yellow', headline: 'No RC yet' });
    expect(judgeIt({ facts: { branch: aBranch(first), commits: sampleCommits.slice(0, 1) } })).toMatchObject({
      colour: 'red',
      headline: '1 commit in no build',
    });
  });

  test('says so when the newest RC failed and the one before is complete', () => {
    const builds = [aBuild(), aBuild({ number: '1048', candidate: 4, state: 'failed' })];
    const finding = judgeIt({ facts: { branch: aBranch(second), commits: sampleCommits.slice(0, 2), builds } });
    expect(finding).toMatchObject({
      colour: 'yellow',
      headline: 'RC 4 failed',
      because: expect.stringContaining('RC 3 (build 1047) contains every commit') as string,
    });
  });

  test('stops when the newest RC failed and no other has the commit', () => {
    const builds = [aBuild(), aBuild({ number: '1048', candidate: 4, state: 'failed', commit: third })];
    const finding = judgeIt({ facts: { branch: aBranch(third), commits: sampleCommits, builds, missing: { [second]: [third] } } });
    expect(finding).toMatchObject({
      colour: 'red',
      because: expect.stringContaining('RC 4 (build 1048), which came after it, failed to build') as string,
    });
  });

  test('returns to Caution when a newer RC exists beside the final candidate', () => {
    const builds = [aBuild(), aBuild({ number: '1049', candidate: 4, at: '2024-10-01T10:00:00.000Z' })];
    const facts = { branch: aBranch(second), commits: sampleCommits.slice(0, 2), builds };
    expect(judgeIt({ track: aTrack('candidate'), step: 'submit', facts })).toMatchObject({
      colour: 'yellow',
      headline: 'RC 4 is newer',
      turnsGreen: 'when RC 4 is chosen as the final candidate',
    });
    expect(judgeIt({ track: aTrack('in-review'), step: '1%', facts }).colour).toBe('green');
  });

  test('shows a commit that came after the review began as not in the shipped build', () => {
    const finding = judgeIt({
      track: aTrack('rolling-out'),
      step: '100%',
      facts: { branch: aBranch(third), commits: sampleCommits, builds: [aBuild()], missing: { [second]: [third] } },
    });
    expect(finding).toMatchObject({
      colour: 'green',
      headline: 'RC 3, build 1047',
      aside: '1 later commit',
      because: expect.stringContaining('is not in the shipped build') as string,
    });
  });

  test('does not take a build of an abandoned cut for an RC', () => {
    const track = aTrack('stabilising', { cut: { branch: 'release/8.9.2', sha: first, at: '2024-10-01T09:00:00.000Z', inferred: false } });
    const finding = judgeIt({
      track,
      facts: { branch: aBranch(third), commits: [aCommit({ sha: third })], builds: [aBuild()], missing: { [second]: [] } },
    });
    expect(finding).toMatchObject({ colour: 'red', because: expect.stringContaining('No RC was built yet') as string });
  });

  test('stops on a build that a storefront rejected, until there is a newer one', () => {
    const facts = { branch: aBranch(second), commits: sampleCommits.slice(0, 2), builds: [aBuild()] };
    expect(judgeIt({ track: aTrack('stabilising', { rejectedBuilds: ['1047'] }), facts })).toMatchObject({
      colour: 'red',
      headline: 'RC 3 was rejected',
    });
  });

  test('knows a commit by its abbreviated id', () => {
    const finding = judgeIt({
      facts: { branch: aBranch(second), commits: sampleCommits.slice(0, 2), builds: [aBuild({ commit: second.slice(0, 8) })] },
      now: sampleNow,
    });
    expect(finding.colour).toBe('green');
  });
});
