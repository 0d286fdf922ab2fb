/** Hearing what other processes on the same database tell. */
import type { Pool, PoolClient } from 'pg';

export type Listening = {
  /** Whether the line stands: it answered when it was last asked. */
  hears(): boolean;
  end(): Promise<void>;
};

const AGAIN_AFTER_MS = 1000;
/** A line on which nothing comes may be dead without either end knowing: it is asked for an answer. */
const ASK_EVERY_MS = 5000;
const ANSWER_WITHIN_MS = 4000;

/**
 * Listens on a channel with a connection of its own, which is made anew when it breaks or gives no answer.
 *
 * @param onGap is called after each new connection: what was told in between was not heard
 * @param askEveryMs between two questions whether the line still stands
 */
export async function listen(
  pool: Pool,
  channel: string,
  onPayload: (payload: string) => void,
  onGap: () => void,
  onTrouble: (error: unknown) => void,
  askEveryMs: number = ASK_EVERY_MS,
): Promise<Listening> {
  let client: PoolClient | null = null;
  let ended = false;
  let again: NodeJS.Timeout | null = null;
  let asking: NodeJS.Timeout | null = null;

  async function begin(): Promise<void> {
    const fresh = await pool.connect();
    // It may break before it hears anything: then this try has failed, and nothing else begins a second one.
    const broke = new Promise<never>((_, reject) => {
      fresh.once('error', reject);
      fresh.once('end', () => reject(new Error('the connection ended')));
    });
    broke.catch(() => undefined);
    try {
      await Promise.race([fresh.query(`listen ${channel}`), broke]);
    } catch (error) {
      letGo(fresh);
      throw error;
    }
    if (ended) return letGo(fresh);
    client = fresh;
    fresh.on('notification', (message) => {
      if (message.payload !== undefined) onPayload(message.payload);
    });
    broke.catch((error: unknown) => broken(fresh, error));
    asking = setInterval(() => void ask(fresh), askEveryMs);
    onGap();
  }

  async function ask(line: PoolClient): Promise<void> {
    let late: NodeJS.Timeout | undefined;
    const silence = new Promise<never>((_, reject) => {
      late = setTimeout(
        () => reject(new Error(`the line for notifications gave no answer within ${ANSWER_WITHIN_MS / 1000} s`)),
        ANSWER_WITHIN_MS,
      );
    });
    try {
      await Promise.race([line.query('select 1'), silence]);
    } catch (error) {
      broken(line, error);
    } finally {
      clearTimeout(late);
    }
  }

  function broken(line: PoolClient, error: unknown): void {
    if (ended || client !== line) return;
    client = null;
    letGo(line);
    onTrouble(error);
    tryAgain();
  }

  function letGo(line: PoolClient): void {
    if (asking !== null) clearInterval(asking);
    line.removeAllListeners();
    line.on('error', () => undefined);
    line.release(true);
  }

  function tryAgain(): void {
    again = setTimeout(() => {
      if (ended) return;
      begin().catch((error: unknown) => {
        onTrouble(error);
        tryAgain();
      });
    }, AGAIN_AFTER_MS);
  }

  await begin();
  return {
    hears: () => client !== null,
    async end() {
      ended = true;
      if (again !== null) clearTimeout(again);
      if (client !== null) letGo(client);
      client = null;
      await Promise.resolve();
    },
  };
}
