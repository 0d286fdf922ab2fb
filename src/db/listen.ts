/** Hearing what other processes on the same database tell. */
import type { Pool, PoolClient } from 'pg';

export type Listening = { end(): Promise<void> };

const AGAIN_AFTER_MS = 1000;

/**
 * Listens on a channel with a connection of its own, which is made anew when it breaks.
 *
 * @param onGap is called after each new connection: what was told in between was not heard
 */
export async function listen(
  pool: Pool,
  channel: string,
  onPayload: (payload: string) => void,
  onGap: () => void,
  onTrouble: (error: unknown) => void,
): Promise<Listening> {
  let client: PoolClient | null = null;
  let ended = false;
  let timer: NodeJS.Timeout | null = null;

  async function begin(): Promise<void> {
    const fresh = await pool.connect();
    client = fresh;
    fresh.on('notification', (message) => {
      if (message.payload !== undefined) onPayload(message.payload);
    });
    fresh.on('error', (error) => broken(error));
    fresh.on('end', () => broken(null));
    await fresh.query(`listen ${channel}`);
    onGap();
  }

  function broken(error: unknown): void {
    if (ended || client === null) return;
    const gone = client;
    client = null;
    gone.removeAllListeners();
    gone.on('error', () => undefined);
    gone.release(true);
    if (error !== null) onTrouble(error);
    again();
  }

  function again(): void {
    timer = setTimeout(() => {
      if (ended) return;
      begin().catch((error: unknown) => {
        client = null;
        onTrouble(error);
        again();
      });
    }, AGAIN_AFTER_MS);
  }

  await begin();
  return {
    async end() {
      ended = true;
      if (timer !== null) clearTimeout(timer);
      client?.removeAllListeners();
      client?.release(true);
      client = null;
      await Promise.resolve();
    },
  };
}
