/**
 * From a person's halt, given, to the request that leaves for the storefront, while everything else hangs: the lane has a call that gets no answer, every track of the
 * app is due again and again, and a transaction holds the app's row.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '#db/connect.ts';
import { markDue } from '#db/due.ts';
import { startEmbedded } from '#db/embedded/index.ts';
import { migrate } from '#db/migrate.ts';
import { createEngine } from '#engine/engine.ts';
import { integrations } from '#integrations/index.ts';
import { sandboxTools } from '#integrations/sandbox/in-process.ts';
import { createWorld } from '#integrations/sandbox/world/world.ts';
import { percentile, type Bench, type Figure } from './figure.ts';
import { admin, app, fact, must, now, prepare, stages, until } from './rolling-out.ts';

const platforms = Array.from({ length: 12 }, (_, index) => `p${index + 1}`);

/** A share of 50 % is ordered of every track as soon as it is at 1 %: that is the call that hangs. */
const policy = `app: ${app}
timezone: UTC
platforms:
${platforms.map((platform) => `  ${platform}: { storefronts: [google-play], rollout: [1, 50, 100] }`).join('\n')}
kinds: { regular: { process: light } }
criteria:
  quality: { is: custom, required: true, waivable: true }
before submit: []
before 1%: []
before 50%: [quality]
before 100%: [{ soaked: 7d }]
robot: { submit: auto, start: auto, raise: auto }
`;

export const bench: Bench = { title: 'a halt, given → its request to the storefront, under load', run };

async function run(say: (text: string) => void): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-halt-'));
  await chmod(folder, 0o755);
  const embedded = await startEmbedded({ dataDir: folder });
  const connection = await connect({ url: embedded.url });
  const urgent = await connect({ url: embedded.url, poolSize: 4 });
  await migrate({ pool: connection.pool });
  const world = createWorld({ machineTime: now });
  const real = sandboxTools(world);
  const sentAt = new Map<string, number>();
  const send: typeof fetch = async (input, init) => {
    const [, platform = '', call = ''] = /bench\/(p\d+)\/releases\/1\.0\.0\/(\w+)$/.exec(typeof input === 'string' ? input : '') ?? [];
    if (call === 'halt' && !sentAt.has(platform)) sentAt.set(platform, performance.now());
    if (call !== 'raise') return real(input, init);
    return new Promise<Response>((_, reject) => init?.signal?.addEventListener('abort', () => reject(new Error('aborted'))));
  };
  const engine = createEngine({
    connection,
    urgent,
    integrations,
    clock: { now },
    owner: 'bench',
    secret: 'a secret for the bench, of enough length',
    dataDir: folder,
    fetch: send,
  });
  const life = { isOver: false };
  try {
    await prepare(engine, world, platforms, policy);
    await engine.start();
    await until(async () => (await stages(connection)).every((stage) => stage === 'rolling-out'), 'all roll out');
    say(`${platforms.length} tracks roll out; a raise of each gets no answer`);
    must(
      await engine.report(
        platforms.map((platform) => fact('report', `q-${platform}`, green(platform))),
        admin,
      ),
    );
    const load = (async () => {
      while (!life.isOver) {
        await markDue(
          connection.db,
          platforms.map((platform) => ({ kind: 'track' as const, key: `${app}/1.0.0/${platform}`, app, at: now() })),
        ).catch(() => undefined);
        await new Promise((done) => setTimeout(done, 20));
      }
    })();
    await new Promise((done) => setTimeout(done, 1000));
    const samples: number[] = [];
    for (const [index, platform] of platforms.entries()) {
      // every fourth halt meets a transaction that holds the app's row
      const isHeld = index % 4 === 3;
      const blocker = isHeld ? await connection.pool.connect() : null;
      blocker?.on('error', () => undefined);
      await blocker?.query('begin');
      await blocker?.query("update apps set name = name where id = 'bench'");
      const begun = performance.now();
      must(await engine.command(`${app}/1.0.0/${platform}`, { do: 'halt', reason: 'the bench says so' }, admin));
      await until(async () => sentAt.has(platform), `the halt of ${platform} is sent`);
      samples.push((sentAt.get(platform) ?? 0) - begun);
      blocker?.release(true);
    }
    life.isOver = true;
    await load;
    const what = `halt given → request to the storefront; its lane hangs, ${platforms.length} tracks are due all the time, every fourth halt meets a transaction that holds the app`;
    return [
      { what: `${what}, p50`, value: percentile(samples, 0.5), unit: 'ms' },
      { what: 'the same, p95', value: percentile(samples, 0.95), unit: 'ms' },
      { what: `the same, longest of ${samples.length}`, value: Math.max(...samples), unit: 'ms', atMost: 5000 },
    ];
  } finally {
    life.isOver = true;
    await engine.stop();
    await urgent.close();
    await connection.close();
    await embedded.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const green = (platform: string): object => ({
  instance: 'quality',
  platform,
  version: '1.0.0',
  colour: 'green',
  because: 'the bench says so',
});
