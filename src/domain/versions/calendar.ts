import { z } from 'zod';
import { entryOf } from '../entry.ts';
import { isRefused, quote, refuse, type Refused } from './refused.ts';
import { compareParts, largestPart, type Order, readPart, refuseUnreadable } from './text.ts';

/*
 * The pattern grammar follows calver.org: YYYY, YY (no zero in front), 0Y; MM, 0M; WW, 0W (ISO 8601 weeks); DD, 0D; and N, the counter
 * within the date. Between them ".", "-" or "_"; a part may touch the next one only when its width is fixed (YYYY0M0D).
 */
type Unit = 'year' | 'month' | 'week' | 'day' | 'counter';
type Token = { written: string; unit: Unit; width: number | null };
type Piece = Token | { separator: string };
/** A calendar pattern that was understood. */
export type CalendarPattern = { pieces: Piece[]; tokens: Token[] };

const tokens: readonly Token[] = [
  { written: 'YYYY', unit: 'year', width: 4 },
  { written: 'YY', unit: 'year', width: null },
  { written: '0Y', unit: 'year', width: 2 },
  { written: 'MM', unit: 'month', width: null },
  { written: '0M', unit: 'month', width: 2 },
  { written: 'WW', unit: 'week', width: null },
  { written: '0W', unit: 'week', width: 2 },
  { written: 'DD', unit: 'day', width: null },
  { written: '0D', unit: 'day', width: 2 },
  { written: 'N', unit: 'counter', width: null },
];

const known = 'YYYY, YY, 0Y, MM, 0M, WW, 0W, DD, 0D and N with ".", "-" or "_" between them, such as YYYY.MM.N';
const significance: Record<Unit, number> = { year: 0, month: 1, week: 1, day: 2, counter: 3 };
const longestPattern = 40;

function readPieces(pattern: string): Piece[] | Refused {
  const pieces: Piece[] = [];
  for (let at = 0; at < pattern.length;) {
    const token = tokens.find((each) => pattern.startsWith(each.written, at));
    const character = pattern.charAt(at);
    if (token) pieces.push(token);
    else if ('.-_'.includes(character)) pieces.push({ separator: character });
    else return refuse('bad-pattern', `the calendar pattern ${quote(pattern)} has ${quote(character)} at character ${at + 1}`, known);
    at += token ? token.written.length : 1;
  }
  return pieces;
}

function refuseShape(pattern: string, pieces: readonly Piece[]): Refused | null {
  const bad = (was: string, right: string) => refuse('bad-pattern', `the calendar pattern ${quote(pattern)} ${was}`, right);
  let last: Token | null = null;
  for (const [at, piece] of pieces.entries()) {
    const neighbour = pieces[at + 1];
    if ('separator' in piece) {
      if (at === 0 || neighbour === undefined || 'separator' in neighbour) return bad('has a separator with no part beside it', known);
      continue;
    }
    if (neighbour && !('separator' in neighbour) && piece.width === null) {
      return bad(`runs ${piece.written} into ${neighbour.written}`, `a separator between them, or a part of fixed width`);
    }
    if (last === null && piece.unit !== 'year')
      return bad('does not start with the year', 'YYYY, YY or 0Y first, so that versions sort by date');
    if (last && significance[last.unit] >= significance[piece.unit]) {
      return bad(
        `has ${piece.written} after ${last.written}`,
        'each unit once and the larger before the smaller: year, month or week, day, N',
      );
    }
    if (piece.unit === 'day' && last?.unit !== 'month') return bad('has a day without its month', 'a month before the day');
    last = piece;
  }
  return last === null ? bad('has no parts', known) : null;
}

/** Understands a calendar pattern such as YYYY.MM.N, YY.WW.N or YYYY.N, or says where it is wrong. */
export function readCalendarPattern(pattern: string): CalendarPattern | Refused {
  if (pattern.length > longestPattern) {
    return refuse('bad-pattern', `the calendar pattern has ${pattern.length} characters`, `at most ${longestPattern} characters`);
  }
  const pieces = readPieces(pattern);
  if (isRefused(pieces)) return pieces;
  const wrong = refuseShape(pattern, pieces);
  if (wrong) return wrong;
  return { pieces, tokens: pieces.filter((piece): piece is Token => 'written' in piece) };
}

/** How a hotfix is numbered: `next-counter`: 2024.10.1 → 2024.10.2; `extra-part`: 2024.10.1 → 2024.10.1.1. */
export const calendarHotfixRules = ['next-counter', 'extra-part'] as const;
export type CalendarHotfixRule = (typeof calendarHotfixRules)[number];

