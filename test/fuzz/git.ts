/** Repositories as somebody would make them who means harm, made by git's own plumbing: each is read whole, or what cannot be read of it is said. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as fc from 'fast-check';
import { GitTrouble } from '#integrations/git/client.ts';
import { gitHost } from '#integrations/git/git-host.ts';
import { gitSettings } from '#integrations/git/settings.ts';
import { Fault, target } from './target.ts';
import type { Target } from './target.ts';

const words = [
  '-rf',
  '--upload-pack=x',
  '--help',
  '<script>',
  '%00',
  '%2e%2e',
  '{{x}}',
  '$(touch never)',
  '$(touch)',
  '`id`',
  'a b',
  'a..b',
  'a:b',
  'a~1',
  'a^',
  'a*',
  '@',
  '@{-1}',
  'a@{u}',
  'HEAD',
  'FETCH_HEAD',
  'refs/heads/main',
  'Main',
  'MAIN',
  'main.lock',
  '.hidden',
  'x.',
  'é',
  'e\u0301',
  '💥',
  '\u202egnp',
  'a\nb',
  'a\tb',
  'a\u001b[2Jb',
  'a\u007fb',
  'x'.repeat(120),
  'a/b/c/d/e/f/g',
  'release/8.9.2',
  'release/8.9',
  'v8.9.2',
  'v99999999999999999999.0.0',
  '8.9.2-rc.1',
  'v0.0.0',
  "'; drop table apps; --",
  '"',
  '\\',
  '#',
  '!',
  '&&x',
  '|x',
  '0'.repeat(40),
  'a'.repeat(40),
];

const TARGETS = [
  'root',
  'second',
  'orphan',
  'nowhere',
  'lacking',
  'blob',
  'tree',
  'no-tree',
  'no-parent',
  'odd date',
  'odd author',
  'no head',
  'garbage',
  'empty',
  'symbolic',
  'loop',
  'tag of tag',
  'large',
  'links',
] as const;
type Named = { place: 'heads' | 'tags'; name: string; leads: (typeof TARGETS)[number] };
type Message = { subject: string; author: string };
type Drawn = { refs: Named[]; message: Message; isPacked: boolean };

const name = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...words) },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom(...words), fc.constantFrom(...words)).map(([a, b]) => `${a}/${b}`) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }) },
);
const text = fc.oneof(
  fc.constantFrom(...words),
  fc.constantFrom(
    'Fix (#123)',
    '(cherry picked from commit aaaaaaa)',
    `(cherry picked from commit ${'f'.repeat(64)})`,
    '',
    ' ',
    '\u0007\u001b]0;x\u0007',
    'x'.repeat(20_000),
    '#'.repeat(5000),
    'Merge pull request #99999999999999',
  ),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
);

const REFS = 12;

/** Each repository holds a dozen names: so many inputs are one run. */
export function gitTargets(): Target[] {
  return [
    target<Drawn>({
      group: 'git',
      name: `repositories of ${REFS} hostile names each`,
      weight: 1,
      // a repository takes some hundred programs to make and to read
      hangMs: 120_000,
      inputs: fc.record({
        refs: fc.array(
          fc.record({ place: fc.constantFrom('heads', 'tags'), name, leads: fc.constantFrom('root', 'root', 'second', ...TARGETS) }),
          {
            minLength: 1,
            maxLength: REFS,
          },
        ),
        message: fc.record({ subject: text, author: text }),
        isPacked: fc.boolean(),
      }),
      shown: (drawn) => JSON.stringify(drawn),
      attempt: readHostile,
    }),
  ];
}

function run(args: readonly string[], input: string | Buffer = ''): string {
  const { status, stdout, stderr } = spawnSync('git', args, { encoding: 'utf8', input, maxBuffer: 64 * 2 ** 20 });
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
  return stdout.trimEnd();
}

