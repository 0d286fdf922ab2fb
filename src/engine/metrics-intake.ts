/**
 * Metrics in. Points that were added count once, by what they are of and when; of totals counts what they have grown by. What comes while a commit is under way is committed
 * together with all else that came.
 */
import { createHash } from 'node:crypto';
import { countersBefore, MOST_COUNTERS, rememberCounters } from '#db/health/counters.ts';
import { catchUpOnHeard, DIGEST_BYTES, nothingHeard, rememberHeard } from '#db/health/intake.ts';
import type { HeardBefore } from '#db/health/intake.ts';
import { addRollups, ensureHealthPartitions, requireSeries, writingRollups } from '#db/health/rollups.ts';
import type { Placed } from '#db/health/columns.ts';
import { placesOf } from '#db/health/series.ts';
import type { Place as SeriesPlace } from '#db/health/series.ts';
import { feedsHaveTold, quarantine, sourceHasTold } from '#db/health/sources.ts';
import type { Quarantined } from '#db/health/sources.ts';
import { trackNamesOf } from '#db/tracks.ts';
import { isInTheWay } from '#db/transaction.ts';
import type { Tx } from '#db/transaction.ts';
import { doubtOfPoint, growthOf, momentOf } from '#domain/health/counters.ts';
import type { CounterBefore, CounterPoint } from '#domain/health/counters.ts';
import { placeOf } from '#domain/health/observed.ts';
import type { Place } from '#domain/health/observed.ts';
import { hourOf, WHOLE } from '#domain/health/rollup.ts';
import type { Rollup } from '#domain/health/rollup.ts';
import type { MetricsReader } from '#ports/metrics-reader.ts';
import { connectedOf, metricsReaderOf } from './connections.ts';
import { appNow } from './context.ts';
import type { Context } from './context.ts';
import { knownOf, newestOf, wake } from './health.ts';
import type { HeardMetrics } from './types.ts';

/** What comes as OpenTelemetry's metrics, whatever its exporter is. */
export const METRICS_SOURCE = 'otlp';
/** Requests of one commit, and those that may wait for the next ones. */
const IN_COMMIT = 200;
const MOST_WAITING = 1000;
const TRIES = 5;

type Told = { points: readonly CounterPoint[]; refused: readonly Quarantined[]; dispersion: number; out: Quarantined[] };
type Waiting = Told & { done: () => void; failed: (error: unknown) => void };
type Queue = { waiting: Waiting[]; isBusy: boolean; before: HeardBefore };

export function createMetricsIntake(context: Context): (app: string, body: Buffer) => Promise<HeardMetrics> {
  const queues = new Map<string, Queue>();

  async function work(app: string, queue: Queue): Promise<void> {
    queue.isBusy = true;
    while (queue.waiting.length > 0) {
      const batch = queue.waiting.splice(0, IN_COMMIT);
      try {
        await commit(context, app, batch, queue.before);
        for (const { done } of batch) done();
        context.wake();
      } catch (error) {
        queue.before = nothingHeard();
        for (const { failed } of batch) failed(error);
      }
    }
    queue.isBusy = false;
  }

  return async (app, body) => {
    const reader = await readerOf(context, app);
    if (reader === null)
      return { ok: false, code: 'not-supported', because: 'no integration of this server reads metrics', wouldBeRight: 'one that does' };
    const read = reader.read(body);
    if (!read.ok) return { ok: false, code: 'invalid', because: read.because, wouldBeRight: read.right };
    const { points, refused, ignored } = read;
    const ready = { points, refused, dispersion: reader.dispersion, out: [...refused] };
    if (points.length > 0 || refused.length > 0) {
      const queue = queues.get(app) ?? { waiting: [], isBusy: false, before: nothingHeard() };
      queues.set(app, queue);
      if (queue.waiting.length >= MOST_WAITING) return { ok: true, is: 'busy' };
      await new Promise<void>((done, failed) => {
        queue.waiting.push({ ...ready, done, failed });
        if (!queue.isBusy) void work(app, queue);
      });
    }
    const [first] = ready.out;
    const because =
      first !== undefined
        ? `${first.because}${ready.out.length > 1 ? `; and ${ready.out.length - 1} others` : ''}`
        : points.length === 0 && ignored > 0
          ? `none of these metrics is one of ${reader.looksFor}`
          : null;
    return { ok: true, is: 'heard', rejected: ready.out.length, because };
  };
}

