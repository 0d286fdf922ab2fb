import { createServer, connect as connectTo } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createClient } from '#api/client.ts';
import type { Client as Api } from '#api/client.ts';
import { rateEvidence } from '#db/views/health-rollups.ts';
import { integrations } from '#integrations/index.ts';
import { warehouseHarness } from '#integrations/warehouse/harness.ts';
import type { Warehouse } from '#integrations/warehouse/harness.ts';
import { createReach } from '#lib/reach.ts';
import { healthContract } from '#ports/health-source.contract.ts';
import { testServer } from '#server/testing.ts';
import type { TestServer } from '#server/testing.ts';
import { testDatabase } from '../setup/database.ts';
import type { TestDatabase } from '../setup/database.ts';

/* A warehouse on a real PostgreSQL: the contract of sources of health, what a wrong query is told, and how its hours come through the program. */

/** The text has what looks like a parameter in a comment, a string and a cast, and a semicolon. */
const QUERY = `
  select 'ios' as platform, '8.9.2'::text as version, build, 'production' as audience, segment, hour as bucket, users, users * 0.5 as consumption,
    crashed as crashes, crashed as crashes_affected -- from :until on there is nothing
  from hours where hour >= :since and hour < :until::timestamptz and build <> ':since';`;

let base: TestDatabase;
let writer: Client;
let door: Server;
let isBrokenOff = false;

/** The tests' server listens on a socket of its own; this is its door on loopback. */
async function openDoor(): Promise<Server> {
  const url = new URL(base.url);
  const path = `${url.searchParams.get('host') ?? ''}/.s.PGSQL.${url.searchParams.get('port') ?? (url.port === '' ? '5432' : url.port)}`;
  const server = createServer((outside) => {
    const inside = url.searchParams.has('host') ? connectTo(path) : connectTo(Number(url.port), url.hostname);
    const cuts = isBrokenOff;
    isBrokenOff = false;
    let bytes = 0;
    const end = (): void => {
      outside.destroy();
      inside.destroy();
    };
    inside.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (cuts && bytes > 700) end();
      else outside.write(chunk);
    });
    outside.on('data', (chunk: Buffer) => inside.write(chunk));
    for (const socket of [inside, outside]) socket.on('error', end).on('close', end);
  });
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  return server;
}

async function write(hours: Parameters<Warehouse['write']>[0]): Promise<void> {
  await writer.query({
    text: `insert into hours select to_timestamp(h / 1000.0), b, s, u, c from unnest($1::float8[], $2::text[], $3::text[], $4::int[], $5::int[]) as n (h, b, s, u, c)
      on conflict (hour, build, segment) do update set users = excluded.users, crashed = excluded.crashed`,
    values: [
      hours.map(({ hourMs }) => hourMs),
      hours.map(({ build }) => build),
      hours.map(({ segment }) => segment),
      hours.map(({ users }) => users),
      hours.map(({ crashed }) => crashed),
    ],
  });
}

const place = () => {
  const url = new URL(base.url);
  return {
    address: `postgresql://127.0.0.1:${(door.address() as AddressInfo).port}`,
    database: url.pathname.slice(1),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
  };
};

beforeAll(async () => {
  base = await testDatabase();
  writer = new Client({ connectionString: base.url });
  await writer.connect();
  await writer.query(
    'create table hours (hour timestamptz, build text, segment text, users int, crashed int, primary key (hour, build, segment))',
  );
  door = await openDoor();
});
beforeEach(async () => {
  await writer.query('truncate hours');
});
afterAll(async () => {
  await writer.end();
  door.close();
  await base.close();
});

healthContract('a warehouse on PostgreSQL', () =>
  warehouseHarness({
    ...place(),
    query: QUERY,
    write,
    breakOff: () => {
      isBrokenOff = true;
    },
    close: async () => undefined,
  }),
);

describe('a query of the user’s own', () => {
  const told = async (query: string): Promise<string> => {
    const harness = await warehouseHarness({ ...place(), query, write, close: async () => undefined });
    return harness.source.rollupsSince({ app: 'music', tracks: [], cursor: null }).then(
      ({ rows }) => JSON.stringify(rows),
      (error: unknown) => (error as Error).message,
    );
  };

  test.each([
    ['select 1 as users, :since as bucket', /it lacks the column platform, text; it lacks the column version, text.*consumption, a number/],
    [QUERY.replace('users,', 'build as users,'), /the column users is text; a number would be right/],
    [QUERY.replace('hour as bucket', 'hour::text as bucket'), /the column bucket is text; a moment/],
    [QUERY.replace('crashed as crashes_affected', '7 as usage'), /beside crashes it lacks crashes_affected.*a roll-up has no usage/],
    [QUERY.replace('from hours', 'from ours'), /relation "ours" does not exist, at character \d+ of the query/],
    [
      'with gone as (delete from hours returning 1) select :since as since, * from gone',
      /data-modifying|must be at the top level|read-only/,
    ],
    ['select 1 where now() > :since; drop table hours', /syntax error/],
    [
      `select set_config('transaction_read_only', 'off', true), nextval('health_series_id_seq'), :since`,
      /read-only transaction|must be set before any query/,
    ],
  ])('%s', async (query, because) => {
    expect(await told(query)).toMatch(because);
  });

  test('may leave out what a roll-up need not have, and count what the app counts', async () => {
    const rows =
      await told(`select 'ios' as platform, '8.9.2' as version, 'beta' as audience, timestamp '2024-10-07 08:00' as bucket, 12.5::numeric as consumption,
      7::bigint as play_stalls, 3 as play_stalls_affected, 5 as play_stalls_affected_at_most, null::int as users where :since < now()`);
    expect(JSON.parse(rows)).toEqual([
      {
        platform: 'ios',
        version: '8.9.2',
        audience: 'beta',
        bucket: '2024-10-07T08:00:00.000Z',
        consumption: 12.5,
        metrics: { 'play-stalls': { count: 7, affected: 3, affectedAtMost: 5 } },
      },
    ]);
  });
});

