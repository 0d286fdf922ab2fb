import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClient, ProblemError } from '#api/client.ts';
import type { Client } from '#api/client.ts';
import { musicPolicy } from '#domain/policy/sample.ts';
import { testServer } from './testing.ts';
import type { TestServer } from './testing.ts';

let room: TestServer;
let client: Client;
const release = { app: 'music', version: '8.9.2' };

beforeAll(async () => {
  room = await testServer();
  client = createClient({ baseUrl: room.url, key: room.admin });
  await client.createApp({
    body: { id: 'music', name: 'Music', timezone: 'Europe/Stockholm', platforms: ['android', 'ios', 'desktop'], policy: musicPolicy },
  });
  await client.planRelease({ params: { app: 'music' }, body: { version: '8.9.2', startsAt: 'developing' } });
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

describe('what people write about a release', () => {
  test('a part that is written is there for everyone, and the others stay', async () => {
    await client.describeRelease({ params: release, body: { channel: '#release-8-9-2', manager: 'M. Example' } });
    await client.describeRelease({
      params: release,
      body: { bigFeature: { name: 'Audiobooks', note: 'five markets', url: 'https://example.com/audiobooks' } },
    });
    const found = await client.getRelease({ params: release });
    expect(found.contents).toMatchObject({ channel: '#release-8-9-2', bigFeature: { name: 'Audiobooks' } });
    expect(found).toMatchObject({ manager: 'M. Example', channel: '#release-8-9-2', bigFeature: { name: 'Audiobooks' } });
  });

  test('two editors do not write over each other: the second is told that it was changed', async () => {
    const { contents } = await client.getRelease({ params: release });
    await client.describeRelease({ params: release, body: { basedOn: contents.revision, whatsNew: 'Audiobooks, and quicker start' } });
    const problem = await problemOf(
      client.describeRelease({ params: release, body: { basedOn: contents.revision, whatsNew: 'Something else' } }),
    );
    expect(problem.code).toBe('stale');
    expect((await client.getRelease({ params: release })).contents.whatsNew).toBe('Audiobooks, and quicker start');
  });

  test('the journal has the words that were written over', async () => {
    await client.describeRelease({ params: release, body: { whatsNew: 'Only Audiobooks' } });
    const { items } = await client.listAudit({ query: { app: 'music', is: 'release-described', limit: 1 } });
    expect(items[0]).toMatchObject({
      event: { version: '8.9.2', before: { whatsNew: 'Audiobooks, and quicker start' }, after: { whatsNew: 'Only Audiobooks' } },
    });
    expect(items[0]?.text).toContain("changed 8.9.2: what's new");
    expect((await client.verifyAudit({ query: { app: 'music' } })).ok).toBe(true);
  });

  test('an edit that says what is there already changes nothing', async () => {
    const before = await client.getRelease({ params: release });
    const done = await client.describeRelease({ params: release, body: { channel: '#release-8-9-2' } });
    expect(done).toMatchObject({ changed: false, contents: { revision: before.contents.revision } });
  });

  test('a note that a store would cut short or refuse is refused in words', async () => {
    const long = await problemOf(
      client.describeRelease({
        params: release,
        body: { storeNotes: [{ storefront: 'google-play', language: 'en-US', text: 'a'.repeat(501) }] },
      }),
    );
    expect(long).toMatchObject({ code: 'invalid-input' });
    expect(long.detail).toContain('Google Play takes 500 characters, and this has 501');
    const emoji = await problemOf(
      client.describeRelease({
        params: release,
        body: { storeNotes: [{ storefront: 'app-store-connect', language: 'sv', text: 'Nytt 🎧' }] },
      }),
    );
    expect(emoji.detail).toContain('App Store does not take emoji');
    const language = await problemOf(
      client.describeRelease({ params: release, body: { storeNotes: [{ storefront: 'google-play', language: 'English!', text: 'New' }] } }),
    );
    expect(language.errors?.[0]?.path).toBe('body.storeNotes.0.language');
  });

  test('a password in clear is not kept', async () => {
    const problem = await problemOf(
      client.describeRelease({
        params: release,
        body: { reviews: [{ storefront: 'app-store-connect', notes: 'Sign in with password: hunter2', accounts: [] }] },
      }),
    );
    expect(problem.detail).toContain('reads like a password');
    const done = await client.describeRelease({
      params: release,
      body: {
        reviews: [
          {
            storefront: 'app-store-connect',
            notes: 'Open Audiobooks from Home.',
            accounts: [{ name: 'review@example.com', passwordAt: 'vault, item Store review', note: null }],
          },
        ],
      },
    });
    expect(done.contents.reviews[0]?.accounts).toHaveLength(1);
  });

  test('decisions are added and never taken away', async () => {
    await client.noteDecision({ params: release, body: { text: 'PLAY-4431 falls back', about: 'PLAY-4431' } });
    await client.noteDecision({ params: release, body: { text: 'Desktop ships with it' } });
    const { contents } = await client.getRelease({ params: release });
    expect(contents.decisions.map(({ text, about }) => [text, about])).toEqual([
      ['PLAY-4431 falls back', 'PLAY-4431'],
      ['Desktop ships with it', null],
    ]);
  });

  test('an update is written down with what became of it, also where no chat is connected', async () => {
    await client.postUpdate({ params: release, body: { text: 'Branch day is Friday.' } });
    await expect
      .poll(async () => (await client.getRelease({ params: release })).contents.updates[0]?.state, { timeout: 10_000 })
      .toBe('refused');
    const [update] = (await client.getRelease({ params: release })).contents.updates;
    expect(update).toMatchObject({ text: 'Branch day is Friday.', channel: '#release-8-9-2' });
    expect(update?.outcome).toContain('connect a chat');
    const { items } = await client.listActivity({ params: { app: 'music' }, query: { is: 'update-posted' } });
    expect(items[0]?.text).toContain('posted an update on 8.9.2 to #release-8-9-2: Branch day is Friday.');
  });

  test('a member of a team reads it and does not write it', async () => {
    const key = await room.keyFor({ roles: ['member'], scopes: ['read', 'command'] });
    const member = createClient({ baseUrl: room.url, key });
    expect((await member.getRelease({ params: release })).contents.channel).toBe('#release-8-9-2');
    expect((await problemOf(member.describeRelease({ params: release, body: { channel: null } }))).status).toBe(403);
    expect((await problemOf(member.postUpdate({ params: release, body: { text: 'x' } }))).status).toBe(403);
  });

  test('a release that is not there is not found', async () => {
    const nobody = { app: 'music', version: '1.2.3' };
    expect((await problemOf(client.describeRelease({ params: nobody, body: { channel: null } }))).code).toBe('not-found');
    expect((await problemOf(client.listNightlies({ params: nobody }))).code).toBe('not-found');
    expect((await problemOf(client.listTrains({ params: { app: 'nobody' } }))).code).toBe('not-found');
  });
});

describe('the weeks of a release', () => {
  test('nightlies come with their tests and the audiences they reached', async () => {
    const app = { app: 'music' };
    const build = { platform: 'android', version: '8.9.2', kind: 'nightly', commit: 'a'.repeat(40), branch: 'main' } as const;
    await client.reportBuilds({ params: app, body: { ...build, number: '900', state: 'succeeded' } });
    await client.reportTestRuns({
      params: app,
      body: { platform: 'android', version: '8.9.2', build: '900', suite: 'unit', state: 'passed', attempts: 1, passed: 5, failed: 0 },
    });
    await client.reportDistributions({
      params: app,
      body: { platform: 'android', version: '8.9.2', build: '900', audience: 'alpha', state: 'delivered' },
    });
    await client.reportBuilds({ params: app, body: { ...build, number: '901', state: 'failed' } });
    const { items } = await client.listNightlies({ params: release });
    expect(items.find(({ number }) => number === '900')).toMatchObject({ state: 'succeeded', tests: 'passed', reached: ['alpha'] });
    expect(items.find(({ number }) => number === '901')).toMatchObject({ state: 'failed', tests: 'none', reached: [] });
  });

  test('the next trains are those of releases that are planned, then those of the cycle', async () => {
    const { items, cadenceWeeks } = await client.listTrains({ params: { app: 'music' }, query: { count: 4 } });
    expect(cadenceWeeks).toBe(1);
    expect(items).toHaveLength(4);
    expect(items[0]?.version).toBe('8.9.2');
    expect(items.slice(1).map(({ version }) => version)).toEqual([null, null, null]);
    const days = items.map(({ planned }) => planned.branch ?? '');
    expect(days).toEqual(days.toSorted());
    expect(new Set(days).size).toBe(4);
  });

  test('a robot that looked and held says when it looked and what it looked at', async () => {
    await room.engine.settle();
    const track = { ...release, platform: 'android' };
    const { lastAt, items } = await client.listChecks({ params: track });
    expect(lastAt).not.toBeNull();
    expect(items.length).toBeGreaterThan(0);
    expect(items.some(({ inputs }) => inputs.length > 0)).toBe(true);
  });
});

test('releases are told apart by state and kind', async () => {
  await client.planRelease({
    params: { app: 'music' },
    body: { version: '8.9.2.1', kind: 'hotfix', base: '8.9.2', platforms: ['android'] },
  });
  const versions = async (query: { state?: 'planned' | 'current' | 'ended'; kind?: 'hotfix' | 'regular' }) =>
    (await client.listReleases({ params: { app: 'music' }, query })).items.map(({ version }) => version);
  expect(await versions({ state: 'planned' })).toEqual(expect.arrayContaining(['8.9.2', '8.9.2.1']));
  expect(await versions({ state: 'current' })).toEqual([]);
  expect(await versions({ kind: 'hotfix' })).toEqual(['8.9.2.1']);
  expect(await versions({ kind: 'regular' })).toEqual(['8.9.2']);
  expect(await versions({ state: 'ended' })).toEqual([]);
});
