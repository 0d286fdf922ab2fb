/**
 * The one place that writes what was decided: journal, track, verdicts, actions, people's words, questions, due rows and the app's version, in one
 * transaction that is guarded by the track's revision.
 */
import type { Action } from '#domain/actions.ts';
import type { Verdict } from '#domain/criteria/criterion.ts';
import type { AppEvent, Event } from '#domain/release/events.ts';
import { opensTrunk } from '#domain/release/birth.ts';
import { timeBy } from '#domain/release/clock.ts';
import { evolve } from '#domain/release/evolve.ts';
import { candidateOf, hasEnded, percentOf } from '#domain/release/track.ts';
import type { Track } from '#domain/release/track.ts';
import type { Plan, Question } from '#domain/release/world.ts';
import type { Actor } from '#domain/roles.ts';
import type { Instant } from '#domain/time.ts';
import { raiseApp } from '#db/apps.ts';
import type { AppHead } from '#db/apps.ts';
import { alike } from '#db/canonical.ts';
import { markDue } from '#db/due.ts';
import { appendEntries, chained, signatureOf, stampOf, writeEntries } from '#db/journal.ts';
import type { Chained, Entry } from '#db/journal.ts';
import { orderActions } from '#db/outbox.ts';
import { project } from '#db/project.ts';
import { askQuestions, closeQuestions, openQuestions } from '#db/questions.ts';
import type { AskedOf, OpenQuestion } from '#db/questions.ts';
import type { PlanStamp } from '#db/schema.ts';
import { liveTracksOf, lockTrack, lockTracks, notePlanned, updateTracks } from '#db/tracks.ts';
import type { SilentLook, TrackHead, TrackUpdate } from '#db/tracks.ts';
import { inTransaction, isInTheWay, notify, onConnectionBeforeOthers } from '#db/transaction.ts';
import type { Db, Tx } from '#db/transaction.ts';
import { changedVerdicts, writeVerdicts } from '#db/verdicts.ts';
import type { ChangedVerdicts, Judged } from '#db/verdicts.ts';
import { engineTime } from './context.ts';
import type { Context } from './context.ts';
import type { Loaded } from './load.ts';
import { beginNext } from './next-release.ts';
import type { Born } from './next-release.ts';
import { unitKey } from './unit.ts';
import type { Change } from './types.ts';

/** The channel on which processes tell each other of commits. */
export const CHANNEL = 'signalbox';

export const robotActor: Actor = { kind: 'robot', id: 'robot', name: 'Robot' };

/** An event and who caused it. */
export type Line = { by: Actor; event: Event };

/** What was decided about one track. */
export type Decided = {
  track: Track;
  lines: readonly Line[];
  actions: readonly Action[];
  voids: readonly { key: string; why: string }[];
  /** What a plan said beside that; null for a person's command, after which the plan is made anew. */
  planned: { verdicts: readonly Verdict[]; questions: readonly Question[]; stamp: PlanStamp } | null;
};

export type Committed = { revision: number; version: number; track: Track; changed: boolean };

/** The track, the policy, the pause or the clock of its app changed since the world was loaded. */
export class Moved extends Error {
  constructor(track: string) {
    super(`${track} changed while it was being decided on`);
    this.name = 'Moved';
  }
}

const MOST_TRIES = 6;

/**
 * Loads, decides and commits until nothing moved in between.
 *
 * @param attempt what is done each time: in a transaction of its own
 * @throws Moved when it still moves after several tries
 */
export async function untilCommitted<T>(context: Context, attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (tries >= MOST_TRIES || !(error instanceof Moved || isInTheWay(error))) throw error;
      context.log.debug({ err: error, tries }, 'planning again');
    }
  }
}

/** The robot's plan as what is to be committed. */
export function decidedBy(plan: Plan): Decided {
  return {
    track: plan.track,
    lines: plan.events.map((event) => ({ by: robotActor, event })),
    actions: plan.actions,
    voids: plan.voids,
    planned: {
      verdicts: plan.verdicts,
      questions: plan.questions,
      stamp: { next: plan.next, robot: plan.robot, lookAgainAt: plan.lookAgainAt },
    },
  };
}

/** A track with what was decided about it. */
type Decision = { loaded: Loaded; decided: Decided };

