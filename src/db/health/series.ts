/** What roll-ups are about, by number. New series are registered before the roll-ups that need them: one without any is harmless. */
import { sql } from 'kysely';
import { dimensionOf, OTHER, ROLLUP_BOUNDS } from '#domain/health/rollup.ts';
import type { QuarantineReason, Rollup } from '#domain/health/rollup.ts';
import type { Instant } from '#domain/time.ts';
import { inTransaction } from '../transaction.ts';
import type { Db, Tx } from '../transaction.ts';

export type SeriesKey = Pick<Rollup, 'platform' | 'version' | 'build' | 'audience' | 'segment'>;

/** A series' number, or why there is none: `other` for a segment beyond the bound, which is part of what the named ones leave of `all`. */
export type Place = number | typeof OTHER | Extract<QuarantineReason, 'too-many-builds' | 'too-many-dimensions'>;

const MOST_REMEMBERED = 200_000;
/** Numbers of series that are committed, by name. Of one that was pruned since, the writer learns (`held`). */
const remembered = new WeakMap<Db, Map<string, number>>();

/** Control characters stand in none of the parts. */
export function nameOfSeries(app: string, source: string, { platform, version, build, audience, segment }: SeriesKey): string {
  return `${app}\n${source}\n${version}\n${platform}\n${build ?? ''}\n${audience}\n${segment}`;
}

/** Which series the roll-ups of a source are of, in their order. Those that are new are registered as far as the bounds allow. */
export async function placesOf(db: Db, app: string, source: string, keys: readonly SeriesKey[], now: Instant): Promise<Place[]> {
  let known = remembered.get(db);
  if (known === undefined || known.size > MOST_REMEMBERED) remembered.set(db, (known = new Map<string, number>()));
  const names = keys.map((key) => nameOfSeries(app, source, key));
  const missing = new Map<string, SeriesKey>();
  for (const [at, key] of keys.entries()) {
    const name = names[at] ?? '';
    if (!known.has(name)) missing.set(name, key);
  }
  const denied = missing.size === 0 ? new Map<string, Place>() : await register(db, app, source, missing, known, now);
  return names.map((name) => known.get(name) ?? denied.get(name) ?? OTHER);
}

/** Forgets what is remembered: series were pruned. */
export function forgetPlaces(db: Db): void {
  remembered.delete(db);
}

type Count = { of: string; there: Set<string> };

/** Registers series in one order, by one process at a time, so that bounds hold; answers for those that are denied. */
async function register(
  db: Db,
  app: string,
  source: string,
  missing: ReadonlyMap<string, SeriesKey>,
  known: Map<string, number>,
  now: Instant,
): Promise<Map<string, Place>> {
  const found = await stored(db, app, source, [...missing.values()]);
  for (const [name, id] of found) known.set(name, id);
  const unknown = [...missing].filter(([name]) => !found.has(name));
  if (unknown.length === 0) return new Map();
  return inTransaction(db, async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtext('signalbox health series'), hashtext(${app}))`.execute(tx);
    const there = await countsOf(tx, app, source, [...new Set(unknown.map(([, { version }]) => version))]);
    const denied = new Map<string, Place>();
    const admitted: SeriesKey[] = [];
    for (const [name, key] of unknown) {
      const denial = admit(there, key);
      if (denial === null) admitted.push(key);
      else denied.set(name, denial);
    }
    for (let from = 0; from < admitted.length; from += 5000)
      for (const [name, id] of await insert(tx, app, source, admitted.slice(from, from + 5000), now)) known.set(name, id);
    return denied;
  });
}

/** Counts what one more series is held against, and notes it where it is admitted. */
function admit(counts: Map<string, Set<string>>, key: SeriesKey): Place | null {
  const { platform, version, audience, segment } = key;
  const build = key.build ?? '';
  const setOf = ({ of, there }: Count): Set<string> => {
    const set = counts.get(of) ?? there;
    counts.set(of, set);
    return set;
  };
  const builds = setOf({ of: `builds\n${version}\n${platform}`, there: new Set() });
  if (!builds.has(build) && builds.size >= ROLLUP_BOUNDS.builds) return 'too-many-builds';
  const dimension = dimensionOf(segment);
  if (dimension !== null) {
    const place = `${version}\n${platform}\n${build}\n${audience}`;
    const dimensions = setOf({ of: `dimensions\n${place}`, there: new Set() });
    if (!dimensions.has(dimension) && dimensions.size >= ROLLUP_BOUNDS.dimensions) return 'too-many-dimensions';
    const segments = setOf({ of: `segments\n${place}\n${dimension}`, there: new Set() });
    if (segment === `${dimension}=${OTHER}` || (!segments.has(segment) && segments.size >= ROLLUP_BOUNDS.segmentsOfDimension)) return OTHER;
    dimensions.add(dimension);
    segments.add(segment);
  }
  builds.add(build);
  return null;
}

async function countsOf(tx: Tx, app: string, source: string, versions: readonly string[]): Promise<Map<string, Set<string>>> {
  const rows = await tx
    .selectFrom('health_series')
    .select(['platform', 'version', 'build', 'audience', 'segment'])
    .where('app', '=', app)
    .where(sql<boolean>`version = any(${[...versions]}::text[])`)
    .where('source', '=', source)
    .execute();
  const counts = new Map<string, Set<string>>();
  for (const row of rows) admit(counts, row as unknown as SeriesKey);
  return counts;
}

type Columns = { platform: string; version: string; build: string; audience: string; segment: string };

function columnsOf(keys: readonly SeriesKey[]): ReturnType<typeof sql> {
  const column = (pick: (key: SeriesKey) => string): string[] => keys.map(pick);
  return sql`unnest(
    ${column(({ platform }) => platform)}::text[], ${column(({ version }) => version)}::text[], ${column(({ build }) => build ?? '')}::text[],
    ${column(({ audience }) => audience)}::text[], ${column(({ segment }) => segment)}::text[]
  ) as n (platform, version, build, audience, segment)`;
}

function named(app: string, source: string, rows: readonly (Columns & { id: number })[]): [string, number][] {
  return rows.map(({ id, ...key }) => [nameOfSeries(app, source, key as unknown as SeriesKey), id]);
}

async function stored(db: Db, app: string, source: string, keys: readonly SeriesKey[]): Promise<Map<string, number>> {
  const { rows } = await sql<Columns & { id: number }>`
    select s.id, s.platform, s.version, s.build, s.audience, s.segment from ${columnsOf(keys)}
    join health_series s on s.app = ${app} and s.source = ${source} and s.platform = n.platform and s.version = n.version and s.build = n.build
      and s.audience = n.audience and s.segment = n.segment`.execute(db);
  return new Map(named(app, source, rows));
}

async function insert(tx: Tx, app: string, source: string, keys: readonly SeriesKey[], now: Instant): Promise<[string, number][]> {
  const { rows } = await sql<Columns & { id: number }>`
    insert into health_series (app, source, platform, version, build, audience, segment, recorded_at)
    select ${app}, ${source}, n.platform, n.version, n.build, n.audience, n.segment, ${now}::timestamptz from ${columnsOf(keys)}
    on conflict (app, version, platform, build, audience, segment, source) do update set recorded_at = health_series.recorded_at
    returning id, platform, version, build, audience, segment`.execute(tx);
  return named(app, source, rows);
}

/** An array as PostgreSQL writes it; of numbers, which need no quotes. */
export function literalOf(values: readonly (number | null)[]): string {
  return `{${values.map((value) => value ?? 'NULL').join(',')}}`;
}
