/** Transactions and what may go wrong in them. */
import { sql } from 'kysely';
import type { Kysely, RawBuilder, Transaction } from 'kysely';
import type { Database } from './schema.ts';

/** A database or a transaction on it: queries take either. */
export type Db = Kysely<Database>;
export type Tx = Transaction<Database>;
/** SQL that was not sent yet. */
export type Statement = RawBuilder<unknown>;

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

/** Runs statements that change different rows, none of which reads what another writes, as one: one way to the database and back. In which order is for it to say. */
export async function together(tx: Tx, statements: readonly Statement[]): Promise<void> {
  if (statements.length === 0) return;
  const parts = statements.map((statement, at) => sql`${sql.ref(`part_${at}`)} as (${statement})`);
  await sql`with ${sql.join(parts)} select 1`.execute(tx);
}

/**
 * For a statement that is a transaction by itself, and of which a crash may take back what it wrote: its commit does not wait for the disk. What is lost in a crash is
 * always the end of what was written, whoever wrote it, so that nothing that waited for the disk stands on it. A table of one row, to be joined by what the statement
 * writes. Never inside a transaction of more: all of that would not wait.
 */
export const withoutWaitingForDisk: Statement = sql`(select set_config('synchronous_commit', 'off', true)) as without_waiting`;

/** Until what stands in the way of something urgent is ended, and between two looks for more of it. */
const WAY_CLEARED_EVERY_MS = 1000;

/**
 * Runs `work` on one connection that is held up by no other for long: of those that hold what it waits for, the first in line is ended, as the database would end it
 * at a timeout. Whoever ran it tries again, or was never told that it was through. For halts.
 *
 * @param told hears how many were ended
 */
export function onConnectionBeforeOthers<T>(
  db: Kysely<Database>,
  work: (one: Kysely<Database>) => Promise<T>,
  told: (ended: number) => void,
): Promise<T> {
  return db.connection().execute(async (one) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(one);
    const pid = rows[0]?.pid ?? 0;
    const timer = setInterval(() => {
      // Where that does not work the lock's own timeout is left.
      endWhatBlocks(db, pid).then(
        (ended) => (ended > 0 ? told(ended) : undefined),
        () => undefined,
      );
    }, WAY_CLEARED_EVERY_MS);
    try {
      return await work(one);
    } finally {
      clearInterval(timer);
    }
  });
}

/** Ends those that hold what a session waits for and wait for nobody themselves, as far as they are this account's. */
async function endWhatBlocks(db: Db, pid: number): Promise<number> {
  const { rows } = await sql<{ ended: boolean }>`
    with recursive ahead(pid) as (
      select unnest(pg_blocking_pids(${pid}))
      union select unnest(pg_blocking_pids(ahead.pid)) from ahead
    )
    select pg_terminate_backend(pid) as ended from pg_stat_activity
    where pid in (select pid from ahead) and cardinality(pg_blocking_pids(pid)) = 0 and pid not in (${pid}, pg_backend_pid()) and usename = current_user`.execute(
    db,
  );
  return rows.filter(({ ended }) => ended).length;
}

/**
 * Runs `work` in one transaction, which is kept only if it came to something: of a refusal nothing is left, not even the app's raised version. Where another
 * transaction and this one waited for each other it is run anew, so that what it does outside the transaction must bear that.
 *
 * @param keeps whether the answer is kept; those that are `ok` when not said
 */
export async function unlessRefused<T extends { ok: boolean }>(
  db: Db,
  work: (tx: Tx) => Promise<T>,
  keeps: (answer: T) => boolean = ({ ok }) => ok,
): Promise<T> {
  try {
    return await again(() =>
      db.transaction().execute(async (tx) => {
        const answer = await work(tx);
        if (!keeps(answer)) throw new RolledBack(answer);
        return answer;
      }),
    );
  } catch (error) {
    if (error instanceof RolledBack) return error.value as T;
    throw error;
  }
}

const MOST_TRIES = 5;

/** Two transactions that waited for each other: the database ended one, of which nothing is left, and it is run anew. */
export async function again<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (tries >= MOST_TRIES || !['40001', '40P01'].includes(sqlState(error))) throw error;
    }
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
