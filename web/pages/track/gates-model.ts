/** The criteria of one track by the step that they stand before, those that hold first. */
import type { ControlRoom, TrackHead } from '#api/control-room.ts';
import type { Cell } from '#api/verdict.ts';
import { stepInWords } from '#domain/names.ts';
import type { Step } from '#domain/release/track.ts';

/** A row of the policy on this track: the worst of its criteria stands for it, the others are told beside it. */
export type Entry = { title: string; cell: Cell; others: readonly Cell[] };
export type Gate = {
  title: string;
  /** Before the step that comes next: open, the others closed. */
  isNext: boolean;
  holding: readonly Entry[];
  others: readonly Entry[];
  passing: number;
  counted: number;
};
type Rows = ControlRoom['rows'];

/** The gate of the next step with all that counts for it, then those of other steps, then what is only watched. */
export function gatesOf(
  track: Pick<TrackHead, 'next' | 'rollout' | 'passing' | 'needed'>,
  cells: readonly Cell[],
  rows: Rows,
): readonly Gate[] {
  const next = track.next === null ? [] : cells.filter(({ neededNow, holds }) => neededNow || holds !== null);
  const later = ['cut', 'candidate', 'submit', ...track.rollout.map((percent) => `${percent}%`)].filter((step) => step !== track.next);
  const gates = later.flatMap((step): Gate[] => {
    const own = cells.filter((cell) => cell.gates.includes(step) && !next.includes(cell));
    return own.length === 0 ? [] : [gate(`Before ${stepInWords(step as Step)}`, false, own, rows)];
  });
  const watched = cells.filter((cell) => cell.gates.length === 0 && !next.includes(cell));
  // what the head of the track counts is what every other page says of it
  const first =
    track.next === null
      ? []
      : [{ ...gate(`Before ${stepInWords(track.next as Step)}`, true, next, rows), passing: track.passing, counted: track.needed }];
  return [...first, ...gates, ...(watched.length === 0 ? [] : [gate('Watched', false, watched, rows)])];
}

function gate(title: string, isNext: boolean, cells: readonly Cell[], rows: Rows): Gate {
  const entries = entriesOf(cells, rows);
  const counted = entries.filter(({ cell }) => cell.setUp && !cell.informing);
  return {
    title,
    isNext,
    holding: entries.filter(({ cell }) => cell.holds !== null),
    others: entries.filter(({ cell }) => cell.holds === null),
    passing: counted.filter(({ cell, others }) => [cell, ...others].every(({ passes }) => passes)).length,
    counted: counted.length,
  };
}

const order: readonly Cell['state'][] = ['stop', 'unknown', 'caution', 'waived', 'clear', 'not-needed-yet', 'not-set-up'];

function worseFirst(a: Cell, b: Cell): number {
  return Number(b.holds !== null) - Number(a.holds !== null) || order.indexOf(a.state) - order.indexOf(b.state);
}

/** In the order of the rows; what no row names stands by itself at the end. */
function entriesOf(cells: readonly Cell[], rows: Rows): readonly Entry[] {
  const placed = new Set<Cell>();
  const inRows = rows.flatMap((row): Entry[] => {
    const own = cells.filter((cell) => row.instances.includes(cell.instance) && !placed.has(cell)).toSorted(worseFirst);
    for (const cell of own) placed.add(cell);
    const [cell, ...others] = own;
    return cell === undefined ? [] : [{ title: row.title, cell, others }];
  });
  const alone = cells.filter((cell) => !placed.has(cell)).map((cell): Entry => ({ title: cell.title, cell, others: [] }));
  return [...inRows, ...alone];
}
