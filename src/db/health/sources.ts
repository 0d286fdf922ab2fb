/** How alive the sources of roll-ups are, and what of them was not believed. */
import { sql } from 'kysely';
import type { QuarantineReason } from '#domain/health/rollup.ts';
import { quarantineReasons } from '#domain/health/rollup.ts';
import type { Instant } from '#domain/time.ts';
import type { Statement, Tx } from '../transaction.ts';

/** What a source has told. `dispersion`: how many times one person may be among its affected; 1 when not said. */
export type SourceTold = {
  app: string;
  source: string;
  watermark: Instant | null;
  lagSeconds: number | null;
  told: number;
  at: Instant;
  dispersion?: number;
};

/** Notes that a source has told something. Its watermark never goes back. */
export async function sourceHasTold(tx: Tx, told: SourceTold): Promise<void> {
  await sourceTelling(told).execute(tx);
}

/** The statement that does it. */
export function sourceTelling({ app, source, watermark, lagSeconds, told, at, dispersion = 1 }: SourceTold): Statement {
  return sql`
    insert into health_sources as there (app, source, watermark, last_told_at, lag_seconds, told, dispersion)
    values (${app}, ${source}, ${watermark}::timestamptz, ${at}::timestamptz, ${lagSeconds}::float8, ${told}, ${dispersion}::float8)
    on conflict (app, source) do update set
      watermark = greatest(there.watermark, excluded.watermark), last_told_at = greatest(there.last_told_at, excluded.last_told_at),
      lag_seconds = coalesce(excluded.lag_seconds, there.lag_seconds), told = there.told + excluded.told, dispersion = excluded.dispersion`;
}

/**
 * Notes how far a source has told everything of each platform: what it says of itself counts for all of its platforms, else the newest hour of each that came. None
 * goes back. The platforms are given that it has got further with. The row of the source is held: `sourceHasTold` comes before.
 */
export async function feedsHaveTold(
  tx: Tx,
  {
    app,
    source,
    stated,
    newest,
    at,
  }: { app: string; source: string; stated: Instant | null; newest: ReadonlyMap<string, Instant>; at: Instant },
): Promise<string[]> {
  const { rows } = await sql<{ platform: string }>`
    with named as (
      select platform, watermark from jsonb_to_recordset(${JSON.stringify([...newest].map(([platform, watermark]) => ({ platform, watermark })))}::jsonb)
        as n (platform text, watermark timestamptz)
    ), before as materialized (
      select platform, watermark from health_feeds where app = ${app} and source = ${source}
    ), told as materialized (
      select platform, coalesce(${stated}::timestamptz, n.watermark) as watermark, b.watermark as was
      from named n full join before b using (platform) where n.platform is not null or ${stated}::timestamptz is not null
    ), written as (
      insert into health_feeds as there (app, source, platform, watermark, last_told_at)
      select ${app}, ${source}, platform, watermark, ${at}::timestamptz from told order by platform
      on conflict (app, source, platform) do update set
        watermark = greatest(there.watermark, excluded.watermark), last_told_at = greatest(there.last_told_at, excluded.last_told_at)
    )
    select platform from told where watermark is not null and (was is null or was < watermark) order by platform`.execute(tx);
  return rows.map(({ platform }) => platform);
}

/** The statement that notes the newest hour of each platform, where nobody else tells of this source meanwhile; null: there is none. */
export function feedsTelling(app: string, source: string, newest: ReadonlyMap<string, Instant>, at: Instant): Statement | null {
  if (newest.size === 0) return null;
  return sql`
    insert into health_feeds as there (app, source, platform, watermark, last_told_at)
    select ${app}, ${source}, n.platform, n.watermark, ${at}::timestamptz
    from unnest(${[...newest.keys()]}::text[], ${[...newest.values()]}::timestamptz[]) as n (platform, watermark)
    on conflict (app, source, platform) do update set
      watermark = greatest(there.watermark, excluded.watermark), last_told_at = greatest(there.last_told_at, excluded.last_told_at)`;
}

export type Quarantined = { reason: QuarantineReason; because: string; sample: unknown };

const LONGEST_SAMPLE = 2000;

/** Counts what was not believed, by reason, and keeps the last of each. */
export async function quarantine(tx: Tx, app: string, source: string, rows: readonly Quarantined[], at: Instant): Promise<void> {
  for (const statement of quarantining(app, source, rows, at)) await statement.execute(tx);
}

/** The statements that do it, one for each reason. */
export function quarantining(app: string, source: string, rows: readonly Quarantined[], at: Instant): Statement[] {
  if (rows.length === 0) return [];
  const day = at.slice(0, 10);
  return quarantineReasons.flatMap((reason) => {
    const ofReason = rows.filter((row) => row.reason === reason);
    const last = ofReason.at(-1);
    if (last === undefined) return [];
    return [
      sql`
      insert into health_quarantine as there (app, source, day, reason, count, because, sample, first_at, last_at)
      values (${app}, ${source}, ${day}::date, ${reason}, ${ofReason.length}, ${storable(last.because)}, ${sampleOf(last.sample)}::jsonb, ${at}::timestamptz, ${at}::timestamptz)
      on conflict (app, source, day, reason) do update set
        count = there.count + excluded.count, because = excluded.because, sample = excluded.sample, last_at = excluded.last_at`,
    ];
  });
}

/** What PostgreSQL can keep of a text. */
function storable(text: string): string {
  return text.replaceAll('\0', '␀').toWellFormed();
}

function sampleOf(sample: unknown): string {
  const text = storable(JSON.stringify(sample ?? null) ?? 'null');
  // NUL is written as an escape in JSON, and jsonb refuses it there too
  if (text.length > LONGEST_SAMPLE || /\\u0000|\\ud[89a-f]/i.test(text))
    return JSON.stringify(text.slice(0, LONGEST_SAMPLE).replaceAll(/\\u/gi, 'u').toWellFormed());
  return text;
}
