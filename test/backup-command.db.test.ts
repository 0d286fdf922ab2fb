import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '#db/connect.ts';
import { packageRoot } from '#lib/package-root.ts';
import { emptyDatabase } from './setup/database.ts';

/* Backup and restore as an operator uses them: the program's own processes, on the embedded database and on a server. */

let place: string;
let server: { url: string; drop: () => Promise<void> };
const running: ChildProcess[] = [];

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), 'signalbox-move-'));
  // As root, PostgreSQL runs under another account, which must be able to enter.
  chmodSync(place, 0o755);
  for (const name of ['one', 'two']) mkdirSync(join(place, name));
  server = await emptyDatabase();
});
afterAll(async () => {
  for (const child of running.splice(0)) await ended(child);
  await server.drop();
  rmSync(place, { recursive: true, force: true });
});

async function ended(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  if (child.exitCode === null) await once(child, 'exit');
}

function begin(args: readonly string[], env: Record<string, string>): ChildProcess {
  const { SIGNALBOX_SECRET: _, DATABASE_URL: _url, FORCE_COLOR: _colour, ...rest } = process.env;
  return spawn(process.execPath, [join(packageRoot(), 'src', 'cli', 'main.ts'), ...args], {
    env: { ...rest, PORT: '0', HOST: '127.0.0.1', LOG_LEVEL: 'error', ...env },
    cwd: place,
  });
}

async function signalbox(args: readonly string[], env: Record<string, string>): Promise<{ code: number | null; out: string; err: string }> {
  const child = begin(args, env);
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

/** The server, once it answers; what it said names the set-up link, where there is one. */
async function serve(env: Record<string, string>): Promise<{ child: ChildProcess; said: string }> {
  const child = begin(['serve'], env);
  running.push(child);
  let said = '';
  await new Promise<void>((ready, failed) => {
    const listen = (chunk: Buffer): void => {
      said += chunk.toString();
      if (/Signalbox .* at .*\n/.test(said)) setTimeout(ready, 100);
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
    child.on('exit', () => failed(new Error(`the server ended: ${said}`)));
  });
  return { child, said };
}

describe('an instance moves', () => {
  test('from the embedded database to a server while it runs, and back into another data directory', async () => {
    const one = { DATA_DIR: join(place, 'one') };
    const two = { DATA_DIR: join(place, 'two') };
    expect(await signalbox(['backup', 'too-early.tar.gz'], one)).toMatchObject({
      code: 5,
      err: expect.stringContaining('There is no secret in') as string,
    });

    const { child, said } = await serve(one);
    const link = /http:\S+#token=\w+/.exec(said)?.[0] ?? '';
    const url = new URL(link);
    const made = await fetch(`${url.origin}/api/setup`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: url.origin },
      body: JSON.stringify({
        token: link.split('token=')[1],
        name: 'M. Lind',
        email: 'm.lind@example.com',
        password: 'a long enough password',
      }),
    });
    expect(made.ok).toBe(true);

    const taken = await signalbox(['backup', 'one.tar.gz'], one);
    expect(taken).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringMatching(/^one\.tar\.gz: 0 apps, \d+ entries of the journal, \d+ rows in all; 0\.0 MB in [\d.]+ s\n$/) as string,
    });
    expect(await signalbox(['restore', 'one.tar.gz', '--replace'], one)).toMatchObject({
      code: 5,
      err: expect.stringContaining('is already using the data directory') as string,
    });
    await ended(child);

    const onServer = { ...two, DATABASE_URL: server.url };
    expect(await signalbox(['restore', 'one.tar.gz'], onServer)).toMatchObject({
      code: 3,
      err: expect.stringContaining('this instance has no secret yet') as string,
    });
    cpSync(join(place, 'one', 'secret'), join(place, 'two', 'secret'));
    expect(await signalbox(['restore', 'one.tar.gz', '--check'], onServer)).toMatchObject({
      code: 0,
      out: expect.stringContaining('one.tar.gz is whole') as string,
    });
    expect(await signalbox(['restore', 'one.tar.gz'], onServer)).toMatchObject({ code: 0, err: '' });
    const connection = await connect({ url: server.url });
    const { rows } = await connection.pool.query('select email from auth."user"');
    expect(rows).toEqual([{ email: 'm.lind@example.com' }]);
    await connection.close();

    expect(await signalbox(['backup', 'server.tar.gz', '--json'], onServer)).toMatchObject({ code: 0, err: '' });
    expect(await signalbox(['restore', 'server.tar.gz'], two)).toMatchObject({ code: 0, err: '' });
    expect(readFileSync(join(place, 'two', 'secret'), 'utf8')).toBe(readFileSync(join(place, 'one', 'secret'), 'utf8'));
    // There is an admin: no set-up link is printed.
    expect((await serve(two)).said).not.toContain('#token=');
  }, 240_000); // a dozen processes and two new clusters
});
