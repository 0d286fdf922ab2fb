import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compilePattern, matchWhole } from './pattern-matcher.ts';
import { isRefused } from './refused.ts';

/** What the matcher says: the texts of the groups, null for no match. */
function match(pattern: string, text: string): Record<string, string | undefined> | null {
  const matcher = compilePattern(pattern);
  if (isRefused(matcher)) throw new Error(matcher.was);
  const spans = matchWhole(matcher, text);
  if (spans === null) return null;
  return Object.fromEntries(
    spans.map((span, at) => [matcher.groups[at] ?? '', span === null ? undefined : text.slice(span.start, span.end)]),
  );
}

describe('matching a user’s pattern', () => {
  test.each([
    ['(?<major>\\d+)\\.(?<minor>\\d+)', '1.20', { major: '1', minor: '20' }],
    ['(?<major>\\d+)(?:\\.(?<minor>\\d+))?', '7', { major: '7', minor: undefined }],
    ['^(?<a>[0-9]{2,3})$', '123', { a: '123' }],
    ['(?<a>a+?)(?<b>a*)', 'aaa', { a: 'a', b: 'aa' }],
    ['(?<a>alpha|beta)-(?<n>\\d)', 'beta-3', { a: 'beta', n: '3' }],
    ['(?<a>[^.\\]-]+)', 'x_y', { a: 'x_y' }],
    ['(?<a>\\d+)', '1.2', null],
    ['(?<a>\\d{2})', '123', null],
  ])('%s on %s', (pattern, text, groups) => {
    expect(match(pattern, text)).toEqual(groups);
  });

  test.each([
    ['', 'the pattern is empty'],
    ['\\d+', 'names no part'],
    ['(?<a>\\d+', 'a "(" that is not closed'],
    ['(?<a>\\d))', 'a ")" that closes nothing'],
    ['(?<a>[0-9)', 'a "[" that is not closed'],
    ['(?<a>[z-a])', 'a range that does not rise'],
    ['(?<a>a{3,2})', 'counts from 3 down to 2'],
    ['(?<a>a**)', 'repeats a repeat'],
    ['(?<a>a+{2})', 'repeats a repeat'],
    ['*(?<a>a)', 'where nothing can be repeated'],
    ['(?<a>(?:(?:a)*?)+)', 'repeats what may be nothing and rather is nothing'],
    ['(?:|a)?(?<a>a?)', 'repeats what may be nothing and rather is nothing'],
    ['(?<a>a)\\1', 'has the escape "\\\\1"'],
    ['(?<a>\\bx)', 'has the escape "\\\\b"'],
    ['(?=x)(?<a>x)', 'has a group this scheme does not know'],
    ['(?<a>x)(?<a>y)', 'names two groups a'],
    ['(?<a>(?:x{1000}){1000})', 'unfold to more than 2000 steps'],
    [`(?<a>${'x'.repeat(200)})`, 'has 206 characters'],
    ['(?<a>'.concat('(?:'.repeat(30), 'x', ')'.repeat(31)), 'nests groups too deeply'],
    ['(?<a>x)\\', 'has the escape'],
  ])('%s is refused: it %s', (pattern, why) => {
    const refused = compilePattern(pattern);
    expect(isRefused(refused) && refused.was).toContain(why);
  });

  test('patterns that would keep JavaScript busy for years cost no more than size × length', () => {
    const hard = [
      '(?<a>(a+)+b)',
      '(?<a>(a|a)*b)',
      '(?<a>(a|aa)+b)',
      `(?<a>${'a*'.repeat(60)}b)`,
      `(?<a>${'a?'.repeat(64)}${'a'.repeat(60)}b)`,
      '(?<a>(.*)*(.*)*(.*)*b)',
      '(?<a>((a*)*)*b)',
    ];
    for (const pattern of hard) expect(match(pattern, 'a'.repeat(64))).toBeNull();
  }, 1000);

  type Made = { source: string; grouped: boolean };
  const { node } = fc.letrec<{ node: Made }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc
        .constantFrom('a', 'b', '1', '\\.', '\\d', '\\w', '.', '[ab]', '[^a]', '[0-9.]', '\\D', '')
        .map((source): Made => ({ source, grouped: false })),
      fc.tuple(tie('node'), tie('node')).map(([a, b]): Made => ({ source: a.source + b.source, grouped: a.grouped || b.grouped })),
      fc
        .tuple(tie('node'), tie('node'))
        .map(([a, b]): Made => ({ source: `(?:${a.source}|${b.source})`, grouped: a.grouped || b.grouped })),
      tie('node').map((of): Made => ({ source: `(?<NAME>${of.source})`, grouped: true })),
      // A group in a repeat keeps its last value here and is emptied by JavaScript on each turn; no version pattern needs either.
      fc
        .tuple(
          tie('node').filter((of) => !of.grouped),
          fc.constantFrom('*', '+', '?', '{2}', '{1,2}', '{0,3}', '{1,}', '*?', '+?', '??', '{1,2}?'),
        )
        .map(([of, times]): Made => ({ source: `(?:${of.source})${times}`, grouped: false })),
    ),
  }));

  test('it finds what JavaScript finds', () => {
    const text = fc.stringMatching(/^[ab1.]{0,7}$/);
    fc.assert(
      fc.property(node, fc.array(text, { minLength: 1, maxLength: 8 }), ({ source }, texts) => {
        let names = 0;
        const pattern = `(?<whole>${source.replaceAll('NAME', () => `g${(names += 1)}`)})`;
        fc.pre(pattern.length <= 200);
        fc.pre(!isRefused(compilePattern(pattern)));
        for (const each of texts) expect(match(pattern, each)).toEqual(new RegExp(`^(?:${pattern})$`).exec(each)?.groups ?? null);
      }),
      { numRuns: 500 },
    );
  });
});
