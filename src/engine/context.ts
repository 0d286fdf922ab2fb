/** What the parts of the engine share: the database, the clock, the integrations, and the wires between them. */
import type { SettingsKey } from '#db/connections.ts';
import type { SealKey } from '#db/journal.ts';
import type { Db } from '#db/transaction.ts';
import type { Log } from '#lib/log.ts';
import { machineTimeFor } from '#domain/release/clock.ts';
import type { Instant } from '#domain/time.ts';
import type { Integration } from '#ports/integration.ts';
import type { PolicyBook } from './policy-book.ts';
import type { Clocks } from './clocks.ts';
import type { Change } from './types.ts';

export type Context = {
  db: Db;
  clock: Clocks;
  owner: string;
  integrations: ReadonlyMap<string, Integration>;
  settingsKey: SettingsKey;
  sealKey: SealKey;
  dataDir: string;
  fetch: typeof fetch;
  log: Log;
  policies: PolicyBook;
  /** Apps that the robot of this process leaves alone for now, and how many asked for it. */
  held: Map<string, number>;
  /** Something became due: look now and not at the next timer. */
  wake(): void;
  /** A commit of this process is through. */
  changed(change: Change): void;
};

/** The app's own time. */
export function appNow(context: Pick<Context, 'clock'>, app: string): Instant {
  return context.clock.appNow(app);
}

/** A moment of the app's time as one of the machine's, in which the table of what is due is kept; null: it does not come while the app's clock stands. */
export function engineTime(context: Pick<Context, 'clock'>, app: string, at: Instant): Instant | null {
  return machineTimeFor(context.clock.of(app), at);
}
