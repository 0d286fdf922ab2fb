/** What somebody outside states of a criterion: a colour with its reason, as a finding that carries every field. */
import { soon } from '../calendar/words.ts';
import type { Colour } from '../facts.ts';
import { sourceName } from '../names.ts';
import { inWords, msBetween, plusMinutes } from '../time.ts';
import type { Instant } from '../time.ts';
import type { Evidence, Finding, Quantity, Who } from './criterion.ts';
import { green, red, unknown, yellow } from './finding.ts';
import { capital, firstClause } from './words.ts';

/** A stated colour. `name` is who stated it, as a sentence names them. */
export type Stated = {
  colour: Colour;
  because: string;
  turnsGreen: string | null;
  name: string;
  at: Instant;
  value?: Quantity;
  limit?: Quantity;
  limitIs?: 'at-most' | 'at-least';
  range?: readonly [number, number];
  sample?: Quantity;
  baseline?: Quantity;
  /** The version that the baseline is of, where it is known. */
  before?: string | null;
  /** The second line of the cell, where the one who states it has one. */
  clause?: string;
  evidence: Evidence;
};

const headlines: Readonly<Record<Colour, string>> = {
  green: 'Reported clear',
  yellow: 'Reported caution',
  red: 'Reported stop',
  unknown: 'Reported unknown',
};

/** A statement as a finding: itself while it is fresh, unknown once it is older than `freshForMinutes` (null: it never ages). */
export function findingOf(stated: Stated, freshForMinutes: number | null, now: Instant, timezone: string): Finding {
  const until = freshForMinutes === null ? null : plusMinutes(stated.at, freshForMinutes);
  const name = sourceName(stated.name);
  const who: Who = { kind: 'source', name, what: 'answers green', contact: null };
  const measure = measureOf(stated);
  const turnsGreen = whenWords(stated.turnsGreen) ?? `when ${name} answers green`;
  if (freshForMinutes !== null && until !== null && until <= now) {
    return unknown({
      ...measure,
      headline: `No ${stated.value === undefined ? 'answer' : 'data'} for ${inWords(msBetween(stated.at, now))}`,
      aside: '',
      clause: `${stated.value === undefined ? `Said ${stated.colour}` : amountOf(stated.value)} at ${soon(stated.at, timezone, now)} · ${sourceName(stated.name)}`,
      because: `${capital(stated.name)} last answered ${inWords(msBetween(stated.at, now))} ago, and an answer is fresh for ${inWords(freshForMinutes * 60_000)}. It said ${stated.colour}: ${sentence(stated.because)}`,
      turnsGreen: `when ${stated.name} answers again, and answers green`,
      who: [{ ...who, what: 'answers again' }],
      evidence: [stated.evidence],
    });
  }
  const told = {
    ...measure,
    headline: headlineOf(stated),
    clause: clauseOf(stated),
    because: sentence(stated.because),
    evidence: [stated.evidence],
    looksAgainAt: until,
  };
  switch (stated.colour) {
    case 'green':
      return green(told);
    case 'yellow':
      return yellow({ ...told, turnsGreen, who: [who] });
    case 'red':
      return red({ ...told, turnsGreen, who: [who] });
    case 'unknown':
      return unknown({ ...told, turnsGreen, who: [who] });
    default:
      return stated.colour satisfies never;
  }
}

function headlineOf({ value, limit, colour }: Stated): string {
  if (!value) return headlines[colour];
  return limit ? amountOf(value) : `${amountOf(value)}${hasShortUnit(value) ? '' : ` ${value.unit}`}`.trim();
}

function measureOf(stated: Stated): Pick<Finding, 'value' | 'limit' | 'limitIs' | 'range' | 'sample' | 'baseline' | 'progress'> {
  const { value, limit, limitIs, range, sample, baseline } = stated;
  const toLeast = limitIs === 'at-least' && value !== undefined && limit !== undefined && limit.amount > 0;
  return {
    ...(value ? { value } : {}),
    ...(limit ? { limit } : {}),
    ...(limitIs ? { limitIs } : {}),
    ...(range ? { range } : {}),
    ...(sample ? { sample } : {}),
    ...(baseline ? { baseline } : {}),
    ...(toLeast ? { progress: Math.min(1, Math.max(0, value.amount / limit.amount)) } : {}),
  };
}

/** Kept: making one takes a hundred times as long as using it. */
const threeDecimals = new Intl.NumberFormat('en-US', { maximumFractionDigits: 3 });

/** `0.23`, `520,000 h`: a unit of a few letters belongs to its number, a longer one to the row. */
function amountOf(quantity: Quantity): string {
  return `${threeDecimals.format(quantity.amount)}${hasShortUnit(quantity) ? ` ${quantity.unit}` : ''}`;
}

function hasShortUnit({ unit }: Quantity): boolean {
  return unit.length > 0 && unit.length < 4;
}

/** Why, in one clause: what the range says of the limit, what it was before at this age, or the first clause of the reason. */
function clauseOf(stated: Stated): string {
  const { clause, colour, range, limit, limitIs, baseline, before } = stated;
  if (clause !== undefined && clause.trim() !== '') return clause.trim().replace(/[.]$/, '');
  if (colour === 'green' && baseline) return `${before ?? 'The release before'} at this age: ${amountOf(baseline)}`;
  if (colour !== 'green' && range && limit && limitIs !== 'at-least') {
    const [low, high] = range;
    if (low > limit.amount) return 'The whole range is over the limit';
    if (high >= limit.amount) return 'Range crosses the limit';
  }
  return firstClause(sentence(stated.because));
}

/** Somebody else's words as one sentence: a capital at its beginning, a stop at its end. */
function sentence(words: string): string {
  const trimmed = words.trim();
  if (trimmed === '') return 'No reason was given.';
  return capital(/[.?!…]$/.test(trimmed) ? trimmed : `${trimmed}.`);
}

function whenWords(words: string | null): string | null {
  const trimmed = words?.trim().replace(/\.$/, '') ?? '';
  if (trimmed === '') return null;
  return /^when\b/i.test(trimmed) ? trimmed : `when ${trimmed}`;
}