/** On a connection for what is urgent; what is done there is held up by no other for long. */
export function beforeOthers<T>(context: Context, work: (db: Db) => Promise<T>): Promise<T> {
  return onConnectionBeforeOthers(context.urgentDb, work, (ended) =>
    context.log.warn({ ended }, 'a transaction that stood in the way of a halt was ended; its work is tried again'),
  );
}

/** A transaction; one that may order a halt is held up by no other for long. */
function transactionOf<T>(context: Context, isUrgent: boolean, work: (tx: Tx) => Promise<T>): Promise<T> {
  return isUrgent ? beforeOthers(context, (db) => inTransaction(db, work)) : inTransaction(context.db, work);
}

const isUrgent = ({ actions }: Pick<Plan, 'actions'>): boolean => actions.some(({ urgent }) => urgent);

/** Commits a plan in a transaction of its own, and tells everyone. */
export async function commitPlan(context: Context, loaded: Loaded, plan: Plan): Promise<Committed> {
  const told: Change[] = [];
  const committed = await transactionOf(context, isUrgent(plan), (tx) => commitTrack(context, tx, loaded, decidedBy(plan), told));
  tellAll(context, told);
  return committed;
}

/** Commits the plans of tracks of one app in one transaction: all of them or none. */
export async function commitPlans(context: Context, plans: readonly { loaded: Loaded; plan: Plan }[]): Promise<void> {
  const told: Change[] = [];
  const decisions = plans.map(({ loaded, plan }) => ({ loaded, decided: decidedBy(plan) }));
  await transactionOf(
    context,
    plans.some(({ plan }) => isUrgent(plan)),
    (tx) => commitTracks(context, tx, decisions, told),
  );
  tellAll(context, told);
}

/**
 * Writes what was decided about a track, in the caller's transaction.
 *
 * @param told gets the change that streams are to be told of once the transaction is through
 * @throws Moved when what it was decided on has changed
 */
export async function commitTrack(context: Context, tx: Tx, loaded: Loaded, decided: Decided, told: Change[]): Promise<Committed> {
  const [committed] = await commitTracks(context, tx, [{ loaded, decided }], told);
  if (committed === undefined) throw new Moved(loaded.world.track.id);
  return committed;
}

/**
 * Writes what was decided about tracks of one app, each of them decided on by itself, in the caller's transaction. It takes about as many statements as it would for one.
 *
 * @returns what became of each, in the order in which they are given
 * @throws Moved when what one of them was decided on has changed
 */
async function commitTracks(context: Context, tx: Tx, decisions: readonly Decision[], told: Change[]): Promise<Committed[]> {
  const [first] = decisions;
  if (first === undefined) return [];
  const { id: app } = first.loaded.world.app;
  const heads = await lockTracks(
    tx,
    decisions.map(({ loaded }) => loaded.world.track.id),
  );
  const open = await questionsOf(tx, decisions);
  const found: Found[] = [];
  for (const decision of decisions) found.push(await compared(context, tx, decision, heads, open));
  const [silent, news] = [found.filter(({ saysNews }) => !saysNews), found.filter(({ saysNews }) => saysNews)];
  await notePlanned(
    tx,
    silent.map(({ loaded, decided }) => lookAt(context, loaded, decided.planned?.stamp.lookAgainAt ?? null)),
    { alone: false },
  );
  const written = news.length === 0 ? new Map<string, Committed>() : await write(context, tx, await raised(tx, app, news), news, told);
  return found.map(({ id, head }) => written.get(id) ?? { revision: head.revision, version: 0, track: head.state, changed: false });
}

/** A decision beside what is stored now. */
type Found = Decision & {
  id: string;
  head: TrackHead;
  lines: readonly Line[];
  moves: boolean;
  /** The next version is to begin, if it is not there yet. */
  begins: boolean;
  judged: ChangedVerdicts;
  open: readonly Open[];
  /** Something of it is news; else only that the robot looked is noted. */
  saysNews: boolean;
};

type Open = { track: string; key: string; kind: 'ask' | 'refused' };

async function questionsOf(tx: Tx, decisions: readonly Decision[]): Promise<readonly Open[]> {
  const planned = decisions.filter(({ decided }) => decided.planned !== null).map(({ loaded }) => loaded.world.track.id);
  return planned.length === 0 ? [] : openQuestions(tx, planned);
}

