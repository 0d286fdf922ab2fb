import { expect, test } from 'vitest';
import { ownerOf } from './by-path.ts';
import type { CodeOwnership, OwningTeam } from './by-path.ts';

const teams: OwningTeam[] = [
  { id: 'onboarding', owns: ['CODEOWNERS'] },
  { id: 'player', owns: ['ios/Player/**'] },
];
const repository = (paths: Record<string, string[]>, text = 'ios/ @acme/ios\nios/SignUp/ @acme/Onboarding\n'): CodeOwnership => ({
  file: { path: '.github/CODEOWNERS', text },
  paths,
});

test('a crash belongs to the team of the innermost frame that anybody owns, with the path and the rule', () => {
  const code = ['UIKitCore', null, 'SignUp/EmailField.swift:118', 'Player/Queue.swift:7'];
  const paths = { 'SignUp/EmailField.swift:118': ['ios/SignUp/EmailField.swift'], 'Player/Queue.swift:7': ['ios/Player/Queue.swift'] };
  expect(ownerOf(code, teams, repository(paths))).toEqual({
    team: 'onboarding',
    path: 'ios/SignUp/EmailField.swift',
    rule: 'ios/SignUp/',
    from: 'codeowners',
    frame: 2,
  });
});

test('what the policy says comes before the file', () => {
  const paths = { 'Queue.swift': ['ios/Player/Queue.swift'] };
  expect(ownerOf(['Queue.swift'], teams, repository(paths))).toMatchObject({ team: 'player', rule: 'ios/Player/**', from: 'policy' });
});

test('a name that files of several teams have tells nothing, and the next frame speaks', () => {
  const paths = { 'Util.swift': ['ios/SignUp/Util.swift', 'ios/Player/Util.swift'], 'Queue.swift': ['ios/Player/Queue.swift'] };
  expect(ownerOf(['Util.swift', 'Queue.swift'], teams, repository(paths))).toMatchObject({ team: 'player', frame: 1 });
});

test.each([
  ['no frames', [], repository({}), 'the samples have no frames'],
  ['frames without places', [null], repository({}), 'no frame tells where it is in the code'],
  ['files that are not there', ['Gone.swift'], repository({}), 'the repository has no file of these names'],
  [
    'an owner that is no team',
    ['App.swift'],
    repository({ 'App.swift': ['ios/App.swift'] }),
    '.github/CODEOWNERS names @acme/ios, who is no team of the policy',
  ],
  ['a path without a rule', ['App.kt'], repository({ 'App.kt': ['android/App.kt'] }), 'no rule speaks of these paths'],
])('%s: no owner, and why', (_, code, repo, because) => {
  expect(ownerOf(code, teams, repo)).toEqual({ team: null, because });
});

test('without rules and without a repository nobody owns anything', () => {
  expect(ownerOf(['a/b.ts'], [{ id: 'player', owns: [] }], null)).toEqual({
    team: null,
    because: 'no team owns paths in the policy, and no repository is connected',
  });
  expect(ownerOf(['./ios/Player/Queue.swift:3'], teams, null)).toMatchObject({ team: 'player', path: 'ios/Player/Queue.swift' });
});
