/** The port `gitHost` on the git binary: each question is one or two plumbing commands in the mirror, which is brought up to date first. */
import { createHash } from 'node:crypto';
import type { Grammar } from '#domain/history/analysis.ts';
import type { Instant } from '#domain/time.ts';
import { categoryOf } from '#domain/changes/category.ts';
import type { GitBranch, GitCherryPick, GitCommit, GitCut, GitHost, GitTag } from '#ports/git-host.ts';
import { analyseRepository } from './analyse.ts';
import { originFinder } from './backports.ts';
import { instantOfSeconds, shownText } from './plain.ts';
import type { Origin } from './backports.ts';
import { commitId, GitTrouble } from './client.ts';
import type { GitRun } from './client.ts';
import { branchReader, tagReader } from './grammar.ts';
import { trunkOf } from './graph.ts';
import type { CommitGraph } from './graph.ts';
import { readGraph, readRefs } from './history.ts';
import type { Ref } from './history.ts';
import { openMirror, openOwn } from './mirror.ts';
import type { Opened } from './mirror.ts';
import { ownershipAt } from './ownership.ts';
import { emptyMemory, samePatches } from './patches.ts';
import { grammarOf } from './settings.ts';
import type { GitSettings, GitTools } from './settings.ts';
import { detectTrunk } from './trunk.ts';
import { writersOf } from './writers.ts';

/** Questions that follow each other this fast see the same state of the source: one look serves them all. */
const LOOK_LASTS_MS = 2000;

/**
 * The port for one repository. Without `settings.write`, or on a bundle, the writers are not on the object.
 * Throws GitTrouble: `no-such-ref` for a branch or commit that is not there, and whatever keeps the source from being read.
 */
export function gitHost(settings: GitSettings, tools: GitTools): GitHost {
  const grammar = grammarOf(settings);
  const run: GitRun = { signal: tools.signal };
  const look = looker(settings, tools);

  const readers: GitHost = {
    async branchHeads() {
      const { refs, trunk } = await look();
      const isRelease = branchReader(grammar);
      return refs.branches.map((ref): GitBranch => {
        const name = shortName(ref);
        return {
          name,
          head: ref.sha,
          headAt: instantOf(ref.at),
          trunk: ref.name === trunk.name,
          version: ref.name === trunk.name ? null : (isRelease(name)?.label ?? null),
        };
      });
    },

    async unreadable() {
      return (await look()).mirror.unreadable;
    },

    async cutOf(branch) {
      const seen = await look();
      return cutOfBranch(seen, branchNamed(seen, branch), settings.cutPolicy ?? 'first-parent', run);
    },

    async commitsSince({ cut, branch }) {
      const seen = await look();
      return commitsOf(seen, branchNamed(seen, branch), commitId(cut), run);
    },

    async missingFrom({ commit, branch }) {
      const { mirror, ...seen } = await look();
      const listing = await mirror.git.text(
        ['rev-list', '--reverse', '--topo-order', branchNamed({ mirror, ...seen }, branch).sha, `^${commitId(commit)}`, '--'],
        run,
      );
      return listing.split('\n').filter((line) => line !== '');
    },

    async cherryPicks({ branch, cut }) {
      const seen = await look();
      const ref = branchNamed(seen, branch);
      const from = cut === undefined ? (await cutOfBranch(seen, ref, settings.cutPolicy ?? 'first-parent', run))?.sha : commitId(cut);
      if (from === undefined) return [];
      const { graph, origins } = await originsOf(seen, ref, from, run);
      return [...origins].flatMap(([commit, origin]) => (origin ? [cherryPick(graph, commit, origin)] : []));
    },

    async tags() {
      const { refs } = await look();
      const read = tagReader(grammar);
      return refs.tags.map((ref): GitTag => {
        const name = ref.name.slice('refs/tags/'.length);
        const said = read(name);
        return {
          name,
          sha: ref.sha,
          at: instantOf(ref.at),
          annotated: ref.annotated,
          version: said?.label ?? null,
          kind: said?.kind ?? null,
          number: said?.number ?? null,
        };
      });
    },

    async ownership(asked) {
      const { mirror, trunk } = await look();
      return ownershipAt(mirror.git, trunk.sha, asked, run);
    },

    async history(window) {
      return analyseRepository({
        repo: settings.repo,
        token: settings.token,
        reach: tools.reach,
        dataDir: tools.dataDir,
        grammar,
        window,
        signal: tools.signal,
        onProgress: tools.onProgress,
      });
    },
  };
  return { ...readers, ...(settings.write ? writersOf(settings, tools) : {}) };
}

type Seen = { mirror: Opened; refs: { branches: Ref[]; tags: Ref[] }; trunk: Ref };

