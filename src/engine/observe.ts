/** Reading the world: storefronts, feeds, repositories and endpoints of the user's own, on schedules and on demand. */
import { canonical } from '#db/canonical.ts';
import { raiseApp } from '#db/apps.ts';
import { markDue } from '#db/due.ts';
import { currentStorefront } from '#db/facts.ts';
import { cursorOf, keepCursor, sourceFailed, sourceWasRead } from '#db/sources.ts';
import { liveTracksOf } from '#db/tracks.ts';
import { inTransaction } from '#db/transaction.ts';
import { tracksBlindTo } from '#db/verdicts.ts';
import { storefrontFact } from '#domain/facts.ts';
import type { Fact, FactKind, Source as DomainSource } from '#domain/facts.ts';
import { speedOf } from '#domain/release/clock.ts';
import { storefrontKinds } from '#domain/rollout/storefronts.ts';
import type { StorefrontKind } from '#domain/rollout/storefronts.ts';
import type { Stage } from '#domain/release/track.ts';
import type { World } from '#domain/release/world.ts';
import { msBetween, plusMs } from '#domain/time.ts';
import { Trouble } from '#ports/trouble.ts';
import { tell, tellAll } from './commit.ts';
import { broughtBy, connectedOf, actorOf, feedOf, gitHostOf, storefrontOf } from './connections.ts';
import type { Connected, FeedPort } from './connections.ts';
import { freshMinutes, nextReading, pacedMs } from './clocks.ts';
import { appNow, knownApp } from './context.ts';
import type { Context } from './context.ts';
import { judgeGroups } from './crash-groups.ts';
import { observeCustom } from './observe-custom.ts';
import { observeGit } from './observe-git.ts';
import { healthUnit } from './observe-health.ts';
import { asTrouble, CALL_LIMIT_MS, pauseMs, within } from './limit.ts';
import type { Ending } from './limit.ts';
import { storeObserved } from './report.ts';
import type { Change } from './types.ts';
import { unitKey } from './unit.ts';
import type { Unit } from './unit.ts';

/** Stages in which a storefront has, or may soon have, something to say of a track. */
const shipping: readonly Stage[] = ['stabilising', 'candidate', 'in-review', 'store-approved', 'rolling-out', 'halted', 'released'];
/** Stages in which it may move at any moment. */
const moving: readonly Stage[] = ['in-review', 'store-approved', 'rolling-out', 'halted'];

const BUSY_POLL_MS = 15_000;
const LEAST_POLL_MS = 15_000;
const LONGEST_POLL_MS = 300_000;
/** What is read in parts goes on after so long: others have their turn in between. */
const MORE_IN_MS = 1000;

/** How often a source is read that is fresh for so long: twenty times, within bounds. */
export function pollEveryMs(freshForMinutes: number | null): number {
  return Math.min(LONGEST_POLL_MS, Math.max(LEAST_POLL_MS, ((freshForMinutes ?? 100) * 60_000) / 20));
}

/** Reads one unit and says when it is read next; null: it is not connected any more. */
export async function observeUnit(context: Context, unit: Unit): Promise<void> {
  const nextInMs = await readUnit(context, unit);
  if (nextInMs === null) return;
  await markDue(context.db, [{ kind: 'observe', key: unitKey(unit), app: unit.app, at: plusMs(context.clock.now(), nextInMs) }]);
}

async function readUnit(context: Context, unit: Unit): Promise<number | null> {
  const connected = await connectedOf(context, unit.app);
  switch (unit.what) {
    case 'storefront': {
      const [which] = storefrontKinds.filter((kind) => kind === unit.which);
      return which === undefined ? null : observeStorefront(context, unit.app, which, connected);
    }
    case 'feed':
      return observeFeed(context, unit.app, unit.which, connected);
    case 'git': {
      const served = gitHostOf(context, connected);
      if (served === null) return null;
      const { freshForMinutes, kinds } = broughtBy(served.connected.integration, 'gitHost');
      return reading(
        context,
        { app: unit.app, source: served.connected.integration.id, kinds, connected: served.connected, freshForMinutes },
        pacedMs(context.clock.of(unit.app), pollEveryMs(freshForMinutes)),
        () => observeGit(context, unit.app, served),
      );
    }
    case 'health': {
      const health = healthUnit(context, unit.which, connected);
      if (health === null) return null;
      let hasMore = false;
      const nextInMs = await reading(context, { app: unit.app, kinds: [], ...health.of }, health.everyMs, async () => {
        hasMore = await health.read();
      });
      return hasMore ? Math.min(nextInMs, MORE_IN_MS) : nextInMs;
    }
    case 'custom': {
      const everyMs = await observeCustom(context, unit.app);
      return everyMs === null ? null : pacedMs(context.clock.of(unit.app), everyMs);
    }
    case 'crash-groups': {
      const againInMs = await judgeGroups(context, unit.app);
      return againInMs === null ? null : pacedMs(context.clock.of(unit.app), againInMs);
    }
    default:
      return unit.what satisfies never;
  }
}

