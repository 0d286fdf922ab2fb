/** The journal and its seals, as evidence and as a feed. */
import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import { INSTANCE } from '../journal.ts';
import type { Database } from '../schema.ts';

export type JournalQuestion = {
  app: string | null;
  track: string | null;
  actor: string | null;
  /** Kinds of events, any of them. */
  is: readonly string[] | null;
  /** Who acts: a person, a key, the robot, an integration. */
  by: string | null;
  /** Happened from here on, and before there, in the time of its app. */
  from: string | null;
  to: string | null;
  /** Words that stand in the event, in the name of who did it or of the track, in any case of letters. */
  text: string | null;
  /** The apps that the caller may see; null: all. */
  only: readonly string[] | null;
  /** Whether entries of the instance itself, which belong to no app, are among them. */
  instance: boolean;
  /** The last entry that the caller has. */
  before: { at: string; chain: string; seq: number } | null;
  limit: number;
};

/** Entries of the journal, the newest first. */
export async function journal(db: Kysely<Database>, question: JournalQuestion) {
  const { app, track, actor, is, by, from, to, text, only, instance, before } = question;
  const words = text === null ? null : `%${text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
  const rows = await db
    .selectFrom('journal')
    .select(['chain', 'seq', 'at', 'recorded_at as recordedAt', 'actor', 'app', 'track', 'event', 'hash', 'prev as previous'])
    .$if(app !== null, (query) => query.where('app', '=', app ?? ''))
    .$if(track !== null, (query) => query.where('track', '=', track ?? ''))
    .$if(actor !== null, (query) => query.where(sql<boolean>`actor->>'id' = ${actor}`))
    .$if(is !== null, (query) => query.where(sql<string>`event->>'is'`, 'in', is === null || is.length === 0 ? [''] : [...is]))
    .$if(by !== null, (query) => query.where(sql<boolean>`actor->>'kind' = ${by}`))
    .$if(from !== null, (query) => query.where('at', '>=', from ?? ''))
    .$if(to !== null, (query) => query.where('at', '<', to ?? ''))
    .$if(words !== null, (query) =>
      query.where(sql<boolean>`(event::text ilike ${words} or actor->>'name' ilike ${words} or coalesce(track, '') ilike ${words})`),
    )
    .$if(only !== null, (query) => query.where('app', 'in', only === null || only.length === 0 ? [''] : [...only]))
    .$if(!instance, (query) => query.where('app', '<>', INSTANCE))
    .$if(before !== null, (query) =>
      query.where(
        sql<boolean>`(recorded_at < ${before?.at} or (recorded_at = ${before?.at} and (chain > ${before?.chain} or (chain = ${before?.chain} and seq < ${before?.seq}))))`,
      ),
    )
    .orderBy('recorded_at', 'desc')
    .orderBy('chain')
    .orderBy('seq', 'desc')
    .limit(question.limit)
    .execute();
  return rows.map((row) => ({ ...row, id: `${row.chain}#${row.seq}`, event: row.event as { is: string } & Record<string, unknown> }));
}

/** Seals, the newest first, those before `before`. */
export async function seals(db: Kysely<Database>, before: number | null, limit: number) {
  const rows = await db
    .selectFrom('seals')
    .select(['seq', 'hash', 'prev as previous', 'heads', 'public_key as publicKey', 'signature', 'at'])
    .$if(before !== null, (query) => query.where('seq', '<', before ?? 0))
    .orderBy('seq', 'desc')
    .limit(limit)
    .execute();
  return rows;
}
