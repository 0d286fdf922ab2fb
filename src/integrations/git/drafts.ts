/** What the graph says of each version: commit, cut, builds, base, and the commits that are its own. */
import { categoryOf } from '#domain/changes/category.ts';
import type { LeftOut } from '#domain/history/analysis.ts';
import { cutOf, mendedByBuilds } from './cuts.ts';
import type { Cut, CutPolicy } from './cuts.ts';
import { commitsBetween, contains } from './graph.ts';
import type { CommitGraph, Trunk } from './graph.ts';
import type { Trains, TrainVersion } from './trains.ts';

/** A version with what the graph says of it, before the figures. */
export type Draft = {
  version: TrainVersion;
  /** The final's commit, else the last build's, else the branch's tip. */
  commit: number;
  /** Seconds since 1970, of the final tag. */
  taggedAt: number | null;
  cut: Cut;
  builds: { tag: string | null; kind: string; number: number | null; commit: number; at: number; cut: Cut; inFinal: boolean }[];
  base: Draft | null;
  /** The nearest earlier regular release with a final. */
  previous: Draft | null;
  /** Commits after the cut and in no final of an earlier train, oldest first. */
  afterCut: number[];
  /** What this version brought: for a hotfix the commits after its base, else `afterCut`. */
  listed: number[];
};

type Drafts = { drafts: Draft[]; leftOut: LeftOut[] };

/** Versions with their cuts, builds and commits, in version order. Where every branch leaves the first commit, nothing was cut off there: the repository is young. */
export function draftsOf(graph: CommitGraph, trunk: Trunk, trains: Trains, policy: CutPolicy): Drafts {
  const found = draftsAfter(graph, trunk, trains, policy, (cut) => cutsOffHistory(graph, trunk, cut));
  return found.drafts.length === 0 && found.leftOut.length > 0 ? draftsAfter(graph, trunk, trains, policy, () => false) : found;
}

function draftsAfter(graph: CommitGraph, trunk: Trunk, trains: Trains, policy: CutPolicy, isCutOff: (cut: Cut) => boolean): Drafts {
  const drafts: Draft[] = [];
  const leftOut: LeftOut[] = [];
  // Where no build is ever tagged, builds are numbered in commits' subjects.
  const numbered = !trains.versions.some((version) => version.builds.length > 0);
  const finals: Draft[] = [];
  for (const version of trains.versions) {
    const commit = version.final?.commit ?? version.builds.at(-1)?.commit ?? version.branch?.commit;
    if (commit === undefined) continue;
    const builds = version.builds.map((build) => ({
      tag: build.short,
      kind: build.kind,
      number: build.number,
      commit: build.commit,
      at: build.ref.at,
      cut: cutOf(graph, trunk, build.commit, policy),
      inFinal: contains(graph, trunk, commit, build.commit),
    }));
    const cut = mendedByBuilds(trunk, cutOf(graph, trunk, commit, policy), builds);
    if (isCutOff(cut)) {
      leftOut.push({
        version: version.label,
        tag: version.final?.short ?? null,
        because: 'its branch point lies before the first commit that the repository holds',
      });
      continue;
    }
    const base = finals.findLast((final) => contains(graph, trunk, commit, final.commit)) ?? null;
    const previous = finals.findLast((final) => final.version.kind === 'regular') ?? null;
    const earlier = finals.filter((final) => final.version.train !== version.train).map((final) => final.commit);
    const afterCut = cut.commit < 0 ? [] : commitsBetween(graph, commit, [cut.commit, ...earlier]);
    const listed = listedOf(graph, version, commit, cut, base, afterCut, earlier);
    const all = numbered ? numberedBuilds(graph, listed, cut) : builds;
    const draft: Draft = { version, commit, taggedAt: version.final?.ref.at ?? null, cut, builds: all, base, previous, afterCut, listed };
    drafts.push(draft);
    if (version.final) finals.push(draft);
  }
  return { drafts, leftOut };
}

/** A branch point that is the repository's very first commit means that history was cut off there (a shallow clone, a window). */
function cutsOffHistory(graph: CommitGraph, trunk: Trunk, cut: Cut): boolean {
  return cut.commit >= 0 && cut.method !== 'tag-on-trunk' && graph.parentCount(cut.commit) === 0 && trunk.contains(cut.commit);
}

function listedOf(
  graph: CommitGraph,
  version: TrainVersion,
  commit: number,
  cut: Cut,
  base: Draft | null,
  afterCut: number[],
  earlier: readonly number[],
): number[] {
  if (version.kind !== 'hotfix' || base === null) return afterCut;
  return commitsBetween(graph, commit, [base.commit, ...(cut.commit < 0 ? [] : [cut.commit]), ...earlier]);
}

const NUMBERED_BUILD = /\bbuild\b/i;
const BUILD_NUMBER = /\bbuild(?: number)?(?: to)?:?\s+#?(\d{1,12})\b/i;

/** Builds that only a bump's subject tells of: `Bump app build number to 657`. */
function numberedBuilds(graph: CommitGraph, listed: readonly number[], cut: Cut): Draft['builds'] {
  return listed
    .filter((commit) => NUMBERED_BUILD.test(graph.subject(commit)) && categoryOf(graph.subject(commit)) === 'version-bump')
    .map((commit) => {
      const number = BUILD_NUMBER.exec(graph.subject(commit))?.[1];
      return {
        tag: null,
        kind: 'build',
        number: number === undefined ? null : Number(number),
        commit,
        at: graph.committedAt(commit),
        cut,
        inFinal: true,
      };
    });
}
