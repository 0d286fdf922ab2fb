/**
 * CODEOWNERS files as GitHub and GitLab read them: who owns a path. Pure; a file is read once and asked for many paths.
 *
 * GitHub (docs.github.com, "About code owners"): the last rule that matches wins; a rule without owners leaves its paths unowned; `dir/*` does not reach deeper;
 * there is no `!` and no `[a-z]`. GitLab (docs.gitlab.com, "Code Owners syntax"): the last match within each section; a rule without owners has those of its
 * section; sections of the same name are one; `!` takes paths out of a section for good.
 */
import picomatch from 'picomatch';

export type CodeownersFormat = 'github' | 'gitlab';

/** A rule as it stands in the file: `rule` is its pattern, `line` counts from 1. */
export type OwnersRule = {
  rule: string;
  owners: readonly string[];
  line: number;
  isExclusion: boolean;
  matches: (path: string) => boolean;
};

/** A section of a GitLab file; `name` null: what stands before the first. `approvals` null: not said. */
export type OwnersSection = {
  name: string | null;
  isOptional: boolean;
  approvals: number | null;
  defaults: readonly string[];
  rules: readonly OwnersRule[];
};

/** `problems`: lines that the host would pass over, and why. */
export type Codeowners = {
  format: CodeownersFormat;
  sections: readonly OwnersSection[];
  problems: readonly { line: number; text: string; because: string }[];
};

/** Whom a path belongs to by a section: no owners where its last rule has none. No answer at all: no rule speaks of it. */
export type OwnersAnswer = { section: string | null; rule: string; owners: readonly string[] };

/** Longer lines and more of them are no owners file. */
const MOST_LINES = 100_000;
const MOST_LINE_LENGTH = 10_000;

const SECTION = /^(?<optional>\^)?\[(?<name>[^\]]+)\](?:\[(?<approvals>\d+)\])?(?<owners>(?:\s.*)?)$/;

/** A file with section headings is one of GitLab: GitHub has none, and no rule of it begins so. */
export function formatOf(text: string): CodeownersFormat {
  return text.split('\n', MOST_LINES).some((line) => SECTION.test(line.trim())) ? 'gitlab' : 'github';
}

export function readCodeowners(text: string, format: CodeownersFormat = formatOf(text)): Codeowners {
  const problems: { line: number; text: string; because: string }[] = [];
  type Open = { name: string | null; isOptional: boolean; approvals: number | null; defaults: string[]; rules: OwnersRule[] };
  const sections = new Map<string, Open>();
  const open = (name: string | null, of: Omit<Open, 'name' | 'rules'>): Open => {
    const key = name === null ? '' : name.toLowerCase();
    const there = sections.get(key);
    if (there !== undefined) return there;
    const made = { name, ...of, rules: [] };
    sections.set(key, made);
    return made;
  };
  let section = open(null, { isOptional: false, approvals: null, defaults: [] });
  /** The owners that stand behind the heading which was read last: of its own rules alone. */
  let defaults: readonly string[] = [];

  const lines = text.replace(/^\uFEFF/, '').split('\n');
  if (lines.length > MOST_LINES)
    problems.push({ line: MOST_LINES + 1, text: '', because: `lines from here on are not read: there are ${lines.length}` });
  for (const [at, raw] of lines.slice(0, MOST_LINES).entries()) {
    const line = raw.trim();
    const number = at + 1;
    const fault = (because: string): void => void problems.push({ line: number, text: line.slice(0, 200), because });
    if (line === '' || line.startsWith('#')) continue;
    if (line.length > MOST_LINE_LENGTH) {
      fault(`it is longer than ${MOST_LINE_LENGTH} letters`);
      continue;
    }
    const heading = format === 'gitlab' ? SECTION.exec(line)?.groups : undefined;
    if (heading !== undefined) {
      const { optional, name = '', approvals, owners = '' } = heading;
      defaults = words(owners);
      section = open(name.trim(), {
        isOptional: optional !== undefined,
        approvals: approvals === undefined ? null : Number(approvals),
        defaults: [...defaults],
      });
      continue;
    }
    const [pattern = '', ...owners] = words(line);
    const read = format === 'gitlab' ? gitlabRule(pattern) : githubRule(pattern);
    if ('because' in read) {
      fault(read.because);
      continue;
    }
    section.rules.push({ rule: pattern, owners: owners.length === 0 ? defaults : owners, line: number, ...read });
  }
  return { format, sections: [...sections.values()].filter(({ name, rules }) => name !== null || rules.length > 0), problems };
}

