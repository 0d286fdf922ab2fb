/** A PostgreSQL of the fuzzing's own, for the command line: started, used, and thrown away. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '#db/connect.ts';
import { startEmbedded } from '#db/embedded/index.ts';
import { migrate } from '#db/migrate.ts';
import type { TestDatabase } from '../setup/database.ts';

export async function ownDatabase(): Promise<TestDatabase & { stop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-fuzz-database-'));
  // As root, PostgreSQL runs under another account, which must be able to enter.
  await chmod(folder, 0o755);
  const embedded = await startEmbedded({ dataDir: folder, durable: false, fallbackRoot: folder });
  const connection = await connect({ url: embedded.url, applicationName: 'signalbox-fuzz' });
  await migrate({ pool: connection.pool });
  return {
    ...connection,
    url: embedded.url,
    async stop() {
      await connection.close().catch(() => undefined);
      await embedded.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
