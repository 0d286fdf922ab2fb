import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isRefused } from './refused.ts';
import { compare, compareParsed, hotfixOf, next, parse, print, sort, valid, versionScheme } from './scheme.ts';
import { sure } from './sure.ts';

const semver = versionScheme.parse({ scheme: 'semver' });
const twoParts = versionScheme.parse({ scheme: 'semver', parts: 2 });
const candidates = versionScheme.parse({ scheme: 'semver', 'pre-release': true });

const number = fc.integer({ min: 0, max: 100_000 });
const versionText = fc.array(number, { minLength: 2, maxLength: 4 }).map((parts) => parts.join('.'));
const threeParts = fc.tuple(number, number, number).map((parts) => parts.join('.'));

describe('reading semantic versions', () => {
  test.each(['0.9.1', '1.2', '1.2.3', '1.2.3.4', '0.0.0', '10.20.30', '2147483647.0.1'])('%s is a version', (text) => {
    expect(valid(semver, text)).toMatchObject({ kind: 'accepted', version: { text } });
  });

  test.each([
    ['01.2.3', 'leading-zero', '"1.2.3"'],
    ['1.02.003', 'leading-zero', '"1.2.3"'],
    ['', 'empty', 'a version such as "1.2.3"'],
    ['   ', 'whitespace', 'a version such as "1.2.3"'],
    ['1.2.3\n', 'whitespace', '"1.2.3"'],
    ['1. 2.3', 'whitespace', 'a version in one word'],
    ['١.٢.٣', 'not-ascii', 'the digits 0 to 9 and plain punctuation'],
    ['\uff11.\uff12.\uff13', 'not-ascii', 'the digits 0 to 9 and plain punctuation'],
    ['-1.2.3', 'negative', 'parts of 0 and more'],
    ['1.-2.3', 'negative', 'parts of 0 and more'],
    [`1.${'2'.repeat(70)}`, 'too-long', 'at most 64 characters'],
    ['1.2147483648.0', 'part-too-large', 'at most 2147483647'],
    [`1.2.${'9'.repeat(40)}`, 'part-too-large', 'at most 2147483647'],
    ['7', 'wrong-part-count', '2 to 4 parts, such as "1.2.3"'],
    ['1.2.3.4.5', 'wrong-part-count', '2 to 4 parts, such as "1.2.3"'],
    ['1..3', 'not-a-number', 'a number such as 0, 7 or 12'],
    ['1.2.', 'not-a-number', 'a number such as 0, 7 or 12'],
    ['.1.2', 'not-a-number', 'a number such as 0, 7 or 12'],
    ['one.two', 'not-a-number', 'a number such as 0, 7 or 12'],
    ['1.x.3', 'not-a-number', 'a number such as 0, 7 or 12'],
    ['1.2e3.4', 'pre-release', '"1.2", or a scheme with pre-release: true'],
    ['v1.2.3', 'not-a-number', '"1.2.3"'],
    ['1.2.3-rc.1', 'pre-release', '"1.2.3", or a scheme with pre-release: true'],
    ['8.0b1', 'pre-release', '"8.0", or a scheme with pre-release: true'],
    ['1.2.3+45', 'pre-release', '"1.2.3"; the build number has a field of its own'],
  ])('%j is refused as %s', (text, code, wouldBeRight) => {
    expect(valid(semver, text)).toMatchObject({ kind: 'refused', code, wouldBeRight });
  });

  test('a refusal shows no control characters of what it refuses', () => {
    const refused = valid(semver, '1.2.3\u001b[31m');
    expect(refused).toMatchObject({ code: 'not-ascii', was: '"1.2.3\\u{1b}[31m" has characters outside ASCII' });
  });

  test('a line of two parts takes a third part for its hotfixes and no more', () => {
    expect(valid(twoParts, '8.18')).toMatchObject({ kind: 'accepted' });
    expect(valid(twoParts, '8.18.1')).toMatchObject({ kind: 'accepted' });
    expect(valid(twoParts, '8.18.1.1')).toMatchObject({ code: 'wrong-part-count' });
  });

  test('a fourth part is refused where no platform numbers its hotfixes with one', () => {
    const scheme = versionScheme.parse({ scheme: 'semver', hotfix: { android: 'next-patch' } });
    expect(valid(scheme, '1.2.3.4')).toMatchObject({ code: 'wrong-part-count', wouldBeRight: '2 to 3 parts, such as "1.2.3"' });
  });

  test('any text is answered with a version or a refusal, and a version prints as it was written', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), versionText, fc.stringMatching(/^[0-9.v+-]{0,70}$/)), (text) => {
        const read = parse(candidates, text);
        expect(isRefused(read) ? read.wouldBeRight !== '' : print(read) === text).toBe(true);
      }),
    );
  });
});