/** Whom a path of the repository belongs to: `ios/Player/Queue.swift`, with no slash before it. At most one answer for each section. */
export function ownersOf({ sections }: Codeowners, path: string): readonly OwnersAnswer[] {
  const plain = path.replace(/^(?:\.?\/)+/, '');
  return sections.flatMap(({ name, rules }): OwnersAnswer[] => {
    if (rules.some(({ isExclusion, matches }) => isExclusion && matches(plain))) return [];
    const last = rules.findLast(({ isExclusion, matches }) => !isExclusion && matches(plain));
    return last === undefined ? [] : [{ section: name, rule: last.rule, owners: last.owners }];
  });
}

/** Words between spaces, up to a comment; a space behind a backslash belongs to its word. */
function words(text: string): string[] {
  const found: string[] = [];
  for (const [word] of text.matchAll(/(?:\\.|\S)+/g)) {
    if (word.startsWith('#')) break;
    found.push(word);
  }
  return found;
}

type Read = { isExclusion: boolean; matches: (path: string) => boolean } | { because: string };

/** What is a sign to the matcher and a letter to a CODEOWNERS file. */
const LETTERS = /[(){}+@|^$!]/g;

const OPTIONS: picomatch.PicomatchOptions = { dot: true, nobrace: true, noextglob: true, nonegate: true, strictSlashes: true };

function matcher(globs: readonly string[]): (path: string) => boolean {
  return picomatch(
    globs.map((glob) => glob.replaceAll(LETTERS, '\\$&')),
    OPTIONS,
  );
}

function githubRule(pattern: string): Read {
  if (pattern.startsWith('!')) return { because: 'GitHub knows no exceptions with `!`; a later rule without owners takes a path out' };
  if (/(?<!\\)[[\]]/.test(pattern)) return { because: 'GitHub knows no ranges of letters such as `[a-z]`' };
  const unescaped = pattern.replace(/^\\#/, '#');
  const isFolder = unescaped.endsWith('/');
  const inner = unescaped.replace(/^\/+/, '').replace(/\/+$/, '');
  if (inner === '') return { isExclusion: false, matches: () => true };
  const isAnchored = unescaped.startsWith('/') || inner.includes('/');
  const glob = isAnchored ? inner : `**/${inner}`;
  // a folder has all that is in it; `dir/*` has what is directly in it, and `*` everything
  const reachesIn = inner === '*' || !/(?:^|\/)\*$/.test(inner);
  const globs = [...(isFolder ? [] : [glob]), ...(isFolder || reachesIn ? [`${glob}/**/*`] : [])];
  return { isExclusion: false, matches: matcher(globs) };
}

function gitlabRule(pattern: string): Read {
  const isExclusion = pattern.startsWith('!');
  const unescaped = (isExclusion ? pattern.slice(1) : pattern).replace(/^\\#/, '#').replaceAll(/\\\s/g, ' ');
  if (unescaped === '') return { because: 'there is no path behind the `!`' };
  if (unescaped === '*') return { isExclusion, matches: () => true };
  const anchored = unescaped.startsWith('/') ? unescaped.slice(1) : `**/${unescaped}`;
  return { isExclusion, matches: matcher([anchored.endsWith('/') || anchored === '' ? `${anchored}**/*` : anchored]) };
}
