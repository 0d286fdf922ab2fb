import { gzipSync } from 'node:zlib';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationTemporality, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createClient } from '#api/client.ts';
import type { Client } from '#api/client.ts';
import { rateEvidence } from '#db/views/health-rollups.ts';
import { integrations } from '#integrations/index.ts';
import { testServer } from '#server/testing.ts';
import type { TestServer } from '#server/testing.ts';

/* An app that has an OpenTelemetry exporter already sends its metrics here too. */

let room: TestServer;
let admin: Client;
let url: string;
let key: string;
const params = { app: 'music' };

beforeAll(async () => {
  room = await testServer({ isStill: true, integrations });
  admin = createClient({ baseUrl: room.url, key: room.admin });
  await admin.createApp({ body: { id: 'music', platforms: ['android', 'ios'], process: 'light' } });
  await admin.planRelease({ params, body: { version: '8.9.2' } });
  ({ key } = await admin.createReportingKey({ params, body: { name: 'exporter' } }));
  url = `${room.url}/api/apps/music/health/otlp/v1/metrics`;
});
afterAll(() => room.close());
beforeEach(async () => {
  await sql`truncate health_series, health_rollups, health_days, health_sources, health_streams, health_quarantine, health_heard cascade`.execute(
    room.database.db,
  );
});

const evidence = (more: { segment?: string; metric?: string } = {}) =>
  rateEvidence(room.database.db, {
    app: 'music',
    platform: 'ios',
    version: '8.9.2',
    build: '89214',
    audience: 'production',
    metric: 'crashes',
    source: 'otlp',
    from: null,
    until: new Date(Date.now() + 7_200_000).toISOString(),
    ...more,
  });

/** The real exporter, in an app of its own. */
function app(temporalityPreference: AggregationTemporality, attributes: Record<string, string> = {}) {
  const exporter = new OTLPMetricExporter({ url, headers: { authorization: `Bearer ${key}` }, temporalityPreference });
  const provider = new MeterProvider({
    resource: resourceFromAttributes({
      'service.version': '8.9.2+89214',
      'os.name': 'iOS',
      'deployment.environment.name': 'production',
      ...attributes,
    }),
    readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })],
  });
  const meter = provider.getMeter('app');
  return {
    crashes: meter.createCounter('app.crashes'),
    sessions: meter.createCounter('app.sessions'),
    usage: meter.createHistogram('app.usage', { unit: 's' }),
    users: meter.createGauge('app.users'),
    unknown: meter.createCounter('http.requests'),
    send: () => provider.forceFlush(),
    end: () => provider.shutdown(),
  };
}

const nano = (ms: number): string => `${BigInt(Math.trunc(ms)) * 1_000_000n}`;
const thisHour = Math.floor(Date.now() / 3_600_000) * 3_600_000;

type Wrong = { name?: string; version?: string; os?: string; environment?: string; sum?: object; point?: object };
/** A request as the specification writes one, with what is wrong in it. */
const body = ({
  name = 'app.crashes',
  version = '8.9.2+89214',
  os = 'iOS',
  environment = 'production',
  sum = {},
  point = {},
}: Wrong = {}) =>
  JSON.stringify({
    resourceMetrics: [
      {
        resource: {
          attributes: Object.entries({ 'service.version': version, 'os.name': os, 'deployment.environment.name': environment }).map(
            ([each, stringValue]) => ({ key: each, value: { stringValue } }),
          ),
        },
        scopeMetrics: [
          {
            scope: { name: 'app' },
            metrics: [
              {
                name,
                sum: {
                  aggregationTemporality: 1,
                  isMonotonic: true,
                  dataPoints: [
                    {
                      startTimeUnixNano: nano(thisHour - 120_000),
                      timeUnixNano: nano(thisHour - 60_000),
                      asInt: '3',
                      attributes: [{ key: 'geo.country.iso_code', value: { stringValue: 'BR' } }],
                      ...point,
                    },
                  ],
                  ...sum,
                },
              },
            ],
          },
        ],
      },
    ],
    fieldOfALaterVersion: true,
  });

async function post(text: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body: text,
  });
  return {
    status: answer.status,
    body: (await answer.json()) as { partialSuccess?: { rejectedDataPoints: string; errorMessage: string }; right?: string },
  };
}

