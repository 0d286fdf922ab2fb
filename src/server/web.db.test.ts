import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { createClient } from '#api/client.ts';
import { testServer } from './testing.ts';
import type { TestServer } from './testing.ts';

let running: TestServer;
let webRoot: string;
let cookie: string;

const MANIFEST = {
  'index.html': { file: 'assets/index-1.js', name: 'index', imports: ['_start.js'] },
  '_start.js': {
    file: 'assets/start-1.js',
    name: 'start',
    css: ['assets/start-1.css'],
    assets: ['assets/inter-latin-wght-normal-1.woff2'],
  },
  '_app.js': { file: 'assets/app-1.js', name: 'app', imports: ['_start.js'] },
  '_room.js': { file: 'assets/room-1.js', name: 'room', imports: ['_start.js', '_app.js'], css: ['assets/room-1.css'] },
};

const SCRIPT = 'export const app = "app";';

beforeAll(async () => {
  webRoot = await mkdtemp(join(tmpdir(), 'signalbox-web-test-'));
  await mkdir(join(webRoot, 'assets'));
  await writeFile(join(webRoot, 'index.html'), '<!doctype html><html lang="en"><head><title>Signalbox</title></head><body></body></html>');
  await writeFile(join(webRoot, 'manifest.json'), JSON.stringify(MANIFEST));
  await writeFile(join(webRoot, 'assets', 'app-1.js'), SCRIPT);
  await writeFile(join(webRoot, 'assets', 'app-1.js.gz'), gzipSync(SCRIPT));
  running = await testServer({ webRoot });
  const client = createClient({ baseUrl: running.url, key: running.admin });
  await client.createApp({ body: { id: 'music', name: 'Music </script><b>', platforms: ['android'] } });
  const setUp = await fetch(`${running.url}/api/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: running.url },
    body: JSON.stringify({
      token: await running.setupToken(),
      name: 'Maja Lind',
      email: 'maja@example.com',
      password: 'correct horse battery',
    }),
  });
  cookie = setUp.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ');
  return async () => {
    await running.close();
    await rm(webRoot, { recursive: true, force: true });
  };
});

async function pageAt(path: string, headers: Record<string, string> = {}): Promise<{ text: string; links: string }> {
  const answer = await fetch(`${running.url}${path}`, { headers });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  return { text: await answer.text(), links: answer.headers.get('link') ?? '' };
}

function blockIn(text: string, id: string): Record<string, unknown> | null {
  const [, json] = new RegExp(`<script type="application/json" id="signalbox-${id}">(.*?)</script>`).exec(text) ?? [];
  return json === undefined ? null : (JSON.parse(json) as Record<string, unknown>);
}

describe('the page of an address', () => {
  test('tells nobody who is not signed in anything of an app', async () => {
    const { text } = await pageAt('/music');
    expect(text).not.toContain('application/json');
  });

  test('has who is signed in and the snapshot, the same as the API answers them', async () => {
    const { text } = await pageAt('/music', { cookie });
    const session = await (await fetch(`${running.url}/api/session`, { headers: { cookie } })).json();
    expect(blockIn(text, 'session')).toEqual(session);
    expect(blockIn(text, 'snapshot')).toMatchObject({ app: { id: 'music', name: 'Music </script><b>' } });
    expect(text).not.toContain('</script><b>');
  });

  test('has no snapshot where there is no such app, or where the key is for another', async () => {
    expect(blockIn((await pageAt('/nothing', { cookie })).text, 'snapshot')).toBeNull();
    const key = await running.keyFor({ roles: ['viewer'], scopes: ['read'], apps: ['other'] });
    const { text } = await pageAt('/music', { authorization: `Bearer ${key}` });
    expect(blockIn(text, 'snapshot')).toBeNull();
    expect((await pageAt('/music', { authorization: 'Bearer sbx_wrong' })).text).not.toContain('application/json');
  });

  test('is the same text everywhere but for its blocks, because one copy is kept for reading without a line', async () => {
    const without = ({ text }: { text: string }): string =>
      text.replaceAll(/<script type="application\/json" id="signalbox-[a-z]+">.*?<\/script>/gs, '');
    const pages = await Promise.all(['/music', '/music/bugs', '/sign-in', '/'].map((path) => pageAt(path, { cookie })));
    expect(new Set(pages.map(without)).size).toBe(1);
  });

  test('names the files that it begins with: the room on the room and on a criterion of it, not on other pages', async () => {
    const room = ['/music', '/music/', '/music/8.9.2/android/tests-passed'];
    for (const path of room) expect((await pageAt(path)).links).toContain('</assets/room-1.js>; rel=modulepreload; crossorigin');
    for (const path of ['/music/bugs', '/music/8.9.2/android', '/music/8.9.2/sign-offs']) {
      const { links } = await pageAt(path);
      expect(links).toContain('</assets/app-1.js>; rel=modulepreload');
      expect(links).not.toContain('room-1');
    }
    const { links } = await pageAt('/sign-in');
    expect(links).toContain('</assets/start-1.css>; rel=preload; as=style; crossorigin');
    expect(links).toContain('</assets/inter-latin-wght-normal-1.woff2>; rel=preload; as=font');
    expect(links).not.toContain('app-1');
  });

  test('comes compressed to who takes it so, and whole to who does not', async () => {
    for (const path of ['/music', '/assets/app-1.js']) {
      const sent = async (accepted: string): Promise<{ encoding: string | null; text: string }> => {
        const answer = await fetch(`${running.url}${path}`, { headers: { 'accept-encoding': accepted } });
        expect(answer.headers.get('vary')).toMatch(/accept-encoding/i);
        return { encoding: answer.headers.get('content-encoding'), text: await answer.text() };
      };
      const whole = await sent('identity');
      expect(whole.encoding).toBeNull();
      expect(await sent('gzip, deflate, br')).toEqual({ encoding: 'gzip', text: whole.text });
      expect((await sent('gzip;q=0')).encoding).toBeNull();
    }
    const script = await fetch(`${running.url}/assets/app-1.js`);
    expect(script.headers.get('content-type')).toMatch(/javascript/);
    expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  });
});
