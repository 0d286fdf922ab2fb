/** Sorts tags and branches into versions: which final, which builds, which branch. */
import type { Grammar, LeftOut } from '#domain/history/analysis.ts';
import { branchReader, compareParts, keyOf, tagReader, trainOf, trainPartsOf } from './grammar.ts';
import type { BranchName, TagName } from './grammar.ts';
import type { CommitGraph } from './graph.ts';
import type { Ref } from './history.ts';

export type Tag = TagName & { ref: Ref; short: string; commit: number };
export type ReleaseBranch = BranchName & { ref: Ref; commit: number };

export type TrainVersion = {
  label: string;
  parts: readonly number[];
  train: string;
  final: Tag | null;
  /** Further final tags of the same version: another spelling, a repeated tag. */
  siblings: Tag[];
  /** Tagged builds, oldest first. */
  builds: Tag[];
  branch: ReleaseBranch | null;
  /** `regular`, `hotfix`, or the kind of the last build where no final was tagged. */
  kind: string;
  status: 'released' | 'in-progress' | 'no-final-tag' | 'branch-only';
};

export type Trains = {
  app: string;
  trainParts: number;
  /** In the order of versions. */
  versions: TrainVersion[];
  branches: ReleaseBranch[];
  otherApps: { app: string; finals: number }[];
  unparsed: string[];
  leftOut: LeftOut[];
};

/**
 * @param window.from seconds since 1970: tags before it are left out
 * @param trunkRef the trunk's full name, which is no release branch even if it looks like one
 */
export function trainsOf(
  graph: CommitGraph,
  refs: { branches: readonly Ref[]; tags: readonly Ref[] },
  grammar: Grammar,
  options: { from?: number; trunkRef?: string } = {},
): Trains {
  const { tags, unparsed } = readTags(graph, refs.tags, grammar);
  const allBranches = readBranches(graph, refs.branches, grammar).filter((branch) => branch.ref.name !== options.trunkRef);
  const app = grammar.app?.toLowerCase() ?? mainApp(tags);
  const ours = finalsFromBuilds(tags.filter((tag) => tag.app === app));
  const branches = allBranches.filter((branch) => branch.app === app || branch.app === '' || app === '');
  const trainParts = grammar.trainParts ?? trainPartsOf(ours, branches);
  const leftOut: LeftOut[] = [];
  const inWindow = ours.filter((tag) => {
    if (options.from === undefined || tag.ref.at >= options.from) return true;
    if (tag.kind === 'final') leftOut.push({ version: tag.label, tag: tag.short, because: 'tagged before the window' });
    return false;
  });
  const versions = versionsOf(inWindow, branches, trainParts, options.from);
  return { app, trainParts, versions, branches, otherApps: otherAppsOf(tags, app), unparsed, leftOut };
}

function readTags(graph: CommitGraph, refs: readonly Ref[], grammar: Grammar): { tags: Tag[]; unparsed: string[] } {
  const read = tagReader(grammar);
  const tags: Tag[] = [];
  const unparsed: string[] = [];
  for (const ref of refs) {
    const short = ref.name.slice('refs/tags/'.length);
    const name = read(short);
    const commit = graph.indexOf(ref.sha);
    if (name && commit !== undefined) tags.push({ ...name, ref, short, commit });
    else unparsed.push(short);
  }
  return { tags, unparsed };
}

function readBranches(graph: CommitGraph, refs: readonly Ref[], grammar: Grammar): ReleaseBranch[] {
  const read = branchReader(grammar);
  const branches: ReleaseBranch[] = [];
  for (const ref of refs) {
    const name = read(ref.name.slice('refs/heads/'.length));
    const commit = graph.indexOf(ref.sha);
    if (name && commit !== undefined) branches.push({ ...name, ref, commit });
  }
  return branches;
}

/** The app with most finals; among equals the one tagged last. */
function mainApp(tags: readonly Tag[]): string {
  const apps = new Map<string, { finals: number; all: number; last: number }>();
  for (const tag of tags) {
    const app = apps.get(tag.app) ?? { finals: 0, all: 0, last: 0 };
    apps.set(tag.app, { finals: app.finals + (tag.kind === 'final' ? 1 : 0), all: app.all + 1, last: Math.max(app.last, tag.ref.at) });
  }
  const ranked = [...apps].sort(([, one], [, other]) => other.finals - one.finals || other.all - one.all || other.last - one.last);
  return ranked[0]?.[0] ?? '';
}

function otherAppsOf(tags: readonly Tag[], app: string): { app: string; finals: number }[] {
  const finals = new Map<string, number>();
  for (const tag of tags) if (tag.app !== app && tag.kind === 'final') finals.set(tag.app, (finals.get(tag.app) ?? 0) + 1);
  return [...finals].map(([name, count]) => ({ app: name, finals: count })).sort((one, other) => other.finals - one.finals);
}

