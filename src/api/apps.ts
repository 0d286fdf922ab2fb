/** Apps: list, make, show; their sources; importing a repository's history. */
import { z } from 'zod';
import { robotModes } from '#domain/policy/track-policy.ts';
import { storefrontKinds } from '#domain/rollout/storefronts.ts';
import { app, sourceState } from './control-room.ts';
import { route } from './route.ts';
import { appId, appParams, moment, pageOf, pageQuery, platformId } from './words.ts';

export const appSummary = app
  .extend({ version: z.int(), tracks: z.int().meta({ description: 'Tracks that are alive' }), createdAt: moment.nullable() })
  .meta({ id: 'AppSummary' });

/** What the policy in force says of a platform's regular releases. */
export const platformRules = z
  .object({
    platform: platformId,
    process: z.string(),
    storefronts: z.array(z.enum(storefrontKinds)),
    rollout: z.array(z.number()).meta({ description: 'Shares in percent, rising, the last of them 100' }),
    steps: z.array(
      z.object({
        step: z.string().meta({ description: '`cut`, `candidate`, `submit`, or a share: `10%`' }),
        robot: z.enum(robotModes),
        window: z.string().nullable().meta({ description: 'Days and hours in the zone of the app; null: at any time' }),
        criteria: z.array(z.object({ id: z.string(), title: z.string() })),
      }),
    ),
    halts: z.array(z.object({ id: z.string(), title: z.string() })).meta({ description: 'What halts a rollout when it turns red' }),
    live: z.array(z.string()).meta({ description: 'Versions that are under way there' }),
  })
  .meta({ id: 'PlatformRules' });

export const appRoutes = [
  route({
    id: 'listApps',
    method: 'get',
    path: '/api/apps',
    summary: 'List the apps',
    tag: 'apps',
    who: 'see',
    query: pageQuery,
    answers: { 200: pageOf(appSummary).meta({ id: 'AppPage' }) },
  }),
  route({
    id: 'createApp',
    method: 'post',
    path: '/api/apps',
    summary: 'Make an app, with a policy of a named process or one of your own',
    tag: 'apps',
    who: 'admin',
    body: z.strictObject({
      id: appId,
      name: z.string().trim().min(1).max(100).optional().meta({ description: 'As people read it; the id when not said' }),
      timezone: z.string().min(1).max(100).default('UTC').meta({ description: 'IANA zone: `Europe/Stockholm`' }),
      platforms: z.array(platformId).min(1).max(20),
      process: z
        .enum(['weekly-mobile', 'light', 'desktop', 'hotfix'])
        .optional()
        .meta({ description: 'The process of the first policy; `light` when neither this nor a policy is given' }),
      policy: z.string().max(1_000_000).optional().meta({ description: 'The first policy document, YAML or JSON' }),
    }),
    answers: { 201: appSummary },
    bodyLimitBytes: 2_000_000,
  }),
  route({
    id: 'getApp',
    method: 'get',
    path: '/api/apps/{app}',
    summary: 'Show an app',
    tag: 'apps',
    who: 'see',
    params: appParams,
    answers: { 200: appSummary },
  }),
  route({
    id: 'renameApp',
    method: 'put',
    path: '/api/apps/{app}',
    summary: 'Call an app otherwise; its id stays',
    tag: 'apps',
    who: 'admin',
    params: appParams,
    body: z.strictObject({ name: z.string().trim().min(1).max(100) }),
    answers: { 200: appSummary },
  }),
  route({
    id: 'listPlatforms',
    method: 'get',
    path: '/api/apps/{app}/platforms',
    summary:
      'Tell what the policy in force says of each platform: where it ships, its shares, and each step with who takes it and what holds it',
    tag: 'apps',
    who: 'see',
    params: appParams,
    answers: { 200: z.object({ revision: z.int(), items: z.array(platformRules) }).meta({ id: 'Platforms' }) },
  }),
  route({
    id: 'listSources',
    method: 'get',
    path: '/api/apps/{app}/sources',
    summary: 'Tell how fresh each source of facts is',
    tag: 'apps',
    who: 'see',
    params: appParams,
    answers: { 200: z.object({ items: z.array(sourceState) }) },
  }),
  route({
    id: 'importHistory',
    method: 'post',
    path: '/api/apps/{app}/imports',
    summary: 'Read the history of the connected repository: one line of progress at a time, the result last',
    tag: 'apps',
    who: { command: 'plan-release' },
    params: appParams,
    answers: {
      200: z
        .object({
          is: z.enum(['progress', 'done', 'refused']),
          text: z.string(),
          releases: z.int().optional(),
          tracks: z.int().optional(),
          inferred: z.int().optional(),
          code: z.string().optional(),
          right: z.string().nullable().optional(),
        })
        .meta({ id: 'ImportLine' }),
    },
    streams: 'ndjson',
  }),
] as const;
