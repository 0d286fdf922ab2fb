/** Releases of an app: list, show, plan, and what people write about one. */
import { z } from 'zod';
import { storefrontKinds } from '#domain/rollout/storefronts.ts';
import { releaseKinds } from '#domain/release/track.ts';
import { plannedTimes, releaseHead, trackHead } from './control-room.ts';
import { route } from './route.ts';
import { appParams, moment, momentIn, pageOf, pageQuery, platformId, releaseParams, versionName } from './words.ts';

export const releaseLine = releaseHead
  .extend({
    base: z.string().nullable(),
    tracks: z.array(
      z.object({
        id: z.string(),
        platform: z.string(),
        stage: z.string(),
        percent: z.number().nullable(),
        since: z.iso.datetime(),
        reached: z.record(z.string(), z.string()),
        cutInferred: z.boolean(),
        ended: z.string().nullable().meta({ description: 'Why its life ended' }),
        halts: z.int().meta({ description: 'How often it was halted' }),
        watchUntil: moment.nullable(),
      }),
    ),
  })
  .meta({ id: 'ReleaseLine' });

const line = z.string().trim().min(1).max(200);
const lineOrNull = z.string().trim().min(1).max(500).nullable();
const prose = z.string().trim().min(1).max(20_000).nullable();
/** An address that a page may link to. */
const link = z
  .string()
  .trim()
  .max(2000)
  .regex(/^https?:\/\/[^\s/]+/i, 'an address that begins with https://')
  .nullable();
const language = z
  .string()
  .trim()
  .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/, 'a language as stores name it: en-US, sv, pt-BR')
  .meta({ example: 'en-US' });

const bigFeature = z.strictObject({ name: line, note: lineOrNull, url: link });
const storeNote = z
  .strictObject({ storefront: z.enum(storefrontKinds), language, text: z.string().trim().min(1).max(20_000) })
  .meta({ id: 'StoreNote' });
const testAccount = z
  .strictObject({
    name: line,
    passwordAt: line.meta({ description: 'Where the password is kept: `vault, item Store review`. Never the password.' }),
    note: lineOrNull,
  })
  .meta({ id: 'TestAccount' });
const review = z
  .strictObject({ storefront: z.enum(storefrontKinds), notes: prose, accounts: z.array(testAccount).max(20) })
  .meta({ id: 'ReviewNotes', description: 'What the reviewers of a storefront are told, and where they sign in' });

export const releaseContents = z
  .object({
    revision: z.int().meta({ description: 'Raised by each change; `basedOn` of the next edit' }),
    bigFeature: z.object({ name: z.string(), note: z.string().nullable(), url: z.string().nullable() }).nullable(),
    channel: z.string().nullable(),
    whatsNew: z.string().nullable(),
    storeNotes: z.array(z.object({ storefront: z.enum(storefrontKinds), language: z.string(), text: z.string() })),
    reviews: z.array(
      z.object({
        storefront: z.enum(storefrontKinds),
        notes: z.string().nullable(),
        accounts: z.array(z.object({ name: z.string(), passwordAt: z.string(), note: z.string().nullable() })),
      }),
    ),
    decisions: z.array(z.object({ id: z.string(), at: moment, by: z.string(), text: z.string(), about: z.string().nullable() })),
    updates: z.array(
      z.object({
        key: z.string(),
        at: moment,
        by: z.string(),
        text: z.string(),
        channel: z.string().nullable(),
        state: z.string().meta({ description: 'What became of it: ordered, done, refused, …' }),
        outcome: z.string().nullable(),
      }),
    ),
    retrospective: z.string().nullable(),
  })
  .meta({ id: 'ReleaseContents' });
export type ReleaseContentsView = z.infer<typeof releaseContents>;

export const release = releaseHead.extend({ heads: z.array(trackHead), contents: releaseContents }).meta({ id: 'Release' });
export type ReleaseDetail = z.infer<typeof release>;

/** A nightly of trunk with what became of it: the first week of a release is told by them. */
export const nightly = z
  .object({
    platform: z.string(),
    number: z.string(),
    at: moment,
    state: z.enum(['queued', 'building', 'succeeded', 'failed']),
    tests: z.enum(['none', 'running', 'passed', 'failed']),
    reached: z.array(z.string()).meta({ description: 'Audiences that it was delivered to' }),
  })
  .meta({ id: 'Nightly' });
export type Nightly = z.infer<typeof nightly>;

/** A train that is still to come. */
const train = z
  .object({
    planned: plannedTimes,
    version: z.string().nullable().meta({ description: 'The release that is planned for it; null: none yet' }),
  })
  .meta({ id: 'Train' });

const timesIn = z
  .object({
    branch: momentIn.nullable(),
    candidate: momentIn.nullable(),
    submit: momentIn.nullable(),
    start: momentIn.nullable(),
    finish: momentIn.nullable(),
  })
  .partial();

