import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { EMBEDDED_USER } from './cluster.ts';
import { urlFor } from './index.ts';
import { holderOf } from './lock.ts';
import { isPostmasterOf, readPostmasterFile } from './orphan.ts';
import { expectedPlace } from './place.ts';

/** What an embedded PostgreSQL shows from outside: the program that uses its data directory, and its address while it runs. */
export type Trace = { holder: number | null; hasCluster: boolean; url: string | null };

/** Looks at a data directory without touching it. */
export async function traceOf(dataDir: string): Promise<Trace> {
  const folder = await realpath(dataDir).catch(() => dataDir);
  const { data } = await expectedPlace(folder);
  const file = await readPostmasterFile(data);
  const runs = file !== null && file.isReady && (await isPostmasterOf(file.pid, data));
  return {
    holder: await holderOf(folder),
    hasCluster: existsSync(join(data, 'PG_VERSION')),
    url: runs ? urlFor(file.socketFolder, EMBEDDED_USER) : null,
  };
}
