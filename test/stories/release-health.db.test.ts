import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as Sentry from '@sentry/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClient } from '#api/client.ts';
import type { Client } from '#api/client.ts';
import { sandboxTools } from '#integrations/sandbox/in-process.ts';
import { createWorld } from '#integrations/sandbox/world/world.ts';
import { openEnvelope } from '#integrations/sentry/intake.ts';
import { testServer } from '#server/testing.ts';
import type { TestServer } from '#server/testing.ts';
import { astrid, ci, handClock, integrations, must } from './room.ts';

/* A regression of a real app, told by the SDK that it has already: red, and halted at the storefront. */

const bundle = fileURLToPath(new URL('../../../shared/data/bundles/pocket-casts-android.bundle', import.meta.url));
const HOUR = 3_600_000;
const TRACK = 'pocket-casts/8.19/android';
const RELEASE = 'au.com.shiftyjelly.pocketcasts@8.19+9472';
const policy = `
app: pocket-casts
process: light
versions: { scheme: semver, parts: 2, hotfix: { android: third-part } }
platforms: { android: { storefronts: [google-play], rollout: [50, 100] } }
criteria: { crash-rate: { is: rate-below, limit-per-1000-hours: 20, required: true } }
before submit: []
before start: []
before finish: [{ soaked: 7d }, crash-rate]
halts-while-rolling-out: [crash-rate]
robot: { submit: auto, start: auto, raise: auto, halt: auto }
windows: any
watch: 1h
teams: { pocket-casts-android: { testing: manual }, apps-infra-tooling: { testing: manual } }
`;

describe.skipIf(!existsSync(bundle))('a real app (skipped where ../shared/data/bundles is missing)', () => {
  const clock = handClock('2026-08-24T10:00:00.000Z');
  const world = createWorld({ machineTime: () => clock.now() });
  const listing = { app: 'pocket-casts', platform: 'android', storefront: 'google-play' } as const;
  let room: TestServer;
  let admin: Client;
  let dsn: string;
  beforeAll(async () => {
    room = await testServer({ isStill: true, envelopes: openEnvelope, integrations, clock, fetch: sandboxTools(world) });
    const { engine } = room;
    admin = createClient({ baseUrl: room.url, key: room.admin });
    must(await engine.createApp({ id: 'pocket-casts', name: 'Pocket Casts', timezone: 'UTC', platforms: ['android'], policy }, astrid));
    must(await engine.connect({ app: 'pocket-casts', integration: 'git', settings: { repo: bundle }, serves: [] }, astrid));
    must(
      await engine.connect({ app: 'pocket-casts', integration: 'sandbox', settings: { url: 'http://127.0.0.1:4340' }, serves: [] }, astrid),
    );
    world.pull({ lever: 'listing', ...listing, reviewAfterMinutes: null, firstReleaseMustBeFull: false });
    must(await engine.importHistory('pocket-casts', astrid));
    await engine.settle();
    const payload = {
      platform: 'android',
      version: '8.19',
      number: '9472',
      kind: 'release-candidate' as const,
      state: 'succeeded' as const,
      commit: '95f55021e420e6d88632642c67c6edd599bd77ae',
    };
    must(
      await engine.report([{ kind: 'build', app: 'pocket-casts', source: 'ci', key: '9472', revision: 1, at: clock.now(), payload }], ci),
    );
    await engine.settle();
    world.pull({ lever: 'approve', ...listing, version: '8.19' });
    clock.turn(20_000);
    await engine.settle();
    ({ dsn } = await admin.createDsn({ params: { app: 'pocket-casts' }, body: { platform: 'android', name: 'the app' } }));
  });
  afterAll(() => room.close());

  const track = () => admin.getTrack({ params: { app: 'pocket-casts', version: '8.19', platform: 'android' } });
  const stage = async () => {
    const { state } = await room.database.db.selectFrom('tracks').select('state').where('id', '=', TRACK).executeTakeFirstOrThrow();
    return 'percent' in state ? `${state.stage} ${state.percent}%` : state.stage;
  };

  /** An hour of use of 36 people, 2 h each, as one envelope of an SDK. */
  async function use(hour: number): Promise<void> {
    const timestamp = clock.now();
    const lines = Array.from({ length: 36 }, (_, n) => [
      '{"type":"session"}',
      JSON.stringify({
        sid: `s${hour}-${n}`,
        did: `p${hour}-${n}`,
        init: true,
        started: timestamp,
        timestamp,
        status: 'exited',
        duration: 7200,
        attrs: { release: RELEASE, environment: 'production' },
      }),
    ]);
    const { username, host, pathname } = new URL(dsn);
    const address = `http://${host}/api${pathname}/envelope/?sentry_key=${username}`;
    expect((await fetch(address, { method: 'POST', body: ['{}', ...lines.flat()].join('\n') })).status).toBe(200);
    clock.turn(HOUR);
    await room.engine.settle();
  }

  test('a regression that the real SDK tells turns the cell red, halts the rollout and is a crash group', async () => {
    expect(await stage()).toBe('rolling-out 50%');
    for (let hour = 0; hour < 3; hour++) await use(hour);
    const cell = async () => (await track()).cells.find(({ instance }) => instance === 'crash-rate');
    expect(await cell()).toMatchObject({ colour: 'yellow', rate: { build: '9472', affected: 0 } });

    Sentry.init({
      dsn,
      release: RELEASE,
      environment: 'production',
      defaultIntegrations: false,
      sendClientReports: false,
      // the app's clock is not that of this machine
      beforeSend: (event) => ({ ...event, timestamp: Date.parse(clock.now()) / 1000 }),
      stackParser: () => [{ filename: 'fastlane/Fastfile', function: 'release', lineno: 12, in_app: true }],
    });
    for (let n = 0; n < 30; n++)
      Sentry.withScope((scope) => {
        scope.setUser({ id: `p1-${n}` });
        Sentry.captureException(new TypeError('nothing plays'), { mechanism: { handled: false, type: 'UncaughtExceptionHandler' } });
      });
    expect(await Sentry.close(5000)).toBe(true);
    // the watermark moves with the next hour
    clock.turn(HOUR);
    await use(4);
    expect(await cell()).toMatchObject({ colour: 'red', rate: { affected: 30, count: 30, build: '9472', limit: 20 } });
    expect(await stage()).toBe('halted 50%');
    expect(world.state().listings[0]?.releases.find(({ version }) => version === '8.19')).toMatchObject({ state: 'halted' });
    const journal = await room.database.db.selectFrom('journal').select('event').where('track', '=', TRACK).execute();
    expect(JSON.stringify(journal.map(({ event }) => event))).toContain('crash-rate');

    clock.turn(5000);
    await room.engine.settle();
    const { items } = await admin.listCrashGroups({ params: { app: 'pocket-casts' } });
    expect(items).toMatchObject([{ title: 'TypeError: nothing plays', users: 30 }]);
  });
});
