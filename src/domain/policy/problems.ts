/** What is wrong with a policy document, in words: where, why, and what would be right. */
import type { z } from 'zod';

export type Path = readonly (string | number)[];

/** A fault before its line is known. `at: 'key'`: the key itself is wrong, not what stands under it. */
export type Fault = { path: Path; because: string; wouldBeRight: string; at?: 'key' | 'value' };

/** A fault with its place in the text: `line` and `column` count from 1; `path` as a person reads it: `before 100%[0].soaked`. */
export type Problem = { line: number; column: number; path: string; because: string; wouldBeRight: string };

/** A path as a person reads it: `platforms.android.rollout[1]`. */
export function pathInWords(path: Path): string {
  let words = '';
  for (const part of path) words += typeof part === 'number' ? `[${part}]` : words === '' ? part : `.${part}`;
  return words;
}

/** A value as it may stand in a sentence: short, and on one line. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map of keys';
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  const short = text.length > 60 ? `${text.slice(0, 57)}…` : text;
  return typeof value === 'string' ? JSON.stringify(short) : short;
}

/** Words in a sentence: `a, b or c`. A long list is cut. */
export function oneOf(words: readonly string[]): string {
  const most = 24;
  if (words.length > most) return `${words.slice(0, most).join(', ')} or one of ${words.length - most} others`;
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

/** The known word that is spelt most like this one, or null when none is near enough to have been meant. */
export function nearest(word: string, known: readonly string[]): string | null {
  const wanted = word.slice(0, 80).toLowerCase();
  let best: string | null = null;
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 0.5;
  for (const candidate of known) {
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance < least) {
      best = candidate;
      least = distance;
    }
  }
  return best ?? known.find((candidate) => wanted.length >= 5 && candidate.toLowerCase().startsWith(wanted.slice(0, 5))) ?? null;
}

/** The words to say when a name is not one of those known: the near miss first, then all of them. */
export function meant(word: string, known: readonly string[]): string {
  if (known.length === 0) return 'nothing may stand here yet';
  const near = nearest(word, known);
  return near === null ? oneOf(known) : `did you mean ${near}? Known: ${oneOf(known)}`;
}

/** Letters to insert, delete, replace or swap (neighbours) to get from one word to the other. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min(replaced, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      current.push(cost);
    }
    before = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}

type Issue = z.core.$ZodIssue;

/** Of so many unknown keys in one place the nearest known ones are looked for, and no more are told. */
const MOST_KEYS = 200;

/** What a value should have been, in words. */
const kinds: Readonly<Partial<Record<string, string>>> = {
  object: 'a map of keys, such as { process: light }',
  record: 'a map of names, each with what belongs to it',
  array: 'a list, such as [one, two]',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

/**
 * Faults of what zod found. `value` is the document as read, to name what stood there; `keysAt` names the keys known at a path, for the near misses.
 * Messages written in the schemas say what would be right; where zod speaks for itself, its issue is put in our words.
 */
export function faultsOf(issues: readonly Issue[], value: unknown, keysAt: (path: Path) => readonly string[] = () => []): Fault[] {
  return issues.flatMap((issue) => faultsOfIssue(issue, [], value, keysAt));
}

function faultsOfIssue(issue: Issue, prefix: Path, value: unknown, keysAt: (path: Path) => readonly string[]): Fault[] {
  const path: Path = [...prefix, ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))];
  const found = shown(valueAt(value, path));
  const own = ownWords(issue);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.slice(0, MOST_KEYS).map((key) => {
        const known = keysAt(path);
        return {
          path: [...path, key],
          at: 'key' as const,
          because: `there is no key ${shown(key)} here`,
          wouldBeRight: known.length > 0 ? meant(key, known) : 'leave it out',
        };
      });
    case 'invalid_value': {
      const known = issue.values.map(String);
      const given = valueAt(value, path);
      return [
        {
          path,
          because: `${found} is not one of those known`,
          wouldBeRight: own ?? (typeof given === 'string' ? meant(given, known) : oneOf(known)),
        },
      ];
    }
    case 'invalid_type':
      return [
        {
          path,
          because: found === 'nothing' ? 'something is missing here' : `${found} cannot stand here`,
          wouldBeRight: own ?? kinds[issue.expected] ?? issue.expected,
        },
      ];
    case 'invalid_union':
      return faultsOfUnion(issue, path, value, keysAt);
    case 'invalid_key':
      return [
        {
          path,
          at: 'key',
          because: `${shown(path.at(-1))} cannot be a name here`,
          wouldBeRight: issue.issues[0]?.message ?? 'another name',
        },
      ];
    case 'too_big':
      return [{ path, because: `${found} is too much`, wouldBeRight: own ?? `at most ${issue.maximum}${unitOf(issue.origin)}` }];
    case 'too_small':
      return [{ path, because: `${found} is too little`, wouldBeRight: own ?? `at least ${issue.minimum}${unitOf(issue.origin)}` }];
    case 'custom':
      return [customFault(issue, path)];
    case 'invalid_format':
    case 'not_multiple_of':
    case 'invalid_element':
      return [{ path, because: `${found} cannot stand here`, wouldBeRight: own ?? issue.message }];
    default:
      return issue satisfies never;
  }
}

