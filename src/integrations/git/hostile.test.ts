import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { createReach } from '#lib/reach.ts';
import { git, GitTrouble } from './client.ts';
import { gitHost } from './git-host.ts';
import { openMirror } from './mirror.ts';
import { instantOfSeconds, shownText } from './plain.ts';
import { hostIn, placeIn } from './route.ts';
import { gitSettings } from './settings.ts';
import { draw, place, removePlaces, run } from './testing.ts';

// each starts a few dozen programs
vi.setConfig({ testTimeout: 120_000 });

/* Repositories as somebody would make them who means harm. All are real, made by git's own plumbing. */

const servers: Server[] = [];
afterEach(() => {
  for (const each of servers.splice(0)) {
    each.closeAllConnections();
    each.close();
  }
});
afterAll(removePlaces);

const reach = (addresses: string[], directories: string[] | 'any' = 'any') => createReach({ permitted: { addresses, directories } });
const hostOf = (repo: string, more: object = {}) => gitHost(gitSettings.parse({ repo, ...more }), { dataDir: place() });

/** A bare repository with one commit on main, and a way to write any object into it, checked or not. */
function bare() {
  const gitDir = path.join(place(), 'hostile.git');
  run(['init', '--quiet', '--bare', '--initial-branch=main', gitDir]);
  const there = (...args: string[]) => run([`--git-dir=${gitDir}`, ...args]);
  const write = (kind: string, text: string) =>
    run([`--git-dir=${gitDir}`, 'hash-object', '-t', kind, '--literally', '-w', '--stdin'], text);
  const tree = run([`--git-dir=${gitDir}`, 'mktree'], '');
  const commit = (subject: string, { date = '1700000000 +0000', author = 'Somebody <s@example.com>', of = tree, parent = '' } = {}) =>
    write(
      'commit',
      `tree ${of}\n${parent === '' ? '' : `parent ${parent}\n`}author ${author} ${date}\ncommitter ${author} ${date}\n\n${subject}\n`,
    );
  const ref = (name: string, sha: string) => {
    const file = path.join(gitDir, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `${sha}\n`);
  };
  return { gitDir, there, write, commit, ref, tree };
}

describe('an address that would make git do something else', () => {
  test.each([
    'ext::sh -c touch% /tmp/x',
    'fd::17',
    'evil::http://example.com',
    '--upload-pack=touch /tmp/x',
    '-oProxyCommand=touch:x',
    'ssh://-oProxyCommand=touch/x',
    'git@-oProxyCommand=touch:x',
    'ftp://example.com/x',
    'file://host/x',
    'http://example.com/\nx',
    '\u0000',
  ])('%j is refused and runs nothing', async (repo) => {
    const marker = path.join(place(), 'ran');
    await expect(openMirror({ repo: repo.replaceAll('/tmp/x', marker), dataDir: place() })).rejects.toThrow(/./);
    expect(existsSync(marker)).toBe(false);
  });

  test.each(['--upload-pack=x', '-x', '--help', '..', 'HEAD^{/x}', 'a:b', 'main --', '@{-1}', ''])(
    'as the name of a branch or commit %j means nothing to git but a name that is not there',
    async (name) => {
      const host = hostOf(await anyRepository());
      await expect(host.commitsSince({ cut: name, branch: 'main' })).rejects.toThrow(GitTrouble);
      await expect(host.cutOf(name)).rejects.toThrow('there is no branch');
      await expect(host.missingFrom({ commit: name, branch: 'main' })).rejects.toThrow('is no commit id');
    },
  );
});

/** `a.b.c` with its value, as it stands in a configuration file. */
function configured([name, value]: readonly [string, string]): string {
  const [section = '', ...rest] = name.split('.');
  const key = rest.pop() ?? '';
  return `[${section}${rest.length === 0 ? '' : ` "${rest.join('.')}"`}]\n\t${key} = ${JSON.stringify(value)}\n`;
}

let drawn: Promise<{ path: string }> | null = null;
async function anyRepository(): Promise<string> {
  drawn ??= (() => {
    const drawing = draw();
    drawing.commit('main', 'one');
    return drawing.write();
  })();
  return (await drawn).path;
}

