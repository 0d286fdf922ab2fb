/** What a person may name as a repository: a directory, a bundle, or an address that git reads. */
import { statSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { GitTrouble, withoutSecrets } from './client.ts';

export type Source =
  | { kind: 'directory'; path: string }
  /** `stamp` changes when the file does. */
  | { kind: 'bundle'; path: string; stamp: string }
  | { kind: 'url'; url: string };

const SCHEME = /^([a-z][a-z0-9+.-]*):\/\//i;
const PERMITTED_SCHEMES = new Set(['file', 'git', 'http', 'https', 'ssh', 'git+ssh', 'ssh+git']);
/** `user@host:path`, as scp and git write it. */
const SCP_LIKE = /^(?:[\w.-]+@)?[\w.-]+:(?!\/\/|:)/;
const BUNDLE_HEADERS = ['# v2 git bundle\n', '# v3 git bundle\n'];

/**
 * @param repo as the person wrote it; a relative path is relative to the working directory
 * Refuses (GitTrouble) a missing path, a file that is no bundle, and addresses that would make git run a command (`ext::…`).
 */
export async function sourceOf(repo: string): Promise<Source> {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (repo.trim() === '' || /[\u0000-\u001f\u007f]/.test(repo))
    throw new GitTrouble('missing-path', 'git: name a repository: a directory, a bundle or an address');
  const scheme = SCHEME.exec(repo)?.[1]?.toLowerCase();
  if (scheme === 'file') return onDisk(fileURLToPath(repo));
  if (scheme !== undefined) {
    if (!PERMITTED_SCHEMES.has(scheme))
      throw new GitTrouble(
        'refused',
        `git: addresses that begin with ${scheme}: are not permitted (permitted: a path, file, git, http, https, ssh)`,
      );
    return { kind: 'url', url: repo };
  }
  if (repo.includes('::'))
    throw new GitTrouble(
      'refused',
      `git: "${repo}" names a transport helper; those run commands and are not permitted (permitted: a path, file, git, http, https, ssh)`,
    );
  if (SCP_LIKE.test(repo) && !(await exists(repo))) {
    if (repo.startsWith('-')) throw new GitTrouble('refused', `git: "${repo}" begins with a dash; a host name does not`);
    return { kind: 'url', url: repo };
  }
  return onDisk(repo);
}

/** The source in words that may be shown: without user names and passwords. */
export function nameOf(source: Source): string {
  return source.kind === 'url' ? withoutSecrets(source.url) : source.path;
}

/** What git is given; a path is absolute, so that it cannot be taken for an option or an address. */
export function addressOf(source: Source): string {
  return source.kind === 'url' ? source.url : source.path;
}

/** Whether `repo` names a file, which among repositories only a bundle is. Answers at once, because what a connection can do must be known when it is made. */
export function looksLikeBundle(repo: string): boolean {
  return statSync(path.resolve(repo.replace(/^file:\/\//i, '')), { throwIfNoEntry: false })?.isFile() ?? /\.bundle$/i.test(repo);
}

async function onDisk(name: string): Promise<Source> {
  const full = path.resolve(name);
  const found = await stat(full).catch((error: NodeJS.ErrnoException) => error);
  if (found instanceof Error) {
    if (found.code === 'EACCES') throw new GitTrouble('missing-path', `git: ${full} cannot be read: permission denied`);
    throw new GitTrouble('missing-path', `git: there is nothing at ${full}`);
  }
  if (found.isDirectory()) return { kind: 'directory', path: full };
  if (!found.isFile()) throw new GitTrouble('not-a-repository', `git: ${full} is neither a directory nor a bundle`);
  const file = await open(full);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(16), 0, 16, 0);
    const header = buffer.subarray(0, bytesRead).toString('latin1');
    if (!BUNDLE_HEADERS.includes(header))
      throw new GitTrouble('not-a-repository', `git: ${full} is a file but no git bundle (made with: git bundle create FILE --all)`);
  } finally {
    await file.close();
  }
  return { kind: 'bundle', path: full, stamp: `${found.size}:${found.mtimeMs}:${found.ino}` };
}

async function exists(name: string): Promise<boolean> {
  return stat(name).then(
    () => true,
    () => false,
  );
}
