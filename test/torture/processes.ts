/** Processes as they are in the world: Signalbox, the sandbox, and a PostgreSQL of Debian's, started, stopped and killed for real. */
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chownSync, existsSync, globSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from '#lib/package-root.ts';

/** Machines may be slow; nothing here is measured by this. */
const STARTS_WITHIN_MS = 600_000;

/** A process that said that it is ready. */
export type Started = { child: ChildProcess; said: () => string };

/** Starts a program of ours and waits until it has said something that matches. */
export async function start(args: readonly string[], env: Record<string, string>, wanted: RegExp): Promise<Started> {
  const child = spawn(process.execPath, args, { cwd: packageRoot(), env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${args[0] ?? ''} was not ready in time; it said:\n${said}`));
    }, STARTS_WITHIN_MS);
    const hear = (chunk: Buffer): void => {
      said = `${said}${chunk.toString()}`.slice(-20_000);
      if (!wanted.test(said)) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      reject(new Error(`${args[0] ?? ''} ended with ${code ?? signal ?? ''}; it said:\n${said}`));
    });
  });
  return { child, said: () => said };
}

/** Ends a process, by a signal, and waits until it is gone. */
export async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.kill(signal);
  });
}

export type Server = { url: string; setupToken: string | null; child: ChildProcess; startedInMs: number; said: () => string };

/** Starts a server; `startedInMs`: from its start as a process until it answers. */
export async function startServer(env: Record<string, string>): Promise<Server> {
  const begun = performance.now();
  const { child, said } = await start(['src/main.ts'], { LOG_LEVEL: 'warn', ...env }, /at (http:\S+)[\s\S]*\n/);
  const url = /Signalbox \S+ at (http:\S+)/.exec(said())?.[1] ?? '';
  const ready = await fetch(`${url}/api/health/ready`);
  if (!ready.ok) throw new Error(`the server started and says ${ready.status}: ${await ready.text()}`);
  const startedInMs = performance.now() - begun;
  // the link comes with the lines after the address
  const token = /setup#token=([\w-]+)/;
  return { url, setupToken: token.exec(said())?.[1] ?? null, child, startedInMs, said };
}

export type Sandbox = {
  url: string;
  lever(lever: Record<string, unknown>): Promise<void>;
  state(): Promise<SandboxState>;
  stop(): Promise<void>;
};

/** What is read of the sandbox's own record. */
export type SandboxState = {
  listings: { app: string; platform: string; releases: { version: string; state: string; submissions: { key: string | null }[] }[] }[];
  messages: { key: string }[];
  writes: { key: string | null; call: string; outcome: string; on: string }[];
};

/** Starts a sandbox as a process of its own, which outlives every server. */
export async function startSandbox(folder: string): Promise<Sandbox> {
  const { child, said } = await start(
    ['src/integrations/sandbox/main.ts', '--port', '0', '--file', join(folder, 'sandbox.json')],
    {},
    /Sandbox at (http:\S+?),/,
  );
  const url = /Sandbox at (http:\S+?),/.exec(said())?.[1] ?? '';
  return {
    url,
    async lever(lever) {
      const response = await fetch(`${url}/v1/levers`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(lever),
      });
      if (!response.ok) throw new Error(`the sandbox answered ${response.status}: ${await response.text()}`);
    },
    state: async () => (await (await fetch(`${url}/v1/state`)).json()) as SandboxState,
    stop: () => end(child),
  };
}

export type Postgres = { url: string; restart(): Promise<void>; stop(): Promise<void>; start(): void };

/** Whether Debian's PostgreSQL is here. */
export function debianPostgres(): string | null {
  const [newest] = globSync('/usr/lib/postgresql/*/bin/initdb').toSorted().toReversed();
  return newest === undefined ? null : dirname(newest);
}

/**
 * A PostgreSQL server of Debian's, with a cluster of its own in `folder`.
 *
 * @throws when there is none: it says what to install
 */
export function startPostgres(folder: string): Postgres {
  const bin = debianPostgres();
  if (bin === null) throw new Error('no PostgreSQL in /usr/lib/postgresql: apt-get install postgresql, or name a server with --database');
  const data = join(folder, 'server');
  const socket = join(folder, 'socket');
  const isRoot = process.getuid?.() === 0;
  for (const each of [data, socket]) mkdirSync(each);
  const run = (program: string, args: readonly string[]): void => {
    const [file, all] = isRoot
      ? (['setpriv', ['--reuid', 'postgres', '--regid', 'postgres', '--clear-groups', '--', join(bin, program), ...args]] as const)
      : ([join(bin, program), args] as const);
    execFileSync(file, [...all], { cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] });
  };
  if (isRoot) {
    const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' })));
    for (const each of [data, socket]) chownSync(each, uid ?? 0, gid ?? 0);
  }
  if (!existsSync(join(data, 'PG_VERSION')))
    run('initdb', ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync']);
  const begin = (): void =>
    run('pg_ctl', [
      '-D',
      data,
      '-w',
      '-l',
      join(data, 'server.log'),
      '-o',
      `-k ${socket} -c listen_addresses='' -c max_connections=200`,
      'start',
    ]);
  const stop = (mode: string): void => run('pg_ctl', ['-D', data, '-m', mode, '-w', 'stop']);
  begin();
  return {
    url: `postgresql://postgres@localhost/postgres?host=${encodeURIComponent(socket)}`,
    start: begin,
    async restart() {
      stop('immediate');
      begin();
    },
    async stop() {
      stop('immediate');
    },
  };
}
