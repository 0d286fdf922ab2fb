import * as fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DAY_MS, dayOf, firstLooseDay, HOUR_MS } from '#domain/health/rollup.ts';
import type { MetricCounts, Rollup } from '#domain/health/rollup.ts';
import { keyOfQuestion } from '#domain/health/told.ts';
import type { HealthQuestion } from '#domain/health/told.ts';
import { testDatabase } from '../../../test/setup/database.ts';
import type { TestDatabase } from '../../../test/setup/database.ts';
import { sqlState, together } from '../transaction.ts';
import { rateEvidence, totalsOf } from '../views/health-rollups.ts';
import { lastTold, segmentSteps, stepsOf, toldOf, usageByHour, versionsTold } from '../views/health-series.ts';
import { rowsRead } from '../../../test/setup/rows-read.ts';
import type { Merged } from './rollups.ts';
import { addingRollups, addRollups, ensureHealthPartitions, mergeRollups, pruneHealth, requireSeries, writingRollups } from './rollups.ts';
import type { Placed } from './columns.ts';
import { useByDay } from './crash-groups.ts';
import { packDays } from './days.ts';
import { placesOf } from './series.ts';
import { askingTold, healthTold } from './told.ts';

/* Packed days beside hours that lie by themselves: two apps are told the same, and one of them is packed now and then. */

let database: TestDatabase;
const FROM_MS = Date.parse('2024-10-30T00:00:00.000Z');
const FROM_DAY = dayOf(FROM_MS);
const NOW = '2024-11-03T00:00:00.000Z';
/** Over the end of a month, and so two partitions. */
const DAYS = 4;
const PACKED = 'packed';
const LOOSE = 'loose';

beforeAll(async () => {
  database = await testDatabase();
  await ensureHealthPartitions(database.db, [FROM_MS, FROM_MS + DAYS * DAY_MS]);
  for (const app of [PACKED, LOOSE])
    await sql`insert into apps (id, name, timezone, platforms, created_at, recorded_at) values (${app}, ${app}, 'UTC', '{ios}', now(), now())`.execute(
      database.db,
    );
});
afterAll(() => database.close());
beforeEach(empty);

async function empty(): Promise<void> {
  await sql`truncate health_series, health_rollups, health_days, health_packed, health_sources cascade`.execute(database.db);
}

type Told = { key: Pick<Rollup, 'version' | 'build' | 'segment'>; rollup: Rollup; revision: number };

function told(key: Told['key'], hour: number, revision: number, more: Partial<Rollup> = {}): Told {
  const rollup: Rollup = {
    platform: 'ios',
    audience: 'production',
    ...key,
    bucketMs: FROM_MS + hour * HOUR_MS,
    revision,
    users: null,
    newUsers: null,
    sessions: null,
    consumption: 0,
    crashes: null,
    anrs: null,
    metrics: null,
    ...more,
  };
  return { key, rollup, revision };
}

const KEYS: readonly Told['key'][] = [
  { version: '1.0', build: '1', segment: 'all' },
  { version: '1.0', build: null, segment: 'all' },
  { version: '1.0', build: '1', segment: 'country=SE' },
  { version: '1.1', build: '2', segment: 'all' },
  { version: '1.1', build: '2', segment: 'country=SE' },
];

/** Writes to an app as the product does; `work` is told the series' numbers. */
async function writing<T>(
  app: string,
  rows: readonly Told[],
  work: (tx: Parameters<typeof mergeRollups>[0], placed: Placed[]) => Promise<T>,
): Promise<T> {
  const { db } = database;
  const places = () =>
    placesOf(
      db,
      app,
      'warehouse',
      rows.map(({ rollup }) => rollup),
      NOW,
    );
  return writingRollups(db, places, async (tx, found) =>
    work(
      tx,
      rows.map(({ rollup, revision }, at) => ({ rollup, revision, series: Number(found[at]) })),
    ),
  );
}

