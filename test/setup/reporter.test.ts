import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '#lib/package-root.ts';

/*
 * The closing line, of real runs on files made for it. The folder is inside the package, so that `vitest` is found from it.
 */

const root = packageRoot();
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(root, 'node_modules', '.closing-line-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(files: Record<string, string>): { lastLine: string | undefined; code: number | null } {
  const place = mkdtempSync(join(folder, 'run-'));
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(place, name), `import { test, describe, beforeAll } from 'vitest';\n${text}`);
  writeFileSync(
    join(place, 'vitest.config.js'),
    `export default { test: { include: ['*.check.js'], globalSetup: ${JSON.stringify('setup.js' in files ? './setup.js' : [])}, reporters: ['default', ${JSON.stringify(join(root, 'test/setup/reporter.ts'))}] } };`,
  );
  const { stdout, status } = spawnSync(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--root', place], {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', VITEST: undefined },
  });
  return { lastLine: stdout.trimEnd().split('\n').at(-1), code: status };
}

describe('the closing line of a run', () => {
  test('counts what passed', () => {
    expect(run({ 'a.check.js': `test('one', () => {}); test('two', () => {});`, 'b.check.js': `test('three', () => {});` })).toEqual({
      lastLine: '3 passed, 0 failed',
      code: 0,
    });
  });

  test('counts what failed and what was skipped', () => {
    expect(
      run({
        'a.check.js': `test('one', () => {}); test('two', () => { throw new Error('x'); }); test.skip('three', () => {}); test.todo('four');`,
      }),
    ).toEqual({ lastLine: '1 passed, 1 failed, 2 skipped', code: 1 });
  });

  test('counts a file that cannot be loaded as a failure', () => {
    expect(run({ 'a.check.js': `test('one', () => {});`, 'b.check.js': `import './absent.js'; test('two', () => {});` })).toEqual({
      lastLine: '1 passed, 1 failed',
      code: 1,
    });
  });

  test('counts an error outside every test, and a hook that fails', () => {
    expect(
      run({
        'a.check.js': `test('one', () => { setTimeout(() => { throw new Error('late'); }, 0); }); test('two', () => new Promise((done) => setTimeout(done, 50)));`,
      }),
    ).toEqual({ lastLine: '2 passed, 1 failed', code: 1 });
    expect(
      run({
        'a.check.js': `describe('group', () => { beforeAll(() => { throw new Error('x'); }); test('one', () => {}); }); test('two', () => {});`,
      }),
    ).toMatchObject({ code: 1, lastLine: expect.stringMatching(/^1 passed, [12] failed/) as string });
  });

  test('is a failure when no file was found', () => {
    expect(run({})).toEqual({ lastLine: '0 passed, 1 failed', code: 1 });
  });

  test('is a failure when the set-up of the whole run fails', () => {
    const setup = `export function setup() { throw new Error('no database'); }`;
    expect(run({ 'a.check.js': `test('one', () => {});`, 'setup.js': setup })).toEqual({ lastLine: '0 passed, 1 failed', code: 1 });
  });
});
