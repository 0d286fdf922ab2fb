import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newSetupToken } from './auth/setup-link.ts';
import { testServer } from './testing.ts';
import type { TestServer } from './testing.ts';

let room: TestServer;
beforeAll(async () => {
  room = await testServer();
});
afterAll(() => room.close());

const person = { name: 'M. Lind', email: 'm.lind@example.com', password: 'a long enough password' };

type Sent = { status: number; body: Record<string, unknown>; cookies: string };

async function send(
  method: string,
  path: string,
  options: { body?: unknown; cookie?: string; headers?: Record<string, string> } = {},
): Promise<Sent> {
  const answer = await fetch(`${room.url}${path}`, {
    method,
    headers: {
      origin: room.url,
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(options.cookie === undefined ? {} : { cookie: options.cookie }),
      ...options.headers,
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
    cookies: answer.headers
      .getSetCookie()
      .map((cookie) => cookie.split(';')[0])
      .join('; '),
  };
}

describe('the one-time link', () => {
  test('makes the first admin once, signs them in, and hands out a key with their rights', async () => {
    const before = await send('GET', '/api/session');
    expect(before.body).toMatchObject({ who: null, setUpNeeded: true });

    const token = await room.setupToken();
    const wrong = await send('POST', '/api/setup', { body: { token: 'x'.repeat(32), ...person } });
    expect(wrong).toMatchObject({ status: 410, body: { code: 'link-spent' } });
    const short = await send('POST', '/api/setup', { body: { token, ...person, password: 'short' } });
    expect(short).toMatchObject({ status: 400, body: { code: 'invalid-input', errors: [{ path: 'body.password' }] } });

    const done = await send('POST', '/api/setup', { body: { token, ...person, key: { name: 'command line' } } });
    expect(done.status).toBe(201);
    expect(done.body['key']).toMatch(/^sbx_/);
    expect(done.cookies).toContain('signalbox.session_token=');

    const again = await send('POST', '/api/setup', { body: { token, ...person, email: 'other@example.com' } });
    expect(again.status).toBe(410);
    expect(await newSetupToken(room.accounts.pool, new Date().toISOString())).toBeNull();

    const me = await send('GET', '/api/session', { cookie: done.cookies });
    expect(me.body).toMatchObject({
      who: { kind: 'person', email: person.email, grants: [{ app: '*', roles: ['admin', 'release-manager', 'member'], teams: ['*'] }] },
      setUpNeeded: false,
    });
    const byKey = await send('GET', '/api/people', { headers: { authorization: `Bearer ${String(done.body['key'])}` } });
    expect(byKey).toMatchObject({ status: 200, body: { items: [{ email: person.email }] } });
  });
});

describe('a session', () => {
  test('begins with the right password only, and ends when its owner signs out', async () => {
    const wrong = await send('POST', '/api/session', { body: { email: person.email, password: 'not the password' } });
    expect(wrong).toMatchObject({ status: 401, body: { code: 'wrong-password' } });
    const nobody = await send('POST', '/api/session', { body: { email: 'nobody@example.com', password: 'not the password' } });
    expect(nobody.body['detail']).toBe(wrong.body['detail']);

    const signedIn = await send('POST', '/api/session', { body: { email: person.email.toUpperCase(), password: person.password } });
    expect(signedIn.status).toBe(200);
    expect((await send('GET', '/api/people', { cookie: signedIn.cookies })).status).toBe(200);
    expect((await send('DELETE', '/api/session', { cookie: signedIn.cookies })).status).toBe(204);
    expect((await send('GET', '/api/people', { cookie: signedIn.cookies })).status).toBe(401);
  });

  test('does not serve a page of another site', async () => {
    const { cookies: cookie } = await send('POST', '/api/session', { body: { email: person.email, password: person.password } });
    const body = { name: 'planted', scopes: ['read'] };
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }, { origin: 'null' }] as Record<
      string,
      string
    >[]) {
      expect(await send('POST', '/api/keys', { cookie, body, headers })).toMatchObject({ status: 403, body: { code: 'wrong-origin' } });
    }
    expect((await send('POST', '/api/keys', { cookie, body })).status).toBe(201);
    expect(
      await send('POST', '/api/session', {
        body: { email: person.email, password: person.password },
        headers: { origin: 'https://evil.example' },
      }),
    ).toMatchObject({ status: 403 });
  });

  test('can change its password, which ends the others', async () => {
    const first = await send('POST', '/api/session', { body: { email: person.email, password: person.password } });
    const other = await send('POST', '/api/session', { body: { email: person.email, password: person.password } });
    expect(
      await send('POST', '/api/session/password', { cookie: first.cookies, body: { current: 'wrong one', next: 'another long password' } }),
    ).toMatchObject({ status: 401 });
    expect(
      (
        await send('POST', '/api/session/password', {
          cookie: first.cookies,
          body: { current: person.password, next: 'another long password' },
        })
      ).status,
    ).toBe(204);
    expect((await send('GET', '/api/people', { cookie: other.cookies })).status).toBe(401);
    expect((await send('POST', '/api/session', { body: { email: person.email, password: 'another long password' } })).status).toBe(200);
  });

  test('is not found by trying passwords quickly', async () => {
    const tries: number[] = [];
    for (let count = 0; count < 12; count += 1)
      tries.push((await send('POST', '/api/session', { body: { email: 'guess@example.com', password: `guess ${count}` } })).status);
    expect(tries.at(-1)).toBe(429);
  });
});