type Source = { app: string; source: string; kinds: readonly FactKind[]; connected: Connected; freshForMinutes: number | null };

/** Reads a source, and notes that it is alive or why it could not be read. */
async function reading(context: Context, source: Source, everyMs: number, read: () => Promise<void>): Promise<number> {
  const began = context.clock.now();
  try {
    await read();
    await noteRead(context, source, everyMs, msBetween(began, context.clock.now()));
    return everyMs;
  } catch (error) {
    return noteFailure(context, source, error);
  }
}

/** @param tookMs how long the reading took, of the machine's time: on a busy machine the next ones take as long */
async function noteRead(context: Context, source: Source, everyMs: number, tookMs: number): Promise<void> {
  const { app } = source;
  const at = appNow(context, app);
  const clock = context.clock.of(app);
  const before = await sourceWasRead(context.db, {
    app,
    source: source.source,
    kinds: source.kinds,
    at,
    recordedAt: context.clock.now(),
    connection: source.connected.id,
    freshForMinutes: freshMinutes(clock, source.freshForMinutes, everyMs + tookMs),
    nextReadAt: nextReading(clock, at, everyMs),
  });
  // Its first reading turns an Unknown, and so does the first after a failure.
  if (before.error !== null || before.lastReadAt === null) await sourceChanged(context, app);
  else if (msBetween(before.lastReadAt, at) > SILENT_AFTER_MS * Math.max(1, speedOf(clock)))
    await afterSilence(context, app, source.source);
}

/** A reading that comes so long after the one before may end a silence. In the machine's time. */
const SILENT_AFTER_MS = 60_000;

/** A source that was too old, because nobody could read it for a while, is fresh again: what was Unknown for it is judged anew, also where it has no news. */
async function afterSilence(context: Context, app: string, source: string): Promise<void> {
  const at = context.clock.now();
  await markDue(
    context.db,
    (await tracksBlindTo(context.db, app, source)).map((key) => ({ kind: 'track' as const, key, app, at })),
  );
  context.wake();
}

async function noteFailure(context: Context, source: Source, error: unknown): Promise<number> {
  const { app } = source;
  const trouble = asTrouble(error);
  const at = appNow(context, app);
  const failed = await sourceFailed(context.db, {
    app,
    source: source.source,
    kinds: source.kinds,
    at,
    recordedAt: context.clock.now(),
    connection: source.connected.id,
    freshForMinutes: source.freshForMinutes,
    error: trouble.message,
    nextReadAt: null,
  });
  const waitMs = Math.max(trouble.afterMs ?? 0, pauseMs(failed.failures, `${app}:${source.source}`));
  context.log.info({ app, source: source.source, trouble: trouble.message, waitMs }, 'a source could not be read');
  if (failed.isNews) await sourceChanged(context, app);
  return waitMs;
}

/** A source fell silent or came back: every live track looks again. */
async function sourceChanged(context: Context, app: string): Promise<void> {
  const told: Change[] = [];
  await inTransaction(context.db, async (tx) => {
    const raised = await raiseApp(tx, app);
    if (raised === null) return;
    const live = await liveTracksOf(tx, app);
    const at = context.clock.now();
    await markDue(
      tx,
      live.map(({ id }) => ({ kind: 'track' as const, key: id, app, at })),
    );
    await tell(context, tx, { app, version: raised.version, tracks: [], kinds: ['facts'], at: appNow(context, app) }, told);
  });
  tellAll(context, told);
}

/* ---- storefronts ---- */

async function observeStorefront(
  context: Context,
  app: string,
  which: StorefrontKind,
  connected: readonly Connected[],
): Promise<number | null> {
  const served = storefrontOf(context, connected, which);
  const known = await knownApp(context, app);
  if (served === null || known === null) return null;
  const rules = await context.policies.rulesOf(context.db, app, known.policyRevision);
  const live = (await liveTracksOf(context.db, app)).filter(
    (track) => rules.of(track.platform, track.state.kind).storefronts.includes(which) && shipping.includes(track.stage),
  );
  const { freshForMinutes, kinds } = broughtBy(served.connected.integration, 'storefront');
  const everyMs = pacedMs(
    context.clock.of(app),
    live.some(({ stage }) => moving.includes(stage)) ? BUSY_POLL_MS : pollEveryMs(freshForMinutes),
  );
  return reading(context, { app, source: which, kinds, connected: served.connected, freshForMinutes }, everyMs, async () => {
    for (const track of live) await readInto(context, served, which, { app, platform: track.platform, version: track.version });
  });
}

type Target = { app: string; platform: string; version: string };

/** How long a reading may take, and what else ends it. */
export type ReadingTime = { limitMs: number; ending?: Ending };

