/** Release health: how roll-ups come in, and what is known of them. */
import { z } from 'zod';
import { audiences } from '#domain/facts.ts';
import { quarantineReasons } from '#domain/health/rollup.ts';
import { route } from './route.ts';
import { appParams, moment, momentIn, nothing, platformId, trackParams } from './words.ts';

const counts = z.strictObject({
  count: z.int().min(0).meta({ description: 'How often' }),
  affected: z
    .int()
    .min(0)
    .meta({ description: 'People for whom it was the first time on this build and audience: over the hours they add up' }),
  affectedAtMost: z.int().min(0).nullable().optional().meta({
    description: 'Where people are known within bounds alone: at least `affected`, at most this. Exactly `affected` when not said',
  }),
});

/** One roll-up, as the reference shows it; `domain/health/rollup.ts` reads them, row by row, so that one bad row does not refuse the others. */
const rollup = z
  .strictObject({
    platform: z.string(),
    version: z.string().meta({ description: 'A version with a release on this platform' }),
    build: z.string().nullable().optional(),
    audience: z.enum(audiences),
    segment: z
      .string()
      .default('all')
      .meta({ description: '`all`, or one dimension and a value: `country=BR`, `os=Android 14`', example: 'country=BR' }),
    bucket: z.string().meta({ description: 'The start of an hour in UTC', example: '2024-10-01T12:00:00Z' }),
    revision: z
      .int()
      .min(0)
      .nullable()
      .optional()
      .meta({ description: 'Of this total; the highest wins. The moment of arrival in milliseconds when not said' }),
    users: z.int().min(0).nullable().optional().meta({ description: 'People who were active in the hour' }),
    newUsers: z
      .int()
      .min(0)
      .nullable()
      .optional()
      .meta({ description: 'Of them, those who were seen on this build and audience for the first time' }),
    sessions: z.int().min(0).nullable().optional(),
    consumption: z.number().min(0).meta({ description: "In the app's own unit of use: hours of playback, sessions, orders" }),
    consumptionAtLeast: z
      .number()
      .min(0)
      .nullable()
      .optional()
      .meta({ description: 'Where usage is known within bounds alone: at most `consumption`, at least this' }),
    crashes: counts.nullable().optional(),
    anrs: counts.nullable().optional(),
    metrics: z.record(z.string(), counts).nullable().optional().meta({ description: 'Whatever else the app counts, by its name' }),
  })
  .meta({ id: 'Rollup', description: 'The total of an hour, as its source knows it' });

export const healthReceipt = z
  .object({
    accepted: z.int().meta({ description: 'Rows that were news; they are durable' }),
    unchanged: z.int().meta({ description: 'Rows that were known already, or are older than what is known' }),
    other: z.int().meta({ description: 'Segments beyond the bound: part of what the named ones leave of `all`' }),
    quarantined: z.int().meta({ description: 'Rows that were not believed and are counted' }),
    rows: z
      .array(z.object({ row: z.int(), reason: z.enum(quarantineReasons), because: z.string(), wouldBeRight: z.string() }))
      .meta({ description: 'The first 100 of the quarantined rows by their place in the request, from 0' }),
  })
  .meta({ id: 'HealthReceipt' });

const totals = z
  .object({
    source: z.string(),
    build: z.string().nullable(),
    audience: z.string(),
    segment: z.string(),
    hours: z.int(),
    firstAt: moment,
    lastAt: moment,
    users: z.int().meta({ description: 'Of the busiest hour' }),
    newUsers: z.int().nullable(),
    sessions: z.int(),
    consumption: z.number(),
    crashes: z.int(),
    crashUsers: z.int(),
    anrs: z.int(),
    anrUsers: z.int(),
  })
  .meta({ id: 'HealthTotal' });

const dsn = z
  .object({
    project: z.int().meta({ description: 'The number at the end of the DSN' }),
    app: z.string(),
    platform: z.string(),
    name: z.string(),
    prefix: z.string().meta({ description: 'How its key begins' }),
    createdBy: z.string(),
    createdAt: moment,
    revokedAt: moment.nullable(),
  })
  .meta({ id: 'Dsn' });

const bodyOfRollups = z.union([rollup, z.array(rollup), z.strictObject({ items: z.array(rollup) })]);

