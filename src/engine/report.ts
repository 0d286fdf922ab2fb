/** Facts in: checked, stored once, and the tracks they touch woken. */
import { appIds, raiseApp } from '#db/apps.ts';
import { canonical, digest, unstorable } from '#db/canonical.ts';
import { markDue } from '#db/due.ts';
import { ensureFactPartition, storeFacts } from '#db/facts.ts';
import { rememberAnswer, rememberedAnswer } from '#db/idempotency.ts';
import { stampOf } from '#db/journal.ts';
import { sourceWasRead } from '#db/sources.ts';
import { tracksOf } from '#db/tracks.ts';
import type { LiveTrack } from '#db/tracks.ts';
import { inTransaction, isInTheWay, sqlState } from '#db/transaction.ts';
import { factPayloads } from '#domain/facts.ts';
import type { Fact, FactKind } from '#domain/facts.ts';
import type { App } from '#domain/release/release.ts';
import type { Actor } from '#domain/roles.ts';
import type { Instant } from '#domain/time.ts';
import { tell, tellAll } from './commit.ts';
import { appNow, knownApp } from './context.ts';
import type { Context } from './context.ts';
import { judgeSoon } from './judge-soon.ts';
import { noSuchApp, refuse } from './refuse.ts';
import { objectionTo, touchedBy } from './touch.ts';
import type { Change, EngineRefusal, FactReceipt, Result } from './types.ts';
import { unitKey } from './unit.ts';

export type ReportOptions = { idempotencyKey?: string; bodyHash?: string };
export type Reported = Result<{ receipts: readonly FactReceipt[]; version: number }>;

/** The most facts that one call stores. */
export const MOST_FACTS = 5000;
/** A fact may be dated a little ahead of our clock. */
const MOST_AHEAD_MS = 24 * 3_600_000;

/** Stores what others report. All facts of one call belong to one app. */
export async function report(context: Context, facts: readonly Fact[], by: Actor, options: ReportOptions = {}): Promise<Reported> {
  const [first] = facts;
  if (first === undefined) return { ok: true, receipts: [], version: 0 };
  if (facts.length > MOST_FACTS) return refuse('invalid', `${facts.length} facts are too many for one call`, `at most ${MOST_FACTS}`);
  const { app: id } = first;
  if (facts.some(({ app }) => app !== id)) return refuse('invalid', 'the facts belong to several apps', 'the facts of one app in one call');
  const app = await knownApp(context, id);
  if (app === null) return noSuchApp(id, await appIds(context.db));
  const scope = `report:${id}:${by.kind}:${by.id}`;
  const bodyHash = options.bodyHash ?? digest(canonical(facts));
  const again = options.idempotencyKey === undefined ? null : await repeated(context, scope, options.idempotencyKey, bodyHash);
  if (again !== null) return again as Reported;
  const now = appNow(context, id);
  const checked = facts.map((fact) => check(fact, app, now));
  const tracks = await tracksOf(context.db, id);
  const receipts: FactReceipt[] = checked.map((each, index) => {
    const objection = 'fact' in each ? objectionTo(each.fact, tracks, app.platforms) : each;
    return objection === null
      ? { index, accepted: true, duplicate: false }
      : { index, accepted: false, duplicate: false, because: objection.because, wouldBeRight: objection.wouldBeRight };
  });
  const accepted = checked.flatMap((each, index) =>
    'fact' in each && receipts[index]?.accepted === true ? [{ fact: each.fact, index }] : [],
  );
  const remember = options.idempotencyKey === undefined ? null : { scope, key: options.idempotencyKey, bodyHash };
  try {
    return await store(context, app, tracks, accepted, receipts, by, remember);
  } catch (error) {
    // The same key at the same moment: the other call did the work.
    if (remember === null || sqlState(error) !== '23505') throw error;
    const theirs = await repeated(context, scope, remember.key, bodyHash);
    if (theirs === null) throw error;
    return theirs as Reported;
  }
}

