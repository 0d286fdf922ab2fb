import { describe, expect, test } from 'vitest';
import type { PickInFull, ReleaseChanges } from '#api/release-lists.ts';
import { answersOf, categoryName, emptyText, inLane, lanes, pickNote } from './changes-model.ts';

const pick = (number: number, state: PickInFull['state'], inNewest: boolean | null = null) =>
  ({ number, state, inNewest }) as unknown as PickInFull;

describe('the lanes of the cherry-picks', () => {
  const picks = [pick(1, 'asked'), pick(2, 'merged'), pick(3, 'in-build', true), pick(4, 'asked'), pick(5, 'refused')];

  test('hold each pick once, in the order in which they were told', () => {
    expect(inLane(picks, 'asked')).toEqual([picks[0], picks[3]]);
    const shown = [...lanes.map(({ id }) => id), 'refused' as const].flatMap((lane) => inLane(picks, lane));
    expect(new Set(shown)).toEqual(new Set(picks));
    expect(shown).toHaveLength(picks.length);
  });

  test('say of an empty one only what is true: what was built may be back on main already', () => {
    expect(emptyText('in-build', [pick(1, 'merged')])).toBe('No cherry-pick is in a build yet.');
    expect(emptyText('in-build', [pick(1, 'back-on-trunk', true)])).toBe('All that are in a build are back on main.');
    expect(emptyText('asked', [pick(1, 'back-on-trunk', true)])).toBe('Nobody waits for an answer.');
  });
});

describe('a pick that was built', () => {
  test('says so when the newest build came from before it', () => {
    expect(pickNote(pick(1, 'in-build', false))).toBe('not in the newest build');
    expect(pickNote(pick(2, 'back-on-trunk', false))).toBe('not in the newest build');
  });

  test('says nothing when it is in the newest, or when nothing is known of it', () => {
    expect(pickNote(pick(1, 'in-build', true))).toBeNull();
    expect(pickNote(pick(2, 'in-build', null))).toBeNull();
  });

  test('is no matter of one that waits to be built', () => {
    expect(pickNote(pick(1, 'merged', false))).toBeNull();
  });
});

describe('the answer above the lanes', () => {
  test('is told once for the tracks that say the same, each by its platform', () => {
    const tracks = [
      { platform: 'android', answer: 'All 11 are in.', complete: true },
      { platform: 'ios', answer: '11 of 12 are in.', complete: false },
      { platform: 'desktop', answer: 'All 11 are in.', complete: true },
    ] as unknown as ReleaseChanges['tracks'];
    expect(answersOf(tracks)).toEqual([
      { answer: 'All 11 are in.', complete: true, platforms: ['android', 'desktop'] },
      { answer: '11 of 12 are in.', complete: false, platforms: ['ios'] },
    ]);
  });
});

test('a category that has no words of its own is told as it came', () => {
  expect([categoryName('version-bump'), categoryName('licences')]).toEqual(['version bump', 'licences']);
});
