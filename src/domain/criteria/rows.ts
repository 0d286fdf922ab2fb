/** Verdicts as a person counts them: by the rows of the control room. What only time turns green is told as a time and not counted. */
import type { Colour } from '../facts.ts';
import type { TrackPolicy } from '../policy/track-policy.ts';
import type { Step } from '../release/track.ts';
import { isOfTime, passes, worst } from './criterion.ts';
import type { Verdict } from './criterion.ts';

/** A row with the verdicts of one track in it. `passes`: all of them do. `colour`: the worst of those that do not; green where all pass. */
export type VerdictRow = { title: string; verdicts: readonly Verdict[]; passes: boolean; colour: Colour };

/** Whether a verdict waits for nothing but a moment that is known. A window that never opens, or a soak that has not begun, waits for something else. */
export function waitsForTime(verdict: Pick<Verdict, 'kind' | 'looksAgainAt'>): boolean {
  return isOfTime(verdict) && (verdict.looksAgainAt ?? null) !== null;
}

/**
 * Verdicts grouped by the rows of the policy, in its order; what no row names stands in one of its own title. A track without a policy has
 * a row for each title.
 */
export function inRows(rows: TrackPolicy['rows'] | null, verdicts: readonly Verdict[]): readonly VerdictRow[] {
  const found = new Map<string, Verdict[]>((rows ?? []).map(({ title }) => [title, []]));
  for (const verdict of verdicts) {
    const title = rows?.find(({ instances }) => instances.includes(verdict.instance))?.title ?? verdict.title;
    const row = found.get(title);
    if (row) row.push(verdict);
    else found.set(title, [verdict]);
  }
  return [...found].flatMap(([title, members]) => {
    const open = members.filter((verdict) => !passes(verdict));
    return members.length === 0
      ? []
      : [{ title, verdicts: members, passes: open.length === 0, colour: worst(open.map(({ colour }) => colour)) }];
  });
}

/** The rows that the next step needs, each with whether it passes: `6 of 8 pass`. */
export function rowsNeeded(rows: TrackPolicy['rows'] | null, verdicts: readonly Verdict[]): readonly VerdictRow[] {
  return inRows(
    rows,
    verdicts.filter(
      (verdict) =>
        verdict.neededNow && verdict.setUp && !verdict.informing && (!isOfTime(verdict) || (!passes(verdict) && !waitsForTime(verdict))),
    ),
  );
}

/** The rows that hold these steps, by what in them does not pass. */
export function rowsHolding(rows: TrackPolicy['rows'] | null, verdicts: readonly Verdict[], steps: readonly Step[]): readonly VerdictRow[] {
  return inRows(
    rows,
    verdicts.filter((verdict) => !passes(verdict) && !waitsForTime(verdict) && verdict.gates.some((gate) => steps.includes(gate))),
  );
}
