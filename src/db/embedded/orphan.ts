import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Log } from '#lib/log.ts';
import { EmbeddedTrouble } from './trouble.ts';

/** What PostgreSQL writes into postmaster.pid; line 8 says "ready" once it answers. */
export type PostmasterFile = { pid: number; isReady: boolean; socketFolder: string };

/** Reads postmaster.pid of a cluster; null when there is none, or not enough of it yet. */
export async function readPostmasterFile(data: string): Promise<PostmasterFile | null> {
  const text = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return null;
  return { pid, isReady: lines[7]?.trim() === 'ready', socketFolder: lines[4]?.trim() ?? '' };
}

/**
 * Stops a PostgreSQL that an earlier Signalbox left running on this cluster (it was killed without a chance to stop it).
 * It is stopped and started anew, not adopted: so there is one way to run, as our child. Only under the lock.
 *
 * @returns the process id that was stopped, or null when there was none
 */
export async function stopOrphan(data: string, log: Log): Promise<number | null> {
  const file = await readPostmasterFile(data);
  if (file === null) return null;
  if (!(await isPostmasterOf(file.pid, data))) {
    // The number may belong to another program by now. PostgreSQL would take it for a running server and refuse to start.
    await rm(join(data, 'postmaster.pid'), { force: true });
    return null;
  }

  log.info({ pid: file.pid }, 'stopping the PostgreSQL that an earlier run left behind');
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    send(file.pid, signal, data);
    if (await isGone(data, file.pid, 10_000)) return file.pid;
  }
  throw new EmbeddedTrouble(
    'in-use',
    `A PostgreSQL (process ${file.pid}) still runs on ${data} and does not stop when asked. Stop it by hand, then start again.`,
  );
}

function send(pid: number, signal: NodeJS.Signals, data: string): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ESRCH') return;
    throw new EmbeddedTrouble(
      'permission',
      `A PostgreSQL (process ${pid}) runs on ${data} under another account and may not be stopped by this one. Stop it, then start again.`,
      { cause: error },
    );
  }
}

/**
 * Waits for the end of a postmaster: its file is removed last. The process itself is not asked, because it may stay a zombie for as long
 * as its new parent does not look; a dead process with its file still there counts as gone too.
 */
async function isGone(data: string, pid: number, forMs: number): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < forMs; waitedMs += 10) {
    if ((await readPostmasterFile(data))?.pid !== pid) return true;
    if (waitedMs % 200 === 0 && !(await isPostmasterOf(pid, data))) return true;
    await new Promise((done) => setTimeout(done, 10));
  }
  return false;
}

/** Does the process live (a zombie does not) and does its command line name the cluster? */
export async function isPostmasterOf(pid: number, data: string): Promise<boolean> {
  return (await commandLineOf(pid)).includes(data);
}

async function commandLineOf(pid: number): Promise<string[]> {
  if (process.platform === 'linux') {
    // A zombie's command line reads as empty.
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
  }
  const { stdout } = await promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  // ps joins the arguments with blanks; the cluster's path may hold some too, so it is looked for as the value of -D.
  const afterD = / -D (.*?) -[a-z] /.exec(stdout);
  return afterD?.[1] === undefined ? [] : [afterD[1]];
}
