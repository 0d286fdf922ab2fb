/** A Signalbox of one's own with the sample in it: started, set up, played, and let in by a link that works once and on this machine only. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';

/** What the demo needs of the server that it starts. */
export type StartedServer = { url: string; setupLink: string | null; stop(): Promise<void> };
export type DemoWish = { variant?: string | undefined; at?: string | undefined; speed?: number | undefined };
export type Demo = { url: string; app: string; link: string; stop(): Promise<void> };

const ADMIN = { name: 'Maja Lind', email: 'maja@sample.invalid' };
const kept = z.object({ email: z.string(), password: z.string(), key: z.string(), app: z.string().nullable() });
type Kept = z.infer<typeof kept>;

const line = z.object({
  is: z.enum(['progress', 'done', 'refused']),
  text: z.string(),
  right: z.string().nullable().optional(),
  sample: z.object({ app: z.string() }).optional(),
});

/** The demo was asked for something that the story does not have; the message is for the person. */
export class DemoRefused extends Error {
  constructor(because: string, wouldBeRight: string | null) {
    super(wouldBeRight === null ? because : `${because}\n  → ${wouldBeRight}`);
    this.name = 'DemoRefused';
  }
}

/**
 * Plays the sample in a server of its own.
 *
 * @param folder the data directory of that server; a second call in the same one goes on with what stands there
 * @throws DemoRefused on a variant, a time or a speed that the story does not have
 */
export async function startDemo(server: StartedServer, folder: string, wish: DemoWish, say: (text: string) => void): Promise<Demo> {
  const who = await admitted(server, folder);
  const moves = who.app === null ? '/api/sample' : `/api/apps/${who.app}/sample`;
  const app = await play(server.url, who.key, moves, who.app === null ? wish : { at: wish.at, speed: wish.speed }, say);
  keep(folder, { ...who, app });
  const door = await openDoor(server.url, who, app);
  return {
    url: server.url,
    app,
    link: door.link,
    async stop() {
      await door.close();
      await server.stop();
    },
  };
}

const file = (folder: string): string => join(folder, 'demo.json');

function keep(folder: string, who: Kept): void {
  writeFileSync(file(folder), JSON.stringify(who), { mode: 0o600 });
}

/** The first admin of the demo: made with the set-up link, or the one of an earlier call. */
async function admitted({ url, setupLink }: StartedServer, folder: string): Promise<Kept> {
  if (setupLink === null) {
    if (existsSync(file(folder))) return kept.parse(JSON.parse(readFileSync(file(folder), 'utf8')));
    throw new DemoRefused(`${folder} holds a Signalbox that is no demo`, 'another folder with --data, or none');
  }
  const password = randomBytes(18).toString('base64url');
  const token = setupLink.split('#token=')[1] ?? '';
  const answer = await post(url, '/api/setup', { ...ADMIN, token, password, key: { name: 'demo' } }, { origin: url });
  const { key } = z.object({ key: z.string() }).parse(await answer.json());
  const who: Kept = { email: ADMIN.email, password, key, app: null };
  keep(folder, who);
  return who;
}

async function post(url: string, path: string, body: unknown, headers: Record<string, string>): Promise<Response> {
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  if (answer.ok) return answer;
  const problem = z.object({ detail: z.string(), right: z.string().nullable() }).safeParse(await answer.json());
  throw new DemoRefused(problem.data?.detail ?? `the server answered ${answer.status}`, problem.data?.right ?? null);
}

async function play(url: string, key: string, path: string, wish: DemoWish, say: (text: string) => void): Promise<string> {
  const answer = await post(url, path, wish, { authorization: `Bearer ${key}` });
  let rest = '';
  let app: string | null = null;
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  for (let read = await reader?.read(); read !== undefined && !read.done; read = await reader?.read()) {
    const lines = (rest + read.value).split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) {
      const told = line.parse(JSON.parse(text));
      if (told.is === 'refused') throw new DemoRefused(told.text, told.right ?? null);
      if (told.is === 'done') app = told.sample?.app ?? null;
      else say(told.text);
    }
  }
  if (app === null) throw new Error('the sample broke off');
  return app;
}

/**
 * The way in: an address on this machine that signs in as the sample's release manager, once. A browser sends a cookie of 127.0.0.1 to all of its ports,
 * so that the server itself needs no door of this kind.
 */
async function openDoor(url: string, who: Kept, app: string): Promise<{ link: string; close(): Promise<void> }> {
  const token = randomBytes(32).toString('base64url');
  let isSpent = false;
  const door = createServer((request, reply) => {
    void enter(request.url ?? '', request.method ?? '', request.headers.host ?? '').then(({ status, headers, text }) => {
      reply.writeHead(status, {
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'content-type': 'text/plain; charset=utf-8',
        ...headers,
      });
      reply.end(text);
    });
  });
  await new Promise<void>((done, fail) => {
    door.once('error', fail);
    door.listen(0, '127.0.0.1', done);
  });
  const { port } = door.address() as AddressInfo;

  type Reply = { status: number; headers: Record<string, string | string[]>; text: string };
  async function enter(path: string, method: string, host: string): Promise<Reply> {
    const refused = (status: number, text: string): Reply => ({ status, headers: {}, text: `${text}\n` });
    // another name for this machine is somebody else's page that asks
    if (host !== `127.0.0.1:${port}` || method !== 'GET') return refused(404, 'nothing is here');
    if (!isSame(path.slice(1), token)) return refused(404, 'nothing is here');
    if (isSpent) return refused(410, 'this link was used: start the demo again for another one');
    isSpent = true;
    try {
      const answer = await post(url, '/api/session', { email: who.email, password: who.password }, { origin: url });
      return { status: 303, headers: { location: `${url}/${app}`, 'set-cookie': answer.headers.getSetCookie() }, text: '' };
    } catch {
      isSpent = false;
      return refused(502, 'the server did not answer: try again');
    }
  }

  return {
    link: `http://127.0.0.1:${port}/${token}`,
    close: () =>
      new Promise<void>((done) => {
        door.close(() => done());
        door.closeAllConnections();
      }),
  };
}

function isSame(given: string, right: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
