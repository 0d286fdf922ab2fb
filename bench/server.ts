/** The server as it is run, in a process of its own on its embedded database with `fsync`, and what it takes of the machine's memory. */
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '#api/client.ts';
import type { Client } from '#api/client.ts';
import { packageRoot } from '#lib/package-root.ts';
import { firstAdmin } from '../test/e2e/world.ts';

/** `setupLink` waits for the link with which the first admin is made; on a database that was there before there is none. */
export type Served = { pid: number; url: string; setupLink: () => Promise<string>; end: () => Promise<void> };

/** Starts the server on a data directory and waits until it answers. */
export async function serve(folder: string): Promise<Served> {
  const server = spawn(process.execPath, ['src/main.ts'], {
    cwd: packageRoot(),
    env: { ...process.env, DATA_DIR: folder, DATABASE_URL: '', PORT: '0', LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  server.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const heard = (wanted: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = wanted.exec(said)?.[1];
        if (found !== undefined) resolve(found);
      };
      server.stdout.on('data', look);
      server.once('exit', () => reject(new Error(`the server ended: ${said}`)));
      look();
    });
  const url = await heard(/at (http:\S+)\n/);
  const answer = await fetch(`${url}/api/health/ready`);
  if (!answer.ok) throw new Error(`the server is not ready: ${answer.status}`);
  return {
    pid: server.pid ?? 0,
    url,
    setupLink: () => heard(/(http:\S+\/setup#token=\S+)\n/),
    end: async () => {
      const ended = new Promise((done) => server.once('exit', done));
      server.kill('SIGTERM');
      await ended;
    },
  };
}

/** The app of `withApp`, with its release on trunk. */
export const APP = 'music';

/** Runs `work` on a server that has an app of three platforms and one release, in a folder that goes afterwards. */
export async function withApp<T>(work: (served: Served & { client: Client; key: string; folder: string }) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-server-'));
  await chmod(folder, 0o755);
  const served = await serve(folder);
  try {
    const { key } = await firstAdmin({ url: served.url, setupLink: await served.setupLink() });
    const client = createClient({ baseUrl: served.url, key });
    await client.createApp({ body: { id: APP, platforms: ['android', 'ios', 'desktop'] } });
    await client.planRelease({ params: { app: APP }, body: { version: '8.9.2', startsAt: 'developing' } });
    return await work({ ...served, client, key, folder });
  } finally {
    await served.end();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Megabytes of a process and of its descendants, shared pages divided among those who share them. */
export function memoryOf(pid: number): { node: number; postgres: number } {
  const children = descendantsOf(pid);
  return { node: pssOf(pid), postgres: children.reduce((sum, child) => sum + pssOf(child), 0) };
}

/** The processes that it started, and those that they did. */
export function descendantsOf(pid: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        return [{ pid: Number(name), parent: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) }];
      } catch {
        return [];
      }
    });
  const found: number[] = [];
  for (let from = [pid]; from.length > 0;) {
    from = parents.filter(({ parent }) => from.includes(parent)).map((each) => each.pid);
    found.push(...from);
  }
  return found;
}

function pssOf(pid: number): number {
  const kilobytes = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1];
  return Math.round(Number(kilobytes ?? 0) / 1024);
}