describe("a repository on the server's own disk", () => {
  test('runs none of what its configuration and its hooks name, when it is read and when it is written to', async () => {
    const { gitDir, commit, ref } = bare();
    ref('refs/heads/main', commit('one'));
    const marker = path.join(place(), 'ran');
    const script = path.join(gitDir, 'evil');
    writeFileSync(script, `#!/bin/sh\necho "$0 $*" >> ${marker}\nexit 1\n`);
    chmodSync(script, 0o755);
    for (const hook of ['pre-receive', 'update', 'post-receive', 'post-update', 'reference-transaction', 'pre-auto-gc', 'proc-receive']) {
      writeFileSync(path.join(gitDir, 'hooks', hook), readFileSync(script));
      chmodSync(path.join(gitDir, 'hooks', hook), 0o755);
    }
    const config: [string, string][] = [
      ['core.hooksPath', path.join(gitDir, 'hooks')],
      ['core.fsmonitor', script],
      ['core.alternateRefsCommand', script],
      ['core.sshCommand', script],
      ['core.pager', script],
      ['uploadpack.packObjectsHook', script],
      ['filter.lfs.smudge', script],
      ['filter.lfs.process', script],
      ['filter.lfs.required', 'true'],
      ['diff.external', script],
      ['remote.origin.url', `ext::${script}`],
      ['remote.origin.uploadpack', script],
      ['remote.origin.promisor', 'true'],
      ['protocol.ext.allow', 'always'],
      ['gpg.program', script],
      ['credential.helper', script],
      ['alias.fetch', `!${script}`],
      ['alias.upload-pack', `!${script}`],
    ];
    appendFileSync(path.join(gitDir, 'config'), config.map(configured).join(''));
    mkdirSync(path.join(gitDir, 'objects', 'info'), { recursive: true });
    writeFileSync(path.join(gitDir, 'objects', 'info', 'alternates'), `${path.join(await anyRepository(), 'objects')}\n`);

    const host = hostOf(gitDir, { write: true });
    const [head] = await host.branchHeads();
    expect(head?.name).toBe('main');
    expect(await host.ensureBranch?.({ name: 'release/1', at: head?.head ?? '' })).toMatchObject({ ok: false });
    for (const guard of ['pre-receive', 'update', 'reference-transaction', 'proc-receive']) rmSync(path.join(gitDir, 'hooks', guard));
    expect(await host.ensureBranch?.({ name: 'release/1', at: head?.head ?? '' })).toMatchObject({ ok: true });
    expect(run([`--git-dir=${gitDir}`, '-c', 'core.fsmonitor=false', 'rev-parse', 'refs/heads/release/1'])).toBe(head?.head);
    expect(existsSync(marker) ? readFileSync(marker, 'utf8') : 'nothing ran').toBe('nothing ran');
  });

  test('asks nobody for objects that it lacks', async () => {
    const { gitDir, ref, commit } = bare();
    const marker = path.join(place(), 'ran');
    ref('refs/heads/main', commit('one', { of: 'a'.repeat(40) }));
    for (const [name, value] of [
      ['core.repositoryFormatVersion', '1'],
      ['extensions.partialClone', 'origin'],
      ['remote.origin.url', gitDir],
      ['remote.origin.promisor', 'true'],
      ['remote.origin.uploadpack', `touch ${marker};`],
    ] as const)
      run([`--git-dir=${gitDir}`, 'config', name, value]);
    await expect(openMirror({ repo: gitDir, dataDir: place() })).rejects.toThrow(GitTrouble);
    expect(existsSync(marker)).toBe(false);
  });

  test('is read where the operator permits it only', async () => {
    const repo = await anyRepository();
    const other = place();
    await expect(openMirror({ repo, dataDir: place(), reach: reach([], [other]) })).rejects.toThrow('LOCAL_REPOSITORIES');
    await expect(openMirror({ repo: `file://${repo}`, dataDir: place(), reach: reach([], []) })).rejects.toThrow(
      'reads repositories there nowhere',
    );
    await expect(openMirror({ repo, dataDir: place(), reach: reach([], [path.dirname(repo)]) })).resolves.toMatchObject({ news: true });
  });
});

