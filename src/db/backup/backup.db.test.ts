import { execFileSync, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emptyDatabase } from '../../../test/setup/database.ts';
import { everyRow, fillEarlier } from '../../../test/setup/earlier.ts';
import type { Rows } from '../../../test/setup/earlier.ts';
import { connect } from '../connect.ts';
import type { Connection } from '../connect.ts';
import { sealKey, verifyJournal } from '../journal.ts';
import { sessionName } from '../servers.ts';
import { endOfArchive, packed, partsOf } from './archive.ts';
import type { Part } from './archive.ts';
import { backUp } from './backup.ts';
import type { BackedUp } from './backup.ts';
import { closingParts } from './manifest.ts';
import type { Manifest } from './manifest.ts';
import { checkFile, restore } from './restore.ts';
import type { Restored, RestoreOptions } from './restore.ts';

const key = sealKey('a secret of the tests, and of nobody else');
const stranger = sealKey('another secret, and of somebody else too');
const TAKEN = '2024-10-01T09:30:00.000Z';
const NOW = '2024-10-01T10:00:00.000Z';

type Database = Connection & { url: string; drop: () => Promise<void> };

let folder: string;
let source: Database;
let target: Database;
let file: string;
let taken: BackedUp;
let before: Rows;

async function database(): Promise<Database> {
  const { url, drop } = await emptyDatabase();
  return { ...(await connect({ url, applicationName: 'signalbox-test' })), url, drop };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-backup-'));
  source = await database();
  target = await database();
  const client = await source.pool.connect();
  await fillEarlier(client);
  client.release();
  await source.pool.query(`insert into outbox (key, app, track, lane, urgent, state, kind, action, ordered_at, recorded_at)
    select 'submit', app, track, lane, urgent, 'ordered', kind, action, ordered_at, recorded_at from outbox limit 1`);
  before = await everyRow(source.pool);
  file = join(folder, 'backup.tar.gz');
  taken = await take(file);
});
afterAll(async () => {
  for (const each of [source, target]) {
    await each.close();
    await each.drop();
  }
  rmSync(folder, { recursive: true });
});

function take(to: string, more: { overwrite?: boolean; url?: string } = {}): Promise<BackedUp> {
  return backUp({ url: source.url, file: to, overwrite: false, key, product: '0.1.0', now: TAKEN, ...more });
}

function bring(more: Partial<RestoreOptions> = {}): Promise<Restored> {
  const wish = { replace: false, otherSecret: false, brokenJournal: false, robotGoesOn: false };
  return restore({ url: target.url, file, key, now: NOW, ...wish, ...more });
}

async function tablesIn({ pool }: Database): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(
    `select count(*)::int as n from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace`,
  );
  return rows[0]?.n ?? 0;
}

/** The backup with something changed in its parts, and packed again. */
async function changed(name: string, change: (parts: Part[]) => Part[]): Promise<string> {
  const parts: Part[] = [];
  for await (const part of partsOf(file)) parts.push(part);
  const to = join(folder, name);
  writeFileSync(to, gzipSync(Buffer.concat([...change(parts).flatMap((part) => [...packed(part)]), endOfArchive()])));
  return to;
}

/** The backup with another manifest, signed anew. */
function resigned(name: string, change: (manifest: Manifest) => void, by = key): Promise<string> {
  return changed(name, (parts) => {
    const manifest = JSON.parse(parts.find((part) => part.name === 'manifest.json')?.bytes.toString() ?? '') as Manifest;
    change(manifest);
    const { tables: _, sequences: _sequences, ...about } = manifest;
    const rest = parts.slice(1, -2);
    return [{ name: 'signalbox-backup.json', bytes: Buffer.from(JSON.stringify(about)) }, ...rest, ...closingParts(manifest, by)];
  });
}

