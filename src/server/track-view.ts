/** One track with all that its page shows, and the heads of a release. */
import type { TrackView } from '#api/tracks.ts';
import type { TrackHead } from '#api/control-room.ts';
import { storedRoom } from '#db/views/control-room.ts';
import type { StoredRelease } from '#db/views/control-room.ts';
import { releaseWithTracks } from '#db/views/releases.ts';
import { actionsOf } from '#db/views/tracks.ts';
import { cutOf, trackId } from '#domain/release/track.ts';
import type { Instant } from '#domain/time.ts';
import { cellOf } from './cells.ts';
import type { Room } from './context.ts';
import { headsOf, policiesOf, rowsOf } from './snapshot.ts';

export type Named = { app: string; version: string; platform: string };

/** The most actions that a track shows. */
const ACTIONS_MAX = 50;

/** Null when there is no such track. */
export async function trackView(room: Room, name: Named, now: Instant): Promise<TrackView | null> {
  const id = trackId(name.app, name.version, name.platform);
  const stored = await storedRoom(room.db, name.app, id);
  const [found] = stored?.tracks ?? [];
  if (stored === null || found === undefined) return null;
  const policies = await policiesOf(room, stored);
  const [head] = headsOf(stored, policies, now);
  if (head === undefined) return null;
  const cells = stored.verdicts.map(({ track, verdict }) => cellOf(track, verdict));
  const actions = await actionsOf(room.db, id, ACTIONS_MAX);
  return {
    ...head,
    cells,
    rows: rowsOf([...policies.values()], cells),
    questions: stored.questions.map(({ key, track, step, text, evidence, askedAt }) => ({
      key,
      track,
      step: step ?? '',
      text,
      evidence,
      askedAt,
    })),
    actions: actions.map(({ action, ...rest }) => ({ ...rest, why: action.why, orderedBy: action.orderedBy.name })),
    cut: cutOf(found.track),
    policyRevision: found.policyRevision,
  };
}

/** The head of one track; null when there is none. */
export async function trackHead(room: Room, name: Named, now: Instant): Promise<TrackHead | null> {
  const stored = await storedRoom(room.db, name.app, trackId(name.app, name.version, name.platform));
  if (stored === null || stored.tracks.length === 0) return null;
  return headsOf(stored, await policiesOf(room, stored), now)[0] ?? null;
}

/** A release and the heads of its tracks; null when there is none. */
export async function trackHeads(
  room: Room,
  app: string,
  version: string,
  now: Instant,
): Promise<{ release: StoredRelease; heads: TrackHead[] } | null> {
  const found = await releaseWithTracks(room.db, app, version);
  if (found === null) return null;
  const heads = await Promise.all(found.platforms.map((platform) => trackHead(room, { app, version, platform }, now)));
  return { release: found.release, heads: heads.filter((head) => head !== null) };
}
