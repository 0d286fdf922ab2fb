/** Lists that come into a statement as a value. */
import { sql } from 'kysely';
import type { Statement } from './transaction.ts';

/**
 * `limit 8` behind a list of up to eight: without it the server takes a list for a hundred rows, and reads whole tables for the few that are asked for. It stands in the text and is
 * rounded up: a value would be planned anew each time, and each number would be a wording of its own.
 */
export function atMost(count: number): Statement {
  return sql`limit ${sql.lit(roundedUp(count))}`;
}

/** The next power of two. */
export function roundedUp(count: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, count)));
}
