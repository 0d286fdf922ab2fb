/** Releases of an app: list, show, plan. */
import { z } from 'zod';
import { releaseKinds } from '#domain/release/track.ts';
import { plannedTimes, releaseHead, trackHead } from './control-room.ts';
import { route } from './route.ts';
import { appParams, momentIn, pageOf, pageQuery, platformId, releaseParams, versionName } from './words.ts';

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
      }),
    ),
  })
  .meta({ id: 'ReleaseLine' });

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
    query: pageQuery.extend({ state: z.enum(['live', 'ended', 'all']).default('all') }),
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
    answers: { 200: releaseHead.extend({ heads: z.array(trackHead) }).meta({ id: 'Release' }) },
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
