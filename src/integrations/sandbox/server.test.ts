import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { sandbox } from './index.ts';
import { toolsFor } from './harness.ts';
import { serveSandbox } from './server.ts';
import type { ServedSandbox } from './server.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const NEW = { app: 'music', platform: 'android', version: '8.9.2', build: '1047', percent: 1, actionKey: 'submit-8.9.2' };

const ends: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'sandbox-'));
  ends.push(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

async function serve(file: string | null = null): Promise<ServedSandbox> {
  const served = await serveSandbox({ port: 0, file });
  ends.push(() => served.stop());
  return served;
}

/** A sandbox in a process of its own, and the address it prints. */
async function start(file: string): Promise<{ process: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [MAIN, '--port', '0', '--file', file], { stdio: ['ignore', 'pipe', 'inherit'] });
  ends.push(() => void child.kill('SIGKILL'));
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const url = /http:\/\/\S+?(?=,)/.exec(line.toString())?.[0];
  if (url === undefined) throw new Error(`no address in ${line.toString()}`);
  return { process: child, url };
}

function storefrontAt(url: string) {
  const make = sandbox.provides.storefront;
  if (!make) throw new Error('the sandbox has no storefront');
  return make(sandbox.settings.parse({ url }), toolsFor(fetch), 'google-play');
}

async function post(
  url: string,
  body: string,
  headers: Record<string, string> = { 'content-type': 'application/json' },
): Promise<{ status: number; body: string }> {
  const response = await fetch(url, { method: 'POST', headers, body });
  return { status: response.status, body: await response.text() };
}

