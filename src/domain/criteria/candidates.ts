/**
 * The release candidates of a track, and which of them a criterion about a build speaks of.
 * Before the final candidate is chosen that is the newest RC; for the steps after it, and in every stage past `candidate`, it is the final one.
 */
import type { BranchCommit, Build, TrackFacts } from '../facts.ts';
import { candidateOf, cutOf } from '../release/track.ts';
import type { Candidate, Step, Track } from '../release/track.ts';
import type { TrackPolicy } from '../policy/track-policy.ts';
import type { Evidence } from './criterion.ts';
import { begunAt, rcInFull, sameCommit } from './words.ts';

/**
 * The RCs of a track. `ready`: the newest that was built. `building`: the newest on its way that came after it.
 * `failed`: the newest that failed after it, where none is on its way.
 */
export type Candidates = { all: readonly Build[]; ready: Build | null; building: Build | null; failed: Build | null };

/** The RCs of this version on this platform, oldest first, without those of an abandoned cut. */
export function candidatesOf(track: Track, facts: Pick<TrackFacts, 'builds' | 'commits'>): Candidates {
  const all = inOrder(facts.builds.filter((build) => isOfTrack(build, track) && !isOfAbandonedCut(build, track, facts.commits)));
  const ready = all.findLast((build) => build.state === 'succeeded') ?? null;
  const later = ready === null ? all : all.slice(all.indexOf(ready) + 1);
  const building = later.findLast(isOnItsWay) ?? null;
  const failed = building === null ? (later.findLast((build) => build.state === 'failed') ?? null) : null;
  return { all, ready, building, failed };
}

/** Whether a build is queued or building. */
export function isOnItsWay(build: Pick<Build, 'state'>): boolean {
  return build.state === 'queued' || build.state === 'building';
}

function isOfTrack(build: Build, track: Track): boolean {
  return build.kind === 'release-candidate' && build.version === track.version && build.platform === track.platform;
}

/** Built before the branch was cut (again), from a commit that the branch of now does not have: dead, whatever its number. */
function isOfAbandonedCut(build: Build, track: Track, commits: readonly BranchCommit[]): boolean {
  const cut = cutOf(track);
  if (cut === null || begunAt(build) >= cut.at) return false;
  return !sameCommit(build.commit, cut.sha) && !commits.some((commit) => sameCommit(commit.sha, build.commit));
}

/** By candidate number, then by time; by time alone where some were never counted, so that the order is one order. */
function inOrder(builds: readonly Build[]): readonly Build[] {
  const counted = builds.every((build) => build.candidate !== null);
  return builds.toSorted((a, b) => (counted ? (a.candidate ?? 0) - (b.candidate ?? 0) : 0) || compare(begunAt(a), begunAt(b)));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * The build a criterion speaks of.
 * - `final`: it is the chosen final candidate.
 * - `build`: its fact; null when a final candidate was never reported as a build.
 * - `newer`: an RC that came after it and calls for another look: one on its way, or one that is built beside a final candidate.
 * - `failedNewer`: an RC that came after it and failed, with none on its way.
 */
export type Spoken = {
  number: string;
  commit: string;
  candidate: number | null;
  final: boolean;
  build: Build | null;
  newer: Build | null;
  failedNewer: Build | null;
};

/** The build that a criterion before `step` speaks of, or null when there is none yet. */
export function spokenOf(track: Track, step: Step | null, rcs: Candidates): Spoken | null {
  const chosen = candidateOf(track);
  // The choice itself is about the newest RC, until the choice is behind.
  if (chosen !== null && !(track.stage === 'candidate' && step === 'candidate')) return finalOf(chosen, track, rcs);
  const { ready } = rcs;
  if (ready === null) return null;
  return {
    number: ready.number,
    commit: ready.commit,
    candidate: ready.candidate,
    final: false,
    build: ready,
    newer: rcs.building,
    failedNewer: rcs.failed,
  };
}

function finalOf(chosen: Candidate, track: Track, rcs: Candidates): Spoken {
  const build = rcs.all.find((each) => each.number === chosen.build) ?? null;
  const later = rcs.all.filter((each) => each !== build && isAfter(each, chosen, build, rcs.all));
  // From the review on, the build is with the storefront: a newer RC is shown, and changes nothing.
  const matters = track.stage === 'candidate';
  const newer = matters ? (later.findLast((each) => each.state !== 'failed') ?? null) : null;
  const failedNewer = matters && newer === null ? (later.at(-1) ?? null) : null;
  return { number: chosen.build, commit: chosen.commit, candidate: chosen.candidate, final: true, build, newer, failedNewer };
}

function isAfter(other: Build, chosen: Candidate, build: Build | null, all: readonly Build[]): boolean {
  if (build !== null) return all.indexOf(other) > all.indexOf(build);
  if (other.candidate !== null && chosen.candidate !== null) return other.candidate > chosen.candidate;
  return begunAt(other) > chosen.chosenAt;
}

/** A commit that a build lacks; `subject` null when the branch's list does not name it. */
export type Lacking = { sha: string; subject: string | null };

/** What a build lacks of its branch: code that matters, and kinds that the policy calls harmless. */
export type Lacks = { code: readonly Lacking[]; harmless: readonly Lacking[] };

/**
 * The branch's commits that the build of `commit` lacks, or null when that was not worked out (for this head of the branch).
 * A commit that the list of the branch does not name counts as code: nothing hides among the harmless kinds.
 */
export function lacksOf(
  commit: string,
  facts: Pick<TrackFacts, 'branch' | 'commits' | 'missing'>,
  policy: Pick<TrackPolicy, 'ignore'>,
): Lacks | null {
  const head = facts.branch?.head;
  if (head === undefined) return null;
  if (sameCommit(commit, head)) return { code: [], harmless: [] };
  const missing = facts.missing[commit] ?? Object.entries(facts.missing).find(([of]) => sameCommit(of, commit))?.[1];
  if (missing === undefined || isOfAnOlderHead(commit, head, missing, facts.commits)) return null;
  const code: Lacking[] = [];
  const harmless: Lacking[] = [];
  for (const sha of missing) {
    const known = facts.commits.find((each) => sameCommit(each.sha, sha));
    const isHarmless = known !== undefined && policy.ignore.includes(known.category);
    (isHarmless ? harmless : code).push({ sha, subject: known?.subject ?? null });
  }
  return { code, harmless };
}

/** A build of an earlier commit of the branch lacks its head. A list that does not say so was worked out before the head moved. */
function isOfAnOlderHead(commit: string, head: string, missing: readonly string[], commits: readonly BranchCommit[]): boolean {
  const built = commits.findIndex((each) => sameCommit(each.sha, commit));
  const last = commits.findIndex((each) => sameCommit(each.sha, head));
  return built >= 0 && last > built && !missing.some((sha) => sameCommit(sha, head));
}

/** A build as evidence. */
export function buildEvidence(build: Build): Evidence {
  return { kind: 'build', label: `${rcInFull(build)}, ${build.state}`, url: build.url ?? null, at: build.at, build: build.number };
}
