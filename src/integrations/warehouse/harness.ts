/** Levers over a warehouse that really is one: the tests start it, and this writes into it as an app's pipeline would. */
import type { HealthHarness } from '#ports/health-source.contract.ts';
import { warehouseSettings } from './settings.ts';
import { warehouseSource } from './source.ts';

const NOW_MS = Date.parse('2024-10-08T09:20:00Z');

export type Warehouse = {
  address: string;
  database: string;
  user: string;
  password: string;
  query: string;
  /** Writes the hours of a build, in place of those that were there. */
  write(hours: readonly { hourMs: number; build: string; segment: string; users: number; crashed: number }[]): Promise<void>;
  /** The next connection ends in the middle of an answer. Left out: it cannot be made to. */
  breakOff?: () => void;
  close: () => Promise<void>;
};

/** A source on a warehouse. */
export async function warehouseHarness(warehouse: Warehouse, given: Record<string, unknown> = {}): Promise<HealthHarness> {
  const { address, database, user, password, query } = warehouse;
  const settings = warehouseSettings.parse({ address, database, user, password, query, tls: 'none', firstDays: 1, ...given });
  let isBroken: 'key-refused' | 'error' | null = null;
  const sourceWith = (more: object) =>
    warehouseSource(
      { ...settings, ...more },
      { fetch, now: () => new Date(NOW_MS).toISOString(), log: () => undefined, dataDir: '/nowhere', signal: AbortSignal.timeout(20_000) },
    );
  const whole = sourceWith({});
  return {
    source: {
      ...whole,
      rollupsSince(asked) {
        const how = isBroken;
        isBroken = null;
        // nothing listens at port 1
        if (how === 'error') return sourceWith({ address: `${new URL(address).protocol}//127.0.0.1:1` }).rollupsSince(asked);
        return how === 'key-refused'
          ? sourceWith({ user: 'nobody-that-is-known', password: 'wrong' }).rollupsSince(asked)
          : whole.rollupsSince(asked);
      },
    },
    app: 'music',
    platform: 'ios',
    nowMs: NOW_MS,
    periodMs: 3_600_000,
    sees: ({ hourMs, users, crashed }) => warehouse.write([{ hourMs, build: '89214', segment: 'all', users, crashed }]),
    seesMany: (rows) =>
      warehouse.write(
        Array.from({ length: rows }, (_, at) => ({
          hourMs: NOW_MS - (NOW_MS % 3_600_000) - 7_200_000,
          build: '89215',
          segment: `device=Phone ${at}`,
          users: 10,
          crashed: 1,
        })),
      ),
    faults: warehouse.breakOff === undefined ? ['error', 'key-refused'] : ['error', 'key-refused', 'broken-off'],
    fail: async (how) => {
      if (how === 'broken-off') warehouse.breakOff?.();
      else isBroken = how === 'key-refused' ? 'key-refused' : 'error';
    },
    close: () => warehouse.close(),
  };
}
