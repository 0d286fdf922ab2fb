/** Lanes on a PostgreSQL of the simulation's own, for the command line and the bench: started, used, and thrown away. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '#db/connect.ts';
import type { Connection } from '#db/connect.ts';
import { startEmbedded } from '#db/embedded/index.ts';
import { migrate } from '#db/migrate.ts';
import { administer, withDatabase } from '../setup/cluster.ts';
import { openLanes, PATIENT } from './lanes.ts';
import type { Lanes } from './lanes.ts';

const TEMPLATE = 'signalbox_simulation';

export async function ownLanes(count: number): Promise<Pick<Lanes, 'play'> & { end(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-simulate-'));
  // As root, PostgreSQL runs under another account, which must be able to enter.
  await chmod(folder, 0o755);
  const embedded = await startEmbedded({ dataDir: folder, durable: false, fallbackRoot: folder });
  await administer(
    embedded.url,
    async (admin) => void (await admin.query(`create database ${TEMPLATE} encoding 'UTF8' template template0`)),
  );
  const template = await connect({ url: withDatabase(embedded.url, TEMPLATE) });
  await migrate({ pool: template.pool });
  await template.close();
  const connections: Connection[] = [];
  for (let lane = 1; lane <= count; lane++) {
    const name = `${TEMPLATE}_${lane}`;
    await administer(
      embedded.url,
      async (admin) => void (await admin.query(`create database ${name} template ${TEMPLATE} strategy file_copy`)),
    );
    connections.push(await connect({ url: withDatabase(embedded.url, name), ...PATIENT }));
  }
  const lanes = await openLanes(connections);
  return {
    play: (seeds, each, options) => lanes.play(seeds, each, options),
    async end() {
      await lanes.close();
      for (const connection of connections) await connection.close();
      await embedded.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
