/** What a screen shows of a verdict: one state out of its colour, its waiver, and whether it is needed now. */
import type { Colour } from './facts.ts';

export const cellStates = ['clear', 'caution', 'stop', 'waived', 'unknown', 'not-set-up', 'not-needed-yet'] as const;
export type CellState = (typeof cellStates)[number];

const ofColour: Readonly<Record<Colour, CellState>> = { green: 'clear', yellow: 'caution', red: 'stop', unknown: 'unknown' };

/**
 * The state of a cell. A green verdict is Clear whatever else is true of it; a waiver in force is never drawn green; what gates a later step
 * is not needed yet, unless it is already red, which nobody should learn late; what gates no step is only watched, and shows what it says.
 */
export function cellState(verdict: {
  colour: Colour;
  setUp: boolean;
  neededNow: boolean;
  waiver: { state: string } | null;
  gates?: readonly string[];
}): CellState {
  if (!verdict.setUp) return 'not-set-up';
  if (verdict.colour === 'green') return 'clear';
  if (verdict.waiver?.state === 'active') return 'waived';
  const isWatched = verdict.gates?.length === 0;
  if (!verdict.neededNow && !isWatched && verdict.colour !== 'red') return 'not-needed-yet';
  return ofColour[verdict.colour];
}

/** The words for a state, as the screen and the command line say them. */
export const cellStateNames: Readonly<Record<CellState, string>> = {
  clear: 'Clear',
  caution: 'Caution',
  stop: 'Stop',
  waived: 'Waived',
  unknown: 'Unknown',
  'not-set-up': 'Not set up',
  'not-needed-yet': 'Not needed yet',
};
