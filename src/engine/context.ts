/** What the parts of the engine share: the database, the clock, the integrations, and the wires between them. */
import type { SettingsKey } from '#db/connections.ts';
import type { SealKey } from '#db/journal.ts';
import type { Db } from '#db/transaction.ts';
import type { Log } from '#lib/log.ts';
import { msBetween, plusMs } from '#domain/time.ts';
import type { Instant } from '#domain/time.ts';
import type { Integration } from '#ports/integration.ts';
import type { PolicyBook } from './policy-book.ts';
import type { Change, Clock } from './types.ts';

export type Context = {
  db: Db;
  clock: Clock;
  owner: string;
  integrations: ReadonlyMap<string, Integration>;
  settingsKey: SettingsKey;
  sealKey: SealKey;
  dataDir: string;
  fetch: typeof fetch;
  log: Log;
  policies: PolicyBook;
  /** Something became due: look now and not at the next timer. */
  wake(): void;
  /** A commit of this process is through. */
  changed(change: Change): void;
};

/** The app's own time. */
export function appNow(context: Pick<Context, 'clock'>, app: string): Instant {
  return context.clock.appNow?.(app) ?? context.clock.now();
}

/** A moment of the app's time as one of the engine's, as long as both run at the same speed; a leap is caught by the sweep. */
export function engineTime(context: Pick<Context, 'clock'>, app: string, at: Instant): Instant {
  const now = context.clock.now();
  return plusMs(now, msBetween(appNow(context, app), at));
}
