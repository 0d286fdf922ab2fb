/** A world for the browser tests and the screenshots: the real server on a database of its own, a real sandbox process, and a small git repository. */
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '#api/client.ts';
import type { Client } from '#api/client.ts';
import type { Role } from '#domain/roles.ts';
import { packageRoot } from '#lib/package-root.ts';

export type World = {
  /** `http://127.0.0.1:41234` */
  url: string;
  setupLink: string;
  sandboxUrl: string;
  /** A folder that goes when the world does. */
  folder: string;
  /** Pulls a lever of the sandbox; throws what it answered when it refuses. */
  lever: (lever: Record<string, unknown>) => Promise<void>;
  /** Runs `signalbox …` against the server with a key, and answers what it printed; throws when it exits with anything but 0 or 1. */
  cli: (key: string, ...words: readonly string[]) => string;
  /** Ends the server as an operator does, and starts it at the same address on the same data. */
  stopServer: () => Promise<void>;
  startServer: () => Promise<void>;
  /** Ends the program and leaves what it wrote in the folder: another world may go on from there. */
  end: () => Promise<void>;
  stop: () => Promise<void>;
};

const STARTS_WITHIN_MS = 60_000;

/** Starts a process and waits until it has said something that matches. */
async function started(
  args: readonly string[],
  env: Record<string, string>,
  wanted: RegExp,
): Promise<{ child: ChildProcess; said: RegExpExecArray }> {
  const child = spawn(process.execPath, args, { cwd: packageRoot(), env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const found = await new Promise<RegExpExecArray>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${args[0] ?? ''} was not ready in time; it said:\n${said}`)), STARTS_WITHIN_MS);
    const hear = (chunk: Buffer): void => {
      said += chunk.toString();
      const match = wanted.exec(said);
      if (match === null) return;
      clearTimeout(timer);
      resolve(match);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`${args[0] ?? ''} ended with ${code}; it said:\n${said}`));
    });
  });
  return { child, said: found };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

/**
 * `databaseUrl` null: the server brings its own PostgreSQL, in the world's folder.
 *
 * @param from the folder of a world that ended, to go on from a copy of it; there is no set-up link then
 */
export async function startWorld(databaseUrl: string | null, from?: string): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-world-'));
  execFileSync('chmod', ['755', folder]);
  if (from !== undefined) await cp(from, folder, { recursive: true });
  const sandbox = await started(
    ['src/integrations/sandbox/main.ts', '--port', '0', '--file', join(folder, 'sandbox.json')],
    {},
    /Sandbox at (http:\S+?),/,
  );
  const serve = (port: string, wanted: RegExp) =>
    started(['src/main.ts'], { PORT: port, DATA_DIR: join(folder, 'data'), DATABASE_URL: databaseUrl ?? '', LOG_LEVEL: 'warn' }, wanted);
  const firstWords = from === undefined ? /at (http:\S+)[\s\S]*?(http:\S+\/setup#token=\S+)/ : /at (http:\S+)/;
  let server = await serve('0', firstWords).catch(async (error: unknown) => {
    await ended(sandbox.child);
    throw error;
  });
  const [, url = '', setupLink = ''] = server.said;
  const [, sandboxUrl = ''] = sandbox.said;
  const end = async (): Promise<void> => {
    await ended(server.child);
    await ended(sandbox.child);
  };
  return {
    url,
    setupLink,
    sandboxUrl,
    folder,
    lever: async (lever) => {
      const response = await fetch(`${sandboxUrl}/v1/levers`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(lever),
      });
      if (!response.ok) throw new Error(`the sandbox answered ${response.status}: ${await response.text()}`);
    },
    cli: (key, ...words) => {
      try {
        return execFileSync(process.execPath, ['src/cli/main.ts', ...words], {
          cwd: packageRoot(),
          encoding: 'utf8',
          env: { ...process.env, SIGNALBOX_URL: url, SIGNALBOX_KEY: key },
        });
      } catch (error) {
        const { status, stdout, stderr } = error as { status: number; stdout: string; stderr: string };
        // 1 says no, which is an answer
        if (status === 1) return stdout;
        throw new Error(`signalbox ${words.join(' ')} ended with ${status}: ${stderr}${stdout}`, { cause: error });
      }
    },
    stopServer: () => ended(server.child),
    startServer: async () => {
      server = await serve(new URL(url).port, /at (http:\S+)/);
    },
    end,
    stop: async () => {
      await end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Makes a repository with a release that went out and a release branch under way; answers its path and the branch's head. */
export async function makeRepository(
  folder: string,
  { released, current }: { released: string; current: string } = { released: '1.0.0', current: '1.1.0' },
): Promise<{ path: string; head: string }> {
  const path = join(folder, 'repository');
  const dates = ['2026-01-05', '2026-01-12', '2026-01-19', '2026-01-26', '2026-02-02', '2026-02-09'];
  let at = 0;
  const git = (...words: string[]): string => {
    const date = `${dates[Math.min(at, dates.length - 1)] ?? ''}T10:00:00Z`;
    const person = {
      GIT_AUTHOR_NAME: 'Dev',
      GIT_AUTHOR_EMAIL: 'dev@example.com',
      GIT_COMMITTER_NAME: 'Dev',
      GIT_COMMITTER_EMAIL: 'dev@example.com',
    };
    return execFileSync('git', words, {
      cwd: path,
      encoding: 'utf8',
      env: {
        ...process.env,
        ...person,
        GIT_AUTHOR_DATE: date,
        GIT_COMMITTER_DATE: date,
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_CONFIG_SYSTEM: '/dev/null',
      },
    });
  };
  const commit = async (what: string): Promise<void> => {
    await writeFile(join(path, 'app.txt'), `${what}\n`, { flag: 'a' });
    git('add', '.');
    git('commit', '-q', '-m', what);
    at += 1;
  };
  execFileSync('git', ['init', '-q', '-b', 'main', path]);
  await commit('Begin');
  await commit('Play music');
  git('branch', `release/${released}`);
  git('tag', '-a', released, '-m', released);
  await commit('Add a queue');
  git('checkout', '-q', '-b', `release/${current}`);
  await commit('Mend the queue');
  const head = git('rev-parse', 'HEAD').trim();
  git('checkout', '-q', 'main');
  await commit('Begin the next');
  return { path, head };
}

export type Cookie = { name: string; value: string; url: string };

/** The first admin of every world: invented, as all of it is. */
export const ADMIN = { name: 'Maja Lind', email: 'maja@example.com', password: 'correct horse battery' } as const;

/** Spends the set-up link; answers a key with an admin's rights, and the cookies of the session that it began. */
export async function firstAdmin({ url, setupLink }: Pick<World, 'url' | 'setupLink'>): Promise<{ key: string; cookies: Cookie[] }> {
  const token = /token=(.*)$/.exec(setupLink)?.[1] ?? '';
  const response = await fetch(`${url}/api/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ ...ADMIN, token, key: { name: 'tests' } }),
  });
  if (!response.ok) throw new Error(`setting up answered ${response.status}: ${await response.text()}`);
  const { key } = (await response.json()) as { key: string };
  return { key, cookies: cookiesOf(response, url) };
}

