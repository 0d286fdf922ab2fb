/** Which branch is the trunk. */
import type { Grammar } from '#domain/history/analysis.ts';
import { cutOf } from './cuts.ts';
import { GitTrouble } from './client.ts';
import { branchReader, tagReader } from './grammar.ts';
import { trunkOf } from './graph.ts';
import type { CommitGraph, Trunk } from './graph.ts';
import type { Ref } from './history.ts';

export type TrunkChoice = { ref: Ref; trunk: Trunk; because: string };

/** Names of trunks, the likelier first. */
const NAMES = ['main', 'master', 'trunk', 'develop', 'development', 'dev', 'mainline', 'default'];
/** So many of the newest release commits are asked; more would not change the answer. */
const ASKED = 60;

/**
 * The branch that releases leave from. HEAD counts first; another usual name takes its place only where clearly more releases fork off it (where HEAD is a branch of
 * finished releases and work goes on in `develop`). Without HEAD and usual names it is the branch with the longest first-parent chain.
 */
export function detectTrunk(
  graph: CommitGraph,
  refs: { branches: readonly Ref[]; tags: readonly Ref[] },
  grammar: Grammar,
  head: string | null,
): TrunkChoice {
  const isRelease = branchReader(grammar);
  const short = (ref: Ref) => ref.name.slice('refs/heads/'.length);
  const here = refs.branches.filter((ref) => graph.indexOf(ref.sha) !== undefined);
  const rank = (ref: Ref) => (ref.name === head && isRelease(short(ref)) === null ? -1 : NAMES.indexOf(short(ref).toLowerCase()));
  const candidates = here
    .filter((ref) => (ref.name === head && isRelease(short(ref)) === null) || NAMES.includes(short(ref).toLowerCase()))
    .sort((one, other) => rank(one) - rank(other));
  const releases = releaseCommits(graph, refs, grammar);
  let best: (TrunkChoice & { forks: number }) | null = null;
  for (const ref of candidates) {
    const trunk = trunkOf(graph, graph.indexOf(ref.sha) ?? 0);
    const forks = forksOff(graph, trunk, releases);
    if (best === null || forks > Math.max(best.forks * 2, best.forks + 2)) {
      const because: string =
        ref.name === head
          ? 'HEAD names it'
          : best === null
            ? 'it has the usual name'
            : `${forks} releases fork off it, ${best.forks} off ${short(best.ref)}`;
      best = { ref, trunk, because, forks };
    }
  }
  if (best) return { ref: best.ref, trunk: best.trunk, because: best.because };
  const longest =
    longestChain(
      graph,
      here.filter((ref) => isRelease(short(ref)) === null),
    ) ?? longestChain(graph, here);
  if (!longest) throw new GitTrouble('empty', 'git: the repository has no branch with a commit');
  return { ...longest, because: 'its chain of first parents is the longest' };
}

function releaseCommits(graph: CommitGraph, refs: { branches: readonly Ref[]; tags: readonly Ref[] }, grammar: Grammar): number[] {
  const isTag = tagReader(grammar);
  const isBranch = branchReader(grammar);
  const named = [
    ...refs.tags.filter((ref) => isTag(ref.name.slice('refs/tags/'.length))?.kind === 'final'),
    ...refs.branches.filter((ref) => isBranch(ref.name.slice('refs/heads/'.length)) !== null),
  ];
  return named
    .sort((one, other) => other.at - one.at)
    .slice(0, ASKED)
    .map((ref) => graph.indexOf(ref.sha) ?? -1)
    .filter((commit) => commit >= 0);
}

/** How many different places releases leave this branch from. */
function forksOff(graph: CommitGraph, trunk: Trunk, releases: readonly number[]): number {
  const places = new Set<number>();
  for (const release of releases) {
    const cut = cutOf(graph, trunk, release, 'first-parent');
    if (cut.method !== 'tag-on-trunk' && cut.commit >= 0 && graph.parentCount(cut.commit) > 0) places.add(cut.commit);
  }
  return places.size;
}

function longestChain(graph: CommitGraph, refs: readonly Ref[]): { ref: Ref; trunk: Trunk } | null {
  let best: { ref: Ref; length: number } | null = null;
  for (const ref of refs) {
    let length = 0;
    for (let commit = graph.indexOf(ref.sha) ?? -1; commit >= 0; commit = graph.firstParent(commit)) length++;
    if (best === null || length > best.length) best = { ref, length };
  }
  return best && { ref: best.ref, trunk: trunkOf(graph, graph.indexOf(best.ref.sha) ?? 0) };
}
