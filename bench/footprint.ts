/** Start-up and memory of the server with its database once installed, and the size of what is installed. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { packageRoot } from '#lib/package-root.ts';
import { percentile, type Bench, type Figure } from './figure.ts';

const run = promisify(execFile);
const starts = 5;

export const bench: Bench = {
  title: 'start-up, memory and size',
  run: async (say) => {
    const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-start-'));
    await chmod(folder, 0o755);
    try {
      say('making the database');
      await end(await start(folder));
      const times: number[] = [];
      let memory = { node: 0, postgres: 0 };
      for (let i = 0; i < starts; i++) {
        const from = performance.now();
        const server = await start(folder);
        times.push((performance.now() - from) / 1000);
        await new Promise((done) => setTimeout(done, 1500));
        memory = memoryOf(server.pid ?? 0);
        await end(server);
      }
      say('packing');
      return [
        { what: `start to first answer, database made before, median of ${starts}`, value: percentile(times, 0.5), unit: 's', atMost: 5 },
        {
          what: 'memory of the server with its database, at rest',
          value: memory.node + memory.postgres,
          unit: 'MB',
          atMost: 250,
          note: `proportional set size: Node ${memory.node} MB, PostgreSQL ${memory.postgres} MB`,
        },
        ...(await sizes()),
      ];
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** Starts the server and waits until it answers. */
async function start(folder: string): Promise<ChildProcess> {
  const server = spawn(process.execPath, ['src/main.ts'], {
    cwd: packageRoot(),
    env: { ...process.env, DATA_DIR: folder, PORT: '0', LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    let said = '';
    server.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const found = /at (http:\S+)/.exec(said)?.[1];
      if (found) resolve(found);
    });
    server.on('exit', () => reject(new Error(`the server ended: ${said}`)));
  });
  const answer = await fetch(`${url}/api/health/ready`);
  if (!answer.ok) throw new Error(`the server is not ready: ${answer.status}`);
  return server;
}

async function end(server: ChildProcess): Promise<void> {
  const ended = new Promise((done) => server.on('exit', done));
  server.kill('SIGTERM');
  await ended;
}

/** Megabytes of a process and of its descendants, shared pages divided among those who share them. */
function memoryOf(pid: number): { node: number; postgres: number } {
  const children = descendantsOf(pid);
  return { node: pssOf(pid), postgres: children.reduce((sum, child) => sum + pssOf(child), 0) };
}

function descendantsOf(pid: number): number[] {
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

async function sizes(): Promise<Figure[]> {
  const packed = await run('npm', ['pack', '--dry-run', '--json'], { cwd: packageRoot(), maxBuffer: 64 * 2 ** 20 });
  const [told] = JSON.parse(packed.stdout.slice(packed.stdout.indexOf('[\n'))) as {
    size: number;
    unpackedSize: number;
    entryCount: number;
  }[];
  if (!told) throw new Error('npm pack told nothing');
  const installed = await run('du', ['-sm', 'node_modules'], { cwd: packageRoot() });
  return [
    {
      what: 'packed tarball',
      value: told.size / 1e6,
      unit: 'MB',
      note: `${(told.unpackedSize / 1e6).toFixed(1)} MB unpacked, ${told.entryCount} files`,
    },
    { what: 'a development install (node_modules)', value: Number.parseInt(installed.stdout, 10), unit: 'MB' },
  ];
}
