import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testDatabase } from '../../test/setup/database.ts';
import type { TestDatabase } from '../../test/setup/database.ts';
import { giveBackLeases } from './leases.ts';
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

test('who gives back leases waits for who takes the same ones, and never both for each other', async () => {
  // they lie the other way round than they are taken
  await sql`insert into leases (name, owner, until) values ('b', 'one', now() + interval '1 minute'), ('a', 'one', now() + interval '1 minute')`.execute(
    base.db,
  );
  const taker = await base.pool.connect();
  const take = async (name: string) =>
    (await taker.query<{ taken: boolean }>(`select take_lease($1, 'two', 60) as taken`, [name])).rows[0]?.taken;
  const isWaitedFor = async () => {
    const { rows } = await sql<{ n: number }>`select count(*)::int as n from pg_locks where not granted`.execute(base.db);
    return (rows[0]?.n ?? 0) > 0;
  };
  await taker.query('begin');
  expect(await take('a')).toBe(false);
  const given = giveBackLeases(base.db, ['b', 'a'], 'one');
  await expect.poll(isWaitedFor).toBe(true);
  expect(await take('b')).toBe(false);
  await taker.query('commit');
  taker.release();
  await given;
  expect((await sql`select name from leases`.execute(base.db)).rows).toEqual([]);
});
