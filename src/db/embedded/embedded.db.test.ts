import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { packageRoot } from '#lib/package-root.ts';
import { startTrouble } from './cluster.ts';
import { startEmbedded } from './index.ts';
import type { Embedded, EmbeddedInfo } from './index.ts';

/*
 * The supervisor with real processes: killed, doubled, moved, under another account. Each test has a data directory of its own.
 */

const isRoot = process.getuid?.() === 0;
const folder = mkdtempSync(join(tmpdir(), 'signalbox-embedded-'));
chmodSync(folder, 0o755);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const children: ChildProcess[] = [];
const running: Embedded[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const embedded of running.splice(0)) await embedded.stop();
});

function freshDataDir(): string {
  return join(mkdtempOpen('data-'), 'box');
}

let made: Promise<string> | null = null;

/** A data directory of its own with a new cluster that was made before and stopped: a copy of one, for tests that do not ask how a cluster is made. */
async function madeDataDir(): Promise<string> {
  made ??= (async () => {
    const dataDir = freshDataDir();
    await (await startEmbedded({ dataDir, durable: false, fallbackRoot: folder })).stop();
    return dataDir;
  })();
  const dataDir = freshDataDir();
  expect(spawnSync('cp', ['-a', await made, dataDir]).status).toBe(0);
  return dataDir;
}

function mkdtempOpen(prefix: string): string {
  const made = mkdtempSync(join(folder, prefix));
  chmodSync(made, 0o755);
  return made;
}

async function start(dataDir: string, more: { fallbackRoot?: string; durable?: boolean } = {}): Promise<Embedded> {
  const embedded = await startEmbedded({ dataDir, durable: false, fallbackRoot: folder, ...more });
  running.push(embedded);
  return embedded;
}

async function ask(url: string, statement: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  // The server may end under a waiting client; the query that failed says it already.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(statement)).rows as unknown[];
  } finally {
    await client.end();
  }
}

type Started = { child: ChildProcess; url: string; info: EmbeddedInfo; log: () => string };

