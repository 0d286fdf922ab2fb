import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import type { CryptoKey, JWTPayload } from 'jose';
import { Provider } from 'oidc-provider';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openOidc } from './auth/oidc.ts';
import { testServer } from './testing.ts';
import { quietLog } from '#lib/log.ts';
import { createReach } from '#lib/reach.ts';
import type { TestServer } from './testing.ts';

/*
 * Signing in by a real server of OpenID Connect, on this machine: discovery, code and challenge, the id token, and who may come in. What a wrong server would
 * say is made by this one with its own key: the id token is exchanged in its answer.
 */

type Someone = { email: string; email_verified: boolean; name: string; groups?: string[] };

let room: TestServer;
let identity: { issuer: string; server: Server; signer: CryptoKey };
/** Who signs in at the identity provider next. */
let someone: Someone & { sub: string };
/** What becomes of the id token on its way. */
let forge: ((claims: JWTPayload) => Promise<string>) | null = null;

beforeAll(async () => {
  room = await testServer();
  identity = await identityProvider();
  await setProvider({});
});
afterAll(async () => {
  identity.server.closeAllConnections();
  identity.server.close();
  await room.close();
});
beforeEach(() => {
  forge = null;
});

async function identityProvider(): Promise<typeof identity> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'signalbox',
        client_secret: 'a secret of the test and of nobody else',
        redirect_uris: [`${room.url}/api/auth/callback/company`],
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: 'test', alg: 'RS256', use: 'sig' }] },
    pkce: { required: () => true },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups'] },
    conformIdTokenClaims: false,
    cookies: { keys: ['a key of the test'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ ...someone, sub }) }),
  });
  provider.use(async (context, next) => {
    await next();
    const body = context.body as { id_token?: string } | undefined;
    if (context.path !== '/token' || forge === null || body?.id_token === undefined) return;
    const [, payload = ''] = body.id_token.split('.');
    body.id_token = await forge(JSON.parse(Buffer.from(payload, 'base64url').toString()) as JWTPayload);
  });
  const handle = provider.callback();
  server.on('request', (request, response) => {
    if (request.url?.startsWith('/interaction/') !== true) return void handle(request, response);
    void consent(provider, request, response);
  });
  return { issuer, server, signer: privateKey };
}

/** Whoever is asked says who they are, and agrees. */
async function consent(provider: Provider, ...[request, response]: Parameters<Provider['interactionDetails']>): Promise<void> {
  const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
  if (prompt.name === 'login') {
    await provider.interactionFinished(request, response, { login: { accountId: someone.sub } }, { mergeWithLastSubmission: false });
    return;
  }
  const grant =
    (grantId === undefined ? undefined : await provider.Grant.find(grantId)) ??
    new provider.Grant({ accountId: session?.accountId ?? '', clientId: String(params['client_id']) });
  grant.addOIDCScope('openid email profile');
  await provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } }, { mergeWithLastSubmission: true });
}

