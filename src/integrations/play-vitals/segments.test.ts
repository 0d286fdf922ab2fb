import { expect, test } from 'vitest';
import { segmentOf } from './segments.ts';

test('a level of the API is the version of Android that others tell, and a newer one keeps its number', () => {
  expect(['34', '32', '26', '41'].map((level) => segmentOf('os', level))).toEqual([
    'os=Android 14',
    'os=Android 12L',
    'os=Android 8',
    'os=Android API 41',
  ]);
});

test('what Play cannot place is no segment', () => {
  expect([
    segmentOf('country', ''),
    segmentOf('country', 'XYZ'),
    segmentOf('os', ''),
    segmentOf('os', 'UNKNOWN'),
    segmentOf('os', '0'),
    segmentOf('device', ''),
    segmentOf('device', 'UNKNOWN'),
  ]).toEqual([null, null, null, null, null, null, null]);
  expect([segmentOf('country', 'BR'), segmentOf('device', 'google/coral')]).toEqual(['country=BR', 'device=google/coral']);
});