const NONE_CHANGED: ChangedVerdicts = { write: [], gone: [] };

async function compared(
  context: Context,
  tx: Tx,
  { loaded, decided }: Decision,
  heads: ReadonlyMap<string, TrackHead>,
  questions: readonly Open[],
): Promise<Found> {
  const { world } = loaded;
  const { id } = world.track;
  const head = heads.get(id);
  if (head === undefined || head.revision !== loaded.revision) throw new Moved(id);
  const open = questions.filter(({ track }) => track === id);
  const lines = [...decided.lines, ...decided.voids.map((each) => voidLine(each))];
  const moves = lines.length > 0 || decided.actions.length > 0 || !alike(head.state, decided.track);
  const begins = opensTrunk(decided.track, world.siblings) && (await beginsByItself(context, tx, loaded));
  const judged = decided.planned === null ? NONE_CHANGED : changedVerdicts(loaded.said.verdicts, decided.planned.verdicts);
  const saysNews = moves || begins || decided.planned === null || !saysNothingNew(head, judged, open, decided.planned);
  return { loaded, decided, id, head, lines, moves, begins, judged, open, saysNews };
}

/** Whether the policy lets the next version begin when one is cut. */
async function beginsByItself(context: Context, tx: Tx, { world, policyRevision }: Loaded): Promise<boolean> {
  return (await context.policies.rulesOf(tx, world.app.id, policyRevision)).document.cycle.next === 'at-cut';
}

type Planned = NonNullable<Decided['planned']>;

function saysNothingNew(
  { plan: before }: Pick<TrackHead, 'plan'>,
  judged: ChangedVerdicts,
  open: readonly Pick<Open, 'key' | 'kind'>[],
  planned: Planned,
): boolean {
  if (judged.write.length > 0 || judged.gone.length > 0) return false;
  const asked = open.filter(({ kind }) => kind === 'ask').map(({ key }) => key);
  const asks = planned.questions.map(({ key }) => key);
  if (!alike(asked.toSorted(), asks.toSorted())) return false;
  const { next, robot } = planned.stamp;
  return before !== null && alike({ next: before.next, robot: before.robot }, { next, robot });
}

/**
 * Notes that the robot looked at tracks of one app and found nothing to say that was not said before: one statement, for most looks are such. Where that is all that
 * there is to say, the leases are given back with it.
 *
 * @returns those of which there is something to say, or that have moved since they were loaded: their plans are to be committed
 */
export async function noteSilent<T extends { loaded: Loaded; plan: Plan }>(
  context: Context,
  plans: readonly T[],
  held: readonly string[],
): Promise<T[]> {
  const silent = plans.filter(({ loaded, plan }) => isSilent(loaded, plan));
  const noted = await notePlanned(
    context.db,
    silent.map(({ loaded, plan }) => lookAt(context, loaded, plan.lookAgainAt)),
    { alone: true, held: silent.length === plans.length && held.length > 0 ? { names: held, owner: context.owner } : null },
  );
  return plans.filter(({ loaded }) => !noted.has(loaded.world.track.id));
}

function lookAt(context: Context, { world, revision }: Loaded, lookAgainAt: Instant | null): SilentLook {
  const { track, app, now } = world;
  const dueAt = lookAgainAt === null ? null : engineTime(context, app.id, lookAgainAt);
  return { id: track.id, app: app.id, revision, lookAgainAt, dueAt, at: now };
}

/** Whether a plan changes nothing, beside what is known to be said already. */
function isSilent({ world, said }: Loaded, plan: Plan): boolean {
  const { track, lines, actions, voids, planned } = decidedBy(plan);
  if (
    planned === null ||
    lines.length + actions.length + voids.length > 0 ||
    !alike(world.track, track) ||
    opensTrunk(track, world.siblings)
  )
    return false;
  return saysNothingNew(said, changedVerdicts(said.verdicts, planned.verdicts), said.open, planned);
}

/** Raises the app's version for a commit of these tracks, and holds what they were decided on against what is in force. */
async function raised(tx: Tx, app: string, news: readonly Found[]): Promise<AppHead> {
  const head = await raiseApp(tx, app);
  for (const { id, loaded } of news) {
    if (
      head === null ||
      head.policyRevision !== loaded.policyRevision ||
      !alike(head.robotPaused, loaded.world.app.robotPaused) ||
      !alike(head.clock, loaded.clock)
    )
      throw new Moved(id);
  }
  if (head === null) throw new Moved(app);
  return head;
}