async function admin(method: string, path: string, body?: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await fetch(`${room.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${room.admin}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
}

async function setProvider(more: Record<string, unknown>): Promise<void> {
  const made = await admin('PUT', '/api/settings/providers/company', {
    name: 'Company',
    issuer: identity.issuer,
    clientId: 'signalbox',
    clientSecret: 'a secret of the test and of nobody else',
    ...more,
  });
  expect(made).toMatchObject({ status: 200, body: { hasSecret: true, callback: `${room.url}/api/auth/callback/company` } });
  expect(JSON.stringify(made.body)).not.toContain('a secret of the test');
}

/** A browser: it keeps cookies by origin and follows redirects. */
function browser() {
  const jars = new Map<string, Map<string, string>>();
  const go = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const { origin } = new URL(url);
    const jar = jars.get(origin) ?? new Map<string, string>();
    jars.set(origin, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(url, { ...init, redirect: 'manual', headers: { ...(init.headers as Record<string, string>), cookie } });
    for (const set of answer.headers.getSetCookie()) {
      const [pair = ''] = set.split(';');
      const at = pair.indexOf('=');
      jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return answer;
  };
  return {
    go,
    async begin(provider = 'company'): Promise<string> {
      const answer = await go(`${room.url}/api/session/provider`, {
        method: 'POST',
        headers: { origin: room.url, 'content-type': 'application/json' },
        body: JSON.stringify({ provider, to: '/music' }),
      });
      const body = (await answer.json()) as { url?: string; detail?: string };
      if (body.url === undefined) throw new Error(body.detail);
      return body.url;
    },
    /** Goes on until Signalbox sends it to a page of its own. */
    async follow(url: string): Promise<string> {
      let at = url;
      for (let step = 0; step < 12; step += 1) {
        const answer = await go(at);
        const location = answer.headers.get('location');
        if (location === null) throw new Error(`${at} answered ${answer.status}: ${await answer.text()}`);
        const next = new URL(location, at);
        if (next.origin === new URL(room.url).origin && !next.pathname.startsWith('/api/')) return `${next.pathname}${next.search}`;
        at = next.href;
      }
      throw new Error('it went in a circle');
    },
    who: async () => ((await (await go(`${room.url}/api/session`)).json()) as { who: { email: string; grants: unknown[] } | null }).who,
    sessionCookie: () => jars.get(new URL(room.url).origin)?.get('signalbox.session_token') ?? null,
  };
}

let count = 0;
function comes(email: string, more: Partial<Someone> = {}): void {
  count += 1;
  someone = { sub: `sub-${count}`, email, email_verified: true, name: email.split('@')[0] ?? '', ...more };
}

async function signsIn(using = browser()): Promise<{ page: string; using: ReturnType<typeof browser> }> {
  return { page: await using.follow(await using.begin()), using };
}

test('who was invited comes in with the roles of the invitation, and the next time without one', async () => {
  await admin('POST', '/api/apps', { id: 'music', platforms: ['ios'] });
  await admin('POST', '/api/invitations', { email: 'ada@example.com', grants: [{ app: 'music', roles: ['release-manager'] }] });
  comes('ada@example.com');
  const { page, using } = await signsIn();
  expect(page).toBe('/music');
  expect(await using.who()).toMatchObject({ email: 'ada@example.com', grants: [{ app: 'music', roles: ['release-manager'] }] });
  expect((await signsIn()).page).toBe('/music');
  const { body } = await admin('GET', '/api/audit?app=*');
  const texts = (body['items'] as { text: string }[]).map(({ text }) => text);
  expect(texts).toEqual(
    expect.arrayContaining([expect.stringContaining('signed in by company'), 'accepted the invitation of ada@example.com']),
  );
  const { rows } = await room.accounts.pool.query(`select * from auth.account where "providerId" = 'company'`);
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({ accessToken: null, refreshToken: null, idToken: null });
});

test('who is known to nobody stays out, and so does an e-mail that nobody proved', async () => {
  comes('stranger@elsewhere.org');
  const stranger = await signsIn();
  expect(stranger.page).toMatch(/^\/sign-in\?error=not-invited/);
  expect(await stranger.using.who()).toBeNull();
  await admin('POST', '/api/invitations', { email: 'bo@example.com' });
  comes('bo@example.com', { email_verified: false });
  expect((await signsIn()).page).toMatch(/error=email-not-verified/);
});

test('a domain that is named lets people in with the roles that go with it, and groups make roles at each sign-in', async () => {
  const groups = { claim: 'groups', grants: [{ group: 'releases', app: 'music', roles: ['release-team'] }] };
  await setProvider({ domains: ['corp.example.com'], grants: [{ app: '*', roles: ['member'] }], groups });
  // said again as it is: nothing was changed, and the journal says nothing of it
  const entries = async () => (await admin('GET', '/api/audit?app=*&is=provider-set')).body['items'];
  const before = await entries();
  await setProvider({ domains: ['corp.example.com'], grants: [{ app: '*', roles: ['member'] }], groups });
  expect(await entries()).toEqual(before);
  comes('cleo@corp.example.com', { groups: ['releases'] });
  const first = await signsIn();
  expect((await first.using.who())?.grants).toEqual([
    { app: '*', roles: ['member'], teams: [] },
    { app: 'music', roles: ['release-team'], teams: [] },
  ]);
  someone.groups = ['others'];
  expect((await (await signsIn()).using.who())?.grants).toEqual([{ app: '*', roles: ['member'], teams: [] }]);
  await setProvider({});
});

test('an account that is there is taken over only where an admin said so', async () => {
  await admin('POST', '/api/people', { name: 'Dan', email: 'dan@example.com', password: 'a long enough password' });
  comes('dan@example.com');
  const before = await signsIn();
  expect(before.page).toMatch(/error=account-exists/);
  expect(await before.using.who()).toBeNull();
  await setProvider({ linksAccounts: true });
  expect(await (await signsIn()).using.who()).toMatchObject({ email: 'dan@example.com' });
  await setProvider({});
});

test('who was put out stays out, and a new way in is a new session', async () => {
  await admin('POST', '/api/invitations', { email: 'eva@example.com' });
  comes('eva@example.com');
  const { using } = await signsIn();
  const old = using.sessionCookie();
  await signsIn(using);
  expect(using.sessionCookie()).not.toBe(old);
  const gone = await fetch(`${room.url}/api/session`, { headers: { cookie: `signalbox.session_token=${old ?? ''}` } });
  expect(await gone.json()).toMatchObject({ who: null });
  const { body } = await admin('GET', '/api/people?limit=200');
  const eva = (body['items'] as { id: string; email: string }[]).find(({ email }) => email === 'eva@example.com');
  await admin('POST', `/api/people/${eva?.id ?? ''}/deactivation`, { why: 'left' });
  expect(await using.who()).toBeNull();
  expect((await signsIn()).page).toMatch(/error=deactivated/);
});

test.each<[string, (claims: JWTPayload) => Promise<string>]>([
  ['of another issuer', (claims) => signed({ ...claims, iss: 'https://evil.example' })],
  ['for another audience', (claims) => signed({ ...claims, aud: 'another-client' })],
  ['with another nonce', (claims) => signed({ ...claims, nonce: 'another' })],
  ['without a nonce', ({ nonce: _nonce, ...claims }) => signed(claims)],
  ['that has expired', (claims) => signed({ ...claims, iat: 1_600_000_000, exp: 1_600_000_600 })],
  ['that nobody signed', async (claims) => new UnsecuredJWT(claims).encode()],
  ['that somebody else signed', async (claims) => signed(claims, (await generateKeyPair('RS256')).privateKey)],
])('an id token %s lets nobody in', async (_, making) => {
  await admin('POST', '/api/invitations', { email: 'frida@example.com' });
  comes('frida@example.com');
  forge = making;
  const { page, using } = await signsIn();
  expect(page).toMatch(/^\/sign-in\?error=/);
  expect(await using.who()).toBeNull();
  const { rowCount } = await room.accounts.pool.query(`select 1 from auth."user" where email = 'frida@example.com'`);
  expect(rowCount).toBe(0);
});

function signed(claims: JWTPayload, by = identity.signer): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'test' }).sign(by);
}

test('a way back that this browser did not begin lets nobody in, and neither does one that is used twice', async () => {
  await admin('POST', '/api/invitations', { email: 'gus@example.com' });
  comes('gus@example.com');
  const mine = browser();
  const url = await mine.begin();
  expect(new URL(url).searchParams.get('code_challenge_method')).toBe('S256');
  const other = browser();
  expect(await other.follow(url)).toMatch(/^\/sign-in\?error=/);
  expect(await other.who()).toBeNull();
  expect(await mine.follow(`${room.url}/api/auth/callback/company?code=abc&state=made-up`)).toMatch(/^\/sign-in\?error=/);
  expect(await mine.who()).toBeNull();
});

test('a provider that is not what its settings say is not used, and its check says why', async () => {
  const other = '/api/settings/providers/other';
  const settings = { name: 'Other', issuer: `${identity.issuer}/`, clientId: 'c', clientSecret: 'x' };
  expect((await admin('PUT', other, settings)).status).toBe(200);
  const check = await admin('POST', `${other}/check`);
  expect(check.body).toMatchObject({ ok: false, problem: `the discovery document is of ${identity.issuer}, not of ${identity.issuer}/` });
  await expect(browser().begin('other')).rejects.toThrow('does not work at the moment');
  expect((await admin('PUT', other, { name: 'C', issuer: 'https://other.example', clientId: 'c' })).body).toMatchObject({
    errors: [{ path: 'body.clientSecret' }],
  });
  expect((await admin('DELETE', other)).status).toBe(204);
  expect((await admin('POST', '/api/settings/providers/company/check')).body).toEqual({ ok: true, problem: null, right: null });
});

test('once people came in by a provider it keeps its issuer, also when it was removed in between', async () => {
  const moved = { name: 'Company', issuer: 'https://other.example', clientId: 'c', clientSecret: 'x' };
  const refused = {
    status: 409,
    body: { errors: [{ path: 'body.issuer', right: `the issuer ${identity.issuer}, or a provider of another id` }] },
  };
  expect(await admin('PUT', '/api/settings/providers/company', moved)).toMatchObject(refused);
  expect((await admin('DELETE', '/api/settings/providers/company')).status).toBe(204);
  expect(await admin('PUT', '/api/settings/providers/company', moved)).toMatchObject(refused);
  await setProvider({});
});

test('a discovery document that names endpoints inside, or a provider that is itself out of reach, is told and not gone to', async () => {
  const visits: string[] = [];
  const inside = createServer((request, response) => {
    visits.push(request.url ?? '');
    response.end('{}');
  });
  const sly = createServer((_request, response) => {
    const issuer = `http://127.0.0.1:${(sly.address() as AddressInfo).port}`;
    const secret = `http://localhost:${(inside.address() as AddressInfo).port}/token`;
    const document = { issuer, authorization_endpoint: `${issuer}/a`, token_endpoint: secret, jwks_uri: secret };
    response.end(JSON.stringify({ ...document, id_token_signing_alg_values_supported: ['RS256'] }));
  });
  for (const server of [inside, sly]) await once(server.listen(0, '127.0.0.1'), 'listening');
  const guarded = openOidc({
    accounts: room.accounts,
    providers: room.accounts.providers,
    publicUrl: null,
    now: () => new Date().toISOString(),
    log: quietLog,
    // the one address, and not what else this machine has
    reach: createReach({
      permitted: { addresses: ['127.0.0.1'], directories: [] },
      lookup: (_host, _options, answer) => answer(null, [{ address: '10.0.0.9', family: 4 }]),
    }),
  });
  const found = await room.accounts.providers.byId('company');
  if (found === null) throw new Error('the provider of the tests is not set');
  const issuer = `http://127.0.0.1:${(sly.address() as AddressInfo).port}`;
  expect(await guarded.check({ ...found, issuer })).toMatchObject({ problem: expect.stringContaining('a private network') as string });
  expect(await guarded.check({ ...found, issuer: `http://localhost:${(inside.address() as AddressInfo).port}` })).toMatchObject({
    problem: expect.stringContaining('a private network') as string,
  });
  expect(visits).toEqual([]);
  for (const server of [inside, sly]) server.close();
});
