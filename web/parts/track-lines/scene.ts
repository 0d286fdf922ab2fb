/** What the track diagram shows: which releases have lines, and from which line theirs diverge. */
import type { ControlRoom, TrackHead } from '#api/control-room.ts';

type Release = ControlRoom['releases'][number];
type Room = Pick<ControlRoom, 'releases' | 'tracks'>;

/**
 * The line that the lines of a release diverge from. `main` carries the upcoming release as a train where there is one, and is shown so under the last
 * release that came from it. `release`: what a hotfix or a replacement is made from; `release` is null where the room does not have it any more.
 */
export type Base =
  | { is: 'main'; upcoming: Release | null; isLast: boolean }
  | { is: 'release'; version: string; release: Release | null; tracks: readonly TrackHead[] };
export type Group = { release: Release; tracks: readonly TrackHead[]; base: Base };

/** A group for each current release; where none is current, the upcoming one on main alone, or else what is still watched. Those made from another first. */
export function sceneOf(room: Room): readonly Group[] {
  const tracksOf = (release: Release): TrackHead[] => release.tracks.flatMap((id) => room.tracks.find((track) => track.id === id) ?? []);
  const partly = (part: Release['part']): Release[] => room.releases.filter((release) => release.part === part);
  const isOnMain = (release: Release): boolean => tracksOf(release).some(({ stage }) => stage === 'developing');
  const upcoming = partly('upcoming').toSorted((a, b) => Number(isOnMain(b)) - Number(isOnMain(a)))[0] ?? null;
  const current = partly('current');
  if (current.length === 0 && upcoming !== null) return [{ release: upcoming, tracks: [], base: { is: 'main', upcoming, isLast: true } }];
  const shown = current.length > 0 ? current : partly('watched').slice(-1);
  const fromMain = shown.filter((release) => !isFromRelease(release));
  const fromRelease = shown.filter(isFromRelease);
  return [...fromRelease, ...fromMain].map((release, at, all): Group => {
    const tracks = tracksOf(release);
    if (release.base === null || !isFromRelease(release)) {
      const isLast = at === all.length - 1;
      return { release, tracks, base: { is: 'main', upcoming: isLast ? upcoming : null, isLast } };
    }
    const base = room.releases.find(({ version }) => version === release.base) ?? null;
    return { release, tracks, base: { is: 'release', version: release.base, release: base, tracks: base === null ? [] : tracksOf(base) } };
  });
}

const isFromRelease = (release: Release): boolean => release.kind !== 'regular' && release.base !== null;
