import { expect, test } from 'vitest';
import { dayAndTime } from './words.ts';

const now = '2024-10-01T12:20:00.000Z';

test('a moment of this week is told by weekday and time in the zone of the plan', () => {
  expect(dayAndTime('2024-10-02T06:05:00.000Z', 'Europe/Stockholm', now)).toBe('Wed 08:05');
  expect(dayAndTime('2024-10-02T06:05:00.000Z', 'America/Los_Angeles', now)).toBe('Tue 23:05');
});

test('a moment further away has its date', () => {
  expect(dayAndTime('2024-12-20T06:05:00.000Z', 'Europe/Stockholm', now)).toBe('Fri 20 Dec 07:05');
});
