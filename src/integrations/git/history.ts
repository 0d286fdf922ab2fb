/** Reads refs and commits out of a mirror: two git commands, whatever the size of the repository. */
import type { GitRun, Git } from './client.ts';
import { GitTrouble } from './client.ts';
import { graphBuilder } from './graph.ts';
import type { CommitGraph } from './graph.ts';

export type Ref = {
  /** `refs/tags/v2.17.0` */
  name: string;
  /** The commit it leads to, an annotated tag peeled. */
  sha: string;
  /** Seconds since 1970: an annotated tag's own date, else the commit's. */
  at: number;
  annotated: boolean;
};

const REF_FIELDS =
  '%(objectname)%00%(objecttype)%00%(*objectname)%00%(*objecttype)%00%(taggerdate:unix)%00%(committerdate:unix)%00%(*committerdate:unix)%00%(refname)';

/** Branches and tags that lead to a commit. Tags of trees and files are none of ours and are left out. */
export async function readRefs(git: Git, run?: GitRun): Promise<{ branches: Ref[]; tags: Ref[] }> {
  const listing = await git.text(['for-each-ref', `--format=${REF_FIELDS}`, 'refs/heads', 'refs/tags'], run);
  const refs: Ref[] = [];
  for (const line of listing.split('\n')) {
    if (line === '') continue;
    const [sha = '', type = '', peeled = '', peeledType = '', taggedAt = '', committedAt = '', peeledAt = '', name = ''] = line.split('\0');
    if (type === 'commit') refs.push({ name, sha, at: Number(committedAt), annotated: false });
    else if (type === 'tag') {
      // Older git peels one level only; a tag of a tag is asked for by itself.
      const commit = peeledType === 'commit' ? peeled : await commitOf(git, name, run);
      if (commit !== null) refs.push({ name, sha: commit, at: Number(taggedAt || peeledAt || 0), annotated: true });
    }
  }
  return {
    branches: refs.filter((ref) => ref.name.startsWith('refs/heads/')),
    tags: refs.filter((ref) => ref.name.startsWith('refs/tags/')),
  };
}

async function commitOf(git: Git, name: string, run?: GitRun): Promise<string | null> {
  try {
    return (await git.text(['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`], { signal: run?.signal })).trim();
  } catch (error) {
    if (error instanceof GitTrouble && error.fault !== 'no-git') return null;
    throw error;
  }
}

/** Fields of a commit, each ended by a NUL, which no message can hold. */
export const COMMIT_FORMAT = '%H%x00%P%x00%ct%x00%s%x00%b%x00';
const FIELDS = 5;

/**
 * Every commit of every branch and tag, in one stream.
 *
 * @param run.revisions in place of all branches and tags: ids, with `^` before those that bound the walk. The bounding commits themselves are read too.
 */
export async function readGraph(
  git: Git,
  run: GitRun & { onCommits?: (read: number) => void; revisions?: readonly string[] } = {},
): Promise<CommitGraph> {
  const builder = graphBuilder();
  const decoder = new TextDecoder('utf-8');
  let rest = '';
  let fields: string[] = [];
  let read = 0;
  const take = (text: string) => {
    const pieces = (rest + text).split('\0');
    rest = pieces.pop() ?? '';
    for (const piece of pieces) {
      fields.push(piece);
      if (fields.length < FIELDS) continue;
      const [id = '', parents = '', committedAt = '', subject = '', body = ''] = fields;
      fields = [];
      builder.add({
        // rev-list puts a line `commit <id>` before each.
        sha: id.slice(id.lastIndexOf('\n') + 1),
        parents: parents === '' ? [] : parents.split(' '),
        committedAt: Number(committedAt),
        subject,
        pickedFrom: pickedFrom(body),
        bodyReferences: referencesIn(body),
      });
      if (++read % 10_000 === 0) run.onCommits?.(read);
    }
  };
  const revisions = run.revisions ? ['--boundary', ...run.revisions, '--'] : ['--branches', '--tags'];
  await git.stream(['rev-list', `--format=${COMMIT_FORMAT}`, ...revisions], (chunk) => take(decoder.decode(chunk, { stream: true })), run);
  run.onCommits?.(read);
  return builder.build();
}

/** Ids in the lines that `git cherry-pick -x` writes; the last one is the nearest source. */
export function pickedFrom(body: string): string[] {
  if (!body.includes('cherry picked from commit')) return [];
  return [...body.matchAll(/\(cherry picked from commit ([0-9a-f]{7,64})\)/g)].map((match) => match[1] ?? '');
}

/** Numbers of changes that a text names: `#123`, `!123`, and addresses that end in `/pull/123` or `/merge_requests/123`. */
export function referencesIn(text: string): number[] {
  if (text === '') return [];
  const numbers = new Set<number>();
  for (const match of text.matchAll(/(?:(?<![\w&])[#!]|\/pull\/|\/merge_requests\/)(\d{1,9})\b/g)) numbers.add(Number(match[1]));
  return [...numbers];
}

/** The number of the change that a subject says it is: the last `(#123)`, or that of `Merge pull request #123`. */
export function changeNumberOf(subject: string): number | null {
  const merged = /^Merge (?:pull|merge) request (?:#|!)(\d{1,9})\b/.exec(subject);
  const own = merged ?? /\((?:[\w.-]+\/[\w.-]+)?[#!](\d{1,9})\)\s*$/.exec(subject);
  return own ? Number(own[1]) : null;
}
