/**
 * What the history of a git repository says of its releases. The field names are those of the public format `release-history/1` (snake case,
 * dates in whole seconds of UTC: `2024-06-12T15:31:19Z`), so that its files and our answers can be laid side by side.
 */

export const cutMethods = ['merge-base', 'first-parent-fork', 'fork-of-a-build', 'tag-on-trunk', 'unrelated-history'] as const;
/** How a branch point was found; every one of them is an inference that a person can correct. */
export type CutMethod = (typeof cutMethods)[number];

export const anomalies = [
  'merged-back-naive-merge-base-is-tag',
  'naive-merge-base-differs',
  'trunk-merged-into-release',
  'tag-on-trunk',
  'no-merge-base-with-trunk',
  'recut',
  'trunk-merged-again-during-beta',
  'foxtrot-merge-diverts-first-parent',
  'build-on-another-train',
  'same-cut-as-previous-train',
  'cut-not-descended-from-previous-cut',
  'build-not-ancestor-of-final',
  'build-tagged-after-final',
  'final-is-last-build',
  'final-has-commits-after-last-build',
  'first-final-has-patch-number',
  'no-final-tag',
  'branch-without-tag',
  'hotfix-takes-trunk-commits',
  'hotfix-not-on-its-base',
  'tagged-before-a-lower-version-of-the-train',
  'released-after-a-newer-train',
  'shares-commit-with-other-version',
  'several-final-tags',
] as const;
/** Something in the history of a version that a reader of its figures must know. */
export type Anomaly = (typeof anomalies)[number];

export type OriginEvidence = 'x-trailer' | 'patch-id' | 'pr-ref';

/** A tagged build (an RC, a beta), or a numbered one that only a commit's subject tells of: then `tag` is null. */
export type AnalysedBuild = { tag: string | null; kind: string; number: number | null; sha: string; ancestor_of_final: boolean };

/** A commit of a release that trunk has too. `backport`: trunk had it first. */
export type Backported = { sha: string; trunk_sha: string; evidence: OriginEvidence[]; direction: 'backport' | 'forward-port' };

/** Hours from the commits of trunk that a release took in to its final tag; `p50`, `p90` by nearest rank. */
export type LeadTimeHours = { n: number; p50: number; p90: number; min: number; max: number };

export type AnalysedVersion = {
  version: string;
  /** Groups a regular release and its hotfixes. */
  train: string;
  /** `regular`: the first final of its train; `hotfix`: each later one; without a final the kind of its last build, `regular` for a bare branch. */
  kind: string;
  status: 'released' | 'in-progress' | 'no-final-tag' | 'branch-only';
  tag: string | null;
  /** An annotated tag's own date, else the commit's. */
  tag_date: string | null;
  /** The final tag's commit, else the last build's, else the branch's tip. */
  sha: string;
  /** The branch of the train as far as it still exists: `refs/heads/release-2.17`. */
  release_branch: string | null;
  cut_sha: string | null;
  cut_date: string | null;
  cut_method: CutMethod;
  /** The nearest lower final version that this one contains. */
  base_version: string | null;
  builds: AnalysedBuild[];
  /** Commits of the version that are neither in its cut nor in a final of an earlier train. */
  commits_after_cut: number | null;
  /** Commits of the final that its last tagged build lacks: what testers never had. */
  commits_after_last_build: number | null;
  /** From the cut's commit date to the final tag's date. */
  branch_hours: number | null;
  trunk_commits_since_previous_cut: number | null;
  lead_time_hours: LeadTimeHours | null;
  backported: Backported[];
  anomalies: Anomaly[];
};

/** A version that was left out of the figures, with the reason in words. */
export type LeftOut = { version: string; tag: string | null; because: string };

/** A branch or tag, by its full name, that the repository names and cannot give; with the reason in words. */
export type Unreadable = { ref: string; because: string };

export type Analysis = {
  /** `refs/heads/main` */
  trunk: string;
  trunk_sha: string;
  /** How trunk was told from the other branches. */
  trunk_because: string;
  /** Whether branch points follow first parents (the rule) or plain merge bases (flows where trunk is merged into channel branches). */
  cut_policy: 'first-parent' | 'merge-base';
  commits: number;
  versions: AnalysedVersion[];
  left_out: LeftOut[];
  /** Tags that are no version: `latest`, `nightly-2024-05-01`. */
  unparsed_tags: string[];
  /** Branches and tags that could not be read, and of which nothing is told here. */
  unreadable: readonly Unreadable[];
  /** Finals of another app of the same repository, by the prefix of their tags. */
  other_apps: { app: string; finals: number }[];
  /** When the commits named in `versions` were made, by id. */
  dates: Record<string, string>;
};

/** How the tags and branches of a repository are read, where its own habits are not found by themselves. */
export type Grammar = {
  /**
   * Regular expressions on a tag's name, the first that fits wins. Named groups: `version` (or `major`, `minor`, `patch`), `kind` (`rc`, `beta`, …; absent: a final),
   * `number` of the build, `app`.
   */
  tags?: readonly string[];
  /** A regular expression on a branch's short name, with the named group `version`. */
  releaseBranch?: string;
  /** The trunk's short name: `main`. */
  trunk?: string;
  /** How many leading parts of the version name the train: 2 in 8.19.1, 1 where 11.0 and 11.1 are one train. */
  trainParts?: number;
  cutPolicy?: 'first-parent' | 'merge-base';
  /** Which app's tags, where the repository holds several: the prefix of its tags, in lower case. */
  app?: string;
};

/** Versions older than this are left out: by tag date. */
export type HistoryWindow = { from?: string };
