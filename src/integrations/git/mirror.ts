/** A bare copy of a repository in the data directory, brought up to date before it is read. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import path from 'node:path';
import { ensureConfig, git, GitTrouble, OF_THE_SOURCE_ITSELF } from './client.ts';
import type { Git, GitFault } from './client.ts';
import { writeWhole } from './files.ts';
import { addressOf, nameOf, sourceOf } from './source.ts';
import type { Source } from './source.ts';
import { routeTo } from './route.ts';
import type { Route } from './route.ts';
import type { Unreadable } from '#domain/history/analysis.ts';
import type { Reach } from '#ports/integration.ts';

export type Mirror = {
  source: Source;
  gitDir: string;
  git: Git;
  /** Changes exactly when a branch, a tag or HEAD of the source does. */
  refsKey: string;
  /** The full name of the branch that the source's HEAD names, where it says so. */
  head: string | null;
  /** Branches and tags that are not in the mirror, because the source cannot give what they lead to. */
  unreadable: readonly Unreadable[];
  /** Whether this opening brought anything new. */
  news: boolean;
  /** Lends a git in the mirror that can show the token to the source, and how it gets there: for pushing. */
  atSource<T>(work: (git: Git, route: Route) => Promise<T>): Promise<T>;
};

/** What is asked of a repository to read it: a mirror has it, and a repository of our own has it without one. */
export type Opened = Pick<Mirror, 'source' | 'gitDir' | 'git' | 'head' | 'unreadable'>;

export type OpenMirror = {
  repo: string;
  /** Where it may go; left out: everywhere. */
  reach?: Reach;
  /** Mirrors live in `<dataDir>/mirrors/<hash>`. */
  dataDir: string;
  /** Shown to an http or https source that asks who we are. */
  token?: string;
  onProgress?: (line: string) => void;
  signal?: AbortSignal;
  /** The most bytes of one pack; 20 GB when not said. */
  mostFileBytes?: number;
};

const MOST_FILE_BYTES = 20 * 2 ** 30;

/** What was true when the mirror was last brought up to date; kept beside its objects. */
type State = { refsKey: string; head: string | null; stamp: string | null; unreadable: readonly Unreadable[] };

/** A branch or tag by its full name, as the source lists it. */
type RemoteRef = { name: string; sha: string };
type Remote = { refsKey: string; head: string | null; format: 'sha1' | 'sha256'; refs: readonly RemoteRef[] };

const REFSPECS = ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*'];
/** Longer than git holds a lock on refs: one that is still there was left by a process that died. */
const LOCK_PATIENCE_MS = 3000;
const LOCK_PAUSE_MS = 200;
const LOCK_PATIENCE_LOOKS = 6;
/** How many mirrors are tried: the one that is there, one made anew, and as many again where another process takes them away. */
const MOST_MIRRORS = 4;
const STATE_FILE = 'signalbox.json';

/** One opening at a time for each mirror in this process: two fetches into one directory would trip over each other's locks. */
const openings = new Map<string, Promise<unknown>>();

/**
 * Opens the mirror of a repository, fetching what is new (with prune). Without news nothing is fetched: for a bundle its size and time are compared,
 * else the answer of one `ls-remote`. The first import also writes a commit-graph, which makes walks several times faster.
 */
export async function openMirror(options: OpenMirror): Promise<Mirror> {
  const source = await sourceOf(options.repo);
  const gitDir = path.join(
    path.resolve(options.dataDir),
    'mirrors',
    createHash('sha256').update(addressOf(source)).digest('hex').slice(0, 24),
  );
  const before = openings.get(gitDir) ?? Promise.resolve();
  const opening = before.catch(() => {}).then(() => refresh(source, gitDir, options));
  openings.set(gitDir, opening);
  try {
    return await opening;
  } finally {
    if (openings.get(gitDir) === opening) openings.delete(gitDir);
  }
}

/**
 * Opens a bare repository that this program made itself and alone writes to, where it lies: nothing in it came from elsewhere, so that there is nothing to be kept from,
 * and nothing to fetch.
 */