async function readHostile({ refs, message, isPacked }: Drawn): Promise<'accepted' | 'refused'> {
  const place = mkdtempSync(join(tmpdir(), 'signalbox-fuzz-git-'));
  try {
    const gitDir = join(place, 'hostile.git');
    const marker = join(place, 'never');
    const written = drawHostile(gitDir, refs, message, isPacked);
    return await readAll(gitDir, join(place, 'data'), written, marker);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** Makes the repository, and gives the names that a file system could hold, with what they lead to. */
function drawHostile(gitDir: string, refs: readonly Named[], { subject, author }: Message, isPacked: boolean): Map<string, Named['leads']> {
  run(['init', '--quiet', '--bare', '--initial-branch=main', gitDir]);
  const write = (kind: string, content: string | Buffer): string =>
    run([`--git-dir=${gitDir}`, 'hash-object', '-t', kind, '--literally', '-w', '--stdin'], content);
  const tree = write('tree', '');
  const who = `${author.replaceAll('\n', ' ')} <s@example.com>`;
  const commit = (of: string, parent: string, date = '1700000000 +0000', by = who): string =>
    write(
      'commit',
      `tree ${of}\n${parent === '' ? '' : `parent ${parent}\n`}author ${by} ${date}\ncommitter ${by} ${date}\n\n${subject}\n`,
    );
  const root = commit(tree, '');
  const LACKING = 'a'.repeat(40);
  const made: Record<Named['leads'], () => string> = {
    root: () => root,
    second: () => commit(tree, root),
    orphan: () => commit(tree, '', '1600000000 +0000'),
    nowhere: () => '0'.repeat(40),
    lacking: () => LACKING,
    blob: () => write('blob', 'x'),
    tree: () => tree,
    'no-tree': () => commit(LACKING, root),
    'no-parent': () => commit(tree, LACKING),
    'odd date': () => commit(tree, root, '99999999999999999999 +9999'),
    'odd author': () => commit(tree, root, '-5 -0000', 'é\ud800 <<>>'),
    'no head': () => write('commit', `tree ${tree}\n\nno head\n`),
    garbage: () => 'hello there',
    empty: () => '',
    symbolic: () => 'ref: refs/heads/nobody',
    loop: () => 'ref: refs/heads/main/../main',
    'tag of tag': () => {
      const inner = write('tag', `object ${root}\ntype commit\ntag x\ntagger ${who} 1700000000 +0000\n\nx\n`);
      return write('tag', `object ${inner}\ntype tag\ntag y\ntagger ${who} x\n\n${subject}\n`);
    },
    large: () => {
      const blob = write('blob', 'x'.repeat(3_000_000));
      return commit(run([`--git-dir=${gitDir}`, 'mktree'], `100644 blob ${blob}\tlarge\n`), root);
    },
    links: () => {
      const link = write('blob', '/etc/passwd');
      const modules = write('blob', '[submodule "x"]\n\tpath = -x\n\turl = ext::sh -c "touch /tmp/never"\n');
      const raw = (mode: string, entry: string, sha: string) => Buffer.concat([Buffer.from(`${mode} ${entry}\0`), Buffer.from(sha, 'hex')]);
      return commit(
        write(
          'tree',
          Buffer.concat([
            raw('120000', '.git', link),
            raw('100644', '.gitmodules', modules),
            raw('40000', '..', tree),
            raw('160000', 'module', 'b'.repeat(40)),
          ]),
        ),
        root,
      );
    },
  };
  const written = new Map<string, Named['leads']>();
  const put = (ref: string, content: string, leads: Named['leads']): void => {
    const file = join(gitDir, ref);
    // what is no place below refs is no ref
    if (!file.startsWith(join(gitDir, 'refs', ref.split('/')[1] ?? '') + '/') || written.has(ref)) return;
    try {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content === '' ? '' : `${content}\n`);
      written.set(ref, leads);
    } catch {
      // a name that no file system takes, or that stands in the way of another
    }
  };
  put('refs/heads/main', root, 'root');
  for (const { place, name, leads } of refs) put(`refs/${place}/${name}`, made[leads](), leads);
  if (isPacked) spawnSync('git', [`--git-dir=${gitDir}`, 'pack-refs', '--all']);
  return written;
}

/** What can be read must be read, wherever git itself finds nothing wrong with the name. */
async function readAll(
  gitDir: string,
  dataDir: string,
  written: ReadonlyMap<string, Named['leads']>,
  marker: string,
): Promise<'accepted' | 'refused'> {
  const host = gitHost(gitSettings.parse({ repo: gitDir }), { dataDir });
  try {
    const heads = await host.branchHeads();
    const tags = await host.tags();
    const lost = (await host.unreadable?.()) ?? [];
    const told = new Set([...heads.map((branch) => `refs/heads/${branch.name}`), ...tags.map((tag) => `refs/tags/${tag.name}`)]);
    if (!told.has('refs/heads/main')) throw new Fault('the trunk, which is whole, is not there');
    if (lost.some(({ ref, because }) => ref === '' || because === ''))
      throw new Fault(`what is not readable is not said: ${JSON.stringify(lost)}`);
    for (const [ref, leads] of written) {
      const isWhole = ['root', 'second', 'orphan', 'odd date', 'large'].includes(leads);
      const isPermitted = spawnSync('git', ['check-ref-format', ref]).status === 0;
      // what git's own listing gives, byte for byte, is what must be there
      if (isWhole && isPermitted && ref.isWellFormed() && !told.has(ref))
        throw new Fault(`${JSON.stringify(ref)} is whole and permitted, and is not told`);
    }
    const analysis = await host.history();
    if (analysis.unreadable.length !== lost.length) throw new Fault('the analysis says something else of what is not readable');
    for (const branch of heads.slice(0, 3))
      await host.commitsSince({ cut: heads.find(({ trunk }) => trunk)?.head ?? branch.head, branch: branch.name });
    for (const branch of heads.slice(0, 3)) await host.cutOf(branch.name);
    if (spawnSync('test', ['-e', marker]).status === 0) throw new Fault('something in the repository was run');
    return lost.length > 0 ? 'refused' : 'accepted';
  } catch (error) {
    if (error instanceof Fault) throw error;
    if (!(error instanceof GitTrouble))
      throw new Fault(`it throws: ${error instanceof Error ? error.stack : String(error)}`, { isTrouble: true });
    throw new Fault(`the whole repository is not read: ${error.message}`);
  }
}
