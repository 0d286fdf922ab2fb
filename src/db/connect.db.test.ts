import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testDatabase } from '../../test/setup/database.ts';
import type { TestDatabase } from '../../test/setup/database.ts';
import { connect } from './connect.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());

async function valueOf(expression: string): Promise<unknown> {
  const { rows } = await database.pool.query<{ value: unknown }>(`select ${expression} as value`);
  return rows[0]?.value;
}

describe('what comes out of the database', () => {
  test.each([
    ["timestamptz '2024-10-01 14:20:00+02'", '2024-10-01T12:20:00.000Z'],
    ["timestamptz '2024-10-01 12:20:00.5Z'", '2024-10-01T12:20:00.500Z'],
    ["timestamptz '2024-10-01 12:20:00.123999Z'", '2024-10-01T12:20:00.123Z'],
    ["array[timestamptz '2024-10-01 12:20:00Z', null]", ['2024-10-01T12:20:00.000Z', null]],
    ["date '2024-10-01'", '2024-10-01'],
    ['9007199254740991::int8', 9_007_199_254_740_991],
    ['count(*)', 1],
    ['array[1, null, -3]::int8[]', [1, null, -3]],
    ['12.50::numeric', '12.50'],
    [`'{"a": [1, null]}'::jsonb`, { a: [1, null] }],
    ['null::timestamptz', null],
    ['true', true],
  ])('%s is read as %j', async (expression, expected) => {
    expect(await valueOf(expression)).toEqual(expected);
  });

  test('a bigint that a number cannot hold is refused in place of being rounded', async () => {
    await expect(valueOf('9007199254740993::int8')).rejects.toThrow('9007199254740993 is beyond what a number holds exactly');
  });

  test('infinity is refused as an instant', async () => {
    await expect(valueOf("'infinity'::timestamptz")).rejects.toThrow('infinity is no instant');
  });

  test('an instant goes in and comes out as the same text', async () => {
    const { rows } = await sql<{ at: string }>`select ${'2024-10-01T12:20:00.007Z'}::timestamptz as at`.execute(database.db);
    expect(rows).toEqual([{ at: '2024-10-01T12:20:00.007Z' }]);
  });
});

describe('a statement', () => {
  const kept = async (db: TestDatabase['db']): Promise<readonly string[]> =>
    (await sql<{ statement: string }>`select statement from pg_prepared_statements`.execute(db)).rows.map(({ statement }) => statement);

  test('that is asked often is planned once for each connection, and answered for what is asked each time', async () => {
    const { db, close } = await testDatabase({ poolSize: 1 });
    for (const value of [1, 2, 3, 4])
      expect((await sql<{ it: number }>`select ${value}::int as it`.execute(db)).rows).toEqual([{ it: value }]);
    expect(await kept(db)).toEqual(['select $1::int as it']);
    await close();
  });

  test('in more wordings than are kept is answered as well, and no more are kept', async () => {
    const { db, close } = await testDatabase({ poolSize: 1 });
    for (let width = 0; width < 220; width++) {
      const text = sql.raw(`'${'b'.repeat(width)}'`);
      for (let times = 0; times < 3; times++)
        expect((await sql<{ length: number }>`select length(${text})`.execute(db)).rows[0]?.length).toBe(width);
    }
    expect(await kept(db)).toHaveLength(200);
    await close();
  });

  test('that answers with all columns there are is answered anew after the schema changed', async () => {
    const { db, close } = await testDatabase({ poolSize: 1 });
    await sql`create table grows (a int)`.execute(db);
    await sql`insert into grows values (1)`.execute(db);
    const ask = async () => (await sql<object>`select * from grows`.execute(db)).rows;
    for (let times = 0; times < 4; times++) expect(await ask()).toEqual([{ a: 1 }]);
    await sql`alter table grows add column b int`.execute(db);
    expect(await ask()).toEqual([{ a: 1, b: null }]);
    await close();
  });

  test('is not compiled to machine code', async () => {
    expect((await sql<{ jit: string }>`select current_setting('jit') as jit`.execute(database.db)).rows).toEqual([{ jit: 'off' }]);
  });
});

