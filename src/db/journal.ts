/**
 * The journal: one hash chain for each track and one for each app, and signed seals over their heads. An entry cannot be changed, left out or put in
 * without breaking its chain from there on; a chain cannot be written anew without breaking the next seal.
 */
import { createPrivateKey, createPublicKey, hkdfSync, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { sql } from 'kysely';
import type { InstanceEvent } from '#domain/people/events.ts';
import type { AppEvent, Event } from '#domain/release/events.ts';
import type { Stage } from '#domain/release/track.ts';
import type { Actor } from '#domain/roles.ts';
import type { Instant } from '#domain/time.ts';
import { canonical, digest } from './canonical.ts';
import type { ActorStamp, ChainHead, JournalTable, SealsTable } from './schema.ts';
import type { Selectable } from 'kysely';
import type { Db, Tx } from './transaction.ts';

/** One line for the journal, before it has its place in a chain. */
export type Entry = { actor: ActorStamp; event: Event | AppEvent | InstanceEvent; stageAfter: Stage | null };
/** Where a chain stands, and which commit writes on. `track` null: the app's own chain. */
export type Chain = { app: string; track: string | null; seq: number; hash: string };
export type Written = { appVersion: number; at: Instant; recordedAt: Instant };

/** What stands where an app's id would: entries of the instance's own chain. No app can be called so. */
export const INSTANCE = '*';

/** Who did something, as rows keep it: without what they may do, and without where they sat, because rows are shown to everyone. */
export function stampOf(actor: Actor): ActorStamp {
  const { kind, id, name } = actor;
  return { kind, id, name, ...('actsFor' in actor && actor.actsFor !== undefined ? { actsFor: actor.actsFor } : {}) };
}

/** Who did something, as the journal keeps it: with the address that they came from. */
export function signatureOf(actor: Actor): ActorStamp {
  return { ...stampOf(actor), ...('address' in actor && actor.address !== undefined ? { address: actor.address } : {}) };
}

export function chainName(chain: Pick<Chain, 'app' | 'track'>): string {
  return chain.track === null ? `app:${chain.app}` : `track:${chain.track}`;
}

/** Entries as they stand in the journal, after what was at the end of their chain, and where that ends now. */
export type Chained = { rows: readonly object[]; head: Chain };

/** Gives entries their places at the end of a chain. Nothing is written: whoever asks writes the rows and the head. */
export function chained(chain: Chain, entries: readonly Entry[], written: Written): Chained {
  let { seq, hash } = chain;
  const name = chainName(chain);
  const rows = entries.map(({ actor, event, stageAfter }) => {
    seq += 1;
    const prev = hash;
    const row = {
      chain: name,
      seq,
      prev,
      app: chain.app,
      track: chain.track,
      kind: event.is,
      actor,
      event: plain(event),
      stage_after: stageAfter,
      app_version: written.appVersion,
      at: written.at,
      recorded_at: written.recordedAt,
    };
    hash = hashOf(row);
    return { ...row, hash };
  });
  return { rows, head: { ...chain, seq, hash } };
}

/** Writes rows that `chained` made, of one chain or several. The heads are the caller's to write. */
export async function writeEntries(tx: Tx, rows: Chained['rows']): Promise<void> {
  if (rows.length === 0) return;
  await sql`
    insert into journal (chain, seq, prev, hash, app, track, kind, actor, event, stage_after, app_version, at, recorded_at)
    select chain, seq, prev, hash, app, track, kind, actor, event, stage_after, app_version, at, recorded_at
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as n (
      chain text, seq bigint, prev text, hash text, app text, track text, kind text, actor jsonb, event jsonb, stage_after text, app_version bigint,
      at timestamptz, recorded_at timestamptz
    )`.execute(tx);
}

/**
 * Writes entries at the end of a chain and moves the head in the row of the track or app. The caller holds that row's lock.
 *
 * @returns the new head
 */
export async function appendEntries(tx: Tx, chain: Chain, entries: readonly Entry[], written: Written): Promise<Chain> {
  if (entries.length === 0) return chain;
  const { rows, head } = chained(chain, entries, written);
  await writeEntries(tx, rows);
  const end = { journal_seq: head.seq, journal_hash: head.hash };
  if (chain.track === null) await tx.updateTable('apps').set(end).where('id', '=', chain.app).execute();
  else await tx.updateTable('tracks').set(end).where('id', '=', chain.track).execute();
  return head;
}

/** The value as jsonb will give it back: without fields that are undefined. */
function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** The hash of an entry: of everything in its row, the hash before it included. */
function hashOf(row: Omit<Selectable<JournalTable>, 'hash'>): string {
  const { chain, seq, prev, app, track, kind, actor, event, stage_after, app_version, at, recorded_at } = row;
  return digest(
    canonical({
      chain,
      seq,
      prev,
      app,
      track,
      kind,
      actor,
      event,
      stageAfter: stage_after,
      appVersion: app_version,
      at,
      recordedAt: recorded_at,
    }),
  );
}

/** The app's time of its newest entry, of all its chains; null when it has none. */
export async function lastEntryAt(db: Db, app: string): Promise<Instant | null> {
  const row = await db.selectFrom('journal').select('at').where('app', '=', app).orderBy('app_version', 'desc').limit(1).executeTakeFirst();
  return row?.at ?? null;
}

/* ---- seals ---- */

/** The pair of keys that signs seals. It is made from the instance's secret, so that all its processes have the same. */
export type SealKey = { privateKey: KeyObject; publicKey: string };

/** RFC 8410: what stands before the 32 bytes of an ed25519 key in PKCS#8. */
const ED25519_PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The key for seals of an instance with this secret. */
export function sealKey(secret: string): SealKey {
  const seed = Buffer.from(hkdfSync('sha256', secret, '', 'signalbox seal', 32));
  const privateKey = createPrivateKey({ key: Buffer.concat([ED25519_PKCS8, seed]), format: 'der', type: 'pkcs8' });
  return { privateKey, publicKey: createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).toString('base64') };
}