type DueRow = Parameters<typeof markDue>[1][number];

/** What is gathered from the tracks of one commit, to be written together. */
type Gathered = {
  ofApp: Entry[];
  orders: { track: string; action: Action }[];
  verdicts: Judged[];
  asked: AskedOf[];
  closed: string[];
  due: DueRow[];
  told: Set<string>;
  kinds: Set<Change['kinds'][number]>;
};

async function write(
  context: Context,
  tx: Tx,
  app: AppHead,
  news: readonly Found[],
  told: Change[],
): Promise<ReadonlyMap<string, Committed>> {
  const recordedAt = context.clock.now();
  const gathered: Gathered = {
    ofApp: [],
    orders: [],
    verdicts: [],
    asked: [],
    closed: [],
    due: [],
    told: new Set(),
    kinds: new Set(),
  };
  const first = news[0]?.loaded.world;
  const at = first?.now ?? recordedAt;
  const name = first?.app.id ?? '';
  const placed = news.map((each) => placedIn(each, app, recordedAt));
  // The rows of all tracks first: what is born of one of them looks at where the others are.
  await updateTracks(
    tx,
    placed.map(({ update }) => update),
  );
  await writeEntries(
    tx,
    placed.flatMap(({ rows }) => rows),
  );
  for (const [index, each] of news.entries()) await gather(context, tx, app, each, placed[index]?.entries ?? [], recordedAt, gathered);
  await appendEntries(tx, { app: name, track: null, seq: app.seq, hash: app.hash }, gathered.ofApp, {
    appVersion: app.version,
    at,
    recordedAt,
  });
  await orderActions(tx, name, gathered.orders, recordedAt);
  await writeVerdicts(tx, gathered.verdicts);
  await closeQuestions(tx, gathered.closed, at);
  await askQuestions(tx, gathered.asked, recordedAt);
  await markDue(tx, [...gathered.due, ...(await dueBeside(context, tx, name, news, gathered))]);
  await tell(context, tx, { app: name, version: app.version, tracks: [...gathered.told], kinds: [...gathered.kinds], at }, told);
  return new Map(
    placed.map(({ update: { track, revision } }) => [track.id, { revision, version: app.version, track, changed: true }] as const),
  );
}

/** A track's row and its journal as this commit leaves them. */
function placedIn(
  { loaded: { world, policyRevision }, head, decided, lines, moves, id }: Found,
  { version: appVersion }: AppHead,
  recordedAt: Instant,
): { update: TrackUpdate; entries: readonly Entry[]; rows: Chained['rows'] } {
  const at = world.now;
  const revision = moves ? head.revision + 1 : head.revision;
  const entries = entriesOf(head.state, lines, at);
  const placed = chained({ app: world.app.id, track: id, seq: head.seq, hash: head.hash }, entries, { appVersion, at, recordedAt });
  const update: TrackUpdate = {
    track: decided.track,
    revision,
    movedRevision: hasMoved(head.state, decided.track) ? revision : head.movedRevision,
    policyRevision,
    plan: decided.planned?.stamp,
    seq: placed.head.seq,
    hash: placed.head.hash,
    appVersion,
    at,
    recordedAt,
  };
  return { update, entries, rows: placed.rows };
}

