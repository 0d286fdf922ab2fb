import { brotliCompressSync, constants, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import * as Sentry from '@sentry/node';
import fastify from 'fastify';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createClient } from '#api/client.ts';
import type { Client } from '#api/client.ts';
import { heardFrom } from '#cli/commands/testing.ts';
import { crashGroupsCommand } from '#cli/commands/crash-groups.ts';
import { packDays } from '#db/health/days.ts';
import { rateEvidence } from '#db/views/health-rollups.ts';
import { DAY_MS } from '#domain/health/rollup.ts';
import { openEnvelope } from '#integrations/sentry/intake.ts';
import { problemFrom } from '#server/errors.ts';
import { LIMITS, openGate } from '#server/limits.ts';
import { addSentry } from '#server/sentry.ts';
import { testServer } from '#server/testing.ts';
import type { TestServer } from '#server/testing.ts';

/* An app that has a Sentry SDK already is given another DSN. */

let room: TestServer;
let admin: Client;
let dsn: string;
let project: number;
const params = { app: 'music' };
const attrs = { release: 'io.example.music@8.9.2+89214', environment: 'production' };

beforeAll(async () => {
  room = await testServer({ isStill: true, envelopes: openEnvelope });
  admin = createClient({ baseUrl: room.url, key: room.admin });
  await admin.createApp({ body: { id: 'music', platforms: ['android', 'ios'], process: 'light' } });
  await admin.planRelease({ params, body: { version: '8.9.2' } });
  ({ dsn, project } = await admin.createDsn({ params, body: { platform: 'android', name: 'the app' } }));
});
afterAll(() => room.close());
beforeEach(async () => {
  await sql`truncate health_series, health_rollups, health_days, health_sources, health_quarantine, health_heard, crash_groups cascade`.execute(
    room.database.db,
  );
});

const envelope = (...items: readonly (readonly [type: string, payload: object])[]): string =>
  ['{}', ...items.flatMap(([type, payload]) => [JSON.stringify({ type }), JSON.stringify(payload)])].join('\n');

async function send(body: string | Buffer, headers: Record<string, string> = {}, key = new URL(dsn).username) {
  const answer = await fetch(`${room.url}/api/${project}/envelope/?sentry_key=${key}`, {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });
  return { status: answer.status, text: await answer.text() };
}

const evidence = (metric = 'crashes') =>
  rateEvidence(room.database.db, {
    app: 'music',
    platform: 'android',
    version: '8.9.2',
    build: '89214',
    audience: 'production',
    metric,
    source: 'sentry',
    from: null,
    until: new Date(Date.now() + 7_200_000).toISOString(),
  });

const now = () => new Date().toISOString();
const session = (person: string, sid: string, more: object = {}): readonly [string, object] => [
  'session',
  { sid, did: person, init: true, started: now(), timestamp: now(), status: 'exited', duration: 1800, attrs, ...more },
];
const crash = (person: string, id: string, more: object = {}): readonly [string, object] => [
  'event',
  {
    event_id: id,
    timestamp: Date.now() / 1000,
    level: 'fatal',
    ...attrs,
    user: { id: person },
    contexts: { os: { name: 'Android', version: '14' } },
    exception: { values: [{ type: 'NullPointerException', value: 'x', mechanism: { type: 'UncaughtExceptionHandler', handled: false } }] },
    ...more,
  },
];