async function store(
  context: Context,
  app: App,
  tracks: readonly LiveTrack[],
  accepted: readonly { fact: Fact; index: number }[],
  receipts: FactReceipt[],
  by: Actor,
  remember: { scope: string; key: string; bodyHash: string } | null,
): Promise<Reported> {
  const told: Change[] = [];
  const answer = await storeInTransaction(
    context,
    app,
    tracks,
    accepted.map(({ fact }) => fact),
    by,
    told,
    async (tx, isNews, version) => {
      const whole = receipts.map((receipt) => {
        const place = accepted.findIndex(({ index }) => index === receipt.index);
        return place >= 0 && isNews[place] === false ? { ...receipt, duplicate: true } : receipt;
      });
      const result: Reported = { ok: true, receipts: whole, version };
      if (remember !== null)
        await rememberAnswer(tx, remember.scope, remember.key, { bodyHash: remember.bodyHash, answer: result }, context.clock.now());
      return result;
    },
  );
  tellAll(context, told);
  return answer;
}

type Finish<T> = (tx: Parameters<Parameters<typeof inTransaction>[1]>[0], isNews: readonly boolean[], version: number) => Promise<T>;

async function storeInTransaction<T>(
  context: Context,
  app: App,
  tracks: readonly LiveTrack[],
  facts: readonly Fact[],
  by: Actor,
  told: Change[],
  finish: Finish<T>,
): Promise<T> {
  const recordedAt = context.clock.now();
  await ensureFactPartition(context.db, recordedAt);
  for (let tries = 1; ; tries++) {
    try {
      return await inTransaction(context.db, async (tx) => {
        // The app's row first, so that two reports of one app cannot wait for each other's rows.
        const raised = await raiseApp(tx, app.id);
        const version = raised?.version ?? 0;
        const isNews = await storeFacts(tx, facts, stampOf(by), recordedAt);
        for (const [source, kinds] of kindsBySource(facts)) {
          if (by.kind !== 'integration') await sourceWasRead(tx, { app: app.id, source, kinds, at: appNow(context, app.id), recordedAt });
        }
        const touched = [
          ...new Set(facts.filter((_, index) => isNews[index]).flatMap((fact) => touchedBy(fact, tracks).map(({ id }) => id))),
        ];
        const woken = by.kind === 'integration' ? touched : alsoFreshened(facts, tracks, touched);
        await markDue(
          tx,
          woken.map((id) => ({ kind: 'track' as const, key: id, app: app.id, at: recordedAt })),
        );
        // Whether the ticket of a crash group is closed decides whether it is a regression.
        if (facts.some(({ kind }, index) => kind === 'bug' && isNews[index] === true)) await judgeSoon(context, tx, app.id);
        // What a new build lacks of its branch is asked of the repository at once.
        if (facts.some(({ kind }, index) => kind === 'build' && isNews[index] === true))
          await markDue(tx, [{ kind: 'observe', key: unitKey({ app: app.id, what: 'git', which: '' }), app: app.id, at: recordedAt }]);
        const result = await finish(tx, isNews, version);
        told.length = 0;
        await tell(context, tx, { app: app.id, version, tracks: touched, kinds: ['facts'], at: appNow(context, app.id) }, told);
        return result;
      });
    } catch (error) {
      if (tries >= 5 || !isInTheWay(error)) throw error;
    }
  }
}

function kindsBySource(facts: readonly Fact[]): Map<string, FactKind[]> {
  const found = new Map<string, Set<FactKind>>();
  for (const { source, kind } of facts) found.set(source, (found.get(source) ?? new Set<FactKind>()).add(kind));
  return new Map([...found].map(([source, kinds]) => [source, [...kinds]]));
}

/** A repeated report says nothing new but that its source is alive; that may turn an Unknown back. */
function alsoFreshened(facts: readonly Fact[], tracks: readonly LiveTrack[], touched: readonly string[]): string[] {
  return [...new Set([...touched, ...facts.flatMap((fact) => touchedBy(fact, tracks).map(({ id }) => id))])];
}