/** Gathers what one track's commit writes beside its row and its journal; what few commits have is written at once. */
async function gather(
  context: Context,
  tx: Tx,
  { version: appVersion }: AppHead,
  { loaded, decided, lines, moves, begins, id, judged, open }: Found,
  entries: readonly Entry[],
  recordedAt: Instant,
  into: Gathered,
): Promise<void> {
  const { world } = loaded;
  const { id: name } = world.app;
  const at = world.now;
  const born = begins ? await beginNextAfter(context, tx, loaded, appVersion) : null;
  const ofApp = [...entries.filter(isOfApp), ...(born === null ? [] : [begunEntry(world.track, born)])];
  into.ofApp.push(...ofApp);
  for (const { by, event } of lines) await project(tx, event, { app: name, track: id, actor: stampOf(by), at, recordedAt });
  into.orders.push(...decided.actions.map((action) => ({ track: id, action })));
  if (decided.planned === null) into.due.push({ kind: 'track', key: id, app: name, at: recordedAt });
  else {
    const { verdicts, questions, stamp } = decided.planned;
    into.verdicts.push({
      previous: world.previous,
      verdicts,
      changed: judged,
      at: { app: name, track: id, appVersion, at, recordedAt },
    });
    settleQuestions(name, id, questions, open, into);
    into.due.push(...lookAgain(context, name, id, stamp.lookAgainAt));
  }
  for (const each of [id, ...(born?.tracks ?? [])]) into.told.add(each);
  const verdictsChanged = decided.planned !== null && (judged.write.length > 0 || judged.gone.length > 0);
  const kinds: readonly Change['kinds'][number][] = [
    ...(moves || born !== null ? (['track'] as const) : []),
    ...(verdictsChanged ? (['verdicts'] as const) : []),
    ...(lines.length > 0 || born !== null ? (['journal'] as const) : []),
    ...(decided.actions.length + decided.voids.length > 0 ? (['actions'] as const) : []),
    ...(decided.planned === null ? [] : (['questions'] as const)),
    ...(ofApp.length > 0 ? (['app'] as const) : []),
  ];
  for (const kind of kinds) into.kinds.add(kind);
}

/** What becomes due beside the tracks themselves: other tracks that look at them, and storefronts whose pace changes. */
async function dueBeside(context: Context, tx: Tx, app: string, news: readonly Found[], { ofApp }: Gathered): Promise<DueRow[]> {
  const at = context.clock.now();
  const isForAll = ofApp.some(isOfApp);
  // Rules look at other releases of the same platform only: who is ahead, who holds the listing.
  const concerning = news.filter(({ head, decided }) => concernsOthers(head.state, decided.track));
  const live = isForAll || concerning.length > 0 ? await liveTracksOf(tx, app) : [];
  const others = live.filter(
    (other) =>
      (isForAll && news.some(({ id }) => id !== other.id)) ||
      concerning.some(({ id, decided }) => id !== other.id && decided.track.platform === other.platform),
  );
  // A track in a new stage may be watched at another pace: its storefronts are read now, and the pace is told anew.
  const storefronts = news.flatMap(({ head, decided, loaded }) =>
    head.state.stage === decided.track.stage ? [] : loaded.world.policy.storefronts,
  );
  return [
    ...others.map(({ id }) => ({ kind: 'track' as const, key: id, app, at })),
    ...storefronts.map((which) => ({ kind: 'observe' as const, key: unitKey({ app, what: 'storefront', which }), app, at })),
  ];
}

/** Begins the version after this one in the name of the robot. */
async function beginNextAfter(context: Context, tx: Tx, { world, policyRevision }: Loaded, appVersion: number): Promise<Born | null> {
  const { id: app, platforms } = world.app;
  const rules = await context.policies.rulesOf(tx, app, policyRevision);
  return beginNext(context, tx, { app, platforms, rules, at: world.now, appVersion, by: robotActor }, world.track.version);
}

function begunEntry(cut: Track, { version, platforms }: Born): Entry {
  const event: AppEvent = { is: 'release-begun', version, after: cut.version, cutOn: cut.platform, platforms };
  return { actor: stampOf(robotActor), event, stageAfter: null };
}

function voidLine({ key, why }: { key: string; why: string }): Line {
  return { by: robotActor, event: { is: 'action-ended', key, state: 'void', outcome: why } };
}

/** The journal's entries, each with the stage that the track was in after it. */
function entriesOf(before: Track, lines: readonly Line[], at: string): Entry[] {
  let track = before;
  return lines.map(({ by, event }) => {
    track = evolve(track, event, at, by.name);
    return { actor: signatureOf(by), event, stageAfter: track.stage };
  });
}

/** Events that concern the whole app stand in its chain too. */
function isOfApp({ event }: Entry): boolean {
  return (event.is === 'robot-paused' || event.is === 'robot-unpaused') && event.scope === 'app';
}

/** Whether a command that was based on the track as it was before would be meant otherwise now. */
function hasMoved(before: Track, after: Track): boolean {
  return before.stage !== after.stage || candidateOf(before)?.build !== candidateOf(after)?.build || percentOf(before) !== percentOf(after);
}

