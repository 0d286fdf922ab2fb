import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contract } from '#api/contract.ts';
import type { RouteId } from '#api/contract.ts';
import type { Route } from '#api/route.ts';
import type { CommandKind } from '#domain/release/commands.ts';
import { command } from '#domain/release/commands.ts';
import { mayGive, roles, scopes } from '#domain/roles.ts';
import type { Role, Scope } from '#domain/roles.ts';
import { createKey } from './auth/keys.ts';
import { testServer } from './testing.ts';
import type { TestServer } from './testing.ts';

/*
 * Who may call what: every route of the contract, called by everyone there is, in an app of theirs and in a foreign one. The bodies are empty, so that a call
 * that is let in ends as a bad request, an unknown thing or a page of a list, and nothing is done.
 *
 * `expected` is written from `domain.md` §5, and not from the contract: each route has its line, so that a route without one does not compile, and one whose
 * declaration differs from its line fails.
 */

type Expected = 'everyone' | 'signed-in' | 'person' | 'see' | 'report' | 'admin' | 'command' | CommandKind;

const expected: Record<RouteId, Expected> = {
  // nobody has to be known to see that it lives, to come in, or to go
  getLive: 'everyone',
  getReady: 'everyone',
  getSession: 'everyone',
  signIn: 'everyone',
  signOut: 'everyone',
  setUp: 'everyone',
  listSignInProviders: 'everyone',
  beginSignIn: 'everyone',
  lookAtInvitation: 'everyone',
  acceptInvitation: 'everyone',
  setPassword: 'everyone',
  // whoever signs with the connection's secret
  hearWebhook: 'everyone',
  // one's own
  changePassword: 'signed-in',
  listSessions: 'person',
  endOtherSessions: 'person',
  endSession: 'person',
  checkPolicy: 'signed-in',
  listIntegrations: 'signed-in',
  getSample: 'signed-in',
  // see everything but secrets
  listApps: 'see',
  getApp: 'see',
  listSources: 'see',
  getControlRoom: 'see',
  streamControlRoom: 'see',
  listReleases: 'see',
  getRelease: 'see',
  listNightlies: 'see',
  listTrains: 'see',
  getSignOffMatrix: 'see',
  getReleaseBuilds: 'see',
  getReleaseChanges: 'see',
  getTrack: 'see',
  getPlan: 'see',
  previewCommand: 'see',
  explainTrack: 'see',
  listVerdictHistory: 'see',
  listChecks: 'see',
  listBuilds: 'see',
  listSignOffs: 'see',
  listWaivers: 'see',
  listCherryPicks: 'see',
  listBugs: 'see',
  listActivity: 'see',
  getTriage: 'see',
  getBug: 'see',
  listAudit: 'see',
  getPolicy: 'see',
  listPolicyRevisions: 'see',
  getPolicyDiff: 'see',
  previewPolicy: 'see',
  listProposals: 'see',
  getProposal: 'see',
  listConnections: 'see',
  listPlatforms: 'see',
  getNotifications: 'see',
  listNotices: 'see',
  listAppPeople: 'see',
  listTeams: 'see',
  listRotas: 'see',
  // report a bug, and facts
  reportBuilds: 'report',
  reportTestRuns: 'report',
  reportDistributions: 'report',
  reportBugs: 'report',
  reportChecks: 'report',
  reportColours: 'report',
  reportMany: 'report',
  reportHealth: 'report',
  reportMetrics: 'report',
  getHealth: 'see',
  listHealthSources: 'see',
  listHealthQuarantine: 'see',
  getHealthSeries: 'see',
  getHealthSegments: 'see',
  getHealthRules: 'see',
  getHealthPlan: 'see',
  listCrashGroups: 'see',
  getCrashGroup: 'see',
  makeCrashTicket: 'report-bug',
  retryCrashTickets: 'report-bug',
  decideCrashGroup: 'decide-bug',
  listDsns: 'admin',
  createDsn: 'admin',
  revokeDsn: 'admin',
  // by the command
  giveCommand: 'command',
  importHistory: 'plan-release',
  planRelease: 'plan-release',
  replanRelease: 'replan-release',
  describeRelease: 'describe-release',
  noteDecision: 'describe-release',
  postUpdate: 'post-update',
  proposePolicy: 'propose-policy',
  closeProposal: 'propose-policy',
  approveProposal: 'approve-policy',
  // policy, teams, integrations; people, keys, secrets
  createApp: 'admin',
  savePolicy: 'admin',
  addConnection: 'admin',
  removeConnection: 'admin',
  changeConnection: 'admin',
  checkConnection: 'admin',
  renameApp: 'admin',
  setRota: 'admin',
  removeRota: 'admin',
  listPeople: 'admin',
  getPerson: 'admin',
  createPerson: 'admin',
  setRoles: 'admin',
  deactivatePerson: 'admin',
  reactivatePerson: 'admin',
  makePasswordLink: 'admin',
  listPersonSessions: 'admin',
  endPersonSessions: 'admin',
  removePerson: 'admin',
  listInvitations: 'admin',
  invite: 'admin',
  revokeInvitation: 'admin',
  listKeys: 'admin',
  createKey: 'admin',
  revokeKey: 'admin',
  listReportingKeys: 'admin',
  createReportingKey: 'admin',
  revokeReportingKey: 'admin',
  listProviders: 'admin',
  setProvider: 'admin',
  removeProvider: 'admin',
  checkProvider: 'admin',
  getAccess: 'admin',
  setAccess: 'admin',
  verifyAudit: 'admin',
  listSeals: 'admin',
  openWebhook: 'admin',
  closeWebhook: 'admin',
  getSecrets: 'admin',
  rotateSecrets: 'admin',
  getDoctor: 'admin',
  makeSample: 'admin',
  moveSample: 'admin',
  removeSample: 'admin',
};

