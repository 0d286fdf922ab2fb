/**
 * Envelopes of SDKs in. Several that come at the same time are committed together: while one commit is under way, what comes waits for the next. Whoever sent one is answered when it is
 * durable, and nothing is kept of it but what it adds to roll-ups, hashes and crash groups.
 */
import { createHmac, hash } from 'node:crypto';
import { markDue } from '#db/due.ts';
import {
  countingCrashes,
  countPeople,
  DIGEST_BYTES,
  firstHits,
  groupsOf,
  keepingHits,
  nothingHeard,
  remembering,
} from '#db/health/intake.ts';
import type { Crash, GroupedCrash, HeardBefore, Hit, Seen } from '#db/health/intake.ts';
import { addingRollups, ensureHealthPartitions, writingRollups } from '#db/health/rollups.ts';
import type { Placed } from '#db/health/columns.ts';
import { placesOf } from '#db/health/series.ts';
import type { Place as SeriesPlace } from '#db/health/series.ts';
import { feedsTelling, quarantining, sourceTelling } from '#db/health/sources.ts';
import type { Quarantined } from '#db/health/sources.ts';
import { holdHealth, standingOf } from '#db/health/standing.ts';
import type { KnownCrash, Standing } from '#db/health/standing.ts';
import type { CrashSample } from '#db/schema.ts';
import { trackNamesOf } from '#db/tracks.ts';
import type { TrackName } from '#db/tracks.ts';
import { isInTheWay, together } from '#db/transaction.ts';
import type { Statement, Tx } from '#db/transaction.ts';
import { placeOf, segmentsOf } from '#domain/health/observed.ts';
import type { Observed, Place } from '#domain/health/observed.ts';
import { hourOf, WHOLE } from '#domain/health/rollup.ts';
import type { Known, Rollup } from '#domain/health/rollup.ts';
import type { Instant } from '#domain/time.ts';
import { appNow } from './context.ts';
import type { Context } from './context.ts';
import { knownOf, newestOf, wokenBy } from './health.ts';
import { judgedSoon } from './judge-soon.ts';
import type { Heard } from './types.ts';

/** What comes by a DSN, whatever SDK it is. */
const SOURCE = 'sentry';
/** Envelopes of one commit, and those that may wait for the next ones. */
const IN_COMMIT = 1000;
const MOST_WAITING = 5000;
const TRIES = 5;
/** While more and more comes, the robot is woken so often, and looks so often at what it is of. */
const LOOK_EVERY_MS = 250;

type Waiting = { heard: Heard; done: () => void; failed: (error: unknown) => void };
type Queue = { waiting: Waiting[]; isBusy: boolean; before: HeardBefore; nextLook: NextLook; wake: () => void };

