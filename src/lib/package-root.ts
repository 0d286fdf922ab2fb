import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The folder of this package: the nearest one above this file whose package.json is named "signalbox".
 * It is the same from `src/` in a clone and from `dist/` in an installed package, so that `sql/` and `dist/web` are found from both.
 */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    if (isSignalbox(join(folder, 'package.json'))) return folder;
    const above = dirname(folder);
    if (above === folder)
      throw new Error(`no package.json named "signalbox" above ${fileURLToPath(import.meta.url)}: the installation is incomplete`);
    folder = above;
  }
}

/** The version of this package, as package.json has it. */
export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string };
  return version;
}

function isSignalbox(packageJson: string): boolean {
  if (!existsSync(packageJson)) return false;
  const { name } = JSON.parse(readFileSync(packageJson, 'utf8')) as { name?: unknown };
  return name === 'signalbox';
}
