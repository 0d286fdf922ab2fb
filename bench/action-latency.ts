/** From the last fact that a step waits for, accepted, to the call at the storefront: a real engine on the embedded database, the sandbox over HTTP. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { connect } from '#db/connect.ts';
import { startEmbedded } from '#db/embedded/index.ts';
import { migrate } from '#db/migrate.ts';
import type { Fact, FactKind } from '#domain/facts.ts';
import type { Actor } from '#domain/roles.ts';
import { createEngine } from '#engine/engine.ts';
import type { Engine, Result } from '#engine/types.ts';
import { integrations } from '#integrations/index.ts';
import { serveSandbox } from '#integrations/sandbox/server.ts';
import { percentile, type Bench, type Figure } from './figure.ts';

/** Each track is a platform with a listing of its own, so that none waits for another. An app has twenty at most. */
const apps = ['bench-1', 'bench-2', 'bench-3'];
const platforms = Array.from({ length: 20 }, (_, i) => `p${i + 1}`);
const tracks = apps.length * platforms.length;
const head = 'a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1';
const admin: Actor = { kind: 'person', id: 'bench', name: 'Bench', roles: ['admin', 'release-manager'], teams: [] };

const policyOf = (app: string): string => `app: ${app}
timezone: UTC
platforms:
${platforms.map((platform) => `  ${platform}: { storefronts: [google-play], rollout: [1, 100] }`).join('\n')}
kinds: { regular: { process: light } }
criteria:
  quality: { is: custom, required: true, waivable: true }
before submit: [quality]
before 1%: []
before 100%: []
robot: { submit: auto, start: auto, raise: auto }
`;

export const bench: Bench = { title: 'criterion satisfied → action at the sandbox', run };

async function run(say: (text: string) => void): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-latency-'));
  const embedded = await startEmbedded({ dataDir: folder });
  const connection = await connect({ url: embedded.url });
  await migrate({ pool: connection.pool });
  const sandbox = await serveSandbox({ port: 0, file: null });
  const engine = createEngine({
    connection,
    integrations,
    clock: { now: () => new Date().toISOString() },
    owner: 'bench',
    secret: 'a secret for the bench, of enough length',
    dataDir: folder,
  });
  try {
    for (const app of apps) await prepare(engine, app, sandbox.url);
    say(`${tracks} tracks wait for one criterion each`);
    await engine.start();
    await new Promise((done) => setTimeout(done, 3000));
    const samples: number[] = [];
    for (const app of apps) for (const platform of platforms) samples.push(await once(engine, sandbox.url, app, platform));
    return [
      {
        what: `criterion satisfied → submission at the sandbox, ${tracks} tracks one by one, p50`,
        value: percentile(samples, 0.5),
        unit: 'ms',
      },
      { what: 'criterion satisfied → submission at the sandbox, p95', value: percentile(samples, 0.95), unit: 'ms', atMost: 1000 },
    ];
  } finally {
    await engine.stop();
    await sandbox.stop();
    await connection.close();
    await embedded.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function prepare(engine: Engine, app: string, url: string): Promise<void> {
  must(await engine.createApp({ id: app, name: 'Bench', timezone: 'UTC', platforms, policy: policyOf(app) }, admin));
  must(await engine.connect({ app, integration: 'sandbox', settings: { url }, serves: ['storefront:google-play'] }, admin));
  must(await engine.planRelease({ app, version: '1.0.0', kind: 'regular', platforms, startsAt: 'developing' }, admin));
  must(
    await engine.report(
      [
        fact(app, 'branch', 'release/1.0.0', {
          name: 'release/1.0.0',
          head,
          version: '1.0.0',
          cut: { sha: head, at: new Date().toISOString() },
        }),
      ],
      admin,
    ),
  );
  const builds = platforms.map((platform, i) =>
    fact(app, 'build', `build-${platform}`, {
      platform,
      version: '1.0.0',
      number: String(1000 + i),
      kind: 'release-candidate',
      state: 'succeeded',
      commit: head,
    }),
  );
  must(await engine.report(builds, admin));
}

/** Milliseconds from the fact's acceptance to the call that the sandbox wrote down. */
async function once(engine: Engine, url: string, app: string, platform: string): Promise<number> {
  const colour = fact(app, 'report', `quality-${platform}`, {
    instance: 'quality',
    platform,
    version: '1.0.0',
    colour: 'green',
    because: 'the bench says so',
  });
  must(await engine.report([colour], admin));
  const accepted = performance.timeOrigin + performance.now();
  for (let tries = 0; tries < 2000; tries++) {
    const state = (await (await fetch(`${url}/v1/state`)).json()) as { writes: { app: string; platform: string | null; at: string }[] };
    const call = state.writes.find((write) => write.app === app && write.platform === platform);
    if (call) return Math.max(0, Date.parse(call.at) - accepted);
    await new Promise((done) => setTimeout(done, 5));
  }
  throw new Error(`nothing was submitted for ${platform} within 10 s`);
}

function fact(app: string, kind: FactKind, key: string, payload: object): Fact {
  return { kind, app, source: 'ci', key, revision: 1, at: new Date().toISOString(), payload } as Fact;
}

function must<T>(result: Result<T>): void {
  if (!result.ok) throw new Error(`${result.because} (${result.wouldBeRight})`);
}