/** The commands that are routes of their own, by `domain.md` §5; those of tracks are walked below. */
const givers: Partial<Record<Expected, readonly Role[]>> = {
  'plan-release': ['release-manager', 'release-team'],
  'replan-release': ['release-manager', 'release-team'],
  'describe-release': ['release-manager', 'release-team'],
  'post-update': ['release-manager', 'release-team'],
  'propose-policy': ['release-manager', 'release-team', 'admin'],
  'approve-policy': ['release-team', 'admin'],
  'report-bug': ['member', 'release-manager', 'release-team', 'admin'],
  'decide-bug': ['release-manager', 'release-team'],
  report: ['member', 'release-manager', 'release-team', 'admin'],
  admin: ['admin'],
};

const OWN = 'music';
const FOREIGN = 'maps';

let room: TestServer;
type Way = { by: string; headers: Record<string, string>; roles: readonly Role[]; scopes: readonly Scope[] | null; everywhere: boolean };
const people: (Way & { role: Role })[] = [];
const keys: Way[] = [];
const shutOut: { by: string; headers: Record<string, string> }[] = [];
let reporting: Record<string, string>;

const asKey = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });
const asPerson = (cookie: string): Record<string, string> => ({ cookie });
const PASSWORD = 'a long enough password';

beforeAll(async () => {
  room = await testServer();
  for (const id of [OWN, FOREIGN]) await admin('POST', '/api/apps', { id, platforms: ['ios'] });
  for (const role of roles) {
    const { cookie } = await newPerson(role, role);
    people.push({ by: `a ${role}`, role, headers: asPerson(cookie), roles: [role], scopes: null, everywhere: false });
    const everywhere = await room.keyFor({ roles: [role], scopes: [...scopes] });
    keys.push({ by: `a key of a ${role}`, headers: asKey(everywhere), roles: [role], scopes, everywhere: true });
    const own = await room.keyFor({ roles: [role], scopes: [...scopes], apps: [OWN] });
    keys.push({ by: `a key of a ${role} of one app`, headers: asKey(own), roles: [role], scopes, everywhere: false });
  }
  for (const scope of scopes) {
    const key = await room.keyFor({ roles: [...roles], scopes: [scope] });
    keys.push({ by: `a key that may ${scope}`, headers: asKey(key), roles, scopes: [scope], everywhere: true });
  }
  reporting = asKey(await keyOf({ kind: 'report', scopes: ['report'], roles: ['member'], apps: [OWN] }));
  await thoseWhoAreOut();
});
afterAll(() => room.close());