function cookiesOf(response: Response, url: string): Cookie[] {
  return response.headers.getSetCookie().map((cookie) => {
    const [pair = ''] = cookie.split(';');
    const at = pair.indexOf('=');
    return { name: pair.slice(0, at), value: decodeURIComponent(pair.slice(at + 1)), url };
  });
}

/** A person of a world who has roles and teams in every app; answers the cookies of their session. */
export async function personIn(
  { url }: Pick<World, 'url'>,
  key: string,
  { name, roles, teams = [] }: { name: string; roles: readonly Role[]; teams?: readonly string[] },
): Promise<Cookie[]> {
  const account = { email: `${name.replaceAll(/\W+/g, '.').toLowerCase()}@example.com`, password: ADMIN.password };
  await createClient({ baseUrl: url, key }).createPerson({
    body: { ...account, name, grants: [{ app: '*', roles: [...roles], teams: [...teams] }] },
  });
  const response = await fetch(`${url}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify(account),
  });
  if (!response.ok) throw new Error(`signing in as ${name} answered ${response.status}: ${await response.text()}`);
  return cookiesOf(response, url);
}

/** The sample app's slug in a world that has no other. */
export const SAMPLE = 'music';

/** Plays the sample to a moment of its story, by the clock of Stockholm, where it stands still: made where it is not there yet. */
export async function sampleAt(client: Client, at: string, variant?: string): Promise<void> {
  const { samples } = await client.getSample();
  const isThere = samples.some(({ app }) => app === SAMPLE);
  const told = isThere
    ? await client.moveSample({ params: { app: SAMPLE }, body: { at } })
    : await client.makeSample({ body: { app: SAMPLE, at, ...(variant === undefined ? {} : { variant }) } });
  if (told.is !== 'done') throw new Error(`the sample does not stand at ${at}: ${told.text}`);
}
