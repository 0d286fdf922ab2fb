/**
 * The normal form behind every way in: what one hour saw of one build in one audience, whole (`all`) or of one segment. Here it is read from what somebody sent, and
 * what cannot be believed is named; nothing is mended in silence.
 */
import { audiences } from '../facts.ts';
import type { Audience } from '../facts.ts';
import type { Instant } from '../time.ts';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/**
 * Counts of one thing that happens to people: how often, and to how many for the first time on this build and audience. `affectedAtMost`: where a source knows people within
 * bounds alone (rounded, or counted by events), they are at least `affected` and at most this; left out: exactly `affected`.
 */
export type MetricCounts = { count: number; affected: number; affectedAtMost?: number };

/**
 * One roll-up: the total of its bucket as its source knows it.
 * - `build` null: the source knows the version alone.
 * - `segment`: `all`, or a dimension and a value: `country=BR`, `os=Android 14`, `device=Pixel 8`, `arm=new-player`.
 * - `bucketMs`: the start of an hour, UTC.
 * - `users` were active in the hour; `newUsers` were seen on this build and audience for the first time, so that they may be added up. Null: not told.
 * - `consumption` in the app's own unit of use: hours of playback, sessions, orders. `consumptionAtLeast`: where it is known within bounds alone, `consumption` is the most
 *   that it may be, and this the least; left out: exactly `consumption`.
 * - `revision`: of this total at its source; the highest wins. Null: not told, and the moment of arrival counts.
 */
export type Rollup = {
  platform: string;
  version: string;
  build: string | null;
  audience: Audience;
  segment: string;
  bucketMs: number;
  revision: number | null;
  users: number | null;
  newUsers: number | null;
  sessions: number | null;
  consumption: number;
  consumptionAtLeast?: number;
  crashes: MetricCounts | null;
  anrs: MetricCounts | null;
  /** Whatever else the app counts, by its name; null: nothing. */
  metrics: Readonly<Record<string, MetricCounts>> | null;
};

/** The segment that everything belongs to. */
export const WHOLE = 'all';
/** The value under which a dimension's segments beyond the bound are shown: what the named ones leave of `all`. */
export const OTHER = 'other';

export const ROLLUP_BOUNDS = {
  /** Values of one dimension that a build and audience may have; the rest is `other`. */
  segmentsOfDimension: 1000,
  /** Of one build and audience. */
  dimensions: 12,
  /** Of one version on one platform. */
  builds: 500,
  metrics: 20,
  /** A source's clock may be a little ahead. */
  aheadMs: 2 * HOUR_MS,
  /** Days that roll-ups are kept: a year of releases, and the month that is being written. */
  keptDays: 400,
  /** After a day is over by so much, most of what comes late has come, and its hours are packed into one row. */
  packedAfterMs: 6 * HOUR_MS,
  /** More of anything in an hour is a mistake of the sender. */
  most: 1e12,
  /** Crash reports come at the next launch, and usage may be sampled: so many times the hour's users may be affected, and no more. */
  affectedForUsers: 2,
  affectedBeside: 10,
} as const;

export const quarantineReasons = [
  'not-a-rollup',
  'unknown-platform',
  'unknown-version',
  'build-without-version',
  'bad-build',
  'bad-audience',
  'bad-segment',
  'bad-bucket',
  'future-bucket',
  'too-old',
  'not-a-number',
  'negative',
  'absurd',
  'too-many-metrics',
  'bad-metric',
  'too-many-builds',
  'too-many-dimensions',
  'same-revision',
  'unreadable',
  'not-an-audience',
] as const;
export type QuarantineReason = (typeof quarantineReasons)[number];

/** What would be right, for each reason; one table for the answer, the screen and the guide. */
export const quarantineRights: Readonly<Record<QuarantineReason, string>> = {
  'not-a-rollup': 'a JSON object with platform, version, audience, bucket and consumption',
  'unknown-platform': 'one of the platforms of the app',
  'unknown-version': 'a version of which the app has a release on this platform: plan it first',
  'build-without-version': 'the version that the build is of',
  'bad-build': 'a build number of up to 64 letters, digits, dots, dashes, or none',
  'bad-audience': `one of ${audiences.join(', ')}`,
  'bad-segment': 'all, or one dimension and a value: country=BR, os=Android 14',
  'bad-bucket': 'the start of an hour in UTC: 2024-10-01T12:00:00Z',
  'future-bucket': 'an hour that has begun; set the clock of the sender',
  'too-old': `an hour of the last ${ROLLUP_BOUNDS.keptDays} days`,
  'not-a-number': 'a finite number; counts are whole',
  negative: 'a number of 0 or more',
  absurd: 'affected people not above the count, nor far above the users of the hour; new users not above users',
  'too-many-metrics': `at most ${ROLLUP_BOUNDS.metrics} metrics beside crashes and anrs`,
  'bad-metric': 'a name of lower-case letters, digits and dashes, with { count, affected }',
  'too-many-builds': `at most ${ROLLUP_BOUNDS.builds} builds of one version on a platform`,
  'too-many-dimensions': `at most ${ROLLUP_BOUNDS.dimensions} dimensions of a build and audience`,
  'same-revision': 'a higher revision for a total that has changed',
  unreadable: 'what the format says, whole',
  'not-an-audience': `an environment that is one of ${audiences.join(', ')}`,
};