describe('a connected warehouse', () => {
  let room: TestServer;
  let api: Api;
  const params = { app: 'music' };
  const reach = createReach({ permitted: { addresses: ['127.0.0.1'], directories: [] } });
  const thisHour = Math.floor(Date.now() / 3_600_000) * 3_600_000;
  const hour = (ago: number): string => new Date(thisHour - ago * 3_600_000).toISOString();

  beforeAll(async () => {
    room = await testServer({ integrations, reach, isStill: true });
    api = createClient({ baseUrl: room.url, key: room.admin });
    await api.createApp({ body: { id: 'music', platforms: ['ios'], process: 'light' } });
    await api.planRelease({ params, body: { version: '8.9.2' } });
    settings = { ...place(), tls: 'none', query: QUERY, firstDays: 2 };
  });
  afterAll(() => room.close());

  const evidence = () =>
    rateEvidence(room.database.db, {
      app: 'music',
      platform: 'ios',
      version: '8.9.2',
      build: '89214',
      audience: 'production',
      metric: 'crashes',
      source: 'warehouse',
      from: null,
      until: hour(-1),
    });
  let settings: Record<string, unknown>;
  const told = async () =>
    (await api.listHealthSources({ params })).items.map(({ source, watermark, told: n }) => ({ source, watermark, n }));

  test('is asked on its schedule, once for each hour, again for what came late, and shows how it is', async () => {
    await write([{ hourMs: thisHour - 10 * 3_600_000, build: '89214', segment: 'all', users: 800, crashed: 4 }]);
    await write([{ hourMs: thisHour - 9 * 3_600_000, build: '89214', segment: 'nonsense', users: 800, crashed: 4 }]);
    const { id } = await api.addConnection({
      params,
      body: { integration: 'warehouse', settings },
    });
    await room.engine.settle('music');
    expect(await evidence()).toMatchObject({ affected: 4, affectedAtMost: 4, exposure: 400 });
    expect(await told()).toEqual([{ source: 'warehouse', watermark: hour(9), n: 1 }]);
    const connected = async () => (await api.listConnections({ params })).items[0];
    expect((await connected())?.sources).toMatchObject([{ source: 'warehouse:health', state: 'fresh', freshForMinutes: 45 }]);
    expect((await connected())?.settings).toMatchObject({ password: '(hidden)' });

    // what came late is read, what is as it was is no news, and what is not believed is counted once
    await write([{ hourMs: thisHour - 10 * 3_600_000, build: '89214', segment: 'all', users: 800, crashed: 9 }]);
    await room.database.pool.query(`update due set at = '2000-01-01' where kind = 'observe'`);
    await room.engine.settle('music');
    expect(await evidence()).toMatchObject({ affected: 9, exposure: 400 });
    expect(await told()).toEqual([{ source: 'warehouse', watermark: hour(9), n: 2 }]);
    await room.database.pool.query(`update due set at = '2000-01-01' where kind = 'observe'`);
    await room.engine.settle('music');
    expect(await told()).toEqual([{ source: 'warehouse', watermark: hour(9), n: 2 }]);
    expect((await api.listHealthQuarantine({ params, query: {} })).items).toMatchObject([
      { source: 'warehouse', reason: 'bad-segment', count: 1 },
    ]);

    const { tried } = await api.checkConnection({ params: { ...params, connection: id }, body: {} });
    expect(tried).toMatchObject([
      {
        asked: 'Ask for release health',
        ok: true,
        answer: expect.stringMatching(/^It answers, with 2 roll-ups since .* 1 of them is not believed: segment is "nonsense"/) as string,
      },
    ]);
  });

  test('goes where this server may go alone, and a second one needs another name', async () => {
    const body = { integration: 'warehouse', settings };
    await expect(
      api.addConnection({ params, body: { ...body, settings: { ...body.settings, address: 'postgresql://10.1.2.3' } } }),
    ).rejects.toThrow(/private network/);
    await api.addConnection({ params, body });
    await room.engine.settle('music');
    const { items } = await api.listConnections({ params });
    expect(items.flatMap(({ sources }) => sources.map(({ error }) => error))).toContainEqual(
      expect.stringMatching(/another connection tells of the source "warehouse"/),
    );
  });
});