export const releaseRoutes = [
  route({
    id: 'listReleases',
    method: 'get',
    path: '/api/apps/{app}/releases',
    summary: 'List the releases of an app, the newest first',
    tag: 'releases',
    who: 'see',
    params: appParams,
    query: pageQuery.extend({
      state: z
        .enum(['live', 'current', 'planned', 'ended', 'all'])
        .default('all')
        .meta({ description: 'live: current and planned ones. planned: no branch is cut yet' }),
      kind: z.enum([...releaseKinds, 'all']).default('all'),
    }),
    answers: { 200: pageOf(releaseLine).meta({ id: 'ReleasePage' }) },
  }),
  route({
    id: 'getRelease',
    method: 'get',
    path: '/api/apps/{app}/releases/{version}',
    summary: 'Show a release and the heads of its tracks',
    tag: 'releases',
    who: 'see',
    params: releaseParams,
    answers: { 200: release },
  }),
  route({
    id: 'listNightlies',
    method: 'get',
    path: '/api/apps/{app}/releases/{version}/nightlies',
    summary: 'List the nightlies of a release, the newest first',
    tag: 'releases',
    who: 'see',
    params: releaseParams,
    answers: { 200: z.object({ items: z.array(nightly) }) },
  }),
  route({
    id: 'listTrains',
    method: 'get',
    path: '/api/apps/{app}/trains',
    summary: 'List the coming trains of an app with their planned times, and the days that are closed',
    tag: 'releases',
    who: 'see',
    params: appParams,
    query: z.object({ count: z.coerce.number().int().min(1).max(26).default(6) }),
    answers: {
      200: z
        .object({
          items: z.array(train),
          closed: z.array(z.object({ from: z.iso.date(), to: z.iso.date(), why: z.string() })),
          cadenceWeeks: z.number().nullable().meta({ description: 'Weeks between two trains; null: the policy has no cadence' }),
        })
        .meta({ id: 'Trains' }),
    },
  }),
  route({
    id: 'replanRelease',
    method: 'put',
    path: '/api/apps/{app}/releases/{version}/plan',
    summary: 'Move the planned times of a release; milestones that are absent stay',
    tag: 'releases',
    who: { command: 'replan-release' },
    params: releaseParams,
    body: z.strictObject({ planned: timesIn, reason: z.string().trim().min(1).max(2000) }),
    answers: { 200: z.object({ changed: z.boolean(), planned: plannedTimes }).meta({ id: 'ReleaseReplanned' }) },
  }),
  route({
    id: 'describeRelease',
    method: 'put',
    path: '/api/apps/{app}/releases/{version}/contents',
    summary: 'Write what rides in a release and what stores and reviewers are told; parts that are absent stay',
    tag: 'releases',
    who: { command: 'describe-release' },
    params: releaseParams,
    body: z.strictObject({
      basedOn: z.int().min(0).optional().meta({ description: 'The revision of the contents that the person saw; refused when it moved' }),
      bigFeature: bigFeature.nullable().optional(),
      channel: z
        .string()
        .trim()
        .regex(/^[#@]?[\w.-]{1,80}$/, 'a channel such as #release-8-9-2')
        .nullable()
        .optional(),
      manager: line.nullable().optional(),
      whatsNew: prose.optional(),
      storeNotes: z.array(storeNote).max(200).optional(),
      reviews: z.array(review).max(20).optional(),
      retrospective: prose.optional(),
    }),
    answers: { 200: z.object({ changed: z.boolean(), contents: releaseContents }).meta({ id: 'ReleaseDescribed' }) },
  }),
  route({
    id: 'noteDecision',
    method: 'post',
    path: '/api/apps/{app}/releases/{version}/decisions',
    summary: 'Add a decision to the log of a release; it is not changed afterwards',
    tag: 'releases',
    who: { command: 'describe-release' },
    params: releaseParams,
    body: z.strictObject({
      text: z.string().trim().min(1).max(2000),
      about: line.nullable().default(null).meta({ description: 'What it is about: a bug, a platform' }),
    }),
    answers: { 201: z.object({ changed: z.boolean(), contents: releaseContents }).meta({ id: 'DecisionNoted' }) },
  }),
  route({
    id: 'postUpdate',
    method: 'post',
    path: '/api/apps/{app}/releases/{version}/updates',
    summary: "Post an update to a release's channel",
    tag: 'releases',
    who: { command: 'post-update' },
    params: releaseParams,
    body: z.strictObject({ text: z.string().trim().min(1).max(2000) }),
    answers: { 201: z.object({ changed: z.boolean(), contents: releaseContents }).meta({ id: 'UpdatePosted' }) },
  }),
  route({
    id: 'planRelease',
    method: 'post',
    path: '/api/apps/{app}/releases',
    summary: 'Plan a release: a version, its kind and platforms',
    tag: 'releases',
    who: { command: 'plan-release' },
    params: appParams,
    body: z.strictObject({
      version: versionName,
      kind: z.enum(releaseKinds).default('regular'),
      base: versionName.nullable().optional().meta({ description: 'The version that a hotfix or replacement mends' }),
      platforms: z.array(platformId).min(1).max(20).optional().meta({ description: "All of the app's when not said" }),
      manager: z.string().trim().min(1).max(100).nullable().optional(),
      planned: timesIn.optional(),
      startsAt: z.enum(['planned', 'developing']).optional(),
    }),
    answers: {
      201: z
        .object({ version: z.string(), kind: z.enum(releaseKinds), planned: plannedTimes, tracks: z.array(z.string()) })
        .meta({ id: 'ReleasePlanned' }),
    },
  }),
] as const;
