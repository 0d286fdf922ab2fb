import { expect, test } from 'vitest';
import { spanOf } from './health-model.ts';
import { healthSearch } from './search.ts';

const track = (version: string, start?: string, platform = 'android'): Parameters<typeof spanOf>[0][number] => ({
  platform,
  version,
  stage: 'rolling-out',
  reached: start === undefined ? {} : { 'rolling-out': start },
});
const tracks = [
  track('8.9.3'),
  track('8.9.2', '2024-10-01T06:05:00.000Z'),
  track('8.9.1', '2024-09-24T07:05:00.000Z'),
  track('9.0.0', '2024-10-01T10:00:00.000Z', 'ios'),
];

test('a picture by age is as long as the newest version that is out, its first day whole', () => {
  expect(spanOf(tracks, 'android', undefined, '2024-10-01T12:20:00.000Z')).toBe(24);
  expect(spanOf(tracks, 'android', undefined, '2024-10-03T06:20:00.000Z')).toBe(72);
  expect(spanOf(tracks, 'android', '8.9.1', '2024-10-01T12:20:00.000Z')).toBe(192);
});

test('of a version that is not out, or is none of the room, everything is shown', () => {
  expect(spanOf(tracks, 'android', '8.9.3', '2024-10-01T12:20:00.000Z')).toBeNull();
  expect(spanOf(tracks, 'android', '8.0.0', '2024-10-01T12:20:00.000Z')).toBeNull();
  expect(spanOf([], 'android', undefined, '2024-10-01T12:20:00.000Z')).toBeNull();
});

test('an address says what is chosen, and what the API would refuse is left out', () => {
  expect(
    healthSearch({ platform: 'ios', version: 8, segment: 'os=Android 14', by: 'date', as: 'table', span: 'all', audience: 'beta' }),
  ).toEqual({
    platform: 'ios',
    version: '8',
    segment: 'os=Android 14',
    by: 'date',
    as: 'table',
    span: 'all',
    audience: 'beta',
  });
  expect(healthSearch({ platform: 'i os', metric: '', version: '', segment: 'all', by: 'age', audience: 'production', as: 'x' })).toEqual(
    {},
  );
});
