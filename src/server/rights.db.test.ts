import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contract } from '#api/contract.ts';
import type { Route, Who } from '#api/route.ts';
import type { CommandKind } from '#domain/release/commands.ts';
import { command } from '#domain/release/commands.ts';
import { mayGive, roles, scopes } from '#domain/roles.ts';
import type { Role, Scope } from '#domain/roles.ts';
import { testServer } from './testing.ts';
import type { TestServer } from './testing.ts';

/*
 * Who may call what: every route of the contract, called by everyone there is. The bodies are empty, so that a call that is let in ends as a bad request,
 * an unknown app or a page of a list, and nothing is done.
 */

let room: TestServer;
const byRole = new Map<Role, { key: string; cookie: string }>();
const byScope = new Map<Scope, string>();

beforeAll(async () => {
  room = await testServer();
  for (const role of roles)
    byRole.set(role, { key: await room.keyFor({ roles: [role], scopes: [...scopes] }), cookie: await signedInAs(role) });
  for (const scope of scopes) byScope.set(scope, await room.keyFor({ roles: [...roles], scopes: [scope] }));
});
afterAll(() => room.close());

async function signedInAs(role: Role): Promise<string> {
  const account = { name: role, email: `${role}@example.com`, password: 'a long enough password' };
  const headers = { authorization: `Bearer ${room.admin}`, 'content-type': 'application/json' };
  await fetch(`${room.url}/api/people`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ ...account, grants: [{ app: 'music', roles: [role] }] }),
  });
  const answer = await fetch(`${room.url}/api/session`, {
    method: 'POST',
    headers: { origin: room.url, 'content-type': 'application/json' },
    body: JSON.stringify({ email: account.email, password: account.password }),
  });
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
}

const routes = (contract as readonly Route[]).filter(({ id }) => id !== 'signOut' && id !== 'streamControlRoom');
const params: Readonly<Record<string, string>> = {
  app: 'music',
  version: '8.9.2',
  platform: 'ios',
  bug: 'B-1',
  instance: 'x',
  person: 'nobody',
  key: 'none',
  connection: 'none',
};

async function call(route: Route, headers: Record<string, string>, body: unknown = {}): Promise<{ status: number; code: string | null }> {
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => params[name] ?? '');
  const answer = await fetch(`${room.url}${path}`, {
    method: route.method.toUpperCase(),
    headers: { origin: room.url, ...headers, ...(route.body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(route.body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, code: answer.ok || text === '' ? null : (JSON.parse(text) as { code: string }).code };
}

/** Whether these roles open a route, told from the contract and the table of roles only. */
function opensFor(who: Who, held: readonly Role[], app: boolean): boolean {
  if (who === 'public' || who === 'signed-in' || who === 'see' || who === 'command') return true;
  if (who === 'report') return held.some((role) => role !== 'viewer');
  if (who === 'admin') return app && held.includes('admin');
  return mayGive(held, who.command);
}

const scopeOf = (who: Who): Scope | null => {
  if (who === 'public' || who === 'signed-in') return null;
  if (typeof who === 'object' || who === 'command') return 'command';
  return who === 'see' ? 'read' : who;
};

const isShut = ({ status, code }: { status: number; code: string | null }): boolean =>
  (status === 401 && code === 'not-signed-in') || (status === 403 && code === 'not-permitted');

describe('every route', () => {
  test.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))(
    '%s opens for those it declares, and for nobody else',
    async (_, route) => {
      const anonymous = await call(route, {});
      expect({ who: 'nobody', shut: isShut(anonymous), status: anonymous.status }).toEqual({
        who: 'nobody',
        shut: route.who !== 'public',
        status: anonymous.status,
      });
      const isOfApp = route.path.includes('{app}');
      for (const [role, { key, cookie }] of byRole) {
        const asKey = await call(route, { authorization: `Bearer ${key}` });
        expect({ role, by: 'key', shut: isShut(asKey) }).toEqual({ role, by: 'key', shut: !opensFor(route.who, [role], true) });
        const asPerson = await call(route, { cookie });
        // these people were given their role in one app only, so what belongs to no app is shut to them
        expect({ role, by: 'session', shut: isShut(asPerson) }).toEqual({
          role,
          by: 'session',
          shut: !opensFor(route.who, [role], isOfApp),
        });
        for (const answer of [asKey, asPerson]) expect(answer.status).toBeLessThan(500);
      }
      for (const [scope, key] of byScope) {
        const needed = scopeOf(route.who);
        expect({ scope, shut: isShut(await call(route, { authorization: `Bearer ${key}` })) }).toEqual({
          scope,
          shut: needed !== null && needed !== scope,
        });
      }
    },
    60_000,
  );
});

describe('every command', () => {
  const kinds = command.options.map((option) => option.shape.do.value);
  const give = (contract as readonly Route[]).find(({ id }) => id === 'giveCommand');
  const parts = {
    reason: 'for a good reason',
    what: { stage: 'stabilising', at: '2020-01-01T00:00:00.000Z' },
    build: '1',
    percent: 1,
    bug: 'B-1',
    decision: 'ask',
    team: 'player',
    state: 'signed',
    instance: 'x',
    category: 'known-and-accepted',
    waiver: 'w',
    commit: 'abcdef1',
    title: 't',
    risk: 'r',
    pick: 'p',
    answer: 'accepted',
    key: 'k',
  };
  const bodyFor = (kind: CommandKind): unknown => {
    const option = command.options.find((each) => each.shape.do.value === kind);
    const fields = Object.fromEntries(
      Object.entries(parts).filter(([name]) => name !== 'answer' && option !== undefined && name in option.shape),
    );
    return { command: { do: kind, ...fields, ...(kind === 'answer-cherry-pick' ? { answer: 'accepted' } : {}) } };
  };

  test.each(kinds)('%s opens for the roles of the table only, and for no key without the scope', async (kind) => {
    if (give === undefined) throw new Error('the contract has no commands');
    for (const [role, { key, cookie }] of byRole) {
      for (const headers of [{ authorization: `Bearer ${key}` }, { cookie }] as Record<string, string>[]) {
        const answer = await call(give, headers, bodyFor(kind));
        expect({ role, ...answer, shut: isShut(answer) }).toMatchObject({
          role,
          shut: !mayGive([role], kind),
          status: mayGive([role], kind) ? 404 : 403,
        });
      }
    }
    for (const [scope, key] of byScope)
      expect({ scope, shut: isShut(await call(give, { authorization: `Bearer ${key}` }, bodyFor(kind))) }).toEqual({
        scope,
        shut: scope !== 'command',
      });
    expect(isShut(await call(give, {}, bodyFor(kind)))).toBe(true);
  });
});
