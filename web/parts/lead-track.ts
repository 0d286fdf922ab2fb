import type { ControlRoom, TrackHead } from '#api/control-room.ts';

/** The track that stands for what is under way: the first of a current release, or else of what comes next. */
export function leadTrack(room: Pick<ControlRoom, 'releases' | 'tracks'>): TrackHead | null {
  const parts = ['current', 'upcoming', 'watched'] as const;
  const ids = parts.flatMap((part) => room.releases.filter((release) => release.part === part).flatMap(({ tracks }) => tracks));
  return ids.flatMap((id) => room.tracks.find((track) => track.id === id) ?? [])[0] ?? null;
}
