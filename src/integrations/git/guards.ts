/**
 * Hooks by which a repository on this disk says what it takes. Signalbox runs none of them, because whoever can write there could have it run anything; and it
 * does not write past them either: such a repository is written to over ssh or https, where its own server runs them.
 */
import { access, constants, stat } from 'node:fs/promises';
import path from 'node:path';
import { git } from './client.ts';

const GUARDS = ['pre-receive', 'update', 'reference-transaction', 'proc-receive'] as const;

/** The first hook that would be asked about a push; null where none would. */
export async function guardOf(repository: string): Promise<string | null> {
  const inner = path.join(repository, '.git');
  const gitDir = (await isThere(inner)) ? inner : repository;
  const folders = [path.join(gitDir, 'hooks'), ...(await configuredFolders(gitDir))];
  for (const folder of folders) for (const hook of GUARDS) if (await isExecutable(path.join(folder, hook))) return hook;
  return null;
}

/** What its own configuration names; reading it runs nothing. */
async function configuredFolders(gitDir: string): Promise<string[]> {
  const file = path.join(gitDir, 'config');
  const text = await git()
    .text(['config', '--file', file, '--includes', '--type=path', '--get-all', 'core.hooksPath'])
    .catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => path.resolve(gitDir, line));
}

async function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