const tell = (app: string, rows: readonly Told[], readAgain: boolean): Promise<Merged> =>
  writing(app, rows, (tx, placed) => mergeRollups(tx, app, placed, NOW, readAgain));

const add = (app: string, rows: readonly Told[], users: 'added' | 'readings'): Promise<void> =>
  writing(app, rows, async (tx, placed) => {
    const { packedBefore } = await requireSeries(
      tx,
      app,
      placed.map(({ series }) => series),
    );
    // as envelopes do it, and as metrics do
    if (users === 'added') await together(tx, await addingRollups(tx, placed, NOW, { users, packedBefore }));
    else await addRollups(tx, placed, NOW, { users, packedBefore });
  });

/** Packs days of the apps, and tells of what it cannot. */
async function packing(apps: readonly string[], before: number, most = 10_000) {
  const failed: string[] = [];
  const toPack = apps.map((app) => ({ app, before }));
  return { ...(await packDays(database.db, toPack, most, (app, error) => void failed.push(`${app} ${sqlState(error)}`))), failed };
}
const packed = async (before: number): Promise<number> => (await packing([PACKED], before)).packed;

/** All that is known of an app, in every way in which the product asks for it. */
async function known(app: string) {
  const { db } = database;
  const at = (hour: number): string => new Date(FROM_MS + hour * HOUR_MS).toISOString();
  const question = (version: string, from: number, until: number, more: Partial<HealthQuestion> = {}): HealthQuestion => ({
    platform: 'ios',
    version,
    build: null,
    audience: 'production',
    source: null,
    segmentsOf: null,
    fromMs: FROM_MS + from * HOUR_MS,
    untilMs: FROM_MS + until * HOUR_MS,
    ...more,
  });
  const questions = [
    question('1.0', 0, 96),
    question('1.0', 5, 53, { build: '1' }),
    question('1.1', 30, 31),
    question('1.0', 7, 80, { segmentsOf: 'crashes' }),
    question('1.1', 7, 30, { segmentsOf: 'stalls', seenUntilMs: FROM_MS + 60 * HOUR_MS }),
  ];
  const { answers } = await healthTold(db, app, questions);
  const of = { app, platform: 'ios', audience: 'production' as const, source: null };
  const versions = [
    { version: '1.0', build: null, from: at(3), until: at(70) },
    { version: '1.1', build: '2', from: at(20), until: at(96) },
  ];
  const ofAll = { ...of, segment: 'all', exposure: 'consumption' as const };
  const rate = (metric: string, from: string | null, until: string) =>
    rateEvidence(db, { app, platform: 'ios', version: '1.0', build: null, audience: 'production', metric, source: null, from, until });
  const { rows } = await sql`
    select s.version, s.build, s.segment, h.* from health_hours() h join health_series s on s.id = h.series where s.app = ${app}
    order by s.version, s.build, s.segment, h.bucket`.execute(db);
  return {
    hours: rows.map((row) => ({ ...(row as object), series: null })),
    answers: questions.map((each) =>
      (answers[keyOfQuestion(each)] ?? []).map(({ hours, days, ...part }) => ({
        ...part,
        hours: hours.map((hour) => JSON.stringify(hour)).toSorted(),
        days: days.map((day) => JSON.stringify(day)).toSorted(),
      })),
    ),
    rates: [await rate('crashes', null, at(96)), await rate('stalls', at(2), at(50)), await rate('anrs', at(25), at(26))],
    totals: [
      await totalsOf(db, { app, platform: 'ios', version: '1.0', from: null, until: null, dimension: 'country' }),
      await totalsOf(db, { app, platform: 'ios', version: '1.1', from: at(23), until: at(49), dimension: null }),
    ],
    told: await versionsTold(db, { ...of, segment: 'all' }, ['1.0', '1.1']),
    last: await lastTold(db, of),
    names: await toldOf(db, of, ['1.0', '1.1']),
    steps: [
      [...(await stepsOf(db, ofAll, 'crashes', versions, { by: 'age', hours: 6 }))],
      [...(await stepsOf(db, { ...ofAll, exposure: 'sessions' }, 'stalls', versions, { by: 'day', zone: 'Europe/Stockholm' }))],
    ],
    segments: await segmentSteps(db, of, 'crashes', 'country', versions, 24),
    usage: await usageByHour(db, ofAll, at(1), at(90)),
    use: await useByDay(db, app, ['1.0', '1.1']),
  };
}

