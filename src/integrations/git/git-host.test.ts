import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { GitHost } from '#ports/git-host.ts';
import { gitHost } from './git-host.ts';
import { git as integration } from './index.ts';
import { gitSettings } from './settings.ts';
import { draw, place, removePlaces } from './testing.ts';
import type { Drawn } from './testing.ts';

afterAll(removePlaces);

const saying = (words: string): unknown => expect.stringContaining(words);

function hostOf(repo: string, settings: Record<string, unknown> = {}): GitHost {
  return gitHost(gitSettings.parse({ repo, ...settings }), { dataDir: place() });
}

/** As a repository that the program itself made: read and written where it lies. */
function ownHostOf(repo: string, dataDir: string): GitHost {
  return gitHost(gitSettings.parse({ repo, write: true }), { dataDir, own: true });
}

const fix = { 'player.txt': 'plays\n' };

/** Trunk with two changes after the cut, a branch with a bump, a fix of its own, a pick, and translations. */
async function liveBranch(): Promise<{
  drawn: Drawn;
  cut: string;
  bump: string;
  own: string;
  picked: string;
  translations: string;
  onTrunk: string;
}> {
  const drawing = draw();
  drawing.commit('main', 'Begin');
  const cut = drawing.commit('main', 'Add the player (#1)');
  const bump = drawing.commit('release/8.19', 'Bump version number', { from: cut });
  drawing.tag('8.19-rc-1', bump);
  const onTrunk = drawing.commit('main', 'Fix the player (#41)', { files: fix });
  const own = drawing.commit('release/8.19', 'Mend what only this release has (#44)', {
    author: 'Another',
    body: 'Because it broke.\n\nReviewed-by: Somebody\nTicket: MUSIC-7',
  });
  const picked = drawing.commit('release/8.19', 'Fix the player (#41) (#45)', { files: fix });
  const translations = drawing.commit('release/8.19', 'Update translations');
  return { drawn: await drawing.write(), cut, bump, own, picked, translations, onTrunk };
}

