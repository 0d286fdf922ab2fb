/** Questions to people: what the robot asks before a step, and what it cannot do without somebody's help. */
import type { Evidence } from '#domain/criteria/criterion.ts';
import type { Step } from '#domain/release/track.ts';
import type { Instant } from '#domain/time.ts';
import type { Tx } from './transaction.ts';

export type OpenQuestion = {
  key: string;
  kind: 'ask' | 'refused';
  step: Step | null;
  text: string;
  evidence: readonly Evidence[];
  askedAt: Instant;
};

/** Asks; a question that was closed is opened again. */
export async function askQuestions(
  tx: Tx,
  app: string,
  track: string,
  questions: readonly OpenQuestion[],
  recordedAt: Instant,
): Promise<void> {
  for (const { key, kind, step, text, evidence, askedAt } of questions) {
    const row = { kind, step, text, evidence: JSON.stringify(evidence), asked_at: askedAt, closed_at: null, recorded_at: recordedAt };
    await tx
      .insertInto('questions')
      .values({ key, app, track, ...row })
      .onConflict((conflict) => conflict.column('key').doUpdateSet(row))
      .execute();
  }
}

export async function closeQuestion(tx: Tx, key: string, at: Instant): Promise<void> {
  await tx.updateTable('questions').set({ closed_at: at }).where('key', '=', key).where('closed_at', 'is', null).execute();
}

/** Open questions of a track: what the robot asked, and what it waits for. */
export async function openQuestions(tx: Tx, track: string): Promise<{ key: string; kind: 'ask' | 'refused' }[]> {
  return tx.selectFrom('questions').select(['key', 'kind']).where('track', '=', track).where('closed_at', 'is', null).execute();
}
