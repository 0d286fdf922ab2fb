import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCalendarPattern } from './calendar.ts';
import { isRefused } from './refused.ts';
import { compare, hotfixOf, next, parse, print, readScheme, sort, valid, versionScheme } from './scheme.ts';
import { sure } from './sure.ts';

function calendar(pattern: string, more: object = {}) {
  return versionScheme.parse({ scheme: 'calendar', pattern, ...more });
}

describe('calendar patterns', () => {
  test.each(['YYYY.MM.N', 'YY.WW.N', 'YYYY.N', 'YYYY.0M.0D', 'YYYY0M0D.N', 'YYYY', '0Y.0W', 'YYYY-MM-DD_N'])(
    '%s is understood',
    (pattern) => {
      expect(readCalendarPattern(pattern)).toHaveProperty('tokens');
    },
  );

  test.each([
    ['', 'has no parts'],
    ['MM.YYYY', 'does not start with the year'],
    ['YYYY.N.MM', 'has MM after N'],
    ['YYYY.MM.WW', 'has WW after MM'],
    ['YYYY.DD', 'has a day without its month'],
    ['YYYY..N', 'has a separator with no part beside it'],
    ['.YYYY', 'has a separator with no part beside it'],
    ['YYYY.MMDD', 'runs MM into DD'],
    ['YYYY.Q.N', 'has "Q" at character 6'],
    ['Y'.repeat(41), 'has 41 characters'],
  ])('%j is refused: it %s', (pattern, why) => {
    const refused = readCalendarPattern(pattern);
    expect(refused).toMatchObject({ kind: 'refused', code: 'bad-pattern' });
    expect(isRefused(refused) && refused.was).toContain(why);
    expect(readScheme(`calendar:${pattern}`)).toMatchObject({ code: 'bad-pattern' });
    expect(versionScheme.safeParse({ scheme: 'calendar', pattern }).success).toBe(false);
  });
});

describe('reading calendar versions', () => {
  test.each([
    ['YYYY.MM.N', '2024.10.1'],
    ['YY.WW.N', '24.9.0'],
    ['YYYY.0M.N', '2024.07.3'],
    ['YYYY0M0D.N', '20240229.1'],
    ['YYYY.WW', '2020.53'],
    ['YYYY.WW', '2020.53.2'],
  ])('%s takes %s', (pattern, text) => {
    expect(valid(calendar(pattern), text)).toMatchObject({ kind: 'accepted' });
  });

  test.each([
    ['YYYY.MM.N', '2024.13.1', 'bad-date', 'a month from 1 to 12'],
    ['YYYY.MM.N', '2024.0.1', 'bad-date', 'a month from 1 to 12'],
    ['YYYY.MM.N', '2024.07.1', 'leading-zero', '"7"'],
    ['YYYY.0M.N', '2024.7.1', 'not-in-pattern', '2 digits for 0M'],
    ['YYYY.MM.N', '24.7.1', 'not-in-pattern', '4 digits for YYYY'],
    ['YYYY.MM.N', '2024.7', 'not-in-pattern', 'a version such as "2024.10.1"'],
    ['YYYY.MM.N', '2024.7.1.2', 'not-in-pattern', '"2024.7.1"'],
    ['YYYY.MM.N', '2024-7-1', 'not-in-pattern', 'a version such as "2024.10.1"'],
    ['YYYY.MM.DD', '2023.2.29', 'bad-date', 'a day from 1 to 28'],
    ['YYYY.WW', '2021.53', 'bad-date', 'a week from 1 to 52'],
    ['YYYY.MM.N', '2024.7.-1', 'negative', 'parts of 0 and more'],
    ['YYYY.N', '2024.2147483648', 'part-too-large', 'at most 2147483647'],
    ['YYYY.MM.N', '', 'empty', 'a version such as "1.2.3"'],
  ])('%s refuses %j as %s', (pattern, text, code, wouldBeRight) => {
    expect(valid(calendar(pattern), text)).toMatchObject({ kind: 'refused', code, wouldBeRight });
  });

  test('versions sort by date and then by counter', () => {
    expect(sort(calendar('YYYY.MM.N'), ['2024.10.2', '2024.9.11', '2025.1.1', '2024.10.10'])).toEqual([
      '2024.9.11',
      '2024.10.2',
      '2024.10.10',
      '2025.1.1',
    ]);
  });
});

