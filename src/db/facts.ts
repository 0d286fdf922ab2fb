/** Facts as reported, and the current tables made from them in the same transaction: the highest source revision wins, ties by arrival. */
import { sql } from 'kysely';
import type { Fact, FactKind } from '#domain/facts.ts';
import type { Instant } from '#domain/time.ts';
import { canonical, digest } from './canonical.ts';
import type { ActorStamp } from './schema.ts';
import type { Db, Tx } from './transaction.ts';

/** A fact that was stored: `arrival` orders it among all. */
type Stored = Fact & { arrival: number };

const partitionsMade = new WeakMap<Db, Set<string>>();

/** Makes sure that there is a partition for facts that arrive now. Outside the transaction that writes them, because it locks the table for a moment. */
export async function ensureFactPartition(db: Db, recordedAt: Instant): Promise<void> {
  const month = recordedAt.slice(0, 7);
  const made = partitionsMade.get(db) ?? new Set<string>();
  if (made.has(month)) return;
  await sql`select fact_partition(${`${month}-01`}::date)`.execute(db);
  partitionsMade.set(db, made.add(month));
}

/**
 * Stores those facts of a batch that are news, and brings the current tables up to them.
 *
 * @returns for each fact whether it was news; one with the same source, kind, key, revision and payload as an earlier one is none
 */
export async function storeFacts(tx: Tx, facts: readonly Fact[], by: ActorStamp, recordedAt: Instant): Promise<boolean[]> {
  if (facts.length === 0) return [];
  const keyed = facts.map((fact) => ({ fact, digest: digest(canonical(fact.payload)) }));
  const news = await newKeys(tx, keyed);
  const fresh: Fact[] = [];
  const isNews = keyed.map(({ fact, digest: of }) => {
    // The same twice in one batch is news once.
    const unseen = news.delete(nameOf(fact, of));
    if (unseen) fresh.push(fact);
    return unseen;
  });
  if (fresh.length === 0) return isNews;
  const stored = await append(tx, fresh, by, recordedAt);
  await bringUp(tx, stored, recordedAt);
  return isNews;
}

function nameOf({ app, source, kind, key, revision }: Pick<Fact, 'app' | 'source' | 'kind' | 'key' | 'revision'>, of: string): string {
  return JSON.stringify([app, source, kind, key, revision, of]);
}

async function newKeys(tx: Tx, keyed: readonly { fact: Fact; digest: string }[]): Promise<Set<string>> {
  const rows = await tx
    .insertInto('fact_keys')
    .values(keyed.map(({ fact: { app, source, kind, key, revision }, digest: of }) => ({ app, source, kind, key, revision, digest: of })))
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .execute();
  return new Set(rows.map((row) => nameOf(row, row.digest)));
}

async function append(tx: Tx, facts: readonly Fact[], by: ActorStamp, recordedAt: Instant): Promise<Stored[]> {
  const given = facts.map(({ app, source, kind, key, revision, at, payload }) => ({ app, source, kind, key, revision, at, payload }));
  // Numbered in the order in which they are given, before anything is written.
  const { rows } = await sql<{ arrival: number }>`
    insert into facts (arrival, app, source, kind, key, revision, at, recorded_at, reported_by, payload)
    select nextval('fact_arrivals'), app, source, kind, key, revision, at, ${recordedAt}::timestamptz, ${JSON.stringify(by)}::jsonb, payload
    from rows from (
      jsonb_to_recordset(${JSON.stringify(given)}::jsonb) as (app text, source text, kind text, key text, revision bigint, at timestamptz, payload jsonb)
    ) with ordinality as n (app, source, kind, key, revision, at, payload, place)
    order by n.place
    returning arrival`.execute(tx);
  const arrivals = rows.map(({ arrival }) => arrival).toSorted((a, b) => a - b);
  return facts.map((fact, index) => ({ ...fact, arrival: arrivals[index] ?? 0 }));
}

type Of<K extends FactKind> = Extract<Stored, { kind: K }>;

function ofKind<K extends FactKind>(facts: readonly Stored[], kind: K): Of<K>[] {
  return winners(facts.filter((fact): fact is Of<K> => fact.kind === kind));
}

