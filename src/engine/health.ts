/** Roll-ups in: each held against what the app has, stored once, and the tracks that they are of woken. What is not believed is counted, and told to who sent it. */
import { appClocks, appIds } from '#db/apps.ts';
import { markDue } from '#db/due.ts';
import type { DueAt } from '#db/due.ts';
import { createHash } from 'node:crypto';
import type { Placed } from '#db/health/columns.ts';
import { forgetCountersBefore } from '#db/health/counters.ts';
import { packDays } from '#db/health/days.ts';
import { catchUpOnHeard, DIGEST_BYTES, forgetHeardBefore, HEARD_KEPT_MS, nothingHeard, rememberHeard } from '#db/health/intake.ts';
import type { HeardBefore } from '#db/health/intake.ts';
import { ensureHealthPartitions, mergeRollups, pruneHealth, writingRollups } from '#db/health/rollups.ts';
import { placesOf } from '#db/health/series.ts';
import type { Place } from '#db/health/series.ts';
import { feedsHaveTold, quarantine, sourceHasTold } from '#db/health/sources.ts';
import type { Quarantined } from '#db/health/sources.ts';
import { trackNamesOf } from '#db/tracks.ts';
import type { TrackName } from '#db/tracks.ts';
import { isInTheWay } from '#db/transaction.ts';
import type { Tx } from '#db/transaction.ts';
import { DAY_MS, firstLooseDay, HOUR_MS, quarantineRights, readRollup, ROLLUP_BOUNDS, watermarkAfter } from '#domain/health/rollup.ts';
import type { Known, Rollup } from '#domain/health/rollup.ts';
import { timeBy } from '#domain/release/clock.ts';
import { earliest, plusMs } from '#domain/time.ts';
import type { Instant } from '#domain/time.ts';
import { appNow, knownApp } from './context.ts';
import type { Context } from './context.ts';
import { noSuchApp, refuse } from './refuse.ts';
import type { HealthBatch, HealthRead, HealthReceipt, Result } from './types.ts';

/** The most rows of one batch. */
export const MOST_ROLLUPS = 10_000;
const SOURCE = /^[a-z][a-z0-9-]{0,62}$/;
/** What comes by a DSN, and as OpenTelemetry's metrics. */
const OWN_SOURCES: readonly string[] = ['sentry', 'otlp'];
const TRIES = 5;

/** What roll-ups of an app are held against. */
export function knownOf(tracks: readonly TrackName[], now: Instant): Known {
  const versions = new Map<string, Set<string>>();
  for (const { platform, version } of tracks) versions.set(platform, (versions.get(platform) ?? new Set<string>()).add(version));
  return { nowMs: Date.parse(now), versions };
}

/** Stores the roll-ups of one batch, in one transaction. The same batch again changes nothing. */
export async function reportHealth(context: Context, appId: string, batch: HealthBatch): Promise<Result<HealthReceipt>> {
  const { source, rows } = batch;
  if (rows.length > MOST_ROLLUPS) return refuse('invalid', `${rows.length} roll-ups are too many for one batch`, `at most ${MOST_ROLLUPS}`);
  if (!isSourceName(source))
    return refuse(
      'invalid',
      `a source cannot be called "${source}"`,
      'a lower-case letter, then letters, digits and dashes; sentry is what comes by a DSN, otlp what comes as metrics',
    );
  return takeHealth(context, appId, batch);
}

/** Whether roll-ups may be kept under this name. */
export function isSourceName(source: string): boolean {
  return SOURCE.test(source) && !OWN_SOURCES.includes(source);
}

/** Stores what was reported, or what a source was asked for. */
export async function takeHealth(context: Context, appId: string, batch: HealthBatch | HealthRead): Promise<Result<HealthReceipt>> {
  const { rows } = batch;
  const app = await knownApp(context, appId);
  if (app === null) return noSuchApp(appId, await appIds(context.db));
  const now = appNow(context, appId);
  const tracks = await trackNamesOf(context.db, appId);
  const { read, doubted } = readAll(rows, knownWithPlatforms(tracks, app.platforms, now));
  await ensureHealthPartitions(
    context.db,
    read.map(({ rollup }) => rollup.bucketMs),
  );
  for (let tries = 1; ; tries++) {
    try {
      const receipt = await store(context, appId, batch, { read, doubted, tracks, now });
      context.wake();
      return receipt;
    } catch (error) {
      if (tries >= TRIES || !isInTheWay(error)) throw error;
    }
  }
}

