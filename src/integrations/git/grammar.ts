/** Which tags are versions and builds, and which branches are release branches: found by common habits, or by expressions of the user's own. */
import { entryOf } from '#domain/entry.ts';
import type { Grammar } from '#domain/history/analysis.ts';
import { GitTrouble } from './client.ts';

export type VersionName = {
  /** The number as people write it: `8.19`, `2.17.0`, `11.0`. */
  label: string;
  parts: readonly number[];
};

export type TagName = VersionName & {
  /** The prefix that sets apps of one repository apart, in lower case: `thunderbird`, ``. */
  app: string;
  /** `final`, or the kind of a build: `rc`, `beta`, `alpha`, `preview`, `milestone`, `build`, or a word of a grammar of the user's own. */
  kind: string;
  number: number | null;
};

export type BranchName = VersionName & { app: string };

/** Prefixes that say "this is a version" and nothing of an app. */
const EMPTY_PREFIXES = new Set([
  '',
  'v',
  'ver',
  'version',
  'versions',
  'release',
  'releases',
  'rel',
  'r',
  'tag',
  'tags',
  'stable',
  'prod',
  'production',
  'app',
  'mobile',
  'client',
]);
/** Tags that a machine makes daily are no releases. */
const MACHINE_MADE =
  /(?:^|[-_./])(?:nightly|daily|snapshot|canary|dev|ci|latest|test|tmp|temp|backup|archive|pre-?merge|wip)(?:$|[-_./\d])/i;

const VERSION_INSIDE = /^(?<prefix>(?:.*?[^\d.])??)(?<version>\d{1,9}(?:[._]\d{1,9}){1,3})(?<rest>(?:[^\d._].*|[._]\D.*)?)$/s;
const BUILD_SUFFIX = /^[-._+ ]?(?<word>rc|c|beta|b|alpha|a|preview|pre|milestone|m|build)[-._ ]?(?<number>\d{1,9})?$/i;
const BUILD_METADATA = /^(?:[+-]|[-_.]?\()(?<number>\d{1,12})\)?$/;
const KINDS: Record<string, string> = {
  rc: 'rc',
  c: 'rc',
  beta: 'beta',
  b: 'beta',
  alpha: 'alpha',
  a: 'alpha',
  preview: 'preview',
  pre: 'preview',
  milestone: 'milestone',
  m: 'milestone',
  build: 'build',
};

const BRANCH_WORD = '(?:releases?|rel|hotfix(?:es)?|stable|rc|support|maint(?:enance)?)';
const BRANCH_NAMES = [
  new RegExp(String.raw`^(?:(?<app>[a-z][a-z0-9]*)[/_-])?${BRANCH_WORD}[/_-]v?(?<version>\d{1,9}(?:[._]\d{1,9}){0,3})(?:[._]x)?$`, 'i'),
  new RegExp(String.raw`^${BRANCH_WORD}[/_-](?<app>[a-z][a-z0-9]*)[/_-]v?(?<version>\d{1,9}(?:[._]\d{1,9}){0,3})(?:[._]x)?$`, 'i'),
  /^v?(?<version>\d{1,9}(?:[._]\d{1,9}){0,2})[._]x$/i,
  /^v?(?<version>\d{1,9}(?:[._]\d{1,9}){1,3})[-_](?:stable|release|branch|maint|hotfix)$/i,
];

/** A reader of tag names. Refuses (GitTrouble) an expression that is none, or that names no version. */
export function tagReader(grammar: Grammar): (name: string) => TagName | null {
  const own = grammar.tags?.map((text) => compiled(text, 'tag grammar', ['version', 'major']));
  return own && own.length > 0 ? (name) => byOwnGrammar(own, name) : byHabit;
}

/** A reader of branches' short names. Refuses as `tagReader` does. */
export function branchReader(grammar: Grammar): (name: string) => BranchName | null {
  const expressions =
    grammar.releaseBranch === undefined ? BRANCH_NAMES : [compiled(grammar.releaseBranch, 'branch grammar', ['version', 'major'])];
  return (name) => {
    for (const expression of expressions) {
      const groups = expression.exec(name)?.groups;
      const version = groups && versionIn(groups);
      if (version) return { ...version, app: (groups['app'] ?? '').toLowerCase() };
    }
    return null;
  };
}

function byHabit(name: string): TagName | null {
  const groups = VERSION_INSIDE.exec(name)?.groups;
  if (!groups || MACHINE_MADE.test(name)) return null;
  const app = appOf(groups['prefix'] ?? '');
  const version = versionOf(groups['version'] ?? '');
  const rest = groups['rest'] ?? '';
  if (app === null || version === null) return null;
  if (rest === '') return { ...version, app, kind: 'final', number: null };
  const suffix = BUILD_SUFFIX.exec(rest)?.groups;
  if (suffix)
    return { ...version, app, kind: entryOf(KINDS, (suffix['word'] ?? '').toLowerCase()) ?? 'build', number: numberOf(suffix['number']) };
  const metadata = BUILD_METADATA.exec(rest)?.groups;
  if (metadata) return { ...version, app, kind: 'build', number: numberOf(metadata['number']) };
  return null;
}

