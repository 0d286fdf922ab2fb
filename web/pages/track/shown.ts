/** What the parts of the page are given: the head and its criteria, kept live where the room has them, and what only the track's own reading tells. */
import type { TrackHead } from '#api/control-room.ts';
import type { TrackView } from '#api/tracks.ts';
import type { Cell } from '#api/verdict.ts';

/** `more`: null until it has been read. */
export type Shown = { track: TrackHead; cells: readonly Cell[]; more: TrackView | null };
