import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isRefused } from './refused.ts';
import { compare, hotfixOf, next, parse, readScheme, refuseMixed, sort, valid } from './scheme.ts';
import { sure } from './sure.ts';

describe('a scheme in one word', () => {
  test.each([
    ['semver', { scheme: 'semver' }],
    ['semver-2', { scheme: 'semver', parts: 2 }],
    ['calendar:YYYY.MM.N', { scheme: 'calendar', pattern: 'YYYY.MM.N' }],
    ['pattern:(?<a>x:\\d+)', { scheme: 'pattern', pattern: '(?<a>x:\\d+)' }],
  ])('%s is read', (word, settings) => {
    expect(readScheme(word)).toMatchObject(settings);
  });

  test.each([
    ['', 'bad-scheme'],
    ['semver-3', 'bad-scheme'],
    ['semver:1', 'bad-scheme'],
    ['calendar', 'bad-scheme'],
    ['calendar:', 'bad-pattern'],
    ['calendar:MM.YYYY', 'bad-pattern'],
    ['pattern:', 'bad-pattern'],
    ['pattern:(?<a>', 'bad-pattern'],
  ])('%j is refused as %s', (word, code) => {
    expect(readScheme(word)).toMatchObject({ kind: 'refused', code });
  });
});

describe('versions whose scheme nobody has named', () => {
  test.each([
    [['8.9.2', '2024.10.1'], true],
    [['2024.10.1', '8.18'], true],
    [['20241001.1', '1.0'], true],
    [['2024.10.1', '2025.1.1'], false],
    [['8.18', '8.18.1', '1.2.3.4'], false],
    [['20.1.0', '200.3'], false],
    [[], false],
  ])('%j: mixed is %s', (versions, mixed) => {
    expect(isRefused(refuseMixed(versions))).toBe(mixed);
  });
});

test.each(['constructor', '__proto__', 'toString'])('a platform called %s is numbered as any other platform', (platform) => {
  for (const [word, version, hotfix] of [
    ['pattern:(?<major>\\d+)\\.(?<minor>\\d+)', '8.18', '8.19'],
    ['calendar:YYYY.MM.N', '2024.10.1', '2024.10.2'],
    ['semver', '8.18.0', '8.18.1'],
  ] as const) {
    const rules = sure(readScheme(word));
    expect(hotfixOf(rules, version, platform, [version])).toEqual(hotfixOf(rules, version, 'web', [version]));
    expect(hotfixOf(rules, version, platform, [version])).toBe(hotfix);
  }
});

test('no text, part, day, platform or pattern makes this room throw, and no refusal carries more than plain characters', () => {
  const scheme = fc.constantFrom(
    ...['semver', 'semver-2', 'calendar:YYYY.MM.N', 'calendar:0Y0M0D.N', 'pattern:(?<a>\\d+)(?:\\.(?<b>\\w+))?(?<c>-.*)?'].map((word) =>
      sure(readScheme(word)),
    ),
  );
  const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.stringMatching(/^[0-9.a-c+ -]{0,20}$/));
  const maybe = fc.option(text, { nil: undefined });
  fc.assert(
    fc.property(scheme, text, text, maybe, maybe, (rules, a, b, part, on) => {
      const answers = [
        parse(rules, a),
        compare(rules, a, b),
        sort(rules, [a, b]),
        next(rules, a, part, { taken: [a, b], on }),
        hotfixOf(rules, a, part, [b]),
        valid(rules, a, part),
        refuseMixed([a, b]),
        ...[a, `pattern:${a}`, `calendar:${a}`].map(readScheme),
      ];
      const said = answers.filter(isRefused).map((refused) => refused.was + refused.wouldBeRight);
      expect(said.filter((sentence) => !/^[\x20-\x7e…]+$/u.test(sentence))).toEqual([]);
    }),
    { numRuns: 1000 },
  );
});