/** The app that a prefix names; null where the prefix runs into the number, as in `foo1.2`. */
function appOf(prefix: string): string | null {
  const bare = prefix.replace(/(^|[-_/@. ])v[-_. ]?$/i, '$1');
  if (bare !== '' && !/[-_/@. ]$/.test(bare) && bare.toLowerCase() !== 'r' && bare.toLowerCase() !== 'release') return null;
  const word = bare
    .replace(/[-_/@. ]+$/, '')
    .replace(/^@/, '')
    .toLowerCase();
  const last = word.split(/[-_/ ]/).pop() ?? '';
  if (EMPTY_PREFIXES.has(word)) return '';
  // `android-release-1.2.3`: the app is what stands before.
  return EMPTY_PREFIXES.has(last) ? word.slice(0, -last.length).replace(/[-_/ ]+$/, '') : word;
}

function byOwnGrammar(expressions: readonly RegExp[], name: string): TagName | null {
  for (const expression of expressions) {
    const groups = expression.exec(name)?.groups;
    const version = groups && versionIn(groups);
    if (!version) continue;
    const kind = groups['kind']?.toLowerCase();
    return {
      ...version,
      app: (groups['app'] ?? '').toLowerCase(),
      kind: kind === undefined || kind === '' ? 'final' : (entryOf(KINDS, kind) ?? kind),
      number: numberOf(groups['number']),
    };
  }
  return null;
}

function versionIn(groups: Record<string, string | undefined>): VersionName | null {
  if (groups['version'] !== undefined) return versionOf(groups['version']);
  const named = ['major', 'minor', 'patch', 'fourth'].map((part) => groups[part]).filter((part) => part !== undefined && part !== '');
  return versionOf(named.join('.'));
}

function versionOf(text: string): VersionName | null {
  const label = text.replaceAll('_', '.').replace(/^v/i, '');
  if (!/^\d{1,9}(?:\.\d{1,9}){0,5}$/.test(label)) return null;
  return { label, parts: label.split('.').map(Number) };
}

function numberOf(text: string | undefined): number | null {
  return text === undefined || text === '' ? null : Number(text);
}

function compiled(text: string, what: string, needed: readonly string[]): RegExp {
  let expression: RegExp;
  try {
    expression = new RegExp(text);
  } catch (error) {
    throw new GitTrouble(
      'refused',
      `git: the ${what} "${text}" is no regular expression: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  if (!needed.some((group) => text.includes(`(?<${group}>`))) {
    throw new GitTrouble(
      'refused',
      `git: the ${what} "${text}" names no version; right would be for example ^v(?<version>\\d+\\.\\d+\\.\\d+)(?:-(?<kind>rc)(?<number>\\d+))?$`,
    );
  }
  return expression;
}

/** Below zero where `one` comes first. Missing parts count as zero, so 7.30 and 7.30.0 are the same place. */
export function compareParts(one: readonly number[], other: readonly number[]): number {
  for (let at = 0; at < Math.max(one.length, other.length); at++) {
    const apart = (one[at] ?? 0) - (other[at] ?? 0);
    if (apart !== 0) return apart;
  }
  return 0;
}

/** The same for 7.30 and 7.30.0. */
export function keyOf(parts: readonly number[]): string {
  let end = parts.length;
  while (end > 1 && parts[end - 1] === 0) end--;
  return parts.slice(0, end).join('.');
}

/**
 * How many leading parts name the train. Where any final has three parts it is two (2.17.1 belongs to 2.17). Two-part finals alone leave it open: builds or
 * branches for 7.71, 7.72 say each is a train of its own; builds for 11.0, 12.0 only say that 11.1 continues 11.
 */
export function trainPartsOf(tags: readonly TagName[], branches: readonly BranchName[]): number {
  const finals = tags.filter((tag) => tag.kind === 'final');
  if (finals.some((tag) => tag.parts.length >= 3)) return 2;
  if (tags.some((tag) => tag.parts.length >= 3)) return 2;
  if (branches.some((branch) => branch.parts.length >= 2)) return 2;
  if (branches.length > 0) return 1;
  const built = tags.filter((tag) => tag.kind !== 'final');
  const isLater = (tag: TagName) => (tag.parts[1] ?? 0) > 0;
  return built.length > 0 && !built.some(isLater) && finals.some(isLater) ? 1 : 2;
}

/** The train's name: `2.17` of 2.17.1. */
export function trainOf(parts: readonly number[], trainParts: number): string {
  return Array.from({ length: trainParts }, (_, at) => parts[at] ?? 0).join('.');
}
