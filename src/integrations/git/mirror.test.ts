import {
  chownSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { git, GitTrouble, gitRuns, withoutSecrets } from './client.ts';
import type { GitRunMessage } from './client.ts';
import { openMirror } from './mirror.ts';
import { draw, place, removePlaces, run } from './testing.ts';
import type { Drawn } from './testing.ts';

afterAll(removePlaces);

/** For what starts many processes, or waits for a lock that nobody gives back: on a machine under load each takes seconds. */
const SLOW = { timeout: 60_000 };

const matching = (words: RegExp): unknown => expect.stringMatching(words);

async function small(): Promise<Drawn> {
  const drawing = draw();
  drawing.commit('main', 'Begin');
  drawing.tag('v1.0.0', drawing.commit('main', 'Add the player'));
  return drawing.write();
}

/** The verbs of the git commands that ran meanwhile. */
async function verbsOf(work: () => Promise<unknown>): Promise<string[]> {
  const verbs: string[] = [];
  const note = (message: unknown) => {
    const { args } = message as GitRunMessage;
    verbs.push(args.find((arg, at) => !arg.startsWith('-') && args[at - 1] !== '-c') ?? '');
  };
  gitRuns.subscribe(note);
  try {
    await work();
  } finally {
    gitRuns.unsubscribe(note);
  }
  return verbs;
}

describe('what may be named as a repository', () => {
  test('a bare directory, a work tree, a bundle, a file address and a relative path', SLOW, async () => {
    const drawn = await small();
    const at = place();
    run(['clone', '--quiet', drawn.path, path.join(at, 'tree')]);
    drawn.git('bundle', 'create', '--quiet', path.join(at, 'it.bundle'), '--all');
    for (const repo of [
      drawn.path,
      path.join(at, 'tree'),
      path.join(at, 'it.bundle'),
      `file://${drawn.path}`,
      path.relative(process.cwd(), drawn.path),
    ]) {
      const mirror = await openMirror({ repo, dataDir: place() });
      expect((await mirror.git.text(['rev-parse', 'v1.0.0'])).trim()).toBe(drawn.git('rev-parse', 'v1.0.0'));
      expect(mirror.head).toBe('refs/heads/main');
    }
  });

  test('a repository of another user can be read', async () => {
    const drawn = await small();
    // Only root can give a directory away; for anybody else there is nothing to see here.
    if (process.getuid?.() === 0)
      for (const file of ['', ...globSync('**/*', { cwd: drawn.path })]) chownSync(path.join(drawn.path, file), 12_345, 12_345);
    await expect(openMirror({ repo: drawn.path, dataDir: place() })).resolves.toMatchObject({ news: true });
  });

  test.each([
    ['', 'missing-path', /name a repository/],
    ['/there/is/nothing', 'missing-path', /there is nothing at \/there\/is\/nothing/],
    [import.meta.dirname, 'not-a-repository', /no git repository/],
    [import.meta.filename, 'not-a-repository', /a file but no git bundle/],
    ['ext::sh -c touch% /tmp/never', 'refused', /transport helper/],
    ['fd::17', 'refused', /transport helper/],
    ['gopher://example.invalid/x', 'refused', /addresses that begin with gopher: are not permitted/],
    ['-oProxyCommand:x', 'refused', /begins with a dash/],
    ['--upload-pack=touch', 'missing-path', /there is nothing at/],
    ['two\nlines', 'missing-path', /name a repository/],
    ['http://127.0.0.1:9/x.git', 'unreachable', /cannot be reached now/],
  ])('"%s" is refused: %s', async (repo, fault, words) => {
    const trouble = await openMirror({ repo, dataDir: place() }).catch((error: unknown) => error);
    expect(trouble).toBeInstanceOf(GitTrouble);
    expect(trouble).toMatchObject({ fault, message: matching(words) });
  });

  test('a repository without a commit is said to be empty', async () => {
    const at = path.join(place(), 'empty.git');
    run(['init', '--quiet', '--bare', at]);
    await expect(openMirror({ repo: at, dataDir: place() })).rejects.toMatchObject({ fault: 'empty' });
  });

  test('a bundle that rests on commits it does not hold says how to make a whole one', async () => {
    const drawn = await small();
    const file = path.join(place(), 'part.bundle');
    drawn.git('bundle', 'create', '--quiet', file, 'main~1..main');
    await expect(openMirror({ repo: file, dataDir: place() })).rejects.toMatchObject({
      fault: 'incomplete-bundle',
      message: matching(/git bundle create FILE --all/),
    });
  });

  test('a truncated bundle is trouble and leaves nothing that looks whole', async () => {
    const drawn = await small();
    const file = path.join(place(), 'it.bundle');
    drawn.git('bundle', 'create', '--quiet', file, '--all');
    writeFileSync(file, readFileSync(file).subarray(0, statSync(file).size - 60));
    const dataDir = place();
    await expect(openMirror({ repo: file, dataDir })).rejects.toBeInstanceOf(GitTrouble);
    await expect(openMirror({ repo: file, dataDir })).rejects.toBeInstanceOf(GitTrouble);
  });

  test('a password in an address is never shown', () => {
    expect(withoutSecrets("fatal: unable to access 'https://someone:s3cret@example.invalid/x.git/'")).toBe(
      "fatal: unable to access 'https://example.invalid/x.git/'",
    );
  });
});

describe('a source that asks who we are', () => {
  /** Serves a repository's files to whoever shows the token. */
  async function guarded(drawn: Drawn, token: string, work: (address: string) => Promise<void>): Promise<void> {
    drawn.git('update-server-info');
    const wanted = `Basic ${Buffer.from(`git:${token}`).toString('base64')}`;
    const server = createHttpServer((request, response) => {
      const file = path.join(path.dirname(drawn.path), new URL(request.url ?? '/', 'http://x').pathname);
      if (request.headers.authorization !== wanted) response.writeHead(401, { 'www-authenticate': 'Basic realm="music"' }).end();
      else if (existsSync(file) && statSync(file).isFile()) response.writeHead(200).end(readFileSync(file));
      else response.writeHead(404).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}/repository.git`);
    } finally {
      server.close();
    }
  }

  test('without a token it says what is needed, and never waits for somebody to type', async () => {
    const drawn = await small();
    await guarded(drawn, 's3cret', async (repo) => {
      await expect(openMirror({ repo, dataDir: place() })).rejects.toMatchObject({ fault: 'auth-needed', cure: 'person' });
      await expect(openMirror({ repo, dataDir: place(), token: 'wrong' })).rejects.toMatchObject({ fault: 'auth-needed' });
    });
  });

  test('with the token it is read, and the token is on no command line and in no file afterwards', async () => {
    const drawn = await small();
    await guarded(drawn, 's3cret', async (repo) => {
      const dataDir = place();
      const messages: GitRunMessage[] = [];
      const note = (message: unknown) => void messages.push(message as GitRunMessage);
      gitRuns.subscribe(note);
      const mirror = await openMirror({ repo, dataDir, token: 's3cret' });
      gitRuns.unsubscribe(note);
      expect((await mirror.git.text(['rev-parse', 'v1.0.0'])).trim()).toBe(drawn.git('rev-parse', 'v1.0.0'));
      const basic = Buffer.from('git:s3cret').toString('base64');
      const files = globSync('**/*', { cwd: dataDir })
        .map((file) => path.join(dataDir, file))
        .filter((file) => statSync(file).isFile());
      const texts = [JSON.stringify(messages), ...files.map((file) => readFileSync(file, 'latin1'))];
      expect(texts.filter((text) => text.includes('s3cret') || text.includes(basic))).toEqual([]);
    });
  });
});

/** A program that opens a mirror and prints its key: another process. */
const openingOf = (options: { repo: string; dataDir: string }): string =>
  `import { openMirror } from ${JSON.stringify(path.join(import.meta.dirname, 'mirror.ts'))}; const mirror = await openMirror(${JSON.stringify(options)}); console.log(mirror.refsKey);`;

describe('keeping a mirror', () => {
  test('without news one look at the source is all; a bundle that did not change is not even read', async () => {
    const drawn = await small();
    const dataDir = place();
    const open = () => openMirror({ repo: drawn.path, dataDir });
    expect(await verbsOf(open)).toEqual(['ls-remote', 'init', 'fetch', 'pack-refs', 'commit-graph']);
    expect(await verbsOf(open)).toEqual(['ls-remote']);

    const file = path.join(place(), 'it.bundle');
    drawn.git('bundle', 'create', '--quiet', file, '--all');
    const openBundle = () => openMirror({ repo: file, dataDir });
    await openBundle();
    expect(await verbsOf(openBundle)).toEqual([]);
    utimesSync(file, new Date(), new Date(Date.now() + 5000));
    expect(await verbsOf(openBundle)).toEqual(['ls-remote']);
  });

  test('what the source deletes is pruned, what it moves is moved', async () => {
    const drawn = await small();
    const dataDir = place();
    await openMirror({ repo: drawn.path, dataDir });
    drawn.git('branch', 'release/1.0', 'main');
    drawn.git('tag', '--force', 'v1.0.0', 'main~1');
    const second = await openMirror({ repo: drawn.path, dataDir });
    expect(second.news).toBe(true);
    expect((await second.git.text(['rev-parse', 'v1.0.0', 'release/1.0'])).trim().split('\n')).toEqual([
      drawn.git('rev-parse', 'main~1'),
      drawn.git('rev-parse', 'main'),
    ]);
    drawn.git('branch', '-D', 'release/1.0');
    const third = await openMirror({ repo: drawn.path, dataDir });
    await expect(third.git.text(['rev-parse', '--verify', '--quiet', 'refs/heads/release/1.0'])).rejects.toBeInstanceOf(GitTrouble);
  });

  test('a branch that takes the place of a folder of branches is followed', async () => {
    const drawn = await small();
    drawn.git('branch', 'release/1.0', 'main');
    const dataDir = place();
    await openMirror({ repo: drawn.path, dataDir });
    drawn.git('branch', '-D', 'release/1.0');
    drawn.git('branch', 'release', 'main');
    const mirror = await openMirror({ repo: drawn.path, dataDir });
    expect((await mirror.git.text(['rev-parse', 'refs/heads/release'])).trim()).toBe(drawn.git('rev-parse', 'main'));
  });

  test('two openings at once do not trip over each other', async () => {
    const drawn = await small();
    const dataDir = place();
    const mirrors = await Promise.all([1, 2, 3].map(() => openMirror({ repo: drawn.path, dataDir })));
    // Whichever comes first fetches; the others find it done.
    expect(mirrors.filter((mirror) => mirror.news)).toHaveLength(1);
  });

  test('two processes at one mirror both come to an answer', SLOW, async () => {
    const drawn = await small();
    const dataDir = place();
    const script = openingOf({ repo: drawn.path, dataDir });
    const keys = await Promise.all([1, 2, 3].map(() => promisify(execFile)(process.execPath, ['--input-type=module', '-e', script])));
    expect(new Set(keys.map(({ stdout }) => stdout.trim())).size).toBe(1);
  });

  test('a mirror that another process is only beginning is not taken for a damaged one', SLOW, async () => {
    const drawn = await small();
    const at = place();
    // On a machine under load `git init` may stand still with half of a repository made.
    writeFileSync(
      path.join(at, 'git'),
      `#!/bin/sh
PATH="\${PATH#*:}"
case " $* " in
  *' init '*) for last; do :; done; git "$@" && mv "$last/objects" "$last/later" && sleep 1; mv "$last/later" "$last/objects" ;;
  *) exec git "$@" ;;
esac
`,
      { mode: 0o755 },
    );
    const env = { ...process.env, PATH: `${at}:${process.env['PATH'] ?? ''}` };
    const dataDir = place();
    const script = openingOf({ repo: drawn.path, dataDir });
    const first = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { env });
    while (globSync('mirrors/*/later', { cwd: dataDir }).length === 0) await setTimeout(5);
    const mirror = await openMirror({ repo: drawn.path, dataDir });
    expect((await first).stdout.trim()).toBe(mirror.refsKey);
    expect(readdirSync(path.join(dataDir, 'mirrors')).toSorted()).toEqual([path.basename(mirror.gitDir), 'gitconfig']);
  });

  test('a lock that a killed process left, and a mirror that was damaged, are got over', SLOW, async () => {
    const drawn = await small();
    const dataDir = place();
    const first = await openMirror({ repo: drawn.path, dataDir });
    drawn.git('tag', 'v1.0.1', 'main');
    drawn.git('tag', '-d', 'v1.0.0');
    writeFileSync(path.join(first.gitDir, 'packed-refs.lock'), '');
    const second = await openMirror({ repo: drawn.path, dataDir });
    expect((await second.git.text(['tag'])).trim()).toBe('v1.0.1');

    drawn.git('tag', 'v1.0.2', 'main');
    for (const pack of globSync('objects/pack/*', { cwd: second.gitDir })) rmSync(path.join(second.gitDir, pack), { force: true });
    rmSync(path.join(second.gitDir, 'objects'), { recursive: true });
    const third = await openMirror({ repo: drawn.path, dataDir });
    expect((await third.git.text(['tag'])).trim().split('\n')).toEqual(['v1.0.1', 'v1.0.2']);
  });

  test('a shallow clone is read as far as it goes', async () => {
    const drawn = await small();
    const at = path.join(place(), 'shallow');
    run(['clone', '--quiet', '--depth=1', `file://${drawn.path}`, at]);
    const mirror = await openMirror({ repo: at, dataDir: place() });
    expect((await mirror.git.text(['rev-list', '--count', 'main', '--'])).trim()).toBe('1');
  });

  test('a repository of longer ids is mirrored as one', async () => {
    const at = path.join(place(), 'long');
    run(['init', '--quiet', '--object-format=sha256', '--initial-branch=main', at]);
    run([
      '-C',
      at,
      '-c',
      'user.name=Somebody',
      '-c',
      'user.email=somebody@example.com',
      'commit',
      '--quiet',
      '--allow-empty',
      '-m',
      'Begin',
    ]);
    const mirror = await openMirror({ repo: at, dataDir: place() });
    expect((await mirror.git.text(['rev-parse', 'main'])).trim()).toMatch(/^[0-9a-f]{64}$/);
  });

  test('an import that was interrupted is taken up again', async () => {
    const drawn = await small();
    const dataDir = place();
    const stop = new AbortController();
    stop.abort();
    await expect(openMirror({ repo: drawn.path, dataDir, signal: stop.signal })).rejects.toBeInstanceOf(GitTrouble);
    await expect(openMirror({ repo: drawn.path, dataDir })).resolves.toMatchObject({ news: true });
  });

  test('hooks and commands that a source configures never run', async () => {
    const drawn = await small();
    const at = place();
    const trap = path.join(at, 'trap');
    writeFileSync(trap, `#!/bin/sh\ntouch ${at}/sprung\ncat\n`, { mode: 0o755 });
    mkdirSync(path.join(drawn.path, 'hooks'), { recursive: true });
    for (const hook of ['reference-transaction', 'post-checkout', 'pre-auto-gc', 'post-rewrite'])
      cpSync(trap, path.join(drawn.path, 'hooks', hook));
    for (const setting of [
      'core.fsmonitor',
      'uploadpack.packObjectsHook',
      'diff.external',
      'core.pager',
      'core.sshCommand',
      'core.alternateRefsCommand',
    ])
      drawn.git('config', setting, trap);
    const mirror = await openMirror({ repo: drawn.path, dataDir: place() });
    await mirror.git.pipe(['diff-tree', '--stdin', '-r', '-p', '--no-ext-diff', '--no-textconv'], ['patch-id', '--stable'], {
      input: `${drawn.git('rev-parse', 'main')}\n`,
    });
    expect(readdirSync(at)).toEqual(['trap']);
    expect(existsSync(path.join(mirror.gitDir, 'hooks'))).toBe(false);
  });
});

describe('running git', () => {
  test('a command that does not end in time is ended', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    try {
      const run = git().text(['ls-remote', '--', `git://127.0.0.1:${port}/x.git`], { timeoutMs: 300 });
      await expect(run).rejects.toMatchObject({ fault: 'unreachable', cure: 'again', message: matching(/did not end within 300 ms/) });
    } finally {
      silent.close();
    }
  });

  test('no such commit is told as that', async () => {
    const drawn = await small();
    await expect(git({ gitDir: drawn.path }).text(['rev-list', 'f'.repeat(40), '--'])).rejects.toMatchObject({ fault: 'no-such-ref' });
  });
});