/** The reader as the app has set it up, else as it is without being set up. */
async function readerOf(context: Context, app: string): Promise<MetricsReader | null> {
  for (const connected of await connectedOf(context, app)) {
    const served = metricsReaderOf(context, connected);
    if (served !== null) return served.open(new AbortController().signal);
  }
  for (const integration of context.integrations.values()) {
    const settings = integration.provides.metrics === undefined ? undefined : integration.settings.safeParse({});
    if (settings?.success === true) {
      const usual = metricsReaderOf(context, { id: '', app, integration, settings: settings.data, serves: [] });
      if (usual !== null) return usual.open(new AbortController().signal);
    }
  }
  return null;
}

type Ready = { point: CounterPoint; place: Place; out: Quarantined[] };

async function commit(context: Context, app: string, batch: readonly Told[], before: HeardBefore): Promise<void> {
  const now = appNow(context, app);
  const tracks = await trackNamesOf(context.db, app);
  const known = knownOf(tracks, now);
  const doubted: Quarantined[] = batch.flatMap(({ refused }) => refused);
  const ready = batch.flatMap(({ points, out }) =>
    points.flatMap((point): Ready[] => {
      const doubt = doubtOfPoint(point);
      const found =
        doubt === null
          ? placeOf({ ...NOTHING, origin: point.origin, atMs: momentOf(point) }, point.platform, known)
          : { ok: false as const, ...doubt };
      if (found.ok) return [{ point, place: found.place, out }];
      const { reason, because } = found;
      out.push({ reason, because, sample: { platform: point.platform, ...point.origin, metric: point.what, value: point.value } });
      doubted.push({ reason, because, sample: { platform: point.platform, ...point.origin, metric: point.what, value: point.value } });
      return [];
    }),
  );
  await ensureHealthPartitions(
    context.db,
    ready.map(({ place }) => place.bucketMs),
  );
  for (let tries = 1; ; tries++) {
    try {
      return await write(context, app, { ready, doubted, tracks, now, before, dispersion: batch[0]?.dispersion ?? 1 });
    } catch (error) {
      if (tries >= TRIES || !isInTheWay(error)) throw error;
    }
  }
}

/** What `placeOf` asks of an observation beside where and when. */
const NOTHING = { is: 'usage', id: null, sessions: 0, hours: 0, who: null } as const;

type Whole = {
  ready: readonly Ready[];
  doubted: readonly Quarantined[];
  tracks: Awaited<ReturnType<typeof trackNamesOf>>;
  now: string;
  before: HeardBefore;
  dispersion: number;
};

async function write(context: Context, app: string, { ready, doubted, tracks, now, before, dispersion }: Whole): Promise<void> {
  const recordedAt = context.clock.now();
  const keys = ready.flatMap(({ point, place }) => [WHOLE, ...point.segments].map((segment) => ({ ...place, segment })));
  const places = (): Promise<SeriesPlace[]> => placesOf(context.db, app, METRICS_SOURCE, keys, recordedAt);
  await writingRollups(context.db, places, async (tx, found) => {
    const { packedBefore } = await requireSeries(
      tx,
      app,
      found.filter((place) => typeof place === 'number'),
    );
    await catchUpOnHeard(tx, app, before, now);
    const out: Quarantined[] = [...doubted];
    const grown = await growthsOf(tx, app, ready, before, out, recordedAt);
    const sums = new Map<string, Placed>();
    let at = 0;
    let news = 0;
    for (const [index, { point, place }] of ready.entries()) {
      const value = grown[index] ?? null;
      for (const segment of [WHOLE, ...point.segments]) {
        const series = found[at++];
        if (value !== null && typeof series === 'number') addTo(sums, series, { ...place, segment }, point, value);
      }
      if (value !== null) news += 1;
    }
    await addRollups(tx, [...sums.values()], recordedAt, { users: 'readings', packedBefore });
    await quarantine(tx, app, METRICS_SOURCE, out, now);
    const newest = ready.reduce<number | null>(
      (latest, { point }) => Math.max(latest ?? 0, Math.min(momentOf(point), Date.parse(now))),
      null,
    );
    await sourceHasTold(tx, {
      app,
      source: METRICS_SOURCE,
      // the hour of the newest is not over
      watermark: newest === null ? null : new Date(hourOf(newest)).toISOString(),
      lagSeconds: newest === null ? null : Math.max(0, (Date.parse(now) - newest) / 1000),
      told: news,
      at: now,
      dispersion,
    });
    const told = ready.map(({ point, place }) => ({
      rollup: { ...place, bucketMs: hourOf(Math.min(momentOf(point), Date.parse(now))) },
    }));
    const further = await feedsHaveTold(tx, { app, source: METRICS_SOURCE, stated: null, newest: newestOf(told), at: now });
    await wake(tx, app, { told, further }, tracks, recordedAt);
  });
}

