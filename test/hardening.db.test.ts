import { createHmac } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import { connect as connectTcp } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contract } from '#api/contract.ts';
import type { Route } from '#api/route.ts';
import { git } from '#integrations/git/index.ts';
import { keyringOfSecret } from '#lib/keyring.ts';
import type { Keyring } from '#lib/keyring.ts';
import { createLog } from '#lib/log.ts';
import { packageRoot } from '#lib/package-root.ts';
import { createReach } from '#lib/reach.ts';
import type { Integration } from '#ports/integration.ts';
import { LIMITS } from '#server/limits.ts';
import { testServer } from '#server/testing.ts';
import type { TestServer } from '#server/testing.ts';

/* What stands around the routes, ASVS by ASVS (SECURITY.md names these tests). */

const routes: readonly Route[] = contract;
const MARK = 'planted-secret-that-nobody-may-see';
const marks = [
  MARK,
  Buffer.from(`git:${MARK}`).toString('base64'),
  Buffer.from(MARK).toString('base64').slice(0, -4),
  encodeURIComponent(MARK),
];

/** A ring whose newest key a test can change. */
function changingKeys(): Keyring {
  const rings = [keyringOfSecret('first'), keyringOfSecret('second')];
  let newest = 0;
  const current = (): Keyring => rings[newest] ?? keyringOfSecret('first');
  return {
    from: 'file',
    current: () => current().current(),
    ids: () => rings.map((ring) => ring.current()).toSorted((a) => (a === current().current() ? -1 : 1)),
    seal: (text, place) => current().seal(text, place),
    open: (sealed, place) => (rings.find((ring) => ring.current() === ring.keyOf(sealed)) ?? current()).open(sealed, place),
    keyOf: (sealed) => current().keyOf(sealed),
    renew: () => {
      newest = 1;
      return current().current();
    },
  };
}

let room: TestServer;
let cookie = '';
let signedInWith: readonly string[] = [];
let madeStatus = 0;
let log = '';
let lastAnswers = '';
const closing: (() => void)[] = [];

beforeAll(async () => {
  room = await testServer({
    integrations: [git as unknown as Integration],
    keys: changingKeys(),
    reach: createReach({
      permitted: { addresses: ['code.example'], directories: [] },
      lookup: (host, _options, answer) => answer(null, [{ address: host === 'corp.example' ? '10.0.0.9' : '127.0.0.1', family: 4 }]),
    }),
    limits: { ...LIMITS, anonymous: 200, credential: 1e9, reporting: 1e9, badKeys: 20, streamsOfKey: 3, withinSeconds: 3600 },
    patience: { headersMs: 400, requestMs: 800, idleMs: 0, lookEveryMs: 100 },
    log: createLog({ level: 'debug', write: (line) => (log += line) }),
    trustedProxies: ['127.0.0.1'],
  });
  const person = { name: 'Ada', email: 'ada@example.com', password: `${MARK} password` };
  await send('POST', '/api/people', { ...person, grants: [{ app: '*', roles: ['admin', 'member'] }] });
  const signedIn = await send(
    'POST',
    '/api/session',
    { email: person.email, password: person.password },
    { authorization: '', origin: room.url },
  );
  cookie = signedIn.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ');
  const made = await send('POST', '/api/apps', { id: 'music', name: 'Music', timezone: 'UTC', platforms: ['ios'] });
  signedInWith = signedIn.headers.getSetCookie();
  madeStatus = made.status;
});
afterAll(async () => {
  for (const close of closing) close();
  await room.close();
});