/** A process of its own that starts the embedded PostgreSQL and stays. */
async function startInChild(dataDir: string, environment: Record<string, string> = {}): Promise<Started> {
  const program = `
    import { createLog } from ${JSON.stringify(join(packageRoot(), 'src', 'lib', 'log.ts'))};
    import { startEmbedded } from ${JSON.stringify(join(dirname(fileURLToPath(import.meta.url)), 'index.ts'))};
    const log = createLog({ level: 'error' });
    const { url, info } = await startEmbedded({ dataDir: ${JSON.stringify(dataDir)}, durable: false, fallbackRoot: ${JSON.stringify(folder)}, log });
    console.log(JSON.stringify({ url, info }));
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', program], {
    cwd: packageRoot(),
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let said = '';
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  child.stdout.setEncoding('utf8');
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (text: string) => {
      said += text;
      if (said.endsWith('\n')) resolve();
    });
    child.on('exit', (code) => reject(new Error(`the child ended with ${code}: ${errors}`)));
  });
  return { ...(JSON.parse(said) as { url: string; info: EmbeddedInfo }), child, log: () => errors };
}

function exitOf(child: ChildProcess): Promise<NodeJS.Signals | number | null> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve(child.signalCode ?? child.exitCode);
    else child.on('exit', (code, signal) => resolve(signal ?? code));
  });
}

function isAlive(pid: number): boolean {
  const status = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : '';
  return status !== '' && !/^\d+ \(.*\) Z/.test(status);
}

async function eventually(condition: () => boolean | Promise<boolean>): Promise<boolean> {
  for (let triesLeft = 500; triesLeft > 0; triesLeft -= 1) {
    if (await condition()) return true;
    await new Promise((done) => {
      setTimeout(done, 20);
    });
  }
  return false;
}

describe('one life of the embedded PostgreSQL', () => {
  test('a new data directory becomes a UTF-8 database on a socket and no port; the second start finds what the first wrote', async () => {
    const dataDir = freshDataDir();
    const first = await start(dataDir);
    expect(first.info).toMatchObject({ isNew: true, stoppedOrphan: null, isElsewhere: false });
    expect(
      await ask(
        first.url,
        `select current_setting('server_encoding') as encoding, current_setting('listen_addresses') as addresses, current_setting('TimeZone') as zone, current_database() as name`,
      ),
    ).toEqual([{ encoding: 'UTF8', addresses: '', zone: 'UTC', name: 'signalbox' }]);
    await ask(first.url, 'create table kept as select 7 as value');
    await first.stop();
    await first.stop();
    expect(isAlive(first.info.pid)).toBe(false);

    const second = await start(dataDir);
    expect(second.info.isNew).toBe(false);
    expect(await ask(second.url, 'select value from kept')).toEqual([{ value: 7 }]);
  });

  test('the socket and the data are closed to other accounts', async () => {
    const { info } = await start(freshDataDir());
    expect(statSync(info.socketFolder).mode & 0o777).toBe(0o700);
    expect(statSync(info.dataDirectory).mode & 0o777).toBe(0o700);
  });

  test('a PostgreSQL that is killed is started again, with its data', async () => {
    const { url, info } = await start(await madeDataDir(), { durable: true });
    await ask(url, 'create table kept as select 7 as value');
    process.kill(info.pid, 'SIGKILL');
    expect(
      await eventually(() =>
        ask(url, 'select value from kept').then(
          () => true,
          () => false,
        ),
      ),
    ).toBe(true);
  });

  test('a path that is too long for a socket gets one in the temporary folder', async () => {
    const { url, info } = await start(join(mkdtempOpen('long-'), 'x'.repeat(60), 'y'.repeat(60)));
    expect(Buffer.byteLength(info.socketFolder)).toBeLessThan(90);
    expect(await ask(url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });
});

describe('whatever way the program ends, PostgreSQL does not outlive it for long', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s stops both', async (signal) => {
    const { child, info, log } = await startInChild(await madeDataDir());
    child.kill(signal);
    expect(await exitOf(child)).toBe(signal);
    expect(log()).toBe('');
    expect(isAlive(info.pid)).toBe(false);
  });

  test('killed in the middle of a transaction: the next start goes on with what was committed', async () => {
    const dataDir = await madeDataDir();
    const { child, url, info } = await startInChild(dataDir);
    await ask(url, 'create table kept as select 7 as value');
    const unfinished = ask(url, 'begin; insert into kept values (8); select pg_sleep(60)').catch(() => undefined);
    child.kill('SIGKILL');
    await exitOf(child);
    const next = await start(dataDir);
    await unfinished;
    expect(await ask(next.url, 'select value from kept')).toEqual([{ value: 7 }]);
    expect(isAlive(info.pid)).toBe(false);
  });

  test('a PostgreSQL that was left behind is stopped by the next start', async () => {
    const dataDir = await madeDataDir();
    // Not started through setpriv, so the kernel does not stop it: as on a system that has none.
    const first = await start(dataDir);
    await ask(first.url, 'create table kept as select 7 as value');
    const program = readlinkSync(`/proc/${first.info.pid}/exe`);
    await first.stop();
    const orphan = spawnPostgres(program, first.info);
    expect(
      await eventually(() =>
        ask(first.url, 'select 1').then(
          () => true,
          () => false,
        ),
      ),
    ).toBe(true);

    const next = await start(dataDir);
    expect(next.info.stoppedOrphan).toBe(orphan.pid);
    expect(await ask(next.url, 'select value from kept')).toEqual([{ value: 7 }]);
  });

  test('a postmaster.pid whose number belongs to another program by now is no obstacle, and that program lives on', async () => {
    const dataDir = await madeDataDir();
    const first = await start(dataDir);
    await first.stop();
    const bystander = spawn('sleep', ['60'], { ...ownerOptions(first.info), stdio: 'ignore' });
    children.push(bystander);
    writeFileSync(join(first.info.dataDirectory, 'postmaster.pid'), `${bystander.pid}\n${first.info.dataDirectory}\n`, { mode: 0o600 });
    const next = await start(dataDir);
    expect(next.info.stoppedOrphan).toBeNull();
    expect(bystander.exitCode).toBeNull();
    expect(bystander.signalCode).toBeNull();
  });
});

describe('one process at a time', () => {
  test('a second one is refused, naming the first', async () => {
    const dataDir = await madeDataDir();
    await start(dataDir);
    await expect(start(dataDir)).rejects.toMatchObject({
      code: 'in-use',
      message: expect.stringContaining(`Another copy of Signalbox (process ${process.pid}) is already using`) as string,
    });
  });

  test('of four that start together one wins, and it can be started again when that one is killed', async () => {
    const dataDir = freshDataDir();
    const starts = await Promise.allSettled([1, 2, 3, 4].map(() => startInChild(dataDir)));
    const winners = starts.filter((outcome) => outcome.status === 'fulfilled');
    expect(winners).toHaveLength(1);
    for (const { value } of winners) {
      value.child.kill('SIGKILL');
      await exitOf(value.child);
    }
    expect((await start(dataDir)).info.isNew).toBe(false);
  });
});

describe('what cannot be used is refused in words', () => {
  test('a cluster of another version of PostgreSQL, which is left as it is', async () => {
    const dataDir = await madeDataDir();
    const { info, stop } = await start(dataDir);
    await stop();
    writeFileSync(join(info.dataDirectory, 'PG_VERSION'), '17\n');
    await expect(start(dataDir)).rejects.toMatchObject({
      code: 'other-version',
      message: expect.stringContaining('was made by PostgreSQL 17, and this Signalbox brings PostgreSQL 18') as string,
    });
    expect(readFileSync(join(info.dataDirectory, 'PG_VERSION'), 'utf8')).toBe('17\n');
  });

  test('a folder of something else in the place of the cluster', async () => {
    const dataDir = freshDataDir();
    mkdirSync(join(dataDir, 'postgres', 'data'), { recursive: true });
    writeFileSync(join(dataDir, 'postgres', 'data', 'letter.txt'), 'dear');
    await expect(start(dataDir)).rejects.toMatchObject({ code: 'not-a-cluster' });
    expect(readFileSync(join(dataDir, 'postgres', 'data', 'letter.txt'), 'utf8')).toBe('dear');
  });

  test('a data directory below a file', async () => {
    const place = mkdtempOpen('file-');
    writeFileSync(join(place, 'a-file'), '');
    await expect(start(join(place, 'a-file', 'box'))).rejects.toThrow('could not make the data directory');
  });

  test('an interrupted creation leaves nothing that passes for a cluster', async () => {
    const dataDir = freshDataDir();
    mkdirSync(join(dataDir, 'postgres', 'data.unfinished'), { recursive: true });
    writeFileSync(join(dataDir, 'postgres', 'data.unfinished', 'PG_VERSION'), '18\n');
    expect((await start(dataDir)).info.isNew).toBe(true);
  });

  const account = { uid: 1, gid: 1, name: 'someone', isOther: false };
  test.each([
    ['FATAL:  could not write to file: No space left on device', 'disk-full'],
    ['initdb: error: could not look up effective user ID 4711: user does not exist', 'no-account'],
    ['FATAL:  data directory "/x" has invalid permissions', 'permission'],
    ['FATAL:  lock file "postmaster.pid" already exists', 'in-use'],
    ['FATAL:  database files are incompatible with server', 'other-version'],
    ['FATAL:  something new', 'failed'],
  ])('PostgreSQL saying "%s" means %s, and the folder or account is named', (said, code) => {
    const trouble = startTrouble('postgres', said, '/x', account);
    expect(trouble.code).toBe(code);
    expect(trouble.message).toMatch(/\/x|number 1 /);
  });

  test('a failure of a kind not known yet tells what PostgreSQL said', () => {
    expect(startTrouble('postgres', 'LOG:  starting\nFATAL:  something new', '/x', account).message).toContain('FATAL:  something new');
  });
});

describe.runIf(isRoot)('as root', () => {
  test('PostgreSQL runs under another account, which owns its data and nothing else', async () => {
    const dataDir = freshDataDir();
    const { info } = await start(dataDir);
    expect(info.account).toBe('nobody');
    expect(statSync(`/proc/${info.pid}`).uid).not.toBe(0);
    expect(statSync(dataDir).uid).toBe(0);
  });

  test('in a home that is closed to others the database goes elsewhere, the data directory says where, and later starts find it', async () => {
    const home = mkdtempSync(join(folder, 'home-'));
    const fallbackRoot = mkdtempOpen('var-lib-');
    const dataDir = join(home, 'clone', '.data');
    const first = await start(dataDir, { fallbackRoot });
    expect(first.info.isElsewhere).toBe(true);
    expect(first.info.dataDirectory.startsWith(fallbackRoot)).toBe(true);
    expect(readFileSync(join(dataDir, 'postgres-is-in.txt'), 'utf8')).toBe(`${dirname(first.info.dataDirectory)}\n`);
    await ask(first.url, 'create table kept as select 7 as value');
    await first.stop();

    chmodSync(home, 0o755);
    const second = await start(dataDir, { fallbackRoot: mkdtempOpen('other-') });
    expect(second.info.dataDirectory).toBe(first.info.dataDirectory);
    expect(await ask(second.url, 'select value from kept')).toEqual([{ value: 7 }]);
  });

  test('a database whose home was closed later is not silently replaced by a new one', async () => {
    const home = mkdtempOpen('closing-');
    const dataDir = join(home, 'box');
    await (await start(dataDir)).stop();
    chmodSync(home, 0o700);
    await expect(start(dataDir)).rejects.toMatchObject({ code: 'permission', message: expect.stringContaining('cannot enter') as string });
  });

  test('programs that the account cannot reach are copied to where it can, once', async () => {
    // The whole package is in a closed home: its node_modules are linked there, and resolved to a real copy of the programs only.
    const home = mkdtempSync(join(folder, 'closed-'));
    const { usableBinaries, findNativeFolder } = await import('./binaries.ts');
    const { accountFor } = await import('./account.ts');
    const packageFolder = dirname(findNativeFolder());
    expect(spawnSync('cp', ['-a', packageFolder, join(home, 'package')]).status).toBe(0);
    const base = mkdtempOpen('base-');
    const account = accountFor(join(base, 'absent'));
    const binaries = await usableBinaries(join(home, 'package', 'native'), account, base);
    expect(binaries.native.startsWith(base)).toBe(true);
    const { ino } = statSync(binaries.postgres);
    const again = await usableBinaries(join(home, 'package', 'native'), account, base);
    expect(statSync(again.postgres).ino).toBe(ino);
  });

  test('libraries whose links an install without scripts left out are linked', async () => {
    const { usableBinaries, findNativeFolder } = await import('./binaries.ts');
    const { accountFor } = await import('./account.ts');
    const copy = join(mkdtempOpen('unlinked-'), 'package');
    expect(spawnSync('cp', ['-a', dirname(findNativeFolder()), copy]).status).toBe(0);
    expect(spawnSync('find', [join(copy, 'native', 'lib'), '-type', 'l', '-delete']).status).toBe(0);
    const account = accountFor(join(copy, 'absent'));
    const binaries = await usableBinaries(join(copy, 'native'), account, mkdtempOpen('base-'));
    expect(binaries).toMatchObject({ native: join(copy, 'native'), major: 18 });
  });

  test('an ordinary user runs it under the own account; root later goes on with that account, and another user is refused', async ({
    skip,
  }) => {
    const isReadable =
      spawnSync('setpriv', ['--reuid', '65534', '--regid', '65534', '--clear-groups', 'test', '-r', fileURLToPath(import.meta.url)])
        .status === 0;
    skip(!isReadable, 'this clone is closed to other users');
    const dataDir = join(mkdtempOpen('user-'), 'box');
    mkdirSync(dataDir);
    chownSync(dataDir, 65_534, 65_534);
    const asUser = spawnSync(
      'setpriv',
      [
        '--reuid',
        '65534',
        '--regid',
        '65534',
        '--clear-groups',
        process.execPath,
        '--input-type=module-typescript',
        '-e',
        oneStart(dataDir),
      ],
      { cwd: packageRoot(), encoding: 'utf8' },
    );
    expect(asUser.stdout + asUser.stderr).toContain('"isNew":true');
    const asOther = spawnSync(
      'setpriv',
      ['--reuid', '1', '--regid', '1', '--clear-groups', process.execPath, '--input-type=module-typescript', '-e', oneStart(dataDir)],
      { cwd: packageRoot(), encoding: 'utf8' },
    );
    expect(asOther.stdout).toContain('"code":"permission"');
    const asRoot = await start(dataDir);
    expect(asRoot.info).toMatchObject({ isNew: false, account: 'nobody' });
  });

  test('a full disk is told before anything is half made', async ({ skip }) => {
    const mount = mkdtempOpen('small-');
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=30m,mode=755', 'tmpfs', mount]).status !== 0)
      skip('this machine does not let root mount');
    try {
      await expect(start(join(mount, 'box'))).rejects.toMatchObject({
        code: 'disk-full',
        message: expect.stringContaining('Make room, or set DATA_DIR') as string,
      });
    } finally {
      spawnSync('umount', [mount]);
    }
  });
});

function oneStart(dataDir: string): string {
  return `
    import { startEmbedded } from ${JSON.stringify(join(dirname(fileURLToPath(import.meta.url)), 'index.ts'))};
    try {
      const { info, stop } = await startEmbedded({ dataDir: ${JSON.stringify(dataDir)}, durable: false });
      console.log(JSON.stringify(info));
      await stop();
    } catch (error) {
      console.log(JSON.stringify({ code: error.code, message: error.message }));
    }`;
}

/** How a process becomes the owner of the cluster's. */
function ownerOptions(info: EmbeddedInfo): { uid: number; gid: number; cwd: string } | { cwd: string } {
  const { uid, gid } = statSync(info.dataDirectory);
  return isRoot ? { uid, gid, cwd: '/' } : { cwd: '/' };
}

/** A PostgreSQL of nobody's, as a killed Signalbox leaves it where the kernel does not stop it. */
function spawnPostgres(program: string, info: EmbeddedInfo): ChildProcess {
  // The stop before took the socket's folder away.
  const { uid, gid } = statSync(info.dataDirectory);
  mkdirSync(info.socketFolder, { mode: 0o700 });
  chownSync(info.socketFolder, uid, gid);
  const args = ['-D', info.dataDirectory, '-k', info.socketFolder, '-c', 'listen_addresses='];
  const child = spawn(program, args, { ...ownerOptions(info), stdio: 'ignore' });
  children.push(child);
  return child;
}
