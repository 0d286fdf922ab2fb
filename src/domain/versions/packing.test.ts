import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextPacked, pack, packing, unpack } from './packing.ts';
import { compare, versionScheme } from './scheme.ts';

/** 9 03 48 0 001 */
const nine = packing.parse({ prefix: '9', major: 2, minor: 2, patch: 1, counter: 3 });

describe('packed build numbers', () => {
  test('903480001 is the first build of 3.48.0', () => {
    expect(pack(nine, '3.48.0', 1)).toBe(903_480_001);
    expect(unpack(nine, 903_480_001)).toEqual({ version: '3.48.0', counter: 1 });
    expect(unpack(nine, '903480001')).toEqual({ version: '3.48.0', counter: 1 });
    expect(nextPacked(nine, 903_480_001)).toBe(903_480_002);
  });

  test.each([
    ['3.100.0', 1, 'too-large'],
    ['100.0.0', 1, 'too-large'],
    ['3.48.10', 1, 'too-large'],
    ['3.48.0', 1000, 'too-large'],
    ['3.48.0', -1, 'not-a-number'],
    ['3.48.0', 1.5, 'not-a-number'],
    ['3.48.0.1', 1, 'too-large'],
    ['3.48.0.1.1', 1, 'wrong-part-count'],
    ['3.048.0', 1, 'leading-zero'],
    ['3.48.0-rc.1', 1, 'not-a-number'],
    ['', 1, 'empty'],
  ])('%s with counter %d is refused as %s', (version, counter, code) => {
    expect(pack(nine, version, counter)).toMatchObject({ kind: 'refused', code });
  });

  test.each([803_480_001, 90_348_001, 9_034_800_010, 1, '9x3480001', -903_480_001])('%s is not packed this way', (number) => {
    expect(unpack(nine, number)).toMatchObject({ kind: 'refused', code: 'not-in-pattern' });
  });

  test('the last counter has no next', () => {
    expect(nextPacked(nine, 903_480_999)).toMatchObject({ kind: 'refused', code: 'too-large' });
    expect(nextPacked(nine, 4711)).toMatchObject({ kind: 'refused', code: 'not-in-pattern' });
  });

  test('versions of two parts and hotfixes of four have packings of their own', () => {
    const two = packing.parse({ major: 2, minor: 3, counter: 2 });
    expect(pack(two, '8.18', 7)).toBe(801_807);
    expect(unpack(two, 801_807)).toEqual({ version: '8.18', counter: 7 });
    expect(pack(two, '8.18.1', 1)).toMatchObject({ code: 'too-large', wouldBeRight: 'a version without this part, or digits for it' });
    const four = packing.parse({ major: 2, minor: 2, patch: 1, hotfix: 1, counter: 2 });
    expect(pack(four, '8.9.2.1', 3)).toBe(8_092_103);
    expect(unpack(four, 8_092_103)).toEqual({ version: '8.9.2.1', counter: 3 });
  });

  test.each([
    [{ prefix: '0', major: 2, minor: 2, counter: 3 }],
    [{ prefix: 'x', major: 2, minor: 2, counter: 3 }],
    [{ major: 0, minor: 2, counter: 3 }],
    [{ major: 2, minor: 2, counter: 0 }],
    [{ prefix: '9', major: 3, minor: 3, patch: 2, counter: 3 }],
  ])('the packing %j is refused', (settings) => {
    expect(packing.safeParse(settings).success).toBe(false);
  });

  test('what was packed is unpacked, and the numbers rise as the versions do', () => {
    const semver = versionScheme.parse({ scheme: 'semver' });
    const build = fc.record({ major: fc.nat(99), minor: fc.nat(99), patch: fc.nat(9), counter: fc.nat(999) });
    fc.assert(
      fc.property(build, build, fc.constantFrom('', '9', '1'), (a, b, prefix) => {
        const rules = packing.parse({ prefix, major: 2, minor: 2, patch: 1, counter: 3 });
        const versionOf = (each: typeof a) => `${each.major}.${each.minor}.${each.patch}`;
        const [packedA, packedB] = [Number(pack(rules, versionOf(a), a.counter)), Number(pack(rules, versionOf(b), b.counter))];
        expect(unpack(rules, packedA)).toEqual({ version: versionOf(a), counter: a.counter });
        const order = Number(compare(semver, versionOf(a), versionOf(b))) || Math.sign(a.counter - b.counter);
        expect(Math.sign(packedA - packedB)).toBe(order);
      }),
    );
  });
});
