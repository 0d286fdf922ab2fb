/**
 * The loops: look at what is due, perform what was ordered, read what is to be read. Woken by this process, by a notification of another, or by a
 * timer to the earliest due row; a sweep finds what a lost wake-up left. Every loop may run in any number of processes on one database.
 */
import { appIds } from '#db/apps.ts';
import { claimDue, claimTracks, leaseOf, markDue } from '#db/due.ts';
import type { Claimed, Due, Which } from '#db/due.ts';
import { forgetAnswersBefore } from '#db/idempotency.ts';
import { seal } from '#db/journal.ts';
import { giveBackLease, giveBackLeases, takeLease } from '#db/leases.ts';
import { urgentActions } from '#db/outbox.ts';
import { takeBackAbandoned } from '#db/servers.ts';
import type { ServerState } from '#db/schema.ts';
import { forgottenTracks } from '#db/tracks.ts';
import { workAtHand } from '#db/work.ts';
import type { Work } from '#db/work.ts';
import { msBetween, plusMs } from '#domain/time.ts';
import type { Instant } from '#domain/time.ts';
import { appNow } from './context.ts';
import type { Context } from './context.ts';
import { tidyHealth } from './health.ts';
import { holdLane } from './lane-hold.ts';
import type { LaneHold } from './lane-hold.ts';
import { observeUnit } from './observe.ts';
import { performLane } from './perform.ts';
import { tick } from './tick.ts';
import { unitFrom, unitKey, unitsOf } from './unit.ts';

/** Apps of which tracks are looked at, sources read and lanes worked in at the same time by one process. */
const AT_ONCE = { track: 4, observe: 6, lane: 8 } as const;
/** Before looking again at what another process holds: longer each time, for one that died may seem to hold it for a while. In the machine's time. */
const BUSY_PAUSE_MS = 50;
const LONGEST_BUSY_PAUSE_MS = { track: 250, observe: 1000, lane: 250 } as const;
/** Until a track that could not be looked at is looked at again. */
const LOOK_AGAIN_MS = 30_000;
/** The timer is set anew at least this often: a clock may be turned. */
const LONGEST_SLEEP_MS = 30_000;
/** Halts are looked for whenever something happened, and this often. */
const HALTS_EVERY_MS = 500;
/** What processes that fell silent left is looked for this often. */
const ABANDONED_EVERY_MS = 1000;
const SEAL_EVERY_MS = 60_000;
const LONGEST_UNREAD_MS = 300_000;
const ANSWERS_KEPT_MS = 7 * 86_400_000;

type Kind = keyof typeof AT_ONCE;
type Claimable = Exclude<Kind, 'lane'>;

/** The pause before another look at what was found to be held so many times in a row. */
function busyPauseMs(kind: Kind, times: number): number {
  return Math.min(LONGEST_BUSY_PAUSE_MS[kind], BUSY_PAUSE_MS * 2 ** (times - 1));
}

export type Robot = {
  start(): void;
  stop(): Promise<void>;
  /** Looks for work now. */
  wake(): void;
  /** Runs until nothing is due on the clock's present moment, in all apps or in one alone, held or not. Works with and without `start`. */
  settle(app?: string): Promise<void>;
  /** Looks for what a lost wake-up left, at once: something may have been missed. */
  catchUp(): void;
  /** What it works on now. */
  working(): ServerState['working'];
};

