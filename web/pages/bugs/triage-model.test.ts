import { describe, expect, test } from 'vitest';
import type { TrackHead } from '#api/control-room.ts';
import type { PlanView } from '#api/tracks.ts';
import type { TriageLine } from '#api/triage.ts';
import type { Cell } from '#api/verdict.ts';
import { actText, effectText, emptyText, groupsOf, lineState, missingOf, neighbour, tracksText } from './triage-model.ts';
import type { Draft } from './triage-model.ts';

const head = (platform: string, version = '8.9.2') =>
  ({ id: `music/${version}/${platform}`, platform, version, stage: 'stabilising' }) as unknown as TrackHead;
const ios = head('ios');
const android = head('android');
const draft = (part: Partial<Draft> = {}): Draft => ({ team: null, decision: null, tracks: [ios.id], reason: 'why', ...part });
const name = (id: string): string => `${id.charAt(0).toUpperCase()}${id.slice(1)}`;
const line = (part: Partial<TriageLine> = {}) =>
  ({ key: 'PLAY-1', state: 'open', likelihood: 'likely', release: '8.9.2', decisions: [], ...part }) as unknown as TriageLine;

describe('the one button', () => {
  test.each([
    ['assigns and decides', draft({ team: 'onboarding', decision: 'blocker' }), 'Assign to Onboarding, mark as blocker on iOS'],
    ['only decides when the team has it already', draft({ team: 'player', decision: 'fall-back' }), 'Fall back on iOS'],
    ['names every track', draft({ decision: 'ask', tracks: [ios.id, android.id] }), 'Ask for more on iOS and Android'],
    ['does nothing where nothing is chosen', draft(), null],
    ['does nothing where no track is chosen', draft({ decision: 'blocker', tracks: [] }), null],
  ])('%s', (_, asked, text) => {
    expect(actText(asked, 'player', [ios, android], name)).toBe(text);
  });

  test('says what is missing', () => {
    expect(missingOf(draft(), null, [ios])).toBe('Choose a team or a decision.');
    expect(missingOf(draft({ decision: 'blocker', tracks: [] }), null, [ios])).toBe('Choose a track for the decision.');
    expect(missingOf(draft({ decision: 'blocker', reason: '  ' }), null, [ios])).toContain('Say why');
    expect(missingOf(draft({ team: 'player', reason: '' }), null, [ios])).toBeNull();
  });

  test('names the version where the tracks are of several', () => {
    expect(tracksText([ios, head('ios', '8.9.3')])).toBe('iOS 8.9.2 and iOS 8.9.3');
  });
});

describe('the effect of a decision', () => {
  const cell = (amount: number, holds: string | null) =>
    ({ track: ios.id, kind: 'no-blocking-bugs', value: { amount, unit: 'blockers' }, holds }) as unknown as Cell;
  const plan = (...cells: Cell[]) => ({ stage: 'stabilising', cells }) as unknown as PlanView;

  test('tells blockers and holds before and after', () => {
    expect(effectText(plan(cell(2, 'submit')), ios, [cell(1, 'submit')])).toBe(
      'iOS goes from 1 to 2 open blockers; 1 criterion holds it as before.',
    );
    expect(effectText(plan(cell(0, null)), ios, [cell(1, 'submit')])).toBe('iOS goes from 1 to 0 open blockers; nothing holds it then.');
    expect(effectText(plan(cell(0, null)), ios, [cell(0, null)])).toBe('iOS stays at 0 open blockers; nothing holds it.');
  });
});

describe('the list', () => {
  test('stands under the releases, each with its part', () => {
    const groups = groupsOf(
      [line(), line({ key: 'PLAY-2', release: '8.9.3' }), line({ key: 'PLAY-3' }), line({ key: 'PLAY-4', release: null })],
      new Map([
        ['8.9.2', 'current'],
        ['8.9.3', 'upcoming'],
      ]),
    );
    expect(groups.map(({ title, lines }) => [title, lines.length])).toEqual([
      ['8.9.2, current. Answer these first', 2],
      ['8.9.3, on main', 1],
      ['Earlier versions', 1],
    ]);
  });

  test('J and K stop at the ends, and begin at one', () => {
    const lines = [line({ key: 'a' }), line({ key: 'b' })];
    expect([neighbour(lines, null, 1), neighbour(lines, 'a', 1), neighbour(lines, 'b', 1), neighbour(lines, 'a', -1)]).toEqual([
      'a',
      'b',
      'b',
      'a',
    ]);
    expect(neighbour([], null, 1)).toBeNull();
  });

  test('says of each bug how near it is to blocking, or what was decided', () => {
    expect(lineState(line())).toEqual({ lamp: 'stop', words: 'Likely blocker' });
    expect(lineState(line({ state: 'closed' }))).toEqual({ lamp: 'clear', words: 'Closed' });
    expect(lineState(line({ state: 'closed', likelihood: 'blocker' }))).toEqual({ lamp: 'stop', words: 'Blocker' });
    const decided = [{ version: '8.9.2', is: 'fall-back' }] as unknown as TriageLine['decisions'];
    expect(lineState(line({ decisions: decided, likelihood: 'unlikely' }))).toEqual({ lamp: 'clear', words: 'Fall back' });
  });

  test('an empty tab says what that means', () => {
    expect(emptyText('no-team', '8.9.2', false)).toEqual({ title: 'No bugs of 8.9.2 without a team.', more: 'Nothing to route.' });
    expect(emptyText('no-team', null, true).more).toContain('filter');
  });
});