describe('reading', () => {
  test('branch heads: trunk is marked, release branches tell their version', async () => {
    const { drawn, translations } = await liveBranch();
    expect(await hostOf(drawn.path).branchHeads()).toEqual([
      { name: 'main', head: drawn.git('rev-parse', 'main'), headAt: '2024-01-01T04:00:00.000Z', trunk: true, version: null },
      { name: 'release/8.19', head: drawn.sha(translations), headAt: '2024-01-01T07:00:00.000Z', trunk: false, version: '8.19' },
    ]);
  });

  test('whose the files of trunk are, and which file a frame of a crash means', async () => {
    const drawing = draw();
    const files = {
      '.github/CODEOWNERS': 'ios/SignUp/ @acme/onboarding\n',
      'ios/SignUp/EmailField.swift': '1\n',
      'ios/Player/Util.swift': '1\n',
      'ios/SignUp/Util.swift': '1\n',
      'app/src/main/kotlin/com/example/music/SignUp.kt': '1\n',
    };
    drawing.commit('main', 'Begin', { files });
    const { path } = await drawing.write();
    const asked = ['/build/SignUp/EmailField.swift:118', 'Util.swift', 'com/example/music/SignUp.kt:7', 'Gone.swift'];
    expect(await hostOf(path).ownership?.(asked)).toEqual({
      file: { path: '.github/CODEOWNERS', text: files['.github/CODEOWNERS'] },
      paths: {
        '/build/SignUp/EmailField.swift:118': ['ios/SignUp/EmailField.swift'],
        'Util.swift': ['ios/Player/Util.swift', 'ios/SignUp/Util.swift'],
        'com/example/music/SignUp.kt:7': ['app/src/main/kotlin/com/example/music/SignUp.kt'],
      },
    });
  });

  test('the cut of a branch, and that it is inferred', async () => {
    const { drawn, cut } = await liveBranch();
    expect(await hostOf(drawn.path).cutOf('release/8.19')).toEqual({
      sha: drawn.sha(cut),
      at: '2024-01-01T02:00:00.000Z',
      method: 'merge-base',
      inferred: true,
    });
  });

  test('the commits since the cut, oldest first, with category, author, trailers and origin', async () => {
    const { drawn, cut, bump, own, picked, translations, onTrunk } = await liveBranch();
    const commits = await hostOf(drawn.path).commitsSince({ cut: drawn.sha(cut), branch: 'release/8.19' });
    expect(commits.map((commit) => [commit.sha, commit.category])).toEqual([
      [drawn.sha(bump), 'version-bump'],
      [drawn.sha(own), 'change'],
      [drawn.sha(picked), 'change'],
      [drawn.sha(translations), 'translations'],
    ]);
    expect(commits[1]).toMatchObject({
      subject: 'Mend what only this release has (#44)',
      author: 'Another',
      origin: null,
      parents: 1,
      trailers: [
        { key: 'Reviewed-by', value: 'Somebody' },
        { key: 'Ticket', value: 'MUSIC-7' },
      ],
    });
    expect(commits[2]?.origin).toEqual({ sha: drawn.sha(onTrunk), reference: '#41', evidence: ['patch-id', 'pr-ref'] });
    expect(new Set(commits.map((commit) => commit.authorId)).size).toBe(1);
    expect(commits[0]?.authorId).toMatch(/^[0-9a-f]{12}$/);
  });

  test('what a build lacks is told commit by commit; a build of the head lacks nothing', async () => {
    const { drawn, bump, own, picked, translations } = await liveBranch();
    const host = hostOf(drawn.path);
    expect(await host.missingFrom({ commit: drawn.sha(bump), branch: 'release/8.19' })).toEqual([
      drawn.sha(own),
      drawn.sha(picked),
      drawn.sha(translations),
    ]);
    expect(await host.missingFrom({ commit: drawn.sha(translations), branch: 'release/8.19' })).toEqual([]);
  });

  test('a build of another line lacks all that it does not contain', async () => {
    const { drawn, onTrunk } = await liveBranch();
    expect(await hostOf(drawn.path).missingFrom({ commit: drawn.sha(onTrunk), branch: 'release/8.19' })).toHaveLength(4);
  });

  test('cherry-picks with their traces and direction', async () => {
    const { drawn, picked, onTrunk } = await liveBranch();
    expect(await hostOf(drawn.path).cherryPicks({ branch: 'release/8.19' })).toEqual([
      {
        sha: drawn.sha(picked),
        subject: 'Fix the player (#41) (#45)',
        at: '2024-01-01T06:00:00.000Z',
        trunkSha: drawn.sha(onTrunk),
        trunkAt: '2024-01-01T04:00:00.000Z',
        reference: '#41',
        evidence: ['patch-id', 'pr-ref'],
        direction: 'backport',
      },
    ]);
  });

  test('a pick from before the cut, or from elsewhere, is known by what its trailer says', async () => {
    const drawing = draw();
    const cut = drawing.commit('main', 'Begin');
    drawing.commit('release/1.0', 'Fix', { from: cut, body: `(cherry picked from commit ${'ab'.repeat(20)})` });
    const drawn = await drawing.write();
    const [commit] = await hostOf(drawn.path).commitsSince({ cut: drawn.sha(cut), branch: 'release/1.0' });
    expect(commit?.origin).toEqual({ sha: 'ab'.repeat(20), reference: null, evidence: ['x-trailer'] });
  });

  test('a branch that was merged back keeps its cut; one without commits was cut where it stands; a stranger has none', async () => {
    const drawing = draw();
    drawing.commit('main', 'Begin');
    const cut = drawing.commit('main', 'Add the player');
    const last = drawing.commit('release/1.0', 'Fix', { from: cut });
    drawing.commit('main', 'More');
    const merge = drawing.commit('main', 'Merge release/1.0 into main', { merge: [last] });
    drawing.branch('release/1.1', merge);
    drawing.commit('legacy', 'Elsewhere', { from: null });
    const drawn = await drawing.write();
    const host = hostOf(drawn.path);
    expect(await host.cutOf('release/1.0')).toMatchObject({ sha: drawn.sha(cut), method: 'first-parent-fork' });
    expect(await host.cutOf('release/1.1')).toMatchObject({ sha: drawn.sha(merge), method: 'tag-on-trunk' });
    expect(await host.commitsSince({ cut: drawn.sha(merge), branch: 'release/1.1' })).toEqual([]);
    expect(await host.cutOf('legacy')).toBeNull();
    expect(await host.cherryPicks({ branch: 'legacy' })).toEqual([]);
  });

  test('tags with what their names say', async () => {
    const { drawn, bump } = await liveBranch();
    drawn.git('tag', 'latest', 'main');
    expect(await hostOf(drawn.path).tags()).toEqual([
      { name: '8.19-rc-1', sha: drawn.sha(bump), at: '2024-01-01T03:00:00.000Z', annotated: false, version: '8.19', kind: 'rc', number: 1 },
      {
        name: 'latest',
        sha: drawn.git('rev-parse', 'main'),
        at: '2024-01-01T04:00:00.000Z',
        annotated: false,
        version: null,
        kind: null,
        number: null,
      },
    ]);
  });

  test('the past releases, for an import', async () => {
    const { drawn } = await liveBranch();
    const { versions } = await hostOf(drawn.path).history();
    expect(versions.map((version) => [version.version, version.status])).toEqual([['8.19', 'in-progress']]);
  });

  test.each(['release/9.0', '--help', 'release/8.19^', ''])('there is no branch "%s": it says which there are', async (branch) => {
    const { drawn, cut } = await liveBranch();
    await expect(hostOf(drawn.path).commitsSince({ cut: drawn.sha(cut), branch })).rejects.toMatchObject({
      fault: 'no-such-ref',
      message: saying('main, release/8.19'),
    });
  });

  test.each(['HEAD', '--all', 'xyz', '$(id)', 'abc'])('"%s" is no commit id', async (commit) => {
    const { drawn } = await liveBranch();
    await expect(hostOf(drawn.path).missingFrom({ commit, branch: 'release/8.19' })).rejects.toThrow(/is no commit id/);
  });

  test('a commit that the repository lacks is told as that', async () => {
    const { drawn } = await liveBranch();
    await expect(hostOf(drawn.path).missingFrom({ commit: 'f'.repeat(40), branch: 'release/8.19' })).rejects.toMatchObject({
      fault: 'no-such-ref',
    });
  });
});

