/** Verdicts as last committed, and the history of their changes. */
import { hash } from 'node:crypto';
import { sql } from 'kysely';
import { passes } from '#domain/criteria/criterion.ts';
import type { Verdict } from '#domain/criteria/criterion.ts';
import type { Instant } from '#domain/time.ts';
import type { Db, Tx } from './transaction.ts';

type At = { app: string; track: string; appVersion: number; at: Instant; recordedAt: Instant };

/** Rows of a track that differ from what was committed before: `since` is kept by the domain while the colour stays. */
export type ChangedVerdicts = { write: readonly { verdict: Verdict; position: number; print: string }[]; gone: readonly string[] };

/** A verdict that was committed, in the order of their positions. `print` null: written by a release that made none, and so unlike any other. */
export type Printed = { instance: string; print: string | null };

export function changedVerdicts(previous: readonly Printed[], verdicts: readonly Verdict[]): ChangedVerdicts {
  const before = new Map(previous.map(({ instance, print }, position) => [instance, { position, print }]));
  const write = verdicts
    .map((verdict, position) => ({ verdict, position, print: printOf(verdict) }))
    .filter(({ verdict, position, print }) => {
      const last = before.get(verdict.instance);
      return last?.position !== position || last.print !== print;
    });
  const now = new Set(verdicts.map(({ instance }) => instance));
  return { write, gone: previous.map(({ instance }) => instance).filter((instance) => !now.has(instance)) };
}

/**
 * By which a verdict is known again without reading it: of each look all verdicts are compared, and mostly none has changed. Criteria write the fields of what they find
 * in one order; another order would be another print, and be written once more.
 */
function printOf(verdict: Verdict): string {
  return hash('sha256', JSON.stringify(verdict), 'base64');
}

/** What a look at a track made of its verdicts. */
export type Judged = {
  previous: readonly Pick<Verdict, 'instance' | 'colour'>[];
  verdicts: readonly Verdict[];
  changed: ChangedVerdicts;
  at: At;
};

/** Writes the verdicts of tracks that changed, takes away those that no longer count, and a line of history for each new colour. */
export async function writeVerdicts(tx: Tx, judged: readonly Judged[]): Promise<void> {
  await writeRows(tx, judged);
  const gone = judged.flatMap(({ changed, at }) => changed.gone.map((instance) => ({ track: at.track, instance })));
  if (gone.length > 0)
    await sql`
      delete from verdicts using unnest(${gone.map(({ track }) => track)}::text[], ${gone.map(({ instance }) => instance)}::text[]) as n (track, instance)
      where verdicts.track = n.track and verdicts.instance = n.instance`.execute(tx);
  await writeHistory(tx, judged);
}

async function writeRows(tx: Tx, judged: readonly Judged[]): Promise<void> {
  const rows = judged.flatMap(({ changed, at }) =>
    changed.write.map(({ verdict, position, print }) => ({
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
      verdict,
      app_version: at.appVersion,
      set_up: verdict.setUp,
      passes: passes(verdict),
      print,
    })),
  );
  if (rows.length === 0) return;
  await sql`
    insert into verdicts (track, instance, app, position, kind, colour, holds, needed_now, since, fresh_at, verdict, app_version, set_up, passes, print)
    select track, instance, app, position, kind, colour, holds, needed_now, since, fresh_at, verdict, app_version, set_up, passes, print
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as n (
      track text, instance text, app text, position int, kind text, colour text, holds text, needed_now boolean, since timestamptz, fresh_at timestamptz,
      verdict jsonb, app_version bigint, set_up boolean, passes boolean, print text
    )
    on conflict (track, instance) do update set
      position = excluded.position, kind = excluded.kind, colour = excluded.colour, holds = excluded.holds, needed_now = excluded.needed_now,
      since = excluded.since, fresh_at = excluded.fresh_at, verdict = excluded.verdict, app_version = excluded.app_version,
      set_up = excluded.set_up, passes = excluded.passes, print = excluded.print`.execute(tx);
}

async function writeHistory(tx: Tx, judged: readonly Judged[]): Promise<void> {
  const rows = judged.flatMap(({ previous, verdicts, at }) => {
    const colours = new Map(previous.map(({ instance, colour }) => [instance, colour]));
    return verdicts
      .filter(({ instance, colour }) => colours.get(instance) !== colour)
      .map((verdict) => ({
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
      }));
  });
  if (rows.length > 0) await tx.insertInto('verdict_history').values(rows).execute();
}

/** Tracks with a verdict that is Unknown and rests on this source: when it speaks again they are to be looked at, whether it has news or not. */
export async function tracksBlindTo(db: Db, app: string, source: string): Promise<string[]> {
  const { rows } = await sql<{ track: string }>`
    select distinct track from verdicts where app = ${app} and colour = 'unknown' and jsonb_exists(verdict -> 'sources', ${source}) order by track`.execute(
    db,
  );
  return rows.map(({ track }) => track);
}
