import { expect, test } from 'vitest';
import { sentencesOf } from './sentences.ts';

const plain = (text: string) => ({ text, strong: false });
const strong = (text: string) => ({ text, strong: true });

test('the summary falls into its sentences, and joined they are the summary', () => {
  const parts = [
    strong('iOS is held'),
    plain(' by 3 criteria, 26 h behind plan. '),
    strong('Android'),
    plain(' is at 0.5% of 8.9.2. Next: '),
    strong('100%'),
  ];
  const sentences = sentencesOf(parts);
  expect(sentences.map((sentence) => sentence.map(({ text }) => text).join(''))).toEqual([
    'iOS is held by 3 criteria, 26 h behind plan. ',
    'Android is at 0.5% of 8.9.2. ',
    'Next: 100%',
  ]);
  expect(
    sentences
      .flat()
      .map(({ text }) => text)
      .join(''),
  ).toBe(parts.map(({ text }) => text).join(''));
});

test('a summary without parts has no sentences', () => {
  expect(sentencesOf([])).toEqual([]);
});