describe('the limits of a connection', () => {
  test('a statement that takes too long is ended by the server', async () => {
    const impatient = await connect({ url: database.url, statementTimeoutMs: 50 });
    await expect(impatient.pool.query('select pg_sleep(5)')).rejects.toThrow('statement timeout');
    await impatient.close();
  });

  test('the server knows who is connected and which limits hold', async () => {
    const { rows } = await database.pool.query(
      `select current_setting('application_name') as name, current_setting('lock_timeout') as lock, current_setting('idle_in_transaction_session_timeout') as idle`,
    );
    expect(rows).toEqual([{ name: 'signalbox-test', lock: '10s', idle: '30s' }]);
  });

  test('the pool lives on when the server ends its connections', async () => {
    await database.pool.query('select 1');
    const second = await connect({ url: database.url });
    await second.pool.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    await second.close();
    await new Promise((done) => {
      setTimeout(done, 100);
    });
    expect(await valueOf('1')).toBe(1);
  });

  test('one that is ended between two statements of a transaction ends that transaction, and nothing else', async () => {
    const transaction = database.db.transaction().execute(async (tx) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
      await database.pool.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
      await new Promise((done) => {
        setTimeout(done, 100);
      });
      await sql`select 1`.execute(tx);
    });
    await expect(transaction).rejects.toThrow(/terminat|not queryable/);
    expect(await valueOf('1')).toBe(1);
  });
});

describe('a database that cannot be used is refused in words', () => {
  test('nothing listens', async () => {
    await expect(connect({ url: `postgresql://someone:hunter2@127.0.0.1:${await freePort()}/x` })).rejects.toThrow(
      /nothing listens there\. Is the server running/,
    );
  });

  test('no such database, and the password is not in the message', async () => {
    const url = new URL(database.url);
    url.pathname = '/absent';
    url.password = 'hunter2';
    const error: unknown = await connect({ url: url.href }).catch((thrown: unknown) => thrown);
    expect(String(error)).toContain('it has no such database');
    expect(String(error)).not.toContain('hunter2');
  });

  test('text in another encoding', async () => {
    const name = `signalbox_ascii_${process.pid}`;
    await database.pool.query(`create database ${name} encoding 'SQL_ASCII' locale 'C' template template0`);
    const url = new URL(database.url);
    url.pathname = `/${name}`;
    await expect(connect({ url: url.href })).rejects.toThrow('stores text as SQL_ASCII; Signalbox needs UTF8');
    await database.pool.query(`drop database ${name}`);
  });

  test('with patience, a server that comes up a little later is waited for', async () => {
    const port = await freePort();
    const { host } = Object.fromEntries(new URL(database.url).searchParams);
    // A stand-in for a server that starts late: a plain pipe from a port to the real server's socket, opened after half a second.
    const net = await import('node:net');
    const target = new URL(database.url);
    const pipe = net.createServer((socket) => {
      const upstream =
        host === undefined
          ? net.connect(Number(target.port || 5432), target.hostname)
          : net.connect(`${host}/.s.PGSQL.${target.searchParams.get('port') ?? (target.port || '5432')}`);
      socket.on('error', () => upstream.destroy());
      upstream.on('error', () => socket.destroy());
      socket.pipe(upstream).pipe(socket);
    });
    setTimeout(() => pipe.listen(port, '127.0.0.1'), 500);
    const url = new URL(database.url);
    url.search = '';
    url.hostname = '127.0.0.1';
    url.port = String(port);
    const late = await connect({ url: url.href, patienceMs: 10_000 });
    expect((await late.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await late.close();
    pipe.close();
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => {
    server.close(done);
  });
  return port;
}