describe('a backup', () => {
  test('is one file for its owner alone, which any tar reads, and says what is in it', () => {
    expect(taken).toMatchObject({ apps: 2, entries: before['public.journal']?.length, strangers: [], sealedBy: 'another key' });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const names = execFileSync('tar', ['-tzf', file], { encoding: 'utf8' }).trim().split('\n');
    expect(names[0]).toBe('signalbox-backup.json');
    expect(names).toContain('public.journal/000001.copy');
    expect(names.slice(-2)).toEqual(['manifest.json', 'signature.json']);
    expect(readdirSync(folder)).toEqual(['backup.tar.gz']);
  });

  test('holds nothing that opens a door', () => {
    const text = gunzipSync(readFileSync(file)).toString('latin1');
    expect(text).toContain('m.lind@example.com');
    for (const word of ['a-token-of-a-session', 'a-token-of-a-provider', 'a-word-in-a-mail', 'a secret of the tests'])
      expect(text).not.toContain(word);
  });

  test('does not take the place of a file that is there, unless that is said', async () => {
    const other = join(folder, 'other.tar.gz');
    writeFileSync(other, 'something dear');
    await expect(take(other)).rejects.toMatchObject({
      kind: 'file',
      message: `${other} is there already: name another file, or say --overwrite`,
    });
    expect(readFileSync(other, 'utf8')).toBe('something dear');
    await take(other, { overwrite: true });
    expect((await checkFile({ file: other, key, otherSecret: false })).manifest.takenAt).toBe(TAKEN);
    await expect(take(folder)).rejects.toThrow('is no file');
    await expect(take(join(folder, 'absent', 'backup.tar.gz'))).rejects.toThrow('make it first');
    await expect(take(join(folder, 'nothing.tar.gz'), { url: target.url })).rejects.toThrow('holds no Signalbox');
  });

  test('of a full disk leaves nothing behind', async ({ skip }) => {
    const small = join(folder, 'small');
    mkdirSync(small);
    if (process.getuid?.() !== 0 || spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8k', 'tmpfs', small]).status !== 0)
      skip('this machine does not let us mount a small disk');
    try {
      await expect(take(join(small, 'backup.tar.gz'))).rejects.toMatchObject({
        kind: 'failed',
        message: expect.stringContaining('the disk is full') as string,
      });
      expect(readdirSync(small)).toEqual([]);
    } finally {
      spawnSync('umount', [small]);
    }
  });
});

describe('a file that is not a whole backup is told from one, and the database stays untouched:', () => {
  const flipped = (parts: Part[]): Part[] =>
    parts.map((part) =>
      part.name.startsWith('public.journal') ? { ...part, bytes: Buffer.from(part.bytes.toString().replace('Astrid', 'Ingrid')) } : part,
    );
  test.each<[string, () => Promise<string> | string, string]>([
    ['none at all', () => join(folder, 'absent'), 'there is no file'],
    ['an empty one', () => written('empty', Buffer.alloc(0)), 'is cut off'],
    ['something else', () => written('else', Buffer.from('select 1;'.repeat(100))), 'is no backup of Signalbox'],
    [
      'something else that is packed',
      () => written('else.gz', gzipSync(Buffer.from('select 1;'.repeat(100)))),
      'is no backup of Signalbox',
    ],
    ['one that is cut off', () => written('cut', readFileSync(file).subarray(0, -2000)), 'is cut off'],
    ['one whose end is missing', () => changed('end', (parts) => parts.slice(0, -2)), 'is cut off'],
    ['one with a flipped bit', () => written('flipped', withFlippedBit()), 'damaged'],
    ['one with an altered entry', () => changed('altered', flipped), 'has another public.journal/000001.copy than was written'],
    [
      'one with a part missing',
      () => changed('missing', (parts) => parts.filter(({ name }) => !name.startsWith('public.facts/'))),
      'lacks public.facts/000001.copy',
    ],
    [
      'one with a part more',
      () => changed('more', (parts) => [...parts.slice(0, -2), { name: 'more', bytes: Buffer.from('x') }, ...parts.slice(-2)]),
      'parts that its manifest does not name',
    ],
    [
      'one with another manifest',
      () =>
        changed('manifest', (parts) =>
          parts.map((part) => (part.name === 'manifest.json' ? { ...part, bytes: Buffer.concat([part.bytes, Buffer.from(' ')]) } : part)),
        ),
      'is not the one that was signed',
    ],
    [
      'one of a newer Signalbox',
      () =>
        resigned('newer', (manifest) =>
          manifest.schema.push({ number: manifest.schema.length + 1, name: '9999-future.sql', checksum: '' }),
        ),
      'was made by a newer Signalbox (0.1.0): its database has 9999-future.sql',
    ],
    [
      'one of another program of that name',
      () => resigned('fork', (manifest) => manifest.schema.splice(0, 1, { number: 1, name: '0001-signalbox.sql', checksum: 'other' })),
      'its database has another 0001-signalbox.sql',
    ],
    [
      'one in a newer format',
      () => resigned('format', (manifest) => Object.assign(manifest, { format: 2 })),
      'was written by a newer Signalbox (format 2',
    ],
    ['one of an instance with another secret', () => resigned('theirs', () => undefined, stranger), "this instance's secret is another"],
    [
      'one with a column that is not ours',
      () => resigned('column', (manifest) => manifest.tables[0]?.columns.push('x; drop table apps')),
      'has columns that public.apps does not have: x; drop table apps',
    ],
    [
      'one that counts other rows',
      () => resigned('rows', (manifest) => Object.assign(manifest.tables[0] ?? {}, { rows: 7 })),
      'has 2 rows for public.apps and says 7',
    ],
  ])('%s', async (_, make, message) => {
    await expect(bring({ file: await make() })).rejects.toThrow(message);
    expect(await tablesIn(target)).toBe(0);
  });

  function written(name: string, bytes: Buffer): string {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  }
  function withFlippedBit(): Buffer {
    const bytes = readFileSync(file);
    const at = Math.floor(bytes.length / 2);
    bytes[at] = (bytes[at] ?? 0) ^ 0x10;
    return bytes;
  }
});

describe('a restore', () => {
  test('into a database of somebody else, or one that is in use, is refused', async () => {
    await target.pool.query('create table theirs (id int)');
    await expect(bring({ replace: true })).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining("not Signalbox's (public.theirs)") as string,
    });
    await target.pool.query('drop table theirs');
    for (const applicationName of ['signalbox', sessionName(`host:1:${randomUUID()}`)]) {
      const running = await connect({ url: target.url, applicationName });
      try {
        await expect(bring()).rejects.toThrow('Stop every process of it first');
      } finally {
        await running.close();
      }
    }
    expect(await tablesIn(target)).toBe(0);
  });

  test('of a broken journal is refused by name, unless that is said', async () => {
    const broken = join(folder, 'broken.tar.gz');
    await source.pool.query(`update journal set actor = '{"id":"x","kind":"robot","name":"X"}' where chain = 'app:music' and seq = 2`);
    await take(broken);
    await source.pool.query(
      `update journal set actor = (select actor from journal where chain = 'app:music' and seq = 1) where chain = 'app:music' and seq = 2`,
    );
    await expect(bring({ file: broken })).rejects.toThrow(/The journal in .* is broken:\n {2}app:music: entry 2 /);
    expect(await tablesIn(target)).toBe(0);
    expect((await bring({ file: broken, brokenJournal: true })).audit.ok).toBe(false);
  });

  test('into a database that is not empty is refused, and replaces it when that is said', async () => {
    await target.pool.query(`update apps set name = 'What is there now'`);
    const there = await everyRow(target.pool);
    await expect(bring()).rejects.toThrow('This database is not empty: it has 2 apps and 1 person.');
    await target.pool.query('create view mine as select * from apps');
    await expect(bring({ replace: true })).rejects.toThrow("depends on Signalbox's tables");
    await target.pool.query('drop view mine');
    expect(await everyRow(target.pool)).toEqual(there);

    const restored = await bring({ replace: true });
    expect(restored).toMatchObject({ audit: { ok: true }, migrated: [], settled: { openActions: 1, paused: ['music'] } });
    const after = await everyRow(target.pool);
    const settled = ['public.apps', 'public.tracks', 'public.journal', 'public.outbox', 'public.due', 'auth.account'];
    const doors = ['public.leases', 'public.servers', 'public.setup_links', 'auth.session', 'auth.verification'];
    const same = Object.keys(before).filter((table) => !settled.includes(table));
    expect(same.map((table) => [table, after[table]])).toEqual(same.map((table) => [table, doors.includes(table) ? [] : before[table]]));
    expect(after['auth.account']).toEqual(before['auth.account']?.map((row) => ({ ...row, accessToken: null })));
  });

  test('goes on where sequences, partitions and references stood', async () => {
    const { rows } = await target.pool.query<{ next: number; arrival: number }>(
      `select nextval('fact_arrivals') as next, (select max(arrival) from facts) as arrival`,
    );
    expect(rows[0]?.next).toBeGreaterThan(rows[0]?.arrival ?? Number.POSITIVE_INFINITY);
    await target.pool.query(
      `insert into ticks (track, instance, by, by_id, answer, at, recorded_at) values ('music/1.1.0/android', 'i', 'A', 'a', 'done', $1, $1)`,
      [NOW],
    );
    await expect(
      target.pool.query(
        `insert into ticks (track, instance, by, by_id, answer, at, recorded_at) values ('absent', 'i', 'A', 'a', 'done', $1, $1)`,
        [NOW],
      ),
    ).rejects.toThrow('foreign key');
    const partitions = await target.pool.query<{ name: string }>(
      `select relname as name from pg_class where relispartition and relkind = 'r' order by 1`,
    );
    const months = [
      'facts_2024_10',
      'facts_2024_11',
      'health_days_2024_09',
      'health_days_2024_10',
      'health_rollups_2024_09',
      'health_rollups_2024_10',
    ];
    expect(partitions.rows.map(({ name }) => name)).toEqual(months);
    const tight = await target.pool.query(`select reloptions from pg_class where relname = 'health_days_2024_09'`);
    expect(tight.rows).toEqual([{ reloptions: ['toast_tuple_target=128'] }]);
  });

  test('leaves numbers that nobody has seen, orders in doubt, the robot of real apps paused, and says so in the journal', async () => {
    const { rows: apps } = await target.pool.query<{ id: string; version: number; paused: { why: string; until: null } | null }>(
      'select id, version, robot_paused as paused from apps order by id',
    );
    expect(apps.map(({ id, paused }) => [id, paused?.why ?? null])).toEqual([
      ['music', `Restored from a backup of ${TAKEN}. What people said since then is not known here: look, then let it go on.`],
      ['sample', null],
    ]);
    for (const { version } of apps) expect(version).toBeGreaterThan(1_000_000);
    const { rows: tracks } = await target.pool.query<{ revision: number; moved: number }>(
      'select revision, moved_revision as moved from tracks',
    );
    for (const { revision, moved } of tracks) expect([revision > 1_000_000, moved]).toEqual([true, revision]);
    const { rows: orders } = await target.pool.query('select key from outbox where in_doubt and ended_at is null');
    expect(orders).toEqual([{ key: 'submit' }]);
    const { rows: told } = await target.pool.query<{ chain: string; kind: string }>(
      `select chain, kind from journal order by recorded_at desc, seq desc limit 2`,
    );
    expect(told).toEqual([
      { chain: 'app:music', kind: 'robot-paused' },
      { chain: 'app:music', kind: 'restored' },
    ]);
    expect(await verifyJournal(target.db, null)).toMatchObject({ ok: true });
  });

  test('of a moment while others write has that moment, whole', async () => {
    const busy = { is: true };
    const writing = (async () => {
      for (let n = 1; busy.is; n += 1)
        await source.pool.query(
          `with one as (update apps set name = 'n' || ${n} where id = 'music') update releases set manager = 'n' || ${n} where app = 'music'`,
        );
    })();
    const moving = join(folder, 'moving.tar.gz');
    await take(moving);
    busy.is = false;
    await writing;
    await bring({ file: moving, replace: true, robotGoesOn: true });
    const { rows } = await target.pool.query<{ n: number; paused: boolean }>(
      `select count(distinct r.manager)::int as n, bool_or(r.manager <> a.name) as torn, bool_or(a.robot_paused is not null) as paused from releases r join apps a on a.id = r.app`,
    );
    expect(rows).toEqual([{ n: 1, torn: false, paused: false }]);
  });

  test('by an instance with another secret is done when that is said', async () => {
    expect((await bring({ replace: true, key: null, otherSecret: true })).audit.ok).toBe(true);
    await expect(bring({ replace: true, key: null })).rejects.toThrow('this instance has no secret yet');
  });
});
