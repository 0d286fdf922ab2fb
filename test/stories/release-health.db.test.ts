import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as Sentry from '@sentry/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClient } from '#api/client.ts';
import type { Client } from '#api/client.ts';
import { powerGreen } from '#domain/health/usage.ts';
import { sandboxTools } from '#integrations/sandbox/in-process.ts';
import { createWorld } from '#integrations/sandbox/world/world.ts';
import type { World } from '#integrations/sandbox/world/world.ts';
import { openEnvelope } from '#integrations/sentry/intake.ts';
import { testServer } from '#server/testing.ts';
import type { TestServer } from '#server/testing.ts';
import { astrid, ci, handClock, integrations, must } from './room.ts';
import type { HandClock } from './room.ts';

/*
 * A real app, told of by the SDK that it has already: a regression is red, halted at the storefront and a ticket of the team whose code it is; a healthy version is green
 * at the hour that the planner foretold.
 */

const shared = (path: string): string => fileURLToPath(new URL(`../../../shared/data/${path}`, import.meta.url));
const bundle = shared('bundles/pocket-casts-android.bundle');
const codeowners = shared('codeowners/pocket-casts-android.CODEOWNERS');
const HOUR = 3_600_000;
const TRACK = 'pocket-casts/8.19/android';
const BUILT_FROM = '95f55021e420e6d88632642c67c6edd599bd77ae';
const RELEASE = 'au.com.shiftyjelly.pocketcasts@8.19+9472';
/** Each hour so many people use it, so long. */
const PEOPLE = 72;
const HOURS_OF_EACH = 2;
const policy = `
app: pocket-casts
process: light
versions: { scheme: semver, parts: 2, hotfix: { android: third-part } }
platforms: { android: { storefronts: [google-play], rollout: [50, 100] } }
criteria: { crash-rate: { is: rate-below, limit-per-1000-hours: 20, reports-late-by: 4h, min-hours: 6, required: true } }
before submit: []
before start: []
before finish: [{ soaked: 7d }, crash-rate]
halts-while-rolling-out: [crash-rate]
robot: { submit: auto, start: auto, raise: auto, halt: auto }
windows: any
watch: 1h
teams: { pocket-casts-android: { testing: manual }, apps-infra-tooling: { testing: manual } }
`;

type RealApp = {
  room: TestServer;
  admin: Client;
  world: World;
  clock: HandClock;
  dsn: string;
  close(): Promise<void>;
  cell: () => Promise<Awaited<ReturnType<Client['getTrack']>>['cells'][number] | undefined>;
  stage: () => Promise<string>;
  /** An hour of use as one envelope of an SDK, in which so many people crashed. */
  use: (hour: number, crashed?: number) => Promise<void>;
};

/** The app's history with its real CODEOWNERS on trunk: that of the bundle names nobody. */
function withOwners(folder: string): string {
  const repo = join(folder, 'pocket-casts.git');
  const git = (words: readonly string[], input?: string): string =>
    execFileSync('git', ['-C', repo, '-c', 'user.name=Someone', '-c', 'user.email=someone@example.com', ...words], {
      input,
      env: { ...process.env, GIT_INDEX_FILE: join(folder, 'index') },
      encoding: 'utf8',
    }).trim();
  execFileSync('git', ['clone', '--quiet', '--bare', bundle, repo]);
  const blob = git(['hash-object', '-w', '--stdin'], readFileSync(codeowners, 'utf8'));
  git(['read-tree', 'HEAD']);
  git(['update-index', '--add', '--cacheinfo', `100644,${blob},.github/CODEOWNERS`]);
  const commit = git(['commit-tree', git(['write-tree']), '-p', 'HEAD', '-m', 'Say whose the code is']);
  git(['update-ref', 'HEAD', commit]);
  return repo;
}

