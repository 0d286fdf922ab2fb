/** The processes on one database: each gives signs of life; what one that fell silent had taken goes back to all. */
import { sql } from 'kysely';
import type { Instant } from '#domain/time.ts';
import { CLAIM_SECONDS } from './due.ts';
import type { ServerState } from './schema.ts';
import type { Db } from './transaction.ts';

export type SignOfLife = {
  owner: string;
  host: string;
  pid: number;
  version: string;
  address: string | null;
  startedAt: Instant;
  /** The machine's clock now. */
  at: Instant;
  state: ServerState;
};

/** A process whose last sign of life is older than this counts as silent: it is killed, stopped or cut off. */
export const SILENT_AFTER_SECONDS = 3;
/** What a process has taken and does not work on is its own again after so long: before that it may just have been taken. */
const NOT_JUST_TAKEN_SECONDS = 10;
/** A process that fell silent is told of for so long. */
const REMEMBERED_HOURS = 24;

/** How the connections of a process are named, so that what one that fell silent has left open is found. Owners end in a UUID. */
export function sessionName(owner: string): string {
  return `signalbox ${owner.slice(-36)}`;
}

/** Gives a sign of life: one short statement. */
export async function giveSign(db: Db, { owner, host, pid, version, address, startedAt, at, state }: SignOfLife): Promise<void> {
  await sql`
    select beat(${owner}, ${host}, ${pid}, ${version}, ${address}, ${startedAt}::timestamptz, ${at}::timestamptz, ${JSON.stringify(state)}::jsonb)`.execute(
    db,
  );
}

/** It ends as it should: nobody need wait for it to fall silent. */
export async function sayGoodbye(db: Db, owner: string): Promise<void> {
  await db.deleteFrom('servers').where('owner', '=', owner).execute();
}

/** What was taken and never finished. */
export type Abandoned = { kind: 'track' | 'observe'; key: string };

/**
 * Takes back the leases on tracks and sources that nobody works under any more: of processes that fell silent, those that ran out, and those of `owner` that are not
 * among `mine` (names of leases). Transactions that a silent process left open are ended, so that nobody waits for what they have locked.
 */
export async function takeBackAbandoned(db: Db, owner: string, mine: readonly string[]): Promise<Abandoned[]> {
  await sql`select end_sessions_of_silent(${SILENT_AFTER_SECONDS})`.execute(db);
  const { rows } = await sql<{ name: string }>`
    select abandoned_leases(${owner}, ${[...mine]}::text[], ${CLAIM_SECONDS - NOT_JUST_TAKEN_SECONDS}, ${SILENT_AFTER_SECONDS}) as name`.execute(
    db,
  );
  await sql`delete from servers where owner in (select silent_servers(${REMEMBERED_HOURS * 3600}))`.execute(db);
  return rows.map(({ name }) => {
    const [kind = '', ...key] = name.split(':');
    return { kind: kind === 'track' ? 'track' : 'observe', key: key.join(':') };
  });
}
