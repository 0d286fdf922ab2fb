import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createEngine } from '#engine/engine.ts';
import { quietLog } from '#lib/log.ts';
import { testDatabase } from '../../test/setup/database.ts';
import { dsnsOn } from '../../test/setup/dsns.ts';
import { sampleIntegration } from './integration.ts';
import { stockholm } from './moment.ts';
import { actorNamed } from './people.ts';
import { openPlaces } from './place.ts';
import { samples } from './service.ts';
import { BEGINS } from './variants.ts';

/* The samples of a server, on its first morning: each test goes on from the one before. */

const LONG_MS = 60_000;
const maja = actorNamed('maja');
const nothing = (): void => undefined;
let base: Awaited<ReturnType<typeof testDatabase>>;
let folder: string;

function serve(owner: string) {
  const places = openPlaces(join(folder, 'sample'));
  const engine = createEngine({
    connection: base,
    secret: 'a secret of the samples, and of nobody else',
    dataDir: join(folder, 'data'),
    integrations: [sampleIntegration(places)],
    clock: { now: () => new Date().toISOString() },
    owner,
    sweepEveryMs: 3_600_000,
  });
  const dsns = dsnsOn(base.url, engine.clock);
  const service = samples({
    engine,
    places,
    exists: (app) => engine.hasApp(app),
    dsns,
    log: quietLog,
  });
  return {
    engine,
    service,
    async stop() {
      await service.stop();
      await dsns.close();
      await engine.stop();
    },
  };
}
let server: ReturnType<typeof serve>;
const madeDsns = () =>
  base.db
    .selectFrom('health_dsns')
    .select(['platform', 'name', 'created_at', 'revoked_at'])
    .where('app', '=', 'music')
    .orderBy('platform')
    .execute();
/** What the instance's journal, which stays, says of them. */
const credentials = async () =>
  (await base.db.selectFrom('journal').select('kind').where('kind', 'like', 'key-%').orderBy('seq').execute()).map(({ kind }) => kind);
const standing = () => server.service.all().find(({ app }) => app === 'music');

beforeAll(async () => {
  base = await testDatabase();
  folder = mkdtempSync(join(tmpdir(), 'signalbox-service-'));
  server = serve('first');
});
afterAll(async () => {
  await server.stop();
  await base.close();
  rmSync(folder, { recursive: true, force: true });
});

test.each([
  [{ variant: 'nobody' }, 'there is no variant "nobody"'],
  [{ at: 'soon' }, '"soon" is no moment'],
  [{ at: '2024-09-01T10:00' }, 'Sun 1 Sep 2024 10:00 is not in the story'],
  [{ at: '2025-01-01T10:00' }, 'is not in the story'],
  [{ speed: -1 }, '-1 is no speed of a sample'],
  [{ speed: 1001 }, '1001 is no speed of a sample'],
  [{ speed: Number.NaN }, 'NaN is no speed of a sample'],
])('a sample %o is refused and none is made', async (wanted, because) => {
  const answer = await server.service.make(wanted, maja, nothing);
  if (answer.ok) throw new Error('it was made');
  expect(answer.code).toBe('invalid');
  expect(answer.because).toContain(because);
  expect(await server.engine.hasApp('music')).toBe(false);
});

test('a sample that is made stands where it was asked for, and tells each beat on its way', { timeout: LONG_MS }, async () => {
  const told: string[] = [];
  const made = await server.service.make({ at: '2024-09-20T09:00' }, maja, (line) => told.push(line));
  expect(made).toMatchObject({ ok: true, app: 'music', variant: 'story', at: stockholm('09-20 09:00'), speed: 0 });
  expect(told.at(0)).toContain('making music');
  expect(told.at(-1)).toContain('Fri 20 Sep 2024 09:00');
  expect(Date.parse(standing()?.next?.at ?? '')).toBeGreaterThan(Date.parse(stockholm('09-20 09:00')));
});

