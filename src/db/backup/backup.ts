/**
 * A backup of the whole database, taken while Signalbox works: one snapshot (a repeatable-read transaction), each table by COPY as text, which every PostgreSQL from 15 on
 * reads. The file appears under its name only when it is whole.
 */
import { open, rename, rm, stat } from 'node:fs/promises';
import { createWriteStream } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { escapeIdentifier } from 'pg';
import type { Client } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { Instant } from '#domain/time.ts';
import { newestSealIsBy } from '../journal.ts';
import type { SealKey } from '../journal.ts';
import { sqlState } from '../transaction.ts';
import { appliedMigrations, packageMigrations, stillToApply } from '../migrate.ts';
import { endOfArchive, packed, PART_BYTES } from './archive.ts';
import { ABOUT, aboutOf, closingParts, digestOf, jsonPart } from './manifest.ts';
import type { Manifest, TableOfBackup } from './manifest.ts';
import { inWords, openSession, quoted } from './session.ts';
import type { Session } from './session.ts';
import { emptiedOf, isLeftEmpty, madeBy, tablesThere, textOf } from './tables.ts';
import type { Made, TableThere } from './tables.ts';
import { BackupTrouble } from './trouble.ts';

const READ_ONLY = '25006';

/** @see backUp */
export type BackupOptions = {
  url: string;
  file: string;
  /** Takes the place of a file that is there already. */
  overwrite: boolean;
  /** Signs the manifest: whoever restores sees that it is theirs, and that nobody has changed it. */
  key: SealKey;
  /** The version of this Signalbox. */
  product: string;
  now: Instant;
  /** How long to wait for a server that does not answer yet. */
  patienceMs?: number;
};

/** What a backup holds. `strangers`: tables in the database that are not Signalbox's, and so not in it. `sealedBy`: whether the newest seal is by the same key. */
export type BackedUp = {
  bytes: number;
  apps: number;
  rows: number;
  entries: number;
  strangers: string[];
  sealedBy: 'this key' | 'another key' | 'nobody';
};

/**
 * Writes a backup of a database to a file that only this account may read.
 *
 * @throws BackupTrouble when the file is there already or cannot be written, or the database is not one of Signalbox; what was written is removed
 */
export async function backUp(options: BackupOptions): Promise<BackedUp> {
  await refuseIfThere(options);
  const session = await openSession(options.url, 'backup', options.patienceMs ?? 0);
  const draft = join(dirname(options.file), `.${basename(options.file)}.${process.pid}.unfinished`);
  try {
    const backedUp = await writeAll(session, draft, options);
    await rename(draft, options.file);
    await settleFolder(dirname(options.file));
    return { ...backedUp, bytes: (await stat(options.file)).size };
  } catch (error) {
    await rm(draft, { force: true });
    throw inFileWords(error, options.file);
  } finally {
    await session.close();
  }
}

async function refuseIfThere({ file, overwrite }: BackupOptions): Promise<void> {
  const there = await stat(file).catch(() => null);
  if (there === null) return;
  if (!there.isFile()) throw new BackupTrouble('file', `${file} is there and is no file: name a new file for the backup`);
  if (!overwrite) throw new BackupTrouble('file', `${file} is there already: name another file, or say --overwrite`);
}

function inFileWords(error: unknown, file: string): unknown {
  const { code = '' } = error as { code?: string };
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new BackupTrouble('file', `the folder of ${file} is not there: make it first`, { cause: error });
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return new BackupTrouble('file', `this account may not write to the folder of ${file}`, { cause: error });
  return inWords(error, `write ${file}`);
}

async function writeAll({ client, db }: Session, draft: string, options: BackupOptions): Promise<Omit<BackedUp, 'bytes'>> {
  const { schema, made } = await schemaOf(client);
  await makePartitionsAhead(client, options.now);
  await client.query('begin isolation level repeatable read, read only');
  const there = await tablesThere(client, made.schemas);
  const tables = ours(there, made);
  // So that nobody changes them half-way; whoever only works with them is not kept waiting.
  await client.query(`lock table ${tables.map(quoted).join(', ')} in access share mode`);
  const { rows } = await client.query<{ id: string }>('select id from apps order by id');
  const about = aboutOf({
    product: options.product,
    postgresql: (await client.query<{ server_version: string }>('show server_version')).rows[0]?.server_version ?? '',
    takenAt: options.now,
    schema,
    apps: rows.map(({ id }) => id),
  });
  const manifest: Manifest = { ...about, tables: [], sequences: [] };

  async function* content(): AsyncGenerator<Buffer> {
    yield* packed(jsonPart(ABOUT, about));
    for (const table of tables) yield* copied(client, table, manifest.tables);
    // After the rows: a sequence goes on outside of every snapshot, and may be ahead of them but not behind.
    manifest.sequences = await sequencesOf(client, made.schemas);
    for (const part of closingParts(manifest, options.key)) yield* packed(part);
    yield endOfArchive();
  }
  // On text, level 4 is a third smaller than 1 and twice as fast as 6.
  await pipeline(Readable.from(content()), createGzip({ level: 4 }), createWriteStream(draft, { flags: 'wx', mode: 0o600, flush: true }));
  await client.query('commit');
  const isOurs = new Set(made.tables.map(textOf));
  return {
    apps: about.apps.length,
    rows: manifest.tables.reduce((sum, table) => sum + table.rows, 0),
    entries: manifest.tables.find(({ name }) => name === 'journal')?.rows ?? 0,
    strangers: there.filter((table) => !isOurs.has(textOf(table)) && table.name !== 'schema_migrations').map(textOf),
    sealedBy: await newestSealIsBy(db, options.key),
  };
}

