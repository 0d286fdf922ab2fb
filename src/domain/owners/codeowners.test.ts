import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { formatOf, ownersOf, readCodeowners } from './codeowners.ts';
import type { CodeownersFormat, OwnersAnswer } from './codeowners.ts';

const rulesOf = (text: string, path: string, format: CodeownersFormat = 'github'): readonly string[] =>
  ownersOf(readCodeowners(text, format), path).map(({ rule }) => rule);
const owners = (text: string, path: string, format: CodeownersFormat = 'github'): readonly string[] =>
  ownersOf(readCodeowners(text, format), path).flatMap((answer) => answer.owners);

describe('a file of GitHub', () => {
  test.each([
    ['*', 'a/b/c.ts', true],
    ['*', '.github/x.yml', true],
    ['*.js', 'a/b.js', true],
    ['*.js', 'a/b.jsx', false],
    ['/build/logs/', 'build/logs/a/b.log', true],
    ['/build/logs/', 'sub/build/logs/a.log', false],
    ['docs/*', 'docs/getting-started.md', true],
    ['docs/*', 'docs/build-app/troubleshooting.md', false],
    ['apps/', 'sub/apps/a.ts', true],
    ['apps/', 'apps', false],
    ['/apps', 'apps/a/b.ts', true],
    ['apps/web', 'other/apps/web/a.ts', false],
    ['**/logs', 'deeply/nested/logs/a.txt', true],
    ['**/logs', 'logs/a.txt', true],
    ['a/**/z.ts', 'a/z.ts', true],
    ['a/**/z.ts', 'a/b/c/z.ts', true],
    ['/Gemfile*', 'Gemfile.lock', true],
    ['Ger?te.ts', 'Gerate.ts', true],
    ['Ger?te.ts', 'Ger/te.ts', false],
    ['app/(auth)/page.tsx', 'app/(auth)/page.tsx', true],
    ['app/(auth)/page.tsx', 'app/auth/page.tsx', false],
    ['a/{b,c}.ts', 'a/{b,c}.ts', true],
    ['a/{b,c}.ts', 'a/b.ts', false],
    ['with\\ space/', 'with space/a.ts', true],
    ['\\#hash', '#hash', true],
    ['Case/', 'case/a.ts', false],
  ])('%s speaks of %s: %s', (rule, path, expected) => {
    expect(rulesOf(`${rule} @team`, path).length > 0).toBe(expected);
  });

  test('goes by the last rule that matches', () => {
    const text = '* @all\n/ios/ @ios @org/player # who plays\n/ios/Search/ search@example.com';
    expect(owners(text, 'ios/Player/Queue.swift')).toEqual(['@ios', '@org/player']);
    expect(owners(text, './ios/Search/Field.swift')).toEqual(['search@example.com']);
    expect(owners(text, 'README.md')).toEqual(['@all']);
  });

  test('takes a path out of ownership with a rule that has no owners', () => {
    expect(ownersOf(readCodeowners('/ios/ @ios\n/ios/Generated/'), 'ios/Generated/a.swift')).toEqual([
      { section: null, rule: '/ios/Generated/', owners: [] },
    ]);
  });

  test('names the lines that are passed over, and why', () => {
    const { problems } = readCodeowners('a @x\n!b @y\n*.[ch] @z', 'github');
    expect(problems.map(({ line, text }) => [line, text])).toEqual([
      [2, '!b @y'],
      [3, '*.[ch] @z'],
    ]);
    expect(problems[0]?.because).toContain('no exceptions');
    expect(problems[1]?.because).toContain('no ranges');
  });
});

describe('a file of GitLab', () => {
  const text = [
    'README.md @docs',
    '[Player][2] @player',
    '/ios/Player/',
    '/ios/Player/Ads/ @ads',
    '^[Texts]',
    '*.strings @words',
    '[player]',
    '!/ios/Player/Generated/',
  ].join('\n');

  test('is known by its sections', () => {
    expect(formatOf(text)).toBe('gitlab');
    expect(formatOf('* @all')).toBe('github');
  });

  test('gives the last match within each section, and the owners of the section to a rule that has none', () => {
    const file = readCodeowners(text);
    expect(ownersOf(file, 'ios/Player/Queue.swift')).toEqual([{ section: 'Player', rule: '/ios/Player/', owners: ['@player'] }]);
    expect(ownersOf(file, 'ios/Player/Ads/en.strings')).toEqual([
      { section: 'Player', rule: '/ios/Player/Ads/', owners: ['@ads'] },
      { section: 'Texts', rule: '*.strings', owners: ['@words'] },
    ]);
    expect(ownersOf(file, 'docs/README.md')).toEqual([{ section: null, rule: 'README.md', owners: ['@docs'] }]);
    expect(file.sections.map(({ name, approvals, isOptional }) => [name, approvals, isOptional])).toEqual([
      [null, null, false],
      ['Player', 2, false],
      ['Texts', null, true],
    ]);
  });

  test('takes what is excepted out of its section, whatever comes after', () => {
    expect(ownersOf(readCodeowners(text), 'ios/Player/Generated/a.swift')).toEqual([]);
  });

  test.each([
    ['/core/channel', 'core/channel', true],
    ['/core/channel', 'core/channel/src/lib.rs', false],
    ['/core/channel/', 'core/channel/src/lib.rs', true],
    ['/rust-toolchain', 'sub/rust-toolchain', false],
    ['docs/', 'a/docs/b.md', true],
    ['/docs/*', 'docs/a/b.md', false],
    ['/docs/**/*.md', 'docs/a/b.md', true],
    ['*', 'a/b', true],
    ['*.[ch]', 'src/a.c', true],
  ])('%s speaks of %s: %s', (rule, path, expected) => {
    expect(rulesOf(`${rule} @team`, path, 'gitlab').length > 0).toBe(expected);
  });
});

/** Real files beside the project, with the answers of another matcher; they are not part of it. */
const DATA = new URL('../../../../shared/data/codeowners/', import.meta.url);
type Expected = Record<
  string,
  { format: CodeownersFormat; rules: number; rules_without_owners: number; queries: { path: string; answer: OwnersAnswer[] }[] }
>;
const areThere = existsSync(DATA);

describe.skipIf(!areThere)('real files (skipped where ../shared/data/codeowners is missing)', () => {
  const expected = areThere ? (JSON.parse(readFileSync(new URL('expected.json', DATA), 'utf8')) as Expected) : {};

  test.each(Object.entries(expected))('%s is read as its host reads it', (name, { format, rules, queries }) => {
    const file = readCodeowners(readFileSync(new URL(`${name}.CODEOWNERS`, DATA), 'utf8'));
    expect(file.format).toBe(format);
    expect(file.problems).toEqual([]);
    expect(file.sections.flatMap((section) => section.rules)).toHaveLength(rules);
    expect(queries.map(({ path }) => ({ path, answer: ownersOf(file, path) }))).toEqual(
      queries.map(({ path, answer }) => ({ path, answer })),
    );
  });
});
