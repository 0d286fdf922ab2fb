import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createClient } from '#api/client.ts';
import type { Client } from '#api/client.ts';
import { pruneHealth } from '#db/health/rollups.ts';
import { healthTold } from '#db/health/told.ts';
import { hoursAsked, rateEvidence } from '#db/views/health-rollups.ts';
import type { RateAsked } from '#db/views/health-rollups.ts';
import { ROLLUP_BOUNDS } from '#domain/health/rollup.ts';
import { keyOfQuestion } from '#domain/health/told.ts';
import { testServer } from './testing.ts';
import type { TestServer } from './testing.ts';

/* Roll-ups of release health over HTTP with a reporting key, and what is known of them afterwards. */

let room: TestServer;
let client: Client;
let key: string;
const app = { app: 'music' };
const thisHour = Math.floor(Date.now() / 3_600_000) * 3_600_000;
const hour = (ago: number): string => new Date(thisHour - ago * 3_600_000).toISOString();

beforeAll(async () => {
  room = await testServer({ isStill: true });
  const admin = createClient({ baseUrl: room.url, key: room.admin });
  await admin.createApp({ body: { id: 'music', platforms: ['android', 'ios'], process: 'light' } });
  await admin.planRelease({ params: app, body: { version: '8.9.2' } });
  ({ key } = await admin.createReportingKey({ params: app, body: { name: 'warehouse' } }));
  client = createClient({ baseUrl: room.url, key });
});
afterAll(() => room.close());
beforeEach(async () => {
  // the server still remembers the series of the test before, and learns that they are gone
  await sql`truncate health_series, health_rollups, health_days, health_sources, health_quarantine cascade`.execute(room.database.db);
});

const row = (ago: number, more: object = {}) => ({
  platform: 'ios',
  version: '8.9.2',
  build: '89214',
  audience: 'production' as const,
  bucket: hour(ago),
  users: 900,
  newUsers: 300,
  sessions: 1200,
  consumption: 640.5,
  crashes: { count: 7, affected: 4 },
  ...more,
});

const asked: RateAsked = {
  app: 'music',
  platform: 'ios',
  version: '8.9.2',
  build: '89214',
  audience: 'production',
  metric: 'crashes',
  source: null,
  from: null,
  until: hour(-1),
};
const evidence = (more: Partial<RateAsked> = {}) => rateEvidence(room.database.db, { ...asked, ...more });

async function sendLines(lines: string, more: RequestInit = {}) {
  const answer = await fetch(`${room.url}/api/apps/music/health/rollups?source=warehouse`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/x-ndjson' },
    body: lines,
    ...more,
  });
  return {
    status: answer.status,
    body: (await answer.json()) as { accepted: number; unchanged: number; quarantined: number; rows: unknown[] },
  };
}

