/** Which tables are Signalbox's, and what of them a backup leaves out. */
import type { ClientBase } from 'pg';
import type { Migration } from '../migrate.ts';

/** A name in a schema. */
export type Name = { schema: string; name: string };

/** What the migrations have made and not taken away again. */
export type Made = { schemas: string[]; tables: Name[]; sequences: Name[]; functions: Name[] };

/**
 * Tables that come back empty. Whoever adds one says why.
 * - `leases`, `servers`: they belonged to processes that are gone.
 * - `setup_links`: a start makes a new one where there is no admin.
 * - `auth.session`, `auth.verification`: they hold what opens a door, in the clear; and a session that was ended since would live again.
 */
const LEFT_EMPTY: ReadonlySet<string> = new Set([
  'public.leases',
  'public.servers',
  'public.setup_links',
  'auth.session',
  'auth.verification',
]);

/** Columns that come back empty: tokens of other systems, in the clear, that are asked for anew at the next sign-in. */
const EMPTIED_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  'auth.account': ['accessToken', 'refreshToken', 'idToken'],
};

export function isLeftEmpty(table: Name): boolean {
  return LEFT_EMPTY.has(textOf(table));
}

export function emptiedOf(table: Name, columns: readonly string[]): string[] {
  return (EMPTIED_COLUMNS[textOf(table)] ?? []).filter((column) => columns.includes(column));
}

export function textOf({ schema, name }: Name): string {
  return `${schema}.${name}`;
}

const NAME = String.raw`(?:"?(\w+)"?\.)?"?(\w+)"?`;
const STATEMENT = new RegExp(
  String.raw`\b(create|drop)\s+(?:or\s+replace\s+)?(table|sequence|function|schema)\s+(?:if\s+(?:not\s+)?exists\s+)?${NAME}|\balter\s+(table)\s+(?:only\s+)?(?:if\s+exists\s+)?${NAME}\s+rename\s+to\s+"?(\w+)"?`,
  'gi',
);

/**
 * What migrations make, read from their text, so that a table of somebody else in the same database is told from ours. One name for each `drop`;
 * `upgrade.db.test.ts` holds it against the database after every migration.
 */
export function madeBy(migrations: readonly Pick<Migration, 'sql'>[]): Made {
  const found = {
    table: new Map<string, Name>(),
    sequence: new Map<string, Name>(),
    function: new Map<string, Name>(),
    schema: new Set<string>(),
  };
  for (const { sql } of migrations) {
    const plain = sql.replaceAll(/--[^\n]*/g, '');
    for (const [
      ,
      verb,
      kind = '',
      schema = 'public',
      name = '',
      renames,
      oldSchema = 'public',
      oldName = '',
      newName = '',
    ] of plain.matchAll(STATEMENT)) {
      if (renames !== undefined) {
        found.table.delete(textOf({ schema: oldSchema, name: oldName }));
        found.table.set(textOf({ schema: oldSchema, name: newName }), { schema: oldSchema, name: newName });
      } else if (kind.toLowerCase() === 'schema') {
        if (verb?.toLowerCase() === 'create') found.schema.add(name);
        else found.schema.delete(name);
      } else {
        const of = found[kind.toLowerCase() as 'table' | 'sequence' | 'function'];
        if (verb?.toLowerCase() === 'create') of.set(textOf({ schema, name }), { schema, name });
        else of.delete(textOf({ schema, name }));
      }
    }
  }
  return {
    schemas: [...found.schema],
    tables: [...found.table.values()],
    sequences: [...found.sequence.values()],
    functions: [...found.function.values()],
  };
}

/** A table as the database has it. Generated columns are left out: they are made again. */
export type TableThere = Name & { columns: string[]; partitions: { name: string; from: string; to: string }[] };

/** The tables of these schemas, without those that are partitions of another or belong to an extension. */
export async function tablesThere(client: ClientBase, schemas: readonly string[]): Promise<TableThere[]> {
  const { rows } = await client.query<Name & { columns: string[]; bounds: { name: string; bound: string }[] }>(
    `select n.nspname::text as schema, c.relname::text as name,
       array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' order by a.attnum) as columns,
       coalesce((
         select json_agg(json_build_object('name', p.relname, 'bound', pg_get_expr(p.relpartbound, p.oid)) order by p.relname)
         from pg_inherits i join pg_class p on p.oid = i.inhrelid where i.inhparent = c.oid and p.relispartition
       ), '[]') as bounds
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and not c.relispartition and n.nspname = any ($1)
       and not exists (select 1 from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
     order by 1, 2`,
    [['public', ...schemas]],
  );
  return rows.map(({ bounds, ...table }) => ({
    ...table,
    partitions: bounds.map(({ name, bound }) => ({ name, ...rangeOf(name, bound) })),
  }));
}

const RANGE = /^FOR VALUES FROM \('([\d :.+-]+)'\) TO \('([\d :.+-]+)'\)$/;

/** Partitions are ranges of time, and of nothing else. */
function rangeOf(name: string, bound: string): { from: string; to: string } {
  const [, from, to] = RANGE.exec(bound) ?? [];
  if (from === undefined || to === undefined) throw new Error(`the partition ${name} is no range of time: ${bound}`);
  return { from, to };
}
