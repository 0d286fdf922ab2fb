/** Which commits of a release trunk has too, by all three traces that a cherry-pick can leave. */
import type { Backported, OriginEvidence } from '#domain/history/analysis.ts';
import type { CommitGraph, Trunk } from './graph.ts';
import { changeNumberOf, referencesIn } from './history.ts';

export type Origin = {
  /** The commit of trunk (or, for a trailer alone, of another branch) that it is the same change as; -1 where only its name is known. */
  commit: number;
  evidence: OriginEvidence[];
  /** The number of a change of trunk that the message names. */
  reference: number | null;
  /** The id that a trailer names, where the repository does not hold that commit; then nothing else speaks for an origin. */
  unresolved: string | null;
};

export type OriginFinder = (commit: number) => Origin | null;

/**
 * A finder of origins.
 *
 * @param release commits that belong to releases; where branches are merged back trunk contains them too, and none of them is an origin
 * @param samePatch by commit of a release, those of trunk with the same patch
 */
export function originFinder(
  graph: CommitGraph,
  trunk: Trunk,
  release: ReadonlySet<number>,
  samePatch: ReadonlyMap<number, readonly number[]>,
): OriginFinder {
  const trunkChanges = changesOfTrunk(graph, trunk, release);

  return (commit) => {
    const evidence: OriginEvidence[] = [];
    const picked = graph
      .pickedFrom(commit)
      .map((sha) => graph.indexOf(sha) ?? -1)
      .filter((source) => source >= 0 && source !== commit);
    const pickedOnTrunk = picked.findLast((source) => trunk.contains(source) && !release.has(source));
    const pickedFrom = pickedOnTrunk ?? picked.at(-1);
    if (pickedFrom !== undefined) evidence.push('x-trailer');

    const alike = samePatch.get(commit) ?? [];
    if (alike.length > 0) evidence.push('patch-id');

    // A commit's own number names itself: an unchanged cherry-pick carries the original's, which is no reference to another change.
    const own = changeNumberOf(graph.subject(commit));
    const named = [...referencesIn(graph.subject(commit)), ...graph.bodyReferences(commit)].filter((number) => number !== own);
    const reference = named.find((number) => trunkChanges.has(number)) ?? null;
    if (reference !== null) evidence.push('pr-ref');
    const unresolved = evidence.length === 0 ? (graph.pickedFrom(commit).at(-1) ?? null) : null;
    if (unresolved !== null) return { commit: -1, evidence: ['x-trailer'], reference: null, unresolved };
    if (evidence.length === 0) return null;

    const source =
      pickedOnTrunk ?? nearest(graph, commit, alike) ?? pickedFrom ?? (reference === null ? undefined : trunkChanges.get(reference));
    return { commit: source ?? -1, evidence, reference, unresolved: null };
  };
}

/** The same change as `backported` of a version; null where only a reference speaks for it, which a follow-up fix has as well. */
export function asBackported(graph: CommitGraph, commit: number, origin: Origin | null): Backported | null {
  if (!origin || origin.commit < 0 || !(origin.evidence.includes('x-trailer') || origin.evidence.includes('patch-id'))) return null;
  return {
    sha: graph.sha(commit),
    trunk_sha: graph.sha(origin.commit),
    evidence: origin.evidence,
    direction: graph.committedAt(origin.commit) <= graph.committedAt(commit) ? 'backport' : 'forward-port',
  };
}

/** By number of a change, the commit of trunk that brought it. */
function changesOfTrunk(graph: CommitGraph, trunk: Trunk, release: ReadonlySet<number>): Map<number, number> {
  const changes = new Map<number, number>();
  for (const commit of trunk.commits()) {
    if (release.has(commit)) continue;
    const number = changeNumberOf(graph.subject(commit));
    if (number !== null && !changes.has(number)) changes.set(number, commit);
  }
  return changes;
}

/** Of several commits with the same patch, the one made nearest in time. */
function nearest(graph: CommitGraph, commit: number, others: readonly number[]): number | undefined {
  const apart = (other: number) => Math.abs(graph.committedAt(other) - graph.committedAt(commit));
  return [...others].sort((one, other) => apart(one) - apart(other) || graph.committedAt(one) - graph.committedAt(other))[0];
}