describe('the next calendar version', () => {
  test.each([
    ['YYYY.MM.N', '2024.10.3', undefined, undefined, '2024.10.4'],
    ['YYYY.MM.N', '2024.10.3', 'MM', undefined, '2024.11.1'],
    ['YYYY.MM.N', '2024.12.3', 'month', undefined, '2025.1.1'],
    ['YY.WW.N', '20.52.2', 'week', undefined, '20.53.1'],
    ['YY.WW.N', '20.53.2', 'week', undefined, '21.1.1'],
    ['YYYY.MM.DD', '2024.2.28', undefined, undefined, '2024.2.29'],
    ['YYYY.MM.DD', '2024.12.31', undefined, undefined, '2025.1.1'],
    ['YYYY0M0D.N', '20240131.4', 'day', undefined, '20240201.1'],
    ['YYYY.MM.N', '2024.10.3', undefined, '2024-10-31', '2024.10.4'],
    ['YYYY.MM.N', '2024.10.3', undefined, '2024-11-01', '2024.11.1'],
    ['YY.WW.N', '24.40.1', undefined, '2024-12-30', '25.1.1'],
    ['YYYY.N', '2024.17', undefined, '2025-01-01', '2025.1'],
  ])('%s: after %s (%s, %s) comes %s', (pattern, version, part, on, expected) => {
    expect(next(calendar(pattern), version, part, { on })).toBe(expected);
  });

  test('taken versions are skipped, the counter may start at 0, and the policy names the part', () => {
    expect(next(calendar('YYYY.MM.N'), '2024.10.3', undefined, { taken: ['2024.10.4', '2024.10.5'] })).toBe('2024.10.6');
    expect(next(calendar('YYYY.MM.N'), '2024.10.3', undefined, { on: '2024-11-05', taken: ['2024.11.1'] })).toBe('2024.11.2');
    expect(next(calendar('YYYY.MM.N', { 'counter-from': 0, next: 'month' }), '2024.10.3')).toBe('2024.11.0');
  });

  test.each([
    ['YYYY.MM.N', '2024.10.3', undefined, '2024-09-30', 'bad-date'],
    ['YYYY.MM.N', '2024.10.3', undefined, '2024-02-30', 'bad-date'],
    ['YYYY.MM.N', '2024.10.3', undefined, 'tomorrow', 'bad-date'],
    ['YYYY.WW', '2024.40', undefined, '2024-10-01', 'no-next'],
    ['YYYY.MM.N', '9999.12.1', 'month', undefined, 'no-next'],
    ['YYYY.N', '2024.2147483647', undefined, undefined, 'no-next'],
    ['YYYY.MM.N', '2024.10.3', 'minor', undefined, 'unknown-part'],
    ['YY.N', '24.1', undefined, '2101-01-01', 'bad-date'],
  ])('%s: after %s (%s, %s) there is none: %s', (pattern, version, part, on, code) => {
    expect(next(calendar(pattern), version, part, { on })).toMatchObject({ kind: 'refused', code });
  });
});

describe('the hotfix of a calendar version', () => {
  test.each([
    [calendar('YYYY.MM.N'), '2024.10.1', 'ios', '2024.10.2'],
    [calendar('YYYY.MM.N', { hotfix: { android: 'extra-part' } }), '2024.10.1', 'android', '2024.10.1.1'],
    [calendar('YYYY.MM.N', { hotfix: { android: 'extra-part' } }), '2024.10.1.1', 'android', '2024.10.1.2'],
    [calendar('YYYY.WW'), '2024.40', 'ios', '2024.40.1'],
  ])('%j: %s on %s becomes %s', (scheme, version, platform, expected) => {
    expect(hotfixOf(scheme, version, platform)).toBe(expected);
  });

  test('a part too many for the App Store is refused, and a counter cannot be raised where there is none', () => {
    expect(hotfixOf(calendar('YYYY.MM.N', { hotfix: { ios: 'extra-part' } }), '2024.10.1', 'ios')).toMatchObject({ code: 'storefront' });
    expect(versionScheme.safeParse({ scheme: 'calendar', pattern: 'YYYY.WW', hotfix: { ios: 'next-counter' } }).success).toBe(false);
    expect(hotfixOf(calendar('YYYY.MM.N'), '2024.10.1', 'ios', ['2024.10.2'])).toBe('2024.10.3');
  });
});

describe('for every day and pattern', () => {
  const start: Record<string, string> = {
    'YYYY.MM.N': '2009.1.1',
    'YY.WW.N': '9.1.1',
    'YYYY.N': '2009.1',
    'YYYY.WW': '2009.1',
    '0Y.0M.0D': '09.01.01',
    'YYYY0M0D.N': '20090101.1',
    'YY.MM.DD.N': '9.1.1.1',
  };
  const origin = fc.constantFrom(...Object.entries(start));
  const day = fc
    .date({ min: new Date('2010-01-01T00:00:00Z'), max: new Date('2090-01-01T00:00:00Z'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10));

  test('a later day gives a later version, which prints as written, and the next and the hotfix are later still', () => {
    fc.assert(
      fc.property(origin, day, day, ([written, first], a, b) => {
        const scheme = calendar(written);
        const [versionA, versionB] = [sure(next(scheme, first, undefined, { on: a })), sure(next(scheme, first, undefined, { on: b }))];
        const read = parse(scheme, versionA);
        expect(isRefused(read) ? read : print(read)).toBe(versionA);
        const order = Number(compare(scheme, versionA, versionB));
        expect(order === 0 || order < 0 === a < b).toBe(true);
        for (const part of [undefined, 'year']) {
          const following = sure(next(scheme, versionA, part));
          expect(valid(scheme, following)).toMatchObject({ kind: 'accepted' });
          expect(compare(scheme, versionA, following)).toBe(-1);
        }
        const hotfix = sure(hotfixOf(scheme, versionA));
        expect(compare(scheme, versionA, hotfix)).toBe(-1);
        expect(compare(scheme, hotfix, sure(next(scheme, versionA, 'year')))).toBe(-1);
      }),
    );
  });
});
