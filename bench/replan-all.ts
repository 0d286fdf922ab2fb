/** Ten thousand tracks looked at through the database: leased, read, judged, planned, and committed where something is new. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { connect } from '#db/connect.ts';

import type { Db } from '#db/transaction.ts';
import { markDue } from '#db/due.ts';
import { startEmbedded } from '#db/embedded/index.ts';
import { migrate } from '#db/migrate.ts';
import { createEngine } from '#engine/engine.ts';
import type { Bench, Figure } from './figure.ts';
import { fill } from './large-instance.ts';

const AT = '2024-10-01T12:20:00.000Z';
/** Six tracks each. */
const APPS = 1667;
const MARKED_AT_ONCE = 5000;

export const bench: Bench = { title: 'ten thousand tracks looked at again', run };

async function run(say: (text: string) => void): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-replan-all-'));
  const embedded = await startEmbedded({ dataDir: folder });
  const connection = await connect({ url: embedded.url });
  await migrate({ pool: connection.pool });
  await fill(connection.db, { apps: APPS, bugs: 5000, teams: APPS, journal: 5 });
  say(`${APPS} apps × 3 platforms × 2 live releases, 5,000 open bugs`);
  const engine = createEngine({
    connection,
    integrations: [],
    clock: { now: () => AT },
    owner: 'bench',
    secret: 'a secret for the bench, of enough length',
    dataDir: folder,
  });
  try {
    const tracks = await allTracks(connection.db);
    const looked = async (what: string): Promise<number> => {
      await wake(connection.db, tracks);
      const begin = performance.now();
      await engine.settle();
      const seconds = (performance.now() - begin) / 1000;
      say(`${what}: ${seconds.toFixed(1)} s`);
      return seconds;
    };
    const first = await looked('the first look, in which every verdict is news');
    const again = await looked('again, with nothing new');
    const once = await looked('and once more');
    return [
      { what: `${tracks.length} tracks looked at for the first time: every verdict is new and written`, value: first, unit: 's' },
      { what: `${tracks.length} tracks looked at again, nothing new`, value: Math.min(again, once), unit: 's', atMost: 10 },
    ];
  } finally {
    await engine.stop();
    await connection.close();
    await embedded.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function allTracks(db: Db): Promise<{ id: string; app: string }[]> {
  return db.selectFrom('tracks').select(['id', 'app']).execute();
}

async function wake(db: Db, tracks: readonly { id: string; app: string }[]): Promise<void> {
  for (let from = 0; from < tracks.length; from += MARKED_AT_ONCE)
    await markDue(
      db,
      tracks.slice(from, from + MARKED_AT_ONCE).map(({ id, app }) => ({ kind: 'track' as const, key: id, app, at: AT })),
    );
}
