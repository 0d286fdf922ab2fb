import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testDatabase } from '../../test/setup/database.ts';
import type { TestDatabase } from '../../test/setup/database.ts';
import { unlessRefused } from './transaction.ts';

let base: TestDatabase;
beforeAll(async () => {
  base = await testDatabase();
  await sql`create table places (name text primary key, count int not null)`.execute(base.db);
  await sql`insert into places values ('a', 0), ('b', 0)`.execute(base.db);
});
afterAll(() => base.close());

test('two that wait for each other are both carried out: the one that the database ended is run anew, and nothing of its first try is left', async () => {
  let begun = 0;
  let tries = 0;
  let both = (): void => undefined;
  const haveBegun = new Promise<void>((done) => (both = done));
  const raise = (names: readonly [string, string]) =>
    unlessRefused(base.db, async (tx) => {
      tries += 1;
      await sql`update places set count = count + 1 where name = ${names[0]}`.execute(tx);
      begun += 1;
      if (begun === 2) both();
      await haveBegun;
      await sql`update places set count = count + 1 where name = ${names[1]}`.execute(tx);
      return { ok: true };
    });
  await Promise.all([raise(['a', 'b']), raise(['b', 'a'])]);
  expect(tries).toBe(3);
  expect((await sql<{ count: number }>`select count from places`.execute(base.db)).rows.map(({ count }) => count)).toEqual([2, 2]);
});
