/** The two forms of a finding: what is green needs nobody, and what is not says who can turn it green and by what. */
import type { Evidence, Finding, Who } from './criterion.ts';
import { firstClause } from './words.ts';

type Told = Omit<Finding, 'colour' | 'turnsGreen' | 'who' | 'evidence' | 'aside' | 'clause'> & {
  evidence?: readonly Evidence[];
  aside?: string | null;
  /** The first clause of `because` where a criterion has nothing shorter to say. */
  clause?: string;
};
/** What must be told of everything that is not green. `turnsGreen` begins with `when`. */
type Wanting = Told & { turnsGreen: string; who: readonly [Who, ...Who[]] };

/** It is met. */
export function green(told: Told): Finding {
  return { evidence: [], ...inCell(told), colour: 'green', turnsGreen: null, who: [] };
}

/** In progress, not enough data, or due: expected to resolve. */
export function yellow(told: Wanting): Finding {
  return { evidence: [], ...inCell(told), colour: 'yellow' };
}

/** Failed or past its time: someone must act. */
export function red(told: Wanting): Finding {
  return { evidence: [], ...inCell(told), colour: 'red' };
}

/** It cannot be told. Never green, and holds the step. */
export function unknown(told: Wanting): Finding {
  return { evidence: [], ...inCell(told), colour: 'unknown' };
}

/** What the cell shows of it. */
function inCell<T extends Told>(told: T): T & { aside: string | null; clause: string } {
  return { ...told, aside: told.aside ?? null, clause: told.clause ?? firstClause(told.because) };
}

/** A non-empty list of those who can help, with someone to fall back on. */
export function whoOr(found: readonly Who[], otherwise: Who): readonly [Who, ...Who[]] {
  const [first, ...rest] = found;
  return first === undefined ? [otherwise] : [first, ...rest];
}
