/** What the pages about release health are drawn from. */
import { z } from 'zod';
import { audiences } from '#domain/facts.ts';
import { stages } from '#domain/release/track.ts';
import { route } from './route.ts';
import { appParams, moment, platformId, versionName } from './words.ts';

const metricName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, 'a metric: `crashes`, `anrs`, or a name of your own')
  .meta({ description: '`crashes`, `anrs`, or a name of your own', example: 'crashes' });
const buildName = z.string().regex(/^[0-9A-Za-z.+_-]{1,64}$/, 'a build number of up to 64 letters, digits, dots, dashes');
const segmentName = z.string().regex(/^(?:all|[a-z][a-z0-9-]{0,31}=\P{Cc}{1,100})$/u, '`all`, or one dimension and a value: `country=BR`');
const dimensionName = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'a dimension such as `country`');

const audience = z.enum(audiences).default('production');
/** Versions at most in one picture: more lines than that are none. */
const MOST_VERSIONS = 8;

const nullableRate = z.number().nullable();

const point = z.object({
  at: moment.meta({ description: 'The end of the step' }),
  ageHours: z.number().meta({ description: 'Hours between the start of the hour in which the rollout began, and `at`' }),
  affected: z.int(),
  exposure: z.number(),
  users: z.int().meta({ description: 'People who used it up to here, at least' }),
  rate: nullableRate.meta({ description: 'Affected people for each 1,000 units of use since the beginning; null: not used' }),
  lower: nullableRate.meta({ description: 'Of the always-valid range' }),
  upper: nullableRate,
  stepExposure: z.number(),
  stepRate: nullableRate.meta({ description: 'Of this step alone' }),
  share: z.number().nullable().meta({ description: "Its share of the platform's use in this step, 0 to 1" }),
});

const line = z.object({
  version: z.string(),
  stage: z.enum(stages),
  since: moment
    .nullable()
    .meta({ description: 'Where its age begins: the rollout of the audience, else its first hour. Null: nothing is told' }),
  toldUntil: moment.nullable().meta({ description: 'The watermark of the least advanced of its sources' }),
  points: z.array(point),
});

const exposure = z
  .enum(['consumption', 'sessions'])
  .meta({ description: "What rates are counted by: the app's own unit of use, or sessions" });

const limit = z.object({
  limit: z.number(),
  unit: z.number(),
  of: z.string().meta({ description: '`h`, what the app counts its use by, or `sessions`' }),
  exposure,
  instance: z.string(),
  title: z.string(),
});

const series = z
  .object({
    platform: z.string(),
    metric: z.string(),
    audience: z.enum(audiences),
    segment: z.string(),
    source: z.string().nullable().meta({ description: 'The source that its criterion believes, which alone is shown; null: all together' }),
    unit: z.number().meta({ description: 'What rates are counted by' }),
    stepHours: z.number().meta({ description: 'Hours of a point; 24: days' }),
    exposure,
    of: z.string().meta({ description: 'The unit of use: `h`, what the app counts by, or `sessions`' }),
    limit: limit.nullable().meta({ description: 'What the policy in force holds it under' }),
    limits: z.array(limit).meta({ description: 'The tightest limit of each way to count' }),
    baseline: z
      .object({
        versions: z.array(z.string()),
        points: z.array(
          z.object({
            ageHours: z.number(),
            rate: nullableRate,
            low: nullableRate,
            high: nullableRate,
            exposure: z.number(),
            users: z.int(),
          }),
        ),
      })
      .nullable()
      .meta({
        description:
          'The last three releases that were with everyone before the first of the versions that rolls out, at the same age; null: there is none',
      }),
    items: z.array(line).meta({ description: 'The newest version first' }),
    known: z
      .object({ metrics: z.array(z.string()), audiences: z.array(z.string()), dimensions: z.array(z.string()) })
      .meta({ description: 'What is told at all of these versions' }),
  })
  .meta({ id: 'HealthSeries' });

const segments = z
  .object({
    version: z.string().nullable().meta({ description: 'Null: nothing is told' }),
    dimension: z.string(),
    baseline: z.array(z.string()),
    items: z.array(
      z.object({
        segment: z.string(),
        affected: z.int(),
        exposure: z.number(),
        share: z.number(),
        users: z.int(),
        rate: nullableRate,
        lower: nullableRate,
        upper: nullableRate,
        baseRate: nullableRate,
        logE: z
          .number()
          .nullable()
          .meta({ description: 'The evidence, natural logarithm, that it is more than twice as bad as its baseline' }),
        named: z.boolean().meta({ description: 'The evidence suffices to act upon it' }),
        listed: z.boolean().meta({ description: 'Worth a look' }),
      }),
    ),
    left: z.int().meta({ description: 'Segments that are not shown: the least used' }),
  })
  .meta({ id: 'HealthSegments' });

const rule = z.object({
  instance: z.string(),
  title: z.string(),
  kind: z.string(),
  asks: z.string(),
  metric: z.string().nullable(),
  limit: z.number().nullable(),
  unit: z.number(),
  of: z.string(),
  baseline: z.string().nullable(),
  ratio: z.number().nullable(),
  audience: z.string().nullable(),
  holds: z.array(z.string()).meta({ description: 'Steps that wait until it is green' }),
  halts: z.boolean().meta({ description: 'A red of it halts a rollout' }),
  watchedWhile: z.array(z.enum(stages)),
  required: z.boolean(),
  informing: z.boolean(),
  waivable: z.boolean(),
});

