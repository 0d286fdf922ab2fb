/** Whether anything was changed in a database: asked after each input, and nearly always answered by one number. */
import { createHash } from 'node:crypto';
import type { Pool } from 'pg';

/** What a refused request may leave behind: notes of who asked and when, and what is looked at next. */
const NOTES = new Set([
  'public.idempotency_keys',
  'public.due',
  'public.leases',
  'public.webhook_deliveries',
  'auth.session',
  'auth.verification',
]);
/** When something was last used is noted of whoever asks. */
const NOTED = ['last_used_at', 'updatedAt'];

export type State = {
  /** The parts that have changed since it was asked last, such as `public.journal`; none: nothing has. */
  changes(): Promise<readonly string[]>;
};

/** Nobody else may write to the database meanwhile. */
export async function stateOf(pool: Pool): Promise<State> {
  const { rows } = await pool.query<{ name: string }>(
    `select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and not c.relispartition and n.nspname in ('public', 'auth') order by 1`,
  );
  const tables = rows.map(({ name }) => name).filter((name) => !NOTES.has(name));
  const digests = tables
    .map((name) => {
      const [schema, table] = name.split('.');
      return `select '${name}' as name, count(*)::text || ' ' || coalesce(sum(hashtextextended((to_jsonb(t) - $1::text[])::text, 0)), 0)::text as digest from ${schema}."${table}" t`;
    })
    .join(' union all ');
  const written = async (): Promise<string> => {
    const { rows } = await pool.query<{ at: string }>('select pg_current_wal_insert_lsn()::text as at');
    return rows[0]?.at ?? '';
  };
  const look = async (): Promise<Map<string, string>> => {
    const { rows } = await pool.query<{ name: string; digest: string }>(digests, [NOTED]);
    return new Map(rows.map(({ name, digest }) => [name, createHash('md5').update(digest).digest('hex')]));
  };
  let at = await written();
  let seen = await look();
  return {
    async changes() {
      const now = await written();
      if (now === at) return [];
      at = now;
      const before = seen;
      seen = await look();
      return tables.filter((name) => before.get(name) !== seen.get(name));
    },
  };
}
