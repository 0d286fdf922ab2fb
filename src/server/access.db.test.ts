import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClient, ProblemError } from '#api/client.ts';
import type { Client } from '#api/client.ts';
import { testServer } from './testing.ts';
import type { TestServer } from './testing.ts';

/* Coming in, being put out, and two people for one policy. */

let room: TestServer;
let admin: Client;
const PASSWORD = 'a long enough password';

beforeAll(async () => {
  room = await testServer();
  admin = createClient({ baseUrl: room.url, key: room.admin });
  await admin.createApp({ body: { id: 'music', platforms: ['ios'] } });
});
afterAll(() => room.close());

type Sent = { status: number; body: Record<string, unknown>; cookie: string };

async function send(method: string, path: string, body?: unknown, cookie?: string): Promise<Sent> {
  const answer = await fetch(`${room.url}${path}`, {
    method,
    headers: {
      origin: room.url,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(cookie === undefined ? {} : { cookie }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const cookies = answer.headers.getSetCookie().map((each) => each.split(';')[0]);
  return { status: answer.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>), cookie: cookies.join('; ') };
}

const tokenOf = (link: string): string => link.split('#token=')[1] ?? '';
async function refusal(promise: Promise<unknown>): Promise<{ code: string; detail: string }> {
  const error: unknown = await promise.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ProblemError);
  return (error as ProblemError).problem;
}

async function invited(email: string, role: 'admin' | 'release-manager' | 'release-team'): Promise<{ id: string; cookie: string }> {
  const { link } = await admin.invite({ body: { email, grants: [{ app: role === 'admin' ? '*' : 'music', roles: [role] }] } });
  const accepted = await send('POST', '/api/invitations/accept', { token: tokenOf(link), name: email.split('@')[0], password: PASSWORD });
  expect(accepted.status).toBe(201);
  return { id: (accepted.body['who'] as { id: string }).id, cookie: accepted.cookie };
}

describe('an invitation', () => {
  test('lets one person in once, with its roles; a bad password does not spend it, and the newest counts', async () => {
    const first = await admin.invite({ body: { email: 'ada@example.com' } });
    const second = await admin.invite({ body: { email: 'Ada@example.com', name: 'Ada', grants: [{ app: 'music', roles: ['member'] }] } });
    expect(await send('POST', '/api/invitations/look', { token: tokenOf(first.link) })).toMatchObject({ status: 410 });
    const token = tokenOf(second.link);
    expect(await send('POST', '/api/invitations/look', { token })).toMatchObject({ body: { email: 'ada@example.com', name: 'Ada' } });
    for (const password of ['short', 'passwordpassword', 'ada@example.com!'])
      expect(await send('POST', '/api/invitations/accept', { token, name: 'Ada', password })).toMatchObject({
        status: 400,
        body: { code: 'invalid-input', errors: [{ path: 'body.password' }] },
      });
    const accepted = await send('POST', '/api/invitations/accept', { token, name: 'Ada', password: PASSWORD });
    expect(accepted).toMatchObject({
      status: 201,
      body: { who: { email: 'ada@example.com', grants: [{ app: 'music', roles: ['member'] }] } },
    });
    expect((await send('POST', '/api/invitations/accept', { token, name: 'Eve', password: PASSWORD })).status).toBe(410);
    const { rows } = await room.accounts.pool.query<{ row: string }>('select to_jsonb(l)::text as row from auth.links l');
    expect(rows.some(({ row }) => row.includes(token))).toBe(false);
    const revoked = await admin.invite({ body: { email: 'bo@example.com' } });
    await admin.revokeInvitation({ params: { invitation: revoked.invitation.id } });
    expect((await send('POST', '/api/invitations/look', { token: tokenOf(revoked.link) })).status).toBe(410);
  });

  test('whose time is over lets nobody in, and another can be sent', async () => {
    const { link } = await admin.invite({ body: { email: 'late@example.com' } });
    const { rowCount } = await room.accounts.pool.query(
      "update auth.links set created_at = created_at - interval '31 days', expires_at = expires_at - interval '31 days' where email = 'late@example.com'",
    );
    expect(rowCount).toBe(1);
    const token = tokenOf(link);
    expect((await send('POST', '/api/invitations/look', { token })).status).toBe(410);
    expect(await send('POST', '/api/invitations/accept', { token, name: 'Late', password: PASSWORD })).toMatchObject({ status: 410 });
    expect((await admin.listPeople({ query: {} })).items.map(({ email }) => email)).not.toContain('late@example.com');
    const again = await admin.invite({ body: { email: 'late@example.com' } });
    expect((await send('POST', '/api/invitations/look', { token: tokenOf(again.link) })).status).toBe(200);
  });
});

describe('a person', () => {
  test('sees and ends their sessions, sets a password by a link, and is out at once when they are put out', async () => {
    await invited('root@example.com', 'admin');
    const { id, cookie } = await invited('cleo@example.com', 'admin');
    const other = await send('POST', '/api/session', { email: 'cleo@example.com', password: PASSWORD });
    const list = (await send('GET', '/api/sessions', undefined, cookie)).body['items'] as { id: string; current: boolean }[];
    expect(new Set(list.map(({ current }) => current))).toEqual(new Set([false, true]));
    expect(list).toHaveLength(2);
    expect(await send('DELETE', `/api/sessions/${list.find(({ current }) => !current)?.id ?? ''}`, undefined, cookie)).toMatchObject({
      status: 204,
    });
    expect((await send('GET', '/api/people', undefined, other.cookie)).status).toBe(401);

    const { link } = await admin.makePasswordLink({ params: { person: id }, body: {} });
    const token = tokenOf(link);
    expect((await send('POST', '/api/password', { token, password: 'another long password' })).status).toBe(204);
    expect((await send('POST', '/api/password', { token, password: 'another long password' })).status).toBe(410);
    expect((await send('GET', '/api/people', undefined, cookie)).status).toBe(401);
    const again = await send('POST', '/api/session', { email: 'cleo@example.com', password: 'another long password' });
    const key = await send('POST', '/api/keys', { name: 'of cleo', scopes: ['read', 'admin'], roles: ['admin'] }, again.cookie);
    const done = await admin.deactivatePerson({ params: { person: id }, body: { why: 'left' } });
    expect(done).toMatchObject({ sessionsEnded: 1, keysRevoked: [{ name: 'of cleo' }], person: { deactivated: { why: 'left' } } });
    expect((await send('GET', '/api/people', undefined, again.cookie)).status).toBe(401);
    expect(await refusal(createClient({ baseUrl: room.url, key: String(key.body['key']) }).listPeople())).toMatchObject({
      code: 'not-signed-in',
    });
    expect((await send('POST', '/api/session', { email: 'cleo@example.com', password: 'another long password' })).status).toBe(401);
  });
});

describe('a policy that asks for a second person', () => {
  test('is proposed after a look, approved by somebody else, and by no other hand of who proposed it', async () => {
    const params = { app: 'music' };
    const manager = await invited('dan@example.com', 'release-manager');
    const lead = await invited('eva@example.com', 'admin');
    const { text } = await admin.getPolicy({ params });
    const strict = `${text}\npolicy-changes: { second-approver: true }\n`;
    const look = await admin.previewPolicy({ params, body: { text: strict } });
    await admin.savePolicy({ params, body: { text: strict, preview: look.preview, why: 'two people from now on' } });

    const alone = await admin.previewPolicy({ params, body: { text } });
    expect(alone.needsSecond).toBe(true);
    expect(await refusal(admin.savePolicy({ params, body: { text, preview: alone.preview, why: 'alone' } }))).toMatchObject({
      code: 'not-allowed',
    });

    const proposed = await send(
      'POST',
      '/api/apps/music/policy/proposals',
      { text, preview: alone.preview, why: 'one is enough' },
      lead.cookie,
    );
    expect(proposed).toMatchObject({ status: 201, body: { state: 'open', outdated: false, proposedBy: { name: 'eva' } } });
    const path = `/api/apps/music/policy/proposals/${String(proposed.body['id'])}`;
    const approval = { preview: alone.preview };
    expect(await send('POST', `${path}/approval`, approval, manager.cookie)).toMatchObject({
      status: 403,
      body: { code: 'not-permitted' },
    });
    expect(await send('POST', `${path}/approval`, approval, lead.cookie)).toMatchObject({ status: 403, body: { code: 'own-request' } });
    const again = await send('POST', '/api/session', { email: 'eva@example.com', password: PASSWORD });
    expect(await send('POST', `${path}/approval`, approval, again.cookie)).toMatchObject({ body: { code: 'own-request' } });
    const { body } = await send('POST', '/api/keys', { name: 'of eva', scopes: ['command'], roles: ['release-team'] }, lead.cookie);
    const hers = createClient({ baseUrl: room.url, key: String(body['key']) });
    const proposal = { app: 'music', proposal: String(proposed.body['id']) };
    expect(await refusal(hers.approveProposal({ params: proposal, body: approval }))).toMatchObject({
      code: 'own-request',
      detail: 'eva proposed this, and the key of eva acts for the same person',
    });
    expect(await refusal(admin.approveProposal({ params: proposal, body: { preview: '0'.repeat(32) } }))).toMatchObject({ code: 'stale' });
    expect(await admin.approveProposal({ params: proposal, body: approval })).toMatchObject({ revision: 3 });
    const [newest] = (await admin.listPolicyRevisions({ params })).items;
    expect(newest).toMatchObject({ revision: 3, why: 'one is enough', savedBy: { name: 'eva' }, approvedBy: { kind: 'key' } });
    expect(await refusal(admin.approveProposal({ params: proposal, body: approval }))).toMatchObject({ code: 'conflict' });
  });
});

test('everything of it is in the journal of the instance, which holds, and which its admins alone see', async () => {
  const { items } = await admin.listAudit({ query: { app: '*', limit: 200 } });
  const kinds = new Set(items.map(({ event }) => event['is']));
  for (const is of [
    'invited',
    'invitation-revoked',
    'person-added',
    'signed-in',
    'sessions-ended',
    'password-set',
    'person-deactivated',
    'key-created',
    'key-revoked',
  ])
    expect(kinds).toContain(is);
  expect(items.find(({ event }) => event['is'] === 'signed-in')?.actor).toMatchObject({ kind: 'person', address: '127.0.0.1' });
  expect(JSON.stringify(items)).not.toContain(PASSWORD);
  expect(await admin.verifyAudit()).toMatchObject({ ok: true, problems: [] });
  const viewer = createClient({ baseUrl: room.url, key: await room.keyFor({ roles: ['release-manager'], scopes: ['read'] }) });
  expect((await viewer.listAudit({ query: { app: '*' } })).items).toEqual([]);
  expect(JSON.stringify((await viewer.listAudit({ query: { limit: 200 } })).items)).not.toContain('127.0.0.1');
});