const plan = z
  .object({
    platform: z.string(),
    metric: z.string(),
    percent: z.number(),
    days: z.number(),
    of: z.string().meta({ description: 'The unit of use: `h`, what the app counts by, or `sessions`' }),
    limit: z
      .number()
      .nullable()
      .meta({ description: 'Affected people for each 1,000 units of use; null: the policy has none, and none was asked with' }),
    limitFrom: limit.nullable().meta({ description: 'The criterion that has the limit; null where it was asked with' }),
    dailyUsage: z
      .number()
      .nullable()
      .meta({ description: 'Use of the whole platform in a day; null: nothing is told, and nothing was asked with' }),
    usageFrom: z
      .object({ from: moment, until: moment, days: z.int() })
      .nullable()
      .meta({ description: 'The days of which it is the middle one; null where it was asked with' }),
    plan: z
      .object({
        requiredExposure: z.number().nullable().meta({ description: 'Null: more than can be told, under a limit of next to nothing' }),
        daysToTell: z.number().nullable().meta({ description: 'Null: never' }),
        percentForDays: z.number().nullable(),
        daysOfAll: z.number().nullable(),
        inTime: z.boolean(),
        healthyAt: z.number().meta({ description: 'The share of its limit at which a release is taken to be healthy' }),
        power: z.number().meta({ description: 'In how many of such cases it is green by then' }),
        lateReportsHours: z.number().meta({ description: 'So old must usage be before it makes anything green: part of the days' }),
        minHours: z.number().meta({ description: 'The rule is green after no fewer hours' }),
      })
      .nullable(),
    sentence: z.string(),
  })
  .meta({ id: 'HealthPlan' });

const percent = z.coerce.number().min(0.0001).max(100);

export const healthChartRoutes = [
  route({
    id: 'getHealthSeries',
    method: 'get',
    path: '/api/apps/{app}/health/series',
    summary:
      'Show how a rate went of some versions of a platform, with its always-valid range, its limit, and earlier releases at the same age',
    tag: 'release health',
    who: 'see',
    params: appParams,
    query: z.object({
      platform: platformId,
      metric: metricName.default('crashes'),
      versions: z
        .string()
        .max(1000)
        .transform((text) => text.split(',').filter((each) => each !== ''))
        .pipe(z.array(versionName).max(MOST_VERSIONS, `at most ${MOST_VERSIONS} versions`))
        .optional()
        .meta({ description: `Up to ${MOST_VERSIONS}, between commas; the five newest when not said`, example: '8.9.2,8.9.1' }),
      audience,
      build: buildName.optional().meta({ description: 'Of the first of the versions; all its builds together when not said' }),
      segment: segmentName.default('all'),
      exposure: exposure.optional().meta({
        description:
          'By use where the policy has a limit by use, or none, and by sessions where it has one by sessions alone, when not said',
      }),
      by: z.enum(['age', 'date']).default('age').meta({ description: 'Whether days begin with the rollout, or at midnight of the app' }),
      step: z
        .enum(['hour', 'day'])
        .default('hour')
        .meta({ description: 'Hours for two weeks at most, days for 90. Where an hour a point would be too many, a point is several' }),
      hours: z.coerce
        .number()
        .int()
        .min(1)
        .max(2160)
        .optional()
        .meta({ description: 'Of each version only so many from its beginning: fewer hours are told in finer steps' }),
    }),
    answers: { 200: series },
  }),
  route({
    id: 'getHealthSegments',
    method: 'get',
    path: '/api/apps/{app}/health/segments',
    summary: 'Show markets, systems, devices or arms of a version beside each other, and which of them a scan names',
    tag: 'release health',
    who: 'see',
    params: appParams,
    query: z.object({
      platform: platformId,
      version: versionName.optional().meta({ description: 'The newest of which anything is told when not said' }),
      metric: metricName.default('crashes'),
      dimension: dimensionName.default('country'),
      audience,
      build: buildName.optional(),
    }),
    answers: { 200: segments },
  }),
  route({
    id: 'getHealthRules',
    method: 'get',
    path: '/api/apps/{app}/health/rules',
    summary: 'Tell which criteria about health the policy in force has for each platform, and what a red of theirs does',
    tag: 'release health',
    who: 'see',
    params: appParams,
    answers: {
      200: z
        .object({
          revision: z.int(),
          items: z.array(
            z.object({
              platform: z.string(),
              rollout: z.array(z.number()),
              halt: z.enum(['auto', 'ask']).meta({ description: 'Whether the robot halts by itself, or asks' }),
              rules: z.array(rule),
            }),
          ),
        })
        .meta({ id: 'HealthRules' }),
    },
  }),
  route({
    id: 'getHealthPlan',
    method: 'get',
    path: '/api/apps/{app}/health/plan',
    summary: 'Foretell how long the first share of a rollout would take to tell whether a release is healthy',
    tag: 'release health',
    who: 'see',
    params: appParams,
    query: z.object({
      platform: platformId,
      metric: metricName.default('crashes'),
      percent: percent.optional().meta({ description: "The policy's first share when not said" }),
      days: z.coerce.number().min(0.1).max(90).default(1).meta({ description: 'How long one is ready to wait' }),
      limit: z.coerce
        .number()
        .min(1e-6)
        .max(1e6)
        .optional()
        .meta({ description: "For each 1,000 units of use; the policy's when not said" }),
      exposure: exposure.optional().meta({ description: 'As where a rate is shown' }),
      dailyUsers: z.coerce.number().min(1).max(1e10).optional().meta({ description: 'With `hoursPerUser`: in place of what is told' }),
      hoursPerUser: z.coerce
        .number()
        .min(0.001)
        .max(1000)
        .optional()
        .meta({ description: 'Use of one person in a day, in what the limit is counted by' }),
    }),
    answers: { 200: plan },
  }),
] as const;