/** What each point adds; null: it is known already, or was refused. */
async function growthsOf(
  tx: Tx,
  app: string,
  ready: readonly Ready[],
  before: HeardBefore,
  out: Quarantined[],
  recordedAt: string,
): Promise<(number | null)[]> {
  const news = new Set<string>();
  const isNews = (point: CounterPoint): boolean => {
    const digest = hashOf(`${point.stream} ${point.startNs ?? ''} ${point.timeNs}`).toString('latin1', 0, DIGEST_BYTES);
    if (before.digests.has(digest) || news.has(digest)) return false;
    news.add(digest);
    return true;
  };
  const totals = ready.filter(({ point }) => point.is === 'total');
  const streams = new Map(totals.map(({ point }) => [point.stream, hashOf(point.stream)]));
  const { before: counters, room } = await countersBefore(tx, app, [...streams.values()]);
  const after = new Map<string, CounterBefore>();
  let free = room;
  const growth = ({ point, out: ofRequest }: Ready): number | null => {
    const name = streams.get(point.stream)?.toString('hex') ?? '';
    const known = after.get(name) ?? counters.get(name) ?? null;
    const doubt = { sample: { metric: point.what, value: point.value } };
    if (known === null && free <= 0) {
      const full = {
        reason: 'unreadable' as const,
        because: `more than ${MOST_COUNTERS} counters tell totals; apps tell what was added (delta temporality)`,
        ...doubt,
      };
      ofRequest.push(full);
      out.push(full);
      return null;
    }
    const found = growthOf(point, known);
    if (!found.ok) {
      const fallen = { reason: found.reason, because: found.because, ...doubt };
      ofRequest.push(fallen);
      out.push(fallen);
      return null;
    }
    if (found.before !== null) after.set(name, found.before);
    if (known === null) free -= 1;
    return found.grown;
  };
  // totals are read in their order, in whichever they came
  const grown = new Map(totals.toSorted((a, b) => (a.point.timeNs < b.point.timeNs ? -1 : 1)).map((each) => [each, growth(each)]));
  const values = ready.map((each) => {
    if (each.point.is === 'total') return grown.get(each) ?? null;
    return isNews(each.point) ? each.point.value : null;
  });
  await rememberCounters(tx, app, after);
  await rememberHeard(tx, app, [...news], recordedAt);
  return values;
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest().subarray(0, 16);
}

function addTo(
  sums: Map<string, Placed>,
  series: number,
  place: Place & { segment: string },
  { what, eachAffects }: CounterPoint,
  value: number,
): void {
  const name = `${series} ${place.bucketMs}`;
  const there = sums.get(name) ?? { series, revision: 1, rollup: emptyRollup(place) };
  sums.set(name, there);
  const { rollup } = there;
  const add = (metric: 'crashes' | 'anrs', count: number, affected: number): void => {
    const sum = rollup[metric] ?? { count: 0, affected: 0 };
    rollup[metric] = { count: sum.count + count, affected: sum.affected + affected };
  };
  switch (what) {
    case 'crashes':
    case 'anrs':
      return add(what, value, eachAffects ? value : 0);
    case 'crashes-affected':
      return add('crashes', 0, value);
    case 'anrs-affected':
      return add('anrs', 0, value);
    case 'sessions':
      rollup.sessions = (rollup.sessions ?? 0) + value;
      return;
    case 'usage':
      rollup.consumption += value;
      return;
    case 'users':
      rollup.users = Math.max(rollup.users ?? 0, value);
      return;
    default:
      return what satisfies never;
  }
}

function emptyRollup(place: Place & { segment: string }): Rollup {
  return { ...place, revision: 1, users: null, newUsers: null, sessions: null, consumption: 0, crashes: null, anrs: null, metrics: null };
}
