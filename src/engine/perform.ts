/**
 * Performing what was ordered: one write in flight in each lane, halts before all else. Before each try the world is read and planned again, and the
 * action is tried only if it still holds; after it the storefront is read back.
 */
import type { Action, Effect } from '#domain/actions.ts';
import { authorityLost, commandBehind } from '#domain/release/authority.ts';
import { plan } from '#domain/release/plan.ts';
import { hasEnded } from '#domain/release/track.ts';
import type { Actor } from '#domain/roles.ts';
import type { StorefrontKind } from '#domain/rollout/storefronts.ts';
import { plusMs } from '#domain/time.ts';
import { markDue } from '#db/due.ts';
import { actionOf, nextInLane, noteTry, postponeAction } from '#db/outbox.ts';
import type { Ordered } from '#db/outbox.ts';
import type { OpenQuestion } from '#db/questions.ts';
import { noteTicket } from '#db/health/crash-groups.ts';
import { inTransaction } from '#db/transaction.ts';
import type { Db, Tx } from '#db/transaction.ts';
import { refused } from '#ports/outcome.ts';
import type { Outcome } from '#ports/outcome.ts';
import type { TicketOutcome } from '#ports/tracker.ts';
import type { Trouble } from '#ports/trouble.ts';
import { beforeOthers, commitPlan, commitRecord, robotActor, untilCommitted } from './commit.ts';
import type { Line } from './commit.ts';
import { actorOf, chatOf, connectedOf, gitHostOf, storefrontOf, ticketsOf } from './connections.ts';
import type { Connected } from './connections.ts';
import { appNow } from './context.ts';
import type { Context } from './context.ts';
import { asTrouble, CALL_LIMIT_MS, GIT_LIMIT_MS, pauseMs, within } from './limit.ts';
import type { LaneHold } from './lane-hold.ts';
import { loadWorld } from './load.ts';
import type { Loaded } from './load.ts';
import { readStorefront } from './observe.ts';
import { judgeSoon } from './judge-soon.ts';
import { unitKey } from './unit.ts';
import type { Unit } from './unit.ts';

/** A halt looks before it is sent, and does not wait for the answer any longer than this. */
const LOOK_BEFORE_HALT_MS = 1000;

/** What became of a lane. `busy`: another process works in it. */
export type LaneResult = 'worked' | 'nothing' | 'busy';

/** Tries what is ready in a lane, one after the other, until nothing is. What is urgent goes first, by connections of its own. */
export async function performLane(context: Context, lane: string, hold: LaneHold, isStopping: () => boolean): Promise<LaneResult> {
  const urgently: Context = { ...context, db: context.urgentDb };
  let worked = false;
  try {
    while (!isStopping()) {
      if (!(await hold.take())) return worked ? 'worked' : 'busy';
      const next = await nextInLane(context.urgentDb, lane, context.clock.now());
      if (next === null) break;
      if (!(await mayWrite(hold, next.action, CALL_LIMIT_MS))) return worked ? 'worked' : 'busy';
      hold.tries(next.key);
      await performOrRest(next.action.urgent ? urgently : context, next, hold);
      hold.tries(null);
      worked = true;
    }
  } finally {
    await hold.giveBack();
  }
  return worked ? 'worked' : 'nothing';
}

/** Two writes to one listing are never under way at once; a halt waits for no write whose process fell silent. */
async function mayWrite(hold: LaneHold, { urgent }: Action, limitMs: number): Promise<boolean> {
  return (await hold.takeWriting(limitMs)) || urgent;
}

/** A fault of ours must not be tried in a circle. */
const REST_AFTER_FAULT_MS = 30_000;

async function performOrRest(context: Context, ordered: Ordered, hold: LaneHold): Promise<void> {
  let done: Tried;
  try {
    done = await perform(context, ordered, hold);
  } catch (error) {
    context.log.error({ err: error, action: ordered.key }, 'an action could not be tried');
    await rest(context, ordered, error instanceof Error ? error.message : String(error));
    return;
  }
  if (done === 'made-way') return;
  const after = await actionOf(context.db, ordered.key);
  if (after?.open === true && after.attempts === ordered.attempts) await rest(context, ordered, 'nothing came of it');
}

