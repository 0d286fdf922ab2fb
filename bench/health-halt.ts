/**
 * From the acceptance of what moves a watermark to the red verdict that can be read, and to the halt that arrives at the storefront: the engine as it runs, its embedded
 * database with `fsync`, and the sandbox in this process. A roll-up moves the watermark; with envelopes one would wait for the hour to end.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { connect } from '#db/connect.ts';
import type { Connection } from '#db/connect.ts';
import { startEmbedded } from '#db/embedded/index.ts';
import { migrate } from '#db/migrate.ts';
import { createEngine } from '#engine/engine.ts';
import { integrations } from '#integrations/index.ts';
import { sandboxTools } from '#integrations/sandbox/in-process.ts';
import { createWorld } from '#integrations/sandbox/world/world.ts';
import { percentile } from './figure.ts';
import type { Bench, Figure } from './figure.ts';
import { app, must, now, prepare, stages, until } from './rolling-out.ts';

const platforms = Array.from({ length: 20 }, (_, index) => `p${index + 1}`);

const policy = `app: ${app}
timezone: UTC
platforms:
${platforms.map((platform) => `  ${platform}: { storefronts: [google-play], rollout: [1, 100] }`).join('\n')}
kinds: { regular: { process: light } }
criteria: { crash-rate: { is: rate-below, limit-per-1000-hours: 1, required: true } }
before submit: []
before start: []
before finish: [{ soaked: 7d }, crash-rate]
halts-while-rolling-out: [crash-rate]
robot: { submit: auto, start: auto, raise: auto, halt: auto }
windows: any
`;

export const bench: Bench = { title: 'a watermark that moves → red → halted at the storefront', run };

async function run(say: (text: string) => void): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-health-halt-'));
  await chmod(folder, 0o755);
  const embedded = await startEmbedded({ dataDir: folder });
  const connection = await connect({ url: embedded.url });
  const urgent = await connect({ url: embedded.url, poolSize: 4 });
  await migrate({ pool: connection.pool });
  const world = createWorld({ machineTime: now });
  const real = sandboxTools(world);
  const haltedAt = new Map<string, number>();
  const engine = createEngine({
    connection,
    urgent,
    integrations,
    clock: { now },
    owner: 'bench',
    secret: 'a secret for the bench, of enough length',
    dataDir: folder,
    fetch: async (input, init) => {
      const answer = await real(input, init);
      const [, platform = '', call = ''] = /bench\/(p\d+)\/releases\/1\.0\.0\/(\w+)$/.exec(typeof input === 'string' ? input : '') ?? [];
      if (call === 'halt' && answer.ok) haltedAt.set(platform, performance.now());
      return answer;
    },
  });
  try {
    await prepare(engine, world, platforms, policy);
    await engine.start();
    await until(async () => (await stages(connection)).every((stage) => stage === 'rolling-out'), 'all roll out');
    say(`${platforms.length} tracks roll out`);
    const red: number[] = [];
    const halted: number[] = [];
    for (const platform of platforms) {
      // what moves the watermark tells of the bad hour too: everything up to now is told at once
      const bucket = `${now().slice(0, 13)}:00:00Z`;
      const value = {
        platform,
        version: '1.0.0',
        audience: 'production',
        segment: 'all',
        bucket,
        consumption: 100,
        crashes: { count: 30, affected: 30 },
      };
      must(await engine.reportHealth(app, { source: platform, rows: [{ row: 0, value }], completeUntil: now() }));
      const accepted = performance.now();
      await until(async () => (await colourOf(connection, platform)) === 'red', `${platform} is red`);
      red.push(performance.now() - accepted);
      await until(async () => haltedAt.has(platform), `${platform} is halted`);
      halted.push((haltedAt.get(platform) ?? 0) - accepted);
    }
    return [
      { what: 'what moves the watermark, accepted → its red verdict can be read, p50', value: percentile(red, 0.5), unit: 'ms' },
      { what: 'the same, p95', value: percentile(red, 0.95), unit: 'ms', atMost: 1000 },
      { what: 'accepted → halted at the sandbox, p50', value: percentile(halted, 0.5), unit: 'ms' },
      { what: `the same, p95 of ${halted.length}`, value: percentile(halted, 0.95), unit: 'ms', atMost: 1000 },
    ];
  } finally {
    await engine.stop();
    await urgent.close();
    await connection.close();
    await embedded.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function colourOf({ db }: Connection, platform: string): Promise<string | null> {
  const found = await db
    .selectFrom('verdicts')
    .select('verdict')
    .where('track', '=', `${app}/1.0.0/${platform}`)
    .where('instance', '=', 'crash-rate')
    .executeTakeFirst();
  return found?.verdict.colour ?? null;
}