export async function openOwn(repo: string): Promise<Opened> {
  const source = await sourceOf(repo);
  const gitDir = addressOf(source);
  const [, head = null] = /^ref: (\S+)\s*$/.exec(await readFile(path.join(gitDir, 'HEAD'), 'utf8')) ?? [];
  return { source, gitDir, git: git({ gitDir }), head, unreadable: [] };
}

/**
 * Brings the mirror up to date. Another process may be at the same mirror: git's own locks then make one of the two fail, and it looks again a moment later. A mirror is
 * only a copy, so one that git cannot bring up to date (a full disk, a killed process) is made anew; whoever was at it too finds it gone, and makes it anew as well.
 */
async function refresh(source: Source, gitDir: string, options: OpenMirror): Promise<Mirror> {
  let patience = newPatience();
  for (let mirrors = 1; ;) {
    const which = await whichIsThere(gitDir);
    try {
      return await refreshOnce(source, gitDir, options);
    } catch (error) {
      if (options.signal?.aborted || !(await isOfMirror(error, gitDir))) throw error;
      const isLocked = error instanceof FetchTrouble && error.fault === 'locked';
      if (isLocked && patience.holds()) {
        await setTimeout(LOCK_PAUSE_MS);
        continue;
      }
      if (mirrors === MOST_MIRRORS) throw error;
      mirrors += 1;
      patience = newPatience();
      // One that another process has made meanwhile may be whole: it is not taken away.
      if (which !== null && which === (await whichIsThere(gitDir))) await takeAway(gitDir);
    }
  }
}

/** Tells a mirror from another that takes its place; null where there is none. */
async function whichIsThere(gitDir: string): Promise<string | null> {
  return stat(gitDir).then(
    ({ ino, birthtimeMs }) => `${ino} ${birthtimeMs}`,
    () => null,
  );
}

