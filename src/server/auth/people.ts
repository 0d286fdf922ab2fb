/** People and their grants, in the schema `auth`. */
import type { Pool, PoolClient } from 'pg';
import type { Role } from '#domain/roles.ts';
import type { Instant } from '#domain/time.ts';
import type { Accounts } from './accounts.ts';

/** Roles and teams in an app; the app `*` stands for all, the team `*` for all teams. */
export type Grant = { app: string; roles: Role[]; teams: string[] };
export type PersonRow = {
  id: string;
  name: string;
  email: string;
  createdAt: Instant;
  /** When they were put out, and why; null: they may sign in. */
  deactivated: { at: Instant; why: string } | null;
  /** Ways in which they sign in: `password`, and ids of providers. */
  signsInBy: string[];
  /** The last that is known of them; null where no session of theirs is left. */
  lastSeenAt: Instant | null;
  grants: Grant[];
};

type Queries = Pick<Pool, 'query'> | Pick<PoolClient, 'query'>;

/** Whether anyone may administer this Signalbox. */
export async function hasAdmin(pool: Queries): Promise<boolean> {
  const { rowCount } = await pool.query(
    `select 1 from auth.grants g join auth."user" u on u.id = g.person where g.app = '*' and 'admin' = any(g.roles) and u."deactivatedAt" is null limit 1`,
  );
  return (rowCount ?? 0) > 0;
}

const PEOPLE = `select u.id, u.name, u.email, u."createdAt" as "createdAt", u."deactivatedAt" as "deactivatedAt", u."deactivatedWhy" as "deactivatedWhy",
  array(select case when a."providerId" = 'credential' then 'password' else a."providerId" end from auth.account a where a."userId" = u.id order by 1) as "signsInBy",
  (select max(s."updatedAt") from auth.session s where s."userId" = u.id) as "lastSeenAt",
  coalesce((select jsonb_agg(jsonb_build_object('app', g.app, 'roles', g.roles, 'teams', g.teams) order by g.app) from auth.grants g where g.person = u.id), '[]') as grants
  from auth."user" u`;

type Row = Omit<PersonRow, 'createdAt' | 'deactivated' | 'lastSeenAt'> & {
  createdAt: Date;
  deactivatedAt: Date | null;
  deactivatedWhy: string | null;
  lastSeenAt: Date | null;
};
const asPerson = ({ deactivatedAt, deactivatedWhy, ...row }: Row): PersonRow => ({
  ...row,
  createdAt: row.createdAt.toISOString(),
  lastSeenAt: row.lastSeenAt?.toISOString() ?? null,
  deactivated: deactivatedAt === null ? null : { at: deactivatedAt.toISOString(), why: deactivatedWhy ?? '' },
});

export async function personById(pool: Queries, id: string): Promise<PersonRow | null> {
  const { rows } = await pool.query<Row>(`${PEOPLE} where u.id = $1`, [id]);
  return rows[0] === undefined ? null : asPerson(rows[0]);
}

/** People by e-mail, those after `after`. */
export async function people(pool: Queries, after: string | null, limit: number): Promise<PersonRow[]> {
  const { rows } = await pool.query<Row>(`${PEOPLE} where $1::text is null or u.email > $1 order by u.email limit $2`, [after, limit]);
  return rows.map(asPerson);
}

export type AppPersonRow = { id: string; name: string; roles: Role[]; teams: string[] };

/** Who holds a role in an app, in it alone or in all, by name; those after `after`. `role` null: whichever they hold. */
export async function peopleOfApp(
  pool: Queries,
  app: string,
  role: Role | null,
  after: { name: string; id: string } | null,
  limit: number,
): Promise<AppPersonRow[]> {
  const { rows } = await pool.query<AppPersonRow>(
    `select u.id, u.name,
       array(select distinct r from auth.grants g, unnest(g.roles) r where g.person = u.id and g.app in ($1, '*') order by r) as roles,
       array(select distinct t from auth.grants g, unnest(g.teams) t where g.person = u.id and g.app in ($1, '*') order by t) as teams
     from auth."user" u
     where u."deactivatedAt" is null and exists (
         select 1 from auth.grants g
         where g.person = u.id and g.app in ($1, '*') and cardinality(g.roles) > 0 and ($2::text is null or $2 = any(g.roles)))
       and ($3::text is null or (u.name, u.id) > ($3, $4))
     order by u.name, u.id limit $5`,
    [app, role, after?.name ?? null, after?.id ?? null, limit],
  );
  return rows;
}