describe('what is in a repository', () => {
  test('links, submodules, paths out of the tree and large files are never written out', async () => {
    const { gitDir, write, commit, ref, tree } = bare();
    const link = write('blob', '/etc/passwd');
    const modules = write('blob', '[submodule "x"]\n\tpath = -x\n\turl = ext::sh -c "touch /tmp/never"\n');
    const raw = (mode: string, name: string, sha: string) => Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(sha, 'hex')]);
    const entries = [
      raw('120000', '.git', link),
      raw('100644', '.gitmodules', modules),
      raw('40000', '..', tree),
      raw('100644', 'a\nb\u001b[2J', link),
      raw('160000', 'module', 'b'.repeat(40)),
      raw('120000', 'passwd', link),
    ];
    const hostile = run([`--git-dir=${gitDir}`, 'hash-object', '-t', 'tree', '--literally', '-w', '--stdin'], Buffer.concat(entries));
    ref('refs/heads/main', commit('one', { of: hostile }));
    const dataDir = place();
    const mirror = await openMirror({ repo: gitDir, dataDir });
    expect(await hostOf(gitDir).branchHeads()).toMatchObject([{ name: 'main' }]);
    const files = readdirSync(mirror.gitDir, { recursive: true }).map(String);
    expect(files.filter((file) => /passwd|gitmodules|module$/.test(file))).toEqual([]);
    expect(existsSync('/tmp/never')).toBe(false);
  });

  const NOWHERE = '0'.repeat(40);
  const LACKING = 'a'.repeat(40);
  const notReadable: readonly [why: string, name: string, content: string][] = [
    ['a branch of no commit', 'refs/heads/zero', NOWHERE],
    ['a tag of no commit', 'refs/tags/zero', NOWHERE],
    ['a branch at a commit that is not there', 'refs/heads/gone', LACKING],
    ['a tag at a commit that is not there', 'refs/tags/v2.0', LACKING],
    ['a file in place of a branch', 'refs/heads/garbage', 'hello there'],
    ['an empty file in place of a branch', 'refs/heads/empty', ''],
  ];

  test('branches and tags that lead nowhere are told as not readable, each with the reason, and the rest is read', async () => {
    const { gitDir, commit, ref } = bare();
    const root = commit('one');
    ref('refs/heads/main', root);
    ref('refs/heads/release/8.9', commit('two', { parent: root }));
    ref('refs/tags/v8.9.0', root);
    for (const [, name, content] of notReadable) ref(name, content);
    const host = hostOf(gitDir);
    expect((await host.branchHeads()).map(({ name }) => name)).toEqual(['main', 'release/8.9']);
    expect((await host.tags()).map(({ name }) => name)).toEqual(['v8.9.0']);
    const told = new Map((await host.unreadable?.())?.map(({ ref, because }) => [ref, because]));
    for (const [why, name, content] of notReadable)
      expect({ why, told: told.get(name) }).toEqual({
        why,
        told: expect.stringMatching(content === LACKING ? /lacks what it leads to, aaaaaaaaaaaa/ : /names no commit/) as string,
      });
    expect((await host.history()).unreadable).toHaveLength(notReadable.length);
  });

  test('a name with a space, which git refuses and tells up to there, takes nothing from a branch of the shorter name', async () => {
    const { gitDir, commit, ref } = bare();
    for (const name of ['main', 'a', 'a b']) ref(`refs/heads/${name}`, commit('one'));
    const host = hostOf(gitDir);
    expect((await host.branchHeads()).map(({ name }) => name)).toEqual(['a', 'main']);
    expect(await host.unreadable?.()).toMatchObject([{ ref: 'refs/heads/a' }]);
  });

  test('branches whose trees, parents or objects are not there are found among many, and the rest is read', async () => {
    const { gitDir, commit, ref, write } = bare();
    const root = commit('one');
    for (const name of ['main', 'a', 'b', 'c', 'd', 'release/8.9']) ref(`refs/heads/${name}`, root);
    ref('refs/heads/no-tree', commit('two', { of: LACKING, parent: root }));
    ref('refs/heads/no-parent', commit('three', { parent: LACKING }));
    ref('refs/heads/no-commit', write('blob', 'four'));
    ref('refs/heads/gone', LACKING);
    const host = hostOf(gitDir);
    expect((await host.branchHeads()).map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd', 'main', 'release/8.9']);
    expect((await host.unreadable?.())?.map(({ ref }) => ref).toSorted()).toEqual([
      'refs/heads/gone',
      'refs/heads/no-commit',
      'refs/heads/no-parent',
      'refs/heads/no-tree',
    ]);
  });

  test('a branch that cannot be read any more is shown no longer, and is there again when it is mended', async () => {
    const { gitDir, commit, ref } = bare();
    const root = commit('one');
    ref('refs/heads/main', root);
    ref('refs/heads/release/8.9', root);
    const dataDir = place();
    const heads = async () => (await gitHost(gitSettings.parse({ repo: gitDir }), { dataDir }).branchHeads()).map(({ name }) => name);
    expect(await heads()).toEqual(['main', 'release/8.9']);
    ref('refs/heads/release/8.9', LACKING);
    expect(await heads()).toEqual(['main']);
    ref('refs/heads/release/8.9', root);
    expect(await heads()).toEqual(['main', 'release/8.9']);
  });

  test('nothing is told of a repository whose trunk cannot be read', async () => {
    const { gitDir, commit, ref } = bare();
    ref('refs/heads/main', LACKING);
    ref('refs/heads/release/8.9', commit('one'));
    await expect(hostOf(gitDir).branchHeads()).rejects.toThrow(/refs\/heads\/main cannot be read: .* Right would be/);
  });

  test('branches and tags may be called whatever git permits', async () => {
    const names = ['-rf', '--upload-pack=x', '<script>', '%00', '{{x}}', '$(never)', 'Main', 'HEAD', '@', 'refs/heads/x', 'é'.repeat(60)];
    const { gitDir, commit, ref } = bare();
    const root = commit('one');
    for (const name of [...names, 'main']) ref(`refs/heads/${name}`, root);
    for (const name of names) ref(`refs/tags/${name}`, root);
    const host = hostOf(gitDir);
    expect((await host.branchHeads()).map(({ name }) => name).toSorted()).toEqual([...names, 'main'].toSorted());
    expect((await host.tags()).map(({ name }) => name).toSorted()).toEqual(names.toSorted());
    expect(await host.unreadable?.()).toEqual([]);
    for (const name of names) await expect(host.commitsSince({ cut: root, branch: name })).resolves.toEqual([]);
  });

  test('subjects and names that would move a cursor or turn the text are told with marks in place of what is not seen', async () => {
    const { gitDir, commit, ref } = bare();
    const root = commit('one');
    const next = commit('\u001b]0;title\u0007 Fix \u202egnp.exe\u202c and\rmore', {
      parent: root,
      author: 'Some\u001b[31mbody <s@example.com>',
    });
    ref('refs/heads/main', root);
    ref('refs/heads/release/8.9', next);
    const [told] = await hostOf(gitDir).commitsSince({ cut: root, branch: 'release/8.9' });
    expect(told).toMatchObject({ subject: '\ufffd]0;title\ufffd Fix \ufffdgnp.exe\ufffd and\ufffdmore', author: 'Some\ufffd[31mbody' });
  });

  test.each(['99999999999999', '-5', 'x'])('a commit of the moment %s is told with a moment that there is', async (date) => {
    const { gitDir, commit, ref } = bare();
    const root = commit('one');
    ref('refs/heads/main', commit('two', { parent: root, date: `${date} +9999` }));
    ref('refs/heads/release/1.0', commit('three', { parent: root, date: `${date} -0000` }));
    const host = hostOf(gitDir);
    for (const { headAt } of await host.branchHeads()) expect(headAt).toMatch(/^\d{4}-\d\d-\d\dT/);
    const [told] = await host.commitsSince({ cut: root, branch: 'release/1.0' });
    expect(told?.at).toMatch(/^\d{4}-\d\d-\d\dT/);
    expect(told?.subject).toBe('three');
    await expect(host.history({})).resolves.toBeDefined();
  });

  test('a commit without a date, an author or an end to its head is told or refused, and nothing hangs', async () => {
    const { gitDir, write, commit, ref, tree } = bare();
    ref('refs/heads/main', commit('one'));
    ref('refs/heads/release/1.0', write('commit', `tree ${tree}\n\nno head\n`));
    ref('refs/heads/release/2.0', write('commit', `tree ${tree}\nauthor\ncommitter\nencoding nonsense\n\n`));
    const host = hostOf(gitDir);
    const told = await host.branchHeads().catch((error: unknown) => error);
    expect(Array.isArray(told) || told instanceof GitTrouble).toBe(true);
  });

  test('a pack that grows past what is taken is broken off, and so is a listing', async () => {
    const { gitDir, write, ref, commit, there } = bare();
    const noise = Array.from({ length: 100_000 }, (_, at) => Math.imul(at + 1, 2_654_435_761).toString(36)).join('');
    const blob = write('blob', noise);
    const large = run([`--git-dir=${gitDir}`, 'mktree'], `100644 blob ${blob}\tlarge\n`);
    ref('refs/heads/main', commit('one', { of: large }));
    there('config', 'pack.compression', '0');
    const dataDir = place();
    await expect(openMirror({ repo: gitDir, dataDir, mostFileBytes: 100_000 })).rejects.toThrow(/larger than the 100000 bytes/);
    await expect(openMirror({ repo: gitDir, dataDir })).resolves.toMatchObject({ news: true });
    await expect(git({ gitDir }).text(['cat-file', 'blob', blob], { mostBytes: 1000 })).rejects.toThrow('told more than 1000 bytes');
  });
});

