/** Leases: who may work on something now. They end by themselves, so that a process that died holds nobody up for long. */
import { sql } from 'kysely';
import { withoutWaitingForDisk } from './transaction.ts';
import type { Db, Statement } from './transaction.ts';

/** Takes or prolongs a lease for so many seconds of the database's clock; false while another owner holds it. One short statement. */
export async function takeLease(db: Db, name: string, owner: string, seconds: number): Promise<boolean> {
  const { rows } = await sql<{ taken: boolean }>`select take_lease(${name}, ${owner}, ${seconds}) as taken`.execute(db);
  return rows[0]?.taken ?? false;
}

/** Gives back leases, as far as they are still this owner's; a statement by itself. */
export async function giveBackLeases(db: Db, names: readonly string[], owner: string): Promise<void> {
  if (names.length > 0) await release(db, sql`name = any(${[...names]}::text[]) and owner = ${owner}`);
}

/** Gives back a lease, if it is still this owner's. */
export async function giveBackLease(db: Db, name: string, owner: string): Promise<void> {
  await db.deleteFrom('leases').where('name', '=', name).where('owner', '=', owner).execute();
}

/** Gives back all that an owner holds, when it ends. */
export async function giveBackAllLeases(db: Db, owner: string): Promise<void> {
  await release(db, sql`owner = ${owner}`);
}

/**
 * In the order of their names, in which they are taken: else one who gives back several and one who takes the same would wait for each other. A lease that a crash
 * brings back is found with those of a process that died.
 */
async function release(db: Db, which: Statement): Promise<void> {
  await sql`with ended as materialized (${theEnding(which)}) ${endingThem}`.execute(db);
}

function theEnding(which: Statement): Statement {
  return sql`select name from leases, ${withoutWaitingForDisk} where ${which} order by name for update of leases`;
}
const endingThem: Statement = sql`delete from leases where name in (select name from ended)`;

/** Leases of one owner, to be given back. */
export type Held = { names: readonly string[]; owner: string };

/** The same as two parts of a larger statement that is by itself, the first to be called `ended`: where the condition holds. */
export function givingBack({ names, owner }: Held, where: Statement): { ended: Statement; ending: Statement } {
  return { ended: theEnding(sql`name = any(${[...names]}::text[]) and owner = ${owner} and ${where}`), ending: endingThem };
}
