import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabase } from '../../test/setup/database.ts';
import type { TestDatabase } from '../../test/setup/database.ts';
import { claimDue, claimTracks, markDue } from './due.ts';
import { giveBackLeases } from './leases.ts';
import { notePlanned } from './tracks.ts';
import { unlessRefused } from './transaction.ts';
import type { Db } from './transaction.ts';

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

describe('what a look at a track writes of itself', () => {
  /** How the transactions that wrote to these tables were committed, and how the next one of the same connection would be. */
  async function committed(work: (db: Db) => Promise<unknown>): Promise<{ by: string[]; next: unknown }> {
    await sql`truncate endings`.execute(base.db);
    return base.db.connection().execute(async (one) => {
      await sql`set synchronous_commit = on`.execute(one);
      await work(one);
      const next = await sql<{ synchronous_commit: string }>`show synchronous_commit`.execute(one);
      const { rows } = await sql<{ place: string; how: string }>`select distinct place, how from endings order by place`.execute(one);
      return { by: rows.map(({ place, how }) => `${place} ${how}`), next: next.rows[0]?.synchronous_commit };
    });
  }
  const at = '2024-10-01T12:00:00.000Z';
  const due = { kind: 'track', key: 'music/1/ios', app: 'music', at } as const;
  const look = { id: 'music/1/ios', app: 'music', revision: 1, lookAgainAt: at, dueAt: at, at };

  beforeAll(async () => {
    await sql`insert into apps (id, name, timezone, platforms, created_at, recorded_at) values ('music', 'Music', 'UTC', '{ios}', ${at}, ${at})`.execute(
      base.db,
    );
    await sql`insert into releases (app, version, kind, born_at, planned, recorded_at) values ('music', '1', 'regular', ${at}, '{}', ${at})`.execute(
      base.db,
    );
    await sql`
      insert into tracks (id, app, version, platform, kind, stage, state, revision, app_version, ended, at, recorded_at)
      values ('music/1/ios', 'music', '1', 'ios', 'regular', 'planned', '{}', 1, 1, false, ${at}, ${at})`.execute(base.db);
    await sql`create table endings (place text, how text)`.execute(base.db);
    await sql`create function note_ending() returns trigger language plpgsql as $$ begin
      insert into endings values (tg_table_name, current_setting('synchronous_commit')); return null; end $$`.execute(base.db);
    for (const table of ['due', 'leases', 'tracks'])
      await sql`create constraint trigger note_ending after insert or update or delete on ${sql.table(table)}
        deferrable initially deferred for each row execute function note_ending()`.execute(base.db);
  });

  test('is committed without waiting for the disk, for a crash may take it back', async () => {
    await markDue(base.db, [due]);
    expect(await committed((db) => claimDue(db, 'track', at, 1, 'one'))).toEqual({ by: ['due off', 'leases off'], next: 'on' });
    expect(await committed((db) => notePlanned(db, [look], { alone: true }))).toEqual({ by: ['due off', 'tracks off'], next: 'on' });
    expect(await committed((db) => claimTracks(db, at, 1, 'one'))).toEqual({ by: ['due off', 'leases off'], next: 'on' });
    expect(await committed((db) => giveBackLeases(db, ['track:music/1/ios'], 'one'))).toEqual({ by: ['leases off'], next: 'on' });
  });

  test('gives back the leases with it, where none of the tracks has moved', async () => {
    const leases = async () => (await base.db.selectFrom('leases').select('name').execute()).map(({ name }) => name);
    const held = { names: ['track:music/1/ios'], owner: 'one' };
    await markDue(base.db, [due]);
    await claimDue(base.db, 'track', at, 1, 'one');
    expect(await notePlanned(base.db, [{ ...look, revision: 7 }], { alone: true, held })).toEqual(new Set());
    expect(await notePlanned(base.db, [look], { alone: true, held: { ...held, owner: 'another' } })).toEqual(new Set([look.id]));
    expect(await leases()).toEqual(held.names);
    expect(await committed((db) => notePlanned(db, [look], { alone: true, held }))).toEqual({
      by: ['due off', 'leases off', 'tracks off'],
      next: 'on',
    });
    expect(await leases()).toEqual([]);
  });

  test('waits with all that is said beside it in a transaction', async () => {
    expect(await committed((db) => notePlanned(db, [look], { alone: false }))).toEqual({ by: ['due on', 'tracks on'], next: 'on' });
    expect(await committed((db) => markDue(db, [due]))).toEqual({ by: ['due on'], next: 'on' });
  });
});
