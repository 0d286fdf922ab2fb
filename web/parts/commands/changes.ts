/** What changed on a track between two looks at it: for the one whose command came too late. */
import type { ControlRoom } from '#api/control-room.ts';
import { cellStateNames } from '#domain/cell-state.ts';

/** Sentences, the track's own first: `It went from Final RC to In review.` */
export function changesOf(before: ControlRoom, after: ControlRoom, track: string): readonly string[] {
  const [old, fresh] = [before, after].map((room) => room.tracks.find(({ id }) => id === track));
  if (fresh === undefined) return ['It is no longer in the control room.'];
  const told: string[] = [];
  if (old !== undefined && old.station !== fresh.station) told.push(`It went from ${old.station} to ${fresh.station}.`);
  else if (old !== undefined && old.stage !== fresh.stage) told.push(`It is now ${fresh.stage.replaceAll('-', ' ')}.`);
  if (old?.candidate?.build !== fresh.candidate?.build && fresh.candidate !== null)
    told.push(`Its final candidate is now ${fresh.candidate.build}.`);
  if (fresh.pending !== null && old?.pending?.is !== fresh.pending.is)
    told.push(`It is ${fresh.pending.is}, ordered by ${fresh.pending.by}.`);
  const known = new Map(before.cells.filter((cell) => cell.track === track).map((cell) => [cell.instance, cell]));
  for (const cell of after.cells.filter((each) => each.track === track)) {
    const was = known.get(cell.instance);
    if (was === undefined) told.push(`${cell.title} is new: ${cellStateNames[cell.state]}.`);
    else if (was.state !== cell.state) told.push(`${cell.title} went from ${cellStateNames[was.state]} to ${cellStateNames[cell.state]}.`);
    else if (was.headline !== cell.headline) told.push(`${cell.title}: ${was.headline} became ${cell.headline}.`);
  }
  return told;
}
