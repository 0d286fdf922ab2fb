/** What a person may do, read anew for each request, so that whatever changed about them holds at once; and who sees which apps. */
import type { Pool, PoolClient } from 'pg';
import type { Grant } from './people.ts';

/** `everyone`: who is signed in sees every app. `granted`: only those in which they hold a role; the others are not there for them. */
export const appVisibilities = ['everyone', 'granted'] as const;
export type AppVisibility = (typeof appVisibilities)[number];

type Queries = Pick<Pool, 'query'> | Pick<PoolClient, 'query'>;

const VISIBILITY = `coalesce((select value ->> 'apps' from auth.settings where name = 'access'), 'everyone')`;

/** Null where there is no such person, or where they are out. */
export async function accessOf(pool: Queries, person: string): Promise<{ grants: Grant[]; apps: AppVisibility } | null> {
  const { rows } = await pool.query<{ grants: Grant[]; apps: AppVisibility }>(
    `select ${VISIBILITY} as apps, coalesce((
       select jsonb_agg(jsonb_build_object('app', g.app, 'roles', g.roles, 'teams', g.teams) order by g.app) from auth.grants g where g.person = u.id), '[]') as grants
     from auth."user" u where u.id = $1 and u."deactivatedAt" is null`,
    [person],
  );
  return rows[0] ?? null;
}

/** Who sees which apps. */
export async function visibilityOf(pool: Queries): Promise<AppVisibility> {
  const { rows } = await pool.query<{ apps: AppVisibility }>(`select ${VISIBILITY} as apps`);
  return rows[0]?.apps ?? 'everyone';
}

export async function setVisibility(client: Queries, apps: AppVisibility, now: string): Promise<void> {
  await client.query(
    `insert into auth.settings (name, value, changed_at) values ('access', $1, $2) on conflict (name) do update set value = excluded.value, changed_at = excluded.changed_at`,
    [JSON.stringify({ apps }), now],
  );
}

/** Someone who watches a stream: by a session or by a key. */
export type Watcher = { by: 'session'; id: string; app: string } | { by: 'key'; id: string; app: string };

/** Of these watchers those who may not watch any more: their session ended, their key counts for nothing, or they do not see the app. */
export async function endedWatchers<W extends Watcher>(
  pool: Queries,
  watchers: readonly W[],
  now: string,
  longestHours: number,
): Promise<W[]> {
  if (watchers.length === 0) return [];
  const idsOf = (by: Watcher['by']): string[] => [...new Set(watchers.filter((each) => each.by === by).map(({ id }) => id))];
  const { rows } = await pool.query<{ id: string; apps: string[] | null }>(
    `select s.id, case when ${VISIBILITY} = 'everyone' then null else array(select g.app from auth.grants g where g.person = u.id and cardinality(g.roles) > 0) end as apps
       from auth.session s join auth."user" u on u.id = s."userId"
       where s.id = any($1) and s."expiresAt" > $3 and s."createdAt" > $3::timestamptz - make_interval(hours => $4) and u."deactivatedAt" is null
     union all
     select k.id, k.apps from api_keys k where k.id = any($2) and k.revoked_at is null and (k.expires_at is null or k.expires_at > $3)`,
    [idsOf('session'), idsOf('key'), now, longestHours],
  );
  const still = new Map(rows.map(({ id, apps }) => [id, apps]));
  return watchers.filter(({ id, app }) => {
    const apps = still.get(id);
    return apps === undefined || (apps !== null && !apps.includes('*') && !apps.includes(app));
  });
}