async function rest(context: Context, { key, inDoubt }: Ordered, outcome: string): Promise<void> {
  const nextTryAt = plusMs(context.clock.now(), REST_AFTER_FAULT_MS);
  await inTransaction(context.db, (tx) => postponeAction(tx, key, { outcome, nextTryAt, inDoubt, counts: true }));
}

/** `made-way`: it was left for a halt that waits, or for the process that has the lane now, and comes again when its turn comes. */
type Tried = 'tried' | 'made-way';

/** One try of one action. One behind which a halt waits makes way for it: before the call at once; after it, whatever is left to write and read is left for later. */
async function perform(context: Context, ordered: Ordered, hold: LaneHold): Promise<Tried> {
  const { action, app } = ordered;
  const way = wayFor(context, await connectedOf(context, app), action.effect);
  if ('because' in way) {
    await end(context, ordered, robotActor, refused(way.because, way.wouldHelp));
    return 'tried';
  }
  const looked = await lookBefore(context, ordered, hold);
  if (hold.hasHaltBehind()) return 'made-way';
  if (looked !== null) {
    await putOff(context, ordered, looked, { mayHaveHappened: false, counts: true });
    return 'tried';
  }
  if (!(await stillHolds(context, ordered))) return 'tried';
  if (hold.hasHaltBehind()) return 'made-way';
  // What was read and planned may have taken its time: the call has the whole of a lease before it.
  if (!(await hold.take()) || !(await mayWrite(hold, action, way.limitMs))) return 'made-way';
  if (!(await begins(context, ordered, hold))) return 'made-way';
  let outcome: Outcome | TicketOutcome;
  try {
    outcome = await within(way.limitMs, way.connected.integration.name, (signal) => way.call(action, signal), hold.write());
  } catch (error) {
    const trouble = asTrouble(error);
    // It is noted as tried and in doubt: the plan after the halt decides what becomes of it.
    if (hold.hasHaltBehind()) {
      await readBack(context, ordered, hold);
      return 'made-way';
    }
    if (trouble.cure === 'person')
      await end(
        context,
        ordered,
        actorOf(way.connected),
        refused(trouble.message, `mend the connection to ${way.connected.integration.name}, then try again`),
      );
    else await putOff(context, ordered, trouble, { mayHaveHappened: trouble.mayHaveHappened, counts: false });
    await readBack(context, ordered, hold);
    return 'tried';
  }
  await end(context, ordered, actorOf(way.connected), outcome);
  await readBack(context, ordered, hold);
  return 'tried';
}

/**
 * Notes that it is tried from here on; false when it is not to be tried now. What a halt waits for is ended: whoever holds the track would hold the halt up.
 */
function begins(context: Context, { key, action }: Ordered, { lease }: LaneHold): Promise<boolean> {
  const by = { lease, owner: context.owner, now: context.clock.now() };
  return action.urgent ? beforeOthers(context, (db) => noteTry(db, key, by)) : noteTry(context.db, key, by);
}

/* ---- what an action needs ---- */

type Way = { connected: Connected; limitMs: number; call(action: Action, signal: AbortSignal): Promise<Outcome | TicketOutcome> };
type NoWay = { because: string; wouldHelp: string };

/** Who can have this effect: the port that serves it, or why there is none. */
function wayFor(context: Context, connected: readonly Connected[], effect: Effect): Way | NoWay {
  switch (effect.kind) {
    case 'ensure-branch':
    case 'ensure-tag':
      return gitWay(context, connected, effect);
    case 'ensure-ticket':
      return ticketWay(context, connected, effect);
    case 'announce':
    case 'page':
      return chatWay(context, connected, effect);
    case 'ensure-submission':
    case 'ensure-rollout':
    case 'ensure-held':
    case 'ensure-halted':
    case 'ensure-withdrawn':
      return storefrontWay(context, connected, effect);
    default:
      return effect satisfies never;
  }
}

