/** A release as one line of the list: how it stands on each platform, how it ended, and how long it took from branch to everyone. */
import { platformName, stationOf } from '#domain/names.ts';
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

/** What holds the next step of a track that is under way, as its head in the control room says it. */
export type Signal = { is: 'held' | 'waits' | 'blind' | 'clear' | 'none'; text: string };

/** `lamp`: that of the signal where there is one, else what the track came to. `at`: since when; `until`: how long it is watched. `signal`: `held by 3`. */
export type Outcome = {
  id: string;
  platform: string;
  name: string;
  lamp: CellState;
  text: string;
  at: Instant | null;
  until: Instant | null;
  signal: string | null;
  why: string | null;
  halts: number;
};

const lamps = { held: 'stop', waits: 'caution', blind: 'unknown', clear: 'clear' } as const;

/** In the words of the control room. A past track has no signal. */
export function outcomeOf(track: LineTrack, signal: Signal | null = null): Outcome {
  const { id, platform, halts, watchUntil } = track;
  const base = { id, platform, name: platformName(platform), halts, until: null, signal: null, why: null };
  const released = track.reached['released'] ?? null;
  const told =
    signal === null || signal.is === 'none'
      ? null
      : { lamp: lamps[signal.is], signal: signal.text.charAt(0).toLowerCase() + signal.text.slice(1) };
  switch (track.stage) {
    case 'canceled':
      return { ...base, lamp: 'stop', text: 'Canceled', at: track.since, why: track.ended };
    case 'superseded':
      return { ...base, lamp: 'not-needed-yet', text: 'Superseded', at: track.since, why: track.ended };
    case 'completed':
      return { ...base, lamp: 'clear', text: released === null ? 'Completed' : '100%', at: released ?? track.since };
    case 'released':
      return { ...base, lamp: 'clear', text: '100%', at: released ?? track.since, until: watchUntil };
    case 'halted':
      // whatever would let it go on: it stands
      return { ...base, ...told, lamp: 'stop', text: `Halted at ${track.percent ?? 0}%`, at: track.since };
    case 'planned':
    case 'developing':
      return { ...base, lamp: 'not-needed-yet', ...told, text: track.stage === 'planned' ? 'Planned' : 'On main', at: null };
    case 'store-approved':
      return { ...base, lamp: 'caution', ...told, text: 'Approved by the store', at: track.since };
    case 'stabilising':
    case 'candidate':
    case 'in-review':
    case 'rolling-out':
      return { ...base, lamp: 'caution', ...told, text: stationOf(track.stage, track.percent), at: track.since };
    default:
      return { ...base, lamp: 'caution', text: track.stage.replaceAll('-', ' '), at: track.since };
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
