import { describe, expect, test } from 'vitest';
import type { Effect } from './actions.ts';
import { noticeKindOf, noticeKinds, noticeRules, tallyOf } from './notices.ts';

const told = (key: string, effect: Effect = { kind: 'announce', text: 'Music 8.9.2' }) => noticeKindOf({ key, effect });

describe('a message', () => {
  test.each([
    ['of a halted rollout is a page', 'music/8.9.2/ios:page:halt:1:x', { kind: 'page', text: 'Music', reason: 'the robot halted' }, 'page'],
    ['to a team is a nudge', 'music/8.9.2/ios:nudge:player:2024-10-01T12:20:00.000Z', undefined, 'nudge'],
    ['that somebody posts on a release is an update', 'music/8.9.2:update:3:a1b2c3d4', undefined, 'update'],
    ['about a step is news', 'music/8.9.2/ios:announce:submitted:1:x', undefined, 'news'],
    ['is not what else is ordered', 'music/8.9.2/ios:cut:x', { kind: 'ensure-branch', branch: 'release/8.9.2', at: null }, null],
  ] as const)('%s', (_, key, effect, kind) => expect(told(key, effect)).toBe(kind));

  test('that is ordered and not yet done waits; one that was dropped is told nowhere', () => {
    expect(tallyOf(['done', 'ordered', 'trying', 'waiting', 'refused', 'void'])).toEqual({ waiting: 3, refused: 1 });
  });
});

test('every kind of message has one line in the table, and only a page is urgent', () => {
  expect(noticeRules.map(({ kind }) => kind)).toEqual(noticeKinds);
  expect(noticeRules.filter(({ isUrgent }) => isUrgent).map(({ kind }) => kind)).toEqual(['page']);
});
