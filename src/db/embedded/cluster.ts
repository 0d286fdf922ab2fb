import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { runAs } from './account.ts';
import type { Account } from './account.ts';
import type { Binaries } from './binaries.ts';
import { fileTrouble, giveTo } from './place.ts';
import { EmbeddedTrouble, USE_YOUR_OWN } from './trouble.ts';

/** The superuser and the database of the embedded PostgreSQL. Its socket is closed to all other accounts, so there is no password. */
export const EMBEDDED_USER = 'signalbox';

/** A new cluster takes 40 MB; less than this would fail half-way or soon after. */
const LEAST_FREE_BYTES = 120 * 1024 * 1024;

/**
 * Makes the cluster where there is none, or checks that the one there can be used by these programs and this account.
 *
 * @param durable wait until the new cluster is on the disk (false only for throw-away clusters of tests)
 * @returns whether it was made now
 */
export async function ensureCluster(data: string, binaries: Binaries, account: Account, durable: boolean): Promise<boolean> {
  if (await holdsCluster(data)) {
    await checkVersion(data, binaries);
    await checkOwner(data, account);
    return false;
  }
  await makeCluster(data, binaries, account, durable);
  return true;
}

async function holdsCluster(data: string): Promise<boolean> {
  if (existsSync(join(data, 'PG_VERSION'))) return true;
  let entries: string[];
  try {
    entries = await readdir(data);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return false;
    if (code === 'EACCES') throw notOurs(data, await ownerOf(data), null);
    throw fileTrouble(error, data, 'read the cluster of PostgreSQL');
  }
  if (entries.length === 0) return false;
  throw new EmbeddedTrouble(
    'not-a-cluster',
    `${data} is not empty and holds no PostgreSQL cluster (no PG_VERSION). Move it away, or set DATA_DIR to another folder.`,
  );
}

async function checkVersion(data: string, binaries: Binaries): Promise<void> {
  const found = await readFile(join(data, 'PG_VERSION'), 'utf8').then(
    (text) => text.trim(),
    (error: NodeJS.ErrnoException) => {
      throw error.code === 'EACCES' ? notOurs(data, null, null) : fileTrouble(error, data, 'read the version of the cluster');
    },
  );
  if (found === String(binaries.major)) return;
  throw new EmbeddedTrouble(
    'other-version',
    `The database in ${data} was made by PostgreSQL ${found}, and this Signalbox brings PostgreSQL ${binaries.major}, which cannot open it. ` +
      `Start the Signalbox version that made it, or set DATA_DIR to a new folder. ${USE_YOUR_OWN}`,
  );
}

async function checkOwner(data: string, account: Account): Promise<void> {
  const owner = await ownerOf(data);
  if (owner !== null && owner !== account.uid) throw notOurs(data, owner, account);
}

async function ownerOf(path: string): Promise<number | null> {
  return stat(path).then(
    ({ uid }) => uid,
    () => null,
  );
}

function notOurs(data: string, owner: number | null, account: Account | null): EmbeddedTrouble {
  const whose = owner === null ? 'another account' : `the account with number ${owner}`;
  const who = account === null ? 'this one' : `${account.name} (${account.uid})`;
  return new EmbeddedTrouble(
    'permission',
    `The database in ${data} belongs to ${whose}, and PostgreSQL would run under ${who}. Start Signalbox as its owner or as root, or set DATA_DIR to another folder. ${USE_YOUR_OWN}`,
  );
}

async function makeCluster(data: string, binaries: Binaries, account: Account, durable: boolean): Promise<void> {
  // Made under another name and renamed when whole: an initdb that was killed leaves something that only looks like a cluster.
  const unfinished = `${data}.unfinished`;
  try {
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { mode: 0o700 });
    await chmod(unfinished, 0o700);
    await giveTo(account, unfinished);
    const { bavail, bsize } = await statfs(unfinished);
    if (bavail * bsize < LEAST_FREE_BYTES) {
      throw new EmbeddedTrouble(
        'disk-full',
        `There are ${Math.floor((bavail * bsize) / 1_000_000)} MB free where the database would go (${data}); it needs ${Math.ceil(LEAST_FREE_BYTES / 1_000_000)}. Make room, or set DATA_DIR to another disk.`,
      );
    }
  } catch (error) {
    throw error instanceof EmbeddedTrouble ? error : fileTrouble(error, unfinished, 'make the folder for the cluster');
  }

  // The built-in locale sorts the same on every system, so that indexes survive a move to another one.
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const access = [`--username=${EMBEDDED_USER}`, '--auth=trust'];
  const { code, output, spawnError } = await runAs(account, binaries.initdb, [
    '-D',
    unfinished,
    ...access,
    ...locale,
    ...(durable ? [] : ['--no-sync']),
  ]);
  if (code !== 0) {
    await rm(unfinished, { recursive: true, force: true });
    throw startTrouble(`initdb (${spawnError ?? `exit code ${code}`})`, output, data, account);
  }
  await rm(data, { recursive: true, force: true });
  await rename(unfinished, data);
}

/** Puts what PostgreSQL's programs wrote when they failed into words, with what would be right. */
export function startTrouble(program: string, output: string, data: string, account: Account): EmbeddedTrouble {
  const said = output.trim().split('\n').slice(-8).join('\n  ');
  if (/No space left on device|Disk quota exceeded/i.test(output)) {
    return new EmbeddedTrouble(
      'disk-full',
      `PostgreSQL could not write to ${data}: the disk is full. Make room, or set DATA_DIR to another disk. It said:\n  ${said}`,
    );
  }
  if (/could not look up effective user ID/i.test(output)) {
    return new EmbeddedTrouble(
      'no-account',
      `The account with number ${account.uid} is not listed in the passwd file, and PostgreSQL needs that to make a database. Add it, or run as a listed account. ${USE_YOUR_OWN}`,
    );
  }
  if (/Permission denied|Operation not permitted|invalid permissions|wrong ownership/i.test(output)) {
    return new EmbeddedTrouble(
      'permission',
      `PostgreSQL, under the account ${account.name}, was refused access to ${data}. It said:\n  ${said}`,
    );
  }
  if (/lock file .* already exists|Is another postmaster/i.test(output)) {
    return new EmbeddedTrouble(
      'in-use',
      `Another PostgreSQL uses ${data}. Stop it, or set DATA_DIR to another folder. It said:\n  ${said}`,
    );
  }
  if (/incompatible with server|not compatible with this version|was initialized by PostgreSQL version/i.test(output)) {
    return new EmbeddedTrouble(
      'other-version',
      `The database in ${data} was made by another version of PostgreSQL. ${USE_YOUR_OWN} It said:\n  ${said}`,
    );
  }
  return new EmbeddedTrouble(
    'failed',
    `PostgreSQL failed in ${program} on ${data}. It said:\n  ${said === '' ? '(nothing)' : said}\n${USE_YOUR_OWN}`,
  );
}