async function readInto(
  context: Context,
  served: NonNullable<ReturnType<typeof storefrontOf>>,
  which: StorefrontKind,
  target: Target,
  { limitMs, ending }: ReadingTime = { limitMs: CALL_LIMIT_MS },
): Promise<void> {
  const key = `${target.platform}/${target.version}`;
  // Its place among the readings is taken before it is asked: an answer that was long on its way never stands above one that was asked for later, and a process
  // whose clock is behind is heard all the same.
  const before = await currentStorefront(context.db, target.app, which, key);
  const revision = Math.max(Date.parse(context.clock.now()), (before?.revision ?? 0) + 1);
  const read = await within(limitMs, served.connected.integration.name, (signal) => served.open(signal).read(target), ending);
  const payload = storefrontFact.safeParse({ ...read, storefront: which, platform: target.platform, version: target.version });
  if (!payload.success)
    throw new Trouble(
      `${served.connected.integration.name} told of ${target.version} what is no state of a storefront: ${payload.error.issues[0]?.message ?? ''}`,
    );
  if (before !== null && canonical(before.payload) === canonical(payload.data)) return;
  if (before === null && payload.data.state === 'none') return;
  const at = appNow(context, target.app);
  const fact: Fact = {
    kind: 'storefront',
    app: target.app,
    source: which,
    key,
    revision,
    at,
    payload: payload.data,
  };
  await storeObserved(context, target.app, [fact], actorOf(served.connected));
}

/**
 * Reads what one storefront says of one track now, whatever the schedule says.
 *
 * @returns false when nothing is connected that serves it
 * @throws Trouble when it cannot be read
 */
export async function readStorefront(context: Context, target: Target, which: StorefrontKind, time: ReadingTime): Promise<boolean> {
  const served = storefrontOf(context, await connectedOf(context, target.app), which);
  if (served === null) return false;
  const { freshForMinutes, kinds } = broughtBy(served.connected.integration, 'storefront');
  const source = { app: target.app, source: which, kinds, connected: served.connected, freshForMinutes };
  const began = context.clock.now();
  try {
    await readInto(context, served, which, target, time);
  } catch (error) {
    // What we ended early ourselves says nothing of the source.
    if (time.limitMs >= CALL_LIMIT_MS && time.ending?.signal.aborted !== true) await noteFailure(context, source, error);
    throw error;
  }
  await noteRead(context, source, pacedMs(context.clock.of(target.app), BUSY_POLL_MS), msBetween(began, context.clock.now()));
  return true;
}

/** Has the storefronts of those tracks of an app that are moving read now, where the last reading is older than `olderThanMs` of the machine's time. */
export async function askForStale(context: Context, app: string, worlds: readonly World[], olderThanMs: number): Promise<void> {
  const live = worlds.filter(({ track }) => moving.includes(track.stage));
  const [first] = live;
  if (first === undefined) return;
  const watched = new Set<string>(live.flatMap(({ policy }) => policy.storefronts));
  const oldMs = olderThanMs * Math.max(1, speedOf(context.clock.of(app)));
  const isOld = ({ lastReadAt }: DomainSource): boolean => lastReadAt === null || msBetween(lastReadAt, first.now) > oldMs;
  const at = context.clock.now();
  // One that failed is read again after its own pause.
  const stale = first.facts.sources.filter((each) => watched.has(each.source) && each.error === null && isOld(each));
  await markDue(
    context.db,
    stale.map(({ source }) => ({ kind: 'observe' as const, key: unitKey({ app, what: 'storefront', which: source }), app, at })),
  );
}

/* ---- feeds ---- */

const MOST_AT_ONCE = 1000;

async function observeFeed(context: Context, app: string, which: string, connected: readonly Connected[]): Promise<number | null> {
  const [id, port] = which.split(':') as [string, FeedPort];
  const found = connected.find((each) => each.id === id);
  const served = found === undefined ? null : feedOf(context, found, port);
  if (found === undefined || served === null) return null;
  const { freshForMinutes, kinds } = broughtBy(found.integration, port);
  const source = `${found.integration.id}:${port}`;
  const everyMs = pacedMs(context.clock.of(app), pollEveryMs(freshForMinutes));
  return reading(context, { app, source, kinds, connected: found, freshForMinutes }, everyMs, async () => {
    const cursor = await cursorOf(context.db, app, source, id);
    const news = await within(CALL_LIMIT_MS, found.integration.name, (signal) => served.open(signal).changesSince(app, cursor));
    for (let from = 0; from < news.facts.length; from += MOST_AT_ONCE) {
      const { left } = await storeObserved(context, app, news.facts.slice(from, from + MOST_AT_ONCE), actorOf(found));
      if (left > 0) context.log.info({ app, source, left }, 'facts about releases or platforms that this app does not have were left out');
    }
    if (news.cursor !== cursor) {
      await sourceWasRead(context.db, {
        app,
        source,
        kinds,
        at: appNow(context, app),
        recordedAt: context.clock.now(),
        connection: id,
        freshForMinutes: freshMinutes(context.clock.of(app), freshForMinutes, everyMs),
      });
      await keepCursor(context.db, app, source, id, news.cursor);
    }
  });
}
