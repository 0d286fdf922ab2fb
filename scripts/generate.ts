/*
 * Writes the generated files (`npm run generate`), or with --check says which of them no longer follow from the sources.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { packageRoot } from '#lib/package-root.ts';
import { generators } from './generators.ts';

const isCheck = process.argv.includes('--check');
const stale: string[] = [];

for (const { file, make } of generators) {
  const path = join(packageRoot(), file);
  const text = await make();
  const before = await readFile(path, 'utf8').catch(() => null);
  if (before === text) continue;
  stale.push(file);
  if (isCheck) continue;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

if (isCheck && stale.length > 0) {
  console.error(
    `These files do not follow from the sources any more; run npm run generate and commit them:\n${stale.map((file) => `  ${file}`).join('\n')}`,
  );
  process.exitCode = 1;
} else {
  console.log(
    isCheck ? `${generators.length} generated files are up to date` : `${stale.length} of ${generators.length} generated files written`,
  );
}