describe('writing', () => {
  test('without leave, and on a bundle, the writers are not there', async () => {
    const { drawn } = await liveBranch();
    const bundle = path.join(place(), 'it.bundle');
    drawn.git('bundle', 'create', '--quiet', bundle, '--all');
    expect(Object.keys(hostOf(drawn.path))).not.toContain('ensureBranch');
    expect(Object.keys(hostOf(bundle, { write: true }))).not.toContain('ensureTag');
    expect(Object.keys(hostOf(drawn.path, { write: true }))).toEqual(expect.arrayContaining(['ensureBranch', 'ensureTag']));
  });

  test('a branch and a tag are made once; asking again changes nothing', async () => {
    const { drawn, cut, translations } = await liveBranch();
    const host = hostOf(drawn.path, { write: true });
    expect(await host.ensureBranch?.({ name: 'release/8.20', at: drawn.sha(cut) })).toMatchObject({ ok: true, already: false });
    expect(drawn.git('rev-parse', 'refs/heads/release/8.20')).toBe(drawn.sha(cut));
    expect(await host.ensureBranch?.({ name: 'release/8.20', at: drawn.sha(cut) })).toMatchObject({ ok: true, already: true });
    expect(await host.ensureTag?.({ name: '8.19', at: drawn.sha(translations) })).toMatchObject({ ok: true, already: false });
    expect(await host.ensureTag?.({ name: '8.19', at: drawn.sha(translations) })).toMatchObject({ ok: true, already: true });
    expect(drawn.git('rev-parse', 'refs/tags/8.19')).toBe(drawn.sha(translations));
  });

  test('a branch that has grown since is the one that was asked for; one at another place is not touched', async () => {
    const { drawn, cut, translations, onTrunk } = await liveBranch();
    const host = hostOf(drawn.path, { write: true });
    expect(await host.ensureBranch?.({ name: 'release/8.19', at: drawn.sha(cut) })).toMatchObject({ ok: true, already: true });
    expect(await host.ensureBranch?.({ name: 'release/8.19', at: drawn.sha(onTrunk) })).toMatchObject({
      ok: false,
      because: saying('is there already'),
    });
    expect(drawn.git('rev-parse', 'release/8.19')).toBe(drawn.sha(translations));
  });

  test('a tag is never moved', async () => {
    const { drawn, bump, own } = await liveBranch();
    const host = hostOf(drawn.path, { write: true });
    expect(await host.ensureTag?.({ name: '8.19-rc-1', at: drawn.sha(own) })).toMatchObject({ ok: false });
    expect(drawn.git('rev-parse', '8.19-rc-1')).toBe(drawn.sha(bump));
  });

  test('a name that git does not permit and a commit that is not there are refused with what would be right', async () => {
    const { drawn, cut } = await liveBranch();
    const host = hostOf(drawn.path, { write: true });
    for (const name of ['a b', '../up', 'x.lock', '-- ', 'a~1', ''])
      expect(await host.ensureBranch?.({ name, at: drawn.sha(cut) })).toMatchObject({
        ok: false,
        wouldHelp: saying('a name without'),
      });
    expect(await host.ensureBranch?.({ name: 'release/9', at: 'f'.repeat(40) })).toMatchObject({
      ok: false,
      because: saying('has no commit'),
    });
  });

  test('a repository on this disk that decides by a hook is not written to past it, and the hook is not run', async () => {
    const { drawn, cut } = await liveBranch();
    drawn.git('config', 'receive.denyCurrentBranch', 'refuse');
    drawn.git('config', 'core.hooksPath', path.join(drawn.path, 'hooks'));
    mkdirSync(path.join(drawn.path, 'hooks'), { recursive: true });
    const hook = path.join(drawn.path, 'hooks', 'pre-receive');
    writeFileSync(hook, '#!/bin/sh\necho "branches are made by the release team" >&2\nexit 1\n');
    chmodSync(hook, 0o755);
    expect(await hostOf(drawn.path, { write: true }).ensureBranch?.({ name: 'release/8.20', at: drawn.sha(cut) })).toMatchObject({
      ok: false,
      because: saying('pre-receive'),
    });
  });
});