async function admin(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const answer = await fetch(`${room.url}${path}`, {
    method,
    headers: { ...asKey(room.admin), ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}

async function newPerson(name: string, role: Role, app = OWN): Promise<{ id: string; cookie: string }> {
  const email = `${name}@example.com`;
  const made = await admin('POST', '/api/people', { name, email, password: PASSWORD, grants: [{ app, roles: [role] }] });
  return { id: String(made['id']), cookie: await signIn(email) };
}

async function signIn(email: string): Promise<string> {
  const { cookies } = (await room.accounts.signIn(email, PASSWORD, { ip: '127.0.0.1', userAgent: undefined, cookie: undefined })) ?? {
    cookies: [],
  };
  return cookies.map((cookie) => cookie.split(';')[0]).join('; ');
}

async function keyOf(wanted: Partial<Parameters<typeof createKey>[1]>): Promise<string> {
  const createdBy = { kind: 'person', id: 'test', name: 'Test' };
  const whole = { name: 'x', scopes, roles, teams: ['*'], apps: null, expiresAt: null, createdBy, ...wanted };
  return (await createKey(room.accounts.pool, whole, '2020-01-01T00:00:00.000Z')).secret;
}

/** Ways in that were good once: each is of somebody who may do everything. */
async function thoseWhoAreOut(): Promise<void> {
  const ended = await newPerson('ended', 'admin', '*');
  await admin('DELETE', `/api/people/${ended.id}/sessions?why=test`);
  const old = await newPerson('old', 'admin', '*');
  await room.accounts.pool.query(`update auth.session set "createdAt" = now() - interval '15 days' where "userId" = $1`, [old.id]);
  const idle = await newPerson('idle', 'admin', '*');
  await room.accounts.pool.query(`update auth.session set "expiresAt" = now() - interval '1 second' where "userId" = $1`, [idle.id]);
  const out = await newPerson('out', 'admin', '*');
  await admin('POST', `/api/people/${out.id}/deactivation`, { why: 'test' });
  const removed = await newPerson('removed', 'admin', '*');
  await admin('DELETE', `/api/people/${removed.id}`);
  const revoked = await admin('POST', '/api/keys', { name: 'revoked', scopes, roles });
  await admin('DELETE', `/api/keys/${String(revoked['id'])}`);
  shutOut.push(
    { by: 'nobody', headers: {} },
    { by: 'a session that was ended', headers: asPerson(ended.cookie) },
    { by: 'a session older than any may be', headers: asPerson(old.cookie) },
    { by: 'a session that nobody used', headers: asPerson(idle.cookie) },
    { by: 'a person who is out', headers: asPerson(out.cookie) },
    { by: 'a person who is gone', headers: asPerson(removed.cookie) },
    { by: 'a cookie that was made up', headers: asPerson('signalbox.session_token=abc.def') },
    { by: 'a key that was revoked', headers: asKey(String(revoked['key'])) },
    { by: 'a key that has expired', headers: asKey(await keyOf({ expiresAt: '2020-01-02T00:00:00.000Z' })) },
    { by: 'a key that was made up', headers: asKey(`sbx_${'a'.repeat(43)}`) },
  );
}

const routes = (contract as readonly Route[]).filter(({ id }) => id !== 'signOut' && id !== 'streamControlRoom');
const params: Readonly<Record<string, string>> = {
  version: '8.9.2',
  platform: 'ios',
  bug: 'B-1',
  instance: 'x',
  person: 'nobody',
  key: 'none',
  connection: 'none',
  invitation: 'none',
  session: 'none',
  provider: 'none',
  proposal: 'none',
  duty: 'none',
  group: '1',
};

type Answer = { status: number; code: string | null };

async function call(route: Route, app: string, headers: Record<string, string>, body: unknown = {}): Promise<Answer> {
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => (name === 'app' ? app : (params[name] ?? '')));
  const answer = await room.server.inject({
    method: route.method.toUpperCase() as 'GET',
    url: path,
    headers: {
      origin: room.url,
      host: new URL(room.url).host,
      ...headers,
      ...(route.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(route.body === undefined ? {} : { payload: JSON.stringify(body) }),
  });
  const code = answer.statusCode < 400 || answer.body === '' ? null : (JSON.parse(answer.body) as { code: string }).code;
  return { status: answer.statusCode, code };
}

const isShut = ({ status, code }: Answer): boolean =>
  (status === 401 && code === 'not-signed-in') || (status === 403 && code === 'not-permitted');

/** Whether these roles are enough, told from the table above. */
function isEnough(wanted: Expected, held: readonly Role[]): boolean {
  const needed = givers[wanted];
  return needed === undefined || held.some((role) => needed.includes(role));
}

function scopeOf(wanted: Expected): Scope | null {
  if (wanted === 'everyone' || wanted === 'signed-in' || wanted === 'person') return null;
  if (wanted === 'see') return 'read';
  return wanted === 'report' || wanted === 'admin' ? wanted : 'command';
}

/** Whether somebody is let in: their role where they hold it, a viewer's elsewhere; their key's scope; their key's apps. */
function opens(wanted: Expected, way: Way, where: 'own' | 'foreign' | 'no app'): boolean {
  if (wanted === 'everyone') return true;
  if (wanted === 'person') return way.scopes === null;
  const scope = scopeOf(wanted);
  if (way.scopes !== null && scope !== null && !way.scopes.includes(scope)) return false;
  if (way.scopes !== null && !way.everywhere && where === 'foreign') return false;
  const held: readonly Role[] = way.everywhere || where === 'own' ? way.roles : ['viewer'];
  return isEnough(wanted, held);
}

describe('every route', () => {
  test('has its line in the table that is written from the domain, and the table names no other', () => {
    expect(Object.keys(expected).toSorted()).toEqual((contract as readonly Route[]).map(({ id }) => id).toSorted());
  });

  test.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))(
    '%s opens for those of the table, in an app of theirs, in a foreign one, and for nobody else',
    async (_, route) => {
      const wanted = expected[route.id as RouteId];
      const places = route.path.includes('{app}') ? (['own', 'foreign'] as const) : (['no app'] as const);
      for (const where of places) {
        const app = where === 'foreign' ? FOREIGN : OWN;
        const asked = [...people, ...keys].map(async (way) => {
          const answer = await call(route, app, way.headers);
          return { by: way.by, where, shut: isShut(answer), fine: answer.status < 500, should: !opens(wanted, way, where) };
        });
        for (const { should, ...found } of await Promise.all(asked)) expect(found).toEqual({ ...found, shut: should, fine: true });
        for (const { by, headers } of shutOut) {
          const answer = await call(route, app, headers);
          // a key that counts for nothing does not even pass for nobody
          const shut = wanted !== 'everyone' || headers['authorization'] !== undefined;
          expect({ by, where, shut: isShut(answer) }).toEqual({ by, where, shut });
        }
        const reported = await call(route, app, reporting);
        const open = wanted === 'everyone' || (wanted === 'report' && where === 'own');
        expect({ by: 'a key that reports', where, shut: isShut(reported) }).toEqual({ by: 'a key that reports', where, shut: !open });
      }
    },
    60_000,
  );
});

describe('where foreign apps are hidden', () => {
  beforeAll(() => admin('PUT', '/api/settings/access', { apps: 'granted' }));
  afterAll(() => admin('PUT', '/api/settings/access', { apps: 'everyone' }));

  test('no route of such an app lets a person know that it exists: it answers as for one that does not', async () => {
    const ofApps = routes.filter(({ path, id }) => path.includes('{app}') && expected[id as RouteId] !== 'everyone');
    expect(ofApps.length).toBeGreaterThan(40);
    for (const route of ofApps) {
      const both = await Promise.all(
        people.map(async ({ by, headers }) => ({
          by,
          there: await call(route, FOREIGN, headers),
          nowhere: await call(route, 'nowhere', headers),
        })),
      );
      for (const { by, there, nowhere } of both)
        expect({ by, route: route.id, there, nowhere }).toEqual({
          by,
          route: route.id,
          there: { status: 404, code: 'not-found' },
          nowhere: there,
        });
      const own = people.filter(({ role }) => role === 'viewer' && expected[route.id as RouteId] === 'see');
      const answers = await Promise.all(own.map(async ({ headers }) => isShut(await call(route, OWN, headers))));
      expect({ route: route.id, shut: answers.includes(true) }).toEqual({ route: route.id, shut: false });
    }
  });

  test('lists have theirs alone, and the journal too', async () => {
    const [viewer] = people;
    if (viewer === undefined) throw new Error('nobody is there');
    const list = async (path: string): Promise<{ id?: string; app?: string | null }[]> => {
      const answer = await room.server.inject({ method: 'GET', url: path, headers: viewer.headers });
      return (JSON.parse(answer.body) as { items: { id?: string; app?: string | null }[] }).items;
    };
    expect((await list('/api/apps')).map(({ id }) => id)).toEqual([OWN]);
    const apps = new Set((await list('/api/audit?limit=200')).map(({ app }) => app));
    expect([...apps]).toEqual([OWN]);
  });
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

  test.each(kinds)('%s opens for the roles of the table only, in one’s own app only, and for no key without the scope', async (kind) => {
    if (give === undefined) throw new Error('the contract has no commands');
    for (const way of [...people, ...keys]) {
      const may = mayGive(way.roles, kind) && (way.scopes === null || way.scopes.includes('command'));
      const own = await call(give, OWN, way.headers, bodyFor(kind));
      expect({ by: way.by, ...own }).toMatchObject({ by: way.by, status: may ? 404 : 403, code: may ? 'not-found' : 'not-permitted' });
      const foreign = await call(give, FOREIGN, way.headers, bodyFor(kind));
      expect({ by: way.by, status: foreign.status }).toEqual({ by: way.by, status: may && way.everywhere ? 404 : 403 });
    }
    for (const { by, headers } of shutOut)
      expect({ by, shut: isShut(await call(give, OWN, headers, bodyFor(kind))) }).toEqual({ by, shut: true });
    expect(isShut(await call(give, OWN, reporting, bodyFor(kind)))).toBe(true);
  });
});
