import { expect, test } from 'vitest';
import { lagInWords, sampleText, stateOf } from './sources-model.ts';

const now = '2024-10-01T12:00:00.000Z';
const at = (watermark: string | null, lastToldAt = now) => stateOf({ watermark, lastToldAt, told: 9 }, now);

test('a source is late when it has missed hours, and silent after a day', () => {
  expect(at('2024-10-01T11:00:00.000Z')).toBe('fresh');
  expect(at('2024-10-01T08:00:00.000Z')).toBe('late');
  expect(at('2024-09-30T08:00:00.000Z')).toBe('silent');
  // without a watermark it is what it told last that counts
  expect(at(null)).toBe('fresh');
  expect(at(null, '2024-09-01T00:00:00.000Z')).toBe('silent');
  // and what was never believed tells nothing
  expect(stateOf({ watermark: null, lastToldAt: now, told: 0 }, now)).toBe('silent');
});

test('how late hours come is said in words, and a sample is not longer than is read', () => {
  expect(lagInWords(720)).toBe('12 minutes after the hour ended');
  expect(lagInWords(-5)).toBe('while the hour goes on');
  expect(lagInWords(null)).toBe('not measured yet');
  expect(sampleText({ consumption: -1 })).toBe('{\n "consumption": -1\n}');
  expect(sampleText('x'.repeat(3000))).toHaveLength(2001);
});
