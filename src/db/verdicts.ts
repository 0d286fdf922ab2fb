/** Verdicts as last committed, and the history of their changes. */
import type { Verdict } from '#domain/criteria/criterion.ts';
import type { Instant } from '#domain/time.ts';
import { canonical } from './canonical.ts';
import type { Tx } from './transaction.ts';

type At = { app: string; track: string; appVersion: number; at: Instant; recordedAt: Instant };

/** Rows of a track that differ from what was committed before: `since` is kept by the domain while the colour stays. */
export function changedVerdicts(
  previous: readonly Verdict[],
  verdicts: readonly Verdict[],
): { write: { verdict: Verdict; position: number }[]; gone: string[] } {
  const before = new Map(previous.map((verdict, position) => [verdict.instance, canonical({ position, verdict })]));
  const write = verdicts
    .map((verdict, position) => ({ verdict, position }))
    .filter((each) => before.get(each.verdict.instance) !== canonical(each));
  const now = new Set(verdicts.map(({ instance }) => instance));
  return { write, gone: previous.map(({ instance }) => instance).filter((instance) => !now.has(instance)) };
}

/**
 * Writes the verdicts that changed, takes away those that no longer count, and a line of history for each new colour.
 *
 * @returns whether anything was written
 */
export async function writeVerdicts(tx: Tx, previous: readonly Verdict[], verdicts: readonly Verdict[], at: At): Promise<boolean> {
  const { write, gone } = changedVerdicts(previous, verdicts);
  if (write.length > 0) {
    await tx
      .insertInto('verdicts')
      .values(
        write.map(({ verdict, position }) => ({
          track: at.track,
          instance: verdict.instance,
          app: at.app,
          position,
          kind: verdict.kind,
          colour: verdict.colour,
          holds: verdict.holds,
          needed_now: verdict.neededNow,
          since: verdict.since,
          fresh_at: verdict.freshAt,
          verdict: JSON.stringify(verdict),
          app_version: at.appVersion,
        })),
      )
      .onConflict((conflict) =>
        conflict.columns(['track', 'instance']).doUpdateSet((of) => ({
          position: of.ref('excluded.position'),
          kind: of.ref('excluded.kind'),
          colour: of.ref('excluded.colour'),
          holds: of.ref('excluded.holds'),
          needed_now: of.ref('excluded.needed_now'),
          since: of.ref('excluded.since'),
          fresh_at: of.ref('excluded.fresh_at'),
          verdict: of.ref('excluded.verdict'),
          app_version: of.ref('excluded.app_version'),
        })),
      )
      .execute();
  }
  if (gone.length > 0) await tx.deleteFrom('verdicts').where('track', '=', at.track).where('instance', 'in', gone).execute();
  await writeHistory(tx, previous, verdicts, at);
  return write.length > 0 || gone.length > 0;
}

async function writeHistory(tx: Tx, previous: readonly Verdict[], verdicts: readonly Verdict[], at: At): Promise<void> {
  const colours = new Map(previous.map(({ instance, colour }) => [instance, colour]));
  const changed = verdicts.filter(({ instance, colour }) => colours.get(instance) !== colour);
  if (changed.length === 0) return;
  await tx
    .insertInto('verdict_history')
    .values(
      changed.map((verdict) => ({
        track: at.track,
        instance: verdict.instance,
        app: at.app,
        from_colour: colours.get(verdict.instance) ?? null,
        to_colour: verdict.colour,
        headline: verdict.headline,
        because: verdict.because,
        evidence: JSON.stringify(verdict.evidence),
        app_version: at.appVersion,
        at: at.at,
        recorded_at: at.recordedAt,
      })),
    )
    .execute();
}
