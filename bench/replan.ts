/** One look at one track through the database: reading its world, planning, and committing what is new, on a large instance. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { connect } from '#db/connect.ts';
import { startEmbedded } from '#db/embedded/index.ts';
import { migrate } from '#db/migrate.ts';
import type { Fact } from '#domain/facts.ts';
import type { Actor } from '#domain/roles.ts';
import { createEngine } from '#engine/engine.ts';
import { percentile, type Bench, type Figure } from './figure.ts';
import { fill, LARGEST_APP } from './large-instance.ts';

const at = '2024-10-01T12:20:00.000Z';
const samples = 200;
/** One whose version has 2,500 open bugs, and one with a few. */
const places = [
  { app: LARGEST_APP, name: 'the largest app' },
  { app: 'app-1', name: 'an ordinary app' },
];
const ci: Actor = { kind: 'key', id: 'ci', name: 'CI', roles: ['member'], scopes: ['report'], teams: [] };

export const bench: Bench = { title: 'one look at one track through the database', run };

async function run(say: (text: string) => void): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-replan-'));
  const embedded = await startEmbedded({ dataDir: folder });
  const connection = await connect({ url: embedded.url });
  await migrate({ pool: connection.pool });
  await fill(connection.db, { apps: 100, bugs: 5000, teams: 200 });
  say('100 apps × 3 platforms × 2 live releases, 5,000 open bugs, 200 teams');
  const engine = createEngine({
    connection,
    integrations: [],
    clock: { now: () => at },
    owner: 'bench',
    secret: 'a secret for the bench, of enough length',
    dataDir: folder,
  });
  try {
    await engine.settle();
    const figures: Figure[] = [];
    for (const { app, name } of places) figures.push(...(await measured(engine, app, name)));
    return figures;
  } finally {
    await engine.stop();
    await connection.close();
    await embedded.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measured(engine: ReturnType<typeof createEngine>, app: string, name: string): Promise<Figure[]> {
  const previews: number[] = [];
  const looks: number[] = [];
  for (let index = 0; index < samples; index++) {
    previews.push(await timed(async () => void (await engine.plan(`${app}/8.9.2/ios`))));
    const answer = await engine.report([testRun(app, index)], ci);
    if (!answer.ok || answer.receipts[0]?.accepted !== true) throw new Error(JSON.stringify(answer));
    looks.push(await timed(() => engine.settle()));
  }
  return [
    { what: `${name}: world read and planned, p50`, value: percentile(previews, 0.5), unit: 'ms' },
    { what: `${name}: world read and planned, p99`, value: percentile(previews, 0.99), unit: 'ms' },
    { what: `${name}: a new fact looked at (lease, read, plan, commit), p50`, value: percentile(looks, 0.5), unit: 'ms' },
    { what: `${name}: a new fact looked at, p99`, value: percentile(looks, 0.99), unit: 'ms' },
  ];
}

async function timed(work: () => Promise<void>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

/** Each one is news: a suite that starts and passes in turns. */
function testRun(app: string, index: number): Fact {
  const payload = {
    platform: 'ios',
    version: '8.9.2',
    build: '1',
    suite: 'smoke',
    state: index % 2 === 0 ? ('running' as const) : ('passed' as const),
    attempts: 1,
  };
  return { kind: 'test-run', app, source: 'ci', key: 'smoke', revision: index + 1, at, payload };
}
