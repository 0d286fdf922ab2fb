import { spawn } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { EmbeddedTrouble, USE_YOUR_OWN } from './trouble.ts';

/** The operating system account that PostgreSQL runs under. PostgreSQL refuses to run as root. */
export type Account = {
  uid: number;
  gid: number;
  name: string;
  /** It is not the account of this process: files must be given to it, and it may not reach every folder that we reach. */
  isOther: boolean;
};

/** How a short child process ended. `spawnError` is the system's code (ENOENT, EACCES …) when it did not even start. */
export type Ended = { code: number | null; output: string; spawnError: string | null };

/**
 * The account for a data directory: our own, or for root the owner of the existing data, or else `nobody`
 * (initdb needs an account that is listed in the passwd file).
 *
 * @param existingData folder of the cluster, if there may be one
 */
export function accountFor(existingData: string): Account {
  const uid = process.getuid?.() ?? 0;
  const gid = process.getgid?.() ?? 0;
  if (uid !== 0) return { uid, gid, name: nameOf(uid), isOther: false };

  const owner = ownerOf(existingData);
  if (owner !== null && owner.uid !== 0) return { ...owner, name: nameOf(owner.uid), isOther: true };

  const nobody = passwdEntries().find((entry) => entry.name === 'nobody');
  if (nobody === undefined) {
    throw new EmbeddedTrouble(
      'no-account',
      `PostgreSQL does not run as root, and this system has no account "nobody" to run it under. Start the program as an ordinary user. ${USE_YOUR_OWN}`,
    );
  }
  return { ...nobody, isOther: true };
}

/** The environment of PostgreSQL's processes: nothing of ours, so that no PG… variable changes them and no secret reaches them. */
function cleanEnvironment(): Record<string, string> {
  return { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}

/** Options of `spawn` that make the child belong to the account. The working directory is `/`, which every account reaches. */
export function spawnOptionsFor(account: Account): { cwd: string; env: Record<string, string>; uid?: number; gid?: number } {
  const common = { cwd: '/', env: cleanEnvironment() };
  return account.isOther ? { ...common, uid: account.uid, gid: account.gid } : common;
}

/** Runs a command under the account to its end and gathers what it wrote on both outputs. */
export function runAs(account: Account, file: string, args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { ...spawnOptionsFor(account), stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.on('error', (error: NodeJS.ErrnoException) => resolve({ code: null, output, spawnError: error.code ?? error.message }));
    child.on('close', (code) => resolve({ code, output, spawnError: null }));
  });
}

/** Can the account enter this folder? Asked of the system by doing it: mode bits alone miss access lists and mount options. */
export async function canEnter(account: Account, folder: string): Promise<boolean> {
  const ended = await runAs(account, '/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder]);
  return ended.code === 0;
}

function ownerOf(folder: string): { uid: number; gid: number } | null {
  try {
    const { uid, gid } = statSync(folder);
    return { uid, gid };
  } catch {
    return null;
  }
}

function nameOf(uid: number): string {
  const listed = passwdEntries().find((entry) => entry.uid === uid)?.name;
  if (listed !== undefined) return listed;
  try {
    const user = userInfo();
    return user.uid === uid ? user.username : String(uid);
  } catch {
    return String(uid);
  }
}

function passwdEntries(): { name: string; uid: number; gid: number }[] {
  let text: string;
  try {
    text = readFileSync('/etc/passwd', 'utf8');
  } catch {
    return [];
  }
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    return name === undefined || uid === undefined || gid === undefined ? [] : [{ name, uid: Number(uid), gid: Number(gid) }];
  });
}