describe('an SDK that is given a DSN of ours', () => {
  test('tells of crashes of people and of usage; of a person only the first crash counts, and what is sent again counts once', async () => {
    const first = envelope(session('a', 's1'), crash('a', 'e1'), crash('a', 'e2'), crash('b', 'e3'));
    expect(await send(first)).toMatchObject({ status: 200 });
    expect(await send(gzipSync(first), { 'content-encoding': 'gzip' })).toMatchObject({ status: 200 });
    await Promise.all(
      Array.from({ length: 20 }, (_, at) => send(envelope(session(`p${at}`, `t${at}`), crash(at < 10 ? 'a' : `p${at}`, `f${at}`)))),
    );
    expect(await evidence()).toMatchObject({ affected: 12, count: 23, sessions: 21, exposure: 10.5, users: 21 });
    const { items } = await admin.getHealth({ params: { ...params, version: '8.9.2', platform: 'android' }, query: { dimension: 'os' } });
    expect(items.find(({ segment }) => segment === 'os=Android 14')).toMatchObject({ crashes: 23, crashUsers: 12 });
    const { rows } =
      await sql<object>`select g.title, c.crashes, c.users, jsonb_array_length(g.samples) as samples from crash_groups g join crash_counts c on c.crash_group = g.id`.execute(
        room.database.db,
      );
    expect(rows).toEqual([{ title: 'NullPointerException: x', crashes: 23, users: 12, samples: 5 }]);
    const kept = await sql<{
      n: number;
    }>`select count(*)::int as n from health_affected where encode(who, 'escape') like '%a%' and octet_length(who) <> 8`.execute(
      room.database.db,
    );
    expect(kept.rows).toEqual([{ n: 0 }]);
  });

  test('is answered when what many send at once is there: all of it, committed together', async () => {
    const types = ['One', 'Other', 'Third'];
    await Promise.all(
      Array.from({ length: 30 }, async (_, at) => {
        for (const turn of [1, 2, 3]) {
          const exception = { values: [{ type: types[at % 3], value: 'x', mechanism: { handled: false } }] };
          const told = envelope(session(`p${at}`, `m${turn} ${at}`), crash(`p${at}`, `g${turn} ${at}`, { exception }));
          const answers = await Promise.all([send(told), send(told)]);
          expect(answers.map(({ status }) => status)).toEqual([200, 200]);
          const { rows } = await sql<{
            n: number;
          }>`select count(*)::int as n from crash_people where crashes >= ${turn}`.execute(room.database.db);
          expect(rows[0]?.n).toBeGreaterThan(0);
        }
      }),
    );
    expect(await evidence()).toMatchObject({ affected: 30, count: 90, sessions: 90, exposure: 45 });
    const { rows } = await sql<object>`
      select g.title, jsonb_array_length(g.samples) as samples, sum(c.crashes)::int as crashes, sum(c.users)::int as users, min(v.users)::int as people
      from crash_groups g join crash_counts c on c.crash_group = g.id join crash_versions v on v.crash_group = g.id group by g.id order by g.title`.execute(
      room.database.db,
    );
    expect(rows).toEqual(types.map((type) => ({ title: `${type}: x`, samples: 5, crashes: 30, users: 10, people: 10 })));
    const commits = await sql<{ n: number }>`select count(*)::int as n from health_heard`.execute(room.database.db);
    expect(commits.rows[0]?.n).toBeLessThan(90);
  });

  test('that sends too much is told to wait, by its DSN, and carries what every answer does', async () => {
    const server = fastify();
    server.setErrorHandler((error, _request, reply) => {
      const { problem, headers } = problemFrom(error);
      return reply.code(problem.status).headers(headers).send(problem);
    });
    const limits = { ...LIMITS, reporting: 3, withinSeconds: 3600 };
    const gate = await openGate(server, limits);
    await addSentry(server, { engine: room.engine, accounts: room.accounts, limits, gate, read: openEnvelope });
    const sendThere = (key = new URL(dsn).username) =>
      server.inject({ method: 'POST', url: `/api/${project}/envelope/?sentry_key=${key}`, payload: envelope(session('a', 's')) });
    // the first is counted where everyone is, for its DSN was not known
    for (let turn = 0; turn < 4; turn++) expect((await sendThere()).statusCode).toBe(200);
    const refused = await sendThere();
    expect([refused.statusCode, refused.json<{ title: string }>()]).toMatchObject([429, { code: 'too-many-requests' }]);
    expect(refused.headers).toMatchObject({ 'x-sentry-rate-limits': '3600::organization', 'retry-after': '3600' });
    const unknown = await sendThere('nobody');
    expect(unknown.statusCode).toBe(401);
    for (const { headers } of [refused, unknown])
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store', 'x-frame-options': 'DENY' });
    await server.close();
  });

  test('is told what it should send otherwise, and what cannot be believed is counted', async () => {
    expect((await send('hello')).status).toBe(400);
    expect((await send('x', { 'content-encoding': 'gzip' })).status).toBe(400);
    expect((await send('x', { 'content-encoding': 'lzma' })).text).toContain('gzip, deflate, br, zstd');
    expect((await send('{}', {}, 'nobody')).status).toBe(401);
    const odd = { ...attrs, release: 'io.example.music@1.0' };
    const sent = envelope(
      session('a', 'u1', { attrs: odd }),
      session('a', 'u2', { attrs: { ...attrs, environment: 'debug' } }),
      session('a', 'u3', { duration: -1 }),
    );
    expect((await send(sent)).status).toBe(200);
    const { items } = await admin.listHealthQuarantine({ params });
    expect(items.map(({ reason, count }) => [reason, count])).toEqual([
      ['not-an-audience', 2],
      ['unknown-version', 2],
      ['unreadable', 1],
    ]);
  });

  test('may pack what it sends in any of the ways that are named, and not so that it fills the memory', async () => {
    const fast = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };
    const packers = {
      gzip: gzipSync,
      deflate: deflateSync,
      br: (bytes: Buffer) => brotliCompressSync(bytes, fast),
      zstd: zstdCompressSync,
    };
    const bomb = Buffer.alloc(20_000_001);
    for (const [encoding, pack] of Object.entries(packers)) {
      const packed = { 'content-encoding': encoding };
      expect(await send(pack(Buffer.from(envelope(crash(encoding, encoding)))), packed)).toMatchObject({ status: 200 });
      const refused = await send(pack(bomb), packed);
      expect([refused.status, refused.text]).toEqual([413, expect.stringContaining('unpacked, the body has more than 20000000 bytes')]);
    }
    expect((await send(Buffer.alloc(10_000_001))).status).toBe(413);
    expect(await evidence()).toMatchObject({ affected: 4, count: 4 });
  });

  test('may run in a page of another origin, and may be one that sends events by themselves', async () => {
    const address = (way: string, key: string) => `${room.url}/api/${project}/${way}/?sentry_key=${key}&sentry_version=7`;
    const key = new URL(dsn).username;
    const asks = {
      origin: 'https://music.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'x-sentry-auth',
    };
    const preflight = await fetch(address('envelope', key), { method: 'OPTIONS', headers: asks });
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, '*']);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('x-sentry-auth');
    const [, event] = crash('a', 'by itself');
    const post = (way: string, as: string, body: string) =>
      fetch(address(way, as), { method: 'POST', headers: { origin: asks.origin }, body });
    for (const answer of [
      await post('store', key, JSON.stringify(event)),
      await post('store', 'nobody', '{}'),
      await post('envelope', key, 'x'),
    ])
      expect([
        answer.status,
        answer.headers.get('access-control-allow-origin'),
        answer.headers.get('access-control-expose-headers'),
      ]).toEqual([expect.any(Number), '*', 'retry-after, x-sentry-rate-limits']);
    expect((await post('store', key, 'eJx0aGlz')).status).toBe(200);
    expect(await evidence()).toMatchObject({ affected: 1, count: 1 });
    const { items } = await admin.listHealthQuarantine({ params });
    expect(items.map(({ because }) => because)).toEqual(['the event is no JSON object']);
  });

  test('may be the real one', async () => {
    Sentry.init({ dsn, release: attrs.release, environment: 'production', defaultIntegrations: false, sendClientReports: false });
    Sentry.setUser({ id: 'someone' });
    Sentry.captureException(new TypeError('nothing plays'), { mechanism: { handled: false, type: 'onuncaughtexception' } });
    expect(await Sentry.close(5000)).toBe(true);
    expect(await evidence()).toMatchObject({ affected: 1, count: 1 });
  });

  test('may be the real one of a phone that was away for days: what it tells late is counted in days that were packed meanwhile', async () => {
    const db = room.database.db;
    const noon = Math.floor(Date.now() / DAY_MS - 4) * DAY_MS + DAY_MS / 2;
    const tell = async (person: string): Promise<void> => {
      Sentry.init({ dsn, release: attrs.release, environment: 'production', defaultIntegrations: false, sendClientReports: false });
      Sentry.setUser({ id: person });
      Sentry.getClient()?.captureSession(
        Object.assign(Sentry.startSession(), { started: noon / 1000, timestamp: noon / 1000 + 3600, duration: 3600, status: 'exited' }),
      );
      const exception = {
        values: [{ type: 'TypeError', value: 'nothing plays', mechanism: { handled: false, type: 'onuncaughtexception' } }],
      };
      Sentry.captureEvent({ timestamp: noon / 1000 + 60, level: 'fatal', exception });
      expect(await Sentry.close(5000)).toBe(true);
    };
    const rows = async () =>
      (
        await sql<{ hours: number; days: number }>`
          select (select count(*)::int from health_rollups) as hours, (select count(*)::int from health_days) as days`.execute(db)
      ).rows[0];
    await tell('first');
    const before = await evidence();
    expect(before).toMatchObject({ affected: 1, count: 1, sessions: 1, exposure: 1, users: 1 });
    const { packed: days } = await packDays(db, [{ app: 'music', before: Math.floor(Date.now() / DAY_MS) - 1 }], 1000, (_, error) => {
      throw error;
    });
    expect(days).toBeGreaterThan(0);
    const packed = await rows();
    expect(await evidence()).toEqual(before);
    await tell('second');
    expect(await rows()).toEqual(packed);
    expect(await evidence()).toMatchObject({ affected: 2, count: 2, sessions: 2, exposure: 2, users: 2 });
  });

  test('has its crashes grouped, judged and owned, and people read and decide over the API and the command line', async () => {
    const at = (person: string, n: number, type: string, more: object = {}) =>
      crash(person, `${type} ${person} ${n}`, {
        tags: { flow: 'signup', country: 'se' },
        contexts: { os: { name: 'Android', version: '14' }, device: { model: `Phone ${n}` } },
        exception: {
          values: [
            {
              type,
              value: 'email is null',
              mechanism: { type: 'UncaughtExceptionHandler', handled: false },
              stacktrace: {
                frames: [{ module: 'com.example.signup.Email', filename: 'Email.kt', function: 'fill', lineno: 118, in_app: true }],
              },
            },
          ],
        },
        ...more,
      });
    const people = Array.from({ length: 25 }, (_, n) => n);
    await send(
      envelope(...people.flatMap((n) => [session(`p${n}`, `s${n}`, { duration: 3600 * 16 }), at(`p${n}`, n, 'NullPointerException')])),
    );
    await send(envelope(at('p0', 1, 'OutOfMemoryError', { tags: { flow: 'after logout' } })));
    await room.database.db.updateTable('due').set({ at: '2000-01-01T00:00:00.000Z' }).where('key', 'like', '%crash-groups%').execute();
    await room.engine.settle();

    const { items, versions, total } = await admin.listCrashGroups({ params });
    expect({ versions, total }).toEqual({ versions: ['8.9.2'], total: 2 });
    const owner = { team: null, because: 'no team owns paths in the policy, and no repository is connected' };
    expect(items).toMatchObject([
      { title: 'NullPointerException: email is null', users: 25, judgement: { level: 'S1', novelty: 'known' }, owner, ticket: null },
      { title: 'OutOfMemoryError: email is null', users: 1, judgement: { level: 'S2', levelLower: 'S4' } },
    ]);
    const titles = async (query: NonNullable<Parameters<Client['listCrashGroups']>[0]['query']>) =>
      (await admin.listCrashGroups({ params, query })).items.map(({ title }) => title.slice(0, 4));
    expect(await titles({ severity: 'S1' })).toEqual(['Null']);
    expect(await titles({ search: 'MEMORY', version: '8.9.2', platform: 'android', ticket: 'none', team: 'none' })).toEqual(['OutO']);
    expect(await titles({ novelty: 'new' })).toEqual([]);
    const first = await admin.listCrashGroups({ params, query: { limit: 1 } });
    expect(await titles({ limit: 1, cursor: first.next ?? '' })).toEqual(['OutO']);
    await expect(admin.listCrashGroups({ params, query: { cursor: 'x' } })).rejects.toMatchObject({ problem: { code: 'bad-cursor' } });

    const group = items[0]?.id ?? 0;
    const shown = await admin.getCrashGroup({ params: { ...params, group } });
    expect(shown.samples[0]?.frames).toEqual([{ frame: 'com.example.signup.Email fill', code: 'com/example/signup/Email.kt:118' }]);
    expect(shown.days).toMatchObject([{ version: '8.9.2', users: 25, crashes: 25 }]);
    const of = (dimension: string) => shown.segments.filter((each) => each.dimension === dimension);
    expect(of('country')).toEqual([{ dimension: 'country', value: 'SE', users: 25, crashes: 25 }]);
    expect(of('device')).toHaveLength(21);
    expect(of('device')[0]).toMatchObject({ value: 'other', users: 5 });
    expect(shown.history).toMatchObject([
      { text: 'judged “NullPointerException: email is null” S1, not clearly new or worse: 25 people hit' },
    ]);

    await expect(admin.makeCrashTicket({ params: { ...params, group }, body: {} })).rejects.toMatchObject({
      problem: { detail: 'no tracker is connected that takes tickets' },
    });
    await expect(admin.getCrashGroup({ params: { ...params, group: 999_999 } })).rejects.toMatchObject({ problem: { code: 'not-found' } });
    const decide = (reason: string) =>
      admin.decideCrashGroup({ params: { ...params, group }, body: { decision: 'not-worth-a-ticket', reason } });
    await expect(decide(' ')).rejects.toMatchObject({ problem: { code: 'invalid-input' } });
    expect(await decide('an emulator')).toMatchObject({ changed: true, decision: { by: expect.any(String) as string } });
    expect(await decide('an emulator')).toMatchObject({ changed: false });
    expect(await titles({ ticket: 'not-wanted' })).toEqual(['Null']);

    const parts = { environment: { SIGNALBOX_URL: room.url, SIGNALBOX_KEY: room.admin }, standardInput: async () => '', now: Date.now };
    const says = async (...args: string[]) => (await heardFrom((io) => crashGroupsCommand(io, parts), args)).out.join('\n');
    expect(await says('list', 'music', '--severity', 'S1')).toMatch(/S1 \(S1\) +25 +android 8\.9\.2 +– +not wanted +NullPointerException/);
    expect(await says('show', 'music', String(group))).toContain('com/example/signup/Email.kt:118');
    expect(await says('decide', 'music', String(group), '--as', 'undecided', '--reason', 'a real phone')).toBe('Decided.');
  });

  test('is told to come again later where more waits than can be stored; the real one does, and what was taken is there', async () => {
    const tell = (message: string) => {
      const { promise, resolve } = Promise.withResolvers<unknown>();
      const id = Sentry.captureException(new TypeError(message), { mechanism: { handled: false, type: 'onuncaughtexception' } });
      Sentry.getClient()?.on('afterSendEvent', (event, answer) => {
        if (event.event_id === id) resolve(answer);
      });
      return promise;
    };
    Sentry.init({ dsn, release: attrs.release, environment: 'production', defaultIntegrations: false, sendClientReports: false });
    const holding = await room.database.pool.connect();
    await holding.query("select pg_advisory_lock(hashtext('signalbox health heard'), hashtext('music'))");
    const heard = { app: 'music', platform: 'android', observed: [], unread: [], bytes: Buffer.alloc(0) };
    const waiting = Array.from({ length: 5001 }, () => room.engine.hearHealth(heard));
    const refused = await fetch(`${room.url}/api/${project}/envelope/?sentry_key=${new URL(dsn).username}`, { method: 'POST', body: '{}' });
    const told = ['retry-after', 'x-sentry-rate-limits', 'access-control-allow-origin'].map((name) => refused.headers.get(name));
    expect([refused.status, ...told]).toEqual([429, '10', '10::organization', '*']);
    expect(await tell('the first')).toMatchObject({ statusCode: 429 });
    await holding.query('select pg_advisory_unlock_all()');
    holding.release();
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['heard']));
    // there is room again, and the SDK sends nothing for the time it was told
    expect(await tell('while it waits')).toEqual({});
    expect(await evidence()).toMatchObject({ count: 0 });
    expect((await send(envelope(crash('a', 'another one')))).status).toBe(200);
    await Sentry.close(1000);
  });

  test('sends in vain with the key of another DSN, and once its own is revoked, in words that say so', async () => {
    const other = await admin.createDsn({ params, body: { platform: 'ios', name: 'another' } });
    const words = { status: 401, text: expect.stringContaining('the DSN is none of this server, or it was revoked') as string };
    expect(await send('{}', {}, new URL(other.dsn).username)).toMatchObject(words);
    expect(await send('{}')).toMatchObject({ status: 200 });
    await admin.revokeDsn({ params: { ...params, project } });
    // a process that knew it goes on for two seconds at most
    await expect.poll(() => send('{}'), { timeout: 60_000, interval: 100 }).toMatchObject(words);
    ({ dsn, project } = await admin.createDsn({ params, body: { platform: 'android', name: 'the next' } }));
    expect(await send('{}')).toMatchObject({ status: 200 });
  });

  test('sends in vain with a DSN that was revoked before it was used', async () => {
    const other = await admin.createDsn({ params, body: { platform: 'ios', name: 'old' } });
    await admin.revokeDsn({ params: { ...params, project: other.project } });
    const answer = await fetch(`${room.url}/api/${other.project}/envelope/`, {
      method: 'POST',
      headers: { 'x-sentry-auth': `Sentry sentry_version=7, sentry_key=${new URL(other.dsn).username}, sentry_client=x/1` },
      body: '{}',
    });
    expect(answer.status).toBe(401);
    expect((await admin.listDsns({ params })).items.map(({ name, revokedAt }) => [name, revokedAt !== null])).toEqual([
      ['old', true],
      ['the next', false],
      ['another', false],
      ['the app', true],
    ]);
  });
});
