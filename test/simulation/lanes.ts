/** Several cycles at a time, each on a database of its own: while one waits for the database another goes on. What a seed does is the same beside others or alone. */
import type { Connection } from '#db/connect.ts';
import { Beginnings } from './beginnings.ts';
import { playCycle } from './cycle.ts';
import type { Played, PlayOptions } from './cycle.ts';
import { RealConnection } from './database.ts';
import { installTimers } from './gate.ts';

/** How a lane's database is connected: real time decides nothing in a simulation, so the server ends nothing because of it. */
export const PATIENT = { poolSize: 40, statementTimeoutMs: 0, lockTimeoutMs: 0, idleInTransactionTimeoutMs: 0 } as const;

/** Databases to play on. `close` gives back their connections; the databases themselves are the caller's. */
export type Lanes = {
  /** Plays seeds, and gives each as it ends, in any order. Ends early when `each` says so. */
  play(seeds: readonly number[], each: (played: Played) => boolean | void, options?: PlayOptions): Promise<void>;
  close(): Promise<void>;
};

export async function openLanes(connections: readonly Pick<Connection, 'pool' | 'db'>[]): Promise<Lanes> {
  const all: RealConnection[] = [];
  for (const connection of connections) {
    const real = new RealConnection(connection);
    await real.prepare();
    all.push(real);
  }
  const uninstall = installTimers();
  const names = new Map<string, string>();
  const beginnings = new Beginnings();
  return {
    async play(seeds, each, options = {}) {
      const left = [...seeds];
      let stopped = false;
      const lane = async (real: RealConnection): Promise<void> => {
        for (let seed = left.shift(); seed !== undefined && !stopped; seed = left.shift()) {
          const played = await playCycle(seed, real, { names, beginnings }, options);
          if (!stopped && each(played) === false) stopped = true;
        }
      };
      await Promise.all(all.map(lane));
    },
    async close() {
      uninstall();
      for (const real of all) await real.close();
    },
  };
}
