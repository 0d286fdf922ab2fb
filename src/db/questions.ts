/** Questions to people: what the robot asks before a step, and what it cannot do without somebody's help. */
import { sql } from 'kysely';
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

/** A question of a track, with what it needs to be asked. */
export type AskedOf = OpenQuestion & { app: string; track: string };

/** Asks; a question that was closed is opened again. */
export async function askQuestions(tx: Tx, questions: readonly AskedOf[], recordedAt: Instant): Promise<void> {
  const once = [...new Map(questions.map((each) => [each.key, each])).values()];
  if (once.length === 0) return;
  await tx
    .insertInto('questions')
    .values(
      once.map(({ key, app, track, kind, step, text, evidence, askedAt }) => ({
        key,
        app,
        track,
        kind,
        step,
        text,
        evidence: JSON.stringify(evidence),
        asked_at: askedAt,
        closed_at: null,
        recorded_at: recordedAt,
      })),
    )
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet((of) => ({
        kind: of.ref('excluded.kind'),
        step: of.ref('excluded.step'),
        text: of.ref('excluded.text'),
        evidence: of.ref('excluded.evidence'),
        asked_at: of.ref('excluded.asked_at'),
        closed_at: of.ref('excluded.closed_at'),
        recorded_at: of.ref('excluded.recorded_at'),
      })),
    )
    .execute();
}

export async function closeQuestion(tx: Tx, key: string, at: Instant): Promise<void> {
  await closeQuestions(tx, [key], at);
}

export async function closeQuestions(tx: Tx, keys: readonly string[], at: Instant): Promise<void> {
  if (keys.length > 0)
    await tx.updateTable('questions').set({ closed_at: at }).where('key', 'in', keys).where('closed_at', 'is', null).execute();
}

/** Open questions of tracks: what the robot asked, and what it waits for. */
export async function openQuestions(tx: Tx, tracks: readonly string[]): Promise<{ track: string; key: string; kind: 'ask' | 'refused' }[]> {
  return tx
    .selectFrom('questions')
    .select(['track', 'key', 'kind'])
    .where(sql<boolean>`track = any(${[...tracks]}::text[])`)
    .where('closed_at', 'is', null)
    .execute();
}
