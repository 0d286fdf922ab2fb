/** API keys: shown once, kept as a hash, with scopes, roles and apps of their own. */
import type { Pool, PoolClient } from 'pg';
import type { Role, Scope } from '#domain/roles.ts';
import type { Instant } from '#domain/time.ts';
import { hashOf, randomWord } from './secrets.ts';

export type NewKey = {
  name: string;
  scopes: readonly Scope[];
  roles: readonly Role[];
  teams: readonly string[];
  apps: readonly string[] | null;
  expiresAt: Instant | null;
  createdBy: { kind: string; id: string; name: string };
};
export type Key = {
  id: string;
  name: string;
  prefix: string;
  scopes: Scope[];
  roles: Role[];
  teams: string[];
  apps: string[] | null;
  createdAt: Instant;
  createdBy: string;
  lastUsedAt: Instant | null;
  expiresAt: Instant | null;
  revokedAt: Instant | null;
};

export const KEY_MARK = 'sbx_';
const KEY = /^sbx_[0-9A-Za-z]{43}$/;
const PREFIX_LENGTH = 10;
/** A use is written down at most this often. */
const NOTED_EVERY_MS = 60_000;

const COLUMNS = 'id, name, prefix, scopes, roles, teams, apps, created_at, created_by, last_used_at, expires_at, revoked_at';
type Row = {
  id: string;
  name: string;
  prefix: string;
  scopes: Scope[];
  roles: Role[];
  teams: string[];
  apps: string[] | null;
  created_at: Date;
  created_by: { name: string };
  last_used_at: Date | null;
  expires_at: Date | null;
  revoked_at: Date | null;
};

const instantOf = (at: Date | null): Instant | null => at?.toISOString() ?? null;

function asKey(row: Row): Key {
  const { created_at, created_by, last_used_at, expires_at, revoked_at, ...rest } = row;
  return {
    ...rest,
    createdAt: created_at.toISOString(),
    createdBy: created_by.name,
    lastUsedAt: instantOf(last_used_at),
    expiresAt: instantOf(expires_at),
    revokedAt: instantOf(revoked_at),
  };
}

/** Makes a key. `secret` is the key itself: to be shown now and never again. */
export async function createKey(pool: Pick<Pool | PoolClient, 'query'>, key: NewKey, now: Instant): Promise<{ key: Key; secret: string }> {
  const secret = `${KEY_MARK}${randomWord(43)}`;
  const { rows } = await pool.query<Row>(
    `insert into api_keys (id, hash, prefix, name, scopes, roles, teams, apps, created_at, created_by, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning ${COLUMNS}`,
    [
      `key_${randomWord(16)}`,
      hashOf(secret),
      secret.slice(0, PREFIX_LENGTH),
      key.name,
      key.scopes,
      key.roles,
      key.teams,
      key.apps,
      now,
      JSON.stringify(key.createdBy),
      key.expiresAt,
    ],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('the key was not stored');
  return { key: asKey(row), secret };
}

/** The key that a secret is, if it is one that counts now; notes its use. */
export async function recogniseKey(pool: Pool, secret: string, now: Instant): Promise<Key | null> {
  if (!KEY.test(secret)) return null;
  const { rows } = await pool.query<Row>(`select ${COLUMNS} from api_keys where hash = $1`, [hashOf(secret)]);
  const key = rows[0] === undefined ? null : asKey(rows[0]);
  if (key === null || key.revokedAt !== null || (key.expiresAt !== null && key.expiresAt <= now)) return null;
  if (key.lastUsedAt === null || Date.parse(now) - Date.parse(key.lastUsedAt) > NOTED_EVERY_MS)
    await pool.query('update api_keys set last_used_at = $2 where id = $1', [key.id, now]);
  return key;
}

/** Keys, the newest first, those before `before`. */
export async function listKeys(pool: Pool, before: { at: Instant; id: string } | null, limit: number): Promise<Key[]> {
  const { rows } = await pool.query<Row>(
    `select ${COLUMNS} from api_keys where $1::timestamptz is null or (date_trunc('milliseconds', created_at), id) < ($1, $2) order by date_trunc('milliseconds', created_at) desc, id desc limit $3`,
    [before?.at ?? null, before?.id ?? null, limit],
  );
  return rows.map(asKey);
}

/** Revokes a key. Answers false when there is none of this id. */
export async function revokeKey(pool: Pool, id: string, now: Instant): Promise<boolean> {
  const { rowCount } = await pool.query('update api_keys set revoked_at = coalesce(revoked_at, $2) where id = $1', [id, now]);
  return (rowCount ?? 0) > 0;
}
