import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Log } from '#lib/log.ts';
import { runAs, spawnOptionsFor } from './account.ts';
import type { Account } from './account.ts';
import type { Binaries } from './binaries.ts';
import { startTrouble } from './cluster.ts';
import { readPostmasterFile } from './orphan.ts';
import { EmbeddedTrouble } from './trouble.ts';

/** What a postmaster is started with. */
export type PostmasterSetup = {
  binaries: Binaries;
  account: Account;
  data: string;
  socketFolder: string;
  durable: boolean;
  log: Log;
  /** Called as soon as the process exists, before it answers: so that whoever guards it can stop it from then on. */
  onSpawned: (postmaster: Postmaster) => void;
};

/** A running PostgreSQL, child of this process. `ended` resolves when it is gone, whoever ended it. */
export type Postmaster = {
  pid: number;
  /** It was asked to stop: then its end is no accident. */
  wasAsked: () => boolean;
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Asks it to stop and waits: after 10 s it is made to. Twice is harmless. */
  stop: () => Promise<void>;
  /** Sends the stop signal and does not wait: for the last moment of this process. */
  signalStop: () => void;
};

const ATTEMPTS = 3;
/** Crash recovery reads the whole log written since the last checkpoint; on a slow disk that takes minutes. */
const READY_WITHIN_MS = 300_000;
const TELL_EVERY_MS = 10_000;

/** Starts PostgreSQL and waits until it answers. A start that fails is tried again twice: its forerunner may just be letting go of the cluster. */
export async function startPostmaster(setup: PostmasterSetup): Promise<Postmaster> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(setup);
    } catch (error) {
      const mayPass = error instanceof EmbeddedTrouble && (error.code === 'failed' || error.code === 'in-use');
      if (!mayPass || attempt === ATTEMPTS) throw error;
      setup.log.warn({ attempt, err: error }, 'PostgreSQL did not start; trying again');
      await pause(200 * attempt);
    }
  }
}

async function startOnce(setup: PostmasterSetup): Promise<Postmaster> {
  const { account, data, log } = setup;
  const { file, args, options } = await commandFor(setup);
  // Detached: Ctrl-C in a terminal goes to the whole process group, and we want to end it ourselves, after our connections.
  const child = spawn(file, args, { ...options, detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
  const lastLines: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    lastLines.push(line);
    if (lastLines.length > 50) lastLines.shift();
    if (/^(FATAL|PANIC):/.test(line)) log.warn({ postgres: line }, 'PostgreSQL reports');
    else log.debug({ postgres: line }, 'PostgreSQL reports');
  });

  const end = endOf(child);
  const postmaster = postmasterOf(child, end);
  if (postmaster === null) throw startTrouble(`postgres (${(await end).spawnError})`, '', data, account);
  setup.onSpawned(postmaster);
  const outcome = await Promise.race([end, whenReady(child, data, log)]);
  if (outcome === 'ready') return postmaster;
  if (outcome === 'late') {
    await postmaster.stop();
    throw new EmbeddedTrouble(
      'failed',
      `PostgreSQL did not answer within ${READY_WITHIN_MS / 1000} s on ${data}. It said:\n  ${lastLines.slice(-8).join('\n  ')}`,
    );
  }
  throw startTrouble(`postgres (exit code ${outcome.code ?? outcome.signal})`, lastLines.join('\n'), data, account);
}

type End = { code: number | null; signal: NodeJS.Signals | null; spawnError: string | null };

function endOf(child: ChildProcess): Promise<End> {
  return new Promise((resolve) => {
    child.on('error', (error: NodeJS.ErrnoException) => resolve({ code: null, signal: null, spawnError: error.code ?? error.message }));
    child.on('close', (code, signal) => resolve({ code, signal, spawnError: null }));
  });
}

async function whenReady(child: ChildProcess, data: string, log: Log): Promise<'ready' | 'late'> {
  for (let waitedMs = 0; waitedMs < READY_WITHIN_MS; waitedMs += 10) {
    const file = await readPostmasterFile(data);
    if (file !== null && file.pid === child.pid && file.isReady) return 'ready';
    if (child.exitCode !== null || child.signalCode !== null) break;
    if (waitedMs > 0 && waitedMs % TELL_EVERY_MS === 0)
      log.info({ waitedSeconds: waitedMs / 1000 }, 'PostgreSQL is still starting (it recovers from an interruption)');
    await pause(10);
  }
  return 'late';
}

/** null when the process could not be started at all. */
function postmasterOf(child: ChildProcess, end: Promise<End>): Postmaster | null {
  const pid = child.pid;
  if (pid === undefined) return null;
  let isAsked = false;
  let stopping: Promise<void> | null = null;
  const stop = async (): Promise<void> => {
    for (const [signal, forMs] of [
      ['SIGINT', 10_000],
      ['SIGQUIT', 5_000],
      ['SIGKILL', 5_000],
    ] as const) {
      child.kill(signal);
      if (await endsWithin(end, forMs)) return;
    }
    throw new EmbeddedTrouble('failed', `PostgreSQL (process ${pid}) does not stop.`);
  };
  return {
    pid,
    wasAsked: () => isAsked,
    ended: end,
    stop: () => {
      isAsked = true;
      return (stopping ??= stop());
    },
    signalStop: () => {
      isAsked = true;
      child.kill('SIGINT');
    },
  };
}

async function endsWithin(end: Promise<End>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((done) => {
    timer = setTimeout(done, ms, false);
  });
  try {
    return await Promise.race([end.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function commandFor(setup: PostmasterSetup): Promise<{ file: string; args: string[]; options: ReturnType<typeof spawnOptionsFor> }> {
  const { account, binaries } = setup;
  const args = argumentsFor(setup);
  const options = spawnOptionsFor(account);
  if (!(await hasDeathSignal(account))) return { file: binaries.postgres, args, options };
  // With setpriv the kernel stops PostgreSQL when this process is killed; without it the next start does. It replaces itself, so the pid stays.
  const { uid, gid, ...sameAccount } = options;
  const identity = account.isOther ? ['--reuid', String(uid), '--regid', String(gid), '--clear-groups'] : [];
  return { file: 'setpriv', args: ['--pdeathsig', 'INT', ...identity, '--', binaries.postgres, ...args], options: sameAccount };
}

async function hasDeathSignal(account: Account): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  const { code } = await runAs(account, 'setpriv', ['--pdeathsig', 'INT', '--', 'true']);
  return code === 0;
}

function argumentsFor({ data, socketFolder, durable }: PostmasterSetup): string[] {
  const settings: Record<string, string> = {
    listen_addresses: '',
    unix_socket_directories: socketFolder,
    unix_socket_permissions: '0700',
    max_connections: '100',
    // One node, no replica: the log needs only what a crash needs.
    wal_level: 'minimal',
    max_wal_senders: '0',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '',
    // The statements' own errors reach the program that sent them; here they would be noise.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    ...(durable ? {} : { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off', autovacuum: 'off' }),
  };
  return ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => {
    setTimeout(done, ms);
  });
}
