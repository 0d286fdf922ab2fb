/** What somebody outside states of a criterion: a colour with its reason, as a finding that carries every field. */
import type { Colour } from '../facts.ts';
import { inWords, msBetween, plusMinutes } from '../time.ts';
import type { Instant } from '../time.ts';
import type { Evidence, Finding, Quantity, Who } from './criterion.ts';
import { green, red, unknown, yellow } from './finding.ts';
import { capital } from './words.ts';

/** A stated colour. `name` is who stated it, as a sentence names them. */
export type Stated = {
  colour: Colour;
  because: string;
  turnsGreen: string | null;
  name: string;
  at: Instant;
  value?: Quantity;
  limit?: Quantity;
  evidence: Evidence;
};

const headlines: Readonly<Record<Colour, string>> = {
  green: 'Reported clear',
  yellow: 'Reported caution',
  red: 'Reported stop',
  unknown: 'Reported unknown',
};

/** A statement as a finding: itself while it is fresh, unknown once it is older than `freshForMinutes` (null: it never ages). */
export function findingOf(stated: Stated, freshForMinutes: number | null, now: Instant): Finding {
  const until = freshForMinutes === null ? null : plusMinutes(stated.at, freshForMinutes);
  const who: Who = { kind: 'source', name: stated.name, what: 'answers green', contact: null };
  const measure = { ...(stated.value ? { value: stated.value } : {}), ...(stated.limit ? { limit: stated.limit } : {}) };
  const turnsGreen = whenWords(stated.turnsGreen) ?? `when ${stated.name} answers green`;
  if (freshForMinutes !== null && until !== null && until <= now) {
    return unknown({
      ...measure,
      headline: `No answer for ${inWords(msBetween(stated.at, now))}`,
      because: `${capital(stated.name)} last answered ${inWords(msBetween(stated.at, now))} ago, and an answer is fresh for ${inWords(freshForMinutes * 60_000)}. It said ${stated.colour}: ${sentence(stated.because)}`,
      turnsGreen: `when ${stated.name} answers again, and answers green`,
      who: [{ ...who, what: 'answers again' }],
      evidence: [stated.evidence],
    });
  }
  const told = {
    ...measure,
    headline: headlineOf(stated),
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
  return limit ? `${value.amount} limit ${limit.amount}` : `${value.amount} ${value.unit}`.trim();
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
