/** How criteria name things: commits, builds, teams, lists, and the people who can turn a verdict green. */
import type { Build } from '../facts.ts';
import type { TrackPolicy } from '../policy/track-policy.ts';
import type { Release } from '../release/release.ts';
import type { Who } from './criterion.ts';

const MOST_NAMED = 3;
const MOST_SUBJECT = 72;

/** A commit as people name it: its first seven digits. */
export function short(sha: string): string {
  return sha.slice(0, 7);
}

/** A commit with what it does, cut to a line: `c3c3c3c (Resume after the car reconnects)`. */
export function commitName(commit: { sha: string; subject: string | null }): string {
  if (commit.subject === null || commit.subject.trim() === '') return short(commit.sha);
  const subject = commit.subject.trim();
  return `${short(commit.sha)} (${subject.length > MOST_SUBJECT ? `${subject.slice(0, MOST_SUBJECT - 1)}…` : subject})`;
}

/** A release candidate as people name it: `RC 3`, or `build 1047` where it was not counted. */
export function rcName(build: { number: string; candidate: number | null }): string {
  return build.candidate === null ? `build ${build.number}` : `RC ${build.candidate}`;
}

/** A release candidate with its build number: `RC 3 (build 1047)`. */
export function rcInFull(build: { number: string; candidate: number | null }): string {
  return build.candidate === null ? `build ${build.number}` : `RC ${build.candidate} (build ${build.number})`;
}

/** Some names as a sentence lists them: `A`, `A and B`, `A, B and 4 more`. */
export function names(all: readonly string[]): string {
  if (all.length <= 1) return all[0] ?? 'none';
  if (all.length > MOST_NAMED) return `${all.slice(0, MOST_NAMED - 1).join(', ')} and ${all.length - MOST_NAMED + 1} more`;
  return `${all.slice(0, -1).join(', ')} and ${all.at(-1) ?? ''}`;
}

/** A number of things: `1 commit`, `3 commits`. */
export function count(amount: number, one: string, many = `${one}s`): string {
  return `${amount} ${amount === 1 ? one : many}`;
}

/** The same words at the beginning of a sentence or of a cell. */
export function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A team as people read it: `car-mode` is `Car mode`; a name that is no slug stays as it is. */
export function teamName(id: string): string {
  return /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(id) ? capital(id.replaceAll('-', ' ')) : id;
}

/** A team that can turn a verdict green, with the channel in which it is reached. */
export function teamWho(id: string, what: string, policy: Pick<TrackPolicy, 'teams'>): Who {
  return { kind: 'team', name: teamName(id), what, contact: policy.teams.find((team) => team.id === id)?.channel ?? null };
}

/** The release manager, by name where the release has one. */
export function releaseManager(what: string, release: Pick<Release, 'manager'>): Who {
  return { kind: 'role', name: 'release manager', what, contact: release.manager };
}

/** The system that reported a thing and will report it again. */
export function sourceWho(source: string, what: string): Who {
  return { kind: 'source', name: source, what, contact: null };
}

/** Whether two commit ids name one commit: either may be the beginning of the other. */
export function sameCommit(one: string, other: string): boolean {
  return one.length <= other.length ? other.startsWith(one) : one.startsWith(other);
}

/** When a build began, as far as it was told. */
export function begunAt(build: Pick<Build, 'startedAt' | 'at'>): string {
  return build.startedAt ?? build.at;
}

/** The first clause of a sentence, as the second line of a cell has room for: up to its first stop, semicolon or bracketed aside. */
export function firstClause(sentence: string): string {
  const clause = sentence
    .replace(/ \([^)]*\)/g, '')
    .split(/[.;:!?…](?= |$)/u)[0]
    ?.trim();
  return clause === undefined || clause === '' ? sentence : clause;
}