/** A platform without a release yet is known, its versions are not. */
function knownWithPlatforms(tracks: readonly TrackName[], platforms: readonly string[], now: Instant): Known {
  const { nowMs, versions } = knownOf(tracks, now);
  return { nowMs, versions: new Map([...platforms.map((platform) => [platform, new Set<string>()] as const), ...versions]) };
}

type ReadRow = { row: number; value: unknown; rollup: Rollup };
type Doubted = Quarantined & { row: number };

function readAll(rows: HealthBatch['rows'], known: Known): { read: ReadRow[]; doubted: Doubted[] } {
  const read: ReadRow[] = [];
  const doubted: Doubted[] = [];
  for (const { row, value } of rows) {
    const found = readRollup(value, known);
    if (found.ok) read.push({ row, value, rollup: found.rollup });
    else doubted.push({ row, reason: found.reason, because: found.because, sample: value });
  }
  return { read, doubted };
}

type Ready = { read: readonly ReadRow[]; doubted: readonly Doubted[]; tracks: readonly TrackName[]; now: Instant };

async function store(
  context: Context,
  app: string,
  batch: HealthBatch | HealthRead,
  { read, doubted, tracks, now }: Ready,
): Promise<Result<HealthReceipt>> {
  const { source, completeUntil } = batch;
  const dispersion = 'dispersion' in batch ? batch.dispersion : null;
  const wasAsked = dispersion !== null;
  const recordedAt = context.clock.now();
  const arrivedMs = Date.parse(recordedAt);
  const place = (): Promise<Place[]> =>
    placesOf(
      context.db,
      app,
      source,
      read.map(({ rollup }) => rollup),
      recordedAt,
    );
  return writingRollups(context.db, place, async (tx, places) => {
    const placed: (Placed & { from: ReadRow })[] = [];
    const out = [...doubted];
    let other = 0;
    for (const [at, from] of read.entries()) {
      const series = places[at];
      const { rollup, row, value } = from;
      if (typeof series === 'number') placed.push({ series, revision: rollup.revision ?? arrivedMs, rollup, from });
      else if (series === 'too-many-builds' || series === 'too-many-dimensions')
        out.push({
          row,
          reason: series,
          because: `${rollup.platform} ${rollup.version} ${rollup.build ?? ''} ${rollup.segment}`,
          sample: value,
        });
      else other += 1;
    }
    const { accepted, unchanged, ties } = await mergeRollups(tx, app, placed, recordedAt, wasAsked);
    for (const at of ties) {
      const tied = placed[at];
      if (tied === undefined) continue;
      out.push({
        row: tied.from.row,
        reason: 'same-revision',
        because: `revision ${tied.revision} told another total before`,
        sample: tied.from.value,
      });
    }
    await quarantine(tx, app, source, wasAsked ? await notCountedYet(context, tx, app, source, out, recordedAt) : out, now);
    const newestMs = read.reduce<number | null>((newest, { rollup }) => Math.max(newest ?? 0, rollup.bucketMs), null);
    const statedMs = statedBy(completeUntil, now);
    const watermarkMs = watermarkAfter(null, wasAsked ? null : newestMs, statedMs);
    await sourceHasTold(tx, {
      app,
      source,
      watermark: watermarkMs === null ? null : new Date(watermarkMs).toISOString(),
      lagSeconds: newestMs === null ? null : Math.max(0, (Date.parse(now) - newestMs - HOUR_MS) / 1000),
      told: accepted,
      at: now,
      ...(dispersion === null ? {} : { dispersion }),
    });
    const further = await feedsHaveTold(tx, {
      app,
      source,
      stated: statedMs === null ? null : new Date(statedMs).toISOString(),
      // what is asked for says itself how far it is
      newest: wasAsked ? new Map() : newestOf(read),
      at: now,
    });
    await wake(tx, app, { told: accepted > 0 ? read : [], further }, tracks, recordedAt);
    return {
      ok: true,
      accepted,
      unchanged,
      other,
      quarantined: out
        .toSorted((a, b) => a.row - b.row)
        .map(({ row, reason, because }) => ({ row, reason, because, wouldBeRight: quarantineRights[reason] })),
    };
  });
}

const heardBefore = new WeakMap<Context, Map<string, HeardBefore>>();

