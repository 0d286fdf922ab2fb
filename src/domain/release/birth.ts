/** A track at the start of its life. */
import type { Instant } from '../time.ts';
import type { Sibling } from './release.ts';
import { cutOf, hasEnded, trackId } from './track.ts';
import type { Cut, DevelopingTrack, PlannedTrack, ReleaseKind, StabilisingTrack, Track } from './track.ts';

/**
 * Whether a release says that the next version is to begin: it is regular, alive and cut, and no regular release comes after it. Hotfixes and replacements ride no
 * train. What a person planned is the next one, whatever its number.
 */
export function opensTrunk(track: Track, siblings: readonly Sibling[]): boolean {
  if (track.kind !== 'regular' || hasEnded(track) || cutOf(track) === null) return false;
  return !siblings.some((other) => other.kind === 'regular' && other.order > 0);
}

type Born = { app: string; version: string; platform: string; kind: ReleaseKind; at: Instant };

/** A track as planned in the calendar or already open for changes. */
export function birth(born: Born & { stage: 'planned' | 'developing' }): PlannedTrack | DevelopingTrack {
  return { ...beginning(born), stage: born.stage, reached: { [born.stage]: born.at } };
}

/** A track of a release branch that existed before Signalbox knew it. `at`: when it was cut. */
export function birthOnBranch(born: Born & { cut: Cut }): StabilisingTrack {
  return { ...beginning(born), stage: 'stabilising', cut: born.cut, reached: { stabilising: born.at } };
}

function beginning({ app, version, platform, kind, at }: Born) {
  return {
    id: trackId(app, version, platform),
    app,
    version,
    platform,
    kind,
    since: at,
    submissions: 0,
    halts: 0,
    back: null,
    noted: {},
    rejectedBuilds: [],
    robotPaused: null,
  };
}