/** A seal as it is exported: what a third party needs to check it. */
export type Seal = {
  seq: number;
  hash: string;
  prev: string;
  heads: readonly ChainHead[];
  publicKey: string;
  signature: string;
  at: Instant;
};

/**
 * Signs the heads that moved since the last seal; writes nothing when none did. One process at a time: the caller holds the lease.
 *
 * @returns the seal, or null
 */
export async function seal(db: Db, key: SealKey, at: Instant, recordedAt: Instant): Promise<Seal | null> {
  return db.transaction().execute(async (tx) => {
    const last = await tx.selectFrom('seals').select(['seq', 'hash']).orderBy('seq', 'desc').limit(1).executeTakeFirst();
    const heads = await takeMovedHeads(tx);
    if (heads.length === 0) return null;
    const seq = (last?.seq ?? 0) + 1;
    const prev = last?.hash ?? '';
    const hash = sealHash({ seq, prev, heads, at });
    const signature = sign(null, Buffer.from(hash, 'hex'), key.privateKey).toString('base64');
    await tx
      .insertInto('seals')
      .values({ seq, hash, prev, heads: JSON.stringify(heads), public_key: key.publicKey, signature, at, recorded_at: recordedAt })
      .execute();
    return { seq, hash, prev, heads, publicKey: key.publicKey, signature, at };
  });
}

/** Heads of chains that no seal has at their present place; from here on one has. Sample data is not sealed: it may be taken out again. */
async function takeMovedHeads(tx: Tx): Promise<ChainHead[]> {
  const { rows } = await sql<ChainHead>`
    with moved_tracks as (
      update tracks set sealed_seq = journal_seq where journal_seq > sealed_seq and app in (select id from apps where not sample) returning 'track:' || id as chain, journal_seq as seq, journal_hash as hash
    ), moved_apps as (
      update apps set sealed_seq = journal_seq where journal_seq > sealed_seq and not sample returning 'app:' || id as chain, journal_seq as seq, journal_hash as hash
    ), moved_instance as (
      update instance set sealed_seq = journal_seq where journal_seq > sealed_seq returning 'app:*' as chain, journal_seq as seq, journal_hash as hash
    )
    select * from moved_tracks union all select * from moved_apps union all select * from moved_instance order by chain`.execute(tx);
  return rows;
}

function sealHash({ seq, prev, heads, at }: Pick<Seal, 'seq' | 'prev' | 'heads' | 'at'>): string {
  return digest(canonical({ seq, prev, heads, at }));
}

