/**
 * The life of a blocker: `open → fix merged → in build N → verified on N`. Only the last is clear, and only when the build that is to ship,
 * or that ships, has the fix. What the tracker calls closed is not clear by that.
 */
import type { BranchCommit, Bug, Build, TrackFacts } from '../../facts.ts';
import type { TrackPolicy } from '../../policy/track-policy.ts';
import { lacksOf } from '../candidates.ts';
import type { Candidates, Spoken } from '../candidates.ts';
import { names, rcName, sameCommit, short } from '../words.ts';

/** The builds against which a blocker is held: `spoken` is the one that is to ship. */
export type Builds = { rcs: Candidates; spoken: Spoken | null; facts: TrackFacts; policy: Pick<TrackPolicy, 'ignore'> };

/**
 * Where a blocker that is not clear stands. `stands` follows its name in a sentence, `needs` follows it after "when", `todo` follows the name
 * of who does it; `by` is the team that owns the bug, or the release manager where it is a matter of the build.
 */
export type Life = { stands: string; needs: string; todo: string; by: 'team' | 'release-manager' };

type Rc = { number: string; commit: string; candidate: number | null };

/** The RC on which a blocker is verified, by name, or null while it is not clear. */
export function clearedOn(bug: Bug, builds: Builds): string | null {
  const { spoken } = builds;
  if (spoken === null) return null;
  const verified = verifiedRcs(bug, builds).filter((rc) => hasFix(rc, bug, builds) !== 'no');
  const counting = verified.find((rc) => rc.number === spoken.number) ?? verified.find((rc) => carriesOver(rc, bug, builds, spoken));
  return counting === undefined ? null : rcName(counting);
}

/** Verified on another RC than the one that is to ship: counts when the one to ship came later, or is known to have the fix. */
function carriesOver(rc: Rc, bug: Bug, builds: Builds, spoken: Spoken): boolean {
  const has = hasFix(spoken, bug, builds);
  return has === 'yes' || (has === 'unknown' && isOlder(rc, spoken, builds));
}

function isOlder(rc: Rc, spoken: Spoken, { rcs }: Builds): boolean {
  const place = (number: string): number => rcs.all.findIndex((each) => each.number === number);
  return place(rc.number) >= 0 && place(spoken.number) > place(rc.number);
}

/** Where a blocker that is not clear stands, in words. */
export function lifeOf(bug: Bug, builds: Builds): Life {
  const { spoken, rcs } = builds;
  const life = wordsOf(bug, builds, spoken, rcs);
  return bug.state === 'closed' ? { ...life, stands: `is closed in the tracker, but ${life.stands}` } : life;
}

function wordsOf(bug: Bug, builds: Builds, spoken: Spoken | null, rcs: Candidates): Life {
  const verified = verifiedRcs(bug, builds);
  const without = verified.find((rc) => hasFix(rc, bug, builds) === 'no');
  const withFix = verified.find((rc) => hasFix(rc, bug, builds) !== 'no');
  const fix = `its fix ${names(bug.fixedBy.map(short))}`;
  if (withFix !== undefined && spoken !== null) {
    const ships = `${spoken.final ? 'the final candidate ' : ''}${rcName(spoken)}`;
    return {
      stands: `is verified on ${rcName(withFix)}, but ${ships} ${hasFix(spoken, bug, builds) === 'no' ? `lacks ${fix}` : 'came before it'}`,
      needs: `is verified on the build that ships: when ${rcName(withFix)} or a newer RC is the final candidate`,
      todo: `chooses ${rcName(withFix)} or a newer RC as the final candidate`,
      by: 'release-manager',
    };
  }
  if (bug.fixedBy.length === 0) return withoutFix(bug, builds);
  const where = whereFixIs(bug, builds, rcs);
  const wrongly = without === undefined ? '' : `; it was called verified on ${rcName(without)}, which lacks the fix`;
  switch (where.is) {
    case 'in-build': {
      const rc = rcName(where.rc);
      const elsewhere = otherBuilds(bug, builds);
      return {
        stands: `has ${fix} in ${rc}, and is not verified on it${elsewhere}${wrongly}`,
        needs: `is verified on ${rc}`,
        todo: `verifies ${bug.key} on ${rc}`,
        by: 'team',
      };
    }
    case 'building': {
      const rc = rcName(where.rc);
      return {
        stands: `has ${fix} merged, and ${rc} with it is building${wrongly}`,
        needs: `is verified on ${rc}`,
        todo: `verifies ${bug.key} on ${rc} when it is built`,
        by: 'team',
      };
    }
    case 'no-build':
      return {
        stands: `has ${fix} merged, but no build has it yet${wrongly}`,
        needs: 'is verified on an RC with its fix',
        todo: `verifies ${bug.key} on the next RC`,
        by: 'team',
      };
    case 'not-on-branch':
      return {
        stands: `has ${fix}, which is not known to be on the release branch or in an RC${wrongly}`,
        needs: 'is verified on an RC with its fix',
        todo: `brings the fix of ${bug.key} to the release branch and verifies it`,
        by: 'team',
      };
    default:
      return where satisfies never;
  }
}

