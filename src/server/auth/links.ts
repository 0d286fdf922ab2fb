/** Links that work once, for a time, and until they are revoked: invitations, and links with which a person sets a new password. Only their hash is kept. */
import type { Pool, PoolClient } from 'pg';
import type { Granted } from '#domain/people/events.ts';
import type { Instant } from '#domain/time.ts';
import type { ActorStamp } from '#db/schema.ts';
import type { Accounts } from './accounts.ts';
import { createPerson, setGrant } from './people.ts';
import type { Grant } from './people.ts';
import { hashOf, randomWord } from './secrets.ts';

type Queries = Pick<Pool, 'query'> | Pick<PoolClient, 'query'>;

export type Link = {
  id: string;
  kind: 'invitation' | 'password';
  email: string;
  name: string;
  person: string | null;
  grants: Grant[];
  createdAt: Instant;
  createdBy: string;
  expiresAt: Instant;
  usedAt: Instant | null;
  revokedAt: Instant | null;
};

type Row = Omit<Link, 'createdAt' | 'createdBy' | 'expiresAt' | 'usedAt' | 'revokedAt'> & {
  created_at: Date;
  created_by: { name: string };
  expires_at: Date;
  used_at: Date | null;
  revoked_at: Date | null;
};

const COLUMNS = 'id, kind, email, name, person, grants, created_at, created_by, expires_at, used_at, revoked_at';
const OPEN = 'used_at is null and revoked_at is null and expires_at > $2';

function asLink({ created_at, created_by, expires_at, used_at, revoked_at, ...rest }: Row): Link {
  return {
    ...rest,
    createdAt: created_at.toISOString(),
    createdBy: created_by.name,
    expiresAt: expires_at.toISOString(),
    usedAt: used_at?.toISOString() ?? null,
    revokedAt: revoked_at?.toISOString() ?? null,
  };
}

export type NewLink = {
  kind: Link['kind'];
  email: string;
  name: string;
  person: string | null;
  grants: readonly Granted[];
  expiresAt: Instant;
};

/** Makes a link; an earlier one that waits for the same person is revoked: the newest counts. `token` goes into the link, and is shown this once. */
export async function makeLink(client: Queries, link: NewLink, by: ActorStamp, now: Instant): Promise<{ link: Link; token: string }> {
  const token = randomWord(43);
  await client.query(`update auth.links set revoked_at = $2 where kind = $1 and lower(email) = lower($3) and ${OPEN}`, [
    link.kind,
    now,
    link.email,
  ]);
  const { rows } = await client.query<Row>(
    `insert into auth.links (id, hash, kind, email, name, person, grants, created_by, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning ${COLUMNS}`,
    [
      `link_${randomWord(16)}`,
      hashOf(token),
      link.kind,
      link.email,
      link.name,
      link.person,
      JSON.stringify(link.grants),
      JSON.stringify(by),
      now,
      link.expiresAt,
    ],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('the link was not stored');
  return { link: asLink(row), token };
}

/** The link of a token, while it may be used; null when it was used, revoked, or has expired. */
export async function openLink(pool: Queries, kind: Link['kind'], token: string, now: Instant): Promise<Link | null> {
  const { rows } = await pool.query<Row>(`select ${COLUMNS} from auth.links where kind = $1 and hash = $3 and ${OPEN}`, [
    kind,
    now,
    hashOf(token),
  ]);
  return rows[0] === undefined ? null : asLink(rows[0]);
}

/** The invitation that waits for an e-mail address; null when none does. */
export async function invitationFor(pool: Queries, email: string, now: Instant): Promise<Link | null> {
  const { rows } = await pool.query<Row>(
    `select ${COLUMNS} from auth.links where kind = $1 and lower(email) = lower($3) and ${OPEN} order by created_at desc limit 1`,
    ['invitation', now, email],
  );
  return rows[0] === undefined ? null : asLink(rows[0]);
}

/** Spends a link in the caller's transaction. False when somebody else just did: of two at the same moment one wins. */
export async function spendLink(client: Queries, id: string, now: Instant): Promise<boolean> {
  const { rowCount } = await client.query(`update auth.links set used_at = $2 where id = $1 and ${OPEN}`, [id, now]);
  return (rowCount ?? 0) > 0;
}

/** Revokes an invitation that waits. Answers it; null when none of this id waits. */
export async function revokeInvitation(client: Queries, id: string, now: Instant): Promise<Link | null> {
  const { rows } = await client.query<Row>(
    `update auth.links set revoked_at = $2 where id = $1 and kind = 'invitation' and ${OPEN} returning ${COLUMNS}`,
    [id, now],
  );
  return rows[0] === undefined ? null : asLink(rows[0]);
}

/** Invitations, the newest first, those before `before`. */
export async function invitations(pool: Queries, before: { at: Instant; id: string } | null, limit: number): Promise<Link[]> {
  const { rows } = await pool.query<Row>(
    `select ${COLUMNS} from auth.links where kind = 'invitation'
       and ($1::timestamptz is null or (date_trunc('milliseconds', created_at), id) < ($1, $2))
     order by date_trunc('milliseconds', created_at) desc, id desc limit $3`,
    [before?.at ?? null, before?.id ?? null, limit],
  );
  return rows.map(asLink);
}

/** Makes the person that an invitation is for, with what it grants, in the caller's transaction; null when the address has an account by now. */
export async function acceptInvitation(
  client: Queries,
  accounts: Accounts,
  invitation: Link,
  who: { name: string; password: string },
  now: Instant,
): Promise<string | null> {
  const id = await createPerson(client, accounts, { ...who, email: invitation.email }, now);
  if (id !== null) for (const grant of invitation.grants) await setGrant(client, id, grant);
  return id;
}

/** Sets a person's password, in the caller's transaction; makes them one where they only came by a provider so far. */
export async function setPassword(client: Queries, accounts: Accounts, person: string, password: string, now: Instant): Promise<void> {
  const hash = await accounts.hashPassword(password);
  const { rowCount } = await client.query(
    `update auth.account set password = $2, "updatedAt" = $3 where "userId" = $1 and "providerId" = 'credential'`,
    [person, hash, now],
  );
  if ((rowCount ?? 0) > 0) return;
  await client.query(
    `insert into auth.account (id, "accountId", "providerId", "userId", password, "createdAt", "updatedAt") values ($1, $2, 'credential', $2, $3, $4, $4)`,
    [accounts.newId(), person, hash, now],
  );
}