describe('the exporter of OpenTelemetry', () => {
  test.each([
    ['what was added', AggregationTemporality.DELTA],
    ['what there is by now', AggregationTemporality.CUMULATIVE],
  ])('tells %s, and each thing counts once', async (_, temporality) => {
    const music = app(temporality);
    music.crashes.add(3, {
      'geo.country.iso_code': 'BR',
      'os.version': '17.5.1',
      'device.model.name': 'iPhone 15',
      'device.model.identifier': 'iPhone15,4',
    });
    music.crashes.add(1, { 'geo.country.iso_code': 'SE' });
    music.sessions.add(40);
    music.usage.record(7200);
    music.usage.record(1800);
    music.users.record(25);
    music.unknown.add(1000);
    await music.send();
    music.crashes.add(2, { 'geo.country.iso_code': 'BR' });
    music.users.record(31);
    await music.send();
    await music.send();
    await music.end();
    expect(await evidence()).toMatchObject({ count: 6, affected: 6, sessions: 40, exposure: 2.5, users: 31 });
    expect(await evidence({ segment: 'country=BR' })).toMatchObject({ count: 5 });
    for (const segment of ['os=iOS 17', 'device=iPhone15,4']) expect(await evidence({ segment })).toMatchObject({ count: 3 });
    expect(await evidence({ segment: 'device=iPhone 15' })).toMatchObject({ count: 0 });
    expect((await admin.listHealthSources({ params })).items).toMatchObject([{ source: 'otlp', dispersion: 3 }]);
    expect((await admin.listHealthQuarantine({ params, query: {} })).items).toEqual([]);
  });

  test('of an app that began anew counts on from there', async () => {
    const first = app(AggregationTemporality.CUMULATIVE);
    first.crashes.add(5);
    await first.send();
    await first.end();
    const again = app(AggregationTemporality.CUMULATIVE);
    again.crashes.add(2);
    await again.send();
    await again.end();
    expect((await evidence()).count).toBe(7);
  });
});

describe('a request', () => {
  test('that comes again counts once, packed or not, and beside another one', async () => {
    expect(await post(body())).toEqual({ status: 200, body: {} });
    expect(await post(Uint8Array.from(gzipSync(body())), { 'content-encoding': 'gzip' })).toEqual({ status: 200, body: {} });
    expect(await Promise.all([post(body()), post(body({ point: { asInt: 4, timeUnixNano: nano(thisHour - 30_000) } }))])).toHaveLength(2);
    expect((await evidence()).count).toBe(7);
  });

  test.each<[Wrong, RegExp]>([
    [{ version: '9.0.0' }, /ios has no release "9.0.0"/],
    [{ os: 'BeOS' }, /BeOS has no release/],
    [{ environment: 'staging' }, /the environment is "staging"/],
    [{ point: { asInt: '-3' } }, /crashes is -3/],
    [{ point: { asInt: undefined, asDouble: 'NaN' } }, /crashes is NaN/],
    [{ point: { timeUnixNano: nano(thisHour + 86_400_000), startTimeUnixNano: '0' } }, /is ahead of/],
    [{ point: { timeUnixNano: undefined } }, /app.crashes: a point without timeUnixNano/],
    [{ point: { startTimeUnixNano: nano(thisHour - 10_800_000) } }, /added over 179 minutes/],
    [{ sum: { aggregationTemporality: 0 } }, /deltas or totals/],
    [{ sum: { aggregationTemporality: 2, isMonotonic: false } }, /a monotonic sum can/],
  ])('with %j is told so, and it is counted', async (wrong, because) => {
    const { status, body: answer } = await post(body(wrong));
    expect([status, answer.partialSuccess?.rejectedDataPoints]).toEqual([200, '1']);
    expect(answer.partialSuccess?.errorMessage).toMatch(because);
    expect((await admin.listHealthQuarantine({ params, query: {} })).items).toMatchObject([{ source: 'otlp', count: 1 }]);
    expect((await evidence()).count).toBe(0);
  });

  test('in another format, or that nobody can read, is refused whole', async () => {
    expect(await post(body(), { 'content-type': 'application/x-protobuf' })).toMatchObject({
      status: 415,
      body: { right: expect.stringContaining('http/json') as string },
    });
    expect((await post('{')).status).toBe(400);
    expect((await post('{"resourceMetrics": 7}')).status).toBe(400);
    expect((await post(body(), { authorization: 'Bearer sbx_nobody' })).status).toBe(401);
    expect((await post(body({ name: 'http.requests' }))).body.partialSuccess).toMatchObject({
      rejectedDataPoints: '0',
      errorMessage: expect.stringContaining('app.crashes') as string,
    });
  });

  test('is read as the app has set it up', async () => {
    const { id } = await admin.addConnection({
      params,
      body: { integration: 'otlp', settings: { crashes: 'my.crash', crashesAffected: 'my.crash.first', dispersion: 1 } },
    });
    expect((await post(body({ name: 'my.crash' }))).body).toEqual({});
    expect((await post(body({ name: 'my.crash.first', point: { asInt: '2' } }))).body).toEqual({});
    expect(await evidence()).toMatchObject({ count: 3, affected: 2 });
    const { tried } = await admin.checkConnection({ params: { ...params, connection: id }, body: {} });
    expect(tried).toMatchObject([{ ok: true, answer: expect.stringContaining('/api/apps/music/health/otlp/v1/metrics') as string }]);
  });
});