describe('a repository on the network', () => {
  /** A server that answers as git's own would, with one branch. */
  async function serve(answer: (url: string, port: number) => { status: number; location?: string }) {
    const visits: string[] = [];
    const server = createServer((request, response) => {
      visits.push(`${request.url ?? ''} ${request.headers.authorization ?? '-'}`);
      const { port } = server.address() as AddressInfo;
      const { status, location } = answer(request.url ?? '', port);
      response.writeHead(status, location === undefined ? {} : { location }).end();
    });
    servers.push(server);
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return { port: (server.address() as AddressInfo).port, visits };
  }

  test.each([
    'http://127.0.0.1:1/x.git',
    'http://2130706433/x.git',
    'http://0x7f.1/x.git',
    'https://[::ffff:169.254.169.254]/x.git',
    'http://user@169.254.169.254/x.git',
    'http://10.0.0.1/x.git',
    'ssh://git@127.0.0.1/x.git',
    'git@127.0.0.1:x.git',
    'ssh://git@0x7f.1/x.git',
    'git://127.0.0.1/x.git',
    'git@localhost:x.git',
  ])('%s is refused before git goes there', async (repo) => {
    await expect(openMirror({ repo, dataDir: place(), reach: reach([]) })).rejects.toThrow(/which this server may not reach/);
  });

  test('is not followed to where it may not go, and shows its token nowhere else', async () => {
    const secret = await serve(() => ({ status: 200 }));
    const first = await serve((url) => ({ status: 302, location: `http://127.0.0.1:${secret.port}${url}` }));
    const lookup = createReach({
      permitted: { addresses: ['first.example'], directories: [] },
      lookup: (_host, _options, answer) => answer(null, [{ address: '127.0.0.1', family: 4 }]),
    });
    const opening = openMirror({ repo: `http://first.example:${first.port}/x`, token: 'sesame', dataDir: place(), reach: lookup });
    await expect(opening).rejects.toThrow(/127\.0\.0\.1 is this machine itself/);
    expect(secret.visits).toEqual([]);
  });

  test('is reached at the address that was looked at, whatever its name means to git, and is followed where it may go', async () => {
    const there = await serve((url, port) =>
      url.startsWith('/music/')
        ? { status: 302, location: `http://code.example:${port}/music.git${url.slice('/music'.length)}` }
        : { status: 403 },
    );
    // nobody but this resolver knows the name: git gets there only by what it is told
    const known = createReach({
      permitted: { addresses: ['code.example'], directories: [] },
      lookup: (_host, _options, answer) => answer(null, [{ address: '127.0.0.1', family: 4 }]),
    });
    await expect(
      openMirror({ repo: `http://code.example:${there.port}/music`, token: 'sesame', dataDir: place(), reach: known }),
    ).rejects.toThrow(/asks who you are/);
    const basic = `Basic ${Buffer.from('git:sesame').toString('base64')}`;
    expect(there.visits).toContain('/music/info/refs?service=git-upload-pack -');
    expect(there.visits).toContain(`/music.git/info/refs?service=git-upload-pack ${basic}`);
  });
});

