/** Whose the files of trunk are: its CODEOWNERS, and which files a frame of a crash may mean. */
import type { CodeOwnership } from '#domain/owners/by-path.ts';
import type { Git, GitRun } from './client.ts';

/** Where hosts look for it: docs.github.com "About code owners", docs.gitlab.com "Code Owners syntax". */
const PLACES = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS', '.gitlab/CODEOWNERS'];
/** GitHub reads no larger one. */
const MOST_FILE_BYTES = 3 * 2 ** 20;
/** Files that a name may mean before it means nothing. */
const MOST_MEANT = 20;

/**
 * @param asked places in the code as a frame tells them, with or without a line: `SignUp/EmailField.swift:118`
 */
export async function ownershipAt(git: Git, commit: string, asked: readonly string[], run: GitRun): Promise<CodeOwnership> {
  const wanted = new Map(asked.map((place) => [place, partsOf(place)]));
  const found = new Map<string, { path: string; depth: number }[]>();
  const byName = Map.groupBy([...wanted], ([, parts]) => parts.at(-1) ?? '');
  const there = new Set<string>();
  for (const path of (await git.text(['ls-tree', '-r', '-z', '--name-only', '--full-tree', commit], run)).split('\0')) {
    if (PLACES.includes(path)) there.add(path);
    const parts = path.split('/');
    for (const [place, of] of byName.get(parts.at(-1) ?? '') ?? []) {
      found.set(place, [...(found.get(place) ?? []), { path, depth: commonEnd(parts, of) }]);
    }
  }
  const place = PLACES.find((each) => there.has(each));
  const text =
    place === undefined ? null : await git.text(['cat-file', 'blob', `${commit}:${place}`], { ...run, mostBytes: MOST_FILE_BYTES });
  return {
    file: place === undefined || text === null ? null : { path: place, text },
    paths: Object.fromEntries([...found].map(([name, files]) => [name, bestOf(files)])),
  };
}

/** `/app/SignUp/EmailField.swift:118` → `app`, `SignUp`, `EmailField.swift` */
function partsOf(place: string): string[] {
  return place
    .replace(/:\d+$/, '')
    .split('/')
    .filter((part) => part !== '' && part !== '.');
}

function commonEnd(path: readonly string[], asked: readonly string[]): number {
  let depth = 0;
  while (depth < asked.length && path.at(-1 - depth) === asked.at(-1 - depth)) depth += 1;
  return depth;
}

/** Those whose ends agree the most; builds put folders of their own before a path. */
function bestOf(files: readonly { path: string; depth: number }[]): string[] {
  const deepest = Math.max(...files.map(({ depth }) => depth));
  const best = files.filter(({ depth }) => depth === deepest).map(({ path }) => path);
  return best.length > MOST_MEANT ? [] : best;
}