describe('the order of semantic versions', () => {
  test.each([
    ['1.9.9', '1.10.0', -1],
    ['8.18', '8.18.1', -1],
    ['1.2', '1.2.0', 0],
    ['1.2.3.1', '1.2.3', 1],
    ['1.2.3.1', '1.2.4', -1],
    ['7.101', '8.0', -1],
  ] as const)('%s against %s is %i', (a, b, order) => {
    expect(compare(semver, a, b)).toBe(order);
    expect(compare(semver, b, a)).toBe(order === 0 ? 0 : -order);
  });

  test('candidates come before their release, the tenth after the ninth, in either spelling', () => {
    expect(sort(candidates, ['8.18', '8.18-rc-10', '8.18-rc9', '8.18-rc.1', '8.18-beta.2', '8.17', '8.18b1'])).toEqual([
      '8.17',
      '8.18b1',
      '8.18-beta.2',
      '8.18-rc.1',
      '8.18-rc9',
      '8.18-rc-10',
      '8.18',
    ]);
    expect(compare(candidates, '8.18-rc1', '8.18-rc.1')).toBe(0);
  });

  test('one bad version refuses the whole list and is named', () => {
    expect(sort(semver, ['1.2.3', '01.2.3'])).toMatchObject({ code: 'leading-zero', was: 'the major part of "01.2.3" is written "01"' });
  });

  test('versions of different schemes are not ordered', () => {
    const calendar = versionScheme.parse({ scheme: 'calendar', pattern: 'YYYY.MM.N' });
    const [a, b] = [parse(semver, '8.9.2'), parse(calendar, '2024.10.1')];
    expect(!isRefused(a) && !isRefused(b) && compareParsed(a, b)).toMatchObject({ code: 'mixed-schemes' });
  });

  test('the order is total', () => {
    const text = fc.oneof(
      versionText,
      fc.tuple(threeParts, fc.stringMatching(/^-[a-c0-3]{1,3}(\.[a-c0-3]{1,2})?$/)).map((pair) => pair.join('')),
    );
    fc.assert(
      fc.property(text, text, text, (a, b, c) => {
        const [ab, ba, bc, ac] = [
          compare(candidates, a, b),
          compare(candidates, b, a),
          compare(candidates, b, c),
          compare(candidates, a, c),
        ];
        for (const order of [ab, ba, bc, ac]) expect([-1, 0, 1]).toContain(order);
        expect(Number(ab) + Number(ba)).toBe(0);
        expect(Number(ab) <= 0 && Number(bc) <= 0 && Number(ac) > 0).toBe(false);
      }),
    );
  });
});

describe('the next semantic version', () => {
  test.each([
    ['1.2.3', 'minor', '1.3.0'],
    ['1.2.3', 'patch', '1.2.4'],
    ['1.2.3', 'major', '2.0.0'],
    ['1.2.3', undefined, '1.2.4'],
    ['1.2', 'minor', '1.3'],
    ['1.2', undefined, '1.3'],
    ['1.2', 'major', '2.0'],
    ['0.9.1', 'minor', '0.10.0'],
    ['1.2.3.4', 'patch', '1.2.4'],
    ['1.2.3.4', 'minor', '1.3.0'],
  ])('after %s (%s) comes %s', (version, part, expected) => {
    expect(next(semver, version, part)).toBe(expected);
  });

  test('a line of two parts goes on with two parts after a hotfix', () => {
    expect(next(twoParts, '8.18.1')).toBe('8.19');
  });

  test('the policy says what a regular release raises', () => {
    expect(next(versionScheme.parse({ scheme: 'semver', next: 'minor' }), '8.9.2')).toBe('8.10.0');
  });

  test('versions of other releases are skipped, in either spelling', () => {
    expect(next(semver, '1.2.3', 'minor', { taken: ['1.3.0', '1.4', '1.6.0', '6.900-alpha'] })).toBe('1.5.0');
  });

  test('the release of a candidate comes next, not the one after it', () => {
    expect(next(candidates, '1.3.0-rc.2', 'minor')).toBe('1.3.0');
    expect(next(candidates, '1.3.1-rc.2', 'minor')).toBe('1.4.0');
    expect(next(candidates, '1.3.1-rc.2', 'patch')).toBe('1.3.1');
  });

  test('there is no patch in a line of two parts, no fourth part to raise, no number above the largest', () => {
    expect(next(semver, '1.2', 'patch')).toMatchObject({ code: 'unknown-part' });
    expect(next(semver, '1.2.3', 'build')).toMatchObject({ code: 'unknown-part', wouldBeRight: 'major, minor or patch' });
    expect(next(semver, '1.2.2147483647', 'patch')).toMatchObject({ code: 'part-too-large' });
    expect(next(semver, '1.2.3', 'patch', { on: '2024-10-01' })).toMatchObject({ code: 'bad-scheme' });
  });

  test('the next one is valid, later, not taken, and has as many parts', () => {
    const part = fc.constantFrom('major', 'minor', undefined);
    fc.assert(
      fc.property(versionText, part, fc.array(versionText, { maxLength: 5 }), fc.nat(4), (version, raised, others, blocked) => {
        const taken = [...others];
        for (let at = 0; at < blocked; at++) taken.push(sure(next(semver, version, raised, { taken })));
        const following = sure(next(semver, version, raised, { taken }));
        expect(valid(semver, following)).toMatchObject({ kind: 'accepted' });
        expect(compare(semver, version, following)).toBe(-1);
        for (const other of taken) expect(compare(semver, other, following)).not.toBe(0);
        expect(following.split('.').length).toBe(Math.min(version.split('.').length, 3));
      }),
    );
  });
});

