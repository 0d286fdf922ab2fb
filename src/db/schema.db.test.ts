import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, expect, test } from 'vitest';
import { packageRoot } from '#lib/package-root.ts';
import { testDatabase } from '../../test/setup/database.ts';

const { db, close } = await testDatabase();
afterAll(close);

const text = readFileSync(join(packageRoot(), 'src/db/schema.ts'), 'utf8');

/** The columns of an interface of schema.ts with those it inherits; a `?` behind those that may be null. */
function columnsOf(name: string): string[] {
  const [, above, body] = new RegExp(String.raw`interface ${name} (?:extends (\w+) )?\{\n([^}]*)\n\}`).exec(text) ?? [];
  if (body === undefined) throw new Error(`schema.ts has no interface ${name}`);
  const own = body
    .split('\n')
    .map((line) => /^ {2}(\w+): (.*);$/.exec(line))
    .filter((match) => match !== null)
    .map(([, column, type]) => `${column}${/\| null$|^JsonOrNull</.test(type ?? '') ? '?' : ''}`);
  return [...(above === undefined ? [] : columnsOf(above)), ...own].toSorted();
}

const tables = [...text.slice(text.indexOf('export interface Database')).matchAll(/^ {2}(\w+): (\w+Table);$/gm)].map(([, table, type]) => ({
  table: table ?? '',
  type: type ?? '',
}));

test.each(tables)('the type of $table has the columns of the table', async ({ table, type }) => {
  const { rows } = await sql<{ column: string }>`
    select column_name || case when is_nullable = 'YES' then '?' else '' end as column
    from information_schema.columns where table_schema = 'public' and table_name = ${table}`.execute(db);
  expect(columnsOf(type)).toEqual(rows.map(({ column }) => column).toSorted());
});

test('every table of the migrations has a type', async () => {
  const made = globSync('sql/*.sql', { cwd: packageRoot() }).flatMap((file) => [
    ...readFileSync(join(packageRoot(), file), 'utf8').matchAll(/^create table (\w+) /gm),
  ]);
  expect(new Set(made.map(([, name]) => name))).toEqual(new Set(tables.map(({ table }) => table)));
});
