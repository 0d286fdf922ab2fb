import { describe, expect, test } from 'vitest';
import { inOrderOfTriage, likelihoodOf, releaseOf, tabsOf } from './triage.ts';
import type { LiveRelease, TriageBug } from './triage.ts';

const live: readonly LiveRelease[] = [
  { version: '8.9.1', part: 'watched' },
  { version: '8.9.2', part: 'current' },
  { version: '8.9.3', part: 'upcoming' },
];
const bug = (part: Partial<TriageBug> = {}): TriageBug => ({
  key: 'PLAY-1',
  state: 'open',
  team: 'player',
  nominated: false,
  severity: null,
  flow: null,
  versions: ['8.9.2'],
  since: '2024-10-01T12:00:00.000Z',
  decisions: [],
  uncleared: false,
  ...part,
});

describe('the tabs a bug stands in', () => {
  test.each([
    ['without a team it is to be routed', bug({ team: null }), ['all', 'no-team']],
    ['nominated without a team it waits for both', bug({ team: null, nominated: true }), ['all', 'no-team', 'nominated']],
    ['one that was asked about goes on waiting', bug({ decisions: ['ask'] }), ['all', 'nominated']],
    ['decided, it waits no more and is watched', bug({ nominated: true, decisions: ['not-a-blocker'] }), ['all', 'watching']],
    ['an uncleared blocker holds, also when the tracker calls it closed', bug({ state: 'closed', uncleared: true }), ['all', 'blockers']],
    ['closed, it is nobody’s work', bug({ state: 'closed', team: null }), ['all']],
    ['one of the past stands among all only', bug({ versions: ['7.0.0'], team: null }), ['all']],
  ])('%s', (_, which, tabs) => {
    expect(tabsOf(which, live)).toEqual(tabs);
  });
});

describe('how near a bug is to blocking', () => {
  test.each([
    ['a critical one is likely to', bug({ severity: 'critical' }), 'likely'],
    ['so is one in a critical flow', bug({ flow: 'signup' }), 'likely'],
    ['a low one in a critical flow is not', bug({ flow: 'signup', severity: 'low' }), 'unlikely'],
    ['a nominated one may', bug({ nominated: true }), 'may'],
    ['decided against, it is not', bug({ severity: 'critical', decisions: ['not-a-blocker'] }), 'unlikely'],
    ['in a critical flow whose name is written otherwise, it is likely too', bug({ flow: 'Sign-up', severity: 'high' }), 'likely'],
    ['decided against on one track only, it still is', bug({ severity: 'critical', decisions: ['not-a-blocker', 'ask'] }), 'likely'],
  ])('%s', (_, which, likelihood) => {
    expect(likelihoodOf(which, ['signup'])).toBe(likelihood);
  });
});

test('current release first, likely blockers first, then what waits longest', () => {
  const bugs = [
    bug({ key: 'upcoming', versions: ['8.9.3'], severity: 'critical' }),
    bug({ key: 'young', since: '2024-10-01T13:00:00.000Z' }),
    bug({ key: 'old', since: '2024-09-30T13:00:00.000Z' }),
    bug({ key: 'past', versions: ['7.0.0'], severity: 'critical' }),
    bug({ key: 'watched', versions: ['8.9.1'] }),
    bug({ key: 'critical', severity: 'critical', versions: ['8.9.3', '8.9.2'] }),
  ];
  expect(inOrderOfTriage(bugs, live, []).map(({ key }) => key)).toEqual(['critical', 'old', 'young', 'upcoming', 'watched', 'past']);
  expect(releaseOf(bug({ versions: ['8.9.1', '8.9.3'] }), live)?.version).toBe('8.9.3');
});
