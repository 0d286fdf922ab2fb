import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { backUp } from '#db/backup/backup.ts';
import { restore } from '#db/backup/restore.ts';
import { madeBy, tablesThere, textOf } from '#db/backup/tables.ts';
import { connect } from '#db/connect.ts';
import type { Connection } from '#db/connect.ts';
import { sealKey } from '#db/journal.ts';
import { migrate, packageMigrations } from '#db/migrate.ts';
import { createEngine } from '#engine/engine.ts';
import { emptyDatabase } from '../setup/database.ts';
import { everyRow, fillEarlier } from '../setup/earlier.ts';
import type { Rows } from '../setup/earlier.ts';
import { astrid, handClock, integrations, must, SECRET } from './room.ts';

const migrations = await packageMigrations();
const key = sealKey(SECRET);

/** The tracks of test/upgrade/0001.sql, and what the robot makes of them once it is paused for the last. */
const TRACKS = [
  ['music/1.0.0/android', 'completed', undefined],
  ['music/1.1.0/android', 'released', 'resting'],
  ['music/1.2.0/android', 'developing', 'paused'],
];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-upgrade-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Works in an empty database of its own. */
async function inEmptyDatabase(work: (connection: Connection, url: string) => Promise<void>): Promise<void> {
  const { url, drop } = await emptyDatabase();
  const connection = await connect({ url, applicationName: 'signalbox-test' });
  try {
    await work(connection, url);
  } finally {
    await connection.close();
    await drop();
  }
}

async function fill(connection: Connection, upTo: number): Promise<void> {
  const client = await connection.pool.connect();
  try {
    await fillEarlier(client, upTo);
  } finally {
    client.release();
  }
}

/** The rows as they were, as far as the columns are still there. */
function asBefore(before: Rows, after: Rows): Rows {
  return Object.fromEntries(
    Object.entries(before).map(([table, rows]) => {
      const columns = new Set(rows.flatMap((row) => Object.keys(row)));
      const cut = (after[table] ?? []).map((row) => Object.fromEntries(Object.entries(row).filter(([column]) => columns.has(column))));
      return [table, cut];
    }),
  );
}

/** A Signalbox of today on the data: its robot looks, people command, its journal holds. */
async function worksOn(connection: Connection): Promise<void> {
  const clock = handClock('2024-10-01T10:00:00.000Z');
  const engine = createEngine({ connection, secret: SECRET, dataDir: join(folder, 'data'), integrations, clock, owner: 'today' });
  try {
    await engine.settle('music');
    must(await engine.command('music/1.2.0/android', { do: 'pause-robot', scope: 'track', reason: 'we look first', until: null }, astrid));
    await engine.settle('music');
    const rows = await connection.db.selectFrom('tracks').select(['id', 'stage', 'plan']).orderBy('id').execute();
    expect(rows.map(({ id, stage, plan }) => [id, stage, plan?.robot.is])).toEqual(TRACKS);
    expect(await engine.verifyAudit()).toMatchObject({ ok: true, problems: [] });
  } finally {
    await engine.stop();
  }
}

/** What a backup reads out of the migrations is what they made. */
async function backupKnowsAll(connection: Connection, upTo: number): Promise<void> {
  const made = madeBy(migrations.slice(0, upTo));
  const client = await connection.pool.connect();
  const there = await tablesThere(client, made.schemas).finally(() => client.release());
  expect(made.tables.map(textOf).toSorted()).toEqual(there.map(textOf).filter((name) => name !== 'public.schema_migrations'));
  const { rows: others } = await connection.pool.query<{ name: string }>(
    `select 'sequence ' || relname as name from pg_class c where relkind = 'S' and relnamespace = 'public'::regnamespace
       and not exists (select 1 from pg_depend d where d.objid = c.oid and d.deptype in ('a', 'i'))
     union all select 'function ' || proname from pg_proc where pronamespace = 'public'::regnamespace order by 1`,
  );
  const known = [...made.functions.map(({ name }) => `function ${name}`), ...made.sequences.map(({ name }) => `sequence ${name}`)];
  expect(others.map(({ name }) => name)).toEqual(known.toSorted());
}

describe.each(migrations.map(({ number, name }) => ({ number, name })))('a database as it was after $name', ({ number }) => {
  test('has a row in every table, is brought up to today with all of them, and goes on', async () => {
    await inEmptyDatabase(async (connection) => {
      await fill(connection, number);
      const before = await everyRow(connection.pool);
      const empty = Object.entries(before).filter(([, rows]) => rows.length === 0);
      expect(empty.map(([table]) => `${table}: add a row to test/upgrade, in the file of the migration that makes it`)).toEqual([]);
      await backupKnowsAll(connection, number);
      expect(await migrate({ pool: connection.pool })).toEqual(migrations.slice(number).map(({ name }) => name));
      expect(asBefore(before, await everyRow(connection.pool))).toEqual(before);
      await worksOn(connection);
    });
  });
});

describe('a backup of the first Signalbox', () => {
  test('is restored by the one of today', async () => {
    const file = join(folder, 'first.tar.gz');
    let before: Rows = {};
    await inEmptyDatabase(async (connection, url) => {
      await fill(connection, 1);
      before = await everyRow(connection.pool);
      await backUp({ url, file, overwrite: false, key, product: '0.0.1', now: '2024-10-01T09:30:00.000Z' });
    });
    await inEmptyDatabase(async (connection, url) => {
      const wish = { replace: false, otherSecret: false, brokenJournal: false, robotGoesOn: true };
      const restored = await restore({ ...wish, url, file, key, now: '2024-10-01T09:40:00.000Z' });
      expect(restored.migrated).toEqual(migrations.slice(1).map(({ name }) => name));
      expect(restored.audit).toMatchObject({ ok: true, seals: 2 });
      const after = asBefore(before, await everyRow(connection.pool));
      for (const table of ['public.facts', 'public.verdicts', 'public.sign_offs', 'public.policies', 'public.seals', 'public.waivers'])
        expect(after[table]).toEqual(before[table]);
      await worksOn(connection);
    });
  });
});
