/** Rotas as they are set. */
import type { Kysely } from 'kysely';
import type { Database } from '../schema.ts';

/** The rotas of an app, by their duties. */
export async function rotasOf(db: Kysely<Database>, app: string) {
  return db.selectFrom('rotas').select(['duty', 'rota', 'at as setAt']).where('app', '=', app).orderBy('duty').execute();
}