export function createRobot(context: Context, sweepEveryMs: number): Robot {
  const running: Record<Kind, Map<string, { app: string; work: Promise<void>; since: string; leases: readonly string[] }>> = {
    track: new Map(),
    observe: new Map(),
    lane: new Map(),
  };
  const holds = new Map<string, LaneHold>();
  const life = { started: false, stopping: false, woken: false, failures: 0 };
  let pumping: Promise<void> | null = null;
  /** Whether a pass takes what is due just now: what it took is nobody's work yet. And how many passes were begun by now, and pieces of work of each app. */
  const passes = { isUnderWay: false, begun: 0 };
  const launched = new Map<string, number>();
  let timer: NodeJS.Timeout | null = null;
  const timers: NodeJS.Timeout[] = [];
  /** How often in a row something that is due was found to be held by another process; and lanes by their names. */
  const foundBusyInARow: Record<Claimable, number> = { track: 0, observe: 0 };
  const lanesBusy = new Map<string, number>();

  async function pauseFor(lane: string): Promise<void> {
    const times = (lanesBusy.get(lane) ?? 0) + 1;
    lanesBusy.set(lane, times);
    await new Promise((done) => setTimeout(done, busyPauseMs('lane', times)));
  }

  /** Until what is due is looked for again although nothing here changed: soon, where some of it is held by another process. */
  function pauseForOthers(): number {
    const found = (['track', 'observe'] as const).filter((kind) => foundBusyInARow[kind] > 0);
    return found.length === 0 ? BUSY_PAUSE_MS : Math.min(...found.map((kind) => busyPauseMs(kind, foundBusyInARow[kind])));
  }

  function inFlight(app?: string): Promise<void>[] {
    const all = [...running.track.values(), ...running.observe.values(), ...running.lane.values()];
    return all.filter((each) => app === undefined || each.app === app).map(({ work }) => work);
  }

  /** The apps that a pass looks at: one alone where that is asked for, else all that are not held. */
  const whichOf = (app?: string): Which => (app === undefined ? { except: [...context.held.keys()] } : { only: app });

  /** Runs a piece of work beside the others; its end looks for more. */
  function launch(kind: Kind, key: string, app: string, leases: readonly string[], work: () => Promise<void>): void {
    launched.set(app, (launched.get(app) ?? 0) + 1);
    const promise = work()
      .catch((error: unknown) => context.log.error({ err: error, kind, key }, 'a piece of the engine’s work failed'))
      .finally(() => {
        running[kind].delete(key);
        // orders come of looks at tracks
        if (kind === 'track') wake();
        else goOn();
      });
    running[kind].set(key, { app, work: promise, since: context.clock.now(), leases });
  }

  /** One pass: takes what is due, as much as there is room for. Gives what was there, and whether it took any of it. */
  async function pass(): Promise<{ work: Work; took: boolean }> {
    passes.begun += 1;
    passes.isUnderWay = true;
    try {
      const which = whichOf();
      const work = await workAtHand(context.db, context.clock.now(), which);
      const lanes = takeLanes(work);
      const tracks = await takeTracks(work, which);
      const sources = await takeSources(work, which);
      return { work, took: lanes || tracks || sources };
    } finally {
      passes.isUnderWay = false;
    }
  }

  /**
   * How much was begun by now of an app, or of all: what a pass took while somebody looked is neither due any more nor in flight yet. Null while a pass is under way
   * that may take some of it; none takes anything of an app that is held.
   */
  function begunOf(app?: string): number | null {
    if (app !== undefined && context.held.has(app)) return launched.get(app) ?? 0;
    if (passes.isUnderWay) return null;
    return passes.begun + (app === undefined ? [...launched.values()].reduce((sum, count) => sum + count, 0) : (launched.get(app) ?? 0));
  }

  function takeLanes({ lanes }: Work): boolean {
    let took = false;
    for (const { lane, urgent, app } of lanes) {
      // A halt waits for no room: only for the write that is in flight in its own lane.
      if (running.lane.has(lane) || (running.lane.size >= AT_ONCE.lane && !urgent)) continue;
      took = true;
      launch('lane', lane, app, [], () => workIn(lane));
    }
    return took;
  }

  let isLooking = false;
  /** Begins what is urgent in lanes that are free, and has what is in flight in the others make way for it. Asks by a connection that no other work can hold up. */
  async function lookForHalts(which: Which): Promise<void> {
    if (isLooking) return;
    isLooking = true;
    try {
      const lanes = Map.groupBy(await urgentActions(context.urgentDb, context.clock.now(), which), ({ lane }) => lane);
      for (const [lane, urgent] of lanes) {
        const [first] = urgent;
        if (first === undefined || life.stopping) continue;
        if (running.lane.has(lane)) holds.get(lane)?.urgentWait(urgent.map(({ key }) => key));
        else launch('lane', lane, first.app, [], () => workIn(lane));
      }
    } finally {
      isLooking = false;
    }
  }

  async function takeTracks({ tracks }: Work, which: Which): Promise<boolean> {
    if (!tracks) return nothingOf('track');
    const apps = await claimApps(context.clock.now(), which);
    for (const [app, dues] of apps) launch('track', app, app, dues.map(leaseOf), () => lookAt(app, dues));
    return apps.size > 0;
  }

  async function takeSources({ sources }: Work, which: Which): Promise<boolean> {
    if (!sources) return nothingOf('observe');
    const claimed = await claimSources(context.clock.now(), which);
    for (const due of claimed) launch('observe', due.key, due.app, [leaseOf(due)], () => readIt(due));
    return claimed.length > 0;
  }

  function nothingOf(what: Claimable): false {
    foundBusyInARow[what] = 0;
    return false;
  }

  /** Tracks that are due, by their apps. The tracks of an app are looked at together and by one at a time: every commit goes through the app's row. */
  async function claimApps(now: string, which: Which): Promise<Map<string, Due[]>> {
    const room = AT_ONCE.track - running.track.size;
    const found = new Map<string, Due[]>();
    if (room <= 0 || ('only' in which && running.track.has(which.only))) return found;
    const free = 'only' in which ? which : { except: [...which.except, ...running.track.keys()] };
    for (const due of await withoutOthers('track', await claimTracks(context.db, now, room, context.owner, free)))
      found.set(due.app, [...(found.get(due.app) ?? []), due]);
    return found;
  }

  async function claimSources(now: string, which: Which): Promise<Due[]> {
    const room = AT_ONCE.observe - running.observe.size;
    if (room <= 0) return [];
    const claimed = await withoutOthers('observe', await claimDue(context.db, 'observe', now, room, context.owner, which));
    const here = claimed.filter(({ key }) => running.observe.has(key));
    // It became due again while it is being looked at: once more, afterwards.
    if (here.length > 0)
      await markDue(
        context.db,
        here.map((due) => ({ ...due, at: now })),
      );
    return claimed.filter(({ key }) => !running.observe.has(key));
  }

  /** What was taken without what another process works on now: that becomes due again, and is found when that process is through or gone. */
  async function withoutOthers(what: Claimable, claimed: readonly Claimed[]): Promise<Claimed[]> {
    const theirs = claimed.filter(({ isMine }) => !isMine);
    foundBusyInARow[what] = theirs.length > 0 ? foundBusyInARow[what] + 1 : 0;
    const at = context.clock.now();
    await markDue(
      context.db,
      theirs.map(({ kind, key, app }) => ({ kind, key, app, at })),
    );
    return claimed.filter(({ isMine }) => isMine);
  }

  async function lookAt(app: string, dues: readonly Due[]): Promise<void> {
    const later = (ids: readonly string[], at: string) =>
      markDue(
        context.db,
        ids.map((key) => ({ kind: 'track' as const, key, app, at })),
      );
    const ids = dues.map(({ key }) => key);
    const leases = dues.map(leaseOf);
    try {
      const { failed, gaveBack } = await tick(context, app, ids, leases);
      // Not lost: looked at again soon. A fault that stays shows in the log and in the track's old `planned at`.
      await later(
        failed.map(({ id }) => id),
        plusMs(context.clock.now(), LOOK_AGAIN_MS),
      );
      for (const { id, error } of failed) context.log.error({ err: error, track: id }, 'a track could not be looked at; it is tried again');
      // Given back only when all is well: what is left behind is found, and looked at again.
      if (!gaveBack) await giveBackLeases(context.db, leases, context.owner);
    } catch (error) {
      await later(ids, plusMs(context.clock.now(), LOOK_AGAIN_MS));
      throw error;
    }
  }

  async function readIt(due: Due): Promise<void> {
    const unit = unitFrom(due);
    try {
      if (unit !== null) await observeUnit(context, unit);
    } catch (error) {
      await markDue(context.db, [{ ...due, at: plusMs(context.clock.now(), 60_000) }]);
      throw error;
    }
    await giveBackLeases(context.db, [leaseOf(due)], context.owner);
  }

  async function workIn(lane: string): Promise<void> {
    const hold = holdLane(context, lane);
    holds.set(lane, hold);
    const result = await performLane(context, lane, hold, () => life.stopping).finally(() => holds.delete(lane));
    if (result === 'busy') await pauseFor(lane);
    else lanesBusy.delete(lane);
  }

  /* ---- the pump: never two passes at once in one process ---- */

  function wake(): void {
    // A pass that begins now finds them by itself, but where it would wait for another pass or for work in their lane.
    if (life.started && !life.stopping && (pumping !== null || running.lane.size > 0)) lookForHalts(whichOf()).catch(() => undefined);
    goOn();
  }

  /** Looks for work; a pass that is under way is followed by another. */
  function goOn(): void {
    life.woken = true;
    if (!life.started || life.stopping || pumping !== null) return;
    pumping = pump().finally(() => {
      pumping = null;
      if (life.woken) goOn();
    });
  }

  async function pump(): Promise<void> {
    try {
      for (;;) {
        life.woken = false;
        const { work, took } = await pass();
        if (life.stopping) return;
        if (life.woken || took) continue;
        sleepUntil(work.nextAt);
        break;
      }
      life.failures = 0;
    } catch (error) {
      life.failures += 1;
      context.log[life.failures === 1 ? 'error' : 'debug']({ err: error }, 'the robot could not look for work; it tries again');
      setTimer(1000);
    }
  }

  function sleepUntil(next: Instant | null): void {
    const waitMs = next === null ? LONGEST_SLEEP_MS : msBetween(context.clock.now(), next);
    // What is due and could not be taken waits for room or for another process: its end wakes us, or this timer does.
    setTimer(Math.min(LONGEST_SLEEP_MS, Math.max(pauseForOthers(), waitMs)));
  }

  function setTimer(ms: number): void {
    if (timer !== null) clearTimeout(timer);
    if (life.stopping) return;
    timer = setTimeout(wake, ms);
  }

  /* ---- the watchdog ---- */

  /** @param unitsInMs a source whose due row was lost is read again after so long, at the latest */
  async function sweep(unitsInMs = LONGEST_UNREAD_MS): Promise<void> {
    for (const app of await appIds(context.db)) {
      const at = context.clock.now();
      const forgotten = await forgottenTracks(context.db, app, appNow(context, app));
      await markDue(
        context.db,
        forgotten.map((key) => ({ kind: 'track' as const, key, app, at })),
      );
      const units = await unitsOf(context, app);
      await markDue(
        context.db,
        units.map((unit) => ({ kind: 'observe' as const, key: unitKey(unit), app, at: plusMs(at, unitsInMs) })),
      );
    }
    await forgetAnswersBefore(context.db, plusMs(context.clock.now(), -ANSWERS_KEPT_MS));
    wake();
    await tidyHealth(context);
  }

  /** Looks again at what was taken and never finished: by processes that fell silent, and by this one where the database went away in the middle. */
  async function takeBack(): Promise<void> {
    const mine = [...running.track.values(), ...running.observe.values()].flatMap(({ leases }) => leases);
    const abandoned = await takeBackAbandoned(context.urgentDb, context.owner, mine);
    if (abandoned.length === 0) return;
    context.log.info({ abandoned: abandoned.length }, 'work that was taken and never finished is taken up again');
    const at = context.clock.now();
    await markDue(
      context.urgentDb,
      abandoned.map(({ kind, key }) => ({ kind, key, app: appIn(kind, key), at })),
    );
    wake();
  }

  async function sealHeads(): Promise<void> {
    if (!(await takeLease(context.db, 'seal', context.owner, 30))) return;
    try {
      const now = context.clock.now();
      await seal(context.db, context.sealKey, now, now);
    } finally {
      await giveBackLease(context.db, 'seal', context.owner);
    }
  }

  function every(ms: number, what: string, work: () => Promise<void>): void {
    let busy = false;
    let failures = 0;
    timers.push(
      setInterval(() => {
        if (busy || life.stopping) return;
        busy = true;
        work()
          .then(() => {
            if (failures > 0) context.log.info({ failures }, `${what} works again`);
            failures = 0;
          })
          .catch((error: unknown) => {
            // The first of a row is told: while the database is away there is one of these each second.
            failures += 1;
            context.log[failures === 1 ? 'error' : 'debug']({ err: error }, `${what} failed; it is tried again`);
          })
          .finally(() => {
            busy = false;
          });
      }, ms),
    );
  }

  return {
    wake,
    catchUp() {
      void sweep().catch((error: unknown) => context.log.warn({ err: error }, 'the sweep failed; it is tried again'));
    },
    working() {
      return (['track', 'observe', 'lane'] as const).flatMap((kind) =>
        [...running[kind]].map(([key, { since }]) => ({
          kind,
          key,
          since,
          action: kind === 'lane' ? (holds.get(key)?.trying() ?? null) : null,
        })),
      );
    },
    start() {
      life.started = true;
      life.stopping = false;
      every(sweepEveryMs, 'the sweep', () => sweep());
      every(SEAL_EVERY_MS, 'sealing the journal', sealHeads);
      every(HALTS_EVERY_MS, 'looking for halts', () => lookForHalts(whichOf()));
      every(ABANDONED_EVERY_MS, 'looking for what was left', takeBack);
      // What a process that died had taken is read and looked at again now.
      void sweep(0).catch((error: unknown) => context.log.error({ err: error }, 'the first sweep failed'));
      wake();
    },
    async stop() {
      life.stopping = true;
      if (timer !== null) clearTimeout(timer);
      for (const each of timers.splice(0)) clearInterval(each);
      await pumping;
      await Promise.allSettled(inFlight());
      life.started = false;
    },
    async settle(app) {
      const which = whichOf(app);
      for (;;) {
        const before = begunOf(app);
        const work = await workAtHand(context.db, context.clock.now(), which);
        // One kind after the other: what is due is looked at, then what is to be read is read, then what was ordered is done; so that little is looked at twice.
        const took = (await takeTracks(work, which)) || (await takeSources(work, which)) || takeLanes(work);
        if (running.lane.size > 0) await lookForHalts(which);
        const all = inFlight(app);
        if (!took && all.length === 0 && !isAny(work) && before !== null && begunOf(app) === before) return;
        // Those that end together are followed by one pass, and one that takes its time holds up no other.
        await settledOr(all, pauseForOthers());
      }
    },
  };
}

/** The app of a track, `music/8.9.2/ios`, or of a source, `music|storefront|google-play`. */
function appIn(kind: 'track' | 'observe', key: string): string {
  return key.slice(0, key.indexOf(kind === 'track' ? '/' : '|'));
}

/** Waits for all of them, and no longer than that. */
async function settledOr(all: readonly Promise<void>[], ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((done) => {
    timer = setTimeout(done, ms);
  });
  // What another process works on is waited for too.
  await (all.length === 0 ? late : Promise.race([Promise.all(all), late]));
  clearTimeout(timer);
}

/** Whether anything is there to begin with, by whichever process. */
function isAny({ tracks, sources, lanes }: Work): boolean {
  return tracks || sources || lanes.length > 0;
}
