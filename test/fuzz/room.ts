/** The server that is fuzzed, with an app in which there is something of everything, and the words that mean something there. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { musicPolicy } from '#domain/policy/sample.ts';
import { git } from '#integrations/git/index.ts';
import { sandbox } from '#integrations/sandbox/index.ts';
import { createReach } from '#lib/reach.ts';
import type { Integration } from '#ports/integration.ts';
import { testServer } from '#server/testing.ts';
import type { TestServer } from '#server/testing.ts';
import type { TestDatabase } from '../setup/database.ts';
import { stateOf } from './state.ts';
import type { State } from './state.ts';
import type { Words } from './values.ts';

export type FuzzRoom = {
  server: TestServer;
  state: State;
  words: Words;
  /** Ways to come, with what each may: headers by name. */
  callers: Readonly<Record<'admin' | 'member' | 'reader' | 'reporter' | 'person' | 'nobody' | 'madeUp', Readonly<Record<string, string>>>>;
  close(): Promise<void>;
};

const PASSWORD = 'a long enough password';
const APP = 'music';
const VERSION = '8.9.2';

/** @param database left out: a copy of the tests' own */
export async function fuzzRoom(database?: TestDatabase): Promise<FuzzRoom> {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-fuzz-'));
  const repository = drawRepository(folder);
  const server = await testServer({
    integrations: [git as unknown as Integration, sandbox as unknown as Integration],
    isStill: true,
    // whatever a random address means, nothing goes further than this machine
    reach: createReach({
      permitted: { addresses: [], directories: [folder] },
      lookup: (_host, _options, answer) => answer(null, [{ address: '127.0.0.1', family: 4 }]),
    }),
    ...(database === undefined ? {} : { database }),
  });

  const ask = async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
    const answer = await fetch(`${server.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${server.admin}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  };
  const id = (of: Record<string, unknown>): string => String(of['id']);

  await ask('POST', '/api/apps', {
    id: APP,
    name: 'Music',
    timezone: 'Europe/Stockholm',
    platforms: ['android', 'ios', 'desktop'],
    policy: musicPolicy,
  });
  await ask('POST', '/api/apps', { id: 'maps', platforms: ['ios'], process: 'light' });
  await ask('POST', `/api/apps/${APP}/releases`, { version: VERSION, startsAt: 'developing' });
  await ask('POST', '/api/apps/maps/releases', { version: '1.0.0', startsAt: 'developing' });
  const report = (path: string, items: readonly unknown[]) => ask('POST', `/api/apps/${APP}/${path}`, { items });
  await report('builds', [
    { platform: 'ios', version: VERSION, number: '1047', state: 'succeeded', commit: 'abcdef1', kind: 'release-candidate', candidate: 1 },
    { platform: 'android', version: VERSION, number: '1046', state: 'building', commit: 'abcdef2' },
  ]);
  await report('test-runs', [{ platform: 'ios', version: VERSION, build: '1047', suite: 'smoke', state: 'passed' }]);
  await report('bugs', [
    { key: 'PLAY-1', title: 'Playback stops', state: 'open', versions: [VERSION], platforms: ['ios'], team: 'player' },
  ]);
  await ask('POST', `/api/apps/${APP}/tracks/${VERSION}/ios/commands`, {
    command: { do: 'nominate-bug', bug: 'PLAY-1', reason: 'it stops for everyone' },
  }).catch(() => ({}));
  const connection = id(await ask('POST', `/api/apps/${APP}/connections`, { integration: 'git', settings: { repo: repository } }));
  const people = await Promise.all(
    ['ada', 'ben', 'cem'].map((name) =>
      ask('POST', '/api/people', {
        name,
        email: `${name}@example.com`,
        password: PASSWORD,
        grants: [{ app: APP, roles: ['member'], teams: ['player'] }],
      }),
    ),
  );
  const invited = await ask('POST', '/api/invitations', { email: 'dag@example.com', grants: [] });
  const keys = await Promise.all(['one', 'two'].map((name) => ask('POST', '/api/keys', { name, scopes: ['read'], roles: ['member'] })));
  const preview = await ask('POST', `/api/apps/${APP}/policy/preview`, { text: musicPolicy });
  const proposal = await ask('POST', `/api/apps/${APP}/policy/proposals`, {
    text: musicPolicy,
    preview: preview['preview'],
    why: 'to have one',
  }).catch(() => ({ id: 'none' }));
  const signedIn = await server.accounts.signIn('ada@example.com', PASSWORD, { ip: '127.0.0.1', userAgent: undefined, cookie: undefined });
  const cookie = (signedIn?.cookies ?? []).map((each) => each.split(';')[0]).join('; ');

  const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
  const callers = {
    admin: bearer(server.admin),
    member: bearer(await server.keyFor({ roles: ['member'], scopes: ['read', 'report', 'command'], teams: ['player'] })),
    reader: bearer(await server.keyFor({ roles: ['viewer'], scopes: ['read'] })),
    reporter: bearer(await server.keyFor({ roles: ['member'], scopes: ['report'], apps: [APP] })),
    person: { cookie, origin: server.url },
    nobody: {},
    madeUp: bearer(`sbx_${'a'.repeat(43)}`),
  };
  const invitation = invited['invitation'] as { id?: unknown } | undefined;
  const words: Words = {
    app: [APP, APP, APP, 'maps', '*'],
    version: [VERSION, VERSION, '1.0.0', '8.9.3'],
    base: [VERSION, null],
    versions: [VERSION],
    platform: ['ios', 'android', 'desktop'],
    platforms: ['ios', 'android'],
    instance: ['signed-off', 'crash-rate', 'no-blocking-bugs', 'window-open', 'tests-passed'],
    criterion: ['crash-rate', 'anr-rate'],
    bug: ['PLAY-1'],
    team: ['player', 'identity'],
    teams: ['player', 'identity'],
    build: ['1047', '1046'],
    number: ['1047', '1046', '1048'],
    commit: ['abcdef1', 'abcdef2', '0123456789abcdef0123456789abcdef01234567'],
    integration: ['git', 'sandbox'],
    settings: [{ repo: repository }, { repo: '/nowhere' }, { url: 'http://127.0.0.1:1' }],
    repo: [repository],
    serves: ['git-host', 'storefront:google-play'],
    connection: [connection],
    person: people.map(id),
    key: [...keys.map(id), 'ios:1'],
    invitation: [typeof invitation?.id === 'string' ? invitation.id : 'none'],
    proposal: [id(proposal)],
    provider: ['company'],
    issuer: ['http://127.0.0.1:1'],
    preview: [preview['preview'], '0'.repeat(32)],
    text: [musicPolicy, 'process: light\n', 'A sentence.'],
    policy: [musicPolicy, 'process: light\n'],
    basedOn: [0, 1, 2],
    timezone: ['UTC', 'Europe/Stockholm'],
    email: ['ada@example.com', 'eva@example.com', 'fia@example.com'],
    password: [PASSWORD, 'another long enough password'],
    current: [PASSWORD],
    next: [PASSWORD, 'another long enough password'],
    percent: [1, 50, 100],
    step: ['submit', 'start', '100%'],
    why: ['because it is so'],
    reason: ['it was seen by three people and is known'],
    variant: ['calm'],
    session: ['none'],
  };
  return {
    server,
    state: await stateOf(server.database.pool),
    words,
    callers,
    async close() {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function drawRepository(folder: string): string {
  const path = join(folder, 'music.git');
  const run = (...args: string[]): string => execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  run('init', '--quiet', '--bare', '--initial-branch=main', path);
  const tree = run(`--git-dir=${path}`, 'mktree');
  const commit = run(
    '-c',
    'user.name=Somebody',
    '-c',
    'user.email=somebody@example.com',
    `--git-dir=${path}`,
    'commit-tree',
    tree,
    '-m',
    'Begin',
  );
  for (const ref of ['refs/heads/main', 'refs/heads/release/8.9.2', 'refs/tags/v8.9.1'])
    run(`--git-dir=${path}`, 'update-ref', ref, commit);
  return path;
}
