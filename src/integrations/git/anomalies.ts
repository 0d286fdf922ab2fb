/** What a reader of a version's figures must know. Definitions: the public format `release-history/1`; the conditions are spelled out here. */
import { anomalies as known } from '#domain/history/analysis.ts';
import type { Anomaly } from '#domain/history/analysis.ts';
import type { CutPolicy } from './cuts.ts';
import type { Draft } from './drafts.ts';
import { compareParts } from './grammar.ts';
import { contains } from './graph.ts';
import type { CommitGraph, Trunk } from './graph.ts';

export type Sight = {
  graph: CommitGraph;
  trunk: Trunk;
  draft: Draft;
  /** All versions, in version order. */
  drafts: readonly Draft[];
  policy: CutPolicy;
  commitsAfterLastBuild: number | null;
};

/** One test for each anomaly; an anomaly without a test does not compile. */
const TESTS: Record<Anomaly, (sight: Sight) => boolean> = {
  'merged-back-naive-merge-base-is-tag': ({ draft: { cut, commit } }) => cut.method !== 'tag-on-trunk' && cut.naive === commit,
  'naive-merge-base-differs': ({ draft: { cut, commit } }) => cut.naive >= 0 && cut.naive !== commit && cut.naive !== cut.commit,
  'trunk-merged-into-release': (sight) => sight.policy === 'first-parent' && trunkMergedIn(sight),
  'tag-on-trunk': ({ draft }) => draft.cut.method === 'tag-on-trunk',
  'no-merge-base-with-trunk': ({ draft }) => draft.cut.method === 'unrelated-history',
  recut: (sight) =>
    sight.policy === 'first-parent' &&
    sight.draft.cut.method !== 'fork-of-a-build' &&
    otherBranchPoints(sight).some((build) => !onAnotherTrain(sight, build)),
  'trunk-merged-again-during-beta': (sight) => sight.policy === 'merge-base' && otherBranchPoints(sight).length > 0,
  'foxtrot-merge-diverts-first-parent': ({ draft }) => draft.cut.method === 'fork-of-a-build',
  'build-on-another-train': (sight) => otherBranchPoints(sight).some((build) => onAnotherTrain(sight, build)),
  'same-cut-as-previous-train': ({ draft }) =>
    isRegular(draft) &&
    draft.previous !== null &&
    draft.cut.commit >= 0 &&
    draft.previous.cut.commit === draft.cut.commit &&
    draft.cut.method !== 'tag-on-trunk',
  'cut-not-descended-from-previous-cut': ({ graph, trunk, draft }) =>
    isRegular(draft) &&
    draft.previous !== null &&
    draft.cut.commit >= 0 &&
    draft.previous.cut.commit >= 0 &&
    !contains(graph, trunk, draft.cut.commit, draft.previous.cut.commit),
  'build-not-ancestor-of-final': ({ draft }) => isFinal(draft) && draft.builds.some((build) => !build.inFinal),
  'build-tagged-after-final': ({ draft: { taggedAt, builds } }) =>
    taggedAt !== null && builds.some((build) => build.tag !== null && build.at > taggedAt),
  'final-is-last-build': ({ commitsAfterLastBuild }) => commitsAfterLastBuild === 0,
  'final-has-commits-after-last-build': ({ commitsAfterLastBuild }) => (commitsAfterLastBuild ?? 0) > 0,
  'first-final-has-patch-number': ({ draft }) =>
    isRegular(draft) && draft.version.parts.slice(draft.version.train.split('.').length).some((part) => part > 0),
  'no-final-tag': ({ draft }) => draft.version.status === 'no-final-tag',
  'branch-without-tag': ({ draft }) => draft.version.status === 'branch-only',
  'hotfix-takes-trunk-commits': ({ graph, trunk, draft }) =>
    isHotfix(draft) &&
    draft.base !== null &&
    draft.cut.commit >= 0 &&
    draft.base.cut.commit >= 0 &&
    draft.cut.commit !== draft.base.cut.commit &&
    contains(graph, trunk, draft.cut.commit, draft.base.cut.commit),
  'hotfix-not-on-its-base': (sight) => isHotfix(sight.draft) && beforeInTrain(sight) !== sight.draft.base,
  'tagged-before-a-lower-version-of-the-train': ({ draft, drafts }) =>
    drafts.some(
      (other) =>
        isFinal(other) &&
        isFinal(draft) &&
        other.version.train === draft.version.train &&
        compareParts(other.version.parts, draft.version.parts) < 0 &&
        (other.taggedAt ?? 0) > (draft.taggedAt ?? 0),
    ),
  'released-after-a-newer-train': ({ draft, drafts }) =>
    drafts.some(
      (other) =>
        isFinal(other) &&
        isFinal(draft) &&
        other.version.train !== draft.version.train &&
        compareParts(other.version.parts, draft.version.parts) > 0 &&
        (other.taggedAt ?? 0) < (draft.taggedAt ?? 0),
    ),
  'shares-commit-with-other-version': ({ draft, drafts }) =>
    drafts.some((other) => other !== draft && isFinal(other) && isFinal(draft) && other.commit === draft.commit),
  'several-final-tags': ({ draft }) => draft.version.siblings.length > 0,
};

/** The anomalies of a version, in the order of their table. */
export function anomaliesOf(sight: Sight): Anomaly[] {
  return known.filter((anomaly) => TESTS[anomaly](sight));
}

const isFinal = (draft: Draft) => draft.version.final !== null;
const isRegular = (draft: Draft) => isFinal(draft) && draft.version.kind === 'regular';
const isHotfix = (draft: Draft) => isFinal(draft) && draft.version.kind === 'hotfix';

/** The final before this one in its train. */
function beforeInTrain({ draft, drafts }: Sight): Draft | null {
  return drafts.slice(0, drafts.indexOf(draft)).findLast((other) => isFinal(other) && other.version.train === draft.version.train) ?? null;
}

/** Tagged builds that left trunk elsewhere than the version itself did. A build that is a commit of trunk has not left it. */
function otherBranchPoints({ draft }: Sight): Draft['builds'] {
  if (draft.cut.commit < 0 || draft.cut.method === 'tag-on-trunk') return [];
  return draft.builds.filter(
    (build) => build.tag !== null && build.cut.commit >= 0 && build.cut.method !== 'tag-on-trunk' && build.cut.commit !== draft.cut.commit,
  );
}

/** A build whose tag stands on the branch of another train: the final lacks it, and its branch point is the other train's. */
function onAnotherTrain({ draft, drafts }: Sight, build: Draft['builds'][number]): boolean {
  return !build.inFinal && drafts.some((other) => other.version.train !== draft.version.train && other.cut.commit === build.cut.commit);
}

/** Whether a merge on the branch brought in a commit of trunk that is newer than the branch point. */
function trunkMergedIn({ graph, trunk, draft: { commit, cut } }: Sight): boolean {
  if (cut.commit < 0 || cut.naive < 0 || cut.method === 'tag-on-trunk') return false;
  return cut.naive !== commit && cut.naive !== cut.commit && contains(graph, trunk, cut.naive, cut.commit);
}
