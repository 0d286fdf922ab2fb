/** The one connection that a backup or a restore works on: in a transaction that may take long. */
import { Kysely, PostgresDialect } from 'kysely';
import { escapeIdentifier } from 'pg';
import type { Client } from 'pg';
import { connectOnce } from '../connect.ts';
import type { Database } from '../schema.ts';
import { sqlState } from '../transaction.ts';
import type { Db } from '../transaction.ts';
import type { Name } from './tables.ts';
import { BackupTrouble } from './trouble.ts';

export type Session = {
  client: Client;
  /** The query builder on the same connection, and so in the same transaction. */
  db: Db;
  close(): Promise<void>;
};

/** @param patienceMs how long to wait for a server that does not answer yet */
export async function openSession(url: string, purpose: 'backup' | 'restore', patienceMs: number): Promise<Session> {
  const client = await connectOnce({
    url,
    applicationName: `signalbox-${purpose}`,
    statementTimeoutMs: 0,
    idleInTransactionTimeoutMs: 0,
    patienceMs,
  });
  const one = { query: client.query.bind(client), release: () => undefined };
  const db = new Kysely<Database>({
    dialect: new PostgresDialect({ pool: { connect: () => Promise.resolve(one as never), end: () => Promise.resolve(), options: {} } }),
  });
  return { client, db, close: () => client.end() };
}

/** A name as SQL takes it. */
export function quoted({ schema, name }: Name): string {
  return `${escapeIdentifier(schema)}.${escapeIdentifier(name)}`;
}

/** What a statement met that is not our fault, in words; everything else as it is. */
export function inWords(error: unknown, intent: string): unknown {
  if (error instanceof BackupTrouble) return error;
  const { code = '', message } = error as { code?: string; message: string };
  const because: Record<string, string> = {
    ENOSPC: 'the disk is full. Make room, or choose another disk.',
    EDQUOT: 'the quota of the disk is used up. Make room, or choose another disk.',
    '53100': 'the disk of the database is full. Make room there.',
    '55P03': 'another session holds a lock on its tables. End it (pg_stat_activity lists it), then try again.',
    '2BP01': `something of yours in this database depends on Signalbox's tables (${message}). Remove it first, and make it again afterwards.`,
    '57P01': 'the server ended the connection.',
    '42501': `the database's user lacks a right (${message}).`,
  };
  const words = because[code] ?? because[sqlState(error)];
  return words === undefined ? error : new BackupTrouble('failed', `Signalbox could not ${intent}: ${words}`, { cause: error });
}