/** Creates a person with a password, in the caller's transaction. Answers null when the e-mail belongs to someone already. */
export async function createPerson(
  client: Queries,
  accounts: Accounts,
  person: { name: string; email: string; password: string },
  now: Instant,
): Promise<string | null> {
  const id = accounts.newId();
  const hash = await accounts.hashPassword(person.password);
  const { rowCount } = await client.query(
    `insert into auth."user" (id, name, email, "emailVerified", "createdAt", "updatedAt") values ($1, $2, $3, true, $4, $4) on conflict (email) do nothing`,
    [id, person.name, person.email.toLowerCase(), now],
  );
  if (rowCount === 0) return null;
  await client.query(
    `insert into auth.account (id, "accountId", "providerId", "userId", password, "createdAt", "updatedAt") values ($1, $2, 'credential', $2, $3, $4, $4)`,
    [accounts.newId(), id, hash, now],
  );
  return id;
}

/** Sets what a person may do in an app; no roles takes it all back. */
export async function setGrant(client: Queries, person: string, grant: Grant): Promise<void> {
  if (grant.roles.length === 0) {
    await client.query('delete from auth.grants where person = $1 and app = $2', [person, grant.app]);
    return;
  }
  await client.query(
    `insert into auth.grants (person, app, roles, teams) values ($1, $2, $3, $4) on conflict (person, app) do update set roles = excluded.roles, teams = excluded.teams`,
    [person, grant.app, grant.roles, grant.teams],
  );
}

/** Puts a person out, or (`why` null) lets them in again. Answers false when that is so already. */
export async function setDeactivated(client: Queries, person: string, why: string | null, now: Instant): Promise<boolean> {
  const { rowCount } = await client.query(
    `update auth."user" set "deactivatedAt" = $2, "deactivatedWhy" = $3, "updatedAt" = $4 where id = $1 and ("deactivatedAt" is null) = ($3::text is not null)`,
    [person, why === null ? null : now, why, now],
  );
  return (rowCount ?? 0) > 0;
}

/** Removes a person, their sessions and their grants. */
export async function deletePerson(client: Queries, id: string): Promise<void> {
  await client.query('delete from auth."user" where id = $1', [id]);
}

/** Runs `work` in one transaction. */
export async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  } finally {
    client.release();
  }
}

/** Runs `change` and takes it back when it would leave no admin. Answers whether it stands. */
export async function keepingAnAdmin(pool: Pool, change: (client: PoolClient) => Promise<void>): Promise<boolean> {
  const left = new Error('no admin would be left');
  try {
    await inTransaction(pool, async (client) => {
      // two admins who take the role from each other at the same moment must not both succeed
      await client.query('lock table auth.grants in share row exclusive mode');
      const had = await hasAdmin(client);
      await change(client);
      if (had && !(await hasAdmin(client))) throw left;
    });
    return true;
  } catch (error) {
    if (error === left) return false;
    throw error;
  }
}

/** Names of people by their ids, and whether they may sign in; who is not here is left out. */
export async function namesOf(pool: Queries, ids: readonly string[]): Promise<ReadonlyMap<string, { name: string; active: boolean }>> {
  const { rows } = await pool.query<{ id: string; name: string; active: boolean }>(
    'select id, name, "deactivatedAt" is null as active from auth."user" where id = any($1)',
    [ids],
  );
  return new Map(rows.map(({ id, name, active }) => [id, { name, active }]));
}

/** Whether somebody has an account with this address, in lower case. */
export async function hasAccount(pool: Queries, email: string): Promise<boolean> {
  const { rowCount } = await pool.query('select 1 from auth."user" where email = $1', [email]);
  return (rowCount ?? 0) > 0;
}
