/** The snapshot of a control room, over HTTP with a key, on a large instance; and the same with a tenth of the apps, because it must not grow with their number. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '#db/connect.ts';
import { startEmbedded } from '#db/embedded/index.ts';
import { migrate } from '#db/migrate.ts';
import type { Engine } from '#engine/types.ts';
import { quietLog } from '#lib/log.ts';
import { createServer } from '#server/app.ts';
import { openAccounts } from '#server/auth/accounts.ts';
import { createKey } from '#server/auth/keys.ts';
import { percentile } from './figure.ts';
import type { Bench, Figure } from './figure.ts';
import { fill, LARGEST_APP } from './large-instance.ts';

const REQUESTS = 500;

export const bench: Bench = { title: "the control room's snapshot", run };

async function run(say: (text: string) => void): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const apps of [10, 100]) {
    say(`filling ${apps} apps`);
    const { samples, bytes } = await measure({ apps, bugs: 5000, teams: 200 });
    const what = `snapshot over HTTP, ${apps} apps × 3 platforms × 2 releases, 5,000 bugs, 200 teams`;
    figures.push({
      what: `${what}, p50`,
      value: percentile(samples, 0.5),
      unit: 'ms',
      ...(apps === 100 ? { atMost: 10 } : {}),
      note: `${Math.round(bytes / 1000)} kB`,
    });
    figures.push({ what: `${what}, p99`, value: percentile(samples, 0.99), unit: 'ms', ...(apps === 100 ? { atMost: 50 } : {}) });
  }
  return figures;
}

async function measure(size: { apps: number; bugs: number; teams: number }): Promise<{ samples: number[]; bytes: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-room-'));
  const embedded = await startEmbedded({ dataDir: folder, durable: false });
  const connection = await connect({ url: embedded.url });
  await migrate({ pool: connection.pool });
  await fill(connection.db, size);
  const accounts = openAccounts({ databaseUrl: embedded.url, secret: 'a secret for the bench, of enough length', publicUrl: null });
  const now = new Date().toISOString();
  const { secret } = await createKey(
    accounts.pool,
    {
      name: 'bench',
      scopes: ['read'],
      roles: ['viewer'],
      teams: [],
      apps: null,
      expiresAt: null,
      createdBy: { kind: 'person', id: 'bench', name: 'Bench' },
    },
    now,
  );
  // a snapshot asks nothing of the engine: what it shows is stored
  const machine = (): string => new Date().toISOString();
  const clock: Engine['clock'] = { now: machine, appNow: machine };
  const engine = { onChange: () => () => {}, onGap: () => () => {}, clock } as unknown as Engine;
  const server = await createServer({
    engine,
    db: connection.db,
    accounts,
    integrations: [],
    clock,
    log: quietLog,
    version: '0',
    publicUrl: null,
    webRoot: null,
  });
  try {
    const url = await server.listen({ host: '127.0.0.1', port: 0 });
    const ask = async (): Promise<number> => {
      const answer = await fetch(`${url}/api/apps/${LARGEST_APP}/control-room`, { headers: { authorization: `Bearer ${secret}` } });
      const { byteLength } = await answer.arrayBuffer();
      if (!answer.ok) throw new Error(`the snapshot answered ${answer.status}`);
      return byteLength;
    };
    let bytes = 0;
    for (let count = 0; count < 50; count += 1) bytes = await ask();
    const samples: number[] = [];
    for (let count = 0; count < REQUESTS; count += 1) {
      const before = performance.now();
      await ask();
      samples.push(performance.now() - before);
    }
    return { samples, bytes };
  } finally {
    await server.close();
    await accounts.close();
    await connection.close();
    await embedded.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