export type Refused = { reason: QuarantineReason; because: string };
export type Read = { ok: true; rollup: Rollup } | ({ ok: false } & Refused);

/** What a roll-up is held against: the app's platforms, the versions that have a track on each, and the app's time. */
export type Known = { nowMs: number; versions: ReadonlyMap<string, ReadonlySet<string>> };

const BUILD = /^[0-9A-Za-z.+_-]{1,64}$/;
const METRIC = /^[a-z][a-z0-9-]{0,62}$/;
// any letter but control characters: names of devices have brackets, commas and letters of every script
const SEGMENT = /^([a-z][a-z0-9-]{0,31})=(\P{Cc}{1,100})$/u;
const BUCKET = /^\d{4}-\d\d-\d\dT\d\d:00(?::00(?:\.0{1,6})?)?(?:Z|\+00:?00)$/;

const refused = (reason: QuarantineReason, because: string): { ok: false } & Refused => ({ ok: false, reason, because });

class Doubt extends Error {
  readonly reason: QuarantineReason;
  constructor(reason: QuarantineReason, because: string) {
    super(because);
    this.reason = reason;
  }
}

/** Reads one roll-up as it came; `known` decides what exists. Every refusal names the field and what stood there. */
export function readRollup(value: unknown, known: Known): Read {
  if (!isObject(value)) return refused('not-a-rollup', `${shown(value)} is no object`);
  try {
    return { ok: true, rollup: rollupOf(value, known) };
  } catch (error) {
    if (error instanceof Doubt) return refused(error.reason, error.message);
    throw error;
  }
}

const FIELDS: ReadonlySet<string> = new Set([
  'platform',
  'version',
  'build',
  'audience',
  'segment',
  'bucket',
  'revision',
  'users',
  'newUsers',
  'sessions',
  'consumption',
  'consumptionAtLeast',
  'crashes',
  'anrs',
  'metrics',
]);

function rollupOf(value: Record<string, unknown>, { nowMs, versions }: Known): Rollup {
  for (const name in value) if (!FIELDS.has(name)) throw new Doubt('not-a-rollup', `a roll-up has no ${shown(name)}`);
  const { platform, version } = value;
  const build = buildOf(value['build']);
  if (version === undefined || version === null || version === '')
    throw build === null
      ? new Doubt('unknown-version', 'it names no version')
      : new Doubt('build-without-version', `build ${shown(build)} comes without a version`);
  const ofPlatform = typeof platform === 'string' ? versions.get(platform) : undefined;
  if (typeof platform !== 'string' || ofPlatform === undefined) throw new Doubt('unknown-platform', `platform is ${shown(platform)}`);
  if (typeof version !== 'string' || !ofPlatform.has(version))
    throw new Doubt('unknown-version', `${platform} has no release ${shown(version)}`);
  const users = countOf(value['users'], 'users');
  const newUsers = countOf(value['newUsers'], 'newUsers');
  if (users !== null && newUsers !== null && newUsers > users)
    throw new Doubt('absurd', `${newUsers} new users are more than the ${users} users of the hour`);
  const consumption = amountOf(value['consumption'], 'consumption');
  const least = value['consumptionAtLeast'] ?? null;
  const consumptionAtLeast = least === null ? null : amountOf(least, 'consumptionAtLeast');
  if (consumptionAtLeast !== null && consumptionAtLeast > consumption)
    throw new Doubt('absurd', `consumption is at least ${consumptionAtLeast}, and at most ${consumption}`);
  return {
    platform,
    version,
    build,
    audience: audienceOf(value['audience']),
    segment: segmentOf(value['segment']),
    bucketMs: bucketOf(value['bucket'], nowMs),
    revision: countOf(value['revision'], 'revision'),
    users,
    newUsers,
    sessions: countOf(value['sessions'], 'sessions'),
    consumption,
    ...(consumptionAtLeast === null ? {} : { consumptionAtLeast }),
    crashes: metricOf(value['crashes'], 'crashes', users),
    anrs: metricOf(value['anrs'], 'anrs', users),
    metrics: metricsOf(value['metrics'], users),
  };
}

function buildOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' && BUILD.test(value)) return value;
  throw new Doubt('bad-build', `build is ${shown(value)}`);
}

function audienceOf(value: unknown): Audience {
  const found = audiences.find((audience) => audience === value);
  if (found === undefined) throw new Doubt('bad-audience', `audience is ${shown(value)}`);
  return found;
}

function segmentOf(value: unknown): string {
  if (value === undefined || value === WHOLE) return WHOLE;
  if (typeof value === 'string' && isSegment(value)) return value;
  throw new Doubt('bad-segment', `segment is ${shown(value)}`);
}

export function isSegment(text: string): boolean {
  return SEGMENT.test(text) && text.isWellFormed();
}