/** Facts that a connection read. They passed the adapter's schema; those about releases that Signalbox does not have are left out. */
export async function storeObserved(
  context: Context,
  app: string,
  facts: readonly Fact[],
  by: Actor,
): Promise<{ stored: number; left: number }> {
  if (facts.length === 0) return { stored: 0, left: 0 };
  const known = await knownApp(context, app);
  if (known === null) return { stored: 0, left: facts.length };
  const tracks = await tracksOf(context.db, app);
  const mine = facts.filter((fact) => unstorable(fact) === null && objectionTo(fact, tracks, known.platforms) === null);
  if (mine.length === 0) return { stored: 0, left: facts.length };
  const told: Change[] = [];
  const stored = await storeInTransaction(context, known, tracks, mine, by, told, async (_tx, isNews) => isNews.filter(Boolean).length);
  tellAll(context, told);
  return { stored, left: facts.length - mine.length };
}

/** The answer of an earlier call with this key, or why the key cannot be used for this one. */
export async function repeated(context: Context, scope: string, key: string, bodyHash: string): Promise<object | EngineRefusal | null> {
  const known = await rememberedAnswer(context.db, scope, key);
  if (known === null) return null;
  if (known.bodyHash !== bodyHash)
    return refuse(
      'conflict',
      `the idempotency key "${key}" was used for another request`,
      'a new key for a new request, or the same request again',
    );
  return known.answer;
}

type Checked = { fact: Fact } | { because: string; wouldBeRight: string };

/** Checks one fact by its kind, whoever sent it. */
function check(fact: Fact, app: App, now: Instant): Checked {
  const bad = unstorable(fact);
  if (bad !== null) return { because: bad, wouldBeRight: 'text of whole characters, without NUL' };
  const schema = Object.hasOwn(factPayloads, fact.kind) ? factPayloads[fact.kind] : undefined;
  if (schema === undefined)
    return { because: `there is no kind of fact "${fact.kind}"`, wouldBeRight: `one of ${Object.keys(factPayloads).join(', ')}` };
  const envelope = envelopeObjection(fact, now);
  if (envelope !== null) return envelope;
  const payload = schema.safeParse(fact.payload);
  if (!payload.success) {
    const issue = payload.error.issues[0];
    const place = issue?.path.map(String).join('.') ?? '';
    return {
      because: `${fact.kind}${place === '' ? '' : `, ${place}`}: ${issue?.message ?? 'it cannot be read'}`,
      wouldBeRight: `a ${fact.kind} as the reference describes it`,
    };
  }
  // The schema was chosen by the kind, so the pair belongs together; the type system cannot follow a lookup by a union.
  return { fact: { ...fact, app: app.id, payload: payload.data } as Fact };
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

function envelopeObjection(
  { source, key, revision, at }: Pick<Fact, 'source' | 'key' | 'revision' | 'at'>,
  now: Instant,
): { because: string; wouldBeRight: string } | null {
  if (typeof source !== 'string' || source.trim() === '' || source.length > 200)
    return { because: 'the source has no name', wouldBeRight: 'a name of 1 to 200 characters such as ci' };
  if (typeof key !== 'string' || key === '' || key.length > 500)
    return { because: 'the key is empty or too long', wouldBeRight: 'the source’s own key, 1 to 500 characters' };
  if (!Number.isSafeInteger(revision) || revision < 0)
    return {
      because: `the revision ${revision} is no whole number from 0`,
      wouldBeRight: 'a number that rises with every change at the source',
    };
  if (!INSTANT.test(at) || Number.isNaN(Date.parse(at)))
    return { because: `${at} is no instant`, wouldBeRight: 'UTC with milliseconds: 2024-10-01T12:20:00.000Z' };
  if (Date.parse(at) > Date.parse(now) + MOST_AHEAD_MS)
    return { because: `${at} is still to come: it is ${now} for this app`, wouldBeRight: 'the moment at which it was so' };
  return null;
}