async function send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const all = { authorization: `Bearer ${room.admin}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers };
  const sent = await fetch(`${room.url}${path}`, {
    method,
    headers: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== '')),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await sent.text();
  lastAnswers += `${text}\n`;
  return {
    status: sent.status,
    headers: sent.headers,
    text,
    json: (): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>,
  };
}

const filled = (path: string): string => path.replaceAll('{app}', 'music').replaceAll(/\{\w+\}/g, 'x1');

test('signing in sets cookies that scripts cannot read and other sites cannot send, and an app can be made with them', () => {
  expect(signedInWith.every((each) => /httponly/i.test(each) && /samesite=lax/i.test(each) && /path=\//i.test(each))).toBe(true);
  expect(madeStatus).toBe(201);
});

describe('a write with a session', () => {
  test.each(
    routes
      .filter(({ method, id }) => method !== 'get' && id !== 'signOut')
      .map((route) => [`${route.method} ${route.path}`, route] as const),
  )('%s is refused from any other page, before anything else is looked at', async (_, route) => {
    const body = route.body === undefined && route.rawBody === undefined ? undefined : {};
    for (const from of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `${room.url}.evil.example` },
      { origin: room.url, 'sec-fetch-site': 'cross-site' },
      { origin: room.url, 'sec-fetch-site': 'same-site' },
      {},
    ] as Record<string, string>[]) {
      const answer = await send(route.method.toUpperCase(), filled(route.path), body, { authorization: '', cookie, ...from });
      expect({ from, status: answer.status, code: answer.json()['code'] }).toEqual({ from, status: 403, code: 'wrong-origin' });
    }
  });

  test('no route that reads changes anything, and no form of a browser is taken for JSON', async () => {
    const before = await counts();
    for (const route of routes.filter(({ method, streams }) => method === 'get' && streams === undefined))
      await send('GET', filled(route.path));
    expect(await counts()).toEqual(before);
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
      expect(
        (await send('POST', '/api/apps', {}, { 'content-type': type, cookie, authorization: '', origin: room.url })).json()['code'],
      ).toBe('not-json');
  });
});

/** Rows of every table but those that note a use. */
async function counts(): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const table of await tables()) {
    const { rows } = await sql<{ n: number }>`select count(*)::int as n from ${sql.table(table)}`.execute(room.database.db);
    if (!['public.due', 'public.leases', 'public.seals', 'public.sources'].includes(table)) found[table] = rows[0]?.n ?? -1;
  }
  return found;
}

async function tables(): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select table_schema || '.' || table_name as name from information_schema.tables where table_schema in ('public', 'auth') and table_type = 'BASE TABLE' order by 1
  `.execute(room.database.db);
  return rows.map(({ name }) => name);
}

describe('every answer', () => {
  test('of every route carries the headers that browsers obey, and nobody keeps what is a person’s own', async () => {
    for (const route of routes.filter(({ method, streams }) => method === 'get' && streams === undefined)) {
      const { headers } = await send('GET', filled(route.path));
      expect({ path: route.path, cache: headers.get('cache-control') }).toEqual({
        path: route.path,
        cache: expect.stringMatching(/no-store|private, no-cache/) as string,
      });
      expect(headers.get('content-security-policy')).toMatch(/default-src 'none';script-src 'self';.*frame-ancestors 'none'/);
      expect(headers.get('content-security-policy')).not.toMatch(/script-src[^;]*unsafe|\*/);
      expect(
        Object.fromEntries(
          [
            'x-content-type-options',
            'x-frame-options',
            'referrer-policy',
            'cross-origin-opener-policy',
            'cross-origin-resource-policy',
          ].map((name) => [name, headers.get(name)]),
        ),
      ).toEqual({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'same-origin',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      });
      expect(headers.get('permissions-policy')).toContain('camera=()');
      expect(headers.get('x-powered-by') ?? headers.get('server')).toBeNull();
    }
  });
});

/** Writes to a socket as it is told and gives what came back until it was closed. */
function raw(write: (put: (text: string) => boolean, isOpen: () => boolean) => void): Promise<string> {
  return new Promise((done, failed) => {
    const { port } = new URL(room.url);
    const socket = connectTcp(Number(port), '127.0.0.1');
    let said = '';
    socket.setEncoding('utf8').on('data', (text: string) => (said += text));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' || error.code === 'EPIPE' ? undefined : failed(error),
    );
    socket.on('close', () => done(said));
    socket.on('connect', () =>
      write(
        (text) => socket.write(text),
        () => !socket.destroyed,
      ),
    );
  });
}

const drip = (first: string, drop: string) => (put: (text: string) => boolean, isOpen: () => boolean) => {
  put(first);
  const dripping = setInterval(() => (isOpen() ? put(drop) : clearInterval(dripping)), 50);
};

