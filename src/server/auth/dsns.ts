/** DSNs: where an app's own Sentry SDK sends to. A credential that writes health of one app on one platform and does nothing else; shown once, kept as a hash. */
import type { Pool, PoolClient } from 'pg';
import { signatureOf } from '#db/journal.ts';
import type { ActorStamp } from '#db/schema.ts';
import type { Actor } from '#domain/roles.ts';
import type { Instant } from '#domain/time.ts';
import type { AppTime } from '#engine/types.ts';
import { writeInstance } from './instance.ts';
import { inTransaction } from './people.ts';
import { hashOf, randomWord } from './secrets.ts';

/** `project` is a number, as SDKs want it. */
export type Dsn = {
  project: number;
  app: string;
  platform: string;
  name: string;
  prefix: string;
  createdBy: string;
  createdAt: Instant;
  revokedAt: Instant | null;
};

type Row = Omit<Dsn, 'createdBy' | 'createdAt' | 'revokedAt'> & { created_by: { name: string }; created_at: Date; revoked_at: Date | null };
type Queries = Pick<Pool, 'query'> | Pick<PoolClient, 'query'>;

const COLUMNS = 'project, app, platform, name, prefix, created_by, created_at, revoked_at';
const PREFIX_LENGTH = 6;

function asDsn({ created_by, created_at, revoked_at, ...rest }: Row): Dsn {
  return { ...rest, createdBy: created_by.name, createdAt: created_at.toISOString(), revokedAt: revoked_at?.toISOString() ?? null };
}

/** When something was done: by the clock of its app, and by the machine's. */
type When = { at: Instant; recordedAt: Instant };

/** Makes one, and notes it in the instance's journal. `key` is its public key: to be shown now, in the DSN, and never again. */
export async function createDsn(
  pool: Pool,
  { app, platform, name }: { app: string; platform: string; name: string },
  by: ActorStamp,
  { at, recordedAt }: When,
): Promise<{ dsn: Dsn; key: string }> {
  const key = randomWord(32);
  const createdBy = { kind: by.kind, id: by.id, name: by.name };
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<Row>(
      `insert into health_dsns (app, platform, name, hash, prefix, created_by, created_at) values ($1, $2, $3, $4, $5, $6, $7) returning ${COLUMNS}`,
      [app, platform, name, hashOf(key), key.slice(0, PREFIX_LENGTH), JSON.stringify(createdBy), at],
    );
    const [row] = rows;
    if (row === undefined) throw new Error('the DSN was not stored');
    const created = {
      is: 'key-created',
      kind: 'report',
      key: `dsn ${row.project}`,
      name,
      scopes: ['report'],
      roles: [],
      apps: [app],
      until: null,
    } as const;
    await writeInstance(client, by, [created], recordedAt);
    return { dsn: asDsn(row), key };
  });
}

export async function dsnsOf(client: Queries, app: string): Promise<Dsn[]> {
  const { rows } = await client.query<Row>(`select ${COLUMNS} from health_dsns where app = $1 order by project desc limit 1000`, [app]);
  return rows.map(asDsn);
}

/** Revokes one of an app, and notes it in the instance's journal where it counted until now; null when there is none of this number. */
export async function revokeDsn(
  pool: Pool,
  { app, project }: { app: string; project: number },
  by: ActorStamp,
  { at, recordedAt }: When,
): Promise<Dsn | null> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<Row & { was: Date | null }>(
      `update health_dsns d set revoked_at = coalesce(d.revoked_at, $3) from (select project as old, revoked_at as was from health_dsns where project = $2 for update) o
       where d.project = o.old and d.app = $1 returning ${COLUMNS}, o.was`,
      [app, project, at],
    );
    const [row] = rows;
    if (row === undefined) return null;
    const { was, ...rest } = row;
    const dsn = asDsn(rest);
    if (was === null) await writeInstance(client, by, [{ is: 'key-revoked', key: `dsn ${project}`, name: dsn.name }], recordedAt);
    return dsn;
  });
}

/** What a DSN writes to, where it counts. */
export async function recogniseDsn(client: Queries, project: number, key: string): Promise<{ app: string; platform: string } | null> {
  const { rows } = await client.query<{ app: string; platform: string }>(
    'select app, platform from health_dsns where project = $1 and hash = $2 and revoked_at is null',
    [project, hashOf(key)],
  );
  return rows[0] ?? null;
}

/** Makes and revokes the DSNs of samples, for whoever plays them. Nobody is told their keys: what an invented app tells comes by no network. */
export function sampleDsns(pool: Pool, clock: AppTime) {
  const when = (app: string): When => ({ at: clock.appNow(app), recordedAt: clock.now() });
  return {
    async make(dsn: { app: string; platform: string; name: string }, by: Actor): Promise<void> {
      await createDsn(pool, dsn, signatureOf(by), when(dsn.app));
    },
    /** Those of a real app stay: what is left on disk of a sample may have its name. */
    async revokeAll(app: string, by: Actor): Promise<void> {
      const { rows } = await pool.query('select from apps where id = $1 and sample', [app]);
      if (rows.length === 0) return;
      for (const { project, revokedAt } of await dsnsOf(pool, app))
        if (revokedAt === null) await revokeDsn(pool, { app, project }, signatureOf(by), when(app));
    },
  };
}
