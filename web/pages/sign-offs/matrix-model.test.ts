import { describe, expect, test } from 'vitest';
import type { Me } from '../../api/authority.ts';
import { actsOf, countText, inOrder, lampOf, owes, whyNoActs, wordTitle } from './matrix-model.ts';
import type { Column, Row, Word } from './matrix-model.ts';

const word = (part: Partial<Word> = {}): Word => ({
  state: 'signed',
  on: { number: '1047', candidate: 3 },
  by: 'A. Osei',
  at: '2024-10-01T12:00:00.000Z',
  note: null,
  until: null,
  askedAgain: false,
  late: false,
  ...part,
});
const column = (part: Partial<Column> = {}): Column => ({
  track: 'music/8.9.2/ios',
  platform: 'ios',
  stage: 'candidate',
  revision: 1,
  build: { number: '1047', candidate: 3, final: true },
  newer: null,
  dueAt: null,
  signed: 25,
  of: 26,
  optedOut: 5,
  late: 0,
  ...part,
});
const row = (team: string, ...cells: Row['cells']): Row => ({ team, channel: null, cells });
const me = (part: Partial<Me> = {}): Me => ({ name: 'A. Osei', roles: ['member'], teams: ['player'], isAdmin: false, ...part });

describe('a cell', () => {
  test.each([
    ['a word on what ships is clear', word(), 'clear', 'Signed on RC 3'],
    ['a word on an older RC is asked again', word({ askedAgain: true }), 'caution', 'Signed on RC 3, asked again'],
    ['a rejection stops', word({ state: 'rejected' }), 'stop', 'Cannot sign off on RC 3'],
    ['one that is late stops', word({ state: 'pending', on: null, late: true }), 'stop', 'Pending, late'],
    ['an opted-out team owes nothing', word({ state: 'opted-out', on: null }), 'not-needed-yet', 'Opted out'],
  ])('%s', (_, said, lamp, title) => {
    expect([lampOf(said), wordTitle(said)]).toEqual([lamp, title]);
  });

  test('waits for nobody before there is a build to sign', () => {
    expect(lampOf(word({ state: 'pending', on: null }), false)).toBe('not-needed-yet');
  });

  test('offers its own team what comes next, and other teams nothing', () => {
    expect(actsOf(word(), column(), 'player', me()).map(({ state }) => state)).toEqual(['withdrawn']);
    expect(actsOf(word({ askedAgain: true }), column(), 'player', me()).map(({ label }) => label)).toEqual([
      'Sign off RC 3',
      'Cannot sign off',
      'Testing has begun',
    ]);
    expect(actsOf(word({ state: 'testing' }), column(), 'player', me()).map(({ state }) => state)).toEqual(['signed', 'rejected']);
    expect(actsOf(word({ state: 'pending' }), column(), 'search', me())).toEqual([]);
    expect(actsOf(word({ state: 'pending' }), column({ build: null }), 'player', me())).toEqual([]);
    expect(actsOf(word({ state: 'pending' }), column({ stage: 'developing' }), 'player', me())).toEqual([]);
    expect(actsOf(word({ state: 'opted-out' }), column(), 'player', me())).toEqual([]);
  });
});

describe('the matrix', () => {
  test('has my teams first, then who owes a word, then the order of the policy', () => {
    const rows = [row('home', word()), row('search', word({ state: 'pending' })), row('player', word())];
    expect(inOrder(rows, me()).map(({ team }) => team)).toEqual(['player', 'search', 'home']);
    expect([owes(null), owes(word()), owes(word({ askedAgain: true }))]).toEqual([false, false, true]);
  });

  test('counts who signed of those who must', () => {
    expect(countText(column())).toBe('25 of 26, 5 opted out');
    expect(countText(column({ optedOut: 0 }))).toBe('25 of 26');
  });

  test('says why a viewer has nothing to press', () => {
    const rows = [row('player', word())];
    expect(whyNoActs([column()], rows, me())).toBeNull();
    expect(whyNoActs([column()], rows, me({ roles: ['viewer'] }))).toContain('its own people');
    expect(whyNoActs([column()], rows, me({ teams: ['kids'] }))).toContain('none of these teams');
    expect(whyNoActs([column({ build: null })], rows, me())).toContain('nothing to sign');
  });
});