export function createIntake(context: Context): (heard: Heard) => Promise<'heard' | 'busy'> {
  const queues = new Map<string, Queue>();

  async function work(app: string, queue: Queue): Promise<void> {
    queue.isBusy = true;
    let cameMeanwhile = false;
    while (queue.waiting.length > 0) {
      const batch = queue.waiting.splice(0, IN_COMMIT);
      try {
        const lookMs = queue.nextLook(Date.parse(context.clock.now()), cameMeanwhile);
        await commit(
          context,
          app,
          batch.map(({ heard }) => heard),
          { before: queue.before, lookAt: new Date(lookMs).toISOString() },
        );
        for (const { done } of batch) done();
        queue.wake();
      } catch (error) {
        // what was read of others' digests may be of a moment that did not come to be
        queue.before = nothingHeard();
        for (const { failed } of batch) failed(error);
      }
      cameMeanwhile = true;
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
        nextLook: looksEvery(LOOK_EVERY_MS),
        wake: nowAndThen(() => context.wake(), LOOK_EVERY_MS),
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

type NextLook = (nowMs: number, cameMeanwhile: boolean) => number;

/**
 * When what comes now is looked at: at once, and what came while another commit was under way with all else that comes until the next look. A look ends after more has
 * come; were that due at once, one look would follow the other for as long as many send.
 */
export function looksEvery(everyMs: number): NextLook {
  let nextMs = Number.NEGATIVE_INFINITY;
  return (nowMs, cameMeanwhile) => {
    // a clock that was turned back would have it wait for long
    if (!cameMeanwhile || nowMs >= nextMs + everyMs || nextMs > nowMs + everyMs) nextMs = nowMs;
    else if (nowMs >= nextMs) nextMs += everyMs;
    return nextMs;
  };
}

/** Something observed that counts, with its digest, the place where it counts, its person as a keyed hash, and the crash that it is where somebody is known to have had it. */
type Counted = {
  observed: Observed;
  segments: readonly string[];
  digest: string;
  place: Place;
  who: Buffer | null;
  crash: Crash | null;
};

type Around = { before: HeardBefore; lookAt: Instant };

async function commit(context: Context, app: string, batch: readonly Heard[], around: Around): Promise<void> {
  const now = appNow(context, app);
  const tracks = await trackNamesOf(context.db, app);
  const { counted, doubted } = judged(context, app, batch, knownOf(tracks, now));
  await ensureHealthPartitions(
    context.db,
    counted.map(({ place }) => place.bucketMs),
  );
  for (let tries = 1; ; tries++) {
    try {
      return await write(context, app, { counted, doubted, tracks, now, ...around });
    } catch (error) {
      if (tries >= TRIES || !isInTheWay(error)) throw error;
    }
  }
}

type Doubted = Quarantined & { digest: string };

function judged(context: Context, app: string, batch: readonly Heard[], known: Known): { counted: Counted[]; doubted: Doubted[] } {
  const counted: Counted[] = [];
  const doubted: Doubted[] = [];
  const people = new Map<string, Buffer>();
  // who has begun a session ends it, and crashes in it
  const whoOf = (name: string): Buffer => {
    const there = people.get(name);
    if (there !== undefined) return there;
    const who = createHmac('sha256', context.whoKey).update(`${app}\0${name}`).digest().subarray(0, DIGEST_BYTES);
    people.set(name, who);
    return who;
  };
  for (const { platform, observed, unread, bytes } of batch) {
    let whole: string | null = null;
    const ofWhole = (at: number): string => digestOf(`${(whole ??= hash('sha256', bytes))} ${at}`);
    for (const [at, each] of observed.entries()) {
      const digest = each.id === null ? ofWhole(at) : digestOf(`${platform} ${each.is} ${each.id}`);
      const found = placeOf(each, platform, known);
      if (found.ok) {
        const { place } = found;
        const segments = segmentsOf(each);
        const who = each.who === null ? null : whoOf(each.who);
        counted.push({ observed: each, segments, digest, place, who, crash: who === null ? null : crashOf(each, who, segments, place) });
      } else doubted.push({ digest, reason: found.reason, because: found.because, sample: { ...each.origin, at: each.atMs } });
    }
    for (const [at, each] of unread.entries()) doubted.push({ ...each, digest: ofWhole(-1 - at) });
  }
  return { counted, doubted };
}

function digestOf(text: string): string {
  return hash('sha256', text, 'binary').slice(0, DIGEST_BYTES);
}

/** What hit somebody, as a crash of its group. */
function crashOf(observed: Observed, who: Buffer, segments: readonly string[], { version, build, audience }: Place): Crash | null {
  if (observed.is === 'usage') return null;
  const { fingerprint, title, frames, code } = observed;
  const flow = observed.flow?.replaceAll('\0', '').toWellFormed().slice(0, 100) ?? null;
  const sample = { at: new Date(observed.atMs).toISOString(), version, build, title, frames, code };
  return {
    fingerprint,
    flow,
    audience,
    segments: segments.filter((segment) => segment !== WHOLE),
    sample: JSON.parse(storable(JSON.stringify(sample))) as CrashSample,
    who,
  };
}

type Ready = Around & {
  counted: readonly Counted[];
  doubted: readonly Doubted[];
  tracks: readonly TrackName[];
  now: Instant;
};

/** Something counted with its series. `known`: of a crash of somebody, what stands of it. */
type InSeries = Counted & { series: readonly (SeriesPlace | undefined)[]; known: (KnownCrash & { wasHitByAny: boolean }) | null };

async function write(context: Context, app: string, { counted, doubted, tracks, now, before, lookAt }: Ready): Promise<void> {
  const recordedAt = context.clock.now();
  const keys = counted.flatMap(({ segments, place }) => segments.map((segment) => ({ ...place, segment })));
  const places = (): Promise<SeriesPlace[]> => placesOf(context.db, app, SOURCE, keys, recordedAt);
  await writingRollups(context.db, places, async (tx, found) => {
    let at = 0;
    const placed = counted.map((each): InSeries => ({ ...each, series: each.segments.map(() => found[at++]), known: null }));
    await holdHealth(tx, app);
    const standing = await stands(tx, app, placed, before, now);
    const news = new Set<string>();
    const isNews = ({ digest }: { digest: string }): boolean => {
      if (before.digests.has(digest) || news.has(digest)) return false;
      news.add(digest);
      return true;
    };
    const fresh = placed.filter(isNews);
    const freshDoubts: Quarantined[] = doubted.filter(isNews);
    const added = await adding(tx, app, { fresh, standing, recordedAt });
    const { newestMs, told } = newestAmong(fresh, Date.parse(now));
    const newest = newestOf(told);
    await together(tx, [
      ...added.statements,
      ...quarantining(app, SOURCE, [...freshDoubts, ...added.doubts], now),
      ...present(remembering(app, [...news], recordedAt)),
      sourceTelling({
        app,
        source: SOURCE,
        // the hour of the newest is not over
        watermark: newestMs === null ? null : new Date(hourOf(newestMs)).toISOString(),
        lagSeconds: newestMs === null ? null : (Date.parse(now) - newestMs) / 1000,
        told: fresh.length,
        at: now,
      }),
      ...present(feedsTelling(app, SOURCE, newest, now)),
    ]);
    const further = [...newest].filter(([platform, at]) => (standing.feeds.get(platform) ?? '') < at).map(([platform]) => platform);
    // whoever holds groups of crashes marks after it
    await markDue(tx, [
      ...wokenBy(app, { told, further }, tracks, lookAt),
      ...(fresh.some(({ observed }) => observed.is === 'hit') ? [judgedSoon(context, app)] : []),
    ]);
  });
}

function present(statement: Statement | null): Statement[] {
  return statement === null ? [] : [statement];
}

/** Asks what stands of all that came, and notes it with each crash. */
async function stands(tx: Tx, app: string, placed: readonly InSeries[], before: HeardBefore, now: Instant): Promise<Standing> {
  const struck = placed.flatMap((each) => {
    const { observed, crash, place, series } = each;
    const [whole] = series;
    if (observed.is === 'usage' || crash === null || typeof whole !== 'number') return [];
    return [
      { each, hit: { series: whole, what: observed.what, who: crash.who }, crash: { ...crash, series: whole, platform: place.platform } },
    ];
  });
  const standing = await standingOf(tx, {
    app,
    source: SOURCE,
    now,
    before,
    series: placed.flatMap(({ series }) => series.filter((each) => typeof each === 'number')),
    seen: placed.flatMap(({ observed, who, series: [whole], place: { bucketMs } }) =>
      observed.is === 'usage' && who !== null && typeof whole === 'number' ? [{ series: whole, bucketMs }] : [],
    ),
    hits: struck.map(({ hit }) => hit),
    crashes: struck.map(({ crash }) => crash),
  });
  for (const [at, { each }] of struck.entries()) {
    const known = standing.crashes[at];
    if (known !== undefined) each.known = { ...known, wasHitByAny: standing.wasHit[at] === true };
  }
  return standing;
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

type Fresh = { fresh: readonly InSeries[]; standing: Standing; recordedAt: Instant };

/** The statements that add what is news. New groups of crashes are made. */
async function adding(
  tx: Tx,
  app: string,
  { fresh, standing, recordedAt }: Fresh,
): Promise<{ statements: Statement[]; doubts: Quarantined[] }> {
  const doubts: Quarantined[] = [];
  const sums = new Map<string, Placed>();
  const sumOf = (series: number, place: Place): Rollup => {
    const name = `${series} ${place.bucketMs}`;
    const there = sums.get(name) ?? { series, revision: 1, rollup: emptyRollup(place) };
    sums.set(name, there);
    return there.rollup;
  };
  const struck: (Struck & { from: InSeries })[] = [];
  const people = new Map<string, { seen: Seen & { who: Buffer[] }; place: Place }>();
  for (const each of fresh) {
    const { observed, place, who, crash, known } = each;
    const whole = each.series[0];
    if (typeof whole !== 'number') {
      if (whole === 'too-many-builds')
        doubts.push({ reason: whole, because: `${place.version} ${place.build ?? ''}`, sample: observed.origin });
      continue;
    }
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
    } else if (crash === null || known === null) count(each, sumOf, false);
    else struck.push({ ...crash, platform: place.platform, series: whole, what: observed.what, known, from: each });
  }
  const { crashes, hits, first } = await grouped(tx, app, struck, standing);
  for (const [at, { from }] of struck.entries()) count(from, sumOf, first.has(at));
  const { grown, keeping } = countPeople(
    [...people.values()].map(({ seen }) => seen),
    standing.sketches,
  );
  for (const [at, { seen, place }] of [...people.values()].entries()) {
    const sum = sumOf(seen.series, place);
    sum.users = grown[at]?.users ?? 0;
    sum.newUsers = grown[at]?.newUsers ?? 0;
  }
  return {
    statements: [
      ...present(keepingHits(hits.filter((_, at) => first.has(at)))),
      ...present(keeping),
      ...(await addingRollups(tx, [...sums.values()], recordedAt, { users: 'added', packedBefore: standing.packedBefore })),
      ...countingCrashes(crashes, standing.segments),
    ],
    doubts,
  };
}

type Struck = Crash & { platform: string; series: number; what: Hit['what']; known: NonNullable<InSeries['known']> };

/** Crashes with their groups; what hit whom, by kind and then by group, and which of these hits are the first of their person. */
async function grouped(
  tx: Tx,
  app: string,
  struck: readonly Struck[],
  standing: Standing,
): Promise<{ crashes: GroupedCrash[]; hits: Hit[]; first: ReadonlySet<number> }> {
  const groups = await groupsOf(tx, app, struck, standing.groups);
  // what stands was asked of the group that there was before
  const ofGroup = struck.map(({ known }, at) => (known.group === groups[at] ? known : NEW));
  const hits = [...struck, ...struck.map(({ series, who }, at) => ({ series, who, what: `group ${groups[at] ?? 0}` }))];
  const first = firstHits(hits, [...struck.map(({ known }) => known.wasHitByAny), ...ofGroup.map(({ wasHit }) => wasHit)]);
  const crashes = struck.map((crash, at) => ({
    ...crash,
    group: groups[at] ?? 0,
    first: first.has(struck.length + at),
    wasHitOnVersion: ofGroup[at]?.wasHitOnVersion === true,
  }));
  return { crashes, hits, first };
}

/** What stands of a group that was made just now. */
const NEW: KnownCrash = { group: null, wasHit: false, wasHitOnVersion: false };

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
function count({ observed, place, series }: InSeries, sumOf: (series: number, place: Place) => Rollup, isFirst: boolean): void {
  if (observed.is === 'usage') return;
  for (const each of series) {
    if (typeof each !== 'number') continue;
    const sum = sumOf(each, place);
    const there = sum[observed.what] ?? { count: 0, affected: 0 };
    sum[observed.what] = { count: there.count + 1, affected: there.affected + (isFirst ? 1 : 0) };
  }
}

/** JSON without what PostgreSQL cannot keep: NUL and halves of characters. */
function storable(json: string): string {
  return json.replaceAll(/\\u0000|\\ud[89a-f][0-9a-f]{2}/gi, '?');
}
