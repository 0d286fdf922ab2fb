/** What is told of health, as the facts of a track carry it. */
import type { Instant } from '../time.ts';

/**
 * One hour of one series. A count that its source does not tell is null. `metrics`: [count, affected, affected at most] by name, `crashes` and `anrs` among them.
 * `consumptionLeast` and what is affected at most: where the source knows them within bounds alone; left out or null: exactly.
 */
export type ToldHour = {
  hourMs: number;
  consumption: number;
  consumptionLeast?: number | null;
  sessions: number | null;
  users: number | null;
  newUsers: number | null;
  metrics: Readonly<Record<string, readonly [count: number, affected: number, atMost?: number | null]>>;
};

/** One day of one segment: `day` 0 begins with the question; `SEEN_BEFORE`: that there was this segment, where that was asked. */
export const SEEN_BEFORE = -1;
export type ToldSegmentDay = { segment: string; day: number; exposure: number; affected: number };

/** `dispersion`: how many times one person may be among the affected of this source; left out: once. */
export type HealthAnswer = { source: string; dispersion?: number; hours: readonly ToldHour[]; days: readonly ToldSegmentDay[] }[];

/** Where health of a platform comes from. `watermark`: it has told everything up to here; null: it has told nothing yet. */
export type HealthFeed = { source: string; platform: string; watermark: Instant | null; lastToldAt: Instant | null };

/** All that the criteria of health read: the app's feeds, and the answers to the questions of this look by their keys. */
export type HealthFacts = { feeds: readonly HealthFeed[]; answers: Readonly<Record<string, HealthAnswer>> };

/** What is known of health where nothing was asked. */
export const nothingTold: HealthFacts = { feeds: [], answers: {} };