describe('API keys', () => {
  const admin = (): { headers: Record<string, string> } => ({ headers: { authorization: `Bearer ${room.admin}` } });

  test('are shown once, kept as a hash, and stop working when they are revoked or have expired', async () => {
    const made = await send('POST', '/api/keys', { ...admin(), body: { name: 'CI', scopes: ['read'] } });
    const key = String(made.body['key']);
    const { rows } = await room.database.pool.query<{ row: string }>('select to_jsonb(k)::text as row from api_keys k');
    expect(rows.some(({ row }) => row.includes(key))).toBe(false);
    const list = await send('GET', '/api/keys', admin());
    expect(JSON.stringify(list.body)).not.toContain(key);

    const use = (): Promise<Sent> => send('GET', '/api/apps', { headers: { authorization: `Bearer ${key}` } });
    expect((await use()).status).toBe(200);
    expect((await send('DELETE', `/api/keys/${String(made.body['id'])}`, admin())).status).toBe(204);
    expect(await use()).toMatchObject({ status: 401, body: { code: 'not-signed-in' } });
    expect(await send('POST', '/api/keys', { ...admin(), body: { name: 'late', expiresAt: '2020-01-01T00:00:00Z' } })).toMatchObject({
      status: 400,
    });
  });

  test('that are wrong are refused, and do not pass for nobody', async () => {
    for (const authorization of ['Bearer sbx_wrong', 'Bearer', 'Basic abc', `Bearer ${'x'.repeat(5000)}`]) {
      expect(await send('GET', '/api/session', { headers: { authorization } })).toMatchObject({ status: 401 });
    }
  });

  test('of one app do not open another', async () => {
    const key = await room.keyFor({ roles: ['admin'], scopes: ['read', 'admin'], apps: ['music'] });
    expect(await send('GET', '/api/apps/podcasts', { headers: { authorization: `Bearer ${key}` } })).toMatchObject({
      status: 403,
      body: { code: 'not-permitted' },
    });
    expect(await send('GET', '/api/apps/music', { headers: { authorization: `Bearer ${key}` } })).toMatchObject({ status: 404 });
  });
});

describe('people', () => {
  test('are created by an admin, get roles by app, and the last admin stays one', async () => {
    const headers = { authorization: `Bearer ${room.admin}` };
    await send('POST', '/api/apps', { headers, body: { id: 'music', platforms: ['ios'] } });
    const made = await send('POST', '/api/people', {
      headers,
      body: {
        name: 'T. Becker',
        email: 't.becker@example.com',
        password: 'a long enough password',
        grants: [{ app: 'music', roles: ['release-team'] }],
      },
    });
    expect(made).toMatchObject({ status: 201, body: { grants: [{ app: 'music', roles: ['release-team'], teams: [] }] } });
    expect(
      await send('POST', '/api/people', {
        headers,
        body: { name: 'Twice', email: 'T.Becker@example.com', password: 'a long enough password' },
      }),
    ).toMatchObject({ status: 409 });
    const id = String(made.body['id']);
    expect(await send('PUT', `/api/people/${id}/roles/music`, { headers, body: { roles: ['member'], teams: ['player'] } })).toMatchObject({
      status: 200,
      body: { grants: [{ app: 'music', roles: ['member'], teams: ['player'] }] },
    });

    const { body } = await send('GET', '/api/people', { headers });
    const first = (body['items'] as { id: string; email: string }[]).find(({ email }) => email === person.email);
    expect(await send('PUT', `/api/people/${first?.id ?? ''}/roles/*`, { headers, body: { roles: [] } })).toMatchObject({
      status: 409,
      body: { code: 'conflict' },
    });
    expect(await send('DELETE', `/api/people/${first?.id ?? ''}`, { headers })).toMatchObject({ status: 409 });
    expect((await send('DELETE', `/api/people/${id}`, { headers })).status).toBe(204);
  });
});
