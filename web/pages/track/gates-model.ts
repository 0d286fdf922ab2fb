/** The criteria of one track by the step that they stand before, those that hold first. */
import type { TrackHead } from '#api/control-room.ts';
import type { Cell } from '#api/verdict.ts';
import { stepInWords } from '#domain/names.ts';
import type { Step } from '#domain/release/track.ts';

export type Gate = {
  step: string | null;
  title: string;
  /** Before the step that comes next: open, the others closed. */
  isNext: boolean;
  holding: readonly Cell[];
  others: readonly Cell[];
  passing: number;
  counted: number;
};

const counts = (cell: Cell): boolean => cell.setUp && !cell.informing;

/** The gate of the next step with all that counts for it, then those of later and earlier steps, then what is only watched. */
export function gatesOf(track: Pick<TrackHead, 'next' | 'rollout'>, cells: readonly Cell[]): readonly Gate[] {
  const next = track.next === null ? [] : cells.filter(({ neededNow, holds }) => neededNow || holds !== null);
  const steps = ['cut', 'candidate', 'submit', ...track.rollout.map((percent) => `${percent}%`)];
  const later = steps.filter((step) => step !== track.next);
  const gates = later.flatMap((step): Gate[] => {
    const own = cells.filter((cell) => cell.gates.includes(step) && !next.includes(cell));
    return own.length === 0 ? [] : [gate(step, `Before ${stepInWords(step as Step)}`, false, own)];
  });
  const watched = cells.filter((cell) => cell.gates.length === 0 && !next.includes(cell));
  return [
    ...(track.next === null ? [] : [gate(track.next, `Before ${stepInWords(track.next as Step)}`, true, next)]),
    ...gates,
    ...(watched.length === 0 ? [] : [gate(null, 'Watched', track.next === null, watched)]),
  ];
}

function gate(step: string | null, title: string, isNext: boolean, cells: readonly Cell[]): Gate {
  const holding = cells.filter(({ holds }) => holds !== null);
  const counted = cells.filter(counts);
  return {
    step,
    title,
    isNext,
    holding,
    others: cells.filter(({ holds }) => holds === null),
    passing: counted.filter(({ passes }) => passes).length,
    counted: counted.length,
  };
}