function notConnected(what: string, how: string): NoWay {
  return { because: `not connected: connect ${what}`, wouldHelp: how };
}

function gitWay(
  context: Context,
  connected: readonly Connected[],
  effect: Extract<Effect, { kind: 'ensure-branch' | 'ensure-tag' }>,
): Way | NoWay {
  const served = gitHostOf(context, connected);
  if (served === null) return notConnected('a git repository', 'connect the repository of the app, with the right to write');
  const mayNot: NoWay = {
    because: `the connection to ${served.connected.integration.name} may not write`,
    wouldHelp: 'let it write (its setting `write`), or do it by hand: it is found by itself',
  };
  return {
    connected: served.connected,
    limitMs: GIT_LIMIT_MS,
    async call(_, signal) {
      const host = served.open(signal);
      if (effect.kind === 'ensure-tag')
        return host.ensureTag?.({ name: effect.tag, at: effect.commit }) ?? refused(mayNot.because, mayNot.wouldHelp);
      if (host.ensureBranch === undefined) return refused(mayNot.because, mayNot.wouldHelp);
      const at = effect.at ?? (await host.branchHeads()).find(({ trunk }) => trunk)?.head;
      return at === undefined
        ? refused('the repository has no trunk', "name it in the connection's settings")
        : host.ensureBranch({ name: effect.branch, at });
    },
  };
}

function ticketWay(context: Context, connected: readonly Connected[], { ticket }: Extract<Effect, { kind: 'ensure-ticket' }>): Way | NoWay {
  const served = ticketsOf(context, connected);
  if (served === null) return notConnected('a tracker', 'connect a tracker, with the right to write, then ask for the ticket again');
  return {
    connected: served.connected,
    limitMs: CALL_LIMIT_MS,
    call: async (action, signal) =>
      (await served.open(signal).ensureTicket?.({ ...ticket, app: served.connected.app, actionKey: action.key })) ??
      refused(`the connection to ${served.connected.integration.name} may not write`, 'let it write, then ask for the ticket again'),
  };
}

function chatWay(context: Context, connected: readonly Connected[], effect: Extract<Effect, { kind: 'announce' | 'page' }>): Way | NoWay {
  const served = chatOf(context, connected);
  if (served === null) return notConnected('a chat', 'connect a chat to have it told there; the journal has it in any case');
  return {
    connected: served.connected,
    limitMs: CALL_LIMIT_MS,
    call: (action, signal) =>
      served.open(signal).ensureMessage({
        app: served.connected.app,
        channel: effect.kind === 'announce' ? (effect.channel ?? null) : null,
        key: action.key,
        text: effect.text,
        urgent: effect.kind === 'page',
      }),
  };
}

type StorefrontEffect = Extract<Effect, { storefront: StorefrontKind }>;

function storefrontWay(context: Context, connected: readonly Connected[], effect: StorefrontEffect): Way | NoWay {
  const served = storefrontOf(context, connected, effect.storefront);
  if (served === null) return notConnected(effect.storefront, `connect ${effect.storefront} to the app, then try again`);
  return {
    connected: served.connected,
    limitMs: CALL_LIMIT_MS,
    async call(action, signal) {
      const port = served.open(signal);
      const target = { app: served.connected.app, platform: platformOf(action), version: effect.version, actionKey: action.key };
      switch (effect.kind) {
        case 'ensure-submission':
          return port.ensureSubmission({ ...target, build: effect.build, percent: effect.percent });
        case 'ensure-rollout':
          return port.ensureRollout({ ...target, build: effect.build, percent: effect.percent });
        case 'ensure-halted':
          return port.ensureHalted(target);
        case 'ensure-held':
          return port.ensureHeld?.(target) ?? refused(`${effect.storefront} does not advance by itself`, 'nothing is to be held there');
        case 'ensure-withdrawn':
          return (
            port.ensureWithdrawn?.(target) ??
            refused(`${effect.storefront} cannot take back a submission`, 'halt the rollout when it starts')
          );
        default:
          return effect satisfies never;
      }
    },
  };
}

