/**
 * Patch-ids: the same change on another branch has the same one. Computing it for all of trunk would mean diffing all of history, so only commits of trunk
 * that touch exactly the same paths as a release's commit are diffed (git's own `git cherry` goes the same way).
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Git, GitRun } from './client.ts';
import { writeWhole } from './files.ts';
import type { CommitGraph } from './graph.ts';

/** Both are properties of a commit for ever, so they are kept between runs. */
export type PatchMemory = {
  /** A digest of the paths that a commit changed against its first parent; '' for none. */
  paths: Map<string, string>;
  /** Stable patch-ids; '' for an empty change. */
  ids: Map<string, string>;
};

export function emptyMemory(): PatchMemory {
  return { paths: new Map(), ids: new Map() };
}

const MEMORY_FILE = 'signalbox-patches.tsv';
const HEADER = 'signalbox patches 1';

/** What an earlier run worked out in this mirror; empty where nothing, or something unreadable, was kept. */
export async function recallPatches(gitDir: string): Promise<PatchMemory> {
  const memory = emptyMemory();
  const text = await readFile(path.join(gitDir, MEMORY_FILE), 'utf8').catch(() => '');
  const [header, ...lines] = text.split('\n');
  if (header !== HEADER) return memory;
  for (const line of lines) {
    const [kind, sha, value] = line.split('\t');
    if (sha === undefined || value === undefined) continue;
    if (kind === 'p') memory.paths.set(sha, value);
    else if (kind === 'i') memory.ids.set(sha, value);
  }
  return memory;
}

export async function keepPatches(gitDir: string, memory: PatchMemory): Promise<void> {
  const lines = [HEADER];
  for (const [sha, value] of memory.paths) lines.push(`p\t${sha}\t${value}`);
  for (const [sha, value] of memory.ids) lines.push(`i\t${sha}\t${value}`);
  await writeWhole(path.join(gitDir, MEMORY_FILE), `${lines.join('\n')}\n`);
}

/** Against the first parent, so that a merge counts as what it brought in. Roots have no line: a first import is nobody's cherry-pick. */
function againstFirstParent(graph: CommitGraph, commits: readonly number[]): string {
  let input = '';
  for (const commit of commits) {
    const parent = graph.firstParent(commit);
    if (parent >= 0) input += `${graph.sha(commit)} ${graph.sha(parent)}\n`;
  }
  return input;
}

export const PATHS_COMMAND = ['diff-tree', '--stdin', '-r', '--name-only', '--no-renames', '-z', '--no-ext-diff'];
export const PATCH_COMMAND = [
  'diff-tree',
  '--stdin',
  '-r',
  '-p',
  '--no-renames',
  '--full-index',
  '--no-ext-diff',
  '--no-textconv',
  '--no-color',
  '--no-relative',
];
export const PATCH_ID_COMMAND = ['patch-id', '--stable'];

/** Learns the path digests of commits that the memory lacks. */
export async function learnPaths(
  git: Git,
  graph: CommitGraph,
  commits: readonly number[],
  memory: PatchMemory,
  run?: GitRun,
): Promise<void> {
  const unknown = commits.filter((commit) => !memory.paths.has(graph.sha(commit)));
  if (unknown.length === 0) return;
  for (const commit of unknown) memory.paths.set(graph.sha(commit), '');
  const decoder = new TextDecoder('latin1');
  let rest = '';
  let sha = '';
  let digest = createHash('sha1');
  let any = false;
  const finish = () => {
    if (sha !== '' && any) memory.paths.set(sha, digest.digest('base64').slice(0, 16));
    any = false;
    digest = createHash('sha1');
  };
  const take = (text: string) => {
    const pieces = (rest + text).split('\0');
    rest = pieces.pop() ?? '';
    for (const piece of pieces) {
      // Nothing but a path can follow a commit's own line, and a path that looks like an id of the graph does not exist in practice; the order of input settles it.
      if ((piece.length === 40 || piece.length === 64) && memory.paths.has(piece)) {
        finish();
        sha = piece;
      } else {
        any = true;
        digest.update(piece).update('\0');
      }
    }
  };
  await git.stream(PATHS_COMMAND, (chunk) => take(decoder.decode(chunk, { stream: true })), {
    ...run,
    input: againstFirstParent(graph, unknown),
  });
  finish();
}

/** Learns the patch-ids of commits that the memory lacks. */
export async function learnPatchIds(
  git: Git,
  graph: CommitGraph,
  commits: readonly number[],
  memory: PatchMemory,
  run?: GitRun,
): Promise<void> {
  const unknown = commits.filter((commit) => !memory.ids.has(graph.sha(commit)));
  if (unknown.length === 0) return;
  for (const commit of unknown) memory.ids.set(graph.sha(commit), '');
  const listing = await git.pipe(PATCH_COMMAND, PATCH_ID_COMMAND, { ...run, input: againstFirstParent(graph, unknown) });
  for (const line of listing.split('\n')) {
    const [id, sha] = line.split(' ');
    if (id !== undefined && sha !== undefined) memory.ids.set(sha, id);
  }
}

/**
 * For each of `ours`, the commits of `theirs` with the same patch, in the order of `theirs`. Learns what the memory lacks.
 *
 * @param ours commits of releases
 * @param theirs commits of trunk
 */
export async function samePatches(
  git: Git,
  graph: CommitGraph,
  ours: readonly number[],
  theirs: readonly number[],
  memory: PatchMemory,
  run?: GitRun,
): Promise<Map<number, number[]>> {
  const same = new Map<number, number[]>();
  if (ours.length === 0 || theirs.length === 0) return same;
  await learnPaths(git, graph, [...ours, ...theirs], memory, run);
  const pathsOf = (commit: number) => memory.paths.get(graph.sha(commit)) ?? '';
  const ourPaths = new Set(ours.map(pathsOf).filter((digest) => digest !== ''));
  const candidates = theirs.filter((commit) => ourPaths.has(pathsOf(commit)));
  const theirPaths = new Set(candidates.map(pathsOf));
  const asked = ours.filter((commit) => theirPaths.has(pathsOf(commit)));
  await learnPatchIds(git, graph, [...asked, ...candidates], memory, run);
  const byId = new Map<string, number[]>();
  for (const commit of candidates) {
    const id = memory.ids.get(graph.sha(commit)) ?? '';
    if (id === '') continue;
    const holders = byId.get(id);
    if (holders) holders.push(commit);
    else byId.set(id, [commit]);
  }
  for (const commit of asked) {
    const holders = byId.get(memory.ids.get(graph.sha(commit)) ?? '-')?.filter((holder) => holder !== commit);
    if (holders && holders.length > 0) same.set(commit, holders);
  }
  return same;
}
