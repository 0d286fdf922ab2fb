/**
 * The time of each app. A real app has the machine's; an app of sample data may have a clock of its own, which stands or runs at a speed of its own. The clocks
 * are kept in the apps' rows and remembered here, so that the time can be told without asking the database.
 */
import { speedOf, timeBy } from '#domain/release/clock.ts';
import type { AppClock } from '#domain/release/release.ts';
import type { Instant } from '#domain/time.ts';
import { appClocks } from '#db/apps.ts';
import type { Db } from '#db/transaction.ts';
import type { AppTime, Clock } from './types.ts';

export type Clocks = AppTime & {
  /** The clock of an app as it is remembered; null: the machine's. */
  of(app: string): AppClock | null;
  /** What a row of the app said. `version`: the app's, so that an older row does not overwrite what a newer one said. */
  learn(app: string, version: number, clock: AppClock | null): void;
  /** What is remembered of an app is not true any more: it was made anew, or is gone. */
  forget(app: string): void;
  /** Reads the clocks of all apps, or of one. */
  load(db: Db, app?: string): Promise<void>;
};

export function createClocks(machine: Clock): Clocks {
  const known = new Map<string, { version: number; clock: AppClock | null }>();
  const of = (app: string): AppClock | null => known.get(app)?.clock ?? null;
  function learn(app: string, version: number, clock: AppClock | null): void {
    if (version >= (known.get(app)?.version ?? 0)) known.set(app, { version, clock });
  }
  return {
    now: () => machine.now(),
    appNow: (app) => timeBy(of(app), machine.now()),
    of,
    learn,
    forget: (app) => void known.delete(app),
    async load(db, app) {
      const before = new Map(known);
      const read = await appClocks(db, app);
      // What was not learnt anew meanwhile is forgotten first: an app that is gone may come again under its old name, with a version that begins anew.
      for (const [id, entry] of before) if ((app === undefined || id === app) && known.get(id) === entry) known.delete(id);
      for (const { id, version, clock } of read) learn(id, version, clock);
    },
  };
}

/* ---- how often the world is read for an app whose time runs fast ---- */

/** No source is read more often than this, however fast the app's time passes. In the machine's time. */
const LEAST_BETWEEN_READS_MS = 2000;
/** A source is fresh for at least so many of its readings. */
const READINGS_FRESH = 3;

/** How long the machine waits between readings that are `everyMs` apart in the app's time. An app that stands is read like one that runs. */
export function pacedMs(clock: AppClock | null, everyMs: number): number {
  const speed = speedOf(clock);
  return speed <= 1 ? everyMs : Math.max(Math.min(everyMs, LEAST_BETWEEN_READS_MS), everyMs / speed);
}

/** For how many minutes of the app's time a reading is fresh: as its integration says, and long enough for the next readings to come, `pausedMs` apart. */
export function freshMinutes(clock: AppClock | null, saidMinutes: number | null, pausedMs: number): number | null {
  const speed = speedOf(clock);
  return saidMinutes === null || speed <= 1 ? saidMinutes : Math.max(saidMinutes, Math.ceil((READINGS_FRESH * pausedMs * speed) / 60_000));
}

/** When a source is read next, in the app's time; null while that stands. */
export function nextReading(clock: AppClock | null, at: Instant, pausedMs: number): Instant | null {
  return speedOf(clock) === 0 ? null : new Date(Date.parse(at) + pausedMs * speedOf(clock)).toISOString();
}
