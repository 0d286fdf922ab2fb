import { expect, test } from 'vitest';
import { diffInWords, marksOf, signOf, trackName } from './effect-model.ts';

test('a track is named as people call it', () => {
  expect(trackName('music/8.9.2/ios')).toEqual({ platform: 'ios', version: '8.9.2', text: 'iOS 8.9.2' });
});

test.each([
  [{ added: 0, removed: 0 }, 'The text is the same'],
  [{ added: 1, removed: 0 }, '1 line added'],
  [{ added: 0, removed: 2 }, '2 lines taken out'],
  [{ added: 3, removed: 1 }, '3 lines added, 1 taken out'],
])('a difference is told in words: %o', (diff, words) => {
  expect(diffInWords(diff)).toBe(words);
});

test('a line that was added or taken out has a sign of its own beside its colour', () => {
  expect([signOf('added'), signOf('removed'), signOf('same'), signOf('gap')]).toEqual(['+', '−', ' ', ' ']);
});

test('a line with several faults is told all of them', () => {
  const marks = marksOf([
    { line: 4, because: 'no such key' },
    { line: 9, because: 'no number' },
    { line: 4, because: 'and no map' },
  ]);
  expect([...marks]).toEqual([
    [4, 'no such key; and no map'],
    [9, 'no number'],
  ]);
});
