/** Reads the releases off a repository's history: `signalbox git analyse`, and the import of an app. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Reach } from '#ports/integration.ts';
import { instantOfSeconds } from './plain.ts';
import type {
  Analysis,
  AnalysedBuild,
  AnalysedVersion,
  Backported,
  Grammar,
  HistoryWindow,
  LeadTimeHours,
} from '#domain/history/analysis.ts';
import { anomaliesOf } from './anomalies.ts';
import { asBackported, originFinder } from './backports.ts';
import type { OriginFinder } from './backports.ts';
import { GitTrouble } from './client.ts';
import { detectPolicy } from './cuts.ts';
import type { CutPolicy } from './cuts.ts';
import { draftsOf } from './drafts.ts';
import type { Draft } from './drafts.ts';
import { writeWhole } from './files.ts';
import { commitsBetween, firstParentCommitsBetween, trunkOf } from './graph.ts';
import type { CommitGraph, Trunk } from './graph.ts';
import { readGraph, readRefs } from './history.ts';
import type { Ref } from './history.ts';
import { openMirror } from './mirror.ts';
import type { Mirror } from './mirror.ts';
import { keepPatches, recallPatches, samePatches } from './patches.ts';
import { trainsOf } from './trains.ts';
import { detectTrunk } from './trunk.ts';
import type { TrunkChoice } from './trunk.ts';

export type AnalyseOptions = {
  /** A directory, a bundle, or an address that git reads. */
  repo: string;
  /** Where mirrors are kept. */
  dataDir: string;
  /** Where it may go; left out: everywhere. */
  reach?: Reach;
  /** Shown to an http or https source that asks who we are. */
  token?: string;
  grammar?: Grammar;
  window?: HistoryWindow;
  /** A line of words now and then while it works. */
  onProgress?: (line: string) => void;
  signal?: AbortSignal;
};

/** Raised with every change of what an analysis says, so that a kept one is not taken for a new one. */
const EDITION = 3;

/**
 * Analyses a repository. Without news since the last time the kept answer is given.
 * Refuses (GitTrouble) what is no repository, a trunk that does not exist, and grammars that are no regular expressions.
 */
export async function analyseRepository(options: AnalyseOptions): Promise<Analysis> {
  const mirror = await openMirror(options);
  const key = createHash('sha256')
    .update(JSON.stringify([EDITION, mirror.refsKey, mirror.head, mirror.unreadable, options.grammar ?? {}, options.window ?? {}]))
    .digest('hex');
  const file = path.join(
    mirror.gitDir,
    `signalbox-analysis-${createHash('sha256')
      .update(JSON.stringify([options.grammar ?? {}, options.window ?? {}]))
      .digest('hex')
      .slice(0, 12)}.json`,
  );
  const kept = await recall(file, key);
  if (kept) return kept;
  const analysis = await analyseMirror(mirror, options);
  await writeWhole(file, JSON.stringify({ key, analysis }));
  return analysis;
}

async function recall(file: string, key: string): Promise<Analysis | null> {
  try {
    const kept = JSON.parse(await readFile(file, 'utf8')) as { key: string; analysis: Analysis };
    return kept.key === key ? kept.analysis : null;
  } catch {
    return null;
  }
}

async function analyseMirror(mirror: Mirror, options: AnalyseOptions): Promise<Analysis> {
  const { git } = mirror;
  const { grammar = {}, onProgress, signal } = options;
  const from = secondsOf(options.window?.from);
  const [refs, graph, memory] = await Promise.all([
    readRefs(git, { signal }),
    readGraph(git, { signal, onCommits: (read) => onProgress?.(`${read} commits read`) }),
    recallPatches(mirror.gitDir),
  ]);
  const choice = chooseTrunk(graph, refs, grammar, mirror);
  const { trunk } = choice;
  const trains = trainsOf(graph, refs, grammar, { from, trunkRef: choice.ref.name });
  const policy =
    grammar.cutPolicy ??
    detectPolicy(
      graph,
      trunk,
      trains.versions.flatMap((version) => (version.final ? [version.final.commit] : [])),
    );

  const { drafts, leftOut } = draftsOf(graph, trunk, trains, policy);
  const release = new Set<number>();
  for (const draft of drafts) for (const commit of draft.listed) release.add(commit);

  onProgress?.(`looking for the origins of ${release.size} commits of releases`);
  const theirs = trunk.commits().filter((commit) => !release.has(commit));
  const known = memory.paths.size + memory.ids.size;
  const same = await samePatches(git, graph, [...release], theirs, memory, { signal });
  if (memory.paths.size + memory.ids.size > known) await keepPatches(mirror.gitDir, memory);

  const find = originFinder(graph, trunk, release, same);
  const versions = drafts.map((draft) => described(graph, trunk, draft, drafts, policy, find));
  return {
    trunk: choice.ref.name,
    trunk_sha: choice.ref.sha,
    trunk_because: choice.because,
    cut_policy: policy,
    commits: graph.size,
    versions,
    left_out: [...trains.leftOut, ...leftOut],
    unparsed_tags: trains.unparsed,
    unreadable: mirror.unreadable,
    other_apps: trains.otherApps,
    dates: datesOf(graph, versions),
  };
}