/** Settings of the calendar scheme, as the policy document writes them. */
export const calendarSettings = z
  .strictObject({
    scheme: z.literal('calendar'),
    pattern: z.string().describe(known),
    next: z.string().optional().describe('the part that a regular release raises, when no date is given; left out, the last one'),
    hotfix: z
      .record(z.string(), z.enum(calendarHotfixRules))
      .default({})
      .describe('how a hotfix is numbered on each platform; not named: next-counter, or extra-part where the pattern has no N'),
    'counter-from': z
      .union([z.literal(0), z.literal(1)])
      .default(1)
      .describe('the first value of N within a date'),
  })
  .superRefine((settings, context) => {
    const pattern = readCalendarPattern(settings.pattern);
    const issue = (path: string[], refused: Refused) =>
      context.addIssue({
        code: 'custom',
        path,
        message: `${refused.was}; right would be: ${refused.wouldBeRight}`,
      });
    if (isRefused(pattern)) return issue(['pattern'], pattern);
    const next = settings.next === undefined ? 0 : tokenToRaise(settings, pattern, settings.next);
    if (isRefused(next)) issue(['next'], next);
    const counted = pattern.tokens.some((token) => token.unit === 'counter');
    for (const [platform, rule] of Object.entries(settings.hotfix)) {
      if (rule === 'next-counter' && !counted) {
        issue(
          ['hotfix', platform],
          refuse('no-hotfix', `the pattern ${quote(settings.pattern)} has no counter`, 'extra-part, or N in the pattern'),
        );
      }
    }
  });
export type CalendarSettings = z.output<typeof calendarSettings>;

/** A version made of date parts and a counter; `hotfix` is the extra part of a hotfix. `text` is what was written. */
export type CalendarVersion = {
  scheme: 'calendar';
  text: string;
  parts: number[];
  hotfix: number | null;
};

const dayMs = 86_400_000;

/** Milliseconds of a day's midnight UTC. `Date.UTC` alone would read the years 0 to 99 as 1900 to 1999. */
function dayAt(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month - 1, day);
}

function daysInMonth(year: number, month: number): number {
  return new Date(dayAt(year, month + 1, 0)).getUTCDate();
}

/** The ISO 8601 week of a day: the week belongs to the year in which its Thursday lies. */
function isoWeek(ms: number): { year: number; week: number } {
  const thursday = new Date(ms + (4 - (new Date(ms).getUTCDay() || 7)) * dayMs);
  const year = thursday.getUTCFullYear();
  return { year, week: Math.floor((thursday.getTime() - dayAt(year, 1, 1)) / (7 * dayMs)) + 1 };
}

function weeksInYear(year: number): number {
  return isoWeek(dayAt(year, 12, 28)).week; // 28 December is always in the last week
}

/** Two-digit years are of this century. */
function fullYear(token: Token | undefined, value: number): number {
  return token?.written === 'YYYY' ? value : 2000 + value;
}

function valueOf(pattern: CalendarPattern, parts: readonly number[], unit: Unit): number | undefined {
  const at = pattern.tokens.findIndex((token) => token.unit === unit);
  return at < 0 ? undefined : parts[at];
}

function yearOf(pattern: CalendarPattern, parts: readonly number[]): number {
  return fullYear(pattern.tokens[0], parts[0] ?? 0);
}

/** The first and last value of a unit, given what stands left of it. */
function rangeOf(pattern: CalendarPattern, parts: readonly number[], unit: Unit): [number, number] {
  switch (unit) {
    case 'year':
      return pattern.tokens[0]?.written === 'YYYY' ? [1000, 9999] : [0, 99];
    case 'month':
      return [1, 12];
    case 'week':
      return [1, weeksInYear(yearOf(pattern, parts))];
    case 'day':
      return [1, daysInMonth(yearOf(pattern, parts), valueOf(pattern, parts, 'month') ?? 1)];
    case 'counter':
      return [0, largestPart];
    default:
      return unit satisfies never;
  }
}

function refuseDate(pattern: CalendarPattern, parts: readonly number[], text: string): Refused | null {
  for (const [at, token] of pattern.tokens.entries()) {
    const value = parts[at] ?? 0;
    const [first, last] = rangeOf(pattern, parts, token.unit);
    if (value >= first && value <= last) continue;
    if (token.unit === 'counter') return refuse('part-too-large', `the counter of ${quote(text)} is too large`, `at most ${last}`);
    return refuse('bad-date', `the ${token.unit} of ${quote(text)} is ${value}`, `a ${token.unit} from ${first} to ${last}`);
  }
  return null;
}

function readDigits(token: Token, digits: string, text: string): number | Refused {
  if (token.width === null) return readPart(digits, `${token.written} (${token.unit})`, text);
  if (digits.length === token.width && /^[0-9]+$/u.test(digits)) return Number(digits);
  return refuse(
    'not-in-pattern',
    `the ${token.unit} of ${quote(text)} is written ${quote(digits)}`,
    `${token.width} digits for ${token.written}`,
  );
}

