import { expect, test } from 'vitest';
import { followed } from './useSoughtWords.ts';

const field = (text: string, address: string, sent: string) => ({ text, address, sent });

test('a field keeps what is typed on while its words come into the address', () => {
  expect(followed(field('crash in ', '', 'crash in'), 'crash in')).toEqual(field('crash in ', 'crash in', 'crash in'));
  expect(followed(field('crash in play', '', 'crash'), 'crash').text).toBe('crash in play');
});

test('a field follows its address where somebody goes back, or takes the filter away', () => {
  expect(followed(field('crash', 'crash', 'crash'), '')).toEqual(field('', '', ''));
  expect(followed(field('', '', ''), 'crash').text).toBe('crash');
  // also while something is typed that did not go there yet
  expect(followed(field('crash in', 'crash', 'crash'), '').text).toBe('');
});

test('a field whose address stays is left alone', () => {
  const typed = field('cra', '', '');
  expect(followed(typed, '')).toBe(typed);
});