/** What other tracks of the app look at: who is where, who holds the listing, who is ahead. */
function concernsOthers(before: Track, after: Track): boolean {
  return before.stage !== after.stage || percentOf(before) !== percentOf(after) || hasEnded(before) !== hasEnded(after);
}

function settleQuestions(app: string, track: string, questions: readonly Question[], open: readonly Open[], into: Gathered): void {
  const asked = new Set(questions.map(({ key }) => key));
  into.closed.push(...open.filter(({ key, kind }) => kind === 'ask' && !asked.has(key)).map(({ key }) => key));
  const isOpen = new Set(open.map(({ key }) => key));
  const news = questions
    .filter(({ key }) => !isOpen.has(key))
    .map(({ key, step, text, evidence, askedAt }): AskedOf => ({ app, track, kind: 'ask', key, step, text, evidence, askedAt }));
  into.asked.push(...news);
}

/** The row that has a track looked at again at a moment of the app's time. */
function lookAgain(context: Context, app: string, id: string, lookAgainAt: string | null): DueRow[] {
  const at = lookAgainAt === null ? null : engineTime(context, app, lookAgainAt);
  return at === null ? [] : [{ kind: 'track', key: id, app, at }];
}

/* ---- records that decide nothing: outcomes of actions, troubles ---- */

/** Adds lines to a track's journal that move it nowhere, asks questions, and marks the track as due. Needs no revision: nothing was decided on one. */
export async function commitRecord(
  context: Context,
  id: string,
  lines: readonly Line[],
  options: { questions?: readonly OpenQuestion[]; closes?: readonly string[]; first?: (tx: Tx) => Promise<boolean | void> } = {},
): Promise<boolean> {
  const told: Change[] = [];
  const done = await inTransaction(context.db, async (tx) => {
    const head = await lockTrack(tx, id);
    if (head === null) return false;
    const { app } = head.state;
    if ((await options.first?.(tx)) === false) return false;
    const raised = await raiseApp(tx, app);
    if (raised === null) return false;
    const recordedAt = context.clock.now();
    const at = timeBy(raised.clock, recordedAt);
    const scene = { app, track: id, at, recordedAt };
    const placed = chained({ app, track: id, seq: head.seq, hash: head.hash }, entriesOf(head.state, lines, at), {
      appVersion: raised.version,
      at,
      recordedAt,
    });
    await updateTracks(tx, [
      {
        track: head.state,
        revision: head.revision + 1,
        movedRevision: head.movedRevision,
        policyRevision: raised.policyRevision,
        plan: undefined,
        seq: placed.head.seq,
        hash: placed.head.hash,
        appVersion: raised.version,
        at,
        recordedAt,
      },
    ]);
    await writeEntries(tx, placed.rows);
    for (const { by, event } of lines) await project(tx, event, { ...scene, actor: stampOf(by) });
    await askQuestions(
      tx,
      (options.questions ?? []).map((each) => ({ ...each, app, track: id })),
      recordedAt,
    );
    await closeQuestions(tx, options.closes ?? [], at);
    await markDue(tx, [{ kind: 'track', key: id, app, at: recordedAt }]);
    await tell(
      context,
      tx,
      {
        app,
        version: raised.version,
        tracks: [id],
        kinds: ['actions', ...(lines.length > 0 ? (['journal'] as const) : []), 'questions'],
        at,
      },
      told,
    );
    return true;
  });
  tellAll(context, told);
  return done;
}

/* ---- telling ---- */

/** The most that a notification takes, with room for its other fields. */
const MOST_TRACKS_TOLD = 50;

/** Notifies the other processes when the transaction commits, and keeps the change for this one. An empty list of tracks means all of the app's. */
export async function tell(context: Context, tx: Tx, change: Change, told: Change[]): Promise<void> {
  told.push(change);
  const tracks = change.tracks.length > MOST_TRACKS_TOLD ? [] : change.tracks;
  await notify(tx, CHANNEL, JSON.stringify({ owner: context.owner, change: { ...change, tracks } }));
}

/** After the transaction: tells this process's listeners, and wakes its loops. */
export function tellAll(context: Context, told: readonly Change[]): void {
  for (const change of told) context.changed(change);
  context.wake();
}
