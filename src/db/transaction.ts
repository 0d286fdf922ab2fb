/** Transactions and what may go wrong in them. */
import { sql } from 'kysely';
import type { Kysely, Transaction } from 'kysely';
import type { Database } from './schema.ts';

/** A database or a transaction on it: queries take either. */
export type Db = Kysely<Database>;
export type Tx = Transaction<Database>;

/** Thrown inside a transaction to end it without a trace: the value is what was learnt on the way. */
class RolledBack extends Error {
  readonly value: unknown;
  constructor(value: unknown) {
    super('rolled back on purpose');
    this.value = value;
  }
}

/** Runs `work` in one transaction. An error rolls it back. */
export function inTransaction<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  return db.transaction().execute(work);
}

/**
 * Runs `work` in one transaction, which is kept only if it came to something: of a refusal nothing is left, not even the app's raised version.
 *
 * @param keeps whether the answer is kept; those that are `ok` when not said
 */
export async function unlessRefused<T extends { ok: boolean }>(
  db: Db,
  work: (tx: Tx) => Promise<T>,
  keeps: (answer: T) => boolean = ({ ok }) => ok,
): Promise<T> {
  try {
    return await db.transaction().execute(async (tx) => {
      const answer = await work(tx);
      if (!keeps(answer)) throw new RolledBack(answer);
      return answer;
    });
  } catch (error) {
    if (error instanceof RolledBack) return error.value as T;
    throw error;
  }
}

/** Runs `work` in a transaction that is always rolled back, and gives what it learnt: a preview of a change is the change itself, taken back. */
export async function asIf<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  try {
    return await db.transaction().execute(async (tx) => {
      throw new RolledBack(await work(tx));
    });
  } catch (error) {
    if (error instanceof RolledBack) return error.value as T;
    throw error;
  }
}

/** Tells every process on this database, once the transaction is committed. At most 8,000 bytes. */
export async function notify(tx: Db, channel: string, payload: string): Promise<void> {
  await sql`select pg_notify(${channel}, ${payload})`.execute(tx);
}

/** The SQL state of an error of PostgreSQL: `23505` for a row that was there already; empty for any other error. */
export function sqlState(error: unknown): string {
  const code: unknown = typeof error === 'object' && error !== null && 'code' in error ? error.code : '';
  return typeof code === 'string' ? code : '';
}

/** Another transaction was in the way (deadlock, serialization, lock timeout): the same work may be tried again. */
export function isInTheWay(error: unknown): boolean {
  return ['40001', '40P01', '55P03'].includes(sqlState(error));
}
