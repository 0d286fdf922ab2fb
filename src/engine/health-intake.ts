/**
 * Envelopes of SDKs in. Several that come at the same time are committed together: while one commit is under way, what comes waits for the next. Whoever sent one is answered when it is
 * durable, and nothing is kept of it but what it adds to roll-ups, hashes and crash groups.
 */
import { createHmac, hash } from 'node:crypto';
import {
  catchUpOnHeard,
  countCrashes,
  countPeople,
  DIGEST_BYTES,
  firstHits,
  groupsOf,
  nothingHeard,
  rememberHeard,
} from '#db/health/intake.ts';
import type { Crash, HeardBefore, Hit, Seen } from '#db/health/intake.ts';
import { addRollups, ensureHealthPartitions, requireSeries, writingRollups } from '#db/health/rollups.ts';
import type { Placed } from '#db/health/rollups.ts';
import { placesOf } from '#db/health/series.ts';
import type { Place as SeriesPlace } from '#db/health/series.ts';
import { feedsHaveTold, quarantine, sourceHasTold } from '#db/health/sources.ts';
import type { Quarantined } from '#db/health/sources.ts';
import type { CrashSample } from '#db/schema.ts';
import { trackNamesOf } from '#db/tracks.ts';
import type { TrackName } from '#db/tracks.ts';
import { isInTheWay } from '#db/transaction.ts';
import type { Tx } from '#db/transaction.ts';
import { placeOf, segmentsOf } from '#domain/health/observed.ts';
import type { Observed, Place } from '#domain/health/observed.ts';
import { hourOf, WHOLE } from '#domain/health/rollup.ts';
import type { Rollup } from '#domain/health/rollup.ts';
import type { Instant } from '#domain/time.ts';
import { appNow } from './context.ts';
import type { Context } from './context.ts';
import { knownOf, newestOf, wake } from './health.ts';
import { judgeSoon } from './judge-soon.ts';
import type { Heard } from './types.ts';

/** What comes by a DSN, whatever SDK it is. */
const SOURCE = 'sentry';
/** Envelopes of one commit, and those that may wait for the next ones. */
const IN_COMMIT = 1000;
const MOST_WAITING = 5000;
const TRIES = 5;
/** While more and more comes, the robot is woken so often. */
const WAKE_EVERY_MS = 500;

type Waiting = { heard: Heard; done: () => void; failed: (error: unknown) => void };
type Queue = { waiting: Waiting[]; isBusy: boolean; before: HeardBefore; wake: () => void };

export function createIntake(context: Context): (heard: Heard) => Promise<'heard' | 'busy'> {
  const queues = new Map<string, Queue>();

  async function work(app: string, queue: Queue): Promise<void> {
    queue.isBusy = true;
    while (queue.waiting.length > 0) {
      const batch = queue.waiting.splice(0, IN_COMMIT);
      try {
        await commit(
          context,
          app,
          batch.map(({ heard }) => heard),
          queue.before,
        );
        for (const { done } of batch) done();
        queue.wake();
      } catch (error) {
        // what was read of others' digests may be of a moment that did not come to be
        queue.before = nothingHeard();
        for (const { failed } of batch) failed(error);
      }
    }
    queue.isBusy = false;
  }

  return async (heard) => {
    let queue = queues.get(heard.app);
    if (queue === undefined) {
      queue = {
        waiting: [],
        isBusy: false,
        before: nothingHeard(),
        wake: nowAndThen(() => context.wake(), WAKE_EVERY_MS),
      };
      queues.set(heard.app, queue);
    }
    if (queue.waiting.length >= MOST_WAITING) return 'busy';
    await new Promise<void>((done, failed) => {
      queue.waiting.push({ heard, done, failed });
      if (!queue.isBusy) void work(heard.app, queue);
    });
    return 'heard';
  };
}

/** At once where it was not done for a while, else when the while is over: never left out, and never twice in it. */
function nowAndThen(work: () => void, everyMs: number): () => void {
  let lastMs = Number.NEGATIVE_INFINITY;
  let later: NodeJS.Timeout | null = null;
  const run = (): void => {
    later = null;
    lastMs = performance.now();
    work();
  };
  return () => {
    const leftMs = lastMs + everyMs - performance.now();
    if (leftMs <= 0) run();
    else later ??= setTimeout(run, leftMs).unref();
  };
}

/** Something observed that counts, with its digest and the place where it counts. */
type Counted = { observed: Observed; segments: readonly string[]; digest: string; place: Place };

async function commit(context: Context, app: string, batch: readonly Heard[], before: HeardBefore): Promise<void> {
  const now = appNow(context, app);
  const tracks = await trackNamesOf(context.db, app);
  const { counted, doubted } = judged(batch, tracks, now);
  await ensureHealthPartitions(
    context.db,
    counted.map(({ place }) => place.bucketMs),
  );
  for (let tries = 1; ; tries++) {
    try {
      return await write(context, app, { counted, doubted, tracks, now, before });
    } catch (error) {
      if (tries >= TRIES || !isInTheWay(error)) throw error;
    }
  }
}

