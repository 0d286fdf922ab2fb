/**
 * Brings a backup into a database: the file is checked to its end before anything is written; then all of it happens in one transaction, so that the database is either
 * as the backup has it or as it was. A backup of an earlier Signalbox is brought up to this one on the way.
 */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { escapeIdentifier, escapeLiteral } from 'pg';
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Instant } from '#domain/time.ts';
import { verifyJournalHere } from '../journal.ts';
import type { Audit, SealKey } from '../journal.ts';
import { appliedMigrations, applyWithin, endWithMe, LOCK_KEY, makeMigrationsTable, packageMigrations, stillToApply } from '../migrate.ts';
import type { Applied, Migration } from '../migrate.ts';
import { partsOf } from './archive.ts';
import { settleIn } from './after.ts';
import type { Settled } from './after.ts';
import { altered, checkBackup, digestOf } from './manifest.ts';
import type { Checked, Manifest, TableOfBackup } from './manifest.ts';
import { inWords, openSession, quoted } from './session.ts';
import type { Session } from './session.ts';
import { madeBy, tablesThere, textOf } from './tables.ts';
import type { Made, TableThere } from './tables.ts';
import { BackupTrouble } from './trouble.ts';

/** @see restore */
export type RestoreOptions = {
  url: string;
  file: string;
  /** What is in the database is thrown away. */
  replace: boolean;
  /** The key of this instance; null when it has no secret yet. */
  key: Pick<SealKey, 'publicKey'> | null;
  /** The backup may have been made with another secret than this instance's. */
  otherSecret: boolean;
  /** The journal in the backup may be broken. */
  brokenJournal: boolean;
  /** The robot goes on in place of being paused in every app. */
  robotGoesOn: boolean;
  now: Instant;
  patienceMs?: number;
};

export type Restored = { manifest: Manifest; audit: Audit; migrated: string[]; settled: Settled };

/** Reads a backup to its end and says what it is, and whether this Signalbox could restore it. Nothing is written. */
export async function checkFile(
  options: Pick<RestoreOptions, 'file' | 'key' | 'otherSecret'>,
): Promise<Checked & { migrations: Migration[] }> {
  const checked = await checkBackup(options.file);
  const migrations = await migrationsFor(checked.manifest, options.file);
  refuseOtherSecret(checked, options);
  return { ...checked, migrations };
}

/**
 * Restores a backup.
 *
 * @throws BackupTrouble when the file is not whole or not for this Signalbox, or the database is in use or not empty; the database is then as it was
 */
export async function restore(options: RestoreOptions): Promise<Restored> {
  const { manifest, migrations } = await checkFile(options);
  const session = await openSession(options.url, 'restore', options.patienceMs ?? 0);
  try {
    await endWithMe(session.client);
    await takeDatabase(session.client);
    await session.client.query('begin');
    const restored = await restoreWithin(session, manifest, migrations, options);
    await session.client.query('commit');
    // The planner knows nothing of what came in; without the right to tell it, it learns by itself.
    await session.client.query('analyze').catch(() => undefined);
    return restored;
  } catch (error) {
    await session.client.query('rollback').catch(() => undefined);
    throw inWords(error, 'restore the backup');
  } finally {
    await session.close();
  }
}

/** The backup's migrations, as this program has them. */
async function migrationsFor({ schema, product }: Manifest, file: string): Promise<Migration[]> {
  const known = await packageMigrations();
  for (const [index, { number, name, checksum }] of schema.entries()) {
    const here = known[index];
    if (here === undefined)
      throw new BackupTrouble(
        'refused',
        `${file} was made by a newer Signalbox (${product}): its database has ${name}, and this program knows up to ${known.at(-1)?.name ?? 'none'}. Install that version or a later one.`,
      );
    if (here.number !== number || here.name !== name || here.checksum !== checksum)
      throw new BackupTrouble(
        'refused',
        `${file} was made by another Signalbox than this one: its database has another ${name}. Use the program that made it (${product}).`,
      );
  }
  return known;
}

function refuseOtherSecret({ publicKey }: Checked, { file, key, otherSecret }: Pick<RestoreOptions, 'file' | 'key' | 'otherSecret'>): void {
  if (otherSecret || key?.publicKey === publicKey) return;
  const here = key === null ? 'this instance has no secret yet' : "this instance's secret is another";
  throw new BackupTrouble(
    'refused',
    `${file} was made by an instance with its own secret, and ${here}. Put that secret in place first (SIGNALBOX_SECRET, or the file "secret" in DATA_DIR): it opens the stored tokens of connections, and shows that nobody has changed the backup. Where it is lost, say --other-secret: connections with a token must then be made anew.`,
  );
}