const count = fc.integer({ min: 0, max: 3 });
const counts: fc.Arbitrary<MetricCounts | null> = fc.option(
  fc.oneof(fc.record({ count, affected: count }), fc.record({ count, affected: count, affectedAtMost: count })),
);
const row: fc.Arbitrary<Told> = fc
  .record({
    key: fc.constantFrom(...KEYS),
    hour: fc.integer({ min: 0, max: DAYS * 24 - 1 }),
    revision: fc.integer({ min: 1, max: 4 }),
    more: fc.record({
      users: fc.option(count),
      newUsers: fc.option(count),
      sessions: fc.option(count),
      // sums of quarters are exact in any order
      consumption: count.map((quarters) => quarters / 4),
      crashes: counts,
      anrs: counts,
      metrics: fc.option(fc.record({ stalls: fc.record({ count, affected: count }) }), { freq: 3 }),
    }),
  })
  .map(({ key, hour, revision, more }) => told(key, hour, revision, more));
const rows = fc.array(row, { minLength: 1, maxLength: 40, size: 'max' });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ is: fc.constant('tell' as const), rows, readAgain: fc.boolean() }),
  fc.record({ is: fc.constant('add' as const), rows, users: fc.constantFrom('added' as const, 'readings' as const) }),
  fc.record({ is: fc.constant('pack' as const), days: fc.integer({ min: 0, max: DAYS }) }),
);

type Step =
  | { is: 'tell'; rows: Told[]; readAgain: boolean }
  | { is: 'add'; rows: Told[]; users: 'added' | 'readings' }
  | { is: 'pack'; days: number };

/** What an app answers to a step; only one of them is ever packed. */
async function done(app: string, each: Step): Promise<Merged | null> {
  switch (each.is) {
    case 'tell':
      return tell(app, each.rows, each.readAgain);
    case 'add':
      await add(app, each.rows, each.users);
      return null;
    case 'pack':
      if (app === PACKED) await packed(FROM_DAY + each.days);
      return null;
    default:
      return each satisfies never;
  }
}

