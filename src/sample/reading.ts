/** What a reading of health says, as the report of it: the range that its sentence names is the one that is drawn. */
import type { Says } from './deeds.ts';

const RANGE = /(\d+\.\d+)–(\d+\.\d+)/;
const BASELINE = /8\.9\.1 at this age: (\d+\.\d+)/;
/** Half a range's width against its value, where the sentence names none: as wide as a day at 1 % makes it. */
const USUAL_WIDTH = 0.26;
/** How near to the limit the end of such a range may come, as a share of the way there. */
const NEAREST = 0.9;

type Amount = { amount: number; unit: string };
export type Reading = {
  value: Amount;
  limit: Amount;
  limitIs: 'at-most' | 'at-least';
  range?: [number, number];
  baseline?: Amount;
  clause?: string;
};

/** `hours-played` is a least amount and has no range; everything else is a rate that has one. */
export function readingOf(instance: string, says: Says): Reading {
  const { amount, limit, unit } = says;
  const value = { amount, unit };
  if (instance === 'hours-played')
    return { value, limit: { amount: limit, unit }, limitIs: 'at-least', ...clauseOf(playedClause(says.because)) };
  const [, before] = BASELINE.exec(says.because) ?? [];
  return {
    value,
    limit: { amount: limit, unit },
    limitIs: 'at-most',
    range: rangeOf(says),
    ...(before === undefined ? {} : { baseline: { amount: Number(before), unit } }),
    ...clauseOf(rateClause(says.colour, before)),
  };
}

function rangeOf({ amount, limit, colour, because }: Says): [number, number] {
  const [, low, high] = RANGE.exec(because) ?? [];
  if (low !== undefined && high !== undefined) return [Number(low), Number(high)];
  const width = amount * USUAL_WIDTH;
  const ends = { low: amount - width, high: amount + width };
  if (colour === 'green') return rounded(ends.low, Math.min(ends.high, amount + (limit - amount) * NEAREST));
  if (colour === 'red') return rounded(Math.max(ends.low, amount - (amount - limit) * NEAREST), ends.high);
  return rounded(Math.min(ends.low, limit * (1 - USUAL_WIDTH)), Math.max(ends.high, limit * (1 + USUAL_WIDTH)));
}

function rounded(low: number, high: number): [number, number] {
  return [Number(low.toFixed(3)), Number(high.toFixed(3))];
}

function rateClause(colour: Says['colour'], before: string | undefined): string | null {
  if (colour === 'yellow') return 'Range crosses the limit';
  if (colour === 'red') return 'Whole range over the limit';
  return before === undefined ? null : `8.9.1 at this age: ${before}`;
}

/** `On 8.9.2 since 1%` of `On 8.9.2 since 1%: 520,000 h.`; `Beta and employees` of `Beta and employees have played …`. */
function playedClause(because: string): string | null {
  return /^(.+?)(?:: | have played )/.exec(because)?.[1] ?? null;
}

function clauseOf(clause: string | null): { clause?: string } {
  return clause === null ? {} : { clause };
}
