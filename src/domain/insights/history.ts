/**
 * How long stretches of a track's way usually take, from past tracks of its app. A median, because one release that hung for a week says little about the
 * next; and of those that took longer than this one has taken already, because a review that has lasted 21 h is not one of those that take 14.
 */
import type { ReachedShare, ReleaseKind, Stage } from '../release/track.ts';
import { inWords, msBetween } from '../time.ts';
import type { Instant } from '../time.ts';

/** Another track of the app, as far as its times tell: when each stage and each share of the rollout was first reached. */
export type PastTrack = {
  id: string;
  platform: string;
  kind: ReleaseKind;
  reached: Readonly<Partial<Record<Stage, Instant>>>;
  percents: readonly ReachedShare[];
};
/** How long a release candidate took to build. */
export type PastBuild = { platform: string; ms: number };
export type History = { tracks: readonly PastTrack[]; builds: readonly PastBuild[] };

export const noHistory: History = { tracks: [], builds: [] };

/** Fewer than this many past times are no habit. */
export const FEWEST = 3;

/** A length that is usual: the median of `count` past ones, of the track's own platform, or of the app's others where its own has too few. */
export type Usual = { ms: number; count: number; of: 'platform' | 'app' };

/**
 * What of these lengths is usual for `platform`; null where fewer than three are known.
 * @param lengths milliseconds by platform; what is negative or no number is left out: a time that was set right by hand may stand before another
 * @param elapsedMs how long it has taken already: the median is of those that took longer; where none did, it is what has passed
 */
export function usualOf(lengths: readonly { platform: string; ms: number }[], platform: string, elapsedMs = 0): Usual | null {
  const known = lengths.filter(({ ms }) => Number.isFinite(ms) && ms >= 0);
  const own = known.filter((each) => each.platform === platform);
  const taken = own.length >= FEWEST ? own : known;
  if (taken.length < FEWEST) return null;
  const longer = taken.map(({ ms }) => ms).filter((ms) => ms > elapsedMs);
  return {
    ms: longer.length === 0 ? Math.max(0, elapsedMs) : median(longer),
    count: taken.length,
    of: taken === own ? 'platform' : 'app',
  };
}

/** Lengths of the past between two moments of a track; tracks that lack one are left out. Only tracks of the same kind: a hotfix has another way. */
export function lengthsOf(
  history: History,
  { id, kind }: { id: string; kind: ReleaseKind },
  between: (past: PastTrack) => readonly [Instant | undefined, Instant | undefined],
): readonly { platform: string; ms: number }[] {
  return history.tracks.flatMap((past) => {
    if (past.id === id || past.kind !== kind) return [];
    const [from, to] = between(past);
    return from === undefined || to === undefined ? [] : [{ platform: past.platform, ms: msBetween(from, to) }];
  });
}

/** `14 h (median of 8)`, `3 d (median of 5 on all platforms)`. Over an hour it is told to five minutes. */
export function usualInWords({ ms, count, of }: Usual): string {
  const FIVE_MINUTES = 300_000;
  const told = ms > 12 * FIVE_MINUTES ? Math.round(ms / FIVE_MINUTES) * FIVE_MINUTES : ms;
  return `${inWords(told)} (median of ${count}${of === 'app' ? ' on all platforms' : ''})`;
}

function median(lengths: readonly number[]): number {
  const sorted = lengths.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