describe('a day that is packed', () => {
  test('is to everybody what it was before, whatever is told, revised, replayed and added before and after', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 12, size: 'max' }), async (steps) => {
        await empty();
        for (const each of steps) {
          const [ours, theirs] = [await done(PACKED, each), await done(LOOSE, each)];
          expect(ours).toEqual(theirs);
        }
        expect(await known(PACKED)).toEqual(await known(LOOSE));
      }),
      { numRuns: 10 },
    );
  });

  test('takes a late hour, the higher revision of one, and nothing that it has already', async () => {
    const all = { version: '1.0', build: '1', segment: 'all' };
    const first = told(all, 1, 5, { consumption: 2, crashes: { count: 3, affected: 1 } });
    await tell(PACKED, [first, told(all, 20, 5)], false);
    expect(await packed(FROM_DAY + 1)).toBe(1);
    expect(await packed(FROM_DAY + 1)).toBe(0);
    const late = told(all, 9, 1, { consumption: 7 });
    expect(await tell(PACKED, [late, first, told(all, 20, 4)], false)).toEqual({ accepted: 1, unchanged: 2, ties: [] });
    expect(await tell(PACKED, [late, told(all, 1, 5, { consumption: 3 })], false)).toEqual({ accepted: 0, unchanged: 1, ties: [1] });
    expect(await tell(PACKED, [told(all, 1, 6, { consumption: 4 }), told(all, 40, 1)], false)).toMatchObject({ accepted: 2 });
    // told as it was by a later reading
    expect(await tell(PACKED, [told(all, 1, 7, { consumption: 4 })], true)).toMatchObject({ accepted: 0, unchanged: 1 });
    await add(PACKED, [told(all, 9, 1, { consumption: 1 })], 'added');
    const { rows: days } =
      await sql`select hours, revision, consumption, crashes, (select count(*) from health_rollups) as loose from health_days`.execute(
        database.db,
      );
    expect(days).toEqual([{ hours: [1, 9, 20], revision: [6, 2, 5], consumption: [4, 8, 0], crashes: null, loose: 1 }]);
  });

  test('is packed by one of several at the same time, while others tell of its hours: nothing is lost or doubled', async () => {
    const all = { version: '1.0', build: '1', segment: 'all' };
    const events = { version: '1.1', build: '2', segment: 'all' };
    let packs = 0;
    const packing = async (): Promise<void> => {
      for (let day = 1; day <= DAYS; day++) {
        const done = await packed(FROM_DAY + day);
        packs += done;
      }
    };
    const telling = async (worker: number): Promise<void> => {
      for (let turn = 0; turn < 12; turn++) {
        const revision = turn * 4 + worker + 1;
        await tell(
          PACKED,
          Array.from({ length: 60 }, (_, hour) => told(all, (hour * 7 + turn) % 96, revision, { consumption: revision })),
          false,
        );
        await add(
          PACKED,
          Array.from({ length: 30 }, (_, hour) => told(events, (hour * 3 + worker) % 96, 1, { sessions: 1 })),
          'added',
        );
      }
    };
    await tell(
      PACKED,
      Array.from({ length: 96 }, (_, hour) => told(all, hour, 0)),
      false,
    );
    await Promise.all([telling(0), packing(), telling(1), packing(), telling(2)]);
    const { rows: hours } = await sql<{ hours: number; places: number; sessions: number; wrong: number }>`
      select count(*)::int as hours, count(distinct (series, bucket))::int as places, sum(sessions)::int as sessions,
        (count(*) filter (where sessions is null and consumption <> revision))::int as wrong from health_hours()`.execute(database.db);
    expect(hours).toEqual([{ hours: 96 + 90, places: 96 + 90, sessions: 3 * 12 * 30, wrong: 0 }]);
    expect(packs).toBeGreaterThan(0);
    // whatever the order was, the highest revision of each hour stays
    const { rows: highest } = await sql<{ revision: number }>`
      select h.revision from health_hours() h join health_series s on s.id = h.series and s.version = '1.0' order by h.bucket`.execute(
      database.db,
    );
    const last = (hour: number): number =>
      Math.max(
        ...Array.from({ length: 12 }, (_, turn) => turn).flatMap((turn) =>
          Array.from({ length: 60 }, (_, at) => (at * 7 + turn) % 96).includes(hour) ? [turn * 4 + 3] : [],
        ),
      );
    expect(highest.map(({ revision }) => revision)).toEqual(Array.from({ length: 96 }, (_, hour) => last(hour)));
  });

  test('is come back to where there are more than are packed at a time, and where somebody else held the app', async () => {
    const [first] = KEYS;
    if (first === undefined) throw new Error('no key');
    for (const app of [PACKED, LOOSE])
      await tell(
        app,
        [0, 24, 48].map((hour) => told(first, hour, 1)),
        false,
      );
    expect(await packing([LOOSE], FROM_DAY + DAYS, 2)).toEqual({ packed: 2, more: true, failed: [] });
    const holder = await database.pool.connect();
    await holder.query('begin');
    await holder.query(`select pg_advisory_xact_lock_shared(hashtext('signalbox health pack'), hashtext($1))`, [PACKED]);
    try {
      expect(await packing([PACKED, LOOSE], FROM_DAY + DAYS)).toEqual({ packed: 1, more: true, failed: [] });
    } finally {
      await holder.query('rollback');
      holder.release();
    }
    expect(await packing([PACKED, LOOSE], FROM_DAY + DAYS)).toEqual({ packed: 3, more: false, failed: [] });
  });

  test('that cannot be packed holds up no other app', async () => {
    const [first] = KEYS;
    if (first === undefined) throw new Error('no key');
    for (const app of [LOOSE, PACKED]) await tell(app, [told(first, 0, 1)], false);
    // the day is there already: somebody wrote it by hand
    await sql`
      insert into health_days (series, day, hours, revision, consumption, recorded_at)
      select id, date '1970-01-01' + ${FROM_DAY}::int, '{}', '{}', '{}', now() from health_series where app = ${LOOSE}`.execute(
      database.db,
    );
    expect(await packing([LOOSE, PACKED], FROM_DAY + DAYS)).toEqual({ packed: 1, more: false, failed: ['loose 23505'] });
  });

  test('goes with its month, and its series with the last of them', async () => {
    await tell(PACKED, [told({ version: '1.0', build: '1', segment: 'all' }, 1, 1)], false);
    await packed(FROM_DAY + 1);
    const inAYear = '2026-01-01T00:00:00.000Z';
    expect(await pruneHealth(database.db, '2025-09-01T00:00:00.000Z')).toEqual({ months: [], series: 0 });
    expect((await pruneHealth(database.db, inAYear)).months).toEqual(
      expect.arrayContaining(['health_rollups_2024_10', 'health_days_2024_10']),
    );
    await ensureHealthPartitions(database.db, [FROM_MS, FROM_MS + DAYS * DAY_MS]);
    expect((await sql`select 1 from health_series`.execute(database.db)).rows).toEqual([]);
  });
});

