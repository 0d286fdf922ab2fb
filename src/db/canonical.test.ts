import { describe, expect, test } from 'vitest';
import { alike, canonical, unstorable } from './canonical.ts';

test('the order of fields does not count, that of lists does', () => {
  expect(canonical({ b: [2, 1], a: { d: null, c: 'ä' } })).toBe('{"a":{"c":"ä","d":null},"b":[2,1]}');
  expect(canonical({ a: 1, b: undefined })).toBe(canonical({ a: 1 }));
  // RFC 8785, 3.2.3: by UTF-16 code units
  const keys = ['\u20ac', '\r', '\ufb33', '1', '\u{1f600}', '\u0080', '\u00f6'];
  const sorted = JSON.parse(canonical(Object.fromEntries(keys.map((key) => [key, 0])))) as object;
  expect(canonical(Object.fromEntries(keys.map((key) => [key, 0])))).toBe(
    `{${['\r', '1', '\u0080', '\u00f6', '\u20ac', '\u{1f600}', '\ufb33'].map((key) => `${JSON.stringify(key)}:0`).join(',')}}`,
  );
  expect(Object.keys(sorted)).toHaveLength(7);
});

describe('what PostgreSQL cannot keep', () => {
  test.each([
    [{ reason: 'a\u0000b' }, 'reason holds the character NUL'],
    [{ list: [{ text: '\ud83d' }] }, 'list.0.text holds half of a character'],
    [{ 'a\u0000': 1 }, 'the name of a field holds the character NUL'],
  ])('%j is named with its place', (value, words) => {
    expect(unstorable(value)).toContain(words);
  });
  test('everything else is taken', () => {
    expect(unstorable({ text: '👩‍🚀 \u2028 “x”', number: 1, nothing: null, list: [true] })).toBeNull();
  });
});

test.each([
  [{ a: 1, b: undefined }, { a: 1 }, true],
  [{ a: 1, b: [1, { c: 2 }] }, { b: [1, { c: 2 }], a: 1 }, true],
  [[undefined], [null], true],
  [{ a: null }, {}, false],
  [{ a: 1 }, { a: 1, b: 2 }, false],
  [{ a: 1 }, { b: 1 }, false],
  [[1, 2], [2, 1], false],
  [[], {}, false],
  [null, {}, false],
  ['1', 1, false],
])('%j and %j are alike where their canonical texts are the same', (a, b, are) => {
  expect(alike(a, b)).toBe(are);
  expect(alike(b, a)).toBe(are);
  expect(canonical(a) === canonical(b)).toBe(are);
});