function judged(
  batch: readonly Heard[],
  tracks: readonly TrackName[],
  now: Instant,
): { counted: Counted[]; doubted: (Quarantined & { digest: string })[] } {
  const known = knownOf(tracks, now);
  const counted: Counted[] = [];
  const doubted: (Quarantined & { digest: string })[] = [];
  for (const { platform, observed, unread, bytes } of batch) {
    let whole: string | null = null;
    const ofWhole = (at: number): string => digestOf(`${(whole ??= hash('sha256', bytes))} ${at}`);
    for (const [at, each] of observed.entries()) {
      const digest = each.id === null ? ofWhole(at) : digestOf(`${platform} ${each.is} ${each.id}`);
      const found = placeOf(each, platform, known);
      if (found.ok) counted.push({ observed: each, segments: segmentsOf(each), digest, place: found.place });
      else doubted.push({ digest, reason: found.reason, because: found.because, sample: { ...each.origin, at: each.atMs } });
    }
    for (const [at, each] of unread.entries()) doubted.push({ ...each, digest: ofWhole(-1 - at) });
  }
  return { counted, doubted };
}

function digestOf(text: string): string {
  return hash('sha256', text, 'binary').slice(0, DIGEST_BYTES);
}

type Ready = {
  counted: readonly Counted[];
  doubted: readonly (Quarantined & { digest: string })[];
  tracks: readonly TrackName[];
  now: Instant;
  before: HeardBefore;
};

async function write(context: Context, app: string, { counted, doubted, tracks, now, before }: Ready): Promise<void> {
  const recordedAt = context.clock.now();
  const keys = counted.flatMap(({ segments, place }) => segments.map((segment) => ({ ...place, segment })));
  const places = (): Promise<SeriesPlace[]> => placesOf(context.db, app, SOURCE, keys, recordedAt);
  await writingRollups(context.db, places, async (tx, found) => {
    await requireSeries(
      tx,
      found.filter((place) => typeof place === 'number'),
    );
    await catchUpOnHeard(tx, app, before, now);
    const news = new Set<string>();
    const isNews = (digest: string): boolean => {
      if (before.digests.has(digest) || news.has(digest)) return false;
      news.add(digest);
      return true;
    };
    let at = 0;
    const fresh = counted.flatMap((each) => {
      const series = each.segments.map(() => found[at++]);
      return isNews(each.digest) ? [{ ...each, series }] : [];
    });
    const freshDoubts: Quarantined[] = doubted.filter(({ digest }) => isNews(digest));
    await add(context, tx, app, fresh, freshDoubts, recordedAt);
    await quarantine(tx, app, SOURCE, freshDoubts, now);
    await rememberHeard(tx, app, [...news], recordedAt);
    const { newestMs, told } = newestAmong(fresh, Date.parse(now));
    await sourceHasTold(tx, {
      app,
      source: SOURCE,
      // the hour of the newest is not over
      watermark: newestMs === null ? null : new Date(hourOf(newestMs)).toISOString(),
      lagSeconds: newestMs === null ? null : (Date.parse(now) - newestMs) / 1000,
      told: fresh.length,
      at: now,
    });
    const further = await feedsHaveTold(tx, { app, source: SOURCE, stated: null, newest: newestOf(told), at: now });
    await wake(tx, app, { told, further }, tracks, recordedAt);
    // after the tracks: whoever marks both does it in this order
    if (fresh.some(({ observed }) => observed.is === 'hit')) await judgeSoon(context, tx, app);
  });
}

/** The newest moment, and the newest hour of each version. A clock may be a little ahead: the hour of now is the newest that can be under way. */
function newestAmong(fresh: readonly Counted[], nowMs: number): { newestMs: number | null; told: { rollup: Place }[] } {
  let newestMs: number | null = null;
  const told = new Map<string, { rollup: Place }>();
  for (const { place, observed } of fresh) {
    const atMs = Math.min(observed.atMs, nowMs);
    newestMs = Math.max(newestMs ?? 0, atMs);
    const name = `${place.platform}\n${place.version}`;
    const bucketMs = hourOf(atMs);
    const there = told.get(name);
    if (there === undefined || there.rollup.bucketMs < bucketMs) told.set(name, { rollup: { ...place, bucketMs } });
  }
  return { newestMs, told: [...told.values()] };
}

type Fresh = Counted & { series: readonly (SeriesPlace | undefined)[] };

