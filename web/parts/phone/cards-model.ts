import type { TrackHead } from '#api/control-room.ts';
import type { Band, Frame, Slot } from '../frame/frame-model.ts';

const signalRank: Readonly<Record<TrackHead['signal']['is'], number>> = { held: 0, blind: 1, waits: 2, clear: 3, none: 4 };
const rankOf = (track: TrackHead): number => (track.stage === 'halted' || track.pending !== null ? -1 : signalRank[track.signal.is]);

export type Card = { band: Band; track: TrackHead; rows: readonly { title: string; slot: Slot }[] };

/** The track that needs someone most, then the others as the frame has them: the current release before the upcoming one. Of what is only watched, what says something. */
export function cardsOf(frame: Frame): readonly Card[] {
  const cards = frame.bands.flatMap((band) =>
    band.tracks.flatMap((track, column): Card[] => {
      if (track === null) return [];
      const rows = band.rows.flatMap(({ title, slots }) => (slots[column] ? [{ title, slot: slots[column] }] : []));
      return band.release.part === 'watched' && rows.length === 0 ? [] : [{ band, track, rows }];
    }),
  );
  const [first] = cards.toSorted((a, b) => rankOf(a.track) - rankOf(b.track));
  return first === undefined ? [] : [first, ...cards.filter((card) => card !== first)];
}
