import { randomBytes } from 'node:crypto';
import { chmodSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect as connectSocket, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { testDatabase } from '../setup/database.ts';
import type { TestDatabase } from '../setup/database.ts';
import { makeRepository } from '../e2e/world.ts';
import { end, startSandbox, startServer } from './processes.ts';
import type { Sandbox, Server } from './processes.ts';
import { clientOf, complete, doubledOf, firstKey, prepare, torture } from './torture.ts';

/** Machines may be slow; nothing here is measured by these. */
const SLOW = 900_000;
const PATIENT = { timeout: 300_000, interval: 200 };
const quiet = (): void => undefined;

// One round here; `npm run torture` plays many, and those on a PostgreSQL server.
test(
  'killed for real under load, on the embedded database: nothing is lost, nothing doubled, and all comes to rest',
  { timeout: SLOW },
  async () => {
    const { problems, facts, envelopes, batches } = await torture({ rounds: 1, databaseUrl: null, seed: 1, say: quiet });
    expect(problems).toEqual([]);
    expect(Math.min(facts, envelopes, batches)).toBeGreaterThan(0);
  },
);

/** A way to a database that can be cut, as a network is. */
async function cuttable(url: string): Promise<{ url: string; cut(): void; mend(): Promise<void>; close(): void }> {
  const to = new URL(url);
  const folder = to.searchParams.get('host');
  const sockets = new Set<Socket>();
  const open = (): Socket =>
    folder === null ? connectSocket(Number(to.port || '5432'), to.hostname) : connectSocket(join(folder, `.s.PGSQL.${to.port || '5432'}`));
  let port = 0;
  const listening = () =>
    createServer((near) => {
      const far = open();
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        sockets.add(one);
        one.on('error', () => other.destroy());
        one.on('close', () => {
          sockets.delete(one);
          other.destroy();
        });
        one.pipe(other);
      }
    });
  let server = listening();
  const listen = (): Promise<void> => new Promise((done) => server.listen(port, '127.0.0.1', () => done()));
  await listen();
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
  const cut = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `postgresql://${to.username}@127.0.0.1:${port}${to.pathname}`,
    cut,
    async mend() {
      server = listening();
      await listen();
    },
    close: cut,
  };
}

/** A screen: follows the stream of an app and keeps what it was told last. */
function screen(url: string, key: string, app: string) {
  const ending = new AbortController();
  const seen = { version: 0, awaySince: null as string | null, toldAway: 0 };
  const follow = async (): Promise<void> => {
    const response = await fetch(`${url}/api/apps/${app}/stream`, { headers: { authorization: `Bearer ${key}` }, signal: ending.signal });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
      if (done) return;
      text += value ?? '';
      const events = text.split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) {
        seen.version = Number(/^id: (\d+)$/m.exec(event)?.[1] ?? seen.version);
        if (!/^event: database$/m.test(event)) continue;
        ({ awaySince: seen.awaySince } = JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? '{}') as { awaySince: string | null });
        if (seen.awaySince !== null) seen.toldAway += 1;
      }
    }
  };
  follow().catch(() => undefined);
  return { seen, close: () => ending.abort() };
}

describe('three servers on one database', () => {
  let folder: string;
  let base: TestDatabase;
  let sandbox: Sandbox;
  const servers: Server[] = [];
  afterAll(async () => {
    for (const { child } of servers) {
      child.kill('SIGCONT');
      await end(child, 'SIGKILL');
    }
    await sandbox.stop();
    await base.close();
    await rm(folder, { recursive: true, force: true });
  });

  test(
    'one is stopped, one cut off from the database: tracks move on, nothing is doubled, and the screens of all follow',
    { timeout: SLOW },
    async () => {
      folder = await mkdtemp(join(tmpdir(), 'signalbox-three-'));
      chmodSync(folder, 0o755);
      base = await testDatabase();
      const way = await cuttable(base.url);
      sandbox = await startSandbox(folder);
      const secret = randomBytes(32).toString('hex');
      servers.push(
        ...(await Promise.all(
          [base.url, way.url, base.url].map((url, index) =>
            startServer({ PORT: '0', DATABASE_URL: url, DATA_DIR: join(folder, `data-${index}`), SIGNALBOX_SECRET: secret }),
          ),
        )),
      );
      const [first, second, third] = servers as [Server, Server, Server];
      const key = await firstKey(...servers);
      await prepare(first, key, 'music', await makeRepository(folder), sandbox, ['android']);
      const client = clientOf(first, key);
      const room = () => client.getControlRoom({ params: { app: 'music' } });
      const screens = servers.map(({ url }) => screen(url, key, 'music'));
      const { version } = await room();
      await expect.poll(() => screens.map(({ seen }) => seen.version >= version), PATIENT).toEqual([true, true, true]);

      third.child.kill('SIGSTOP');
      way.cut();
      await expect.poll(async () => (await fetch(`${second.url}/api/health/ready`)).status, PATIENT).toBe(503);
      const refused = await fetch(`${second.url}/api/apps/music/bugs`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ key: 'BUG-1', title: 'No sound', state: 'open' }),
      });
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
      const { code, detail, right } = (await refused.json()) as { code: string; detail: string; right: string };
      expect(code).toBe('not-ready');
      expect(detail).toContain('the database does not answer');
      expect(right).toContain('Idempotency-Key');
      await expect.poll(() => screens[1]?.seen.toldAway, PATIENT).toBeGreaterThan(0);

      await complete(first, key, 'music', ['android']);
      await expect
        .poll(async () => (await room()).tracks.filter((track) => track.version === '1.1.0').map(({ stage }) => stage), {
          timeout: 300_000,
        })
        .toEqual(['released']);
      const doctor = await client.getDoctor();
      expect(doctor.ok).toBe(false);
      expect(
        doctor.findings
          .filter(({ area, level }) => area === 'processes' && level === 'act')
          .map(({ says }) => says.includes('fell silent')),
      ).toEqual([true, true]);
      expect(doctor.servers).toHaveLength(3);

      third.child.kill('SIGCONT');
      await way.mend();
      const end = (await room()).version;
      await expect
        .poll(() => screens.map(({ seen }) => seen.version >= end && seen.awaySince === null), PATIENT)
        .toEqual([true, true, true]);
      await expect.poll(async () => (await fetch(`${second.url}/api/health/ready`)).status, PATIENT).toBe(200);
      await complete(second, key, 'music', ['android']);
      expect(doubledOf(await sandbox.state())).toEqual([]);
      expect(await client.verifyAudit({ query: {} })).toMatchObject({ ok: true });
      for (const { close } of screens) close();
      way.close();
    },
  );
});