/** What is read again and again is doubted once a day: the doubts that were not counted yet. */
async function notCountedYet(
  context: Context,
  tx: Tx,
  app: string,
  source: string,
  doubts: readonly Doubted[],
  recordedAt: Instant,
): Promise<readonly Quarantined[]> {
  if (doubts.length === 0) return [];
  const ofContext = heardBefore.get(context) ?? new Map<string, HeardBefore>();
  heardBefore.set(context, ofContext);
  const before = ofContext.get(app) ?? nothingHeard();
  // it is known again once the transaction is through
  ofContext.delete(app);
  await catchUpOnHeard(tx, app, before, recordedAt);
  const news = new Map(
    doubts.map((doubt) => [
      createHash('sha256')
        .update(`${source} ${doubt.reason} ${JSON.stringify(doubt.sample) ?? ''}`)
        .digest()
        .toString('latin1', 0, DIGEST_BYTES),
      doubt,
    ]),
  );
  for (const digest of news.keys()) if (before.digests.has(digest)) news.delete(digest);
  await rememberHeard(tx, app, [...news.keys()], recordedAt);
  ofContext.set(app, before);
  return [...news.values()];
}

/** What a source says of itself counts up to now: nobody has told the future. */
function statedBy(completeUntil: Instant | null, now: Instant): number | null {
  return completeUntil === null ? null : Math.min(Date.parse(completeUntil), Date.parse(now) + ROLLUP_BOUNDS.aheadMs);
}

/** The start of the newest hour that came of each platform. */
export function newestOf(told: readonly { rollup: Pick<Rollup, 'platform' | 'bucketMs'> }[]): Map<string, Instant> {
  const newest = new Map<string, number>();
  for (const { rollup } of told) newest.set(rollup.platform, Math.max(newest.get(rollup.platform) ?? 0, rollup.bucketMs));
  return new Map([...newest].map(([platform, ms]) => [platform, new Date(ms).toISOString()]));
}

/** What was told, and the platforms on which everything is told further than before. */
export type Told = { told: readonly { rollup: Pick<Rollup, 'platform' | 'version'> }[]; further: readonly string[] };

/** Has the robot look at the live tracks that something was told of, and at those for which all is told up to a later moment now. */
export async function wake(tx: Tx, app: string, told: Told, tracks: readonly TrackName[], at: Instant): Promise<void> {
  await markDue(tx, wokenBy(app, told, tracks, at));
}

/** The tracks that are to be looked at then. */
export function wokenBy(app: string, { told, further }: Told, tracks: readonly TrackName[], at: Instant): DueAt[] {
  const named = new Set(told.map(({ rollup }) => `${rollup.version}/${rollup.platform}`));
  const live = tracks.filter(
    ({ ended, version, platform }) => !ended && (further.includes(platform) || named.has(`${version}/${platform}`)),
  );
  return live.map(({ id }) => ({ kind: 'track', key: id, app, at }));
}

const TIDY_EVERY_MS = 3_600_000;
const COUNTERS_KEPT_MS = 7 * DAY_MS;
/** Days of series that are packed at a time; more of them, as after an upgrade, at the next sweeps. */
const MOST_PACKED = 10_000;
const tidiedAtMs = new WeakMap<Context, number>();

/** Prunes and packs once an hour, and makes the months ahead, so that the first roll-up of one waits for nothing. */
export async function tidyHealth(context: Context): Promise<void> {
  const now = context.clock.now();
  const nowMs = Date.parse(now);
  if (nowMs - (tidiedAtMs.get(context) ?? 0) < TIDY_EVERY_MS) return;
  tidiedAtMs.set(context, nowMs);
  await ensureHealthPartitions(context.db, [nowMs, nowMs + 31 * DAY_MS]);
  await forgetHeardBefore(context.db, plusMs(now, -HEARD_KEPT_MS));
  await forgetCountersBefore(context.db, nowMs - COUNTERS_KEPT_MS);
  // a sample's time may lie years behind: what it tells is not old by its own clock
  const clocks = (await appClocks(context.db)).map(({ id, clock }) => ({ app: id, now: timeBy(clock, now) }));
  const { months, series } = await pruneHealth(context.db, now, earliest(now, ...clocks.map((each) => each.now)) ?? now);
  if (months.length > 0 || series > 0) context.log.info({ months, series }, 'health that is kept no longer was removed');
  const { packed, more } = await packDays(
    context.db,
    clocks.map(({ app, now: time }) => ({ app, before: firstLooseDay(Date.parse(time)) })),
    MOST_PACKED,
    (app, error) => context.log.error({ err: error, app }, 'days of health could not be packed; they are read as they are'),
  );
  if (packed > 0) context.log.debug({ packed }, 'days of health were packed');
  if (more) tidiedAtMs.delete(context);
}