describe('the host in an address', () => {
  test.each([
    ['https://code.example/x', 'code.example'],
    ['https://user@code.example:8443/x', 'code.example'],
    ['https://good.example@evil.example/x', 'evil.example'],
    ['https://good.example\\@evil.example/x', 'good.example'],
    ['ssh://git@[::1]:22/x', '[::1]'],
    ['git@code.example:x/y.git', 'code.example'],
    ['code.example:x', 'code.example'],
    ['[::1]:x', '[::1]'],
    ['/srv/git/x.git', null],
    ['../x', null],
    ['file:///srv/git/x.git', null],
  ])('%s: %s', (repo, host) => {
    expect(hostIn(repo)).toBe(host);
  });

  test('and a path on this disk', () => {
    expect(placeIn('file:///srv/x.git')).toEqual({ hosts: [], paths: ['/srv/x.git'] });
    expect(placeIn('git@code.example:x')).toEqual({ hosts: ['code.example'], paths: [] });
  });
});

test('a text and a moment are made fit to be shown', () => {
  expect(shownText('a\tb\u0000c\u202ed\ud800')).toBe('a b\ufffdc\ufffdd\ufffd');
  expect(shownText('x'.repeat(3000))).toHaveLength(2001);
  expect(instantOfSeconds(Number.NaN)).toBe('1970-01-01T00:00:00.000Z');
  expect(instantOfSeconds(1e20)).toBe('9999-12-31T23:59:59.000Z');
});