test('its SDK tells by DSNs of its own, one for each platform', async () => {
  expect(await madeDsns()).toEqual(
    ['android', 'desktop', 'ios'].map((platform) => ({
      platform,
      name: expect.stringMatching(/^(Android|iOS|Desktop) app$/) as string,
      created_at: BEGINS,
      revoked_at: null,
    })),
  );
});

test('a name that is taken is refused', async () => {
  expect(await server.service.make({ app: 'music' }, maja, nothing)).toMatchObject({ ok: false, code: 'conflict' });
});

test('an app that is no sample is not moved and not removed', async () => {
  expect(await server.service.move('nobody', { speed: 1 }, maja, nothing)).toMatchObject({ ok: false, code: 'not-found' });
  expect(await server.service.remove('nobody', maja)).toMatchObject({ ok: false, code: 'not-found' });
});

test('a real app that has the name of a sample on disk is not removed, and its SDK goes on telling', async () => {
  const isSample = (sample: boolean) => base.db.updateTable('apps').set({ sample }).where('id', '=', 'music').execute();
  await isSample(false);
  expect(await server.service.remove('music', maja)).toMatchObject({ ok: false, code: 'not-allowed' });
  await isSample(true);
  expect((await madeDsns()).map(({ revoked_at }) => revoked_at)).toEqual([null, null, null]);
});

test('a sample goes forward to a later moment', { timeout: LONG_MS }, async () => {
  expect(await server.service.move('music', { at: '2024-09-20T14:20' }, maja, nothing)).toMatchObject({
    ok: true,
    at: stockholm('09-20 14:20'),
  });
});

test('a sample that is told a speed runs by itself, and stands again when it is told to', { timeout: LONG_MS }, async () => {
  const from = standing()?.at ?? '';
  expect(await server.service.move('music', { speed: 600 }, maja, nothing)).toMatchObject({ ok: true, speed: 600 });
  await vi.waitFor(() => expect((standing()?.at ?? '') > from).toBe(true), 10_000);
  const stopped = await server.service.move('music', { speed: 0 }, maja, nothing);
  if (!stopped.ok) throw new Error(stopped.because);
  expect(stopped.at > from).toBe(true);
  expect(standing()?.at).toBe(stopped.at);
});

test('what ran when the server stopped goes on where it was when the next one starts', { timeout: LONG_MS }, async () => {
  await server.service.move('music', { speed: 60 }, maja, nothing);
  await server.stop();
  server = serve('second');
  await server.engine.start();
  await server.service.start();
  expect(standing()).toMatchObject({ variant: 'story', speed: 60 });
  const from = standing()?.at ?? '';
  expect(Date.parse(from)).toBeLessThan(Date.parse(stockholm('09-21 14:20')));
  await vi.waitFor(() => expect((standing()?.at ?? '') > from).toBe(true), 10_000);
  await server.service.move('music', { speed: 0 }, maja, nothing);
});

test('an earlier moment makes the sample anew, and says so', { timeout: LONG_MS }, async () => {
  const told: string[] = [];
  const moved = await server.service.move('music', { at: '2024-09-20T08:00' }, maja, (line) => told.push(line));
  expect(moved).toMatchObject({ ok: true, at: stockholm('09-20 08:00') });
  expect(told[0]).toContain('is made anew');
});

test('a sample that is removed is gone, and may be made again under its name', { timeout: LONG_MS }, async () => {
  expect(await server.service.remove('music', maja)).toEqual({ ok: true });
  expect(await server.engine.hasApp('music')).toBe(false);
  expect(server.service.all()).toEqual([]);
  expect(await madeDsns()).toEqual([]);
  // made twice, and taken out twice
  const made = ['key-created', 'key-created', 'key-created'];
  const revoked = ['key-revoked', 'key-revoked', 'key-revoked'];
  expect(await credentials()).toEqual([...made, ...revoked, ...made, ...revoked]);
  expect(await server.service.make({ at: '2024-09-20T07:30', variant: 'night' }, maja, nothing)).toMatchObject({
    ok: true,
    app: 'music',
    variant: 'night',
  });
});
