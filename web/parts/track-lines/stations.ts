/** The stations of a track's line, and where its train stands. */
import type { TrackHead } from '#api/control-room.ts';
import type { Instant } from '#domain/time.ts';

/** `reachedAt`: when the station was first reached; `plannedAt`: when the calendar wants it. */
export type Station = { name: string; isPassed: boolean; isHere: boolean; reachedAt: Instant | null; plannedAt: Instant | null };

const places = {
  planned: 0,
  developing: 0,
  stabilising: 1,
  candidate: 2,
  'in-review': 3,
  'store-approved': 3,
  'rolling-out': 4,
  halted: 4,
  released: 5,
  completed: 5,
  canceled: 0,
  superseded: 0,
} as const satisfies Record<TrackHead['stage'], number>;

/** On main, Branched, Final RC, In review, each share of the rollout. Stages that the process leaves out have no station. */
export function stationsOf(track: TrackHead): readonly Station[] {
  const has = (stage: TrackHead['stage']): boolean => track.stages.length === 0 || track.stages.includes(stage);
  const { reached, planned } = track;
  const at = places[track.stage];
  const station = (name: string, place: number, reachedAt: Instant | undefined, plannedAt: Instant | null): Station => ({
    name,
    isPassed: at >= place,
    isHere: at === place,
    reachedAt: at >= place ? (reachedAt ?? null) : null,
    plannedAt,
  });
  const shares = track.rollout.length === 0 ? [100] : track.rollout;
  const percent = track.percent ?? 0;
  const isOut = at >= 4;
  return [
    station('On main', 0, reached['developing'], null),
    station('Branched', 1, reached['stabilising'], planned.branch),
    ...(has('candidate') ? [station('Final RC', 2, reached['candidate'], planned.candidate)] : []),
    ...(has('in-review') ? [station('In review', 3, reached['in-review'], planned.submit)] : []),
    ...shares.map((share, index): Station => {
      const isLast = share === shares.at(-1);
      const isPassed = at === 5 || (isOut && percent >= share);
      const next = shares[index + 1];
      return {
        name: `${share}%`,
        isPassed,
        isHere: isPassed && (next === undefined || (at !== 5 && percent < next)),
        reachedAt: !isPassed ? null : isLast ? (reached['released'] ?? null) : index === 0 ? (reached['rolling-out'] ?? null) : null,
        plannedAt: isLast ? planned.finish : index === 0 ? planned.start : null,
      };
    }),
  ];
}

/** What stands under a platform's name: `Branched, back for a fix`, `1% for 6 h`, `Halted at 1%`. */
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
      return track.back === null ? track.station : `${track.station}, back since ${track.back.from.replace('-', ' ')}`;
    default:
      return track.stage satisfies never;
  }
}
