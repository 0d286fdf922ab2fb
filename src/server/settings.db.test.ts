import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createClient, ProblemError } from '#api/client.ts';
import type { Client } from '#api/client.ts';
import { musicPolicy } from '#domain/policy/sample.ts';
import type { EngineOptions } from '#engine/types.ts';
import { testServer } from './testing.ts';
import type { TestServer } from './testing.ts';

/* What the pages of settings stand on: connections that are tried and changed, platforms, notifications, and the audit log narrowed. */

type Desk = { url: string; token?: string };
const settings: z.ZodType<Desk> = z.object({
  url: z.url().meta({ address: true }),
  token: z.string().min(1).optional().meta({ secret: true }),
});
const said: { channel: string | null; text: string }[] = [];

/** A help desk that keeps bugs and takes messages: it lets in who has the token that it knows. */
const desk: EngineOptions['integrations'][number] = {
  id: 'desk',
  name: 'Desk',
  connects: 'A help desk',
  settings,
  brings: { tracker: { kinds: ['bug'], freshForMinutes: 10 } },
  provides: {
    tracker: (given) => ({
      changesSince: async () => {
        if ((given as Desk).token !== 'right') throw new Error('the desk does not know this token');
        return { facts: [], cursor: 'now' };
      },
    }),
    chat: () => ({
      ensureMessage: async ({ channel, text }) => {
        said.push({ channel, text });
        return { ok: true, already: false, note: 'posted to #general' };
      },
    }),
  },
};

let room: TestServer;
let client: Client;
let connection: string;
const params = { app: 'music' };

beforeAll(async () => {
  room = await testServer({ integrations: [desk] });
  client = createClient({ baseUrl: room.url, key: room.admin });
  await client.createApp({ body: { id: 'music', name: 'Music', platforms: ['android', 'ios', 'desktop'], policy: musicPolicy } });
  await client.planRelease({ params, body: { version: '8.9.2', startsAt: 'developing' } });
  ({ id: connection } = await client.addConnection({
    params,
    body: { integration: 'desk', settings: { url: 'https://desk.example.com', token: 'wrong' } },
  }));
});
afterAll(() => room.close());

const problemOf = async (asked: Promise<unknown>) => {
  const error = await asked.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ProblemError)) throw new Error('it was not refused');
  return error.problem;
};
const check = (message = false) => client.checkConnection({ params: { ...params, connection }, body: { message } });
const change = (to: Record<string, unknown>) =>
  client.changeConnection({ params: { ...params, connection }, body: { settings: { url: 'https://desk.example.com', ...to } } });

describe('a connection', () => {
  test('is tried: what was asked, what came back, and what would help', async () => {
    expect(await check()).toMatchObject({
      ok: false,
      tried: [{ asked: 'Ask the tracker for news', ok: false, answer: 'the desk does not know this token' }],
    });
    expect((await check()).tried[0]?.right).toMatch(/try again/);
    expect(said).toEqual([]);
  });

  test('is changed, keeps the secret that was not said, and hands it to no other place', async () => {
    await change({ token: 'right' });
    await change({});
    expect(await check()).toMatchObject({
      ok: true,
      tried: [{ answer: expect.stringMatching(/^It answers, with 0 things/) as string, right: null }],
    });
    const problem = await problemOf(change({ url: 'https://desk.example.net' }));
    expect(problem).toMatchObject({ code: 'invalid-input' });
    expect(problem.detail).toContain('token was not said');
    const { items } = await client.listConnections({ params });
    expect(items).toMatchObject([
      {
        settings: { url: 'https://desk.example.com', token: '(hidden)' },
        webhook: false,
        sources: [{ source: 'desk:tracker', freshForMinutes: 10 }],
      },
    ]);
    const { items: entries } = await client.listAudit({ query: { app: 'music', is: 'connection-changed' } });
    expect(entries.map(({ text }) => text)).toEqual(['changed the connection to Desk: token']);
  });

  test('posts a message only when somebody wants one, and the journal has who', async () => {
    expect(await check(true)).toMatchObject({ ok: true, tried: [{}, { asked: 'Post a message to the channel of the app', ok: true }] });
    expect(said).toMatchObject([{ channel: null, text: expect.stringContaining('tries the chat of music') as string }]);
    expect((await client.listAudit({ query: { app: 'music', is: 'chat-tried' } })).items).toHaveLength(1);
  });
});

test('an app is called otherwise, and keeps its id', async () => {
  expect(await client.renameApp({ params, body: { name: 'Tunes' } })).toMatchObject({ id: 'music', name: 'Tunes' });
  expect((await client.getControlRoom({ params })).app.name).toBe('Tunes');
});

test('platforms are told by the policy in force: where they ship, and each step with who takes it and what holds it', async () => {
  const { items } = await client.listPlatforms({ params });
  expect(items.map(({ platform, storefronts, rollout, live }) => ({ platform, storefronts, rollout, live }))).toEqual([
    { platform: 'android', storefronts: ['google-play'], rollout: [1, 100], live: ['8.9.2'] },
    { platform: 'ios', storefronts: ['app-store-connect'], rollout: [1, 100], live: ['8.9.2'] },
    { platform: 'desktop', storefronts: ['microsoft-store', 'update-feed'], rollout: [1, 100], live: ['8.9.2'] },
  ]);
  expect(items[0]?.steps.map(({ step }) => step)).toEqual(['cut', 'candidate', 'submit', '1%', '100%']);
  expect(items[0]?.steps[2]?.criteria.length).toBeGreaterThan(2);
});

test('notifications: by what need, in whose channel, and what became of the messages', async () => {
  await client.describeRelease({ params: { ...params, version: '8.9.2' }, body: { channel: '#release-8-9-2' } });
  await client.postUpdate({ params: { ...params, version: '8.9.2' }, body: { text: 'We are on time.' } });
  await room.engine.settle('music');
  const { chat, kinds } = await client.getNotifications({ params });
  expect(chat).toEqual({ connection, name: 'Desk' });
  const by = new Map(kinds.map((each) => [each.kind, each]));
  expect(by.get('update')).toMatchObject({
    channels: [{ of: '8.9.2', channel: '#release-8-9-2' }],
    waiting: 0,
    last: { channel: '#release-8-9-2', state: 'done', outcome: 'posted to #general' },
  });
  expect(by.get('nudge')?.channels.length).toBeGreaterThan(0);
  expect(by.get('page')).toMatchObject({ urgent: true, channels: [{ of: 'app', channel: null }], last: null });
  const { items } = await client.listNotices({ params, query: { limit: 1 } });
  expect(items).toMatchObject([{ kind: 'update', text: expect.stringContaining('We are on time.') as string }]);
});

describe('the audit log', () => {
  const texts = async (query: Record<string, string>) =>
    (await client.listAudit({ query: { app: 'music', ...query } })).items.map(({ text }) => text);

  test('is narrowed by words, whatever signs they have, and by when', async () => {
    expect(await texts({ text: 'ON TIME' })).toEqual(['posted an update on 8.9.2 to #release-8-9-2: We are on time.']);
    expect(await texts({ text: '%' })).toEqual([]);
    const all = (await client.listAudit({ query: { app: 'music', limit: 200 } })).items;
    const middle = all[Math.floor(all.length / 2)]?.at ?? '';
    const later = await client.listAudit({ query: { app: 'music', limit: 200, from: middle } });
    const earlier = await client.listAudit({ query: { app: 'music', limit: 200, to: middle } });
    expect(later.items.length + earlier.items.length).toBe(all.length);
    expect(earlier.items.every(({ at }) => at < middle)).toBe(true);
  });
});
