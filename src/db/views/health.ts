import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import type { Database } from '../schema.ts';
import { sqlState } from '../transaction.ts';

/** A database that stands still gives no error either. */
const ANSWER_WITHIN_MS = 2000;

/** Whether the database answers, and soon. */
export async function isDatabaseReady(db: Kysely<Database>): Promise<boolean> {
  try {
    await soon(sql`select 1`.execute(db));
    return true;
  } catch {
    return false;
  }
}

/** The versions of some apps, in one short statement. */
export async function versionsOf(db: Kysely<Database>, apps: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const rows = await soon(
    db
      .selectFrom('apps')
      .select(['id', 'version'])
      .where('id', 'in', [...apps, ''])
      .execute(),
  );
  return new Map(rows.map(({ id, version }) => [id, version]));
}

/** Sources that are connected and cannot be read, or are older than they may be. */
export async function countSilentSources(db: Kysely<Database>): Promise<number> {
  const rows = await soon(
    db
      .selectFrom('sources')
      .select((of) => of.fn.countAll<number>().as('count'))
      .where('connected', '=', true)
      .where('error', 'is not', null)
      .execute(),
  );
  return rows[0]?.count ?? 0;
}

async function soon<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Connection terminated: no answer within ${ANSWER_WITHIN_MS / 1000} s`)), ANSWER_WITHIN_MS);
  });
  work.catch(() => undefined);
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/**
 * Why the database could not do something, where the cause is the database and not what was asked. `away`: it does not answer. `full`: its disk is. `read-only`: it takes
 * no writes, as a standby. `busy`: it had no connection free, or others held what was needed for too long.
 */
export type Unavailable = 'away' | 'full' | 'read-only' | 'busy';

const unavailableByState: Readonly<Record<string, Unavailable>> = {
  // admin_shutdown, crash_shutdown, cannot_connect_now
  '57P01': 'away',
  '57P02': 'away',
  '57P03': 'away',
  // disk_full; io_error is what a full disk gives in some places
  '53100': 'full',
  '58030': 'full',
  '25006': 'read-only',
  // too_many_connections, out_of_memory, lock_not_available, query_canceled by the statement's time limit, deadlock, serialization
  '53300': 'busy',
  '53200': 'busy',
  '55P03': 'busy',
  '57014': 'busy',
  '40P01': 'busy',
  '40001': 'busy',
};
const networkCodes = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'];
/** The driver's errors that have no code. */
const driverSays: readonly (readonly [RegExp, Unavailable])[] = [
  [/^Connection terminated|^Query read timeout$|not queryable$/, 'away'],
  [/^timeout exceeded when trying to connect$/, 'busy'],
];

export function unavailability(error: unknown): Unavailable | null {
  if (!(error instanceof Error)) return null;
  const { errors, syscall } = error as { errors?: unknown; syscall?: unknown };
  // several addresses were tried
  if (Array.isArray(errors) && errors.length > 0) return unavailability(errors[0]);
  const state = sqlState(error);
  if (networkCodes.includes(state) || state.startsWith('08') || (state === 'ENOENT' && syscall === 'connect')) return 'away';
  const known = unavailableByState[state] ?? driverSays.find(([says]) => says.test(error.message))?.[1];
  return known ?? (error.cause === undefined ? null : unavailability(error.cause));
}
