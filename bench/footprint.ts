/** Start-up and memory of the server with its database once installed, and the size of what is installed. */
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { packageRoot } from '#lib/package-root.ts';
import { percentile, type Bench, type Figure } from './figure.ts';
import { memoryOf, serve } from './server.ts';

const run = promisify(execFile);
const starts = 5;

export const bench: Bench = {
  title: 'start-up, memory and size',
  run: async (say) => {
    const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-start-'));
    await chmod(folder, 0o755);
    try {
      say('making the database');
      await (await serve(folder)).end();
      const times: number[] = [];
      let memory = { node: 0, postgres: 0 };
      for (let i = 0; i < starts; i++) {
        const from = performance.now();
        const server = await serve(folder);
        times.push((performance.now() - from) / 1000);
        await new Promise((done) => setTimeout(done, 1500));
        memory = memoryOf(server.pid);
        await server.end();
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
