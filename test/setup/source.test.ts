import { describe, expect, test } from 'vitest';
import { importsOf, loadedWith, trespassesOf } from './source.ts';

describe('the imports of a source text', () => {
  test.each([
    ["import a from './a.ts'", ['./a.ts']],
    ["import type { A } from '#domain/a.ts'", ['#domain/a.ts']],
    ["import { type A } from './a.ts'", ['./a.ts']],
    ["import './a.css'", ['./a.css']],
    ["import {\n  a,\n  b,\n} from './a.ts'", ['./a.ts']],
    ["export * from './a.ts'; export { b } from './b.ts'; export type { C } from './c.ts'", ['./a.ts', './b.ts', './c.ts']],
    ["const a = await import('./a.ts')", ['./a.ts']],
    ["type A = import('./a.ts').A; let b: typeof import('./b.ts')", ['./a.ts', './b.ts']],
    ["import data from './a.json' with { type: 'json' }", ['./a.json']],
    ["// import a from './a.ts'\n/* export * from './b.ts' */", []],
    ['const text = "import a from \'./a.ts\'"; const more = `import("./b.ts")`', []],
    ['const { from } = x; const imports = /import "y"/', []],
    ['export const a = 1; export function from(): void {}', []],
  ])('%s', (text, expected) => {
    expect(importsOf(text, 'x.ts').map(({ specifier }) => specifier)).toEqual(expected);
  });

  test('a type import is known as one', () => {
    expect(importsOf("import type { A } from './a.ts'; import { b } from './b.ts'", 'x.ts').map(({ isType }) => isType)).toEqual([
      true,
      false,
    ]);
  });

  test('what is loaded when it is come to is known as late', () => {
    expect(importsOf("import './a.ts'; const b = await import('./b.ts')", 'x.ts').map(({ isLate }) => isLate)).toEqual([false, true]);
  });

  test('pages with elements are read too', () => {
    expect(importsOf("import a from './a.tsx'; const b = <p>import c from './c.ts'</p>", 'x.tsx')).toEqual([
      { specifier: './a.tsx', isType: false, isLate: false },
    ]);
  });
});

test('what is loaded with a file is found through others, with the way, and without types and what is late', () => {
  const { files, packages } = loadedWith('src/api/problem-schema.ts');
  expect(files).toEqual(['src/api/problem-schema.ts', 'src/api/problem.ts', 'src/domain/release/refusal.ts']);
  expect([...packages]).toEqual([['zod', 'src/api/problem-schema.ts']]);
  expect(loadedWith('src/api/openapi.ts', 'src/domain/release/refusal.ts').packages.get('zod')).toMatch(/^src\/api\/openapi\.ts/);
  expect(loadedWith('src/cli/command-table.ts').files).toEqual(['src/cli/command-table.ts']);
});

describe('what some rooms may not do', () => {
  test.each([
    ['Date.now()', ['Date.now']],
    ["Date['now']()", ['Date.now']],
    ['new Date()', ['new Date()']],
    ['const clock = Date.now', ['Date.now']],
    ['Math.random()', ['Math.random']],
    ["fetch('https://example.com')", ['fetch']],
    ['const get = fetch', ['fetch']],
    ['process.env.HOME', ['process.env', 'process']],
    ['process.exit(1)', ['process']],
    ['Temporal.Now.instant()', ['Temporal.Now']],
    ['crypto.randomUUID()', ['crypto.randomUUID']],
    ['setTimeout(f, 1)', ['setTimeout']],
    ['sql`select 1`', ['sql`…`']],
    ["pool.query('select 1')", ['.query(…)']],
    ['export default 1', ['export default']],
  ])('%s is seen', (text, expected) => {
    expect(trespassesOf(text, 'x.ts').map(({ what }) => what)).toEqual(expected);
  });

  test.each([
    ['new Date(instant)'],
    ['Date.parse(text)'],
    ['Math.round(x)'],
    ['const plan = { process: light, fetch: 1 }'],
    ['release.process.name'],
    ['type App = { process: string; fetch(): void }'],
    ['// Date.now() and fetch()'],
    ["const text = 'Math.random()'"],
    ['tools.fetch(url)'],
    ['cache.query({ queryKey })'],
  ])('%s is no trespass', (text) => {
    expect(trespassesOf(text, 'x.ts')).toEqual([]);
  });

  test('is told with file and line', () => {
    expect(trespassesOf('const a = 1;\n\nconst b = Date.now();', 'src/x.ts')).toEqual([
      { kind: 'clock', what: 'Date.now', at: 'src/x.ts:3' },
    ]);
  });
});
