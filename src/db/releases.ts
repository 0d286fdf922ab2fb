/** What people wrote about a release. Each change is guarded by the app's row, whose lock the caller holds. */
import type { ReleaseContents } from '#domain/release/contents.ts';
import { wholeContents } from '#domain/release/contents.ts';
import type { ReleaseKind } from '#domain/release/track.ts';
import type { PlannedTimes } from '#domain/release/release.ts';
import type { Db, Tx } from './transaction.ts';

export type Described = { version: string; kind: ReleaseKind; manager: string | null; contents: ReleaseContents };

/** A release with its contents; null when the app has none of this version. */
export async function describedRelease(db: Db, app: string, version: string): Promise<Described | null> {
  const row = await db
    .selectFrom('releases')
    .select(['version', 'kind', 'manager', 'contents'])
    .where('app', '=', app)
    .where('version', '=', version)
    .executeTakeFirst();
  return row === undefined ? null : { ...row, contents: wholeContents(row.contents) };
}

export async function writeContents(
  tx: Tx,
  app: string,
  version: string,
  { manager, contents }: Pick<Described, 'manager' | 'contents'>,
): Promise<void> {
  await tx
    .updateTable('releases')
    .set({ manager, contents: JSON.stringify(contents) })
    .where('app', '=', app)
    .where('version', '=', version)
    .execute();
}

/** The planned times of a release, all milestones named; null when there is no such release. Its row is locked. */
export async function plannedOf(tx: Tx, app: string, version: string): Promise<PlannedTimes | null> {
  const row = await tx
    .selectFrom('releases')
    .select('planned')
    .where('app', '=', app)
    .where('version', '=', version)
    .forUpdate()
    .executeTakeFirst();
  const nothing: PlannedTimes = { branch: null, candidate: null, submit: null, start: null, finish: null };
  return row === undefined ? null : { ...nothing, ...row.planned };
}

export async function writePlanned(tx: Tx, app: string, version: string, planned: PlannedTimes): Promise<void> {
  await tx
    .updateTable('releases')
    .set({ planned: JSON.stringify(planned) })
    .where('app', '=', app)
    .where('version', '=', version)
    .execute();
}
