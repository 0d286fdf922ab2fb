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
import { raiseApp } from '#db/apps.ts';
import type { AppHead } from '#db/apps.ts';
import { canonical } from '#db/canonical.ts';
import { markDue } from '#db/due.ts';
import { appendEntries, stampOf } from '#db/journal.ts';
import type { Entry } from '#db/journal.ts';
import { orderActions } from '#db/outbox.ts';
import { project } from '#db/project.ts';
import { askQuestions, closeQuestion, openQuestions } from '#db/questions.ts';
import type { OpenQuestion } from '#db/questions.ts';
import type { PlanStamp } from '#db/schema.ts';
import { liveTracksOf, lockTrack, notePlanned, planOf, updateTrack } from '#db/tracks.ts';
import type { LiveTrack, TrackHead } from '#db/tracks.ts';
import { inTransaction, isInTheWay, notify } from '#db/transaction.ts';
import type { Tx } from '#db/transaction.ts';
import { changedVerdicts, writeVerdicts } from '#db/verdicts.ts';
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

/** Commits a plan in a transaction of its own, and tells everyone. */
export async function commitPlan(context: Context, loaded: Loaded, plan: Plan): Promise<Committed> {
  const told: Change[] = [];
  const committed = await inTransaction(context.db, (tx) => commitTrack(context, tx, loaded, decidedBy(plan), told));
  tellAll(context, told);
  return committed;
}

/**
 * Writes what was decided about a track, in the caller's transaction.
 *
 * @param told gets the change that streams are to be told of once the transaction is through
 * @throws Moved when what it was decided on has changed
 */
export async function commitTrack(context: Context, tx: Tx, loaded: Loaded, decided: Decided, told: Change[]): Promise<Committed> {
  const { world } = loaded;
  const { id, app } = world.track;
  const head = await lockTrack(tx, id);
  if (head === null || head.revision !== loaded.revision) throw new Moved(id);
  const lines = [...decided.lines, ...decided.voids.map((each) => voidLine(each))];
  const moves = lines.length > 0 || decided.actions.length > 0 || canonical(head.state) !== canonical(decided.track);
  const begins = opensTrunk(decided.track, world.siblings) && (await beginsByItself(context, tx, loaded));
  if (!moves && !begins && decided.planned !== null && (await saysNothingNew(tx, loaded, decided.planned))) {
    await notePlanned(tx, id, head.revision, decided.planned.stamp.lookAgainAt, world.now);
    await markLookAgain(context, tx, app, id, decided.planned.stamp.lookAgainAt);
    return { revision: head.revision, version: 0, track: head.state, changed: false };
  }
  const raised = await raiseApp(tx, app);
  if (
    raised === null ||
    raised.policyRevision !== loaded.policyRevision ||
    canonical(raised.robotPaused) !== canonical(world.app.robotPaused) ||
    canonical(raised.clock) !== canonical(loaded.clock)
  )
    throw new Moved(id);
  return write(context, tx, { loaded, head, raised, decided, lines, moves, begins }, told);
}

/** Whether the policy lets the next version begin when one is cut. */
async function beginsByItself(context: Context, tx: Tx, { world, policyRevision }: Loaded): Promise<boolean> {
  return (await context.policies.rulesOf(tx, world.app.id, policyRevision)).document.cycle.next === 'at-cut';
}

type Writing = {
  loaded: Loaded;
  head: TrackHead;
  raised: AppHead;
  decided: Decided;
  lines: readonly Line[];
  moves: boolean;
  /** The next version is to begin, if it is not there yet. */
  begins: boolean;
};