function withoutFix(bug: Bug, builds: Builds): Life {
  return {
    stands: `has no known fix and is not verified on an RC${otherBuilds(bug, builds)}`,
    needs: 'is fixed and verified on an RC',
    todo: `mends ${bug.key} and verifies it on an RC`,
    by: 'team',
  };
}

/** The stations of a blocker's life, in order. */
export const lifeStations = ['open', 'fix-merged', 'in-build', 'verified'] as const;
export type LifeStation = (typeof lifeStations)[number];

/**
 * How far a blocker has come on this track: the furthest station it is at, and the RC that the last two speak of.
 * `verified` means cleared: the build that is to ship, or ships, has the fix and it was seen there.
 */
export function stationOfLife(bug: Bug, builds: Builds): { at: LifeStation; on: string | null } {
  const cleared = clearedOn(bug, builds);
  if (cleared !== null) return { at: 'verified', on: cleared };
  if (bug.fixedBy.length === 0) return { at: 'open', on: null };
  const where = whereFixIs(bug, builds, builds.rcs);
  if (where.is === 'in-build') return { at: 'in-build', on: rcName(where.rc) };
  return { at: where.is === 'not-on-branch' ? 'open' : 'fix-merged', on: null };
}

/** Builds on which it was verified and that are no RC of this track. */
function otherBuilds(bug: Bug, builds: Builds): string {
  const known = verifiedRcs(bug, builds).map((rc) => rc.number);
  const others = bug.verifiedOn.filter((number) => !known.includes(number));
  return others.length === 0
    ? ''
    : `; it was verified on ${names(others.map((number) => `build ${number}`))}, which ${others.length === 1 ? 'is' : 'are'} no built RC of this track`;
}

type Where = { is: 'in-build'; rc: Rc } | { is: 'building'; rc: Rc } | { is: 'no-build' } | { is: 'not-on-branch' };

/** The furthest point that the fix has come to. */
function whereFixIs(bug: Bug, builds: Builds, rcs: Candidates): Where {
  const ready = rcs.all.findLast((rc) => rc.state === 'succeeded' && hasFix(rc, bug, builds) === 'yes');
  if (ready !== undefined) return { is: 'in-build', rc: ready };
  if (rcs.building !== null && hasFix(rcs.building, bug, builds) === 'yes') return { is: 'building', rc: rcs.building };
  const isMerged = bug.fixedBy.every((sha) => onBranch(sha, builds.facts) !== null);
  return { is: isMerged ? 'no-build' : 'not-on-branch' };
}

/** RCs of this track that were built and on which the bug is said to be gone; the final candidate counts also where its build was never reported. */
function verifiedRcs(bug: Bug, { rcs, spoken }: Builds): readonly Rc[] {
  const built: Rc[] = rcs.all.filter((build: Build) => build.state === 'succeeded');
  if (spoken !== null && !built.some((rc) => rc.number === spoken.number)) built.push(spoken);
  return built.filter((rc) => bug.verifiedOn.includes(rc.number)).toReversed();
}

/**
 * Whether a build has every commit that mends the bug. `unknown` where nothing says so: no fix is named, the fix is not a commit of the branch,
 * or what the build lacks was not worked out.
 */
function hasFix(rc: Rc, bug: Bug, builds: Builds): 'yes' | 'no' | 'unknown' {
  if (bug.fixedBy.length === 0) return 'unknown';
  const has = bug.fixedBy.map((sha) => hasCommit(rc, sha, builds));
  if (has.includes('no')) return 'no';
  return has.includes('unknown') ? 'unknown' : 'yes';
}

function hasCommit(rc: Rc, fix: string, { facts, policy }: Builds): 'yes' | 'no' | 'unknown' {
  if (sameCommit(rc.commit, fix)) return 'yes';
  const sha = onBranch(fix, facts);
  const lacks = lacksOf(rc.commit, facts, policy);
  if (lacks === null) return 'unknown';
  if ([...lacks.code, ...lacks.harmless].some((commit) => sameCommit(commit.sha, sha ?? fix))) return 'no';
  return sha === null ? 'unknown' : 'yes';
}

/** The commit of the release branch that brings this fix: itself, or the one that was picked from it. */
function onBranch(fix: string, facts: Pick<TrackFacts, 'commits'>): string | null {
  const found = facts.commits.find((commit) => sameCommit(commit.sha, fix) || isOriginOf(commit, fix));
  return found?.sha ?? null;
}

function isOriginOf(commit: BranchCommit, fix: string): boolean {
  const sha = commit.origin?.sha ?? null;
  return sha !== null && sameCommit(sha, fix);
}
