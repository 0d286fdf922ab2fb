import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { healthContract } from '#ports/health-source.contract.ts';
import { warehouseHarness } from './harness.ts';
import type { Warehouse } from './harness.ts';

/*
 * A warehouse on a real ClickHouse: Debian's package, which is an old one, so that what it takes every later one takes. `apt-get install clickhouse-server`; without it these
 * tests are skipped, but not where NEEDS_CLICKHOUSE is set.
 */

const BINARY = ['/usr/sbin/clickhouse-server', '/usr/bin/clickhouse-server'].find((path) => existsSync(path));
const isThere = BINARY !== undefined;
if (!isThere && process.env['NEEDS_CLICKHOUSE'] !== undefined)
  throw new Error('NEEDS_CLICKHOUSE is set, and there is no clickhouse-server: apt-get install clickhouse-server');

/** What was written last counts; moments are shown in the zone of the server, which is not UTC. */
const QUERY = `
  select 'ios' as platform, '8.9.2' as version, build, 'production' as audience, segment, hour as bucket, argMax(users, told) as users,
    users * 0.5 as consumption, argMax(crashed, told) as crashes, crashes as crashes_affected
  from hours where hour >= :since and hour < :until group by build, segment, hour`;
const PASSWORD = 'a password of the tests';

let folder: string;
let server: ChildProcess | null = null;
let address: string;
let told = 0;

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const one = createServer();
      await new Promise<void>((done) => {
        one.listen(0, '127.0.0.1', done);
      });
      return one;
    }),
  );
  const ports = servers.map((one) => (one.address() as AddressInfo).port);
  await Promise.all(servers.map((one) => new Promise((done) => one.close(done))));
  return ports;
}

async function say(statement: string): Promise<string> {
  const answer = await fetch(address, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`writer:${PASSWORD}`).toString('base64')}` },
    body: statement,
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text;
}

async function start(binary: string): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-clickhouse-'));
  await mkdir(join(folder, 'data'));
  const [http = 0, tcp = 0, between = 0] = await freePorts(3);
  const account = (name: string): string =>
    `<${name}><password>${PASSWORD}</password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></${name}>`;
  await writeFile(
    join(folder, 'users.xml'),
    `<yandex><profiles><default/></profiles><quotas><default/></quotas><users>${account('writer')}${account('reader')}</users></yandex>`,
  );
  await writeFile(
    join(folder, 'config.xml'),
    `<yandex><logger><level>warning</level><console>true</console></logger><http_port>${http}</http_port><tcp_port>${tcp}</tcp_port>
      <interserver_http_port>${between}</interserver_http_port><listen_host>127.0.0.1</listen_host><path>${folder}/data/</path><tmp_path>${folder}/tmp/</tmp_path>
      <users_config>users.xml</users_config><default_profile>default</default_profile><default_database>default</default_database>
      <mark_cache_size>5368709</mark_cache_size><timezone>Europe/Stockholm</timezone></yandex>`,
  );
  let said = '';
  server = spawn(binary, [`--config-file=${join(folder, 'config.xml')}`], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [server.stdout, server.stderr]) stream?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  address = `http://127.0.0.1:${http}`;
  for (let tries = 0; ; tries++) {
    if (
      await fetch(`${address}/ping`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return;
    if (server.exitCode !== null || tries > 300) throw new Error(`ClickHouse did not start: ${said}`);
    await new Promise((done) => setTimeout(done, 100));
  }
}

const warehouse = async (query = QUERY): Promise<Warehouse> => {
  await say('drop table if exists hours');
  await say('create table hours (hour DateTime, build String, segment String, users UInt32, crashed UInt64, told UInt64) engine = Memory');
  return {
    address,
    database: 'default',
    user: 'reader',
    password: PASSWORD,
    query,
    async write(hours) {
      told += 1;
      const rows = hours.map(
        ({ hourMs, build, segment, users, crashed }) => `(${hourMs / 1000}, '${build}', '${segment}', ${users}, ${crashed}, ${told})`,
      );
      await say(`insert into hours values ${rows.join(', ')}`);
    },
    close: async () => undefined,
  };
};

describe.skipIf(!isThere)('with a ClickHouse', () => {
  beforeAll(async () => {
    if (BINARY !== undefined) await start(BINARY);
  });
  afterAll(async () => {
    if (server !== null) {
      const ended = new Promise((done) => server?.once('exit', done));
      server.kill('SIGKILL');
      await ended;
    }
    await rm(folder, { recursive: true, force: true });
  });

  healthContract('a warehouse on ClickHouse', async () => warehouseHarness(await warehouse()));

  const answerTo = async (query: string): Promise<string> => {
    const { source } = await warehouseHarness(await warehouse(query));
    return source.rollupsSince({ app: 'music', tracks: [], cursor: null }).then(
      ({ rows }) => JSON.stringify(rows),
      (error: unknown) => (error as Error).message,
    );
  };

  test.each([
    ['select 1 as users, :since as bucket', /it lacks the column platform, text; .*it lacks the column consumption, a number/],
    [QUERY.replace("'8.9.2'", '8'), /the column version is UInt8; text would be right/],
    [QUERY.replace('from hours', 'from ours'), /Table default.ours doesn't exist/],
    ['insert into hours select :since', /Syntax error/],
  ])('%s is told what is wrong with it', async (query, because) => {
    expect(await answerTo(query)).toMatch(because);
  });

  test('numbers of every kind, moments of every zone, and what is not there are read', async () => {
    const rows =
      await answerTo(`select 'ios' as platform, toFixedString('8.9.2', 8) as version, cast(null as Nullable(String)) as build, 'beta' as audience,
      toDateTime(1728288000, 'America/Los_Angeles') as bucket, toInt64(7) as play_stalls, toUInt64(3) as play_stalls_affected, toFloat32(12.5) as consumption
      where :since < now()`);
    expect(JSON.parse(rows)).toEqual([
      {
        platform: 'ios',
        version: '8.9.2',
        audience: 'beta',
        bucket: '2024-10-07T08:00:00.000Z',
        consumption: 12.5,
        metrics: { 'play-stalls': { count: 7, affected: 3 } },
      },
    ]);
  });

  test('the hours of a night in which clocks change are told apart, in the zone of the server and in one of the column', async () => {
    const buckets = async (bucket: string) => {
      const rows =
        await answerTo(`select 'ios' as platform, '8.9.2' as version, 'beta' as audience, ${bucket} as bucket, number as consumption
        from (select number from system.numbers limit 5) where :since < now() order by number`);
      return (JSON.parse(rows) as { bucket: string; consumption: number }[]).map((row) => `${row.bucket.slice(0, 13)} ${row.consumption}`);
    };
    const night = (first: string) =>
      Array.from({ length: 5 }, (_, hour) => `${new Date(Date.parse(first) + hour * 3_600_000).toISOString().slice(0, 13)} ${hour}`);
    const from = (first: string, zone = '') => `toDateTime(${Date.parse(first) / 1000} + number * 3600${zone})`;
    for (const [first, zone] of [
      ['2024-10-26T23:00Z', ''],
      ['2024-03-30T23:00Z', ''],
      ['2024-11-03T04:00Z', ", 'America/New_York'"],
    ] as const)
      expect(await buckets(from(first, zone))).toEqual(night(first));
  });
});
