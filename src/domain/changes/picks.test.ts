import { expect, test } from 'vitest';
import { aBranch, aBuild, aPolicy, aTrack, sampleCommits, sampleShas, someFacts } from '../criteria/testing.ts';
import type { CherryPick, TrackFacts } from '../facts.ts';
import { progressOf } from './picks.ts';

const trunk = 'd4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4';
const pick: CherryPick = {
  id: 'p1',
  commit: trunk,
  title: 'Resume after the car reconnects',
  bug: null,
  risk: 'small',
  askedBy: 'M. Lind',
  askedById: '1',
  askedAt: '2024-10-01T10:00:00.000Z',
  state: 'accepted',
  answeredBy: 'T. Becker',
  answer: 'critical',
};
const onBranch = sampleCommits.map((commit) =>
  commit.sha === sampleShas.third ? { ...commit, origin: { sha: trunk, reference: null, evidence: ['x-trailer' as const] } } : commit,
);
const state = (of: CherryPick, facts: Partial<TrackFacts>) => progressOf(of, aTrack('stabilising'), someFacts(facts), aPolicy()).state;

test('an accepted pick is merged when a commit of the branch came from it', () => {
  expect(state(pick, { branch: aBranch(), commits: sampleCommits.slice(0, 2) })).toBe('accepted');
  expect(
    state(pick, {
      branch: aBranch(sampleShas.third),
      commits: onBranch,
      builds: [aBuild()],
      missing: { [sampleShas.second]: [sampleShas.third] },
    }),
  ).toBe('merged');
});

test('it is in a build when an RC that was built has it, and back on trunk when it came from there', () => {
  const built = { branch: aBranch(sampleShas.third), builds: [aBuild({ commit: sampleShas.third })], missing: {} };
  expect(state(pick, { ...built, commits: onBranch })).toBe('back-on-trunk');
  expect(state({ ...pick, commit: sampleShas.third }, { ...built, commits: sampleCommits })).toBe('in-build');
});

test('a pick that waits or was refused stays so', () => {
  const built = { branch: aBranch(sampleShas.third), commits: onBranch, builds: [aBuild({ commit: sampleShas.third })], missing: {} };
  expect(state({ ...pick, state: 'asked' }, built)).toBe('asked');
  expect(state({ ...pick, state: 'refused' }, built)).toBe('refused');
});
