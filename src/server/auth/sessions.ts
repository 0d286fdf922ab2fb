/** The sessions of people: seen, and ended. */
import type { Pool, PoolClient } from 'pg';
import type { Instant } from '#domain/time.ts';

type Queries = Pick<Pool, 'query'> | Pick<PoolClient, 'query'>;

/** `usedAt` is written down at most once an hour; `endsAt` moves with the use and never past the longest that a session may be. */
export type SessionRow = {
  id: string;
  how: string;
  address: string | null;
  program: string | null;
  createdAt: Instant;
  usedAt: Instant;
  endsAt: Instant;
};

/** The sessions of a person that are open, the last used first. */
export async function sessionsOf(pool: Queries, person: string, now: Instant, longestHours: number): Promise<SessionRow[]> {
  const { rows } = await pool.query<Omit<SessionRow, 'createdAt' | 'usedAt' | 'endsAt'> & { createdAt: Date; usedAt: Date; endsAt: Date }>(
    `select id, coalesce("how", 'password') as how, nullif("ipAddress", '') as address, nullif("userAgent", '') as program, "createdAt", "updatedAt" as "usedAt",
       least("expiresAt", "createdAt" + make_interval(hours => $3)) as "endsAt"
     from auth.session where "userId" = $1 and "expiresAt" > $2 and "createdAt" > $2::timestamptz - make_interval(hours => $3)
     order by "updatedAt" desc, id limit 200`,
    [person, now, longestHours],
  );
  return rows.map((row) => ({
    ...row,
    createdAt: row.createdAt.toISOString(),
    usedAt: row.usedAt.toISOString(),
    endsAt: row.endsAt.toISOString(),
  }));
}

/** Ends sessions of a person: one, all, or all but one. Answers how many ended. */
export async function endSessions(client: Queries, person: string, which: { only?: string; but?: string } = {}): Promise<number> {
  const { rowCount } = await client.query(
    'delete from auth.session where "userId" = $1 and ($2::text is null or id = $2) and ($3::text is null or id <> $3)',
    [person, which.only ?? null, which.but ?? null],
  );
  return rowCount ?? 0;
}

/** How many sessions somebody has beside this one. */
export async function countOtherSessions(pool: Queries, person: string, session: string): Promise<number> {
  const { rows } = await pool.query<{ others: number }>(
    'select count(*)::int as others from auth.session where "userId" = $1 and id <> $2',
    [person, session],
  );
  return rows[0]?.others ?? 0;
}