/** A control room of its own, with 8.19 at half of its users. */
async function realApp(): Promise<RealApp> {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-real-app-'));
  const clock = handClock('2026-08-24T10:00:00.000Z');
  const world = createWorld({ machineTime: () => clock.now() });
  const listing = { app: 'pocket-casts', platform: 'android', storefront: 'google-play' } as const;
  const room = await testServer({ isStill: true, envelopes: openEnvelope, integrations, clock, fetch: sandboxTools(world) });
  const { engine } = room;
  const admin = createClient({ baseUrl: room.url, key: room.admin });
  must(await engine.createApp({ id: 'pocket-casts', name: 'Pocket Casts', timezone: 'UTC', platforms: ['android'], policy }, astrid));
  const repo = withOwners(folder);
  must(await engine.connect({ app: 'pocket-casts', integration: 'git', settings: { repo }, serves: [] }, astrid));
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
    commit: BUILT_FROM,
  };
  must(await engine.report([{ kind: 'build', app: 'pocket-casts', source: 'ci', key: '9472', revision: 1, at: clock.now(), payload }], ci));
  await engine.settle();
  world.pull({ lever: 'approve', ...listing, version: '8.19' });
  clock.turn(20_000);
  await engine.settle();
  const { dsn } = await admin.createDsn({ params: { app: 'pocket-casts' }, body: { platform: 'android', name: 'the app' } });
  return {
    room,
    admin,
    world,
    clock,
    dsn,
    close: async () => {
      await room.close();
      rmSync(folder, { recursive: true, force: true });
    },
    cell: async () => {
      const { cells } = await admin.getTrack({ params: { app: 'pocket-casts', version: '8.19', platform: 'android' } });
      return cells.find(({ instance }) => instance === 'crash-rate');
    },
    stage: async () => {
      const { state } = await room.database.db.selectFrom('tracks').select('state').where('id', '=', TRACK).executeTakeFirstOrThrow();
      return 'percent' in state ? `${state.stage} ${state.percent}%` : state.stage;
    },
    use: async (hour, crashed = 0) => {
      const timestamp = clock.now();
      const lines = Array.from({ length: PEOPLE }, (_, n) => [
        '{"type":"session"}',
        JSON.stringify({
          sid: `s${hour}-${n}`,
          did: `p${hour}-${n}`,
          init: true,
          started: timestamp,
          timestamp,
          status: n < crashed ? 'crashed' : 'exited',
          errors: n < crashed ? 1 : 0,
          duration: HOURS_OF_EACH * 3600,
          attrs: { release: RELEASE, environment: 'production' },
        }),
      ]);
      const events = Array.from({ length: crashed }, (_, n) => {
        const event_id = (hour * PEOPLE + n).toString(16).padStart(32, '0');
        const values = [{ type: 'Error', value: 'a page is gone', mechanism: { type: 'UncaughtExceptionHandler', handled: false } }];
        const told = { event_id, timestamp, level: 'fatal', release: RELEASE, environment: 'production', user: { id: `p${hour}-${n}` } };
        return [JSON.stringify({ event_id }), '{"type":"event"}', JSON.stringify({ ...told, exception: { values } })];
      });
      const { username, host, pathname } = new URL(dsn);
      const address = `http://${host}/api${pathname}/envelope/?sentry_key=${username}`;
      for (const envelope of [['{}', ...lines.flat()], ...events])
        expect((await fetch(address, { method: 'POST', body: envelope.join('\n') })).status).toBe(200);
      clock.turn(HOUR);
      await engine.settle();
    },
  };
}

const isThere = existsSync(bundle) && existsSync(codeowners);

describe.skipIf(!isThere)('a real app (skipped where ../shared/data is missing)', () => {
  let app: RealApp;
  beforeAll(async () => {
    app = await realApp();
  });
  afterAll(() => app.close());

  test('a regression that the real SDK tells turns the cell red, halts the rollout, and is a ticket of the team whose code it is', async () => {
    const { admin, clock, dsn, room, world, cell, stage, use } = app;
    expect(await stage()).toBe('rolling-out 50%');
    for (let hour = 0; hour < 3; hour++) await use(hour);
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
    for (let n = 0; n < 60; n++)
      Sentry.withScope((scope) => {
        scope.setUser({ id: `p1-${n}` });
        Sentry.captureException(new TypeError('nothing plays'), { mechanism: { handled: false, type: 'UncaughtExceptionHandler' } });
      });
    expect(await Sentry.close(5000)).toBe(true);
    // the watermark moves with the next hour
    clock.turn(HOUR);
    await use(4);
    expect(await cell()).toMatchObject({ colour: 'red', rate: { affected: 60, count: 60, build: '9472', limit: 20 } });
    expect(await stage()).toBe('halted 50%');
    expect(world.state().listings[0]?.releases.find(({ version }) => version === '8.19')).toMatchObject({ state: 'halted' });
    const journal = await room.database.db.selectFrom('journal').select('event').where('track', '=', TRACK).execute();
    expect(journal.map(({ event }) => event)).toContainEqual(expect.objectContaining({ is: 'halt-ordered' }));

    clock.turn(5000);
    await room.engine.settle();
    const { items } = await admin.listCrashGroups({ params: { app: 'pocket-casts' } });
    expect(items).toMatchObject([{ title: 'TypeError: nothing plays', users: 60 }]);
    expect(world.state().items.map(({ payload }) => payload)).toMatchObject([
      { title: 'Crash on Android: TypeError: nothing plays', team: 'apps-infra-tooling', versions: ['8.19'] },
    ]);
  });
});

describe.skipIf(!isThere)('a real app that is well (skipped where ../shared/data is missing)', () => {
  let app: RealApp;
  beforeAll(async () => {
    app = await realApp();
  });
  afterAll(() => app.close());

  test('turns green at the hour that the planner foretold, with as many crashes as it may have at most', async () => {
    const { admin, cell, stage, use } = app;
    const asked = { platform: 'android', percent: 50, days: 7, dailyUsers: 2 * 24 * PEOPLE, hoursPerUser: HOURS_OF_EACH };
    const { plan, limit } = await admin.getHealthPlan({ params: { app: 'pocket-casts' }, query: asked });
    expect({ plan, limit }).toMatchObject({ limit: 20, plan: { lateReportsHours: 4, minHours: 6, inTime: true } });
    const foretold = Math.ceil((plan?.daysToTell ?? 0) * 24);
    const { maxCount } = powerGreen();
    // of an hour all is told when the next one begins
    for (let told = 0, crashed = 0; told <= foretold; told++) {
      // at the same pace until there is usage enough
      const due = Math.min(maxCount, Math.ceil(((told + 1) / (foretold - 4)) * maxCount));
      await use(told, due - crashed);
      crashed = due;
      const { colour } = (await cell()) ?? {};
      expect(colour, `when ${told} hours were told`).toBe(told < foretold ? 'yellow' : 'green');
    }
    expect(await cell()).toMatchObject({ rate: { affected: maxCount } });
    expect(await stage()).toBe('rolling-out 50%');
  });
});
