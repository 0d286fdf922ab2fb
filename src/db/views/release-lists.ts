/** Builds and commits of a release, in pages. */
import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import type { z } from 'zod';
import type { BranchCommit, buildFact } from '#domain/facts.ts';
import type { Instant } from '#domain/time.ts';
import type { Database } from '../schema.ts';
import type { TrackName } from './tracks.ts';

export type StoredBuild = { begunAt: Instant; number: string; at: Instant; source: string; payload: z.infer<typeof buildFact> };

const begun = sql<Instant>`coalesce((b.payload->>'startedAt')::timestamptz, b.at)`;

/** Builds of a track, nightlies among them, those that were begun last first. */
export async function buildsPage(
  db: Kysely<Database>,
  name: TrackName,
  before: { begunAt: Instant; number: string } | null,
  limit: number,
): Promise<StoredBuild[]> {
  const rows = await db
    .selectFrom('builds as b')
    .select([begun.as('begunAt'), 'b.number', 'b.at', 'b.source', 'b.payload'])
    .where('b.app', '=', name.app)
    .where('b.version', '=', name.version)
    .where('b.platform', '=', name.platform)
    .where(
      sql<boolean>`not exists (select 1 from builds o where o.app = b.app and o.version = b.version and o.platform = b.platform
        and o.number = b.number and o.arrival > b.arrival)`,
    )
    .$if(before !== null, (query) => query.where(sql<boolean>`(${begun}, b.number) < (${before?.begunAt}::timestamptz, ${before?.number})`))
    .orderBy(begun, 'desc')
    .orderBy('b.number', 'desc')
    .limit(limit)
    .execute();
  return rows.map((row) => ({ ...row, payload: row.payload as StoredBuild['payload'] }));
}

export type StoredCommit = BranchCommit & { position: number };

/** Commits of a branch, the newest first. */
export async function commitsPage(
  db: Kysely<Database>,
  app: string,
  branch: string,
  before: number | null,
  limit: number,
): Promise<StoredCommit[]> {
  return db
    .selectFrom('commits')
    .select(['position', 'sha', 'at', 'subject', 'author', 'category', 'origin'])
    .where('app', '=', app)
    .where('branch', '=', branch)
    .$if(before !== null, (query) => query.where('position', '<', before ?? 0))
    .orderBy('position', 'desc')
    .limit(limit)
    .execute();
}

export async function countCommits(db: Kysely<Database>, app: string, branch: string): Promise<number> {
  const row = await db
    .selectFrom('commits')
    .select(sql<number>`count(*)::int`.as('count'))
    .where('app', '=', app)
    .where('branch', '=', branch)
    .executeTakeFirst();
  return row?.count ?? 0;
}

/** The trunk of an app as last read: its name and head; null while no code host told of it. */
export async function trunkOf(db: Kysely<Database>, app: string): Promise<{ name: string; head: string; headAt: Instant | null } | null> {
  const row = await db
    .selectFrom('branches')
    .select(['name', 'head', sql<Instant | null>`payload->>'headAt'`.as('headAt')])
    .where('app', '=', app)
    .where('trunk', '=', true)
    .orderBy('arrival', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ?? null;
}