/** Where every tag carries a build number (`1.2.3+456`) the highest of a version is its final. */
function finalsFromBuilds(tags: readonly Tag[]): Tag[] {
  if (tags.some((tag) => tag.kind === 'final') || !tags.some((tag) => tag.kind === 'build')) return [...tags];
  const last = new Map<string, Tag>();
  for (const tag of tags) {
    if (tag.kind !== 'build') continue;
    const key = keyOf(tag.parts);
    const best = last.get(key);
    if (!best || (tag.number ?? 0) > (best.number ?? 0)) last.set(key, tag);
  }
  return tags.map((tag) => (last.get(keyOf(tag.parts)) === tag ? { ...tag, kind: 'final' } : tag));
}

function versionsOf(
  tags: readonly Tag[],
  branches: readonly ReleaseBranch[],
  trainParts: number,
  from: number | undefined,
): TrainVersion[] {
  const byKey = new Map<string, Tag[]>();
  for (const tag of tags) {
    const key = keyOf(tag.parts);
    const group = byKey.get(key);
    if (group) group.push(tag);
    else byKey.set(key, [tag]);
  }
  const usual = usualLength(tags);
  const versions: TrainVersion[] = [...byKey.values()].map((group) => {
    const finals = group.filter((tag) => tag.kind === 'final').sort((one, other) => one.ref.at - other.ref.at);
    const builds = group
      .filter((tag) => tag.kind !== 'final')
      .sort((one, other) => one.ref.at - other.ref.at || (one.number ?? 0) - (other.number ?? 0));
    // The first is what shipped; where the spellings differ, the one that the repository uses.
    const final = finals.find((tag) => tag.parts.length === usual) ?? finals[0] ?? null;
    const named = final ?? builds.at(-1) ?? group[0];
    return {
      label: named?.label ?? '',
      parts: named?.parts ?? [],
      train: trainOf(named?.parts ?? [], trainParts),
      final,
      siblings: finals.filter((tag) => tag !== final),
      builds,
      branch: null,
      kind: 'regular',
      status: final ? 'released' : 'no-final-tag',
    };
  });
  const trains = new Set(versions.map((version) => version.train));
  for (const branch of branches) {
    const train = trainOf(branch.parts, trainParts);
    if (branch.parts.length < trainParts || trains.has(train) || (from !== undefined && branch.ref.at < from)) continue;
    trains.add(train);
    versions.push({
      label: branch.label,
      parts: branch.parts,
      train,
      final: null,
      siblings: [],
      builds: [],
      branch: null,
      kind: 'regular',
      status: 'branch-only',
    });
  }
  versions.sort((one, other) => compareParts(one.parts, other.parts));
  return judged(versions, branches, trainParts);
}

/** The commonest number of parts of the finals that are not hotfixes: tells 7.30 from 7.30.0. */
function usualLength(tags: readonly Tag[]): number {
  const counts = new Map<number, number>();
  for (const tag of tags) {
    if (tag.kind !== 'final' || (tag.parts.length > 2 && (tag.parts.at(-1) ?? 0) > 0)) continue;
    counts.set(tag.parts.length, (counts.get(tag.parts.length) ?? 0) + 1);
  }
  return [...counts].sort((one, other) => other[1] - one[1])[0]?.[0] ?? 0;
}

function judged(versions: readonly TrainVersion[], branches: readonly ReleaseBranch[], trainParts: number): TrainVersion[] {
  const newestFinal = versions.findLast((version) => version.final !== null);
  const trainsWithFinal = new Set<string>();
  return versions.map((version) => {
    const branch = branchOf(version, branches, trainParts);
    if (version.final) {
      const kind = trainsWithFinal.has(version.train) ? 'hotfix' : 'regular';
      trainsWithFinal.add(version.train);
      return { ...version, branch, kind };
    }
    const ahead = newestFinal === undefined || compareParts(version.parts, newestFinal.parts) > 0;
    return {
      ...version,
      branch,
      kind: version.builds.at(-1)?.kind ?? 'regular',
      status: ahead ? 'in-progress' : version.builds.length > 0 ? 'no-final-tag' : 'branch-only',
    };
  });
}

/** A branch of the very version, else the one of its train. */
function branchOf(version: TrainVersion, branches: readonly ReleaseBranch[], trainParts: number): ReleaseBranch | null {
  const exact = branches.find((branch) => branch.parts.length > trainParts && keyOf(branch.parts) === keyOf(version.parts));
  const train = branches.find((branch) => branch.parts.length <= trainParts && trainOf(branch.parts, trainParts) === version.train);
  return exact ?? train ?? null;
}
