/** A release as one line of the list: how it stands on each platform, how it ended, and how long it took from branch to everyone. */
import { platformName } from '#domain/names.ts';
import { msBetween } from '#domain/time.ts';
import type { Instant } from '#domain/time.ts';
import type { CellState } from '#domain/cell-state.ts';

export type LineTrack = {
  id: string;
  platform: string;
  stage: string;
  percent: number | null;
  since: Instant;
  reached: Readonly<Record<string, string>>;
  ended: string | null;
  halts: number;
  watchUntil: Instant | null;
};
export type ReleaseLine = {
  version: string;
  planned: { branch: Instant | null; finish: Instant | null };
  tracks: readonly LineTrack[];
};

/** `lamp`: what the track came to; nothing of it is coloured before it is sure. `at`: since when. */
export type Outcome = {
  id: string;
  platform: string;
  name: string;
  lamp: CellState;
  text: string;
  at: Instant | null;
  why: string | null;
  halts: number;
};

export function outcomeOf(track: LineTrack): Outcome {
  const { id, platform, halts } = track;
  const base = { id, platform, name: platformName(platform), halts };
  const released = track.reached['released'] ?? null;
  switch (track.stage) {
    case 'canceled':
      return { ...base, lamp: 'stop', text: 'canceled', at: track.since, why: track.ended };
    case 'superseded':
      return { ...base, lamp: 'not-needed-yet', text: 'superseded', at: track.since, why: track.ended };
    case 'completed':
      return { ...base, lamp: 'clear', text: released === null ? 'completed' : 'released to all', at: released ?? track.since, why: null };
    case 'released':
      return { ...base, lamp: 'clear', text: 'released to all, watched', at: released ?? track.since, why: null };
    case 'halted':
      return { ...base, lamp: 'stop', text: `halted at ${track.percent ?? 0}%`, at: track.since, why: null };
    case 'rolling-out':
      return { ...base, lamp: 'caution', text: `rolling out, ${track.percent ?? 0}%`, at: track.since, why: null };
    case 'planned':
    case 'developing':
      return { ...base, lamp: 'not-needed-yet', text: track.stage === 'planned' ? 'planned' : 'on main', at: null, why: null };
    default:
      return { ...base, lamp: 'caution', text: track.stage.replaceAll('-', ' '), at: track.since, why: null };
  }
}

/** `never`, `once`, `3 times`, over all tracks. */
export function haltsInWords(tracks: readonly Pick<LineTrack, 'halts'>[]): string | null {
  const count = tracks.reduce((sum, { halts }) => sum + halts, 0);
  return count === 0 ? null : count === 1 ? 'halted once' : `halted ${count} times`;
}

/**
 * How long it took from the first branch until the last track that got there was at 100 %, and what was planned for it. Null where no track has both;
 * a release that is still going has no length yet.
 */
export function lengthOf(release: ReleaseLine): { ms: number; plannedMs: number | null } | null {
  const going = release.tracks.some(({ ended, reached }) => ended === null && reached['released'] === undefined);
  if (going) return null;
  const branched = release.tracks.flatMap(({ reached }) => reached['stabilising'] ?? []).toSorted()[0];
  const out = release.tracks
    .flatMap(({ reached }) => reached['released'] ?? [])
    .toSorted()
    .at(-1);
  if (branched === undefined || out === undefined) return null;
  const ms = msBetween(branched, out);
  // read out of history, the two may be the same moment: that is no length
  if (ms <= 0) return null;
  const { branch, finish } = release.planned;
  return { ms, plannedMs: branch === null || finish === null ? null : msBetween(branch, finish) };
}
