/** What whoever ordered something may do now: the engine asks when the order fires. */
import type { Pool } from 'pg';
import type { Action } from '#domain/actions.ts';
import type { Authority } from '#domain/release/authority.ts';
import type { Role } from '#domain/roles.ts';
import { accessOf } from './access.ts';
import { keyById } from './keys.ts';

/** People who are invented have no account; they act in samples alone, which are connected to nothing. */
const INVENTED = 'sample:';

export async function authorityOf(pool: Pool, who: Action['orderedBy'], app: string, now: string): Promise<Authority> {
  if (who.kind === 'key') return ofKey(pool, who.id, app, now);
  if (who.id.startsWith(INVENTED)) {
    const { rowCount } = await pool.query('select 1 from apps where id = $1 and sample', [app]);
    return (rowCount ?? 0) > 0
      ? { is: 'held', roles: ['release-manager', 'release-team'] }
      : { is: 'gone', because: 'nobody of that name is here' };
  }
  const access = await accessOf(pool, who.id);
  if (access === null) return { is: 'gone', because: 'that account is no more, or is deactivated' };
  return {
    is: 'held',
    roles: [...new Set<Role>(access.grants.filter((grant) => grant.app === '*' || grant.app === app).flatMap(({ roles }) => roles))],
  };
}

async function ofKey(pool: Pool, id: string, app: string, now: string): Promise<Authority> {
  const key = await keyById(pool, id);
  if (key === null || key.revokedAt !== null) return { is: 'gone', because: 'that key was revoked' };
  if (key.expiresAt !== null && key.expiresAt <= now) return { is: 'gone', because: 'that key has expired' };
  if (!key.scopes.includes('command') || (key.apps !== null && !key.apps.includes(app))) return { is: 'held', roles: [] };
  return { is: 'held', roles: key.roles };
}
