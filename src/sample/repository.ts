/** A real git repository that grows with the story: written by `git fast-import`, one process for each beat, always with the same commits. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import type { Instant } from '#domain/time.ts';
import { git } from '#integrations/git/client.ts';

/** One commit. `name` is how the story speaks of it: the number of its change, as a rule. */
export type Change = {
  name: string;
  subject: string;
  author: string;
  /** Files that it touches; one of its own under `shared/` where none are named. */
  files?: readonly string[];
  /** The change of trunk that it carries over: said in the message, as `git cherry-pick -x` does. */
  picked?: string;
};

export type Repository = {
  path: string;
  /** Rises with every change of a branch or tag that came through here. */
  generation(): number;
  /** Adds commits to a branch at a moment. Trunk begins with the first; a release branch must be there. Those that are there already are left out. */
  commit(branch: string, changes: readonly Change[], at: Instant): Promise<void>;
  /** The id of a named commit. Throws when there is none. */
  idOf(name: string): string;
  /** Something else wrote to it. */
  touched(): void;
};

const NAMES = 'refs/sample/';

/** Opens the repository in a folder, or begins it. */
export function openRepository(path: string): Repository {
  let generation = 0;
  const ids = new Map<string, string>();
  const opening = (...words: readonly string[]): string => execFileSync('git', ['-C', path, ...words], { encoding: 'utf8' }).trim();
  const repository = git({ gitDir: path });

  if (!existsSync(path)) {
    mkdirSync(path, { recursive: true });
    opening('init', '-q', '--bare', '-b', 'main');
  }
  for (const line of opening('for-each-ref', '--format=%(objectname) %(refname)', NAMES).split('\n').filter(Boolean)) {
    const [id = '', name = ''] = line.split(' ');
    ids.set(name.slice(NAMES.length), id);
  }

  function idOf(name: string): string {
    const id = ids.get(name);
    if (id === undefined) throw new Error(`the sample's repository has no commit called "${name}"`);
    return id;
  }

  /** Branches that were seen: none is ever taken away. */
  const branches = new Set<string>();
  async function isBranch(name: string): Promise<boolean> {
    if (branches.has(name)) return true;
    if ((await repository.text(['for-each-ref', '--format=%(refname)', `refs/heads/${name}`])) === '') return false;
    branches.add(name);
    return true;
  }

  return {
    path,
    generation: () => generation,
    touched: () => {
      generation += 1;
    },
    idOf,
    async commit(branch, changes, at) {
      const fresh = changes.filter(({ name }) => !ids.has(name));
      if (fresh.length === 0) return;
      const isThere = await isBranch(branch);
      if (!isThere && ids.size > 0) throw new Error(`the sample's repository has no branch ${branch} yet`);
      const said = await repository.text(['fast-import', '--quiet', '--date-format=raw'], {
        input: streamOf(branch, fresh, at, isThere, idOf),
      });
      const made = said.trim().split('\n');
      branches.add(branch);
      for (const [index, { name }] of fresh.entries()) ids.set(name, made[index] ?? '');
      generation += 1;
    },
  };
}

function streamOf(branch: string, changes: readonly Change[], at: Instant, continues: boolean, idOf: (name: string) => string): string {
  const lines: string[] = [];
  const date = `${Math.floor(Date.parse(at) / 1000)} +0200`;
  for (const [index, change] of changes.entries()) {
    const who = `${change.author} <${change.author.toLowerCase().replaceAll(/[^a-z]+/g, '.')}@sample.invalid> ${date}`;
    const message = `${change.subject}\n${change.picked === undefined ? '' : `\n(cherry picked from commit ${idOf(change.picked)})\n`}`;
    lines.push(`commit refs/heads/${branch}`, `mark :${index + 1}`, `author ${who}`, `committer ${who}`, data(message));
    if (index === 0 && continues) lines.push(`from refs/heads/${branch}^0`);
    const files = change.files ?? [`shared/${change.name}.txt`];
    for (const file of files) lines.push(`M 100644 inline ${file}`, data(`${change.subject}\n${change.name}\n`));
    // Its id is told on the way.
    lines.push(`reset ${NAMES}${change.name}`, `from :${index + 1}`, '', `get-mark :${index + 1}`);
  }
  return `${lines.join('\n')}\ndone\n`;
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}`;
}