function allowsExtraPart(settings: CalendarSettings, pattern: CalendarPattern): boolean {
  return !pattern.tokens.some((token) => token.unit === 'counter') || Object.values(settings.hotfix).includes('extra-part');
}

/** Cuts a text into the digits of each token and what is left over. */
function cut(settings: CalendarSettings, pattern: CalendarPattern, text: string): { digits: string[]; rest: string } | Refused {
  const digits: string[] = [];
  let at = 0;
  for (const piece of pattern.pieces) {
    if ('separator' in piece) {
      if (text.charAt(at) !== piece.separator) {
        return refuse(
          'not-in-pattern',
          `${quote(text)} does not follow ${settings.pattern}`,
          `a version such as ${quote(exampleOf(settings, pattern))}`,
        );
      }
      at += 1;
      continue;
    }
    const found = /^[0-9]*/u.exec(text.slice(at))?.[0] ?? '';
    const adjacent = pattern.pieces[pattern.pieces.indexOf(piece) + 1];
    const taken = adjacent && 'written' in adjacent && piece.width !== null ? found.slice(0, piece.width) : found;
    if (taken === '') {
      return refuse(
        'not-in-pattern',
        `${quote(text)} has no ${piece.unit} where ${settings.pattern} has ${piece.written}`,
        `a version such as ${quote(exampleOf(settings, pattern))}`,
      );
    }
    digits.push(taken);
    at += taken.length;
  }
  return { digits, rest: text.slice(at) };
}

function exampleOf(settings: CalendarSettings, pattern: CalendarPattern): string {
  return print(
    pattern,
    pattern.tokens.map((token) =>
      token.written === 'YYYY' ? 2024 : token.unit === 'year' ? 24 : token.unit === 'counter' ? settings['counter-from'] : 10,
    ),
  );
}

/** Reads a version by the pattern. Refuses zeros in front where the pattern has none, months, weeks and days that no calendar has. */
export function parseCalendar(settings: CalendarSettings, text: string): CalendarVersion | Refused {
  const pattern = readCalendarPattern(settings.pattern);
  if (isRefused(pattern)) return pattern;
  const unreadable = refuseUnreadable(text);
  if (unreadable) return unreadable;
  const pieces = cut(settings, pattern, text);
  if (isRefused(pieces)) return pieces;
  const parts: number[] = [];
  for (const [at, token] of pattern.tokens.entries()) {
    const part = readDigits(token, pieces.digits[at] ?? '', text);
    if (isRefused(part)) return part;
    parts.push(part);
  }
  const wrong = refuseDate(pattern, parts, text);
  if (wrong) return wrong;
  if (pieces.rest === '') return { scheme: 'calendar', text, parts, hotfix: null };
  if (!pieces.rest.startsWith('.') || !allowsExtraPart(settings, pattern)) {
    return refuse(
      'not-in-pattern',
      `${quote(text)} goes on after ${settings.pattern} with ${quote(pieces.rest)}`,
      quote(text.slice(0, text.length - pieces.rest.length)),
    );
  }
  const hotfix = readPart(pieces.rest.slice(1), 'hotfix', text);
  return isRefused(hotfix) ? hotfix : { scheme: 'calendar', text, parts, hotfix };
}

/** Orders two versions by date, then counter, then hotfix. */
export function compareCalendar(a: CalendarVersion, b: CalendarVersion): Order {
  return compareParts([...a.parts, a.hotfix ?? 0], [...b.parts, b.hotfix ?? 0]);
}

function print(pattern: CalendarPattern, parts: readonly number[]): string {
  let at = 0;
  return pattern.pieces
    .map((piece) => ('separator' in piece ? piece.separator : String(parts[at++] ?? 0).padStart(piece.width ?? 0, '0')))
    .join('');
}

function made(pattern: CalendarPattern, parts: number[], hotfix: number | null, from: string): CalendarVersion | Refused {
  const text = print(pattern, parts) + (hotfix === null ? '' : `.${hotfix}`);
  const wrong = refuseDate(pattern, parts, text);
  if (wrong || (hotfix ?? 0) > largestPart)
    return refuse('no-next', `nothing can follow ${quote(from)} in this pattern`, 'a longer pattern');
  return { scheme: 'calendar', text, parts, hotfix };
}

/** Which token a name means: as the pattern writes it (MM) or the unit (month). */
function tokenToRaise(settings: CalendarSettings, pattern: CalendarPattern, part: string): number | Refused {
  const at = pattern.tokens.findIndex((token) => token.written === part || token.unit === part);
  if (at >= 0) return at;
  return refuse(
    'unknown-part',
    `the pattern ${settings.pattern} has no part ${quote(part)}`,
    pattern.tokens.map((token) => `${token.written} (${token.unit})`).join(', '),
  );
}