describe('the sandbox as a process', () => {
  test('outlives kill -9 with all that it had acknowledged', async () => {
    const file = join(folder(), 'deeper', 'world.json');
    const first = await start(file);
    await storefrontAt(first.url).ensureSubmission(NEW);
    first.process.kill('SIGKILL');
    await once(first.process, 'exit');
    const second = await start(file);
    expect(await storefrontAt(second.url).read(NEW)).toMatchObject({ state: 'in-review', build: '1047', actionKey: 'submit-8.9.2' });
    second.process.kill('SIGTERM');
    const [code] = (await once(second.process, 'exit')) as [number];
    expect(code).toBe(0);
    expect(existsSync(`${file}.lock`)).toBe(false);
  });

  test('serves several at once: each sees what the others did', async () => {
    const { url } = await serve();
    const [one, other] = [storefrontAt(url), storefrontAt(url)];
    const outcomes = await Promise.all([one.ensureSubmission(NEW), other.ensureSubmission(NEW)]);
    expect(outcomes.every((outcome) => outcome.ok)).toBe(true);
    expect(await other.list(NEW)).toHaveLength(1);
  });

  test('a second process on the same file is refused, and names the first', async () => {
    const file = join(folder(), 'world.json');
    await serve(file);
    await expect(serveSandbox({ port: 0, file })).rejects.toThrow(`another sandbox (process ${process.pid}) serves ${file} already`);
  });

  test('a claim of a process that is gone counts for nothing', async () => {
    const file = join(folder(), 'world.json');
    const gone = spawn(process.execPath, ['-e', '']);
    await once(gone, 'exit');
    writeFileSync(`${file}.lock`, String(gone.pid));
    const { url } = await serve(file);
    expect((await fetch(`${url}/v1/health`)).status).toBe(200);
  });

  test('a port that is taken is told in words, and the file is given back', async () => {
    const { url } = await serve();
    const file = join(folder(), 'world.json');
    await expect(serveSandbox({ port: Number(new URL(url).port), file })).rejects.toThrow(/port \d+ is taken/);
    expect(existsSync(`${file}.lock`)).toBe(false);
  });

  test.each([
    ['not JSON', '{'],
    ['another shape', '{"format":1}'],
    ['another format', '{"format":2}'],
  ])('a file that holds %s is refused and left alone', async (_, text) => {
    const file = join(folder(), 'world.json');
    writeFileSync(file, text);
    await expect(serveSandbox({ port: 0, file })).rejects.toThrow(`${file} is not a sandbox's file`);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  test('leaves nothing beside its file', async () => {
    const place = folder();
    const served = await serveSandbox({ port: 0, file: join(place, 'world.json') });
    await storefrontAt(served.url).ensureSubmission(NEW);
    await served.stop();
    expect(readdirSync(place)).toEqual(['world.json']);
  });
});

describe('the sandbox over HTTP', () => {
  test('listens on the loopback only', async () => {
    expect((await serve()).url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  test.each([
    ['a body that is not JSON', '{', 400, 'not JSON'],
    ['an empty body', '', 400, 'not JSON'],
    ['a lever that there is not', '{"lever":"pull"}', 400, 'lever'],
    ['null', 'null', 400, 'the body'],
    ['a field of the wrong kind', '{"lever":"reviews","afterMinutes":"soon"}', 400, 'afterMinutes'],
    [
      'a lever that does not fit',
      '{"lever":"approve","storefront":"google-play","app":"music","platform":"android"}',
      409,
      'nothing is in review',
    ],
    ['a body without end', JSON.stringify({ lever: 'reset', more: 'x'.repeat(1_000_001) }), 413, 'more than 1000000 bytes'],
  ])('%s is answered with what was wrong', async (_, body, status, words) => {
    const { url } = await serve();
    const answer = await post(`${url}/v1/levers`, body);
    expect(answer.status).toBe(status);
    expect(answer.body).toContain(words);
  });

  test.each([
    ['GET', '/', 404],
    ['GET', '/v1/levers', 405],
    ['DELETE', '/v1/state', 405],
    ['GET', '/v1/storefronts/play-store/music/android/releases', 400],
    ['GET', '/v1/storefronts/google-play/%E0%A4%A/android/releases', 400],
    ['GET', '/v1/storefronts/google-play/__proto__/constructor/releases', 200],
    ['GET', `/v1/storefronts/google-play/${'x'.repeat(300)}/android/releases`, 400],
    ['GET', '/v1/apps/music/tracker/changes?since=9999999999999999999999', 200],
  ])('%s %s is answered with %i', async (method, path, status) => {
    const { url } = await serve();
    expect((await fetch(`${url}${path}`, { method })).status).toBe(status);
  });

  test('a page of another site cannot speak to it: neither by a form nor by another name for this machine', async () => {
    const { url } = await serve();
    expect((await post(`${url}/v1/levers`, '{"lever":"reset"}', { 'content-type': 'text/plain' })).status).toBe(415);
    const status = await new Promise((resolve, reject) => {
      request(`${url}/v1/state`, { headers: { host: 'evil.example' } }, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end();
    });
    expect(status).toBe(403);
  });

  test('says how long to wait when there were too many calls', async () => {
    const { url } = await serve();
    await post(`${url}/v1/levers`, JSON.stringify({ lever: 'fault', what: 'rate-limit', calls: 'reads', ms: 2500 }));
    const response = await fetch(`${url}/v1/apps/music/messages`);
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('3');
  });

  test('a slow answer comes late and whole', async () => {
    const { url } = await serve();
    await post(`${url}/v1/levers`, JSON.stringify({ lever: 'fault', what: 'slow', calls: 'reads', ms: 150 }));
    const begin = performance.now();
    const response = await fetch(`${url}/v1/apps/music/messages`);
    expect(await response.json()).toEqual({ messages: [] });
    expect(performance.now() - begin).toBeGreaterThan(140);
  });

  test('a sandbox that is not there is trouble that did not happen', async () => {
    const served = await serveSandbox({ port: 0, file: null });
    await served.stop();
    await expect(storefrontAt(served.url).read(NEW)).rejects.toMatchObject({ name: 'Trouble', cure: 'again', mayHaveHappened: false });
    const chat = sandbox.provides.chat?.(sandbox.settings.parse({ url: served.url }), toolsFor(fetch));
    await expect(chat?.ensureMessage({ app: 'music', channel: null, key: 'k', text: 'hello', urgent: false })).rejects.toMatchObject({
      name: 'Trouble',
      cure: 'again',
      mayHaveHappened: false,
    });
  });
});
