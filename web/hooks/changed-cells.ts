/** Which cells a patch changes for the eye. Reading a source again renews what is known of its time, and nothing that a person sees of the cell. */
import type { Cell } from '#api/verdict.ts';

export const cellKey = (cell: Pick<Cell, 'track' | 'instance'>): string => `${cell.track} ${cell.instance}`;

/** What a cell shows. `since` is when it came to stand as it does. */
const shown = [
  ...(['state', 'colour', 'headline', 'aside', 'clause', 'because', 'since', 'setUp', 'holds'] as const),
  ...(['value', 'limit', 'range', 'baseline', 'progress', 'waiver'] as const),
] satisfies readonly (keyof Cell)[];

/** The keys of the cells that look otherwise than before, or were not there. */
export function changedCells(before: readonly Cell[], patched: readonly Cell[]): string[] {
  const old = new Map(before.map((cell) => [cellKey(cell), cell]));
  return patched.filter((cell) => !looksAlike(old.get(cellKey(cell)), cell)).map(cellKey);
}

function looksAlike(a: Cell | undefined, b: Cell): boolean {
  return a !== undefined && shown.every((key) => a[key] === b[key] || JSON.stringify(a[key]) === JSON.stringify(b[key]));
}
