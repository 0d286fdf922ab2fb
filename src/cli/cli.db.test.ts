import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabase } from '../../test/setup/database.ts';
import type { TestDatabase } from '../../test/setup/database.ts';

/* The command line as a person uses it, against the server as it runs: processes of their own, a database of their own. */

let database: TestDatabase;
let server: ChildProcess;
let place: string;
let link = '';

type Ended = { code: number | null; out: string; err: string };

function environment(): NodeJS.ProcessEnv {
  const { SIGNALBOX_URL: _url, SIGNALBOX_KEY: _key, FORCE_COLOR: _colour, ...rest } = process.env;
  return {
    ...rest,
    XDG_CONFIG_HOME: place,
    DATABASE_URL: database.url,
    DATA_DIR: join(place, 'data'),
    PORT: '0',
    HOST: '127.0.0.1',
    LOG_LEVEL: 'error',
  };
}

async function signalbox(args: readonly string[], options: { input?: string; env?: Record<string, string> } = {}): Promise<Ended> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], {
    env: { ...environment(), ...options.env },
    cwd: place,
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  child.stdin.end(options.input ?? '');
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

async function startServer(): Promise<{ child: ChildProcess; said: string }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), 'serve'], { env: environment(), cwd: place });
  let said = '';
  await new Promise<void>((ready, failed) => {
    const listen = (chunk: Buffer): void => {
      said += chunk.toString();
      if (/--setup-link|Signalbox .* at .*\n$/.test(said)) setTimeout(ready, 100);
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.on('exit', () => failed(new Error(`the server ended: ${said}`)));
  });
  return { child, said };
}

beforeAll(async () => {
  database = await testDatabase();
  place = await mkdtemp(join(tmpdir(), 'signalbox-cli-test-'));
  const started = await startServer();
  server = started.child;
  link = /http:\S+#token=\w+/.exec(started.said)?.[0] ?? '';
  await writeFile(join(place, 'password'), 'a long enough password\n');
}, 60_000);

afterAll(async () => {
  server.kill('SIGTERM');
  if (server.exitCode === null) await once(server, 'exit');
  await database.close();
});

const track = 'music/8.9.2/ios';

describe('the first five minutes without a browser', () => {
  test('the link that the server prints makes the first admin and connects the command line', async () => {
    expect(link).not.toBe('');
    const made = await signalbox([
      'connect',
      '--setup-link',
      link,
      '--name',
      'M. Lind',
      '--email',
      'm.lind@example.com',
      '--password-file',
      'password',
    ]);
    expect(made).toMatchObject({ code: 0 });
    expect(made.out).toContain('first admin');
    const again = await signalbox([
      'connect',
      '--setup-link',
      link,
      '--name',
      'M. Lind',
      '--email',
      'm.lind@example.com',
      '--password-file',
      'password',
    ]);
    expect(again).toMatchObject({ code: 3 });
    expect(again.err).toContain('link-spent');
  });

  test('an app is made, a release planned, a build reported, and the status read', async () => {
    expect(await signalbox(['status'])).toMatchObject({ code: 0 });
    expect(await signalbox(['app', 'create', 'music', '--platforms', 'android,ios', '--process', 'light'])).toMatchObject({
      code: 0,
      err: '',
    });
    expect(await signalbox(['release', 'plan', 'music/8.9.2'])).toMatchObject({ code: 0, err: '' });
    expect(await signalbox(['report', 'build', track, '--number', '1047', '--commit', 'abcdef1234'])).toMatchObject({
      code: 0,
      err: '',
      out: '1 reported.\n',
    });
    const status = await signalbox(['status', 'music', '--json']);
    const room = JSON.parse(status.out) as { tracks: { id: string }[] };
    expect(room.tracks.map(({ id }) => id)).toContain(track);
    expect([0, 1]).toContain(status.code);
    expect((await signalbox(['status', 'music'])).out).toContain('8.9.2/ios');
  }, 30_000);
});

