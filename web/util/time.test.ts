import { describe, expect, test } from 'vitest';
import {
  agoText,
  clockTime,
  headerClock,
  isZone,
  minutesText,
  momentText,
  shortLength,
  showHours,
  spokenLength,
  zonesText,
} from './time.ts';

const zone = 'Europe/Stockholm';
const now = '2024-10-01T12:20:00.000Z';

describe('times on the screen', () => {
  test('the header shows day, time and zone of the app', () => {
    expect(headerClock(now, zone)).toBe('Tue 1 Oct, 14:20 CEST');
    expect(headerClock('2024-12-01T12:20:00.000Z', zone)).toBe('Sun 1 Dec, 13:20 CET');
  });

  test.each([
    ['today is a time', '2024-10-01T11:31:00.000Z', '13:31'],
    ['today is told by the zone of the app, not by UTC', '2024-09-30T22:05:00.000Z', '00:05'],
    ['this week has its weekday', '2024-09-27T07:12:00.000Z', 'Fri 09:12'],
    ['earlier has its date', '2024-09-20T07:12:00.000Z', 'Fri 20 Sep, 09:12'],
    ['another year has it', '2023-09-20T07:12:00.000Z', 'Wed 20 Sep 2023, 09:12'],
  ])('%s', (_, at, shown) => {
    expect(momentText(at, now, zone)).toBe(shown);
  });

  test('ages are relative under 48 hours and absolute after', () => {
    expect(agoText('2024-10-01T12:19:38.000Z', now, zone)).toBe('22 s ago');
    expect(agoText('2024-09-29T13:00:00.000Z', now, zone)).toBe('47 h ago');
    expect(agoText('2024-09-27T07:12:00.000Z', now, zone)).toBe('Fri 09:12');
  });

  test('a reading that the clock of the browser puts in the future is not older than now', () => {
    expect(agoText('2024-10-01T12:20:03.000Z', now, zone)).toBe('0 s ago');
  });

  test('lengths are one unit in a cell and a word in a sentence', () => {
    expect([59_999, 60_000, 47 * 3_600_000, 72 * 3_600_000].map(shortLength)).toEqual(['59 s', '1 m', '47 h', '3 d']);
    expect([30_000, 60_000, 17 * 3_600_000, 72 * 3_600_000].map(spokenLength)).toEqual([
      'less than a minute',
      '1 minute',
      '17 hours',
      '3 days',
    ]);
    expect([5, 120, 90, 10_080].map(minutesText)).toEqual(['5 min', '2 h', '1.5 h', '7 d']);
  });

  test('a time is told in the zone of the viewer, of the release and in UTC, each once', () => {
    expect(zonesText(now, zone, 'America/New_York').split('\n')).toEqual([
      'Tue 1 Oct 2024, 08:20 GMT-4, yours',
      'Tue 1 Oct 2024, 14:20 CEST, of the release',
      'Tue 1 Oct 2024, 12:20 UTC',
    ]);
    expect(zonesText(now, zone, zone).split('\n')).toEqual(['Tue 1 Oct 2024, 14:20 CEST', 'Tue 1 Oct 2024, 12:20 UTC']);
    expect(zonesText(now, 'UTC', zone).split('\n')).toEqual([
      'Tue 1 Oct 2024, 14:20 CEST, yours',
      'Tue 1 Oct 2024, 12:20 UTC, of the release',
    ]);
    expect(zonesText(now, 'UTC', 'UTC')).toBe('Tue 1 Oct 2024, 12:20 UTC');
  });

  test('hours are 24, or what the language of the viewer has', () => {
    expect(clockTime(now, zone)).toBe('14:20');
    showHours('locale');
    expect(clockTime(now, zone)).toBe(new Date(now).toLocaleTimeString(undefined, { timeZone: zone, hour: 'numeric', minute: '2-digit' }));
    showHours('24');
    expect(clockTime(now, zone)).toBe('14:20');
  });

  test('a zone is known or it is not', () => {
    expect(['Europe/Stockholm', 'UTC', 'Mars/Olympus', ''].map(isZone)).toEqual([true, true, false, false]);
  });
});
