/** Making branches and tags. Nothing is ever moved, overwritten or deleted: git itself is told to expect that the name is free. */
import type { GitHost } from '#ports/git-host.ts';
import { done, refused } from '#ports/outcome.ts';
import type { Outcome } from '#ports/outcome.ts';
import { commitId, git, GitTrouble, withoutSecrets } from './client.ts';
import type { Git } from './client.ts';
import { guardOf } from './guards.ts';
import { openMirror, openOwn } from './mirror.ts';
import type { Mirror } from './mirror.ts';
import { looksLikeBundle, sourceOf } from './source.ts';
import type { GitSettings, GitTools } from './settings.ts';

/** The writers of a source that can be written; none for a bundle, which is a file of what once was. */
export function writersOf(settings: GitSettings, tools: GitTools): Pick<GitHost, 'ensureBranch' | 'ensureTag'> {
  if (looksLikeBundle(settings.repo)) return {};
  return {
    ensureBranch: ({ name, at }) => ensureRef(settings, tools, { kind: 'branch', ref: `refs/heads/${name}`, name, at }),
    ensureTag: ({ name, at }) => ensureRef(settings, tools, { kind: 'tag', ref: `refs/tags/${name}`, name, at }),
  };
}

type Wanted = { kind: 'branch' | 'tag'; ref: string; name: string; at: string };

async function ensureRef(settings: GitSettings, tools: GitTools, wanted: Wanted): Promise<Outcome> {
  const run = { signal: tools.signal };
  const plain = git();
  const wellFormed = await plain.text(['check-ref-format', wanted.ref], run).then(
    () => true,
    (error: unknown) => {
      if (error instanceof GitTrouble && error.fault === 'failed') return false;
      throw error;
    },
  );
  if (!wellFormed)
    return refused(
      `"${wanted.name}" is no name that git permits for a ${wanted.kind}`,
      'a name without spaces, "..", "~", "^", ":", "?", "*", "[" or a closing ".lock"',
    );
  const asked = commitId(wanted.at);
  const mirror = tools.own ? null : await mirrorOf(settings, tools);
  const { git: there } = mirror ?? (await openOwn(settings.repo));
  const commit = await there.text(['rev-parse', '--verify', '--quiet', '--end-of-options', `${asked}^{commit}`], run).then(
    (text) => text.trim(),
    () => null,
  );
  if (commit === null) return refused(`the repository has no commit ${asked}`, 'a commit that was pushed before');

  const stands = await standing(there, wanted.ref, run);
  if (stands !== null) return standsAlready(there, wanted, commit, stands, run);
  const source = await sourceOf(settings.repo);
  const guard = source.kind === 'directory' ? await guardOf(source.path) : null;
  if (guard !== null)
    return refused(
      `the repository decides by a hook of its own (${guard}) what it takes, and Signalbox neither runs it nor writes past it`,
      'its address by ssh or https, where its server runs the hook',
    );
  try {
    // By zeros and by an empty lease git is told that it holds only if the name is still free when it arrives.
    if (mirror === null) await there.text(['update-ref', '--end-of-options', wanted.ref, commit, '0'.repeat(commit.length)], run);
    else {
      await mirror.atSource((source, route) =>
        source.text(
          [
            'push',
            ...route.pushes,
            '--porcelain',
            '--no-verify',
            `--force-with-lease=${wanted.ref}:`,
            '--end-of-options',
            route.address,
            `${commit}:${wanted.ref}`,
          ],
          run,
        ),
      );
    }
  } catch (error) {
    if (error instanceof GitTrouble && error.fault === 'failed') {
      return refused(
        `the repository did not take the ${wanted.kind} ${wanted.name}: ${withoutSecrets(error.message)}`,
        `leave to make ${wanted.ref} there, or a name that its rules permit`,
      );
    }
    throw error;
  }
  return done(`${wanted.kind} ${wanted.name} made at ${commit.slice(0, 12)}`);
}

function mirrorOf(settings: GitSettings, tools: GitTools): Promise<Mirror> {
  return openMirror({
    repo: settings.repo,
    token: settings.token,
    reach: tools.reach,
    dataDir: tools.dataDir,
    signal: tools.signal,
  });
}

async function standing(git: Git, ref: string, run: { signal?: AbortSignal }): Promise<string | null> {
  return git.text(['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`], run).then(
    (text) => text.trim(),
    () => null,
  );
}

async function standsAlready(git: Git, wanted: Wanted, commit: string, there: string, run: { signal?: AbortSignal }): Promise<Outcome> {
  if (there === commit) return done(`${wanted.kind} ${wanted.name} was there, at ${commit.slice(0, 12)}`, true);
  if (wanted.kind === 'branch') {
    // A branch grows: what was asked for is that it was made at this commit.
    const grown = await git.text(['merge-base', '--is-ancestor', commit, there], run).then(
      () => true,
      () => false,
    );
    if (grown) return done(`branch ${wanted.name} was there and has grown to ${there.slice(0, 12)}`, true);
  }
  return refused(
    `the ${wanted.kind} ${wanted.name} is there already, at ${there.slice(0, 12)} and not at ${commit.slice(0, 12)}`,
    `another name, or a person who decides about the ${wanted.kind} that is there`,
  );
}
