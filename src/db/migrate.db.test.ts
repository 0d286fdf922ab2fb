import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { emptyDatabase } from '../../test/setup/database.ts';
import { connect } from './connect.ts';
import type { Connection } from './connect.ts';
import { migrate } from './migrate.ts';

let database: Connection;
let drop: () => Promise<void>;
let url: string;
let folder: string;
beforeEach(async () => {
  ({ url, drop } = await emptyDatabase());
  database = await connect({ url });
  folder = await mkdtemp(join(tmpdir(), 'signalbox-sql-'));
  await writeFile(join(folder, '0001-apps.sql'), "create table app (id text primary key);\ninsert into app values ('one');\n");
});
afterEach(async () => {
  await database.close();
  await drop();
  await rm(folder, { recursive: true });
});

function run(): Promise<string[]> {
  return migrate({ pool: database.pool, folder });
}

async function tables(): Promise<string[]> {
  const { rows } = await database.pool.query<{ name: string }>(
    `select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1`,
  );
  return rows.map(({ name }) => name);
}

describe('migrating', () => {
  test('applies each file once, in order', async () => {
    await writeFile(join(folder, '0002-releases.sql'), 'create table release (app text references app);');
    expect(await run()).toEqual(['0001-apps.sql', '0002-releases.sql']);
    await writeFile(join(folder, '0003-tracks.sql'), 'create table track (); create table fact ();');
    expect(await run()).toEqual(['0003-tracks.sql']);
    expect(await run()).toEqual([]);
    expect(await tables()).toEqual(['app', 'fact', 'release', 'schema_migrations', 'track']);
  });

  test('four processes at once apply each file once', async () => {
    const connections = await Promise.all([1, 2, 3, 4].map(() => connect({ url })));
    const applied = await Promise.all(connections.map(({ pool }) => migrate({ pool, folder })));
    expect(applied.flat()).toEqual(['0001-apps.sql']);
    await Promise.all(connections.map(({ close }) => close()));
  });

  test('killed in the middle of a file, it leaves nothing of that file, and the next start goes on', async () => {
    await writeFile(join(folder, '0002-slow.sql'), 'create table half (); select pg_sleep(60);');
    const program = `
      import { connect } from ${JSON.stringify(join(import.meta.dirname, 'connect.ts'))};
      import { migrate } from ${JSON.stringify(join(import.meta.dirname, 'migrate.ts'))};
      await migrate({ pool: (await connect({ url: ${JSON.stringify(url)} })).pool, folder: ${JSON.stringify(folder)} });`;
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', program], { stdio: 'ignore', cwd: import.meta.dirname });
    const sleeps = async (): Promise<boolean> => {
      const { rows } = await database.pool.query<{ n: number }>(
        `select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'`,
      );
      return rows[0]?.n === 1;
    };
    await expect.poll(sleeps, { timeout: 30_000 }).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await writeFile(join(folder, '0002-slow.sql'), 'create table whole ();');
    // Without looking for its client the server would sleep to the end, and hold the lock until then.
    expect(await run()).toEqual(['0002-slow.sql']);
    expect(await sleeps()).toBe(false);
    expect(await tables()).toEqual(['app', 'schema_migrations', 'whole']);
  });

  test('a file that fails leaves nothing of itself, keeps those before it, and is named with its line', async () => {
    await writeFile(join(folder, '0002-broken.sql'), 'create table half ();\n\nselect absent from app;');
    await expect(run()).rejects.toThrow('The migration 0002-broken.sql failed at line 3: column "absent" does not exist');
    expect(await tables()).toEqual(['app', 'schema_migrations']);
    await writeFile(join(folder, '0002-broken.sql'), 'create table whole ();');
    expect(await run()).toEqual(['0002-broken.sql']);
  });

  test('a file that changed after it was applied is refused by name', async () => {
    await run();
    await writeFile(join(folder, '0001-apps.sql'), 'create table app (id int primary key);');
    await expect(run()).rejects.toThrow('The migration 0001-apps.sql was changed after it was applied');
  });

  test('line ends of another system are no change', async () => {
    await run();
    await writeFile(join(folder, '0001-apps.sql'), "create table app (id text primary key);\r\ninsert into app values ('one');\r\n");
    expect(await run()).toEqual([]);
  });

  test('a renamed file is refused', async () => {
    await run();
    await rename(join(folder, '0001-apps.sql'), join(folder, '0001-games.sql'));
    await expect(run()).rejects.toThrow('has the migration 0001-apps.sql where this program has 0001-games.sql');
  });

  test('a database of a newer program is refused', async () => {
    await writeFile(join(folder, '0002-future.sql'), 'select 1');
    await run();
    await rm(join(folder, '0002-future.sql'));
    await expect(run()).rejects.toThrow(
      'migrated by a newer Signalbox: it has 0002-future.sql, and this program knows migrations up to 0001-apps.sql',
    );
  });

  test.each([
    ['0003-gap.sql', '0003-gap.sql should have the number 0002'],
    ['0001-twice.sql', '0001-twice.sql should have the number 0002'],
    ['2-short.sql', '2-short.sql is no name for a migration'],
  ])('a file called %s is refused', async (name, message) => {
    await writeFile(join(folder, name), 'select 1');
    await expect(run()).rejects.toThrow(message);
  });

  test('waits for a process that has just ended, and is refused where one works on by the old tables', async () => {
    await writeFile(join(folder, '0002-servers.sql'), 'create table servers (host text, pid int, version text, beat_at timestamptz);');
    await run();
    await writeFile(join(folder, '0003-tracks.sql'), 'create table track ();');
    await database.pool.query(`insert into servers values ('one.example', 7, '0.0.9', clock_timestamp() - interval '2.8 seconds')`);
    expect(await run()).toEqual(['0003-tracks.sql']);

    await writeFile(join(folder, '0004-facts.sql'), 'create table fact ();');
    await database.pool.query(`update servers set beat_at = clock_timestamp() + interval '1 minute'`);
    await expect(migrate({ pool: database.pool, folder, othersEndWithinMs: 100 })).rejects.toThrow(
      'one migration waits), and another process works on it still: Signalbox 0.0.9 on one.example, process 7. Stop every process',
    );
    expect(await tables()).not.toContain('fact');
    await database.pool.query('delete from servers');
    expect(await run()).toEqual(['0004-facts.sql']);
  });

  test('another library migrates its own tables under the same lock', async () => {
    await migrate({
      pool: database.pool,
      folder,
      afterMigrate: async (pool) => void (await pool.query('create schema auth; create table auth.person ()')),
    });
    const { rows } = await database.pool.query(`select to_regclass('auth.person') is not null as there`);
    expect(rows).toEqual([{ there: true }]);
  });

  test('the timeouts of the program are back on the pool afterwards', async () => {
    await run();
    const { rows } = await database.pool.query('show statement_timeout');
    expect(rows).toEqual([{ statement_timeout: '30s' }]);
  });

  test('a missing folder says that the installation is incomplete', async () => {
    await expect(migrate({ pool: database.pool, folder: join(folder, 'absent') })).rejects.toThrow('the installation is incomplete');
  });
});