async function write(context: Context, tx: Tx, writing: Writing, told: Change[]): Promise<Committed> {
  const { loaded, head, raised, decided, lines, moves, begins } = writing;
  const { world, policyRevision } = loaded;
  const { id, app } = world.track;
  const at = world.now;
  const recordedAt = context.clock.now();
  const appVersion = raised.version;
  const revision = moves ? head.revision + 1 : head.revision;
  await updateTrack(tx, {
    track: decided.track,
    revision,
    movedRevision: hasMoved(head.state, decided.track) ? revision : head.movedRevision,
    policyRevision,
    plan: decided.planned?.stamp,
    appVersion,
    at,
    recordedAt,
  });
  const entries = entriesOf(head.state, lines, at);
  await appendEntries(tx, { app, track: id, seq: head.seq, hash: head.hash }, entries, { appVersion, at, recordedAt });
  const born = begins ? await beginNextAfter(context, tx, loaded, appVersion) : null;
  const ofApp = [...entries.filter(isOfApp), ...(born === null ? [] : [begunEntry(world.track, born)])];
  await appendEntries(tx, { app, track: null, seq: raised.seq, hash: raised.hash }, ofApp, { appVersion, at, recordedAt });
  for (const { by, event } of lines) await project(tx, event, { app, track: id, actor: stampOf(by), at, recordedAt });
  await orderActions(tx, app, id, decided.actions, recordedAt);
  let verdictsChanged = false;
  if (decided.planned !== null) {
    verdictsChanged = await writeVerdicts(tx, world.previous, decided.planned.verdicts, { app, track: id, appVersion, at, recordedAt });
    await settleQuestions(tx, app, id, decided.planned.questions, at, recordedAt);
    await markLookAgain(context, tx, app, id, decided.planned.stamp.lookAgainAt);
  } else await markDue(tx, [{ kind: 'track', key: id, app, at: recordedAt }]);
  if (entries.some(isOfApp)) await markOthers(context, tx, decided.track, () => true);
  // Rules look at other releases of the same platform only: who is ahead, who holds the listing.
  else if (concernsOthers(head.state, decided.track))
    await markOthers(context, tx, decided.track, ({ platform }) => platform === decided.track.platform);
  if (head.state.stage !== decided.track.stage) await markStorefronts(context, tx, app, world.policy.storefronts);
  const change: Change = {
    app,
    version: appVersion,
    tracks: [id, ...(born?.tracks ?? [])],
    kinds: [
      ...(moves || born !== null ? (['track'] as const) : []),
      ...(verdictsChanged ? (['verdicts'] as const) : []),
      ...(lines.length > 0 || born !== null ? (['journal'] as const) : []),
      ...(decided.actions.length + decided.voids.length > 0 ? (['actions'] as const) : []),
      ...(decided.planned === null ? [] : (['questions'] as const)),
      ...(ofApp.length > 0 ? (['app'] as const) : []),
    ],
    at,
  };
  await tell(context, tx, change, told);
  return { revision, version: appVersion, track: decided.track, changed: true };
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

async function saysNothingNew(tx: Tx, { world }: Loaded, planned: NonNullable<Decided['planned']>): Promise<boolean> {
  const { write: written, gone } = changedVerdicts(world.previous, planned.verdicts);
  if (written.length > 0 || gone.length > 0) return false;
  const asked = (await openQuestions(tx, world.track.id)).filter(({ kind }) => kind === 'ask').map(({ key }) => key);
  const asks = planned.questions.map(({ key }) => key);
  if (canonical(asked.toSorted()) !== canonical(asks.toSorted())) return false;
  const { next, robot } = planned.stamp;
  const before = await planOf(tx, world.track.id);
  return before !== null && canonical({ next: before.next, robot: before.robot }) === canonical({ next, robot });
}

/** The journal's entries, each with the stage that the track was in after it. */
function entriesOf(before: Track, lines: readonly Line[], at: string): Entry[] {
  let track = before;
  return lines.map(({ by, event }) => {
    track = evolve(track, event, at, by.name);
    return { actor: stampOf(by), event, stageAfter: track.stage };
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

async function settleQuestions(
  tx: Tx,
  app: string,
  track: string,
  questions: readonly Question[],
  at: string,
  recordedAt: string,
): Promise<void> {
  const open = await openQuestions(tx, track);
  const asked = new Set(questions.map(({ key }) => key));
  for (const { key, kind } of open) if (kind === 'ask' && !asked.has(key)) await closeQuestion(tx, key, at);
  const isOpen = new Set(open.map(({ key }) => key));
  const news = questions
    .filter(({ key }) => !isOpen.has(key))
    .map((each): OpenQuestion => ({
      kind: 'ask',
      key: each.key,
      step: each.step,
      text: each.text,
      evidence: each.evidence,
      askedAt: each.askedAt,
    }));
  await askQuestions(tx, app, track, news, recordedAt);
}

async function markLookAgain(context: Context, tx: Tx, app: string, id: string, lookAgainAt: string | null): Promise<void> {
  const at = lookAgainAt === null ? null : engineTime(context, app, lookAgainAt);
  if (at !== null) await markDue(tx, [{ kind: 'track', key: id, app, at }]);
}

/** Marks other live tracks of the app as due now. */
async function markOthers(context: Context, tx: Tx, track: Track, which: (other: LiveTrack) => boolean): Promise<void> {
  const others = (await liveTracksOf(tx, track.app)).filter((other) => other.id !== track.id && which(other));
  const at = context.clock.now();
  await markDue(
    tx,
    others.map(({ id }) => ({ kind: 'track' as const, key: id, app: track.app, at })),
  );
}

/** A track in a new stage may be watched at another pace: its storefronts are read now, and the pace is told anew. */
async function markStorefronts(context: Context, tx: Tx, app: string, storefronts: readonly string[]): Promise<void> {
  const at = context.clock.now();
  await markDue(
    tx,
    storefronts.map((which) => ({ kind: 'observe' as const, key: unitKey({ app, what: 'storefront', which }), app, at })),
  );
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
    await updateTrack(tx, {
      track: head.state,
      revision: head.revision + 1,
      movedRevision: head.movedRevision,
      policyRevision: raised.policyRevision,
      plan: undefined,
      appVersion: raised.version,
      at,
      recordedAt,
    });
    await appendEntries(tx, { app, track: id, seq: head.seq, hash: head.hash }, entriesOf(head.state, lines, at), {
      appVersion: raised.version,
      at,
      recordedAt,
    });
    for (const { by, event } of lines) await project(tx, event, { ...scene, actor: stampOf(by) });
    await askQuestions(tx, app, id, options.questions ?? [], recordedAt);
    for (const key of options.closes ?? []) await closeQuestion(tx, key, at);
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