function looker(settings: GitSettings, tools: GitTools): () => Promise<Seen> {
  let last: { at: number; refsKey: string | null; seen: Promise<Seen> } | null = null;
  const grammar = grammarOf(settings);
  let trunkOfKey: { key: string; name: string } | null = null;

  async function look(): Promise<Seen> {
    const mirror = tools.own
      ? await openOwn(settings.repo)
      : await openMirror({
          repo: settings.repo,
          token: settings.token,
          reach: tools.reach,
          dataDir: tools.dataDir,
          signal: tools.signal,
          onProgress: tools.onProgress,
        });
    const refs = await readRefs(mirror.git, { signal: tools.signal });
    const names = refs.branches
      .map((ref) => ref.name)
      .sort()
      .join('\n');
    const key = `${mirror.head}\n${names}`;
    const found = trunkOfKey?.key === key ? refs.branches.find((ref) => ref.name === trunkOfKey?.name) : undefined;
    const trunk = found ?? (await findTrunk(mirror, refs, grammar, { signal: tools.signal }));
    trunkOfKey = { key, name: trunk.name };
    return { mirror, refs, trunk };
  }

  return () => {
    const now = performance.now();
    if (last && now - last.at < LOOK_LASTS_MS) return last.seen;
    const seen = look();
    const mine = { at: now, refsKey: null, seen };
    last = mine;
    // A look that failed is not remembered.
    seen.catch(() => {
      if (last === mine) last = null;
    });
    return seen;
  };
}

/** The trunk by its given name, or HEAD where that settles it; only otherwise the whole graph is read for evidence. */
async function findTrunk(mirror: Opened, refs: { branches: Ref[]; tags: Ref[] }, grammar: Grammar, run: GitRun): Promise<Ref> {
  if (grammar.trunk !== undefined) {
    const named = refs.branches.find((ref) => shortName(ref) === grammar.trunk || ref.name === grammar.trunk);
    if (!named)
      throw new GitTrouble(
        'no-such-ref',
        `git: there is no branch "${grammar.trunk}" to be the trunk (there are: ${refs.branches.slice(0, 8).map(shortName).join(', ')})`,
      );
    return named;
  }
  const rivals = refs.branches.filter(
    (ref) => ref.name !== mirror.head && /^(?:main|master|trunk|develop|development|dev|mainline|default)$/i.test(shortName(ref)),
  );
  const head = refs.branches.find((ref) => ref.name === mirror.head);
  if (head && rivals.length === 0 && branchReader(grammar)(shortName(head)) === null) return head;
  return detectTrunk(await readGraph(mirror.git, run), refs, grammar, mirror.head).ref;
}

/** The branch point, by the same definitions as `cutOf` in cuts.ts, asked of git so that nothing of the history has to be held in memory. */
async function cutOfBranch(
  { mirror, trunk }: Seen,
  branch: Ref,
  policy: 'first-parent' | 'merge-base',
  run: GitRun,
): Promise<GitCut | null> {
  const { git } = mirror;
  const base = (await git.text(['merge-base', trunk.sha, branch.sha], run).catch(noneIfUnrelated)).trim();
  if (base === '') return null;
  const chain = new Set((await git.text(['rev-list', '--first-parent', trunk.sha, '--'], run)).split('\n'));
  const cut = async (sha: string, method: GitCut['method']): Promise<GitCut> => ({
    sha,
    at: await dateOfCommit(mirror, sha, run),
    method,
    inferred: true,
  });
  if (chain.has(branch.sha)) return cut(branch.sha, 'tag-on-trunk');
  if (base !== branch.sha && policy === 'merge-base') return cut(base, 'merge-base');
  const walk = (await git.text(['rev-list', '--first-parent', branch.sha, '--'], run)).split('\n');
  const fork = walk.find((sha) => sha !== '' && chain.has(sha));
  return fork === undefined || fork === base ? cut(base, 'merge-base') : cut(fork, 'first-parent-fork');
}

/** `git merge-base` ends with 1 and says nothing when there is no common commit. */
function noneIfUnrelated(error: unknown): string {
  if (error instanceof GitTrouble && error.fault === 'failed' && /ended with 1 \(no message\)/.test(error.message)) return '';
  throw error;
}

async function dateOfCommit(mirror: Opened, sha: string, run: GitRun): Promise<Instant> {
  const text = await mirror.git.text(['rev-list', '--no-walk', '--format=%ct', sha, '--'], run);
  return instantOf(Number(text.split('\n')[1]));
}

const DETAILS = '%H%x00%P%x00%ct%x00%at%x00%an%x00%ae%x00%s%x00%(trailers:only,unfold)%x00';
const DETAIL_FIELDS = 8;

