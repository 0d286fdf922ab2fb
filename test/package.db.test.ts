import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageRoot, packageVersion } from '#lib/package-root.ts';
import { loadedBy } from './setup/loaded.ts';

/*
 * The package as a stranger gets it: packed, installed into an empty folder and run. It is among the tests with a database because it takes as long as they do.
 */

const folder = mkdtempSync(join(tmpdir(), 'signalbox-package-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** npm as a person starts it: without what the npm that runs the tests has put into the environment. */
function npm(args: readonly string[], cwd: string): { status: number | null; stdout: string; stderr: string } {
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(npm_(?!config_(cache|registry|cafile|userconfig))|VITEST|NODE_ENV$|NODE_OPTIONS$)/i.test(name),
    ),
  );
  return spawnSync('npm', args, { cwd, encoding: 'utf8', env: environment });
}

function signalbox(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(folder, 'node_modules', 'signalbox', 'dist', 'signalbox.js'), ...args],
    { cwd: folder, encoding: 'utf8' },
  );
  return { status, stdout, stderr };
}

describe('the packed tarball', () => {
  let files: string[] = [];
  beforeAll(() => {
    const packed = npm(['pack', '--json', '--silent', '--pack-destination', folder], packageRoot());
    if (packed.status !== 0) throw new Error(`npm pack failed: ${packed.stdout}${packed.stderr}`);
    const tarball = join(folder, `signalbox-${packageVersion()}.tgz`);
    files = spawnSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).stdout.trim().split('\n');
    writeFileSync(join(folder, 'package.json'), '{ "name": "a-stranger", "private": true }\n');
    const installed = npm(['install', '--prefer-offline', '--no-audit', '--no-fund', tarball], folder);
    if (installed.status !== 0) throw new Error(`npm install of the tarball failed: ${installed.stderr}`);
  }, 300_000);

  test('holds the program as JavaScript, the migrations and nothing of the workshop', () => {
    expect(files).toContain('package/dist/signalbox.js');
    expect(files).toContain('package/dist/cli.js');
    expect(files.filter((file) => /\.(ts|tsx|map)$|\/(src|test|scripts|node_modules|\.data)\//.test(file))).toEqual([]);
    const migrations = spawnSync('git', ['ls-files', 'sql'], { cwd: packageRoot(), encoding: 'utf8' }).stdout.trim().split('\n');
    expect(files).toEqual(expect.arrayContaining(migrations.filter((file) => file !== '').map((file) => `package/${file}`)));
  });

  test('holds the web pages where there are some', () => {
    expect(files.includes('package/dist/web/index.html')).toBe(existsSync(join(packageRoot(), 'web', 'index.html')));
  });

  test('says its version', () => {
    expect(signalbox('--version')).toEqual({ status: 0, stdout: `${packageVersion()}\n`, stderr: '' });
  });

  test('compares versions without a server', () => {
    expect(signalbox('version', 'compare', '1.2', '1.3')).toMatchObject({ status: 0, stdout: '<\n' });
  });

  test('loads no schemas to ask a server', () => {
    const { status, loaded } = loadedBy([join(folder, 'node_modules', 'signalbox', 'dist', 'signalbox.js'), 'status'], {
      SIGNALBOX_URL: 'http://127.0.0.1:1',
      SIGNALBOX_KEY: 'sbx_x',
    });
    expect(status).toBe(4);
    expect(loaded.filter((url) => url.includes('/node_modules/commander/'))).not.toEqual([]);
    expect(loaded.filter((url) => /\/node_modules\/(zod|yaml)\//.test(url))).toEqual([]);
  });

  test('tells an old Node what it needs, before anything else is loaded', () => {
    const start = readFileSync(join(folder, 'node_modules', 'signalbox', 'dist', 'signalbox.js'), 'utf8');
    expect(start).toMatch(/^#!\/usr\/bin\/env node\n/);
    const pretending = start.replace('process.versions.node', "'20.19.0'");
    writeFileSync(join(folder, 'node_modules', 'signalbox', 'dist', 'old.js'), pretending);
    const { status, stderr } = spawnSync(process.execPath, [join(folder, 'node_modules', 'signalbox', 'dist', 'old.js')], {
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stderr).toContain('signalbox needs Node 22.18 or later');
  });
});
