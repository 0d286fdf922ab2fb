/** API keys and one-time set-up links: kept as hashes, so that who reads the database cannot use them. */
import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { Role, Scope } from '#domain/roles.ts';
import type { Instant } from '#domain/time.ts';
import type { ActorStamp } from './schema.ts';
import type { Db } from './transaction.ts';

export type NewKey = {
  name: string;
  scopes: readonly Scope[];
  roles: readonly Role[];
  teams: readonly string[];
  apps: readonly string[] | null;
  expiresAt: Instant | null;
};
export type ApiKey = NewKey & {
  id: string;
  prefix: string;
  createdAt: Instant;
  lastUsedAt: Instant | null;
  revokedAt: Instant | null;
  createdBy: ActorStamp;
};

const PREFIX = 'sbx_';

/** 32 random bytes need no salt and no slow hash: there is nothing to guess. */
export function hashOfSecret(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Makes a key. `secret` is shown to the caller once and kept nowhere. */
export async function createKey(db: Db, key: NewKey, by: ActorStamp, at: Instant): Promise<{ key: ApiKey; secret: string }> {
  const secret = `${PREFIX}${randomBytes(32).toString('base64url')}`;
  const id = `key_${randomBytes(9).toString('base64url')}`;
  const prefix = secret.slice(0, PREFIX.length + 6);
  await db
    .insertInto('api_keys')
    .values({
      id,
      name: key.name,
      hash: hashOfSecret(secret),
      prefix,
      scopes: [...key.scopes],
      roles: [...key.roles],
      teams: [...key.teams],
      apps: key.apps === null ? null : [...key.apps],
      created_by: JSON.stringify(by),
      created_at: at,
      last_used_at: null,
      expires_at: key.expiresAt,
      revoked_at: null,
    })
    .execute();
  return { key: { ...key, id, prefix, createdAt: at, lastUsedAt: null, revokedAt: null, createdBy: by }, secret };
}

/** The key with this secret, if it may be used at `now`; notes the use, at most once a minute. */
export async function useKey(db: Db, secret: string, now: Instant): Promise<ApiKey | null> {
  if (!secret.startsWith(PREFIX)) return null;
  const row = await db
    .selectFrom('api_keys')
    .selectAll()
    .where('hash', '=', hashOfSecret(secret))
    .where('revoked_at', 'is', null)
    .where((of) => of.or([of('expires_at', 'is', null), of('expires_at', '>', now)]))
    .executeTakeFirst();
  if (row === undefined) return null;
  await sql`update api_keys set last_used_at = ${now} where id = ${row.id} and (last_used_at is null or last_used_at < ${now}::timestamptz - interval '1 minute')`.execute(
    db,
  );
  return asKey(row);
}

export async function keysOf(db: Db): Promise<ApiKey[]> {
  return (await db.selectFrom('api_keys').selectAll().orderBy('created_at', 'desc').orderBy('id').execute()).map(asKey);
}

/** @returns false when there is no such key, or it was revoked before */
export async function revokeKey(db: Db, id: string, at: Instant): Promise<boolean> {
  const row = await db
    .updateTable('api_keys')
    .set({ revoked_at: at })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

function asKey(row: {
  id: string;
  name: string;
  prefix: string;
  scopes: string[];
  roles: string[];
  teams: string[];
  apps: string[] | null;
  created_by: ActorStamp;
  created_at: Instant;
  last_used_at: Instant | null;
  expires_at: Instant | null;
  revoked_at: Instant | null;
}): ApiKey {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes as Scope[],
    roles: row.roles as Role[],
    teams: row.teams,
    apps: row.apps,
    createdBy: row.created_by,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
  };
}

/** Makes a one-time link's token; only its hash is kept. Links that were made before end. */
export async function createSetupLink(db: Db, at: Instant, expiresAt: Instant): Promise<string> {
  const token = randomBytes(24).toString('base64url');
  await db.transaction().execute(async (tx) => {
    await tx.deleteFrom('setup_links').where('used_at', 'is', null).execute();
    await tx
      .insertInto('setup_links')
      .values({ hash: hashOfSecret(token), created_at: at, expires_at: expiresAt, used_at: null })
      .execute();
  });
  return token;
}

/** Whether a link can be used now, without using it. */
export async function setupLinkHolds(db: Db, token: string, now: Instant): Promise<boolean> {
  const row = await db
    .selectFrom('setup_links')
    .select('hash')
    .where('hash', '=', hashOfSecret(token))
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst();
  return row !== undefined;
}

/** Uses a link: true for one caller only. */
export async function useSetupLink(db: Db, token: string, now: Instant): Promise<boolean> {
  const row = await db
    .updateTable('setup_links')
    .set({ used_at: now })
    .where('hash', '=', hashOfSecret(token))
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .returning('hash')
    .executeTakeFirst();
  return row !== undefined;
}

/** Gives a link back whose use failed later on, so that nobody is locked out. */
export async function giveBackSetupLink(db: Db, token: string): Promise<void> {
  await db.updateTable('setup_links').set({ used_at: null }).where('hash', '=', hashOfSecret(token)).execute();
}
