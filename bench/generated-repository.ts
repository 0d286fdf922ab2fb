/** A repository of a given size, the same for the same number on any machine: a trunk, trains with RC tags, cherry-picks and hotfixes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

export type GeneratedRepository = { commits: number; trains: number };

const FILES = 600;
const COMMITS_OF_A_TRAIN = 120;
const HOUR = 3600;
const FIRST_COMMIT_AT = 1_500_000_000;

/**
 * Writes a bare repository with `commits` commits into `gitDir`, which must not exist yet.
 *
 * Every 120 commits of trunk a branch leaves it: three RCs with picks from trunk (`-x` trailer or none), a final, for every fifth train a hotfix.
 */
export async function generateRepository(gitDir: string, commits: number): Promise<GeneratedRepository> {
  await ended(spawn('git', ['init', '--quiet', '--bare', '--initial-branch=main', gitDir], { stdio: 'ignore' }), 'init');
  const importer = spawn('git', [`--git-dir=${gitDir}`, 'fast-import', '--quiet', '--force'], { stdio: ['pipe', 'ignore', 'inherit'] });
  const finished = ended(importer, 'fast-import');
  const writer = bufferedWriter(importer.stdin);
  const random = generator(20241001);
  /** Commits so far; fast-import knows each by its number. */
  const made = { commits: 0 };
  let at = FIRST_COMMIT_AT;

  const commit = async (options: {
    ref: string;
    from: number | null;
    subject: string;
    body?: string;
    file: string;
    text: string;
  }): Promise<number> => {
    const mark = ++made.commits;
    at += Math.floor(random() * 2 * HOUR) + 60;
    const who = `Person ${mark % 40} <person${mark % 40}@example.com> ${at} +0000`;
    const message = options.body === undefined ? options.subject : `${options.subject}\n\n${options.body}\n`;
    await writer.write(
      `commit ${options.ref}\nmark :${mark}\nauthor ${who}\ncommitter ${who}\n${data(message)}${options.from === null ? '' : `from :${options.from}\n`}M 100644 inline ${options.file}\n${data(options.text)}\n`,
    );
    return mark;
  };
  const tag = async (name: string, from: number) => writer.write(`reset refs/tags/${name}\nfrom :${from}\n\n`);
  const fileOf = (number: number) => `src/part${number % 30}/file${number % FILES}.txt`;
  const textOf = (number: number, change: string) =>
    `${Array.from({ length: 12 }, (_, line) => `line ${line} of file ${number % FILES}`).join('\n')}\n${change}\n`;

  let trunk = await commit({ ref: 'refs/heads/main', from: null, subject: 'Begin', file: 'README.md', text: 'generated\n' });
  let trains = 0;
  for (let change = 1; made.commits < commits; change++) {
    trunk = await commit({
      ref: 'refs/heads/main',
      from: trunk,
      subject: `Change ${change} of part ${change % 30} (#${change})`,
      file: fileOf(change),
      text: textOf(change, `change ${change}`),
    });
    if (change % COMMITS_OF_A_TRAIN !== 0) continue;
    trains++;
    const train = `${1 + Math.floor(trains / 100)}.${trains % 100}`;
    const ref = `refs/heads/release/${train}`;
    let tip = await commit({ ref, from: trunk, subject: 'Bump version number', file: 'version.properties', text: `version=${train}\n` });
    for (let candidate = 1; candidate <= 3; candidate++) {
      for (let pick = 1; pick <= 3; pick++) {
        // Trunk has the change first, the branch the same one some commits later.
        const number = 1_000_000 + trains * 10 + candidate * 3 + pick;
        const file = `fixes/fix${number % 97}.txt`;
        trunk = await commit({
          ref: 'refs/heads/main',
          from: trunk,
          subject: `Fix ${number} (#${number})`,
          file,
          text: textOf(number, `fix ${number}`),
        });
        tip = await commit({
          ref,
          from: tip,
          subject: `Fix ${number} (#${number}) (#${number + 5_000_000})`,
          body: pick % 2 === 0 ? `(cherry picked from commit ${foreignId(number)})` : undefined,
          file,
          text: textOf(number, `fix ${number}`),
        });
      }
      await tag(`${train}-rc-${candidate}`, tip);
    }
    tip = await commit({ ref, from: tip, subject: 'Update translations', file: 'res/strings.xml', text: `<!-- ${train} -->\n` });
    await tag(train, tip);
    if (trains % 5 === 0) {
      tip = await commit({ ref, from: tip, subject: `Fix a crash of ${train}`, file: 'src/crash.txt', text: `${train}\n` });
      await tag(`${train}.1`, tip);
    }
  }
  await writer.end();
  await finished;
  return { commits: made.commits, trains };
}

/** Ids are not known while importing; a trailer that names a commit of elsewhere is as real as one that names a commit of here. */
function foreignId(number: number): string {
  return number.toString(16).padStart(40, 'a');
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}

/** Mulberry32: small, fast, and the same everywhere. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function bufferedWriter(stream: NodeJS.WritableStream): { write(text: string): Promise<void>; end(): Promise<void> } {
  let held: string[] = [];
  let size = 0;
  const flush = async () => {
    const text = held.join('');
    held = [];
    size = 0;
    if (text !== '' && !stream.write(text)) await once(stream, 'drain');
  };
  return {
    async write(text) {
      held.push(text);
      size += text.length;
      if (size > 1_000_000) await flush();
    },
    async end() {
      await flush();
      stream.end('done\n');
    },
  };
}

async function ended(child: ReturnType<typeof spawn>, what: string): Promise<void> {
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`git ${what} ended with ${code}`);
}
