import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClientBase, Pool } from 'pg';
import { quietLog } from '#lib/log.ts';
import type { Log } from '#lib/log.ts';
import { packageRoot } from '#lib/package-root.ts';
import { DatabaseTrouble } from './connect.ts';
import { SILENT_AFTER_SECONDS } from './servers.ts';

/** @see migrate */
export type MigrateOptions = {
  pool: Pool;
  /** Folder of `NNNN-name.sql` files; the package's `sql` by default. */
  folder?: string;
  /** Runs last, under the same lock: for tables that another library keeps in a schema of its own. Needs a pool of two or more connections. */
  afterMigrate?: (pool: Pool) => Promise<void>;
  log?: Log;
  /** How long other processes on the database are given to end, where there is something to apply; a little longer than one that was killed seems to live. */
  othersEndWithinMs?: number;
};

/** One file of the folder. The checksum is of its text with plain line ends, so that a checkout on another system is the same. */
export type Migration = { number: number; name: string; sql: string; checksum: string };

export type Applied = { number: number; name: string; checksum: string };

/** Any number will do; it is this program's name in bytes ("sgnl"), so that it meets no other program's lock. */
export const LOCK_KEY = 0x73676e6c;

/** The migrations of this package. */
export function packageMigrations(): Promise<Migration[]> {
  return readMigrations(join(packageRoot(), 'sql'));
}

/**
 * Lets the server notice within two seconds that this process was killed, also in the middle of a statement: what it did is taken back, and the lock is free for the
 * next start. Not every system's server can look (it says so); there it notices when the statement ends.
 */
export async function endWithMe(client: ClientBase): Promise<void> {
  await client.query(`set client_connection_check_interval = '2s'`).catch(() => undefined);
}

const FILE_NAME = /^(\d{4})-[a-z0-9]+(-[a-z0-9]+)*\.sql$/;

/**
 * Brings the database up to this program: applies each new file of the folder in its own transaction, in order, one process at a time.
 * Files are append-only: one that was applied and has changed since is refused by name, as is a database that a newer program has migrated. Nothing is applied while
 * another process works on the database: it would go on by the old tables.
 *
 * @returns the names of the files that were applied now
 * @throws DatabaseTrouble
 */
export async function migrate(options: MigrateOptions): Promise<string[]> {
  const log = options.log ?? quietLog;
  const migrations = await readMigrations(options.folder ?? join(packageRoot(), 'sql'));
  const client = await options.pool.connect();
  try {
    // Waiting for another process to finish, and building an index, may both take longer than any statement of the running program.
    await client.query('set statement_timeout = 0; set lock_timeout = 0; set idle_in_transaction_session_timeout = 0');
    await endWithMe(client);
    await takeMigrationLock(client, log);
    const applied = await appliedSoFar(client);
    const waiting = stillToApply(migrations, applied);
    if (waiting.length > 0) await untilNobodyWorks(client, waiting.length, options.othersEndWithinMs ?? OTHERS_END_WITHIN_MS);
    for (const migration of waiting) {
      await apply(client, migration);
      log.info({ migration: migration.name }, 'migrated the database');
    }
    await options.afterMigrate?.(options.pool);
    return waiting.map(({ name }) => name);
  } finally {
    // Closing the connection gives back the lock and the timeouts, whatever happened on it.
    client.release(true);
  }
}

async function takeMigrationLock(client: ClientBase, log: Log): Promise<void> {
  const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [LOCK_KEY]);
  if (rows[0]?.taken === true) return;
  log.info('another process migrates this database, or restores it: waiting for it to finish');
  await client.query('select pg_advisory_lock($1)', [LOCK_KEY]);
}

const OTHERS_END_WITHIN_MS = 2 * SILENT_AFTER_SECONDS * 1000;