/** Raises one unit and carries: after week 52 or 53 comes week 1, after 31 December the first of January. */
function raise(settings: CalendarSettings, pattern: CalendarPattern, parts: readonly number[], at: number): number[] {
  const token = pattern.tokens[at];
  const value = (parts[at] ?? 0) + 1;
  const last = rangeOf(pattern, parts, token?.unit ?? 'year')[1];
  const carries = value > last && at > 0 && token?.unit !== 'counter';
  if (carries) return raise(settings, pattern, parts, at - 1);
  return parts.map((part, each) => (each < at ? part : each === at ? value : resetOf(settings, pattern.tokens[each])));
}

function resetOf(settings: CalendarSettings, token: Token | undefined): number {
  return token?.unit === 'counter' ? settings['counter-from'] : 1;
}

/** The date parts of a day, by this pattern. With weeks, the year is the ISO week's own. */
function partsOn(settings: CalendarSettings, pattern: CalendarPattern, day: string): number[] | Refused {
  const found = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/u.exec(day);
  const [year, month, date] = [Number(found?.[1]), Number(found?.[2]), Number(found?.[3])];
  if (!found || month < 1 || month > 12 || date < 1 || date > daysInMonth(year, month)) {
    return refuse('bad-date', `${quote(day)} is not a day`, 'a day such as 2024-10-01');
  }
  const week = isoWeek(dayAt(year, month, date));
  const weekly = pattern.tokens.some((token) => token.unit === 'week');
  const ofYear = weekly ? week.year : year;
  const values: Record<Unit, number> = {
    year: ofYear,
    month,
    week: week.week,
    day: date,
    counter: settings['counter-from'],
  };
  const shortYear = pattern.tokens[0]?.written !== 'YYYY';
  if (shortYear && (ofYear < 2000 || ofYear > 2099))
    return refuse('bad-date', `two digits cannot tell the year ${ofYear}`, 'YYYY in the pattern');
  return pattern.tokens.map((token) => (token.unit === 'year' && shortYear ? ofYear - 2000 : values[token.unit]));
}

function nextOn(settings: CalendarSettings, pattern: CalendarPattern, version: CalendarVersion, day: string): number[] | Refused {
  const parts = partsOn(settings, pattern, day);
  if (isRefused(parts)) return parts;
  const counter = pattern.tokens.findIndex((token) => token.unit === 'counter');
  const dates = counter < 0 ? pattern.tokens.length : counter;
  const order = compareParts(parts.slice(0, dates), version.parts.slice(0, dates));
  if (order > 0) return parts;
  if (order < 0) return refuse('bad-date', `${day} lies before ${quote(version.text)}`, 'a later day');
  if (counter < 0)
    return refuse(
      'no-next',
      `${quote(version.text)} is already the version of ${day}, and the pattern has no counter`,
      'a later day, or N in the pattern',
    );
  return raise(settings, pattern, version.parts, counter);
}

/**
 * The version after this one. With `on` (a day in the app's time zone, `2024-10-01`) it takes that day's date and starts the counter anew,
 * or raises the counter within the same date; without, it raises `part` (else the settings' own, else the last part of the pattern).
 */
export function nextCalendar(settings: CalendarSettings, version: CalendarVersion, part?: string, on?: string): CalendarVersion | Refused {
  const pattern = readCalendarPattern(settings.pattern);
  if (isRefused(pattern)) return pattern;
  if (on !== undefined) {
    const parts = nextOn(settings, pattern, version, on);
    return isRefused(parts) ? parts : made(pattern, parts, null, version.text);
  }
  const wanted = part ?? settings.next;
  const at = wanted === undefined ? pattern.tokens.length - 1 : tokenToRaise(settings, pattern, wanted);
  return isRefused(at) ? at : made(pattern, raise(settings, pattern, version.parts, at), null, version.text);
}

/**
 * The hotfix of a version: the counter or an extra part, as the settings say for the platform.
 * `by` is how many numbers further: 1 for the first hotfix, 2 where that one is taken.
 */
export function hotfixOfCalendar(
  settings: CalendarSettings,
  version: CalendarVersion,
  platform?: string,
  by = 1,
): CalendarVersion | Refused {
  const pattern = readCalendarPattern(settings.pattern);
  if (isRefused(pattern)) return pattern;
  const counter = pattern.tokens.findIndex((token) => token.unit === 'counter');
  const rule = entryOf(settings.hotfix, platform) ?? (counter < 0 ? 'extra-part' : 'next-counter');
  if (rule === 'extra-part') return made(pattern, version.parts, (version.hotfix ?? 0) + by, version.text);
  const parts = version.parts.map((part, each) => (each === counter ? part + by : part));
  return made(pattern, parts, null, version.text);
}
