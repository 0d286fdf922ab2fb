import { afterAll, beforeAll, expect, test } from 'vitest';
import { git } from '#integrations/git/index.ts';
import { sandbox } from '#integrations/sandbox/index.ts';
import type { Integration } from '#ports/integration.ts';
import { testDatabase } from '../setup/database.ts';
import { astrid, must } from './room.ts';
import { createEngine } from '#engine/engine.ts';

/** The world of samples: nothing of it is called here. */
const world: Integration = { ...(sandbox as Integration), id: 'sample', name: 'Sample', invented: 'sample-only' };

let base: Awaited<ReturnType<typeof testDatabase>>;
let engine: ReturnType<typeof createEngine>;

beforeAll(async () => {
  base = await testDatabase();
  engine = createEngine({
    connection: base,
    integrations: [git as Integration, sandbox as Integration, world],
    clock: { now: () => '2026-01-05T10:00:00.000Z' },
    owner: 'invented',
    secret: 'a secret for the tests, of enough length',
    dataDir: '/nowhere',
  });
  for (const [id, sample] of [
    ['invented', true],
    ['real', false],
  ] as const)
    must(await engine.createApp({ id, name: id, timezone: 'UTC', platforms: ['android'], sample }, astrid));
});
afterAll(async () => {
  await engine.stop();
  await base.close();
});

const connect = (app: string, integration: string, settings: object) => engine.connect({ app, integration, settings, serves: [] }, astrid);

test('a sample app is connected to nothing real, and is told what it may have', async () => {
  expect(await connect('invented', 'git', { repo: '/nowhere/repository' })).toMatchObject({
    ok: false,
    code: 'not-allowed',
    because: '"invented" is sample data, and git reaches something real',
    wouldBeRight: 'one of sandbox, sample, or an app of your own',
  });
  expect(await connect('invented', 'sandbox', {})).toMatchObject({ ok: true });
});

test('a real app is not connected to the world of samples', async () => {
  expect(await connect('real', 'sample', {})).toMatchObject({ ok: false, code: 'not-allowed' });
  expect(await connect('real', 'sandbox', {})).toMatchObject({ ok: true });
});