/** The newest of each thing in a batch: one statement may write a row once. */
function winners<F extends Stored>(facts: readonly F[]): F[] {
  const best = new Map<string, F>();
  for (const fact of facts) {
    const name = JSON.stringify([fact.app, fact.source, fact.key]);
    const other = best.get(name);
    if (other === undefined || fact.revision > other.revision || (fact.revision === other.revision && fact.arrival > other.arrival))
      best.set(name, fact);
  }
  return [...best.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

/** Columns that every current table has. */
function common({ app, source, key, revision, arrival, at, payload }: Stored, recordedAt: Instant) {
  return { app, source, key, revision, arrival, at, recorded_at: recordedAt, payload: JSON.stringify(payload) };
}

/** One entry for each kind of fact: which table it has, and which of its fields stand in columns of their own. */
async function bringUp(tx: Tx, facts: readonly Stored[], recordedAt: Instant): Promise<void> {
  const builds = ofKind(facts, 'build').map((fact) => {
    const { platform, version, number, kind, state, commit, branch, candidate } = fact.payload;
    return {
      ...common(fact, recordedAt),
      platform,
      version,
      number,
      kind,
      state,
      commit,
      branch: branch ?? null,
      candidate: candidate ?? null,
    };
  });
  if (builds.length > 0) await upsert(tx, 'builds', builds);

  const testRuns = ofKind(facts, 'test-run').map((fact) => {
    const { platform, version, build, suite, state } = fact.payload;
    return { ...common(fact, recordedAt), platform, version, build, suite, state };
  });
  if (testRuns.length > 0) await upsert(tx, 'test_runs', testRuns);

  const distributions = ofKind(facts, 'distribution').map((fact) => {
    const { platform, version, build, audience, state } = fact.payload;
    return { ...common(fact, recordedAt), platform, version, build, audience, state };
  });
  if (distributions.length > 0) await upsert(tx, 'distributions', distributions);

  const bugs = ofKind(facts, 'bug').map((fact) => {
    const { key: bug, title, state, platforms, versions, team, flow, nominated } = fact.payload;
    return {
      ...common(fact, recordedAt),
      bug,
      title,
      state,
      platforms,
      versions,
      team,
      flow,
      nominated,
      ownerless_since: team === null ? fact.at : null,
    };
  });
  if (bugs.length > 0)
    await upsert(tx, 'bugs', bugs, {
      ownerless_since: sql`case when excluded.ownerless_since is null then null else coalesce(bugs.ownerless_since, excluded.ownerless_since) end`,
    });

  const checks = ofKind(facts, 'check').map((fact) => {
    const { platform, version, state } = fact.payload;
    return { ...common(fact, recordedAt), platform, version, state };
  });
  if (checks.length > 0) await upsert(tx, 'checks', checks);

  const storefronts = ofKind(facts, 'storefront').map((fact) => {
    const { platform, version, storefront, build, state, percent } = fact.payload;
    return { ...common(fact, recordedAt), platform, version, storefront, build, state, percent };
  });
  if (storefronts.length > 0) await upsert(tx, 'storefront_states', storefronts);

  const branches = ofKind(facts, 'branch').map((fact) => {
    const { name, head, trunk, version, platforms } = fact.payload;
    return { ...common(fact, recordedAt), name, head, trunk, version, platforms };
  });
  if (branches.length > 0) await upsert(tx, 'branches', branches);

  const containments = ofKind(facts, 'containment').map((fact) => {
    const { branch, head, commit, missing } = fact.payload;
    return { ...common(fact, recordedAt), branch, head, commit, missing };
  });
  if (containments.length > 0) await upsert(tx, 'containments', containments);

  const reports = ofKind(facts, 'report').map((fact) => {
    const { platform, version, instance, colour } = fact.payload;
    return { ...common(fact, recordedAt), platform, version, instance, colour };
  });
  if (reports.length > 0) await upsert(tx, 'reports', reports);
}

type CurrentTable =
  | 'builds'
  | 'test_runs'
  | 'distributions'
  | 'bugs'
  | 'checks'
  | 'storefront_states'
  | 'branches'
  | 'containments'
  | 'reports';

/** Writes rows that are not older than those that are there. `except` says how a column is made where the newer value does not simply replace it. */
async function upsert(
  tx: Tx,
  table: CurrentTable,
  rows: readonly Record<string, unknown>[],
  except: Record<string, unknown> = {},
): Promise<void> {
  const columns = Object.keys(rows[0] ?? {});
  const values = rows.map((row) => sql`(${sql.join(columns.map((column) => sql`${row[column]}`))})`);
  const updates = columns
    .filter((column) => !['app', 'source', 'key'].includes(column))
    .map((column) => sql`${sql.ref(column)} = ${column in except ? except[column] : sql.ref(`excluded.${column}`)}`);
  await sql`
    insert into ${sql.table(table)} (${sql.join(columns.map((column) => sql.ref(column)))}) values ${sql.join(values)}
    on conflict (app, source, key) do update set ${sql.join(updates)}
    where excluded.revision >= ${sql.table(table)}.revision`.execute(tx);
}

/** What a source said last of a thing, and under which revision; null when it never spoke of it. */
export async function currentStorefront(
  db: Db,
  app: string,
  source: string,
  key: string,
): Promise<{ payload: object; revision: number } | null> {
  const row = await db
    .selectFrom('storefront_states')
    .select(['payload', 'revision'])
    .where('app', '=', app)
    .where('source', '=', source)
    .where('key', '=', key)
    .executeTakeFirst();
  return row ?? null;
}