/** Of several ways to write something, the faults of the one that was meant: the one that got furthest in. */
function faultsOfUnion(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  path: Path,
  value: unknown,
  keysAt: (path: Path) => readonly string[],
): Fault[] {
  const branches = issue.errors.filter(
    (branch) => branch.length > 0 && branch.every((each) => each.path.length > 0 || each.code === 'unrecognized_keys'),
  );
  const closest = branches.toSorted((a, b) => a.length - b.length)[0];
  if (closest) return closest.flatMap((each) => faultsOfIssue(each, path, value, keysAt));
  const worded = issue.errors.flat().find((each) => each.code === 'custom' && each.path.length === 0);
  if (worded && worded.code === 'custom') return [customFault(worded, path)];
  const given = valueAt(value, path);
  if (issue.inclusive === false || ownWords(issue))
    return [{ path, because: `${shown(given)} cannot stand here`, wouldBeRight: issue.message }];
  const discriminator = issue.discriminator;
  const known = issue.errors.flat().flatMap((each) => (each.code === 'invalid_value' ? each.values.map(String) : []));
  const options = 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : known;
  const right = options.length > 0 ? oneOf(options) : 'something else';
  return [{ path, because: `${shown(given)} cannot stand here`, wouldBeRight: discriminator ? `${discriminator}: ${right}` : right }];
}

/** Checks of our own say both halves: in `params.wouldBeRight`, after `; right would be: `, or after the last colon of the message. */
function customFault(issue: Extract<Issue, { code: 'custom' }>, path: Path): Fault {
  const right: unknown = issue.params?.['wouldBeRight'];
  if (typeof right === 'string')
    return { path, because: issue.message, wouldBeRight: right, at: issue.params?.['at'] === 'key' ? 'key' : 'value' };
  const cut = /^(.+?); right would be: (.+)$/s.exec(issue.message) ?? /^(.*[^:]): ([^"]+)$/s.exec(issue.message);
  if (cut?.[1] && cut[2]) return { path, because: cut[1], wouldBeRight: cut[2] };
  return { path, because: issue.message, wouldBeRight: 'see the reference of this key' };
}

/** The schema's own message, where it has one; zod's default ones say too little of what would be right. */
function ownWords(issue: Issue): string | null {
  return /^(Invalid|Too (big|small)|Unrecognized)/.test(issue.message) ? null : issue.message;
}

function unitOf(origin: string): string {
  if (origin === 'string') return ' characters';
  return origin === 'array' || origin === 'set' ? ' entries' : '';
}

/** What stands at a path of the document as read. */
export function valueAt(value: unknown, path: Path): unknown {
  let at = value;
  for (const part of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return undefined;
    at = (at as Record<string | number, unknown>)[part];
  }
  return at;
}
