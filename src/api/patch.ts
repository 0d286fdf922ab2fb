/** The difference between two snapshots of the control room, and how to apply it. The server makes patches, the browser applies them. */
import type { ControlRoom, ControlRoomPatch } from './control-room.ts';

/** The most lines of activity that a patched snapshot keeps. */
export const ACTIVITY_MAX = 50;

function isSame(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

function changed<T>(before: readonly T[], after: readonly T[], keyOf: (item: T) => string): { changed: T[]; removed: T[] } {
  const old = new Map(before.map((item) => [keyOf(item), item]));
  const fresh = after.filter((item) => !isSame(old.get(keyOf(item)), item));
  const kept = new Set(after.map(keyOf));
  return { changed: fresh, removed: before.filter((item) => !kept.has(keyOf(item))) };
}

const cellKey = (cell: { track: string; instance: string }): string => `${cell.track} ${cell.instance}`;

/** What turns `before` into `after`. */
export function diffControlRoom(before: ControlRoom, after: ControlRoom): ControlRoomPatch {
  const tracks = changed(before.tracks, after.tracks, (track) => track.id);
  const cells = changed(before.cells, after.cells, cellKey);
  const known = new Set(before.activity.map((line) => line.id));
  return {
    from: before.version,
    version: after.version,
    at: after.at,
    ...(isSame(before.app, after.app) ? {} : { app: after.app }),
    ...(isSame(before.summary, after.summary) ? {} : { summary: after.summary }),
    ...(isSame(before.releases, after.releases) ? {} : { releases: after.releases }),
    tracks: tracks.changed,
    removedTracks: tracks.removed.map((track) => track.id),
    ...(isSame(before.rows, after.rows) ? {} : { rows: after.rows }),
    cells: cells.changed,
    removedCells: cells.removed.map(({ track, instance }) => ({ track, instance })),
    ...(isSame(before.needs, after.needs) ? {} : { needs: after.needs }),
    activity: after.activity.filter((line) => !known.has(line.id)),
    ...(isSame(before.sources, after.sources) ? {} : { sources: after.sources }),
    ...(isSame(before.setUp, after.setUp) ? {} : { setUp: after.setUp }),
    ...(isSame(before.twoBranches, after.twoBranches) ? {} : { twoBranches: after.twoBranches }),
    ...(isSame(before.counts, after.counts) ? {} : { counts: after.counts }),
  };
}

/** Old items in their places with what changed, then what is new. */
function merged<T>(before: readonly T[], fresh: readonly T[], isGone: (item: T) => boolean, keyOf: (item: T) => string): T[] {
  const news = new Map(fresh.map((item) => [keyOf(item), item]));
  const list: T[] = [];
  for (const item of before) {
    const key = keyOf(item);
    if (isGone(item)) continue;
    list.push(news.get(key) ?? item);
    news.delete(key);
  }
  return [...list, ...news.values()];
}

/**
 * The snapshot after a patch; null when the patch does not follow on this snapshot, which then must be fetched again.
 * A patch that is older than the snapshot changes nothing.
 */
export function applyPatch(snapshot: ControlRoom, patch: ControlRoomPatch): ControlRoom | null {
  if (patch.version <= snapshot.version) return snapshot;
  if (patch.from !== snapshot.version) return null;
  const goneTracks = new Set(patch.removedTracks);
  const goneCells = new Set(patch.removedCells.map(cellKey));
  return {
    version: patch.version,
    at: patch.at,
    app: patch.app ?? snapshot.app,
    summary: patch.summary ?? snapshot.summary,
    releases: patch.releases ?? snapshot.releases,
    tracks: merged(
      snapshot.tracks,
      patch.tracks,
      (track) => goneTracks.has(track.id),
      (track) => track.id,
    ),
    rows: patch.rows ?? snapshot.rows,
    cells: merged(snapshot.cells, patch.cells, (cell) => goneCells.has(cellKey(cell)), cellKey),
    needs: patch.needs ?? snapshot.needs,
    activity: [...patch.activity, ...snapshot.activity].slice(0, ACTIVITY_MAX),
    sources: patch.sources ?? snapshot.sources,
    setUp: patch.setUp ?? snapshot.setUp,
    twoBranches: patch.twoBranches ?? snapshot.twoBranches,
    counts: patch.counts ?? snapshot.counts,
  };
}