describe('a verdict', () => {
  /** A version a week old, the one before it in the same hours, and three at the same age, six weeks after each other. */
  test('reads a handful of rows', async () => {
    const now = FROM_MS + 20 * HOUR_MS;
    // other versions, which nobody asks about
    await tell(
      PACKED,
      Array.from({ length: 400 }, (_, at) => told({ version: `2.${at}`, build: '1', segment: 'all' }, at % 20, 1)),
      false,
    );
    await sql`analyze health_series, health_rollups`.execute(database.db);
    const weeks = [0, 1, 2, 3].map((back) => ({ version: `1.${back}`, sinceMs: now - (back + 1) * 7 * DAY_MS }));
    await ensureHealthPartitions(
      database.db,
      weeks.map(({ sinceMs }) => sinceMs),
    );
    for (const { version, sinceMs } of weeks)
      await tell(
        PACKED,
        Array.from({ length: Math.min(336, (now - sinceMs) / HOUR_MS) }, (_, hour) =>
          told({ version, build: '1', segment: 'all' }, (sinceMs - FROM_MS) / HOUR_MS + hour, 1, { users: 9, consumption: 4.5 }),
        ),
        false,
      );
    const of = (version: string, fromMs: number): HealthQuestion => ({
      platform: 'ios',
      version,
      build: '1',
      audience: 'production',
      source: null,
      segmentsOf: null,
      fromMs,
      untilMs: fromMs + 7 * DAY_MS,
    });
    const began = weeks[0]?.sinceMs ?? 0;
    const questions = [of('1.1', began), ...weeks.map(({ version, sinceMs }) => of(version, sinceMs))];
    const rows = (): Promise<number> => rowsRead(database.pool, askingTold(PACKED, questions).compile(database.db), 'health_');
    const answers = async () =>
      Object.values((await healthTold(database.db, PACKED, questions)).answers).map((parts) =>
        parts.flatMap(({ hours }) => hours.toSorted((a, b) => a.hourMs - b.hourMs)),
      );
    const before = await answers();
    const loose = await rows();
    await packed(firstLooseDay(now));
    expect(await answers()).toEqual(before);
    expect(before.map((hours) => hours.length)).toEqual([168, 168, 168, 168, 168]);
    // 168 hours five times; then days of a week, and two days by the hour where they are not over for long
    expect(loose).toBeGreaterThanOrEqual(5 * 168);
    expect(await rows()).toBeLessThanOrEqual(5 * 8 + 2 * 20 + 5);
  });
});