/** Whether the trouble may be that of this mirror, and not of the source or the machine. */
async function isOfMirror(error: unknown, gitDir: string): Promise<boolean> {
  if (error instanceof FetchTrouble) return !OF_THE_SOURCE.has(error.fault);
  // Taken away by another process between the fetch and what is written down of it.
  return !(error instanceof GitTrouble) && isMissing(error) && !(await isThere(gitDir));
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

/** For so long, and for so many looks: on a machine under load one look takes as long as many do at rest. */
function newPatience(): { holds(): boolean } {
  const ends = performance.now() + LOCK_PATIENCE_MS;
  let looks = 0;
  return {
    holds() {
      looks += 1;
      return looks < LOCK_PATIENCE_LOOKS || performance.now() < ends;
    },
  };
}

/** By one rename: nobody finds half of it. */
async function takeAway(gitDir: string): Promise<void> {
  const away = `${gitDir}.${randomUUID()}`;
  try {
    await rename(gitDir, away);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  await rm(away, { recursive: true, force: true });
}

async function refreshOnce(source: Source, gitDir: string, options: OpenMirror): Promise<Mirror> {
  const configFile = await ensureConfig(path.dirname(gitDir));
  const inMirror = git({ gitDir, configFile });
  const known = await readState(gitDir);
  const stamp = source.kind === 'bundle' ? source.stamp : null;
  const mirror = (state: State, news: boolean): Mirror => ({
    source,
    gitDir,
    git: inMirror,
    refsKey: state.refsKey,
    head: state.head,
    unreadable: state.unreadable,
    news,
    atSource: (work) =>
      withToken(source, gitDir, configFile, options.token, route, (file) =>
        work(git({ gitDir, configFile: file, before: route.before }), route),
      ),
  });
  const route = await named(source, routeTo(source, options.reach));
  if (known && stamp !== null && known.stamp === stamp) return mirror(known, false);

  const remote = await listRemote(source, gitDir, configFile, route, options);
  if (known && known.refsKey === remote.refsKey && !(await mayBeMended(known, gitDir))) {
    if (known.stamp !== stamp) await writeState(gitDir, { ...known, stamp });
    return mirror(known, false);
  }
  const unreadable = await fetched(source, gitDir, configFile, remote, known === null, route, options);
  const state: State = { refsKey: remote.refsKey, head: remote.head, stamp, unreadable };
  if (await isLongSincePacked(gitDir)) {
    // Optimisations only: a mirror without them answers the same, more slowly.
    await inMirror.text(['pack-refs', '--all'], { signal: options.signal }).catch(() => {});
    await inMirror.text(['commit-graph', 'write', '--reachable', '--split', '--no-progress'], { signal: options.signal }).catch(() => {});
  }
  await writeState(gitDir, state);
  return mirror(state, true);
}

const MENDED_AFTER_MS = 600_000;

/** What could not be read may have been mended without a branch that moved: it is tried again now and then. */
async function mayBeMended({ unreadable }: State, gitDir: string): Promise<boolean> {
  return unreadable.length > 0 && Date.now() - (await stat(path.join(gitDir, STATE_FILE))).mtimeMs > MENDED_AFTER_MS;
}

const PACKED_EVERY_MS = 3_600_000;

/** What little came in since the first import, or in the last hour, is found as fast without being packed. */
async function isLongSincePacked(gitDir: string): Promise<boolean> {
  return stat(path.join(gitDir, 'packed-refs')).then(
    ({ mtimeMs }) => Date.now() - mtimeMs > PACKED_EVERY_MS,
    () => true,
  );
}

/** Trouble that came up between source and mirror, after the source had answered. */
class FetchTrouble extends GitTrouble {}

/** Faults that another mirror would have as well. */
const OF_THE_SOURCE: ReadonlySet<GitFault> = new Set([
  'unreachable',
  'auth-needed',
  'incomplete-bundle',
  'refused',
  'no-git',
  'empty',
  'too-large',
  'missing-path',
  'damaged',
]);

/** How often a repository is asked for parts of itself, to find those that it cannot give. */
const MOST_PARTS = 60;

/**
 * Fetches what is new. Where the source cannot give what some branches or tags lead to (objects that it lacks, names that git refuses), the others are fetched without them, and
 * those are told with what git said. Throws where nothing can be read, or not what HEAD names, which trunk is told by.
 *
 * @param isFresh nothing is in the mirror yet: what does not hold together came from the source
 */
async function fetched(
  source: Source,
  gitDir: string,
  configFile: string,
  remote: Remote,
  isFresh: boolean,
  route: Route,
  options: OpenMirror,
): Promise<readonly Unreadable[]> {
  options.onProgress?.(`reading ${nameOf(source)}`);
  const run = { onProgress: options.onProgress, signal: options.signal, mostFileBytes: options.mostFileBytes ?? MOST_FILE_BYTES };
  const bring = (which: readonly string[], refspecs: readonly RemoteRef[] | null): Promise<string> =>
    named(
      source,
      withToken(source, gitDir, configFile, options.token, route, (file) =>
        git({ gitDir, configFile: file, before: route.before }).text(
          [
            'fetch',
            ...route.fetches,
            '--progress',
            '--force',
            '--no-tags',
            '--no-auto-maintenance',
            '--no-write-fetch-head',
            '--no-recurse-submodules',
            // A shallow clone (CI makes them) has its boundary too; without this its refs would be turned away.
            '--update-shallow',
            ...(refspecs === null ? ['--prune'] : ['--stdin']),
            '--end-of-options',
            route.address,
            ...which,
          ],
          refspecs === null ? run : { ...run, input: refspecs.map(({ name }) => `+${name}:${name}\n`).join('') },
        ),
      ),
    );
  try {
    await ensureBare(gitDir, configFile, remote.format);
    const nowhere = remote.refs.filter(({ sha }) => /^0+$/.test(sha));
    if (nowhere.length === 0) {
      try {
        await bring(REFSPECS, null);
        return [];
      } catch (error) {
        if (!(isFresh ? isDamaged(error) : isDamagedThere(error))) throw error;
      }
    }
    return await fetchedInParts(source, gitDir, configFile, remote, nowhere, (refs) => bring([], refs));
  } catch (error) {
    throw error instanceof GitTrouble ? new FetchTrouble(error.fault, error.message, { cause: error }) : error;
  }
}

const isDamaged = (error: unknown): error is GitTrouble => error instanceof GitTrouble && error.fault === 'damaged';
/** Damaged by the source's own word, and not perhaps by what is in the mirror. */
const isDamagedThere = (error: unknown): boolean => isDamaged(error) && OF_THE_SOURCE_ITSELF.test(error.message);

async function fetchedInParts(
  source: Source,
  gitDir: string,
  configFile: string,
  remote: Remote,
  nowhere: readonly RemoteRef[],
  bring: (refs: readonly RemoteRef[]) => Promise<string>,
): Promise<readonly Unreadable[]> {
  const unreadable: Unreadable[] = nowhere.map(({ name }) => ({
    ref: name,
    because: 'its name is none that git permits, or it names no commit',
  }));
  const parts: RemoteRef[][] = [remote.refs.filter((ref) => !nowhere.includes(ref))];
  const read = new Set<string>();
  for (let tried = 0; parts.length > 0; tried++) {
    const part = parts.pop() ?? [];
    if (part.length === 0) continue;
    if (tried === MOST_PARTS)
      throw new GitTrouble(
        'damaged',
        `${nameOf(source)}: more of its branches and tags cannot be read than are looked for. Right would be a repository that "git fsck" finds whole`,
      );
    try {
      await bring(part);
      for (const { name } of part) read.add(name);
    } catch (error) {
      if (!isDamaged(error)) throw error;
      const [, lacking] = /not our ref ([0-9a-f]{40,64})/.exec(error.message) ?? [];
      const isLacking = ({ sha }: RemoteRef): boolean => sha === lacking || part.length === 1;
      const lost = part.filter(isLacking);
      for (const { name, sha } of lost)
        unreadable.push({
          ref: name,
          because:
            sha === lacking ? `the repository lacks what it leads to, ${sha.slice(0, 12)}` : 'something that it leads to cannot be read',
        });
      const rest = part.filter((ref) => !isLacking(ref));
      const half = lost.length > 0 ? rest.length : Math.ceil(rest.length / 2);
      parts.push(rest.slice(0, half), rest.slice(half));
    }
  }
  const [first] = unreadable;
  const trunk = unreadable.find(({ ref }) => ref === remote.head && !read.has(ref));
  if (first !== undefined && (trunk !== undefined || ![...read].some((name) => name.startsWith('refs/heads/'))))
    throw new GitTrouble(
      'damaged',
      `${nameOf(source)}: ${(trunk ?? first).ref} cannot be read: ${(trunk ?? first).because}. Right would be a repository that "git fsck" finds whole`,
    );
  await removeOthers(gitDir, configFile, read);
  return unreadable;
}

/** Takes out of the mirror what the source does not have any more, and what cannot be read there now: nothing old is shown as if it were so. */
async function removeOthers(gitDir: string, configFile: string, kept: ReadonlySet<string>): Promise<void> {
  const inMirror = git({ gitDir, configFile });
  const there = (await inMirror.text(['for-each-ref', '--format=%(refname)', 'refs/heads', 'refs/tags'])).split('\n');
  const others = there.filter((name) => name !== '' && !kept.has(name));
  if (others.length > 0)
    await inMirror.text(['update-ref', '--stdin', '-z'], { input: others.map((name) => `delete ${name}\0\0`).join('') });
}

/**
 * Runs work with a configuration that shows the token to the source's own host and to no other. It is a file for as long as the work lasts, readable by this user only: on a command
 * line every user of the machine could read it.
 */
async function withToken<T>(
  source: Source,
  gitDir: string,
  configFile: string,
  token: string | undefined,
  route: Route,
  work: (configFile: string) => Promise<T>,
): Promise<T> {
  if (token === undefined || source.kind !== 'url' || !/^https?:/i.test(source.url)) return work(configFile);
  const { origin } = new URL(route.address);
  // where the source sent us on to another host, that host gets no token
  if (origin !== new URL(source.url).origin) return work(configFile);
  const basic = Buffer.from(`git:${token}`).toString('base64');
  const file = `${gitDir}.${randomUUID()}.gitconfig`;
  try {
    await writeFile(
      file,
      `[include]\n\tpath = ${path.basename(configFile)}\n[http "${origin}/"]\n\textraHeader = Authorization: Basic ${basic}\n`,
      { mode: 0o600 },
    );
    return await work(file);
  } finally {
    await rm(file, { force: true });
  }
}

/** Branches, tags and HEAD as the source has them now, digested to one key. */
async function listRemote(source: Source, gitDir: string, configFile: string, route: Route, options: OpenMirror): Promise<Remote> {
  const listing = await named(
    source,
    withToken(source, gitDir, configFile, options.token, route, (file) =>
      git({ configFile: file, before: route.before }).text(
        ['ls-remote', ...route.fetches, '--quiet', '--symref', '--end-of-options', route.address, 'HEAD', 'refs/heads/*', 'refs/tags/*'],
        { signal: options.signal },
      ),
    ),
  );
  const lines = listing.split('\n').filter((line) => line !== '');
  let head: string | null = null;
  let headSha: string | null = null;
  const refs: RemoteRef[] = [];
  for (const line of lines) {
    const [left = '', name = ''] = line.split('\t');
    if (left.startsWith('ref: ')) {
      if (name === 'HEAD') head = left.slice('ref: '.length);
    } else if (name === 'HEAD') headSha = left;
    // what an annotated tag leads to has a line of its own
    else if (!name.endsWith('^{}')) refs.push({ name, sha: left });
  }
  const branches = refs.filter(({ name }) => name.startsWith('refs/heads/'));
  if (branches.length === 0) throw new GitTrouble('empty', `git: ${nameOf(source)} has no branch with a commit`);
  if (head !== null && !branches.some((branch) => branch.name === head)) head = null;
  if (head === null && headSha !== null) {
    // A bundle says which commit HEAD was, not which branch; one branch there settles it.
    const there = branches.filter((branch) => branch.sha === headSha);
    head = there.length === 1 ? (there[0]?.name ?? null) : null;
  }
  return {
    refsKey: createHash('sha256').update(lines.sort().join('\n')).digest('hex'),
    head,
    format: branches[0]?.sha.length === 64 ? 'sha256' : 'sha1',
    refs,
  };
}

async function isThere(gitDir: string): Promise<boolean> {
  return stat(path.join(gitDir, 'HEAD')).then(
    () => true,
    () => false,
  );
}

/** The mirror appears whole, by one rename: another process would take one that is only half made for damaged. */
async function ensureBare(gitDir: string, configFile: string, format: 'sha1' | 'sha256'): Promise<void> {
  if (await isThere(gitDir)) return;
  const draft = `${gitDir}.${randomUUID()}`;
  try {
    await mkdir(draft, { recursive: true });
    // An empty template: nothing of the machine's templates (hooks among them) comes in.
    await git({ configFile }).text(['init', '--bare', '--quiet', '--template=', `--object-format=${format}`, '--', draft]);
    await rename(draft, gitDir).catch(async (error: unknown) => {
      // Another process was first; or what stands there is no repository.
      if (await isThere(gitDir)) return;
      if (isMissing(error)) throw error;
      await takeAway(gitDir);
      await rename(draft, gitDir);
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Adds the repository's name to git's trouble with it. */
async function named<T>(source: Source, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof GitTrouble) throw new GitTrouble(error.fault, `${nameOf(source)}: ${error.message}`, { cause: error });
    throw error;
  }
}

async function readState(gitDir: string): Promise<State | null> {
  try {
    const state = JSON.parse(await readFile(path.join(gitDir, STATE_FILE), 'utf8')) as Partial<State>;
    if (typeof state.refsKey !== 'string') return null;
    return { refsKey: state.refsKey, head: state.head ?? null, stamp: state.stamp ?? null, unreadable: state.unreadable ?? [] };
  } catch {
    return null;
  }
}

async function writeState(gitDir: string, state: State): Promise<void> {
  await writeWhole(path.join(gitDir, STATE_FILE), JSON.stringify(state));
}
