import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isRefused } from './refused.ts';
import { compare, hotfixOf, next, parse, print, sort, valid, versionScheme } from './scheme.ts';
import { sure } from './sure.ts';

function own(pattern: string, more: object = {}) {
  return versionScheme.parse({ scheme: 'pattern', pattern, ...more });
}

const train = own('(?<major>\\d+)\\.(?<minor>\\d+)(?:\\.(?<patch>\\d+))?');
const padded = own('R(?<year>\\d{4})-(?<serial>\\d{3})', { next: 'serial' });

describe('versions by a pattern of one’s own', () => {
  test('parts are compared one by one: a missing one first, numbers by size, words last', () => {
    expect(sort(train, ['8.18.1', '8.9', '8.18', '8.18.0'])).toEqual(['8.9', '8.18', '8.18.0', '8.18.1']);
    expect(sort(own('(?<n>[0-9]+|[a-z]+)'), ['b', '10', 'a', '9'])).toEqual(['9', '10', 'a', 'b']);
  });

  test.each([
    [train, '8', 'not-in-pattern'],
    [train, '8.18-rc-1', 'not-in-pattern'],
    [train, '8.2147483648', 'part-too-large'],
    [train, ' 8.18', 'whitespace'],
    [train, '', 'empty'],
    [train, '٨.١٨', 'not-ascii'],
    [train, `8.${'1'.repeat(64)}`, 'too-long'],
    [padded, 'R2024-07', 'not-in-pattern'],
  ])('%j refuses %j as %s', (scheme, text, code) => {
    expect(valid(scheme, text)).toMatchObject({ kind: 'refused', code });
  });

  test.each([
    [train, '8.18', undefined, '8.19'],
    [train, '8.18.1', 'minor', '8.19.0'],
    [train, '8.18', 'patch', '8.18.1'],
    [train, '8.18', 'major', '9.0'],
    [padded, 'R2024-007', undefined, 'R2024-008'],
    [padded, 'R2024-099', undefined, 'R2024-100'],
    [padded, 'R2024-115', 'year', 'R2025-000'],
    [own('(?<n>\\d+)(?<suffix>[a-z]*)'), '9beta', 'n', '10beta'],
  ])('%j: after %s (%s) comes %s', (scheme, version, part, expected) => {
    expect(next(scheme, version, part)).toBe(expected);
  });

  test.each([
    [padded, 'R2024-999', undefined, 'no-next'],
    [own('(?<n>\\d+)(?<suffix>[a-z]*)'), '9beta', 'suffix', 'no-next'],
    [own('(?<n>[0-7])'), '7', undefined, 'no-next'],
    [train, '8.18', 'build', 'unknown-part'],
  ])('%j: after %s (%s) there is none: %s', (scheme, version, part, code) => {
    expect(next(scheme, version, part)).toMatchObject({ kind: 'refused', code });
  });

  test('a hotfix raises the platform’s part, or writes it where there is none yet', () => {
    expect(hotfixOf(train, '8.18', 'ios')).toBe('8.18.1');
    expect(hotfixOf(train, '8.18.1', 'ios', ['8.18.2'])).toBe('8.18.3');
    expect(hotfixOf(own('(?<major>\\d+)\\.(?<minor>\\d+)', { hotfix: { android: 'minor' } }), '21.0', 'android')).toBe('21.1');
  });

  test.each([
    [{ pattern: '(?<a>\\d+' }, 'pattern'],
    [{ pattern: '(?<a>\\d+)', next: 'b' }, 'next'],
    [{ pattern: '(?<a>\\d+)', hotfix: { ios: 'b' } }, 'hotfix.ios'],
  ])('settings %j are refused at %s', (settings, path) => {
    expect(versionScheme.safeParse({ scheme: 'pattern', ...settings }).error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });

  test('the order is total, printing gives back what was read, the next is later and valid, the hotfix between', () => {
    const part = fc.nat(1000);
    const text = fc.tuple(part, part, fc.option(part)).map(([a, b, c]) => (c === null ? `${a}.${b}` : `${a}.${b}.${c}`));
    fc.assert(
      fc.property(text, text, text, (a, b, c) => {
        const read = parse(train, a);
        expect(isRefused(read) ? read : print(read)).toBe(a);
        const [ab, ba, bc, ac] = [compare(train, a, b), compare(train, b, a), compare(train, b, c), compare(train, a, c)].map(Number);
        expect((ab ?? NaN) + (ba ?? NaN)).toBe(0);
        expect((ab ?? NaN) <= 0 && (bc ?? NaN) <= 0 && (ac ?? NaN) > 0).toBe(false);
        const [following, hotfix] = [sure(next(train, a, 'minor')), sure(hotfixOf(train, a))];
        expect(valid(train, following)).toMatchObject({ kind: 'accepted' });
        expect([compare(train, a, hotfix), compare(train, hotfix, following)]).toEqual([-1, -1]);
      }),
    );
  });
});
