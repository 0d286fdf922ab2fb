/** A track at the start of its life. */
import type { Instant } from '../time.ts';
import { trackId, type DevelopingTrack, type PlannedTrack, type ReleaseKind, type StabilisingTrack, type Cut } from './track.ts';

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