/** `country` of `country=BR`; null for `all`. */
export function dimensionOf(segment: string): string | null {
  const at = segment.indexOf('=');
  return at === -1 ? null : segment.slice(0, at);
}

function bucketOf(value: unknown, nowMs: number): number {
  const at = typeof value === 'string' && BUCKET.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(at)) throw new Doubt('bad-bucket', `bucket is ${shown(value)}`);
  const doubt = doubtOfTime(at, nowMs);
  if (doubt !== null) throw new Doubt(doubt.reason, doubt.because);
  return at;
}

/** What is wrong with a moment at which something is said to have happened; null when nothing is. */
export function doubtOfTime(atMs: number, nowMs: number): Refused | null {
  if (atMs > nowMs + ROLLUP_BOUNDS.aheadMs)
    return { reason: 'future-bucket', because: `${instantOf(atMs)} is ahead of ${instantOf(nowMs)}` };
  if (atMs < oldestKept(nowMs)) return { reason: 'too-old', because: `${instantOf(atMs)} is older than ${ROLLUP_BOUNDS.keptDays} days` };
  return null;
}

/** Before this moment nothing is kept. */
export function oldestKept(nowMs: number): number {
  return nowMs - ROLLUP_BOUNDS.keptDays * DAY_MS;
}

/** The day that a moment belongs to, by UTC: days since 1970. */
export function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS);
}

/** The first day that is not packed yet: of it, and of those after it, each hour is kept by itself. */
export function firstLooseDay(nowMs: number): number {
  return dayOf(nowMs - ROLLUP_BOUNDS.packedAfterMs);
}

const instantOf = (ms: number): Instant => new Date(ms).toISOString();

/** The hour that a moment belongs to. */
export function hourOf(ms: number): number {
  return Math.floor(ms / HOUR_MS) * HOUR_MS;
}

function amountOf(value: unknown, name: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new Doubt('not-a-number', `${name} is ${shown(value)}`);
  if (value < 0) throw new Doubt('negative', `${name} is ${value}`);
  if (value > ROLLUP_BOUNDS.most) throw new Doubt('absurd', `${name} is ${value} in one hour`);
  return value;
}

function countOf(value: unknown, name: string): number | null {
  if (value === undefined || value === null) return null;
  // a revision is often a moment in milliseconds or microseconds
  if (name === 'revision' && typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  const amount = amountOf(value, name);
  if (!Number.isInteger(amount)) throw new Doubt('not-a-number', `${name} is ${amount}, which is not whole`);
  return amount;
}

function metricOf(value: unknown, name: string, users: number | null): MetricCounts | null {
  if (value === undefined || value === null) return null;
  if (!isObject(value)) throw new Doubt('bad-metric', `${name} is ${shown(value)}`);
  const count = countOf(value['count'], `${name}.count`);
  const affected = countOf(value['affected'], `${name}.affected`);
  if (count === null || affected === null) throw new Doubt('bad-metric', `${name} lacks its ${count === null ? 'count' : 'affected'}`);
  if (affected > count) throw new Doubt('absurd', `${name}: ${affected} people are affected by ${count}`);
  if (users !== null && affected > users * ROLLUP_BOUNDS.affectedForUsers + ROLLUP_BOUNDS.affectedBeside)
    throw new Doubt('absurd', `${name}: ${affected} people are affected of ${users} users`);
  const affectedAtMost = countOf(value['affectedAtMost'], `${name}.affectedAtMost`);
  if (affectedAtMost === null) return { count, affected };
  if (affectedAtMost < affected || affectedAtMost > count)
    throw new Doubt('absurd', `${name}: at least ${affected} people are affected, at most ${affectedAtMost}, by ${count}`);
  return { count, affected, affectedAtMost };
}

function metricsOf(value: unknown, users: number | null): Record<string, MetricCounts> | null {
  if (value === undefined || value === null) return null;
  if (!isObject(value)) throw new Doubt('bad-metric', `metrics is ${shown(value)}`);
  const entries = Object.entries(value);
  if (entries.length === 0) return null;
  if (entries.length > ROLLUP_BOUNDS.metrics) throw new Doubt('too-many-metrics', `it has ${entries.length} metrics`);
  return Object.fromEntries(
    entries.map(([name, each]) => {
      if (!METRIC.test(name) || name === 'crashes' || name === 'anrs') throw new Doubt('bad-metric', `a metric is called ${shown(name)}`);
      const counts = metricOf(each, name, users);
      if (counts === null) throw new Doubt('bad-metric', `${name} is ${shown(each)}`);
      return [name, counts];
    }),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What stood there, short enough for a sentence. */
function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  // a number that JSON cannot write would be told as null
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? typeof value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/**
 * Up to when a source has told everything, so far as it can be known: what it says itself, else the start of the newest hour it speaks of, for an hour that is followed by another
 * is over. It never goes back.
 */
export function watermarkAfter(before: number | null, newestBucketMs: number | null, statedMs: number | null): number | null {
  const told = statedMs ?? newestBucketMs;
  if (told === null) return before;
  return before === null ? told : Math.max(before, told);
}
