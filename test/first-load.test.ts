import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { packageRoot } from '#lib/package-root.ts';
import { filesOf } from '#server/first-files.ts';
import type { Manifest } from '#server/first-files.ts';

/* What the control room needs over the wire before it is there, of a build of the pages as they are now. Sizes are no times: they are held. */

const MOST_SCRIPT_KB = 150;
/** The page and its snapshot come beside the styles: 60 kB for all three, of which the largest snapshot we know takes half. */
const MOST_STYLE_KB = 20;

let outDir: string;
let files: ReturnType<typeof filesOf>;

beforeAll(async () => {
  outDir = await mkdtemp(join(tmpdir(), 'signalbox-first-load-'));
  const root = packageRoot();
  // a process of its own: within a test the libraries would be built as for development
  execFileSync(
    process.execPath,
    [join(root, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', '--outDir', outDir, '--emptyOutDir', '--logLevel', 'error'],
    { cwd: root, env: { ...process.env, NODE_ENV: 'production' } },
  );
  const manifest = JSON.parse(readFileSync(join(outDir, 'manifest.json'), 'utf8')) as Manifest;
  files = filesOf(manifest, ['index', 'app', 'room']);
  return () => rm(outDir, { recursive: true, force: true });
}, 120_000);

const gzipKB = (names: readonly string[]): number =>
  names.reduce((sum, name) => sum + gzipSync(readFileSync(join(outDir, name)), { level: 6 }).length, 0) / 1000;

test(`the scripts of the control room are at most ${MOST_SCRIPT_KB} kB, compressed`, () => {
  expect(files.scripts.length).toBeGreaterThan(2);
  expect(gzipKB(['theme.js', ...files.scripts])).toBeLessThan(MOST_SCRIPT_KB);
});

test(`its styles are at most ${MOST_STYLE_KB} kB, compressed`, () => {
  expect(files.styles.length).toBeGreaterThan(1);
  expect(gzipKB(files.styles)).toBeLessThan(MOST_STYLE_KB);
});

test('it is begun with few files, in the two faces that every page is set in', () => {
  expect(files.scripts.length).toBeLessThanOrEqual(6);
  expect(files.fonts).toHaveLength(2);
});
