/** A vendor or a database that holds release health and is asked for it, hour by hour, since a cursor of its own. */
import type { Instant } from '#domain/time.ts';

/** A track that there is, with the builds that are known of it: what a source's own names are held against. */
export type TrackOfHealth = { platform: string; version: string; builds: readonly string[] };

export type HealthAsked = {
  /** Signalbox's name; the connection's settings map it to the vendor's. */
  app: string;
  tracks: readonly TrackOfHealth[];
  /** Where the part before ended; null: from the beginning, or from as far back as the source goes. One that it cannot read means null. */
  cursor: string | null;
};

/**
 * One part of what a source tells, whole. `rows`: totals of hours as `readRollup` reads them, which judges each; hours that were told before may be among them, with what they are
 * now. `completeUntil`: up to when all is told once this part is stored; null: it does not say. `more`: there is more at once, after `cursor`.
 */
export type HealthPart = { rows: readonly unknown[]; completeUntil: Instant | null; cursor: string; more: boolean };

export type HealthSource = {
  /** Under which name its roll-ups are kept: a slug. */
  source: string;
  /** How often it is asked. */
  everyMinutes: number;
  /** How many times one person may be among the affected that it tells of: 1 where a person's first time alone counts. */
  dispersion: number;
  /**
   * The next part after the cursor. It ends within 10 s, asks for no more than it can give in that time, and tells a part whole or throws.
   *
   * @throws Trouble
   */
  rollupsSince(asked: HealthAsked): Promise<HealthPart>;
};