/** A storefront's lane ends in `app/platform`. */
function platformOf(action: Action): string {
  return action.lane.slice(action.lane.lastIndexOf('/') + 1);
}

function storefrontOfEffect(effect: Effect): StorefrontEffect | null {
  return 'storefront' in effect ? effect : null;
}

/* ---- before ---- */

/** Reads what the action rests on; gives the trouble when that is not possible. A halt does not wait for a reading. */
async function lookBefore(context: Context, { action, app }: Ordered, hold: LaneHold): Promise<Trouble | null> {
  const effect = storefrontOfEffect(action.effect);
  if (effect === null) return null;
  const isHalt = effect.kind === 'ensure-halted';
  const looking = readStorefront(context, { app, platform: platformOf(action), version: effect.version }, effect.storefront, {
    limitMs: isHalt ? LOOK_BEFORE_HALT_MS : CALL_LIMIT_MS,
    ending: hold.reading(),
  });
  try {
    // What was read may have to wait until it can be stored; a halt does not.
    await (isHalt ? noLonger(looking, LOOK_BEFORE_HALT_MS) : looking);
    return null;
  } catch (error) {
    return isHalt ? null : asTrouble(error);
  }
}

/** Waits for something so long at most; it goes on by itself. */
async function noLonger(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((done) => {
    timer = setTimeout(done, ms);
  });
  work.catch(() => undefined);
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Plans on what is known now and commits that plan; whether the action still holds by it. */
async function stillHolds(context: Context, ordered: Ordered): Promise<boolean> {
  const { track, key, action } = ordered;
  if (track === null) return true;
  if (isBeside(action.effect)) return true;
  if (action.effect.kind === 'ensure-halted' && (await haltHolds(context, ordered, track))) return isOpen(context.db, key);
  const why = await untilCommitted(context, async () => {
    const loaded = await loadWorld(context, context.db, track);
    if (loaded === null) return 'the track is gone';
    return (await planAndAsk(context, loaded, action)) ?? lostAuthority(context, ordered);
  });
  if (why === null) return isOpen(context.db, key);
  await commitRecord(context, track, [{ by: robotActor, event: { is: 'action-ended', key, state: 'void', outcome: why } }], {
    first: (tx) => isOpen(tx, key),
  });
  return false;
}

/** Whether an outcome is still to be written: of an action that is open, or that was made void while it was in flight and was done all the same. */
async function mayEnd(db: Db, key: string, isDone: boolean): Promise<boolean> {
  const action = await actionOf(db, key);
  return action !== null && (action.open || (isDone && action.state === 'void'));
}

/** Whether a plan on what is known now leaves a halt as it is. That plan is written down by the next look: a halt waits for nobody who holds the track or the app. */
async function haltHolds(context: Context, { action, key }: Ordered, track: string): Promise<boolean> {
  const loaded = await loadWorld(context, context.db, track);
  if (loaded === null || hasEnded(loaded.world.track)) return false;
  const planned = plan(loaded.world);
  const { stages } = action.expects;
  return (stages.length === 0 || stages.includes(planned.track.stage)) && !planned.voids.some((each) => each.key === key);
}

async function isOpen(db: Db, key: string): Promise<boolean> {
  return (await actionOf(db, key))?.open ?? false;
}

/** Why whoever ordered it may not any more; null while they may. A role that was lost since the order was given is lost here too. */
async function lostAuthority({ authority }: Context, { action, app }: Ordered): Promise<string | null> {
  if (authority === null || action.orderedBy.kind === 'robot' || commandBehind(action) === null) return null;
  return authorityLost(action, await authority(action.orderedBy, app));
}

/** Why the action must not be tried now; null when it may. An action that the plan makes void is void with the commit of the plan. */
async function planAndAsk(context: Context, loaded: Loaded, action: Action): Promise<string | null> {
  const { track } = loaded.world;
  let stage = track.stage;
  if (!hasEnded(track)) {
    const planned = plan(loaded.world);
    await commitPlan(context, loaded, planned);
    stage = planned.track.stage;
  }
  const { stages } = action.expects;
  return stages.length === 0 || stages.includes(stage) ? null : `the track is ${stage}, and this is for ${stages.join(', ')}`;
}

/* ---- after ---- */

/** Notes that a try did not work, and when the next one is. */
async function putOff(
  context: Context,
  ordered: Ordered,
  trouble: Trouble,
  tried: { mayHaveHappened: boolean; counts: boolean },
): Promise<void> {
  const { key, track } = ordered;
  const waitMs = Math.max(trouble.afterMs ?? 0, pauseMs(ordered.attempts + 1, key));
  const nextTryAt = plusMs(context.clock.now(), waitMs);
  context.log.info({ action: key, trouble: trouble.message, waitMs }, 'an action waits for its next try');
  if (track === null) return;
  const inDoubt = tried.mayHaveHappened || ordered.inDoubt;
  await commitRecord(context, track, [], {
    first: (tx) => postponeAction(tx, key, { outcome: trouble.message, nextTryAt, inDoubt, counts: tried.counts }),
  });
}

/** Writes how an action ended. What is refused asks a person, unless it was only to be told. */
async function end(context: Context, ordered: Ordered, by: Actor, outcome: Outcome | TicketOutcome): Promise<void> {
  const { key, action, app, track } = ordered;
  if (track === null) return;
  const text = outcome.ok ? outcome.note : `${outcome.because}${outcome.wouldHelp === '' ? '' : ` (${outcome.wouldHelp})`}`;
  const line: Line = { by, event: { is: 'action-ended', key, state: outcome.ok ? 'done' : 'refused', outcome: text } };
  const questions: OpenQuestion[] =
    outcome.ok || isBeside(action.effect)
      ? []
      : [
          {
            key,
            kind: 'refused',
            step: action.step,
            text: `${action.why}: ${action.effect.kind} was refused. ${text}`,
            evidence: [],
            askedAt: appNow(context, app),
          },
        ];
  const first = async (tx: Tx): Promise<boolean> => {
    if (!(await mayEnd(tx, key, outcome.ok))) return false;
    if (action.effect.kind === 'ensure-ticket') {
      const ticket = 'ticket' in outcome ? outcome.ticket : null;
      await noteTicket(tx, key, { ticket, outcome: text, isOpen: action.effect.ticket.state === 'open' });
    }
    return true;
  };
  await commitRecord(context, track, [line], { questions, first });
}

/** What is only told, and tickets: no step of the track hangs on it, and its plan says nothing of it. */
function isBeside({ kind }: Effect): boolean {
  return kind === 'announce' || kind === 'page' || kind === 'ensure-ticket';
}

/** What we made of a ticket comes back as a fact, like what anyone makes of one. */
async function trackerHasNews(context: Context, app: string): Promise<void> {
  await judgeSoon(context, context.db, app, 0);
  const served = ticketsOf(context, await connectedOf(context, app));
  if (served === null) return;
  const unit: Unit = { app, what: 'feed', which: `${served.connected.id}:tracker` };
  await markDue(context.db, [{ kind: 'observe', key: unitKey(unit), app, at: context.clock.now() }]);
  context.wake();
}

/** Reads what the action was to change, so that the next plan sees it. A reading that fails is made up for by the schedule. */
async function readBack(context: Context, { action, app }: Ordered, hold: LaneHold): Promise<void> {
  if (action.effect.kind === 'ensure-ticket') return trackerHasNews(context, app);
  const effect = storefrontOfEffect(action.effect);
  const at = context.clock.now();
  if (effect !== null) {
    await readStorefront(context, { app, platform: platformOf(action), version: effect.version }, effect.storefront, {
      limitMs: CALL_LIMIT_MS,
      ending: hold.reading(),
    }).catch(() => false);
    await markDue(context.db, [{ kind: 'observe', key: unitKey({ app, what: 'storefront', which: effect.storefront }), app, at }]);
  } else if (action.effect.kind === 'ensure-branch' || action.effect.kind === 'ensure-tag') {
    await markDue(context.db, [{ kind: 'observe', key: unitKey({ app, what: 'git', which: '' }), app, at }]);
  }
  context.wake();
}