/** Seals from the oldest, for export: whoever keeps them elsewhere can tell whether history was written anew. */
export async function sealsAfter(db: Db, after: number, limit: number): Promise<Seal[]> {
  const rows = await db.selectFrom('seals').selectAll().where('seq', '>', after).orderBy('seq').limit(limit).execute();
  return rows.map(asSeal);
}

function asSeal(row: Selectable<SealsTable>): Seal {
  return {
    seq: row.seq,
    hash: row.hash,
    prev: row.prev,
    heads: row.heads,
    publicKey: row.public_key,
    signature: row.signature,
    at: row.at,
  };
}

/* ---- verification ---- */

/** Whose key signed the newest seal. */
export async function newestSealIsBy(db: Db, key: Pick<SealKey, 'publicKey'>): Promise<'this key' | 'another key' | 'nobody'> {
  const newest = await db.selectFrom('seals').select('public_key').orderBy('seq', 'desc').limit(1).executeTakeFirst();
  if (newest === undefined) return 'nobody';
  return newest.public_key === key.publicKey ? 'this key' : 'another key';
}

export type Audit = { ok: boolean; chains: number; entries: number; seals: number; problems: readonly string[] };

const MOST_PROBLEMS = 100;
const BATCH = 1000;

/**
 * Checks every chain (of one app, or all) and every seal, in one reading of the journal: entries are streamed, the heads that seals signed are held in
 * memory. Names the first broken entry of each chain.
 *
 * @param key the key of this instance; seals of another key are told. Null: whoever signed them
 */
export function verifyJournal(db: Db, key: Pick<SealKey, 'publicKey'> | null, app?: string): Promise<Audit> {
  // As of one moment: a chain that grows while it is read would seem to have lost its head.
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute((tx) => verifyJournalHere(tx, key, app));
}

/** The same in the caller's transaction, which sees one moment. */
export async function verifyJournalHere(db: Db, key: Pick<SealKey, 'publicKey'> | null, app?: string): Promise<Audit> {
  const problems: string[] = [];
  const tell = (problem: string): void => {
    if (problems.length < MOST_PROBLEMS) problems.push(problem);
  };
  const sealed = new Map<string, Map<number, { hash: string; seal: number }>>();
  const seals = await verifySeals(db, key, sealed, tell);
  const heads = await headsOf(db, app);
  let entries = 0;
  let chains = 0;
  for await (const chain of chainsOf(db, app)) {
    chains += 1;
    let prev = '';
    let seq = 0;
    let broken = false;
    const expected = sealed.get(chain.name);
    for await (const row of chain.rows) {
      entries += 1;
      if (broken) continue;
      const fault = faultOf(row, seq, prev);
      const mark = expected?.get(row.seq);
      if (fault !== null) {
        broken = true;
        tell(`${chain.name}: entry ${seq + 1} ${fault}`);
      } else if (mark !== undefined && mark.hash !== row.hash) {
        broken = true;
        tell(`${chain.name}: entry ${row.seq} is not the one that seal ${mark.seal} signed: the chain was written anew`);
      }
      seq = row.seq;
      prev = row.hash;
    }
    const head = heads.get(chain.name);
    heads.delete(chain.name);
    sealed.delete(chain.name);
    if (broken) continue;
    if (head === undefined) tell(`${chain.name}: has entries, but its track or app is gone`);
    else if (head.seq !== seq || head.hash !== prev)
      tell(`${chain.name}: ends at entry ${seq}, but its head is at entry ${head.seq}: entries at the end were taken away or added`);
    const lastSealed = expected === undefined ? 0 : Math.max(...expected.keys());
    if (lastSealed > seq) tell(`${chain.name}: ends at entry ${seq}, but a seal signed entry ${lastSealed}`);
  }
  for (const [name, head] of heads) if (head.seq > 0) tell(`${name}: all ${head.seq} entries are gone`);
  if (app === undefined) for (const name of sealed.keys()) if (!heads.has(name)) tell(`${name}: was sealed and is gone`);
  return { ok: problems.length === 0, chains, entries, seals, problems };
}