export const rollupRoutes = [
  route({
    id: 'reportHealth',
    method: 'post',
    path: '/api/apps/{app}/health/rollups',
    summary: 'Report roll-ups of release health: one, a list, or a line each (application/x-ndjson). Sent again they change nothing',
    tag: 'release health',
    who: 'report',
    params: appParams,
    query: z.object({
      source: z.string().max(63).default('report').meta({ description: 'Who says so. Roll-ups of two sources are kept apart' }),
      completeUntil: momentIn
        .optional()
        .meta({ description: 'Up to when this source has told everything. The start of the newest hour of the request when not said' }),
    }),
    body: bodyOfRollups,
    streamedBody: true,
    answers: { 200: healthReceipt },
    bodyLimitBytes: 64_000_000,
  }),
  route({
    id: 'reportMetrics',
    method: 'post',
    path: '/api/apps/{app}/health/otlp/v1/metrics',
    summary:
      'Take metrics as an OpenTelemetry exporter sends them: OTLP/HTTP in its JSON encoding, plain or gzip. The same request again changes nothing',
    tag: 'release health',
    who: 'report',
    params: appParams,
    rawBody: true,
    answers: {
      200: z
        .object({
          partialSuccess: z
            .object({
              rejectedDataPoints: z.string().meta({ description: 'How many points were refused; all others are durable' }),
              errorMessage: z.string().meta({ description: 'Why the first of them was, or that none of the metrics is known' }),
            })
            .optional(),
        })
        .meta({ id: 'MetricsTaken', description: 'ExportMetricsServiceResponse of OTLP' }),
    },
    bodyLimitBytes: 16_000_000,
  }),
  route({
    id: 'getHealth',
    method: 'get',
    path: '/api/apps/{app}/tracks/{version}/{platform}/health',
    summary: 'Show the totals of the roll-ups of a track, by build, audience and segment',
    tag: 'release health',
    who: 'see',
    params: trackParams,
    query: z.object({
      from: momentIn.optional(),
      until: momentIn.optional(),
      dimension: z
        .string()
        .regex(/^[a-z][a-z0-9-]{0,31}$/, 'a dimension such as country')
        .optional()
        .meta({ description: 'Its segments too: `country`. What the named ones leave is `other`' }),
    }),
    answers: { 200: z.object({ items: z.array(totals) }).meta({ id: 'Health' }) },
  }),
  route({
    id: 'listHealthSources',
    method: 'get',
    path: '/api/apps/{app}/health/sources',
    summary: 'List the sources of roll-ups with their watermarks',
    tag: 'release health',
    who: 'see',
    params: appParams,
    answers: {
      200: z
        .object({
          items: z.array(
            z.object({
              source: z.string(),
              watermark: moment.nullable().meta({ description: 'It has told everything up to here' }),
              lastToldAt: moment,
              lagSeconds: z.number().nullable().meta({ description: 'Between the end of the newest hour and when it was told' }),
              told: z.int().meta({ description: 'Roll-ups that were news, in all' }),
              dispersion: z.number().meta({ description: 'How many times one person may be among the affected of this source' }),
            }),
          ),
        })
        .meta({ id: 'HealthSources' }),
    },
  }),
  route({
    id: 'listHealthQuarantine',
    method: 'get',
    path: '/api/apps/{app}/health/quarantine',
    summary: 'List what was not believed, by day, source and reason, with the last of each',
    tag: 'release health',
    who: 'see',
    params: appParams,
    query: z.object({ limit: z.coerce.number().int().min(1).max(1000).default(200) }),
    answers: {
      200: z
        .object({
          items: z.array(
            z.object({
              source: z.string(),
              day: z.string(),
              reason: z.string(),
              wouldBeRight: z.string().nullable(),
              count: z.int(),
              because: z.string(),
              sample: z.unknown(),
              firstAt: moment,
              lastAt: moment,
            }),
          ),
        })
        .meta({ id: 'HealthQuarantine' }),
    },
  }),
  route({
    id: 'listDsns',
    method: 'get',
    path: '/api/apps/{app}/dsns',
    summary: "List the DSNs to which the app's own Sentry SDKs send",
    tag: 'keys',
    who: 'admin',
    params: appParams,
    answers: { 200: z.object({ items: z.array(dsn) }).meta({ id: 'Dsns' }) },
  }),
  route({
    id: 'createDsn',
    method: 'post',
    path: '/api/apps/{app}/dsns',
    summary: 'Make a DSN that writes health of this app on one platform and does nothing else; it is shown only in this answer',
    tag: 'keys',
    who: 'admin',
    params: appParams,
    body: z.strictObject({ platform: platformId, name: z.string().trim().min(1).max(100) }),
    answers: { 201: dsn.extend({ dsn: z.string().meta({ description: 'What the SDK is given' }) }).meta({ id: 'NewDsn' }) },
  }),
  route({
    id: 'revokeDsn',
    method: 'delete',
    path: '/api/apps/{app}/dsns/{project}',
    summary: 'Revoke a DSN',
    tag: 'keys',
    who: 'admin',
    params: appParams.extend({ project: z.coerce.number().int().min(1).max(999_999_999) }),
    answers: { 204: nothing },
  }),
] as const;
