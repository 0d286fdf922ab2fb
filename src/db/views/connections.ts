/** What an app is connected to. Secret settings are sealed in the database and are not opened here. */
import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import type { Database } from '../schema.ts';

function listed(db: Kysely<Database>) {
  return db
    .selectFrom('connections')
    .select(['id', 'app', 'integration', 'settings', 'serves', 'at as createdAt'])
    .select(sql<boolean>`webhook is not null`.as('webhook'))
    .where('removed_at', 'is', null);
}

export async function connectionsOf(db: Kysely<Database>, app: string) {
  return listed(db).where('app', '=', app).orderBy('at').orderBy('id').execute();
}

export async function connectionById(db: Kysely<Database>, id: string) {
  return (await listed(db).where('id', '=', id).executeTakeFirst()) ?? null;
}