function faultOf(row: Selectable<JournalTable>, seq: number, prev: string): string | null {
  if (row.seq !== seq + 1) return `is missing (the next there is ${row.seq})`;
  if (row.prev !== prev) return `does not follow from the one before it`;
  if (row.hash !== hashOf(row)) return `(${row.kind}, ${row.at}, by ${row.actor.name}) was changed after it was written`;
  return null;
}

async function headsOf(db: Db, app: string | undefined): Promise<Map<string, { seq: number; hash: string }>> {
  let tracks = db.selectFrom('tracks').select(['id', 'journal_seq as seq', 'journal_hash as hash']);
  let apps = db.selectFrom('apps').select(['id', 'journal_seq as seq', 'journal_hash as hash']);
  if (app !== undefined) {
    tracks = tracks.where('app', '=', app);
    apps = apps.where('id', '=', app);
  }
  const heads = new Map<string, { seq: number; hash: string }>();
  for (const { id, seq, hash } of await tracks.execute()) heads.set(`track:${id}`, { seq, hash });
  for (const { id, seq, hash } of await apps.execute()) heads.set(`app:${id}`, { seq, hash });
  if (app === undefined || app === INSTANCE) {
    const own = await db.selectFrom('instance').select(['journal_seq as seq', 'journal_hash as hash']).executeTakeFirstOrThrow();
    heads.set(`app:${INSTANCE}`, own);
  }
  return heads;
}

async function* chainsOf(
  db: Db,
  app: string | undefined,
): AsyncGenerator<{ name: string; rows: AsyncGenerator<Selectable<JournalTable>> }> {
  let after = '';
  for (;;) {
    let query = db.selectFrom('journal').select('chain').where('chain', '>', after).orderBy('chain').limit(1);
    if (app !== undefined) query = query.where('app', '=', app);
    const next = await query.executeTakeFirst();
    if (next === undefined) return;
    after = next.chain;
    yield { name: after, rows: entriesOf(db, after) };
  }
}

async function* entriesOf(db: Db, chain: string): AsyncGenerator<Selectable<JournalTable>> {
  let after = 0;
  for (;;) {
    const rows = await db
      .selectFrom('journal')
      .selectAll()
      .where('chain', '=', chain)
      .where('seq', '>', after)
      .orderBy('seq')
      .limit(BATCH)
      .execute();
    for (const row of rows) yield row;
    const last = rows.at(-1);
    if (last === undefined || rows.length < BATCH) return;
    after = last.seq;
  }
}

async function verifySeals(
  db: Db,
  key: Pick<SealKey, 'publicKey'> | null,
  sealed: Map<string, Map<number, { hash: string; seal: number }>>,
  tell: (problem: string) => void,
): Promise<number> {
  let count = 0;
  let prev = '';
  let strangers = 0;
  for (;;) {
    const seals = await sealsAfter(db, count, BATCH);
    for (const one of seals) {
      if (one.seq !== count + 1) tell(`seal ${count + 1} is missing`);
      const fault = sealFault(one, prev);
      if (fault !== null) tell(`seal ${one.seq} ${fault}`);
      if (key !== null && one.publicKey !== key.publicKey) strangers += 1;
      for (const head of one.heads) {
        const marks = sealed.get(head.chain) ?? new Map<number, { hash: string; seal: number }>();
        marks.set(head.seq, { hash: head.hash, seal: one.seq });
        sealed.set(head.chain, marks);
      }
      count = one.seq;
      prev = one.hash;
    }
    if (seals.length < BATCH) break;
  }
  if (strangers > 0)
    tell(
      `${strangers} of ${count} seals are signed with a key that is not this instance's. If its secret was changed, check them with the public key that was exported before`,
    );
  return count;
}

/** What is wrong with one seal by itself and after the one before it; null when nothing is. */
export function sealFault(one: Seal, prev: string): string | null {
  if (one.prev !== prev) return 'does not follow from the one before it';
  if (one.hash !== sealHash(one)) return 'was changed after it was signed';
  try {
    const publicKey = createPublicKey({ key: Buffer.from(one.publicKey, 'base64'), format: 'der', type: 'spki' });
    return verify(null, Buffer.from(one.hash, 'hex'), publicKey, Buffer.from(one.signature, 'base64')) ? null : 'has a wrong signature';
  } catch {
    return 'has a public key that cannot be read';
  }
}
