/** What endpoints of `custom` criteria answered last. */
import type { Insertable, Selectable } from 'kysely';
import type { CustomAnswersTable } from './schema.ts';
import type { Db } from './transaction.ts';

export async function customAnswerOf(db: Db, track: string, instance: string): Promise<Selectable<CustomAnswersTable> | null> {
  return (
    (await db.selectFrom('custom_answers').selectAll().where('track', '=', track).where('instance', '=', instance).executeTakeFirst()) ??
    null
  );
}

export async function writeCustomAnswer(db: Db, answer: Insertable<CustomAnswersTable>): Promise<void> {
  const { track: _track, instance: _instance, ...rest } = answer;
  await db
    .insertInto('custom_answers')
    .values(answer)
    .onConflict((conflict) => conflict.columns(['track', 'instance']).doUpdateSet(rest))
    .execute();
}