describe('a client that is slow or asks too much', () => {
  test('whose head comes in drops is told so and let go, and so is one whose body does', async () => {
    expect(await raw(drip('GET /api/session HTTP/1.1\r\nhost: x\r\n', 'x-a: b\r\n'))).toMatch(
      /^HTTP\/1\.1 408 [^]*problem\+json[^]*took too long to come/,
    );
    expect(
      await raw(drip(`POST /api/session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n`, ' ')),
    ).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('whose address or headers are too long, or who speaks something else, is told so', async () => {
    expect(await raw((put) => put(`GET /${'a'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`))).toMatch(
      /^HTTP\/1\.1 431 [^]*more than 16384 bytes/,
    );
    expect(await raw((put) => put('\u0016\u0003\u0001hello\r\n\r\n'))).toMatch(/^HTTP\/1\.1 400 [^]*no HTTP request/);
    expect(
      await raw((put) =>
        put(
          'POST /api/session HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n',
        ),
      ),
    ).toMatch(/^HTTP\/1\.1 400 /);
  });

  test('may not have more streams open than there is room for, and may have another when one has ended', async () => {
    const open = () =>
      new Promise<{ status: number; end: () => void }>((done, failed) => {
        const asked = httpRequest(`${room.url}/api/apps/music/stream`, { headers: { authorization: `Bearer ${room.admin}` } }, (answer) => {
          answer.on('error', () => {});
          answer.resume();
          done({ status: answer.statusCode ?? 0, end: () => void asked.destroy() });
        });
        asked.on('error', failed);
        asked.end();
      });
    const streams = [await open(), await open(), await open()];
    expect(streams.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await open()).status).toBe(429);
    streams[0]?.end();
    await expect
      .poll(async () => {
        const again = await open();
        again.end();
        return again.status;
      })
      .toBe(200);
    for (const each of streams) each.end();
  });

  test('is told to wait by what they showed: a credential by itself, else the address that a trusted proxy tells', async () => {
    const from = (address: string, headers: Record<string, string> = {}) =>
      send('GET', '/api/session', undefined, { authorization: '', 'x-forwarded-for': address, ...headers });
    for (let at = 0; at < 200; at++) await from('192.0.2.1');
    const refused = await from('192.0.2.1');
    expect(refused.json()).toMatchObject({ status: 429, code: 'too-many-requests' });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await from('192.0.2.2')).status).toBe(200);
    expect((await from('192.0.2.1', { cookie })).status).toBe(200);
    for (let at = 0; at < 21; at++) await from('192.0.2.3', { authorization: `Bearer sbx_${'x'.repeat(40)}${at + 100}` });
    expect((await from('192.0.2.3', { authorization: `Bearer sbx_${'y'.repeat(43)}` })).status).toBe(429);
    expect((await from('192.0.2.4', { authorization: `Bearer ${room.admin}` })).status).toBe(200);
  }, 60_000);
});

describe('an address that an admin enters', () => {
  test.each([
    ['http://169.254.169.254/x.git', 'metadata'],
    ['https://corp.example/x.git', 'a private network'],
    ['/etc', 'the server’s own disk'],
    ['git@10.0.0.1:x.git', 'a private network'],
  ])('%s is refused when the connection is made', async (repo, because) => {
    const answer = await send('POST', '/api/apps/music/connections', { integration: 'git', settings: { repo } });
    expect(answer.status).toBe(400);
    expect(answer.json()['detail']).toContain(because.replace('’', "'"));
    expect(answer.json()['right']).toMatch(/ALLOW_PRIVATE_ADDRESSES|LOCAL_REPOSITORIES/);
  });

  test('of an identity provider is refused when it is set', async () => {
    const settings = { name: 'Company', issuer: 'https://corp.example', clientId: 'signalbox' };
    const answer = await send('PUT', '/api/settings/providers/company', settings);
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({
      errors: [{ path: 'body.issuer', detail: expect.stringContaining('a private network') as string }],
    });
  });

  test('in a policy is refused when it is looked at, before it can be saved', async () => {
    const policy = (await send('GET', '/api/apps/music/policy')).json() as { text?: string };
    const text = policy.text ?? '';
    expect(text).not.toBe('');
    const looked = await send('POST', '/api/apps/music/policy/preview', { text: withEndpoint(text) });
    expect({ status: looked.status, detail: looked.json()['detail'] }).toEqual({
      status: 422,
      detail: expect.stringContaining('this machine itself') as string,
    });
  });
});

/** The policy with a criterion of the user's own that halts. */
function withEndpoint(text: string): string {
  return `${text.replace('criteria:\n', 'criteria:\n  own-check: { is: custom, url: "http://127.0.0.1:9/x" }\n')}\nhalts-while-rolling-out: [own-check]\n`;
}

