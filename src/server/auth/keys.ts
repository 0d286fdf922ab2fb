/** API keys: shown once, kept as a hash, with scopes, roles and apps of their own. */
import type { Pool, PoolClient } from 'pg';
import type { Role, Scope } from '#domain/roles.ts';
import type { Instant } from '#domain/time.ts';
import { hashOf, randomWord } from './secrets.ts';

export type NewKey = {
  /** `report`: writes facts of its one app and does nothing else. */
  kind?: 'key' | 'report';
  name: string;
  scopes: readonly Scope[];
  roles: readonly Role[];
  teams: readonly string[];
  apps: readonly string[] | null;
  expiresAt: Instant | null;
  createdBy: { kind: string; id: string; name: string };
  /** The person behind it; null where nobody is known. */
  actsFor?: string | null;
};
export type Key = {
  id: string;
  kind: 'key' | 'report';
  actsFor: string | null;
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

/** What each kind of key begins with, so that a scanner for secrets, and a person, can tell what was found. */
const MARKS = { key: 'sbx_', report: 'sbr_' } as const;
const KEY = /^sb[xr]_[0-9A-Za-z]{43}$/;
const PREFIX_LENGTH = 10;
/** A use is written down at most this often. */
const NOTED_EVERY_MS = 60_000;

const COLUMNS =
  'id, kind, acts_for, name, prefix, scopes, roles, teams, apps, created_at, created_by, last_used_at, expires_at, revoked_at';
type Row = {
  id: string;
  kind: Key['kind'];
  acts_for: string | null;
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
  const { acts_for, created_at, created_by, last_used_at, expires_at, revoked_at, ...rest } = row;
  return {
    ...rest,
    actsFor: acts_for,
    createdAt: created_at.toISOString(),
    createdBy: created_by.name,
    lastUsedAt: instantOf(last_used_at),
    expiresAt: instantOf(expires_at),
    revokedAt: instantOf(revoked_at),
  };
}

/** Makes a key. `secret` is the key itself: to be shown now and never again. */
export async function createKey(pool: Pick<Pool | PoolClient, 'query'>, key: NewKey, now: Instant): Promise<{ key: Key; secret: string }> {
  const kind = key.kind ?? 'key';
  const secret = `${MARKS[kind]}${randomWord(43)}`;
  const { rows } = await pool.query<Row>(
    `insert into api_keys (id, hash, prefix, name, scopes, roles, teams, apps, created_at, created_by, expires_at, kind, acts_for) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) returning ${COLUMNS}`,
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
      kind,
      key.actsFor ?? null,
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

/** Keys, the newest first, those before `before`; `app`: those that report into it and do nothing else. */
export async function listKeys(
  pool: Pool,
  before: { at: Instant; id: string } | null,
  limit: number,
  app: string | null = null,
): Promise<Key[]> {
  const { rows } = await pool.query<Row>(
    `select ${COLUMNS} from api_keys
     where ($1::timestamptz is null or (date_trunc('milliseconds', created_at), id) < ($1, $2)) and ($4::text is null or (kind = 'report' and apps = array[$4]))
     order by date_trunc('milliseconds', created_at) desc, id desc limit $3`,
    [before?.at ?? null, before?.id ?? null, limit, app],
  );
  return rows.map(asKey);
}

type Queries = Pick<Pool, 'query'> | Pick<PoolClient, 'query'>;

/** Revokes a key, of an app alone where one is named. `news`: it counted until now. Null when there is none of this id. */
export async function revokeKey(
  client: Queries,
  id: string,
  now: Instant,
  app: string | null = null,
): Promise<{ key: Key; news: boolean } | null> {
  const { rows } = await client.query<Row & { was: Date | null }>(
    `update api_keys k set revoked_at = coalesce(k.revoked_at, $2) from (select id as old, revoked_at as was from api_keys where id = $1 for update) o
     where k.id = o.old and ($3::text is null or (k.kind = 'report' and k.apps = array[$3])) returning ${COLUMNS}, o.was`,
    [id, now, app],
  );
  const [row] = rows;
  return row === undefined ? null : { key: asKey(row), news: row.was === null };
}

/** Revokes all keys that act for a person. Answers those that counted until now. */
export async function revokeKeysOf(client: Queries, person: string, now: Instant): Promise<Key[]> {
  const { rows } = await client.query<Row>(
    `update api_keys set revoked_at = $2 where acts_for = $1 and revoked_at is null and (expires_at is null or expires_at > $2) returning ${COLUMNS}`,
    [person, now],
  );
  return rows.map(asKey);
}

/** A key by its id, whether it counts or not. */
export async function keyById(pool: Queries, id: string): Promise<Key | null> {
  const { rows } = await pool.query<Row>(`select ${COLUMNS} from api_keys where id = $1`, [id]);
  return rows[0] === undefined ? null : asKey(rows[0]);
}
