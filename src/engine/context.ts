/** What the parts of the engine share: the database, the clock, the integrations, and the wires between them. */
import type { KeyObject } from 'node:crypto';
import { appOf } from '#db/apps.ts';
import type { SealKey } from '#db/journal.ts';
import type { Db } from '#db/transaction.ts';
import type { Keyring } from '#lib/keyring.ts';
import type { Log } from '#lib/log.ts';
import type { Reach } from '#lib/reach.ts';
import { machineTimeFor } from '#domain/release/clock.ts';
import type { Instant } from '#domain/time.ts';
import type { Integration } from '#ports/integration.ts';
import type { PolicyBook } from './policy-book.ts';
import type { Clocks } from './clocks.ts';
import type { AuthorityOf, Change } from './types.ts';

export type Context = {
  db: Db;
  /** The same database by connections that halts and leases alone use: they wait for no other work of this process. */
  urgentDb: Db;
  clock: Clocks;
  owner: string;
  integrations: ReadonlyMap<string, Integration>;
  /** What stored secrets are sealed with. */
  keys: Keyring;
  sealKey: SealKey;
  /** What people are hashed with, so that nobody is known by the hash. */
  whoKey: KeyObject;
  dataDir: string;
  fetch: typeof fetch;
  /** What may be reached for those who enter addresses; null: everything (tests, and commands on one's own machine). */
  reach: Reach | null;
  log: Log;
  policies: PolicyBook;
  /** Null: whoever gave an order keeps the authority that they had. */
  authority: AuthorityOf | null;
  /** Apps that the robot of this process leaves alone for now, and how many asked for it. */
  held: Map<string, number>;
  /** Something became due: look now and not at the next timer. */
  wake(): void;
  /** A commit of this process is through. */
  changed(change: Change): void;
};

/** An app as it is stored now, and its clock remembered: what is done next is done at its time, whatever was heard of it before. */
export async function knownApp(context: Pick<Context, 'clock' | 'db'>, id: string): ReturnType<typeof appOf> {
  const app = await appOf(context.db, id);
  if (app !== null) context.clock.learn(id, app.version, app.clock);
  return app;
}

/** The app's own time. */
export function appNow(context: Pick<Context, 'clock'>, app: string): Instant {
  return context.clock.appNow(app);
}

/** A moment of the app's time as one of the machine's, in which the table of what is due is kept; null: it does not come while the app's clock stands. */
export function engineTime(context: Pick<Context, 'clock'>, app: string, at: Instant): Instant | null {
  return machineTimeFor(context.clock.of(app), at);
}
