/** The DSNs of a server, for tests of rooms that are handed them. */
import { Pool } from 'pg';
import type { AppTime } from '#engine/types.ts';
import { sampleDsns } from '#server/auth/dsns.ts';

export function dsnsOn(url: string, clock: AppTime): ReturnType<typeof sampleDsns> & { close(): Promise<void> } {
  const pool = new Pool({ connectionString: url, max: 1 });
  return { ...sampleDsns(pool, clock), close: () => pool.end() };
}