function chooseTrunk(
  graph: CommitGraph,
  refs: { branches: readonly Ref[]; tags: readonly Ref[] },
  grammar: Grammar,
  mirror: Mirror,
): TrunkChoice {
  if (grammar.trunk === undefined) return detectTrunk(graph, refs, grammar, mirror.head);
  const wanted = grammar.trunk.startsWith('refs/') ? grammar.trunk : `refs/heads/${grammar.trunk}`;
  const ref = refs.branches.find((branch) => branch.name === wanted);
  const tip = ref && graph.indexOf(ref.sha);
  if (!ref || tip === undefined) {
    const some = refs.branches.slice(0, 8).map((branch) => branch.name.slice('refs/heads/'.length));
    throw new GitTrouble(
      'no-such-ref',
      `git: there is no branch "${grammar.trunk}" to be the trunk (there are: ${some.join(', ')}${refs.branches.length > some.length ? ', …' : ''})`,
    );
  }
  return { ref, trunk: trunkOf(graph, tip), because: 'it was named' };
}

function described(
  graph: CommitGraph,
  trunk: Trunk,
  draft: Draft,
  drafts: readonly Draft[],
  policy: CutPolicy,
  find: OriginFinder,
): AnalysedVersion {
  const { version, commit, cut, taggedAt } = draft;
  const released = version.final !== null;
  const cutAt = cut.commit < 0 ? null : graph.committedAt(cut.commit);
  const sinceLast = commitsAfterLastBuild(graph, draft);
  const trunkCommits = trunkCommitsOf(graph, trunk, draft);
  return {
    version: version.label,
    train: version.train,
    kind: version.kind,
    status: version.status,
    tag: version.final?.short ?? null,
    tag_date: taggedAt === null ? null : dateOf(taggedAt),
    sha: graph.sha(commit),
    release_branch: version.branch?.ref.name ?? null,
    cut_sha: cut.commit < 0 ? null : graph.sha(cut.commit),
    cut_date: cutAt === null ? null : dateOf(cutAt),
    cut_method: cut.method,
    base_version: draft.base?.version.label ?? null,
    builds: draft.builds.map((build): AnalysedBuild => ({
      tag: build.tag,
      kind: build.kind,
      number: build.number,
      sha: graph.sha(build.commit),
      ancestor_of_final: build.inFinal,
    })),
    commits_after_cut: cut.commit < 0 ? null : draft.afterCut.length,
    commits_after_last_build: sinceLast,
    branch_hours: released && taggedAt !== null && cutAt !== null && cut.method !== 'tag-on-trunk' ? hoursBetween(cutAt, taggedAt) : null,
    trunk_commits_since_previous_cut: trunkCommits?.length ?? null,
    lead_time_hours: taggedAt === null || trunkCommits === null ? null : leadTimes(graph, trunkCommits, taggedAt),
    backported: draft.listed
      .map((listed) => asBackported(graph, listed, find(listed)))
      .filter((found): found is Backported => found !== null),
    anomalies: anomaliesOf({ graph, trunk, draft, drafts, policy, commitsAfterLastBuild: sinceLast }),
  };
}

/** Of a final with tagged builds: how much of it came after the last build before it. */
function commitsAfterLastBuild(graph: CommitGraph, draft: Draft): number | null {
  const { taggedAt } = draft;
  if (taggedAt === null) return null;
  const last = draft.builds.findLast((build) => build.tag !== null && build.at <= taggedAt);
  return last ? commitsBetween(graph, draft.commit, [last.commit]).length : null;
}

/** What trunk gave a regular release: its first-parent commits since the previous release's cut. */
function trunkCommitsOf(graph: CommitGraph, trunk: Trunk, draft: Draft): number[] | null {
  const previous = draft.previous?.cut.commit ?? -1;
  if (draft.version.kind !== 'regular' || !draft.version.final || draft.cut.commit < 0 || previous < 0) return null;
  return firstParentCommitsBetween(graph, trunk, previous, draft.cut.commit);
}

function leadTimes(graph: CommitGraph, commits: readonly number[], taggedAt: number): LeadTimeHours | null {
  if (commits.length === 0) return null;
  const hours = commits.map((commit) => hoursBetween(graph.committedAt(commit), taggedAt)).sort((one, other) => one - other);
  const rank = (share: number) => hours[Math.max(0, Math.ceil(share * hours.length) - 1)] ?? 0;
  return { n: hours.length, p50: rank(0.5), p90: rank(0.9), min: hours[0] ?? 0, max: hours.at(-1) ?? 0 };
}

/** Hours with two decimals. */
function hoursBetween(from: number, to: number): number {
  return Number(((to - from) / 3600).toFixed(2));
}

/** Seconds since 1970 as `2024-06-12T15:31:19Z`. */
export function dateOf(seconds: number): string {
  return `${instantOfSeconds(seconds).slice(0, 19)}Z`;
}

function secondsOf(date: string | undefined): number | undefined {
  if (date === undefined) return undefined;
  const ms = Date.parse(date);
  if (Number.isNaN(ms)) throw new GitTrouble('refused', `git: "${date}" is no date; right would be 2024-05-01`);
  return ms / 1000;
}

function datesOf(graph: CommitGraph, versions: readonly AnalysedVersion[]): Record<string, string> {
  const dates: Record<string, string> = {};
  for (const version of versions) {
    for (const sha of [version.sha, version.cut_sha, ...version.builds.map((build) => build.sha)]) {
      const commit = sha === null ? undefined : graph.indexOf(sha);
      if (sha !== null && commit !== undefined) dates[sha] = dateOf(graph.committedAt(commit));
    }
  }
  return dates;
}
