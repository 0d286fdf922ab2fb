/** The one-time link that makes the first admin. */
import type { Pool } from 'pg';
import { writeInstance } from '#db/instance-journal.ts';
import { plusMs } from '#domain/time.ts';
import type { Instant } from '#domain/time.ts';
import type { Accounts } from './accounts.ts';
import { createKey } from './keys.ts';
import { createPerson, hasAdmin, inTransaction, setGrant } from './people.ts';
import { hashOf, randomWord } from './secrets.ts';

/** A link that nobody used is worth nothing after a day; a restart prints another. */
const GOOD_FOR_MS = 24 * 3_600_000;

/**
 * A new token while there is no admin, and null once there is one. It takes the place of earlier ones that nobody spent,
 * so that a link in an old log is worth nothing.
 */
export async function newSetupToken(pool: Pool, now: Instant): Promise<string | null> {
  if (await hasAdmin(pool)) return null;
  const token = randomWord(32);
  await inTransaction(pool, async (client) => {
    await client.query('delete from setup_links where used_at is null');
    await client.query('insert into setup_links (hash, created_at, expires_at) values ($1, $2, $3)', [
      hashOf(token),
      now,
      plusMs(now, GOOD_FOR_MS),
    ]);
  });
  return token;
}

export type FirstAdmin = {
  token: string;
  name: string;
  email: string;
  password: string;
  key?: { name: string } | undefined;
  /** The network address that it came from. */
  address: string;
};

/**
 * Spends a token and makes the first admin, and a key with the same rights when one is asked for, all in one transaction: whatever fails, the link stays good.
 * The first person can do everything but be the second approver of their own requests; roles are narrowed later, under people.
 */
export async function spendSetupToken(accounts: Accounts, first: FirstAdmin, now: Instant): Promise<{ key: string | null } | 'spent'> {
  return inTransaction(accounts.pool, async (client) => {
    const { rowCount } = await client.query('update setup_links set used_at = $2 where hash = $1 and used_at is null and expires_at > $2', [
      hashOf(first.token),
      now,
    ]);
    if (rowCount === 0 || (await hasAdmin(client))) return 'spent';
    const id = await createPerson(client, accounts, first, now);
    if (id === null) throw new Error(`${first.email} has an account already, and no admin exists: remove the account from the database`);
    const roles = ['admin', 'release-manager', 'member'] as const;
    const grant = { app: '*', roles: [...roles], teams: ['*'] };
    await setGrant(client, id, grant);
    const actor = { kind: 'person' as const, id, name: first.name, address: first.address };
    await writeInstance(
      client,
      actor,
      [{ is: 'person-added', person: id, name: first.name, email: first.email, how: 'set-up', grants: [grant] }],
      now,
    );
    if (first.key === undefined) return { key: null };
    const made = await createKey(
      client,
      {
        name: first.key.name,
        scopes: ['read', 'report', 'command', 'admin'],
        roles,
        teams: ['*'],
        apps: null,
        expiresAt: null,
        createdBy: { kind: 'person', id, name: first.name },
        actsFor: id,
      },
      now,
    );
    const { key } = made;
    await writeInstance(
      client,
      actor,
      [{ is: 'key-created', key: key.id, name: key.name, kind: key.kind, scopes: key.scopes, roles: key.roles, apps: null, until: null }],
      now,
    );
    return { key: made.secret };
  });
}
