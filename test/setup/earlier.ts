import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientBase } from 'pg';
import { applyWithin, makeMigrationsTable, packageMigrations } from '#db/migrate.ts';
import { packageRoot } from '#lib/package-root.ts';

/**
 * Brings an empty database to where the first migrations left it, with the rows that Signalbox had in it then: after each migration those of its file in
 * `test/upgrade`, where it has one. A migration that makes a table gets a file with a row for it.
 *
 * @param upTo the number of the last migration; all when not said
 */
export async function fillEarlier(client: ClientBase, upTo = Number.POSITIVE_INFINITY): Promise<void> {
  await makeMigrationsTable(client);
  for (const migration of (await packageMigrations()).slice(0, upTo)) {
    await applyWithin(client, migration);
    const rows = join(packageRoot(), 'test', 'upgrade', `${migration.name.slice(0, 4)}.sql`);
    if (existsSync(rows)) await client.query(readFileSync(rows, 'utf8'));
  }
}

export type Rows = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;

/** Every row of every table, by `schema.table`, in an order of its own. Partitions count as their table. */
export async function everyRow(client: Pick<ClientBase, 'query'>): Promise<Rows> {
  const { rows: tables } = await client.query<{ name: string }>(
    `select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and not c.relispartition and n.nspname in ('public', 'auth') and c.relname <> 'schema_migrations' order by 1`,
  );
  const found: Record<string, Readonly<Record<string, unknown>>[]> = {};
  for (const { name } of tables) {
    const [schema, table] = name.split('.');
    const { rows } = await client.query<{ row: Record<string, unknown> }>(
      `select to_jsonb(t) as row from ${schema}."${table}" t order by t::text`,
    );
    found[name] = rows.map(({ row }) => row);
  }
  return found;
}