/** Takes the lock that migrations take, and makes sure that no Signalbox works with the database. */
async function takeDatabase(client: Client): Promise<void> {
  const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [LOCK_KEY]);
  if (rows[0]?.taken !== true)
    throw new BackupTrouble('refused', 'Another process migrates this database, or restores it. Wait until it has finished.');
  const busy = await client.query<{ name: string }>(
    `select distinct application_name as name from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and application_name ~ '^signalbox( [0-9a-f-]{36}|-accounts|-backup)?$'`,
  );
  if (busy.rows.length > 0)
    throw new BackupTrouble(
      'refused',
      'A Signalbox works with this database. Stop every process of it first: what it writes meanwhile would be lost or mixed in.',
    );
}

async function restoreWithin(
  session: Session,
  manifest: Manifest,
  migrations: readonly Migration[],
  options: RestoreOptions,
): Promise<Restored> {
  const { client, db } = session;
  await makeRoom(client, migrations, options);
  await makeMigrationsTable(client);
  const earlier = migrations.slice(0, manifest.schema.length);
  for (const migration of earlier) await applyWithin(client, migration);
  const tables = await tablesFor(client, manifest, madeBy(earlier), options.file);
  await makePartitions(client, tables);
  const makeReferences = await dropReferences(client, tables);
  // a migration may bring a row of its own, which the backup has as it became
  await client.query(`truncate ${tables.map(quoted).join(', ')}`);
  await load(client, tables, options.file);
  for (const { schema, name, last } of manifest.sequences)
    if (last !== null) await client.query('select setval($1::regclass, $2::bigint)', [quoted({ schema, name }), last]);
  await makeReferences();
  const later = migrations.slice(manifest.schema.length);
  for (const migration of later) await applyWithin(client, migration);
  const audit = await verifyJournalHere(db, null);
  if (!audit.ok && !options.brokenJournal)
    throw new BackupTrouble(
      'refused',
      `The journal in ${options.file} is broken:\n  ${audit.problems.slice(0, 10).join('\n  ')}\nThe backup is whole, so it was broken when it was taken. Use an earlier backup, or say --broken-journal to restore it as it is.`,
    );
  const settled = await settleIn(db, manifest.takenAt, options);
  return { manifest, audit, migrated: later.map(({ name }) => name), settled };
}

/* ---- what is there ---- */

async function makeRoom(client: Client, migrations: readonly Migration[], { replace }: RestoreOptions): Promise<void> {
  const applied = await appliedThere(client);
  if (applied === null) {
    const strangers = await tablesThere(client, ['auth']);
    if (strangers.length > 0)
      throw new BackupTrouble(
        'refused',
        `This database holds tables that are not Signalbox's (${strangers.slice(0, 5).map(textOf).join(', ')}). Give Signalbox a database of its own.`,
      );
    return;
  }
  stillToApply(migrations, applied);
  const made = madeBy(migrations.slice(0, applied.length));
  const has = await whatIsIn(client, made);
  if (has !== null && !replace)
    throw new BackupTrouble(
      'refused',
      `This database is not empty: it has ${has}. Restore into an empty one, or say --replace to throw away what is there.`,
    );
  await takeAway(client, made);
}

async function appliedThere(client: Client): Promise<Applied[] | null> {
  const { rows } = await client.query<{ there: boolean }>(`select to_regclass('public.schema_migrations') is not null as there`);
  return rows[0]?.there === true ? appliedMigrations(client) : null;
}

/** What would be lost, in words; null when there is neither an app nor a person: a Signalbox that was only started. */
async function whatIsIn(client: Client, { tables }: Made): Promise<string | null> {
  const count = async (table: string): Promise<number> => {
    if (!tables.some((each) => textOf(each) === table)) return 0;
    const [schema = '', name = ''] = table.split('.');
    const { rows } = await client.query<{ n: number }>(`select count(*)::int as n from ${quoted({ schema, name })}`);
    return rows[0]?.n ?? 0;
  };
  const found = [
    [await count('public.apps'), 'app'],
    [await count('auth.user'), 'person'],
  ] as const;
  const words = found.flatMap(([n, what]) => (n === 0 ? [] : [`${n} ${n === 1 ? what : { app: 'apps', person: 'people' }[what]}`]));
  return words.length === 0 ? null : words.join(' and ');
}

