/** Where a release branch left trunk. The definitions are those of the public `release-history/1` format; each answer names its method. */
import type { CutMethod } from '#domain/history/analysis.ts';
import { firstParentFork, mergeBaseWithTrunk } from './graph.ts';
import type { CommitGraph, Trunk } from './graph.ts';

export type CutPolicy = 'first-parent' | 'merge-base';

export type Cut = {
  /** The branch point; -1 where there is none. */
  commit: number;
  method: CutMethod;
  /** What plain `git merge-base trunk tag` says today; -1 for nothing. */
  naive: number;
};

/**
 * The branch point of a release commit.
 *
 * - on trunk's first-parent chain: there was no branch;
 * - the merge base is right while the branch was not merged back, and names the commit itself once it was: then the first-parent fork holds;
 * - where trunk was merged into the branch the two differ too. Policy `first-parent` takes the fork; `merge-base` is for channel flows, in which
 *   trunk is merged into a long-lived branch for every train and the last such merge is the branch point.
 */
export function cutOf(graph: CommitGraph, trunk: Trunk, commit: number, policy: CutPolicy): Cut {
  if (trunk.place(commit) >= 0) return { commit, method: 'tag-on-trunk', naive: commit };
  const naive = mergeBaseWithTrunk(graph, trunk, commit);
  if (naive < 0) return { commit: -1, method: 'unrelated-history', naive: -1 };
  const fork = firstParentFork(graph, trunk, commit);
  if (fork >= 0 && fork !== naive && (naive === commit || policy === 'first-parent')) {
    return { commit: fork, method: 'first-parent-fork', naive };
  }
  return { commit: naive, method: 'merge-base', naive };
}

/**
 * Mends a cut that a foxtrot merge led astray: a hotfix branch took the release branch in and then became it, so the final's first parents run down the
 * hotfix. The fork of a build that the final contains is newer then, and is the branch point.
 */
export function mendedByBuilds(trunk: Trunk, cut: Cut, builds: readonly { cut: Cut; inFinal: boolean }[]): Cut {
  if (cut.method !== 'first-parent-fork') return cut;
  let best = cut;
  for (const build of builds) {
    if (!build.inFinal || (build.cut.method !== 'first-parent-fork' && build.cut.method !== 'merge-base')) continue;
    if (trunk.place(build.cut.commit) > trunk.place(best.commit))
      best = { commit: build.cut.commit, method: 'fork-of-a-build', naive: cut.naive };
  }
  return best;
}

/**
 * Whether the repository is a channel flow. There, first-parent walks from most finals end at one old fork of the channel branch, while their merge bases differ:
 * more than half of the finals leave at a fork from which three or more merge bases are reached.
 */
export function detectPolicy(graph: CommitGraph, trunk: Trunk, finals: readonly number[]): CutPolicy {
  const byFork = new Map<number, { finals: number; bases: Set<number> }>();
  let forked = 0;
  for (const final of finals) {
    if (trunk.contains(final)) continue;
    const base = mergeBaseWithTrunk(graph, trunk, final);
    const fork = firstParentFork(graph, trunk, final);
    if (base < 0 || fork < 0) continue;
    forked++;
    const leaving = byFork.get(fork) ?? { finals: 0, bases: new Set() };
    leaving.finals++;
    leaving.bases.add(base);
    byFork.set(fork, leaving);
  }
  let shared = 0;
  for (const leaving of byFork.values()) if (leaving.bases.size >= 3) shared += leaving.finals;
  return shared * 2 > forked ? 'merge-base' : 'first-parent';
}
