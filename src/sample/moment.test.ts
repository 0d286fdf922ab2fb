import { expect, test } from 'vitest';
import { stockholm, storyTime } from './moment.ts';

test('a moment of the story is told as its people read it', () => {
  expect(storyTime(stockholm('10-01 14:20'))).toBe('Tue 1 Oct 2024 14:20');
  expect(storyTime('2030-12-31T23:30:00.000Z')).toBe('Wed 1 Jan 2031 00:30');
});

test('a moment that the story cannot have is refused', () => {
  expect(() => stockholm('2024-10-01')).toThrow('it should look like 10-01 14:20');
});
