/** The criteria of one track by the step that they stand before, those that hold first. */
import type { ControlRoom, TrackHead } from '#api/control-room.ts';
import type { Cell } from '#api/verdict.ts';
import { isOfTime } from '#domain/criteria/criterion.ts';
import { stepInWords } from '#domain/names.ts';
import type { Step } from '#domain/release/track.ts';

/** A row of the policy on this track: the worst of its criteria stands for it, the others are told beside it. `counts` false: it is shown only. */
export type Entry = { title: string; cell: Cell; others: readonly Cell[]; counts: boolean };
/** `ofTime`: what time alone turns green; it is told as a time and counts nowhere. `passing` of `counted`: rows, as the head of the track counts them. */
export type Gate = {
  title: string;
  /** Before the step that comes next: open, the others closed. */
  isNext: boolean;
  holding: readonly Entry[];
  others: readonly Entry[];
  ofTime: readonly Cell[];
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
  const ofTime = cells.filter(isToldAsTime);
  const entries = entriesOf(
    cells.filter((cell) => !ofTime.includes(cell)),
    rows,
  );
  const counted = entries.filter(({ counts }) => counts);
  return {
    title,
    isNext,
    holding: entries.filter(({ cell }) => cell.holds !== null),
    // what counts before what is only shown, so that the figure at the head can be counted off the list
    others: entries.filter(({ cell }) => cell.holds === null).toSorted((a, b) => Number(b.counts) - Number(a.counts)),
    ofTime,
    passing: counted.filter(({ cell, others }) => [cell, ...others].every(({ passes }) => passes)).length,
    counted: counted.length,
  };
}

/** As `waitsForTime` of the domain has it. A window that never opens, or a soak that has not begun, waits for something else and is counted. */
function isToldAsTime(cell: Cell): boolean {
  return isOfTime(cell) && (cell.passes || cell.dueAt !== null);
}

/** `has passed at Wed 08:05`, `opens Mon 09:00`, `24 h soaked`: what stands behind the title of a criterion of time. */
export function timeInWords({ kind, passes, clause, headline }: Pick<Cell, 'kind' | 'passes' | 'clause' | 'headline'>): string {
  const text = kind === 'soaked' && !passes ? clause : headline;
  return text.charAt(0).toLowerCase() + text.slice(1);
}

const order: readonly Cell['state'][] = ['stop', 'unknown', 'caution', 'waived', 'clear', 'not-needed-yet', 'not-set-up'];

function worseFirst(a: Cell, b: Cell): number {
  return Number(b.holds !== null) - Number(a.holds !== null) || order.indexOf(a.state) - order.indexOf(b.state);
}

/** In the order of the rows; what no row names stands by itself at the end. */
function entriesOf(cells: readonly Cell[], rows: Rows): readonly Entry[] {
  const placed = new Set<Cell>();
  const inRows = rows.flatMap((row): Entry[] => {
    const own = cells.filter((cell) => row.instances.includes(cell.instance) && !placed.has(cell));
    for (const cell of own) placed.add(cell);
    return entryOf(row.title, own);
  });
  const alone = cells.filter((cell) => !placed.has(cell)).flatMap((cell) => entryOf(cell.title, [cell]));
  return [...inRows, ...alone];
}

/** Where one criterion alone needs something in a row, its own title says more: `ANRs`, not `ANRs, CPU, hangs`. */
function entryOf(row: string, cells: readonly Cell[]): Entry[] {
  const [cell, ...others] = cells.toSorted(worseFirst);
  if (cell === undefined) return [];
  const [only, ...more] = cells.filter(({ passes }) => !passes);
  const title = only === cell && more.length === 0 ? cell.title : row;
  return [{ title, cell, others, counts: cells.some(({ setUp, informing }) => setUp && !informing) }];
}