describe('the hotfix of a semantic version', () => {
  test.each([
    [semver, '8.9.2', 'android', '8.9.2.1'],
    [semver, '8.9.2.1', 'android', '8.9.2.2'],
    [semver, '8.9.2', 'ios', '8.9.3'],
    [semver, '8.9.2', 'desktop', '8.9.3'],
    [semver, '8.9.2', undefined, '8.9.3'],
    [semver, '1.2', 'android', '1.2.1'],
    [semver, '1.2', 'ios', '1.2.1'],
    [twoParts, '8.18', 'android', '8.18.1'],
    [twoParts, '8.18.1', 'android', '8.18.2'],
    [twoParts, '8.18', 'ios', '8.18.1'],
    [versionScheme.parse({ scheme: 'semver', parts: 2, next: 'major', hotfix: { android: 'next-minor' } }), '21.0', 'android', '21.1'],
  ])('%j: %s on %s becomes %s', (scheme, version, platform, expected) => {
    expect(hotfixOf(scheme, version, platform)).toBe(expected);
  });

  test('hotfixes of others are skipped, on the part that the hotfix raises', () => {
    expect(hotfixOf(semver, '8.9.2', 'android', ['8.9.2.1', '8.9.2.2'])).toBe('8.9.2.3');
    expect(hotfixOf(semver, '8.9.2', 'ios', ['8.9.3'])).toBe('8.9.4');
    expect(hotfixOf(semver, '1.2', 'android', ['1.2.1'])).toBe('1.2.2');
  });

  test('a candidate has no hotfix, and the App Store takes no fourth part', () => {
    expect(hotfixOf(candidates, '1.2.3-rc.1', 'android')).toMatchObject({ code: 'no-hotfix' });
    expect(valid(semver, '8.9.2.1', 'ios')).toMatchObject({ code: 'storefront', wouldBeRight: '"8.9.2"' });
  });

  test('it sorts after its version and not behind the next of the part above', () => {
    fc.assert(
      fc.property(threeParts, fc.constantFrom('android', 'ios', 'desktop'), (version, platform) => {
        const hotfix = sure(hotfixOf(semver, version, platform));
        expect(compare(semver, version, hotfix)).toBe(-1);
        const above = platform === 'android' ? 'patch' : 'minor';
        expect(compare(semver, hotfix, sure(next(semver, version, above)))).toBe(-1);
        expect(valid(semver, hotfix, platform)).toMatchObject({ kind: 'accepted' });
      }),
    );
  });
});

describe('the settings of a semantic scheme', () => {
  test('the policy’s own example is read as it stands', () => {
    expect(versionScheme.parse({ scheme: 'semver', next: 'patch', hotfix: { android: 'fourth-part', ios: 'next-patch' } })).toEqual({
      scheme: 'semver',
      next: 'patch',
      hotfix: { android: 'fourth-part', ios: 'next-patch' },
      'pre-release': false,
    });
  });

  test.each([
    [{ scheme: 'semver', parts: 2, next: 'patch' }, 'next'],
    [{ scheme: 'semver', hotfix: { ios: 'fourth-part' } }, 'hotfix.ios'],
    [{ scheme: 'semver', hotfix: { android: 'third-part' } }, 'hotfix.android'],
    [{ scheme: 'semver', hotfix: { android: 'next-minor' } }, 'hotfix.android'],
    [{ scheme: 'semver', parts: 5 }, 'parts'],
    [{ scheme: 'semantic' }, 'scheme'],
  ])('%j is refused at %s', (settings, path) => {
    expect(versionScheme.safeParse(settings).error?.issues.map((issue) => issue.path.join('.'))).toContain(path);
  });
});