/** The migrations that the database has had, which this program must know, and what they made. */
async function schemaOf(client: Client): Promise<{ schema: Manifest['schema']; made: Made }> {
  const { rows } = await client.query<{ there: boolean }>(`select to_regclass('public.schema_migrations') is not null as there`);
  const schema = rows[0]?.there === true ? await appliedMigrations(client) : [];
  if (schema.length === 0)
    throw new BackupTrouble(
      'refused',
      'This database holds no Signalbox: there is nothing to back up. Are DATABASE_URL and DATA_DIR those of the server?',
    );
  const known = await packageMigrations();
  stillToApply(known, schema);
  return { schema, made: madeBy(known.slice(0, schema.length)) };
}

function ours(there: readonly TableThere[], made: Made): TableThere[] {
  const found = new Map(there.map((table) => [textOf(table), table]));
  const missing = made.tables.filter((table) => !found.has(textOf(table)));
  if (missing.length > 0)
    throw new BackupTrouble(
      'refused',
      `The database lacks tables that its migrations made: ${missing.map(textOf).join(', ')}. Restore an earlier backup.`,
    );
  return made.tables.flatMap((table) => found.get(textOf(table)) ?? []);
}

/** The first fact of a month makes its partition, for which it would wait until the backup is through: so they are made before. */
async function makePartitionsAhead(client: Client, now: Instant): Promise<void> {
  await client
    .query(
      `select fact_partition(date_trunc('month', $1::timestamptz at time zone 'UTC')::date), fact_partition((date_trunc('month', $1::timestamptz at time zone 'UTC') + interval '1 month')::date)`,
      [now],
    )
    .catch((error: unknown) => {
      // A replica takes no writes, and nobody waits for it.
      if (sqlState(error) !== READ_ONLY) throw error;
    });
}

/** The rows of a table, in parts. */
async function* copied(client: Client, table: TableThere, into: TableOfBackup[]): AsyncGenerator<Buffer> {
  const { schema, name, columns, partitions } = table;
  const emptied = emptiedOf(table, columns);
  const entry: TableOfBackup = { schema, name, columns, emptied, partitions, rows: 0, parts: [] };
  into.push(entry);
  if (isLeftEmpty(table)) return;
  const list = columns.map((column) => (emptied.includes(column) ? `null as ${escapeIdentifier(column)}` : escapeIdentifier(column)));
  const stream = client.query(copyTo(`copy (select ${list.join(', ')} from ${quoted(table)}) to stdout`, { highWaterMark: 256 * 1024 }));
  for await (const bytes of cut(stream)) {
    const part = { name: `${schema}.${name}/${String(entry.parts.length + 1).padStart(6, '0')}.copy`, bytes };
    entry.parts.push({ name: part.name, bytes: bytes.length, sha256: digestOf(bytes) });
    yield* packed(part);
  }
  entry.rows = stream.rowCount;
}

/** A stream in pieces of the size of a part, wherever that cuts a row: what belongs to one table is joined again. */
async function* cut(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let kept: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    kept.push(chunk);
    bytes += chunk.length;
    while (bytes >= PART_BYTES) {
      const all = Buffer.concat(kept);
      yield all.subarray(0, PART_BYTES);
      kept = [all.subarray(PART_BYTES)];
      bytes -= PART_BYTES;
    }
  }
  if (bytes > 0) yield Buffer.concat(kept);
}

async function sequencesOf(client: Client, schemas: readonly string[]): Promise<Manifest['sequences']> {
  const { rows } = await client.query<Manifest['sequences'][number]>(
    `select schemaname::text as schema, sequencename::text as name, last_value::text as last from pg_sequences where schemaname = any ($1) order by 1, 2`,
    [['public', ...schemas]],
  );
  return rows;
}

/** The new name is on the disk too. */
async function settleFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
