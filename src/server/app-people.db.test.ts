import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient, ProblemError } from '#api/client.ts';
import type { Client } from '#api/client.ts';
import { testServer } from './testing.ts';
import type { TestServer } from './testing.ts';

/* Who may be asked in an app, as others of it see them. */

let room: TestServer;
let client: Client;

beforeAll(async () => {
  room = await testServer();
  client = createClient({ baseUrl: room.url, key: room.admin });
  for (const id of ['music', 'maps']) await client.createApp({ body: { id, platforms: ['ios'] } });
  const person = (name: string, app: string, role: 'member' | 'release-team', teams: string[] = []) =>
    client.createPerson({
      body: {
        name,
        email: `${name.toLowerCase()}@example.com`,
        password: 'a long enough password',
        grants: [{ app, roles: [role], teams }],
      },
    });
  await person('Cleo', 'music', 'member', ['player']);
  await person('Bo', 'music', 'release-team');
  await person('Dan', '*', 'release-team');
  await person('Eva', 'maps', 'release-team');
});
afterAll(() => room.close());

const named = async (query: { role?: 'release-team'; cursor?: string; limit?: number }) => {
  const { items, next } = await client.listAppPeople({ params: { app: 'music' }, query });
  return { names: items.map(({ name }) => name), next };
};

test('those who hold a role in the app, or in all apps, stand in the order of their names', async () => {
  expect((await named({})).names.filter((name) => ['Bo', 'Cleo', 'Dan', 'Eva'].includes(name))).toEqual(['Bo', 'Cleo', 'Dan']);
  expect((await named({ role: 'release-team' })).names).toEqual(['Bo', 'Dan']);
});

test('the pages follow each other', async () => {
  const first = await named({ role: 'release-team', limit: 1 });
  expect(first.names).toEqual(['Bo']);
  expect(await named({ role: 'release-team', limit: 1, cursor: first.next ?? '' })).toEqual({ names: ['Dan'], next: null });
});

test('nothing is told of them that one could write to or sign in with', async () => {
  const { items } = await client.listAppPeople({ params: { app: 'music' }, query: {} });
  const cleo = items.find(({ name }) => name === 'Cleo');
  expect(cleo).toEqual({ id: cleo?.id, name: 'Cleo', roles: ['member'], teams: ['player'] });
  expect(JSON.stringify(items)).not.toContain('@');
});

test('an app that is not there has no people', async () => {
  const error: unknown = await client.listAppPeople({ params: { app: 'nothing' }, query: {} }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ProblemError);
  expect((error as ProblemError).problem.status).toBe(404);
});