async function untilNobodyWorks(client: ClientBase, waiting: number, withinMs: number): Promise<void> {
  const { rows } = await client.query<{ there: boolean }>(`select to_regclass('servers') is not null as there`);
  if (rows[0]?.there !== true) return;
  for (const since = performance.now(); ;) {
    const { rows: living } = await client.query<{ host: string; pid: number; version: string }>(
      `select host, pid, version from servers where beat_at > clock_timestamp() - make_interval(secs => $1) order by host, pid`,
      [SILENT_AFTER_SECONDS],
    );
    const [one] = living;
    if (one === undefined) return;
    if (performance.now() - since > withinMs)
      throw new DatabaseTrouble(
        `This Signalbox is newer than the database (${waiting === 1 ? 'one migration waits' : `${waiting} migrations wait`}), and another process works on it still: Signalbox ${one.version} on ${one.host}, process ${one.pid}${living.length > 1 ? `, and ${living.length - 1} more` : ''}. Stop every process, then start this one.`,
      );
    await new Promise((done) => setTimeout(done, 200));
  }
}

/** Reads and checks a folder of migrations: names as `0001-name.sql`, numbers from 1 without a gap. */
export async function readMigrations(folder: string): Promise<Migration[]> {
  const names = (
    await readdir(folder).catch((cause: unknown) => {
      throw new DatabaseTrouble(`The folder of database migrations ${folder} cannot be read: the installation is incomplete.`, { cause });
    })
  )
    .filter((name) => name.endsWith('.sql'))
    .toSorted();
  return Promise.all(
    names.map(async (name, index) => {
      const number = Number(FILE_NAME.exec(name)?.[1] ?? Number.NaN);
      if (Number.isNaN(number)) throw new DatabaseTrouble(`${name} is no name for a migration: it should look like 0001-name.sql`);
      if (number !== index + 1)
        throw new DatabaseTrouble(
          `${name} should have the number ${String(index + 1).padStart(4, '0')}: migrations are numbered from 1 without a gap`,
        );
      const sql = (await readFile(join(folder, name), 'utf8')).replaceAll('\r\n', '\n');
      return { number, name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/** What a database with these applied migrations still lacks. Refuses one that does not fit the files. */
export function stillToApply(migrations: readonly Migration[], applied: readonly Applied[]): Migration[] {
  const known = new Map(migrations.map((migration) => [migration.number, migration]));
  for (const { number, name, checksum } of applied) {
    const file = known.get(number);
    if (file === undefined) {
      const newest = migrations.at(-1)?.name ?? 'none';
      throw new DatabaseTrouble(
        `This database was migrated by a newer Signalbox: it has ${name}, and this program knows migrations up to ${newest}. Install the newer version again.`,
      );
    }
    if (file.name !== name)
      throw new DatabaseTrouble(
        `The database has the migration ${name} where this program has ${file.name}: was a migration renamed? Add a new file instead.`,
      );
    if (file.checksum !== checksum)
      throw new DatabaseTrouble(
        `The migration ${name} was changed after it was applied to this database. Restore it, and put the change into a new file.`,
      );
  }
  return migrations.slice(applied.length);
}

async function appliedSoFar(client: ClientBase): Promise<Applied[]> {
  await makeMigrationsTable(client);
  return appliedMigrations(client);
}

export async function makeMigrationsTable(client: ClientBase): Promise<void> {
  // The only rows that the database's clock dates: a migration belongs to no app, so there is no app's clock for it.
  await client.query(`
    create table if not exists schema_migrations (
      number int primary key,
      name text not null,
      checksum text not null,
      applied_at timestamptz not null default clock_timestamp()
    )`);
}

/** The migrations that a database has had, in order. */
export async function appliedMigrations(client: ClientBase): Promise<Applied[]> {
  const { rows } = await client.query<Applied>('select number, name, checksum from schema_migrations order by number');
  return rows;
}

async function apply(client: ClientBase, migration: Migration): Promise<void> {
  try {
    await client.query('begin');
    await applyWithin(client, migration);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

/** Applies a migration in the caller's transaction, and notes it. */
export async function applyWithin(client: ClientBase, migration: Migration): Promise<void> {
  try {
    await client.query(migration.sql);
    await client.query('insert into schema_migrations (number, name, checksum) values ($1, $2, $3)', [
      migration.number,
      migration.name,
      migration.checksum,
    ]);
  } catch (error) {
    const { message, position } = error as { message: string; position?: string };
    const line = position === undefined ? '' : ` at line ${migration.sql.slice(0, Number(position)).split('\n').length}`;
    throw new DatabaseTrouble(`The migration ${migration.name} failed${line}: ${message}`, { cause: error });
  }
}