async function add(
  context: Context,
  tx: Tx,
  app: string,
  fresh: readonly Fresh[],
  doubts: Quarantined[],
  recordedAt: Instant,
): Promise<void> {
  const sums = new Map<string, Placed>();
  const sumOf = (series: number, place: Place): Rollup => {
    const name = `${series} ${place.bucketMs}`;
    const there = sums.get(name) ?? { series, revision: 1, rollup: emptyRollup(place) };
    sums.set(name, there);
    return there.rollup;
  };
  const whoOf = (who: string): Buffer =>
    createHmac('sha256', context.whoKey).update(app).update('\0').update(who).digest().subarray(0, DIGEST_BYTES);
  const hits: (Hit & { from: Fresh })[] = [];
  const people = new Map<string, { seen: Seen & { who: Buffer[] }; place: Place }>();
  for (const each of fresh) {
    const { observed, place } = each;
    const whole = each.series[0];
    if (typeof whole !== 'number') {
      if (whole === 'too-many-builds')
        doubts.push({ reason: whole, because: `${place.version} ${place.build ?? ''}`, sample: observed.origin });
      continue;
    }
    const who = observed.who === null ? null : whoOf(observed.who);
    if (observed.is === 'usage') {
      const sum = sumOf(whole, place);
      sum.sessions = (sum.sessions ?? 0) + observed.sessions;
      sum.consumption += observed.hours;
      if (who !== null) {
        const name = `${whole} ${place.bucketMs}`;
        const there = people.get(name) ?? { seen: { series: whole, bucketMs: place.bucketMs, who: [] }, place };
        there.seen.who.push(who);
        people.set(name, there);
      }
    } else if (who === null) count(each, sumOf, false);
    else hits.push({ series: whole, what: observed.what, who, from: each });
  }
  const crashes = await crashesOf(tx, app, hits);
  const first = await firstHits(tx, [...hits, ...crashes.map(({ series, who, group }) => ({ series, who, what: `group ${group}` }))]);
  for (const [at, { from }] of hits.entries()) count(from, sumOf, first.has(at));
  const grown = await countPeople(
    tx,
    [...people.values()].map(({ seen }) => seen),
  );
  for (const [at, { seen, place }] of [...people.values()].entries()) {
    const sum = sumOf(seen.series, place);
    sum.users = grown[at]?.users ?? 0;
    sum.newUsers = grown[at]?.newUsers ?? 0;
  }
  await addRollups(tx, [...sums.values()], recordedAt);
  if (crashes.length > 0)
    await countCrashes(
      tx,
      crashes.map((crash, at) => ({ ...crash, first: first.has(hits.length + at) })),
    );
}

function emptyRollup(place: Place): Rollup {
  const none = { count: 0, affected: 0 };
  return {
    ...place,
    segment: '',
    revision: 1,
    users: 0,
    newUsers: 0,
    sessions: 0,
    consumption: 0,
    crashes: none,
    anrs: none,
    metrics: null,
  };
}

/** Counts a hit in the whole and in each of its segments; those beyond the bound are in the whole alone. */
function count({ observed, place, series }: Fresh, sumOf: (series: number, place: Place) => Rollup, isFirst: boolean): void {
  if (observed.is === 'usage') return;
  for (const each of series) {
    if (typeof each !== 'number') continue;
    const sum = sumOf(each, place);
    const there = sum[observed.what] ?? { count: 0, affected: 0 };
    sum[observed.what] = { count: there.count + 1, affected: there.affected + (isFirst ? 1 : 0) };
  }
}

type Found = Crash & { series: number; group: number };

/** What hit somebody, as crashes of their groups. */
async function crashesOf(tx: Tx, app: string, hits: readonly (Hit & { from: Fresh })[]): Promise<Found[]> {
  const found: Found[] = [];
  for (const [platform, ofPlatform] of Map.groupBy(hits, ({ from }) => from.place.platform)) {
    const crashes = ofPlatform.flatMap(({ from, series, who }): (Crash & { series: number })[] => {
      const { observed, place } = from;
      if (observed.is === 'usage') return [];
      const { fingerprint, title, frames, code } = observed;
      const flow = observed.flow?.replaceAll('\0', '').toWellFormed().slice(0, 100) ?? null;
      const sample = { at: new Date(observed.atMs).toISOString(), version: place.version, build: place.build, title, frames, code };
      return [
        {
          fingerprint,
          flow,
          audience: place.audience,
          segments: from.segments.filter((segment) => segment !== WHOLE),
          sample: JSON.parse(storable(JSON.stringify(sample))) as CrashSample,
          series,
          who,
        },
      ];
    });
    const groups = await groupsOf(tx, app, platform, crashes);
    for (const [at, crash] of crashes.entries()) found.push({ ...crash, group: groups[at] ?? 0 });
  }
  return found;
}

/** JSON without what PostgreSQL cannot keep: NUL and halves of characters. */
function storable(json: string): string {
  return json.replaceAll(/\\u0000|\\ud[89a-f][0-9a-f]{2}/gi, '?');
}
