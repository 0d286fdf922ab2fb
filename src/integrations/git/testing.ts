/** Draws small repositories for tests: every commit is an hour after the one before, and all is written at once by `git fast-import`. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const START_AT = Date.UTC(2024, 0, 1) / 1000;
const HOUR = 3600;

export type CommitOptions = {
  /** Start the branch here (a label) in place of its present tip; `null` for a root. */
  from?: string | null;
  /** Further parents, by label. */
  merge?: readonly string[];
  body?: string;
  /** Files with their whole text; by default a file of the commit's own, so that no two patches are alike. */
  files?: Record<string, string>;
  /** Hours after the commit before. */
  hours?: number;
  author?: string;
};

export type Drawing = {
  /** Adds a commit to a branch and gives its label, which is its subject made unique by its number: pass it on to `from`, `merge`, `tag`. */
  commit(branch: string, subject: string, options?: CommitOptions): string;
  /** A tag on a commit; annotated where a date (hours from the beginning) is given. */
  tag(name: string, label: string, annotatedAtHour?: number): void;
  /** A branch that points at a commit. */
  branch(name: string, label: string): void;
  deleteBranch(name: string): void;
  write(): Promise<Drawn>;
};

export type Drawn = {
  /** The bare repository. */
  path: string;
  sha(label: string): string;
  git(...args: string[]): string;
};

const places: string[] = [];

/** A directory of its own for a test, removed by `removePlaces`. */
export function place(): string {
  const made = mkdtempSync(path.join(tmpdir(), 'signalbox-git-test-'));
  places.push(made);
  return made;
}

export function removePlaces(): void {
  for (const made of places.splice(0)) rmSync(made, { recursive: true, force: true });
}

/** A drawing whose HEAD will be `head`. */
export function draw(head = 'main'): Drawing {
  const script: string[] = [];
  const tips = new Map<string, string>();
  const marks = new Map<string, number>();
  let at = START_AT;
  const mark = (label: string) => {
    const found = marks.get(label);
    if (found === undefined) throw new Error(`the drawing has no commit "${label}"`);
    return `:${found}`;
  };
  return {
    commit(branch, subject, options = {}) {
      const number = marks.size + 1;
      const label = `${number} ${subject}`;
      at += (options.hours ?? 1) * HOUR;
      const from = options.from === undefined ? tips.get(branch) : options.from;
      const who = `${options.author ?? 'Somebody'} <somebody@example.com> ${at} +0000`;
      const message = options.body === undefined ? subject : `${subject}\n\n${options.body}\n`;
      script.push(`commit refs/heads/${branch}`, `mark :${number}`, `author ${who}`, `committer ${who}`, data(message));
      marks.set(label, number);
      // A root on a branch that has commits already needs the branch emptied first.
      if (from === null && tips.has(branch))
        script.splice(script.lastIndexOf(`commit refs/heads/${branch}`), 0, `reset refs/heads/${branch}`, '');
      if (from !== undefined && from !== null) script.push(`from ${mark(from)}`);
      for (const other of options.merge ?? []) script.push(`merge ${mark(other)}`);
      for (const [file, text] of Object.entries(options.files ?? { [`file-${number}.txt`]: `${label}\n` }))
        script.push(`M 100644 inline ${JSON.stringify(file)}`, data(text));
      script.push('');
      tips.set(branch, label);
      return label;
    },
    tag(name, label, annotatedAtHour) {
      if (annotatedAtHour === undefined) script.push(`reset refs/tags/${name}`, `from ${mark(label)}`, '');
      else
        script.push(
          `tag ${name}`,
          `from ${mark(label)}`,
          `tagger Somebody <somebody@example.com> ${START_AT + annotatedAtHour * HOUR} +0000`,
          data(name),
        );
    },
    branch(name, label) {
      script.push(`reset refs/heads/${name}`, `from ${mark(label)}`, '');
      tips.set(name, label);
    },
    deleteBranch(name) {
      script.push(`reset refs/heads/${name}`, `from ${'0'.repeat(40)}`, '');
    },
    async write() {
      const directory = path.join(place(), 'repository.git');
      run(['init', '--quiet', '--bare', `--initial-branch=${head}`, directory]);
      const marksFile = path.join(directory, 'marks');
      const importer = spawn('git', [`--git-dir=${directory}`, 'fast-import', '--quiet', `--export-marks=${marksFile}`], {
        stdio: ['pipe', 'ignore', 'pipe'],
      });
      let said = '';
      importer.stderr.on('data', (text) => (said += String(text)));
      importer.stdin.end(`${script.join('\n')}\n`);
      const [code] = (await once(importer, 'close')) as [number | null];
      if (code !== 0) throw new Error(`fast-import: ${said}`);
      const shas = new Map(
        readFileSync(marksFile, 'utf8')
          .trim()
          .split('\n')
          .map((line) => line.split(' ') as [string, string]),
      );
      return {
        path: directory,
        sha: (label) => shas.get(mark(label)) ?? '',
        git: (...args) => run([`--git-dir=${directory}`, ...args]),
      };
    },
  };
}

export function run(args: readonly string[], input?: string | Buffer): string {
  const result = spawnSync('git', args, { encoding: 'utf8', input, maxBuffer: 64 * 2 ** 20 });
  if (result.status !== 0) throw new Error(`git ${args.join(' ')}: ${result.stderr}`);
  return result.stdout.trimEnd();
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}`;
}
