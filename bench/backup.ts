/** Backup and restore of a large instance whose journal is a real one: seconds and megabytes, on the embedded database with `fsync`. */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { backUp } from '#db/backup/backup.ts';
import { checkBackup } from '#db/backup/manifest.ts';
import { restore } from '#db/backup/restore.ts';
import { connect } from '#db/connect.ts';
import type { Connection } from '#db/connect.ts';
import { startEmbedded } from '#db/embedded/index.ts';
import { chained, sealKey, writeEntries } from '#db/journal.ts';
import { migrate } from '#db/migrate.ts';
import type { Bench, Figure } from './figure.ts';
import { fill } from './large-instance.ts';

const AT = '2024-10-01T12:20:00.000Z';
/** In each of 600 tracks. */
const ENTRIES = 300;
const FACTS = 200_000;

export const bench: Bench = { title: 'backup and restore of a large instance', run };

async function run(say: (text: string) => void): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-backup-'));
  const embedded = await startEmbedded({ dataDir: folder });
  try {
    const connection = await connect({ url: embedded.url, applicationName: 'signalbox-bench' });
    await migrate({ pool: connection.pool });
    say('filling 100 apps, 180,000 entries of the journal, 200,000 facts');
    await fill(connection.db, { apps: 100, bugs: 5000, teams: 200 });
    await writeJournal(connection);
    await writeFacts(connection);
    const { rows } = await connection.pool.query<{ bytes: string }>('select pg_database_size(current_database()) as bytes');
    await connection.pool.query('create database restored');
    await connection.close();
    const key = sealKey('a secret for the bench, of enough length');
    const file = join(folder, 'backup.tar.gz');
    const common = { file, key, now: new Date().toISOString() };
    const seconds = async (work: () => Promise<unknown>): Promise<number> => {
      const began = performance.now();
      await work();
      return (performance.now() - began) / 1000;
    };
    say('backing up');
    const backup = await seconds(() => backUp({ ...common, url: embedded.url, overwrite: false, product: 'bench' }));
    const check = await seconds(() => checkBackup(file));
    say('restoring');
    const url = embedded.url.replace(/\/signalbox\?/, '/restored?');
    const back = await seconds(() =>
      restore({ ...common, url, replace: false, otherSecret: false, brokenJournal: false, robotGoesOn: false }),
    );
    const note = `database of ${Math.round(Number(rows[0]?.bytes ?? 0) / 1e6)} MB`;
    return [
      { what: 'backup, 100 apps, 180,000 journal entries, 200,000 facts', value: backup, unit: 's', note },
      { what: 'its file', value: (await stat(file)).size / 1e6, unit: 'MB' },
      { what: 'checking that file', value: check, unit: 's' },
      { what: 'restoring it: checked, loaded, indexed, the journal verified', value: back, unit: 's' },
    ];
  } finally {
    await embedded.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** In place of the filler's lines, which are no chains. */
async function writeJournal({ db }: Connection): Promise<void> {
  await sql`truncate journal`.execute(db);
  const tracks = await db.selectFrom('tracks').select(['id', 'app', 'stage']).execute();
  const robot = { kind: 'robot' as const, id: 'robot', name: 'Robot' };
  for (const { id, app, stage } of tracks)
    await db.transaction().execute(async (tx) => {
      const entries = Array.from({ length: ENTRIES }, (_, index) => ({
        actor: robot,
        event: {
          is: 'verdict-changed' as const,
          instance: 'tests-passed',
          title: 'Tests passed',
          from: 'yellow' as const,
          to: 'green' as const,
          because: `All ${index} suites passed.`,
        },
        stageAfter: stage,
      }));
      const { rows, head } = chained({ app, track: id, seq: 0, hash: '' }, entries, { appVersion: 1, at: AT, recordedAt: AT });
      await writeEntries(tx, rows);
      await tx.updateTable('tracks').set({ journal_seq: head.seq, journal_hash: head.hash }).where('id', '=', id).execute();
    });
}

async function writeFacts({ db }: Connection): Promise<void> {
  await sql`select fact_partition('2024-10-01')`.execute(db);
  await sql`insert into facts select n, 'app-' || n % 100, 'ci', 'build', n::text, 1, ${AT}::timestamptz, ${AT}::timestamptz, '{"kind":"key","id":"ci","name":"CI"}',
    jsonb_build_object('platform', 'ios', 'version', '8.9.2', 'number', n::text, 'kind', 'nightly', 'state', 'succeeded', 'commit', md5(n::text)) from generate_series(1, ${FACTS}) n`.execute(
    db,
  );
  await sql`insert into fact_keys select app, source, kind, key, revision, md5(key) || md5(payload::text) from facts`.execute(db);
}
