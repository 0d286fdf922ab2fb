/** The stations of a track's line, and where its train stands. */
import type { TrackHead } from '#api/control-room.ts';
import type { Stage } from '#domain/release/track.ts';
import type { Instant } from '#domain/time.ts';

/** What a station is, over all tracks of a release: the places of the process, then the shares of its rollout. */
export type StationKey = 'main' | 'branch' | 'candidate' | 'review' | `${number}%`;

/**
 * `reachedAt`: when the track came here, the last time; null where it is still ahead, or nobody saw it. `plannedAt`: when the calendar wants it.
 * `isAgain`: it was here before it went back.
 */
export type Station = {
  key: StationKey;
  name: string;
  isPassed: boolean;
  isHere: boolean;
  isAgain: boolean;
  reachedAt: Instant | null;
  plannedAt: Instant | null;
  forecast: ForecastStation | null;
};
export type ForecastStation = NonNullable<TrackHead['forecast']>['stations'][number];

const MAIN = 0;
const BRANCH = 1;
const CANDIDATE = 2;
const REVIEW = 3;
const ROLLOUT = 4;
const OUT = 5;

/** How far each stage is; null where the stage does not tell, because the life of the track ended in it. */
const places = {
  planned: -1,
  developing: MAIN,
  stabilising: BRANCH,
  candidate: CANDIDATE,
  'in-review': REVIEW,
  'store-approved': REVIEW,
  'rolling-out': ROLLOUT,
  halted: ROLLOUT,
  released: OUT,
  completed: null,
  canceled: null,
  superseded: null,
} as const satisfies Record<Stage, number | null>;

/** Where an ended track had come to: the furthest stage that it reached, unless it went back. */
function placeOf(track: Pick<TrackHead, 'stage' | 'reached' | 'back'>): number {
  const place = places[track.stage];
  if (place !== null) return place;
  if (track.back !== null) return BRANCH;
  const reached = Object.keys(track.reached).map((stage) => places[stage as Stage] ?? -1);
  return track.stage === 'completed' ? OUT : Math.max(MAIN, ...reached);
}

/** On main, Branched, Final RC, In review, each share of the rollout. Stages that the process leaves out have no station. */
export function stationsOf(track: TrackHead): readonly Station[] {
  const has = (stage: Stage): boolean => track.stages.length === 0 || track.stages.includes(stage);
  const { reached, planned } = track;
  const at = placeOf(track);
  const stood = track.stage === 'stabilising' || track.stage === 'candidate' || track.stage === 'in-review';
  const station = (key: StationKey, name: string, place: number, stage: Stage, plannedAt: Instant | null): Station => {
    const isPassed = at >= place;
    const first = reached[stage] ?? null;
    return {
      key,
      name,
      isPassed,
      isHere: at === place,
      isAgain: !isPassed && first !== null,
      reachedAt: !isPassed ? null : at === place && stood ? track.since : first,
      plannedAt,
      forecast: isPassed ? null : forecastOf(track, name),
    };
  };
  return [
    station('main', 'On main', MAIN, 'developing', null),
    station('branch', 'Branched', BRANCH, 'stabilising', planned.branch),
    ...(has('candidate') ? [station('candidate', 'Final RC', CANDIDATE, 'candidate', planned.candidate)] : []),
    ...(has('in-review') ? [station('review', 'In review', REVIEW, 'in-review', planned.submit)] : []),
    ...sharesOf(track, at),
  ];
}

const forecastOf = (track: TrackHead, name: string): ForecastStation | null =>
  track.forecast?.stations.find(({ station }) => station === name) ?? null;

function sharesOf(track: TrackHead, at: number): readonly Station[] {
  const shares = track.rollout.length === 0 ? [100] : track.rollout;
  const percent = track.percent ?? track.percents.at(-1)?.percent ?? 0;
  // a rollout that has begun stands at its first share, even while the storefront still reads less
  const here =
    at === OUT
      ? shares.length - 1
      : at === ROLLOUT
        ? Math.max(
            0,
            shares.findLastIndex((share) => percent >= share),
          )
        : -1;
  return shares.map((share, index) => {
    const name = `${share}%` as const;
    const isFirst = index === 0;
    const isLast = index === shares.length - 1;
    const isPassed = index <= here;
    const seen = track.percents.find((each) => each.percent >= share)?.at ?? null;
    const began = isFirst ? track.reached['rolling-out'] : undefined;
    const ended = isLast ? track.reached['released'] : undefined;
    const before = ended ?? began ?? seen;
    return {
      key: name,
      name,
      isPassed,
      isHere: index === here,
      isAgain: !isPassed && before !== null,
      reachedAt: isPassed ? before : null,
      plannedAt: isLast ? (track.planned.finish ?? (isFirst ? track.planned.start : null)) : isFirst ? track.planned.start : null,
      forecast: isPassed ? null : forecastOf(track, name),
    };
  });
}

/** What stands under a platform's name: `Branched, back for a fix`, `1%`, `Halted at 1%`. */
export function placeInWords(track: TrackHead): string {
  if (track.pending?.is === 'halting') return 'Halting… sent, waits to be read back';
  if (track.pending?.is === 'resuming') return 'Resuming… sent, waits to be read back';
  switch (track.stage) {
    case 'halted':
      return `Halted at ${track.percent ?? 0}%`;
    case 'store-approved':
      return 'Approved by the store';
    case 'planned':
      return 'Planned';
    case 'canceled':
      return 'Canceled';
    case 'superseded':
      return 'Superseded';
    case 'completed':
      return 'Completed';
    case 'developing':
    case 'stabilising':
    case 'candidate':
    case 'in-review':
    case 'rolling-out':
    case 'released':
      return isBack(track) ? `${track.station}, ${backInWords(track)}` : track.station;
    default:
      return track.stage satisfies never;
  }
}

/** Whether a track stands where it went back to. Once it moved on, it is on its way again. */
export function isBack(track: Pick<TrackHead, 'back' | 'since'>): boolean {
  return track.back !== null && track.back.at === track.since;
}

/** `back for a fix`; `back from review`: the store rejected it, it was withdrawn, or a fix was merged. */
function backInWords(track: TrackHead): string {
  return track.back?.from === 'in-review' || track.back?.from === 'store-approved' ? 'back from review' : 'back for a fix';
}
