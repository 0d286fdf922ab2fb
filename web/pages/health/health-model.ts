/** What the page about metrics asks for. */
import type { Instant } from '#domain/time.ts';
import type { ControlRoom } from '#api/control-room.ts';
import { msBetween } from '#domain/time.ts';

const DAY = 24;
const HOUR_MS = 3_600_000;

type Head = Pick<ControlRoom['tracks'][number], 'platform' | 'version' | 'reached' | 'stage'>;

/** Hours of each version that are shown, so that the one that is looked at fills the picture: the first day whole, then days that have begun. Null: all, where it is none of the room. */
export function spanOf(tracks: readonly Head[], platform: string, version: string | undefined, now: Instant): number | null {
  const out = tracks.filter((track) => track.platform === platform && track.reached['rolling-out'] !== undefined);
  const lead =
    version === undefined
      ? out.toSorted((a, b) => startOf(b).localeCompare(startOf(a)))[0]
      : out.find((track) => track.version === version);
  const start = lead?.reached['rolling-out'];
  if (start === undefined) return null;
  const days = Math.ceil(msBetween(start, now) / HOUR_MS / DAY);
  return Math.max(1, days) * DAY;
}

const startOf = (track: Head): string => track.reached['rolling-out'] ?? '';