describe('commands', () => {
  test('plan and explain say what the robot would do and why', async () => {
    const plan = await signalbox(['plan', track]);
    expect(plan).toMatchObject({ code: 0 });
    expect(plan.out).toContain('music/8.9.2/ios');
    expect((await signalbox(['explain', track])).out).toContain('iOS 8.9.2 is');
  });

  test('end with a code for each way in which they can end', async () => {
    expect(await signalbox(['plan', 'nonsense'])).toMatchObject({ code: 2 });
    expect(await signalbox(['fly'])).toMatchObject({ code: 2 });
    expect(await signalbox(['plan', 'music/9.9.9/ios'])).toMatchObject({ code: 2 });
    const resumed = await signalbox(['resume', track, '--reason', 'why not']);
    expect(resumed).toMatchObject({ code: 3 });
    expect(resumed.err).toContain('wrong-stage');
    expect(await signalbox(['status'], { env: { SIGNALBOX_URL: 'http://127.0.0.1:1' } })).toMatchObject({ code: 4 });
    expect(await signalbox(['audit', 'verify'])).toMatchObject({ code: 0 });
  }, 30_000);

  test('print no colour codes where there is no terminal', async () => {
    // eslint-disable-next-line no-control-regex
    expect((await signalbox(['status', 'music'])).out).not.toMatch(/\u001b\[/);
  });

  test('bulk reports come from a file or from standard input', async () => {
    const items = [{ kind: 'bug', report: { key: 'PLAY-1', title: 'Playback stops', state: 'open', versions: ['8.9.2'], team: 'player' } }];
    expect(await signalbox(['report', 'bulk', 'music', '-'], { input: JSON.stringify({ items }) })).toMatchObject({
      code: 0,
      out: '1 reported.\n',
    });
    expect(await signalbox(['report', 'bulk', 'music', '-'], { input: 'not json' })).toMatchObject({ code: 2 });
    const bucket = `${new Date().toISOString().slice(0, 13)}:00:00Z`;
    const rollup = { platform: 'ios', version: '8.9.2', audience: 'production', bucket, consumption: 10 };
    const input = `${JSON.stringify(rollup)}\n${JSON.stringify({ ...rollup, consumption: -1 })}\n`;
    const said = await signalbox(['report', 'health', 'music', '-'], { input });
    expect(said.out).toBe('1 roll-ups reported, 1 not believed.\n  row 1: negative: consumption is -1 → a number of 0 or more\n');
    expect(said.code).toBe(3);
  });

  test('reports a colour with what was measured and its limit, and refuses a measure that is none', async () => {
    const colour = ['report', 'colour', track, 'crash-rate', '--colour', 'yellow', '--because', 'the range crosses the limit'];
    const of = [
      '--value',
      '0.23',
      '--limit',
      '0.4',
      '--unit',
      '/1,000 h',
      '--range',
      '0.18,0.43',
      '--sample',
      '5200',
      '--sample-unit',
      'h played',
    ];
    expect(await signalbox([...colour, ...of])).toMatchObject({ code: 0 });
    expect(await signalbox([...colour, '--value', 'much'])).toMatchObject({ code: 2 });
    expect(await signalbox([...colour, '--value', '0.2', '--range', '0.4,0.1'])).toMatchObject({ code: 2 });
    expect(await signalbox([...colour, '--limit-is', 'at-least'])).toMatchObject({ code: 2 });
  });

  test('a policy is shown, checked against the live tracks, and saved', async () => {
    const shown = await signalbox(['policy', 'show', 'music']);
    expect(shown.code).toBe(0);
    await writeFile(join(place, 'policy.yaml'), shown.out);
    expect(await signalbox(['policy', 'save', 'music', 'policy.yaml', '--dry-run'])).toMatchObject({ code: 0 });
    expect(await signalbox(['policy', 'save', 'music', 'policy.yaml'])).toMatchObject({ code: 0 });
    const wrong = await signalbox(['policy', 'save', 'music', '-'], { input: 'app: music\nnonsense: 1\n' });
    expect(wrong).toMatchObject({ code: 2 });
    expect(wrong.err).toContain('nonsense');
  }, 30_000);

  test('a key for CI can report and nothing else', async () => {
    const made = JSON.parse((await signalbox(['keys', 'create', 'ci', '--scopes', 'report', '--json'])).out) as { key: string; id: string };
    const env = { SIGNALBOX_KEY: made.key };
    expect(await signalbox(['report', 'test', track, '--build', '1047', '--suite', 'smoke', '--state', 'passed'], { env })).toMatchObject({
      code: 0,
    });
    expect(await signalbox(['status'], { env })).toMatchObject({ code: 3 });
    expect(await signalbox(['keys', 'revoke', made.id])).toMatchObject({ code: 0 });
    expect(await signalbox(['report', 'test', track, '--build', '1047', '--suite', 'smoke', '--state', 'passed'], { env })).toMatchObject({
      code: 3,
    });
  }, 30_000);
});

describe('secrets', () => {
  test('of a webhook are made, shown once, and worth nothing when it is closed', async () => {
    const made = JSON.parse((await signalbox(['connection', 'add', 'music', 'sandbox', '--json'])).out) as { id: string };
    const opened = await signalbox(['connection', 'open-webhook', 'music', made.id]);
    expect(opened).toMatchObject({ code: 0, out: expect.stringContaining(`/api/apps/music/webhooks/${made.id}`) as string });
    expect(opened.out.split('\n')[0]).toMatch(/^whsec_/);
    expect(await signalbox(['connection', 'close-webhook', 'music', made.id])).toMatchObject({ code: 0 });
    expect(await signalbox(['connection', 'close-webhook', 'music', 'nothing'])).toMatchObject({ code: 2 });
  });

  test('that are stored are sealed anew with another key', async () => {
    const before = JSON.parse((await signalbox(['secrets', 'status', '--json'])).out) as { current: string; keys: unknown[] };
    expect(await signalbox(['secrets', 'rotate'])).toMatchObject({ code: 0, out: expect.stringContaining('A new key') as string });
    const after = JSON.parse((await signalbox(['secrets', 'status', '--json'])).out) as typeof before;
    expect(after.current).not.toBe(before.current);
    expect(after.keys.length).toBe(before.keys.length + 1);
  });
});

describe('the server', () => {
  test('ends cleanly when it is asked to, and what was stored is there when it comes back', async () => {
    server.kill('SIGINT');
    const [code] = (await once(server, 'exit')) as [number | null];
    expect(code).toBe(0);
    const again = await startServer();
    server = again.child;
    expect(again.said).not.toContain('#token=');
    const url = /http:\S+/.exec(again.said)?.[0] ?? '';
    const { key } = JSON.parse(await readKept()) as { key: string };
    const status = await signalbox(['status', 'music', '--json'], { env: { SIGNALBOX_URL: url, SIGNALBOX_KEY: key } });
    expect(status.out).toContain(track);
  }, 60_000);

  test('says in a sentence why it cannot start', async () => {
    const away = await signalbox(['serve'], { env: { DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' } });
    expect(away.code).toBe(1);
    expect(away.err.trim().split('\n').length).toBeLessThan(3);
    const wrong = await signalbox(['serve', '--port', 'x']);
    expect(wrong).toMatchObject({ code: 1 });
    expect(wrong.err).toContain('PORT');
  }, 60_000);
});

async function readKept(): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  return readFile(join(place, 'signalbox', 'connection.json'), 'utf8');
}
