/** Are all changes in the latest build? What a release branch has, what its newest build lacks, and what was asked for. */
import { candidatesOf, lacksOf } from '../criteria/candidates.ts';
import { count, names, rcInFull, sameCommit, short } from '../criteria/words.ts';
import type { Build, BranchCommit, CherryPick } from '../facts.ts';
import type { World } from '../release/world.ts';

export type PickInBuild = {
  pick: CherryPick;
  /** The branch's commit that brings it; null while it is not merged. */
  merged: BranchCommit | null;
  /** Whether the newest build has it; null where that was not worked out. */
  inNewest: boolean | null;
};

export type ChangesOfTrack = {
  /** The newest RC that was built; null while there is none. */
  newest: Build | null;
  building: Build | null;
  picks: readonly PickInBuild[];
  /** What the newest build lacks of the branch, by commit id; null where that was not worked out, or there is no build. */
  lacking: { code: readonly string[]; harmless: readonly string[] } | null;
  /** The answer in a sentence or two. */
  answer: string;
  /** True: everything that counts is in the newest build. Null: it is not known, or there is nothing to tell. */
  complete: boolean | null;
};

/** What has come into the builds of a track. */
export function changesOf(world: World): ChangesOfTrack {
  const { track, facts, policy } = world;
  const { ready: newest, building } = candidatesOf(track, facts);
  const lacks = newest === null ? null : lacksOf(newest.commit, facts, policy);
  const lacking = lacks === null ? null : { code: lacks.code.map(({ sha }) => sha), harmless: lacks.harmless.map(({ sha }) => sha) };
  const picks = facts.cherryPicks.map((pick): PickInBuild => {
    const merged = facts.commits.find((commit) => brings(commit, pick)) ?? null;
    const isLacking = (sha: string): boolean =>
      lacking !== null && [...lacking.code, ...lacking.harmless].some((each) => sameCommit(each, sha));
    return { pick, merged, inNewest: merged === null ? false : lacking === null ? null : !isLacking(merged.sha) };
  });
  const told = { newest, building, picks, lacking };
  return { ...told, ...answerOf(world, told) };
}

/** Whether a commit of the branch is the change that was asked for: itself, or picked from it. */
function brings(commit: BranchCommit, pick: CherryPick): boolean {
  const origin = commit.origin?.sha ?? null;
  return sameCommit(commit.sha, pick.commit) || (origin !== null && sameCommit(origin, pick.commit));
}

function answerOf(world: World, told: Omit<ChangesOfTrack, 'answer' | 'complete'>): Pick<ChangesOfTrack, 'answer' | 'complete'> {
  const { newest, building, picks, lacking } = told;
  const wanted = picks.filter(({ pick }) => pick.state !== 'asked' && pick.state !== 'refused');
  const next = building === null ? '' : ` ${rcInFull(building)} is ${building.state}.`;
  if (world.facts.branch === null && wanted.length === 0) return { answer: 'No release branch is known.', complete: null };
  if (newest === null)
    return {
      answer: `No release candidate is built yet${wanted.length === 0 ? '' : `; ${count(wanted.length, 'accepted cherry-pick')} ${wanted.length === 1 ? 'waits' : 'wait'} for one`}.${next}`,
      complete: null,
    };
  const build = `build ${newest.number}`;
  if (lacking === null)
    return { answer: `What ${build} lacks was not worked out: no code host told which commits it has.${next}`, complete: null };
  const missing = wanted.filter(({ inNewest }) => inNewest !== true);
  const picked =
    wanted.length === 0
      ? null
      : missing.length === 0
        ? `${wanted.length === 1 ? 'The cherry-pick is' : `All ${wanted.length} cherry-picks are`} in ${build}.`
        : `${wanted.length - missing.length} of ${count(wanted.length, 'cherry-pick')} ${wanted.length - missing.length === 1 ? 'is' : 'are'} in ${build}. Missing: ${names(missing.map(pickName))}.`;
  const others = lacking.code.filter((sha) => !missing.some(({ merged }) => merged !== null && sameCommit(merged.sha, sha)));
  const rest =
    others.length > 0
      ? `Build ${newest.number} lacks ${count(others.length, 'commit')} of the branch: ${names(others.map(short))}.`
      : picked === null
        ? `Build ${newest.number} has every commit of the branch that counts.`
        : null;
  return {
    answer: [picked, rest].filter((part) => part !== null).join(' ') + next,
    complete: missing.length === 0 && lacking.code.length === 0,
  };
}

/** A cherry-pick as people name it: its pull request, else its commit. */
export function pickName({ pick, merged }: Pick<PickInBuild, 'pick' | 'merged'>): string {
  return /#\d+/.exec(pick.title)?.[0] ?? merged?.origin?.reference ?? short(pick.commit);
}