describe('secrets', () => {
  let connection = '';
  let webhook = { path: '', secret: '' };

  test('are sealed, opened by who needs them, and sealed anew with another key', async () => {
    const asked: string[] = [];
    const vendor = createServer((request, response) => {
      asked.push(request.headers.authorization ?? '-');
      // a vendor that repeats in its error what it was shown
      response
        .writeHead(401, { 'www-authenticate': `Basic realm="${request.headers.authorization ?? ''}"` })
        .end(request.headers.authorization);
    });
    await new Promise<void>((done) => vendor.listen(0, '127.0.0.1', done));
    closing.push(
      () => vendor.closeAllConnections(),
      () => void vendor.close(),
    );
    const repo = `http://code.example:${(vendor.address() as AddressInfo).port}/x.git`;
    const made = await send('POST', '/api/apps/music/connections', { integration: 'git', settings: { repo, token: MARK } });
    expect(made.status).toBe(201);
    connection = String(made.json()['id']);
    const opened = await send('POST', `/api/apps/music/connections/${connection}/webhook`, {});
    webhook = opened.json() as typeof webhook;
    expect(opened.status).toBe(201);
    await room.engine.settle('music');
    expect(asked).toContain(`Basic ${Buffer.from(`git:${MARK}`).toString('base64')}`);
    const before = (await send('GET', '/api/secrets')).json() as { current: string; keys: { id: string; seals: number }[] };
    expect(before.keys[0]).toEqual({ id: before.current, seals: 2 });
    const after = await send('POST', '/api/secrets/rotate', {});
    expect(after.json()).toMatchObject({ renewed: true, resealed: 2, unreadable: [] });
    expect(after.json()['current']).not.toBe(before.current);
    asked.length = 0;
    await room.engine.readAgain('music', ['git']);
    await room.engine.settle('music');
    expect(asked).toContain(`Basic ${Buffer.from(`git:${MARK}`).toString('base64')}`);
  }, 60_000);

  test('a message that is signed wakes its connection once; what is not signed, old, or for another wakes nothing', async () => {
    const key = Buffer.from(webhook.secret.replace('whsec_', ''), 'base64');
    const deliver = (id: string, at: number, body = '{}', path = webhook.path) =>
      fetch(`${room.url}${path}`, {
        method: 'POST',
        body,
        headers: {
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': String(at),
          'webhook-signature': `v1,${createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64')}`,
        },
      });
    const now = Math.floor(Date.now() / 1000);
    const due = async () =>
      (await sql<{ at: string }>`select at::text as at from due where key = 'music|git|'`.execute(room.database.db)).rows[0]?.at;
    const first = await deliver('m1', now);
    expect({ status: first.status, body: await first.json() }).toEqual({ status: 200, body: { woke: true } });
    expect(await (await deliver('m1', now)).json()).toEqual({ woke: false });
    expect((await due()) ?? 'being read').toBeTruthy();
    for (const answer of [
      await deliver('m2', now - 301),
      await deliver('m3', now, '{}', webhook.path.replace('con_', 'con_x')),
      await fetch(`${room.url}${webhook.path}`, { method: 'POST', body: '{}' }),
    ])
      expect({ status: answer.status, code: ((await answer.json()) as { code: string }).code }).toEqual({
        status: 401,
        code: 'not-signed',
      });
    // GitHub's way, over any bytes whatever
    const body = Buffer.from([0, 255, 1, 123]);
    const github = await fetch(`${room.url}${webhook.path}`, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-hub-signature-256': `sha256=${createHmac('sha256', webhook.secret).update(body).digest('hex')}`,
      },
    });
    expect(await github.json()).toEqual({ woke: true });
  });

  const examples = join(packageRoot(), '..', 'shared', 'contracts', 'github', 'webhook-examples');
  test.skipIf(!existsSync(examples))(
    "GitHub's own examples of deliveries are believed as they come (skipped where its contract is not beside the repository)",
    async () => {
      for (const file of readdirSync(examples)) {
        const body = readFileSync(join(examples, file));
        const signature = `sha256=${createHmac('sha256', webhook.secret).update(body).digest('hex')}`;
        const answer = await fetch(`${room.url}${webhook.path}`, {
          method: 'POST',
          body,
          headers: { 'content-type': 'application/json', 'x-github-delivery': file, 'x-hub-signature-256': signature },
        });
        expect({ file, body: await answer.json() }).toMatchObject({ file, body: { woke: true } });
      }
    },
  );

  test('stand nowhere in the clear: not in answers, not in the log, not in the journal, in no table', async () => {
    const created = await send('POST', '/api/keys', { name: 'ci', scopes: ['read'], roles: ['viewer'] });
    const { secret: key = '' } = created.json() as { secret?: string };
    lastAnswers = lastAnswers.replaceAll(webhook.secret, '').replaceAll(key === '' ? '\u0000' : key, '');
    for (const repo of [`http://user:${MARK}@code.example/x`, `https://code.example/x`])
      await send('POST', '/api/apps/music/connections', {
        integration: 'git',
        settings: { repo, token: repo.includes(MARK) ? 1 : MARK, more: MARK },
      });
    for (const path of [
      '/api/apps/music/connections',
      '/api/audit',
      '/api/apps/music/sources',
      '/api/secrets',
      '/api/apps/music/control-room',
      '/api/people',
      '/api/keys',
    ])
      await send('GET', path);
    const all: Record<string, string> = { answers: lastAnswers.replaceAll(`user:${MARK}@`, ''), log };
    for (const table of await tables()) {
      const { rows } = await sql<{ row: string }>`select to_jsonb(t)::text as row from ${sql.table(table)} t`.execute(room.database.db);
      all[table] = rows.map(({ row }) => row).join('\n');
    }
    expect(all['public.connections']).toContain('"sealed"');
    const planted = [...marks, webhook.secret, webhook.secret.replace('whsec_', ''), ...(key === '' ? [] : [key])];
    const seen = Object.entries(all).flatMap(([where, text]) =>
      planted.filter((each) => text.includes(each)).map((each) => `${where}: ${each.slice(0, 8)}…`),
    );
    expect(seen).toEqual([]);
  });
});
