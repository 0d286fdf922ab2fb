import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, lstat, mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canEnter } from './account.ts';
import type { Account } from './account.ts';
import { EmbeddedTrouble, USE_YOUR_OWN } from './trouble.ts';

/** Where the cluster lives. */
export type Place = {
  /** Folder that holds everything of the embedded PostgreSQL. */
  base: string;
  /** The cluster itself. */
  data: string;
  /** It is not inside the data directory, because PostgreSQL's account cannot reach that. */
  isElsewhere: boolean;
};

/** Names, in the data directory, the folder where the cluster is when it is not inside; also keeps the choice from changing with a later chmod. */
const POINTER = 'postgres-is-in.txt';

/** A socket's path may have 107 bytes on Linux and 103 on macOS, and PostgreSQL adds its file name. */
const LONGEST_SOCKET_PATH = 103;
const SOCKET_NAME = '/.s.PGSQL.5432';

/** A short stable name for a path. */
export function hashOf(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, 12);
}

/** Makes the data directory if it is absent, and says its real path. Refuses, in words, one that cannot be made or written. */
export async function prepareDataDirectory(dataDir: string): Promise<string> {
  try {
    if ((await mkdir(dataDir, { recursive: true })) !== undefined) await chmod(dataDir, 0o755);
    return await realpath(dataDir);
  } catch (error) {
    throw fileTrouble(error, dataDir, 'make the data directory');
  }
}

/** Where an existing cluster of this data directory is, or would be if its account could reach it. */
export async function expectedPlace(dataDir: string): Promise<Place> {
  const elsewhere = await readFile(join(dataDir, POINTER), 'utf8').then(
    (text) => text.trim(),
    () => null,
  );
  const base = elsewhere ?? join(dataDir, 'postgres');
  return { base, data: join(base, 'data'), isElsewhere: elsewhere !== null };
}

/**
 * Settles the place: inside the data directory where the account can enter it, else in a folder of its own below `fallbackRoot`.
 * A cluster that is already there is never left behind: if its account cannot reach it any more, that is refused.
 */
export async function settlePlace(dataDir: string, account: Account, fallbackRoot: string): Promise<Place> {
  const expected = await expectedPlace(dataDir);
  if (expected.isElsewhere || (await canEnter(account, dataDir))) {
    await makeFolder(expected.base);
    if (!(await canEnter(account, expected.base))) throw unreachable(expected.base, account);
    return expected;
  }
  if (existsSync(expected.data)) throw unreachable(expected.data, account);

  const base = join(fallbackRoot, `signalbox-${hashOf(dataDir)}`);
  await makeFolder(base);
  if (!(await canEnter(account, base))) throw unreachable(base, account);
  await writeFile(join(dataDir, POINTER), `${base}\n`);
  return { base, data: join(base, 'data'), isElsewhere: true };
}

/** The folder of the socket, for the account alone: beside the data, or in the temporary folder when that path is too long for a socket. */
export async function prepareSocketFolder(base: string, account: Account): Promise<string> {
  const folder = socketFolderOf(base);
  if (Buffer.byteLength(folder + SOCKET_NAME) > LONGEST_SOCKET_PATH) {
    throw new EmbeddedTrouble(
      'path-too-long',
      `The path ${folder} is too long for a socket (${LONGEST_SOCKET_PATH} bytes with its name). Set DATA_DIR or TMPDIR to a shorter path. ${USE_YOUR_OWN}`,
    );
  }
  await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw fileTrouble(error, folder, 'make the folder for the socket');
  });
  // In the temporary folder anyone may have made this name before us: what we did not make must be a folder, and ours.
  const found = await lstat(folder);
  const isOurs = found.uid === account.uid || found.uid === process.getuid?.();
  if (!found.isDirectory() || !isOurs) {
    throw new EmbeddedTrouble(
      'permission',
      `${folder} belongs to another account or is not a folder; the socket of PostgreSQL goes there. Remove it, or set DATA_DIR to another place. ${USE_YOUR_OWN}`,
    );
  }
  await giveTo(account, folder);
  await chmod(folder, 0o700);
  return folder;
}

/** Where the socket is, or would be. */
export function socketFolderOf(base: string): string {
  const beside = join(base, 'run');
  return Buffer.byteLength(beside + SOCKET_NAME) <= LONGEST_SOCKET_PATH ? beside : join(tmpdir(), `signalbox-${hashOf(base)}`);
}

/** Gives a file or folder to the account, where it is not ours. */
export async function giveTo(account: Account, path: string): Promise<void> {
  if (account.isOther) await chown(path, account.uid, account.gid);
}

/** Puts a failed file operation into words, with what would be right. */
export function fileTrouble(cause: unknown, path: string, intent: string): EmbeddedTrouble {
  const code = (cause as NodeJS.ErrnoException).code;
  const start = `Signalbox could not ${intent} (${path})`;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new EmbeddedTrouble('disk-full', `${start}: the disk is full. Make room, or set DATA_DIR to another disk.`, { cause });
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    const why = code === 'EROFS' ? 'the file system is read-only' : 'permission denied';
    return new EmbeddedTrouble('permission', `${start}: ${why}. Set DATA_DIR to a folder that this account may write. ${USE_YOUR_OWN}`, {
      cause,
    });
  }
  return new EmbeddedTrouble('failed', `${start}: ${cause instanceof Error ? cause.message : String(cause)}.`, { cause });
}

async function makeFolder(folder: string): Promise<void> {
  try {
    if ((await mkdir(folder, { recursive: true })) !== undefined) await chmod(folder, 0o755);
  } catch (error) {
    throw fileTrouble(error, folder, 'make the folder for PostgreSQL');
  }
}

function unreachable(folder: string, account: Account): EmbeddedTrouble {
  return new EmbeddedTrouble(
    'permission',
    `PostgreSQL runs under the account ${account.name}, which cannot enter ${folder}: a folder above it is closed to other accounts. ` +
      `Open the folders above it (chmod o+x), or set DATA_DIR to a folder that ${account.name} can reach. ${USE_YOUR_OWN}`,
  );
}
