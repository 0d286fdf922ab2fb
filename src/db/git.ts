/** Commits of release branches since their cut: kept here only, they are no facts. */
import type { BranchCommit } from '#domain/facts.ts';
import type { Db, Tx } from './transaction.ts';

const BATCH = 2000;

/** Replaces what is known of a branch: oldest first. */
export async function replaceCommits(tx: Tx, app: string, branch: string, commits: readonly BranchCommit[]): Promise<void> {
  await tx.deleteFrom('commits').where('app', '=', app).where('branch', '=', branch).execute();
  for (let from = 0; from < commits.length; from += BATCH) {
    await tx
      .insertInto('commits')
      .values(
        commits.slice(from, from + BATCH).map(({ sha, at, subject, author, category, origin }, index) => ({
          app,
          branch,
          position: from + index,
          sha,
          at,
          subject,
          author,
          category,
          origin: origin === null ? null : JSON.stringify(origin),
        })),
      )
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

/** Branches as last read: name → head. */
export async function branchesOf(db: Db, app: string): Promise<Map<string, { head: string; version: string | null; payload: object }>> {
  const rows = await db
    .selectFrom('branches')
    .select(['name', 'head', 'version', 'payload'])
    .where('app', '=', app)
    .orderBy('arrival')
    .execute();
  return new Map(rows.map(({ name, head, version, payload }) => [name, { head, version, payload }]));
}

/** Whether commits of this branch were stored. */
export async function hasCommits(db: Db, app: string, branch: string): Promise<boolean> {
  return (
    (await db.selectFrom('commits').select('sha').where('app', '=', app).where('branch', '=', branch).limit(1).executeTakeFirst()) !==
    undefined
  );
}

/** Commits of release candidates of a version for which it was not worked out yet what they lack of `branch` at `head`. */
export async function unexaminedBuilds(db: Db, app: string, version: string, branch: string, head: string): Promise<string[]> {
  const rows = await db
    .selectFrom('builds as b')
    .select('b.commit')
    .distinct()
    .where('b.app', '=', app)
    .where('b.version', '=', version)
    .where('b.kind', '=', 'release-candidate')
    .where((of) =>
      of.not(
        of.exists(
          of
            .selectFrom('containments as k')
            .select('k.key')
            .whereRef('k.app', '=', 'b.app')
            .where('k.branch', '=', branch)
            .where('k.head', '=', head)
            .whereRef('k.commit', '=', 'b.commit'),
        ),
      ),
    )
    .orderBy('b.commit')
    .execute();
  return rows.map(({ commit }) => commit);
}

/** The newest commit of trunk, as last read; null where no repository was. */
export async function trunkHeadOf(db: Db, app: string): Promise<string | null> {
  const row = await db
    .selectFrom('branches')
    .select('head')
    .where('app', '=', app)
    .where('trunk', '=', true)
    .orderBy('arrival', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.head ?? null;
}
