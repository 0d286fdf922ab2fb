/** Whose code a crash comes from: the innermost frame whose path a team owns, by the policy's own patterns or by the repository's CODEOWNERS. */
import { ownersOf, readCodeowners } from './codeowners.ts';
import type { Codeowners } from './codeowners.ts';

/** A team of the policy and the paths that it owns. */
export type OwningTeam = { id: string; owns: readonly string[] };

/** What the repository says. `paths`: for each place in the code that was asked for, the files that it may be. */
export type CodeOwnership = {
  file: { path: string; text: string } | null;
  paths: Readonly<Record<string, readonly string[]>>;
};

export type FoundOwner = { team: string; path: string; rule: string; from: 'policy' | 'codeowners'; frame: number };
export type NoOwner = { team: null; because: string };
export type Owner = FoundOwner | NoOwner;

/** Says in a policy that a team has what the repository's file gives it. */
const FROM_FILE = 'CODEOWNERS';

/**
 * The team of the innermost frame that anybody owns.
 *
 * @param code where each frame is in the code, innermost first; null where the frame does not tell
 * @param repository null: no repository can be asked
 */
export function ownerOf(code: readonly (string | null)[], teams: readonly OwningTeam[], repository: CodeOwnership | null): Owner {
  if (code.length === 0) return { team: null, because: 'the samples have no frames' };
  if (code.every((place) => place === null)) return { team: null, because: 'no frame tells where it is in the code' };
  const rules = ownPatterns(teams);
  const file = repository?.file ?? null;
  const theirs = file === null ? null : readCodeowners(file.text);
  const strangers = new Set<string>();
  let known = 0;
  for (const [frame, place] of code.entries()) {
    if (place === null) continue;
    const paths = filesOf(place, repository);
    known += paths.length > 0 ? 1 : 0;
    const answers = paths.map((path) => teamOfPath(path, teams, rules, theirs, strangers));
    const [first] = answers;
    // A name that several files have tells a team only where all of them belong to it.
    if (first !== undefined && first !== null && answers.every((answer) => answer?.team === first.team)) return { ...first, frame };
  }
  return { team: null, because: whyNone({ hasRules: rules !== null, file, known, strangers, hasRepository: repository !== null }) };
}

function filesOf(place: string, repository: CodeOwnership | null): readonly string[] {
  const found = repository !== null && Object.hasOwn(repository.paths, place) ? (repository.paths[place] ?? []) : [];
  if (found.length > 0) return found;
  // Without a repository to ask, a path counts as it was told.
  return repository === null && place.includes('/') ? [place.replace(/^(?:\.?\/)+/, '').replace(/:\d+$/, '')] : [];
}

function ownPatterns(teams: readonly OwningTeam[]): Codeowners | null {
  const lines = teams.flatMap(({ id, owns }) =>
    owns.filter((pattern) => pattern !== FROM_FILE).map((pattern) => `${pattern.replaceAll(' ', '\\ ')} @${id}`),
  );
  return lines.length === 0 ? null : readCodeowners(lines.join('\n'), 'github');
}

function teamOfPath(
  path: string,
  teams: readonly OwningTeam[],
  rules: Codeowners | null,
  theirs: Codeowners | null,
  strangers: Set<string>,
): Omit<FoundOwner, 'frame'> | null {
  for (const { rule, owners } of rules === null ? [] : ownersOf(rules, path)) {
    const team = owners[0]?.slice(1);
    if (team !== undefined) return { team, path, rule, from: 'policy' };
  }
  for (const { rule, owners } of theirs === null ? [] : ownersOf(theirs, path)) {
    for (const owner of owners) {
      const team = teamNamed(owner, teams);
      if (team !== null) return { team, path, rule, from: 'codeowners' };
      strangers.add(owner);
    }
  }
  return null;
}

/** `@acme/Player` and `@player` are the team `player`; of GitLab's nested groups the last name counts. */
function teamNamed(owner: string, teams: readonly OwningTeam[]): string | null {
  if (!owner.startsWith('@')) return null;
  const name = owner
    .slice(owner.lastIndexOf('/') + 1)
    .replace(/^@+/, '')
    .toLowerCase();
  return teams.find(({ id }) => id.toLowerCase() === name)?.id ?? null;
}

type Why = {
  hasRules: boolean;
  file: { path: string } | null;
  known: number;
  strangers: ReadonlySet<string>;
  hasRepository: boolean;
};

function whyNone({ hasRules, file, known, strangers, hasRepository }: Why): string {
  if (!hasRules && file === null)
    return hasRepository
      ? 'no team owns paths in the policy, and the repository has no CODEOWNERS file'
      : 'no team owns paths in the policy, and no repository is connected';
  if (known === 0) return 'the repository has no file of these names';
  const [stranger] = strangers;
  if (stranger !== undefined) return `${file?.path ?? 'CODEOWNERS'} names ${stranger}, who is no team of the policy`;
  return 'no rule speaks of these paths';
}