describe('a repository of our own', () => {
  test('answers as it does through a mirror, and at once what came since, without one', async () => {
    const { drawn, cut, bump } = await liveBranch();
    const dataDir = place();
    const mirrored = hostOf(drawn.path);
    const own = ownHostOf(drawn.path, dataDir);
    const branch = 'release/8.19';
    const since = { cut: drawn.sha(cut), branch };
    expect(await own.branchHeads()).toEqual(await mirrored.branchHeads());
    expect(await own.cutOf(branch)).toEqual(await mirrored.cutOf(branch));
    expect(await own.commitsSince(since)).toEqual(await mirrored.commitsSince(since));
    expect(await own.missingFrom({ commit: drawn.sha(bump), branch })).toEqual(
      await mirrored.missingFrom({ commit: drawn.sha(bump), branch }),
    );
    expect(await own.tags()).toEqual(await mirrored.tags());
    drawn.git('update-ref', 'refs/heads/release/8.20', drawn.sha(cut));
    expect((await ownHostOf(drawn.path, dataDir).branchHeads()).map(({ name }) => name)).toContain('release/8.20');
    expect(readdirSync(dataDir)).toEqual([]);
  });

  test('gets branches and tags once, and none is moved', async () => {
    const { drawn, cut, translations, onTrunk, bump, own: change } = await liveBranch();
    const host = ownHostOf(drawn.path, place());
    expect(await host.ensureBranch?.({ name: 'release/8.20', at: drawn.sha(cut) })).toMatchObject({ ok: true, already: false });
    expect(await host.ensureBranch?.({ name: 'release/8.20', at: drawn.sha(cut) })).toMatchObject({ ok: true, already: true });
    expect(await host.ensureTag?.({ name: '8.19', at: drawn.sha(translations) })).toMatchObject({ ok: true, already: false });
    expect(drawn.git('rev-parse', 'refs/heads/release/8.20', 'refs/tags/8.19')).toBe(`${drawn.sha(cut)}\n${drawn.sha(translations)}`);
    expect(await host.ensureBranch?.({ name: 'release/8.19', at: drawn.sha(onTrunk) })).toMatchObject({ ok: false });
    expect(await host.ensureTag?.({ name: '8.19-rc-1', at: drawn.sha(change) })).toMatchObject({ ok: false });
    expect(drawn.git('rev-parse', '8.19-rc-1')).toBe(drawn.sha(bump));
  });
});

describe('the integration', () => {
  test('makes its port from settings and tools', async () => {
    const { drawn } = await liveBranch();
    const port = integration.provides.gitHost?.(integration.settings.parse({ repo: drawn.path }), {
      fetch,
      now: () => '2024-01-01T00:00:00.000Z',
      log: () => {},
      dataDir: place(),
    });
    expect((await port?.branchHeads())?.length).toBe(2);
  });

  test.each([
    { repo: '' },
    { repo: 'x', tagGrammar: ['('] },
    { repo: 'x', branchGrammar: 'nothing named' },
    { repo: 'x', unknown: 1 },
    { repo: 'https://somebody:password@example.com/x.git' },
  ])('refuses settings %j', (settings) => {
    expect(integration.settings.safeParse(settings).success).toBe(false);
  });
});