describe('roll-ups', () => {
  test('come as one, as a list and as lines, and sent again change nothing', async () => {
    expect(await client.reportHealth({ params: app, body: row(5, { revision: 1 }) })).toMatchObject({ accepted: 1, unchanged: 0 });
    const many = [row(4, { revision: 1 }), row(3, { revision: 1, metrics: { stalls: { count: 5, affected: 2 } } })];
    expect(await client.reportHealth({ params: app, body: many })).toMatchObject({ accepted: 2, quarantined: 0 });
    expect(await client.reportHealth({ params: app, body: { items: many } })).toMatchObject({ accepted: 0, unchanged: 2 });
    const lines = many.map((each) => JSON.stringify(each)).join('\r\n');
    expect(await sendLines(`${lines}\n\n{"platform":\n`)).toMatchObject({
      status: 200,
      body: { accepted: 2, quarantined: 1, rows: [{ row: 2, reason: 'not-a-rollup' }] },
    });
    // two sources are kept apart, and are told together where none is named
    expect(await evidence({ source: 'report' })).toMatchObject({ affected: 12, count: 21, exposure: 1921.5, sessions: 3600, users: 900 });
    expect(await evidence({ metric: 'stalls' })).toMatchObject({ affected: 4, count: 10 });
    expect((await evidence()).hours.map(({ affected }) => affected)).toEqual([4, 8, 8]);
  });

  test('of a higher revision replace an hour, of a lower one do not, and another total of the same revision is named', async () => {
    const later = row(2, { revision: 7, consumption: 700, crashes: { count: 9, affected: 5 } });
    await client.reportHealth({ params: app, body: [row(2, { revision: 5 }), later, row(2, { revision: 6 })] });
    expect(await evidence()).toMatchObject({ affected: 5, exposure: 700 });
    expect(await client.reportHealth({ params: app, body: [row(2, { revision: 6 })] })).toMatchObject({ accepted: 0, unchanged: 1 });
    expect(await client.reportHealth({ params: app, body: [{ ...later, consumption: 701 }] })).toMatchObject({
      accepted: 0,
      quarantined: 1,
      rows: [{ row: 0, reason: 'same-revision' }],
    });
    expect(await evidence()).toMatchObject({ affected: 5, exposure: 700 });
    // late ones find their hour
    await client.reportHealth({ params: app, body: row(9) });
    expect(await evidence()).toMatchObject({ affected: 9, exposure: 1340.5 });
  });

  test('that cannot be believed are counted with their reasons, and the others are stored', async () => {
    const sent = [row(1), row(1, { version: '9.9.9' }), row(-9), row(1, { consumption: -1 }), row(1, { audience: 'friends' })];
    const answer = await client.reportHealth({ params: app, body: sent });
    expect(answer).toMatchObject({ accepted: 1, quarantined: 4 });
    expect(answer.rows.map(({ row: at, reason }) => [at, reason])).toEqual([
      [1, 'unknown-version'],
      [2, 'future-bucket'],
      [3, 'negative'],
      [4, 'bad-audience'],
    ]);
    const { items } = await createClient({ baseUrl: room.url, key: room.admin }).listHealthQuarantine({ params: app });
    expect(items.map(({ reason, count, because }) => [reason, count, because])).toContainEqual(['negative', 1, 'consumption is -1']);
  });

  test('move the watermark of their source to its newest hour, or to where it says that all is told', async () => {
    await client.reportHealth({ params: app, body: [row(6), row(3), row(4)] });
    const admin = createClient({ baseUrl: room.url, key: room.admin });
    const watermark = async () => (await admin.listHealthSources({ params: app })).items[0]?.watermark;
    expect(await watermark()).toBe(hour(3));
    await client.reportHealth({ params: app, query: { completeUntil: hour(2) }, body: [] });
    expect(await watermark()).toBe(hour(2));
    await client.reportHealth({ params: app, body: [row(8)] });
    expect(await watermark()).toBe(hour(2));
  });

  test('of more segments than a dimension has are part of all, and shown as other', async () => {
    const { segmentsOfDimension } = ROLLUP_BOUNDS;
    const all = row(2, { consumption: 2000, crashes: { count: 0, affected: 0 } });
    const one = (at: number) => row(2, { segment: `device=Model ${at}`, consumption: 1, crashes: null });
    const segments = Array.from({ length: segmentsOfDimension + 50 }, (_, at) => one(at));
    expect(await client.reportHealth({ params: app, body: [all, ...segments] })).toMatchObject({
      accepted: segmentsOfDimension + 1,
      other: 50,
    });
    expect(await client.reportHealth({ params: app, body: [one(1), one(99_999)] })).toMatchObject({ accepted: 1, other: 1 });
    const admin = createClient({ baseUrl: room.url, key: room.admin });
    const { items } = await admin.getHealth({ params: { ...app, version: '8.9.2', platform: 'ios' }, query: { dimension: 'device' } });
    expect(items.find(({ segment }) => segment === 'device=other')).toMatchObject({ consumption: 2000 - segmentsOfDimension });
    expect(items.find(({ segment }) => segment === 'all')).toMatchObject({ consumption: 2000 });
  });

  test('whose storing was broken off are stored once when all of it is sent again', async () => {
    const many = Array.from({ length: 30_000 }, (_, at) =>
      JSON.stringify(
        row(1 + (at % 100), {
          segment: `device=Model ${Math.floor(at / 100)}`,
          revision: 1,
          consumption: 1,
          crashes: { count: 1, affected: 1 },
        }),
      ),
    ).join('\n');
    const broken = sendLines(many).catch(() => ({ status: 0 }));
    await expect
      .poll(
        async () => (await sql`select 1 from health_rollups limit 1`.execute(room.database.db).catch(() => ({ rows: [] }))).rows.length,
        { interval: 5, timeout: 20_000 },
      )
      .toBe(1);
    // what a kill of the server is to the database: the connection is gone in the middle of a batch
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and query ilike '%health%'`.execute(
      room.database.db,
    );
    await broken;
    expect((await sendLines(many)).body).toMatchObject({ quarantined: 0 });
    const { rows } = await sql<{ hours: number; exposure: number; crashed: number }>`
      select count(*)::int as hours, sum(consumption) as exposure, sum(crash_users)::int as crashed from health_rollups`.execute(
      room.database.db,
    );
    expect(rows).toEqual([{ hours: 30_000, exposure: 30_000, crashed: 30_000 }]);
  });

  test('of segments are told by days, and which there were by a moment, though they told nothing in these days', async () => {
    const of = (ago: number, segment: string) => row(ago, { segment, consumption: 10, crashes: { count: 3, affected: 2 } });
    await client.reportHealth({
      params: app,
      body: [of(48, 'country=DK'), of(47, 'country=DK'), of(20, 'country=BR'), of(5, 'country=SE')],
    });
    const at = (ago: number): number => thisHour - ago * 3_600_000;
    const question = { ...asked, fromMs: at(50), untilMs: at(26), seenUntilMs: at(10), segmentsOf: 'crashes' };
    const { answers } = await healthTold(room.database.db, 'music', [question]);
    const [{ days } = { days: [] }] = answers[keyOfQuestion(question)] ?? [];
    expect(days.toSorted((a, b) => a.segment.localeCompare(b.segment, 'en') || a.day - b.day)).toEqual([
      { segment: 'country=BR', day: -1, exposure: 0, affected: 0 },
      { segment: 'country=DK', day: -1, exposure: 0, affected: 0 },
      { segment: 'country=DK', day: 0, exposure: 20, affected: 4 },
    ]);
  });

  test('are found for a verdict by number: no table is walked through', async () => {
    await client.reportHealth({ params: app, body: Array.from({ length: 200 }, (_, at) => row(at)) });
    const { sql: text, parameters } = hoursAsked(asked).compile(room.database.db);
    const plan = await room.database.pool.query<{ 'QUERY PLAN': string }>(`explain ${text}`, [...parameters]);
    const lines = plan.rows.map((each) => each['QUERY PLAN']).join('\n');
    expect(lines).toMatch(/Index.* on health_series/);
    expect(lines).not.toMatch(/Seq Scan on health_(rollups|days)_/);
  });

  test('are refused whole where nothing can be read of them', async () => {
    const send = async (body: string, type = 'application/json') => {
      const answer = await fetch(`${room.url}/api/apps/music/health/rollups`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': type },
        body,
      });
      return ((await answer.json()) as { code?: string }).code;
    };
    expect([await send('{'), await send('x', 'text/plain'), await send('"x"')]).toEqual(['not-json', 'not-json', undefined]);
    await expect(client.reportHealth({ params: app, query: { source: 'sentry' }, body: [] })).rejects.toThrow('cannot be called "sentry"');
    await expect(client.reportHealth({ params: { app: 'other' }, body: [] })).rejects.toThrow('not for the app other');
  });

  test('older than is kept go by the month, with the series that have none left', async () => {
    await client.reportHealth({ params: app, body: [row(24 * 390), row(1)] });
    const inAYear = new Date(Date.now() + 100 * 86_400_000).toISOString();
    expect((await pruneHealth(room.database.db, inAYear)).months.length).toBeGreaterThan(0);
    expect(await evidence()).toMatchObject({ affected: 4 });
    expect(await client.reportHealth({ params: app, body: row(2) })).toMatchObject({ accepted: 1 });
  });
});

describe('what charts are drawn from', () => {
  const admin = () => createClient({ baseUrl: room.url, key: room.admin });

  test('is a line for each version that ends with the numbers of its rate, with its share of the use, and nothing for one that tells nothing', async () => {
    await client.reportHealth({ params: app, body: [row(5), row(4), row(3, { metrics: { stalls: { count: 5, affected: 2 } } })] });
    await client.reportHealth({ params: app, query: { completeUntil: hour(2) }, body: [row(3, { audience: 'beta' }), row(1)] });
    const answer = await admin().getHealthSeries({ params: app, query: { platform: 'ios' } });
    const [line] = answer.items;
    const { affected, exposure } = await evidence({ until: hour(2) });
    const last = line?.points.at(-1);
    expect(line).toMatchObject({ version: '8.9.2', since: hour(5), toldUntil: hour(2) });
    expect(last).toMatchObject({ affected, exposure, users: 900, ageHours: 3, at: hour(2), share: 1 });
    expect(last?.rate).toBeCloseTo((affected / exposure) * 1000);
    expect(line?.points.map(({ stepRate }) => stepRate)).toEqual(line?.points.map(() => (4 / 640.5) * 1000));
    expect(answer).toMatchObject({
      stepHours: 1,
      limit: { limit: 0.3, unit: 1000, of: 'h', instance: 'crash-rate' },
      baseline: null,
      known: { metrics: ['stalls'], audiences: ['beta', 'production'], dimensions: [] },
    });
    expect((await admin().getHealthSeries({ params: app, query: { platform: 'android' } })).items).toMatchObject([
      { since: null, points: [] },
    ]);
    // by days, the last of them begun
    const days = await admin().getHealthSeries({ params: app, query: { platform: 'ios', step: 'day', by: 'date', metric: 'anrs' } });
    expect(days.items[0]?.points.at(-1)).toMatchObject({ affected: 0, exposure: 1921.5, rate: 0 });
    await expect(admin().getHealthSeries({ params: app, query: { platform: 'ios', versions: '8.9.2,9.9.9' } })).rejects.toThrow(/9\.9\.9/);
    await expect(admin().getHealthSeries({ params: app, query: { platform: 'tv' } })).rejects.toThrow(/no platform "tv"/);
  });

  test('is a rate by sessions where the policy has a limit by sessions alone, or who looks asks for it', async () => {
    await client.reportHealth({ params: app, query: { completeUntil: hour(3) }, body: [row(5), row(4)] });
    const byHours = await admin().getHealthSeries({ params: app, query: { platform: 'ios', exposure: 'sessions' } });
    expect(byHours).toMatchObject({ exposure: 'sessions', of: 'sessions', limit: null, limits: [{ limit: 0.3, of: 'h' }] });
    expect(byHours.items[0]?.points.at(-1)).toMatchObject({ affected: 8, exposure: 2400, stepExposure: 1200, share: 1 });
    const planned = await admin().getHealthPlan({ params: app, query: { platform: 'ios', exposure: 'sessions', limit: 2 } });
    expect(planned).toMatchObject({ of: 'sessions', limit: 2, limitFrom: null, dailyUsage: 2400 });
    const { text } = await admin().getPolicy({ params: app });
    const save = async (policy: string) => {
      const { preview } = await admin().previewPolicy({ params: app, body: { text: policy } });
      await admin().savePolicy({ params: app, body: { text: policy, preview, why: 'how crashes are counted' } });
    };
    await save(text.replaceAll('limit-per-1000-hours', 'limit-per-1000-sessions'));
    const answer = await admin().getHealthSeries({ params: app, query: { platform: 'ios' } });
    const last = answer.items[0]?.points.at(-1);
    expect(answer).toMatchObject({ exposure: 'sessions', of: 'sessions', limit: { limit: 0.3, of: 'sessions', instance: 'crash-rate' } });
    expect(last?.rate).toBeCloseTo((8 / 2400) * 1000);
    expect(last?.lower ?? 9).toBeLessThan(last?.rate ?? 0);
    // the planner too takes sessions of a day
    const plan = await admin().getHealthPlan({ params: app, query: { platform: 'ios', percent: 1 } });
    expect(plan).toMatchObject({ of: 'sessions', limit: 0.3, dailyUsage: 2400 });
    const many = { platform: 'ios', dailyUsers: 10, hoursPerUser: 30 };
    expect(await admin().getHealthPlan({ params: app, query: many })).toMatchObject({ dailyUsage: 300 });
    await save(text);
    await expect(admin().getHealthPlan({ params: app, query: many })).rejects.toThrow(/nobody uses it for 30 hours/);
  });

  test('are segments beside each other, rules, and how long a first share would take', async () => {
    await client.reportHealth({
      params: app,
      query: { completeUntil: hour(4) },
      body: [
        row(5),
        row(5, { segment: 'arm=new', consumption: 300, crashes: { count: 90, affected: 60 } }),
        row(5, { segment: 'arm=old' }),
      ],
    });
    const segments = await admin().getHealthSegments({ params: app, query: { platform: 'ios', dimension: 'arm' } });
    expect(segments).toMatchObject({ version: '8.9.2', dimension: 'arm', left: 0 });
    expect(segments.items.map(({ segment, named }) => [segment, named])).toEqual([
      ['new', true],
      ['old', false],
    ]);
    const { items } = await admin().getHealthRules({ params: app });
    expect(items.map(({ platform }) => platform)).toEqual(['android', 'ios']);
    const plan = (query: object) => admin().getHealthPlan({ params: app, query: { platform: 'ios', percent: 1, ...query } });
    // 42.8 events due at the limit, of one in a hundred of this use
    const asPolicy = await plan({});
    expect(asPolicy).toMatchObject({ limit: 0.3, dailyUsage: 640.5, usageFrom: { days: 1 } });
    expect(asPolicy.plan?.daysToTell).toBeCloseTo((42.813 / 0.3) * (1000 / 6.405), -1);
    expect(await plan({ days: 5, limit: 2, dailyUsers: 10_000, hoursPerUser: 0.5 })).toMatchObject({
      usageFrom: null,
      sentence: '1% would take 429 days to tell; 5 days need 96%.',
    });
    await expect(plan({ dailyUsers: 10 })).rejects.toThrow(/one without the other/);
  });
});