/** Takes away what the migrations made, and nothing that is not theirs: what somebody else has hung on it stops the restore. */
async function takeAway(client: Client, { tables, sequences, functions, schemas }: Made): Promise<void> {
  const own = [...tables, { schema: 'public', name: 'schema_migrations' }];
  await client.query(`drop table if exists ${own.map(quoted).join(', ')}`);
  for (const each of sequences) await client.query(`drop sequence if exists ${quoted(each)}`);
  for (const each of functions) await client.query(`drop function if exists ${quoted(each)}`);
  for (const schema of schemas) await client.query(`drop schema if exists ${escapeIdentifier(schema)}`);
}

/* ---- what comes in ---- */

/** The backup's tables with those of the database: each must be there with the columns that it had. */
async function tablesFor(client: Client, manifest: Manifest, made: Made, file: string): Promise<TableOfBackup[]> {
  const there = new Map((await tablesThere(client, made.schemas)).map((table): [string, TableThere] => [textOf(table), table]));
  const given = new Set(manifest.tables.map(textOf));
  for (const table of made.tables) if (!given.has(textOf(table))) throw altered(file, `lacks the table ${textOf(table)}`);
  for (const table of manifest.tables) {
    const here = there.get(textOf(table));
    const strange = here === undefined ? table.columns : table.columns.filter((column) => !here.columns.includes(column));
    if (strange.length > 0) throw altered(file, `has columns that ${textOf(table)} does not have: ${strange.join(', ')}`);
  }
  return manifest.tables;
}

async function makePartitions(client: Client, tables: readonly TableOfBackup[]): Promise<void> {
  for (const table of tables)
    for (const { name, from, to } of table.partitions) {
      // how tight a day is packed is said of each month
      if (textOf(table) === 'public.health_days') await client.query('select health_partition($1::date)', [from]);
      await client.query(
        `create table if not exists ${quoted({ schema: table.schema, name })} partition of ${quoted(table)} for values from (${escapeLiteral(from)}) to (${escapeLiteral(to)})`,
      );
    }
}

/** Takes the references between tables away while rows come in, in whatever order; what is handed back makes them again, and checks every row. */
async function dropReferences(client: Client, tables: readonly TableOfBackup[]): Promise<() => Promise<void>> {
  const { rows } = await client.query<{ schema: string; name: string; reference: string; definition: string }>(
    `select n.nspname::text as schema, c.relname::text as name, r.conname::text as reference, pg_get_constraintdef(r.oid) as definition
     from pg_constraint r join pg_class c on c.oid = r.conrelid join pg_namespace n on n.oid = c.relnamespace
     where r.contype = 'f' and r.conparentid = 0 and n.nspname = any ($1)
     order by 1, 2, 3`,
    [[...new Set(tables.map(({ schema }) => schema))]],
  );
  for (const row of rows) await client.query(`alter table ${quoted(row)} drop constraint ${escapeIdentifier(row.reference)}`);
  return async () => {
    for (const row of rows)
      await client.query(`alter table ${quoted(row)} add constraint ${escapeIdentifier(row.reference)} ${row.definition}`);
  };
}

/** Reads the file once more and hands each table its rows. What is read must still be what was checked. */
async function load(client: Client, tables: readonly TableOfBackup[], file: string): Promise<void> {
  const parts = partsOf(file);
  try {
    // The first part is what the backup says of itself.
    await parts.next();
    for (const table of tables) {
      if (table.parts.length === 0) continue;
      const columns = table.columns.map((column) => escapeIdentifier(column)).join(', ');
      const into = client.query(copyFrom(`copy ${quoted(table)} (${columns}) from stdin`));
      await pipeline(Readable.from(rowsOf(parts, table, file)), into);
      if (into.rowCount !== table.rows) throw altered(file, `has ${into.rowCount} rows for ${textOf(table)} and says ${table.rows}`);
    }
  } finally {
    await parts.return(undefined);
  }
}

async function* rowsOf(parts: AsyncGenerator<{ name: string; bytes: Buffer }>, table: TableOfBackup, file: string): AsyncGenerator<Buffer> {
  for (const { name, sha256 } of table.parts) {
    const next = await parts.next();
    if (next.done === true || next.value.name !== name || digestOf(next.value.bytes) !== sha256)
      throw altered(file, `changed while it was read`);
    yield next.value.bytes;
  }
}