async function commitsOf(seen: Seen, branch: Ref, cut: string, run: GitRun): Promise<GitCommit[]> {
  const text = await seen.mirror.git.text(
    ['rev-list', '--reverse', '--topo-order', `--format=${DETAILS}`, branch.sha, `^${cut}`, '--'],
    run,
  );
  const fields = text.split('\0');
  if (fields.length <= 1) return [];
  const { graph, origins } = await originsOf(seen, branch, cut, run);
  const commits: GitCommit[] = [];
  for (let at = 0; at + DETAIL_FIELDS <= fields.length; at += DETAIL_FIELDS) {
    const [id = '', parents = '', committed = '', authored = '', author = '', address = '', subject = '', trailers = ''] = fields.slice(
      at,
      at + DETAIL_FIELDS,
    );
    const sha = id.slice(id.lastIndexOf('\n') + 1);
    const index = graph.indexOf(sha);
    const origin = index === undefined ? null : (origins.get(index) ?? null);
    commits.push({
      sha,
      at: instantOf(Number(committed)),
      authoredAt: instantOf(Number(authored)),
      subject: shownText(subject.trim()),
      author: shownText(author),
      authorId: createHash('sha256').update(address.trim().toLowerCase()).digest('hex').slice(0, 12),
      category: categoryOf(subject),
      origin: origin && {
        sha: origin.commit < 0 ? origin.unresolved : graph.sha(origin.commit),
        reference: referenceOf(origin),
        evidence: origin.evidence,
      },
      trailers: trailersIn(trailers),
      parents: parents === '' ? 0 : parents.split(' ').length,
    });
  }
  return commits;
}

/** The origins of a branch's commits since its cut. Only what trunk and the branch have done since is read; the cut itself bounds it. */
async function originsOf(
  seen: Seen,
  branch: Ref,
  cut: string,
  run: GitRun,
): Promise<{ graph: CommitGraph; origins: Map<number, Origin | null> }> {
  const { git } = seen.mirror;
  const graph = await readGraph(git, { ...run, revisions: [seen.trunk.sha, branch.sha, `^${cut}`] });
  const listing = await git.text(['rev-list', '--reverse', '--topo-order', branch.sha, `^${cut}`, '--'], run);
  const ours = listing
    .split('\n')
    .map((sha) => graph.indexOf(sha))
    .filter((commit) => commit !== undefined);
  const tip = graph.indexOf(seen.trunk.sha);
  if (tip === undefined || ours.length === 0) return { graph, origins: new Map() };
  const trunk = trunkOf(graph, tip);
  const release = new Set(ours);
  const theirs = trunk.commits().filter((commit) => !release.has(commit));
  const same = await samePatches(git, graph, ours, theirs, emptyMemory(), run);
  const find = originFinder(graph, trunk, release, same);
  return { graph, origins: new Map(ours.map((commit) => [commit, find(commit)])) };
}

function cherryPick(graph: CommitGraph, commit: number, origin: Origin): GitCherryPick {
  const known = origin.commit >= 0;
  return {
    sha: graph.sha(commit),
    subject: shownText(graph.subject(commit).trim()),
    at: instantOf(graph.committedAt(commit)),
    trunkSha: known ? graph.sha(origin.commit) : null,
    trunkAt: known ? instantOf(graph.committedAt(origin.commit)) : null,
    reference: referenceOf(origin),
    evidence: origin.evidence,
    direction: known ? (graph.committedAt(origin.commit) <= graph.committedAt(commit) ? 'backport' : 'forward-port') : null,
  };
}

function referenceOf(origin: Origin): string | null {
  return origin.reference === null ? null : `#${origin.reference}`;
}

function trailersIn(text: string): { key: string; value: string }[] {
  return text.split('\n').flatMap((line) => {
    const at = line.indexOf(':');
    return at > 0 ? [{ key: line.slice(0, at).trim(), value: line.slice(at + 1).trim() }] : [];
  });
}

function branchNamed({ refs, mirror }: Pick<Seen, 'refs' | 'mirror'>, branch: string): Ref {
  // a branch may itself be called refs/heads/x: its short name goes first
  const ref = refs.branches.find((one) => shortName(one) === branch) ?? refs.branches.find((one) => one.name === branch);
  if (ref) return ref;
  const near = refs.branches.slice(0, 8).map(shortName).join(', ');
  throw new GitTrouble(
    'no-such-ref',
    `git: there is no branch "${branch}" in ${mirror.source.kind === 'url' ? 'the repository' : mirror.source.path} (there are: ${near}${refs.branches.length > 8 ? ', …' : ''})`,
  );
}

function shortName(ref: Ref): string {
  return ref.name.slice('refs/heads/'.length);
}

function instantOf(seconds: number): Instant {
  return instantOfSeconds(seconds);
}
