/** What all tracks of one release have, in one answer: sign-offs, builds, changes. */
import { z } from 'zod';
import { commitCategories, signOffStates } from '#domain/facts.ts';
import { stages } from '#domain/release/track.ts';
import { route } from './route.ts';
import { build, cherryPick } from './tracks.ts';
import { moment, pageQuery, releaseParams } from './words.ts';

const buildName = z.object({ number: z.string(), candidate: z.int().nullable() });
const ofTrack = z.object({ track: z.string(), platform: z.string(), stage: z.enum(stages), revision: z.int() });

export const signOffMatrix = z
  .object({
    version: z.string(),
    columns: z.array(
      ofTrack.extend({
        build: buildName.extend({ final: z.boolean() }).nullable().meta({ description: 'What is to be signed' }),
        newer: buildName.nullable().meta({ description: 'A newer RC that calls for another word' }),
        dueAt: moment.nullable(),
        signed: z.int(),
        of: z.int().meta({ description: 'Teams that must sign' }),
        optedOut: z.int(),
        late: z.int(),
      }),
    ),
    items: z
      .array(
        z.object({
          team: z.string(),
          channel: z.string().nullable(),
          cells: z.array(
            z
              .object({
                state: z.enum([...signOffStates, 'opted-out']),
                on: buildName.nullable(),
                by: z.string().nullable(),
                at: moment.nullable(),
                note: z.string().nullable(),
                until: moment.nullable(),
                askedAgain: z.boolean().meta({ description: 'The word was about an older build' }),
                late: z.boolean(),
              })
              .nullable()
              .meta({ description: 'null: this team does not sign this track' }),
          ),
        }),
      )
      .meta({ description: 'A row for each team; its cells in the order of the columns' }),
    next: z.string().nullable(),
  })
  .meta({ id: 'SignOffMatrix' });
export type SignOffMatrix = z.infer<typeof signOffMatrix>;

export const buildInFull = build
  .extend({
    startedAt: moment.nullable(),
    finishedAt: moment.nullable(),
    expectedAt: moment.nullable(),
    testRuns: z.array(
      z.object({
        suite: z.string(),
        state: z.enum(['running', 'passed', 'failed']),
        attempts: z.int(),
        passed: z.int().nullable(),
        failed: z.int().nullable(),
        at: moment,
        url: z.string().nullable(),
      }),
    ),
    distributions: z.array(
      z.object({
        audience: z.string(),
        state: z.enum(['pending', 'in-progress', 'delivered', 'failed']),
        people: z.int().nullable(),
        at: moment,
        dueAt: moment.nullable(),
        url: z.string().nullable(),
      }),
    ),
    stores: z.array(z.object({ name: z.string(), state: z.string(), percent: z.number(), url: z.string().nullable() })),
    chosen: z.object({ by: z.string(), at: moment }).nullable().meta({ description: 'It is the final candidate' }),
    unfit: z.string().nullable().meta({ description: 'Why it cannot be the final candidate; null where it can' }),
    lacks: z
      .object({ code: z.array(z.object({ sha: z.string(), subject: z.string().nullable() })), codeCount: z.int(), harmless: z.int() })
      .nullable()
      .meta({ description: "The branch's commits that it lacks; null where that was not worked out" }),
    missingPicks: z.array(z.string()).meta({ description: 'Accepted cherry-picks that it lacks, by name' }),
    verified: z.array(z.object({ key: z.string(), title: z.string() })).meta({ description: 'Bugs that were seen gone on it' }),
  })
  .meta({ id: 'BuildInFull' });
export type BuildInFull = z.infer<typeof buildInFull>;

export const releaseBuilds = z
  .object({
    version: z.string(),
    columns: z.array(ofTrack.extend({ items: z.array(buildInFull), next: z.string().nullable() })),
  })
  .meta({ id: 'ReleaseBuilds' });
export type ReleaseBuilds = z.infer<typeof releaseBuilds>;

export const branchCommit = z
  .object({
    sha: z.string(),
    at: moment,
    subject: z.string(),
    author: z.string(),
    category: z.enum(commitCategories),
    ignored: z.boolean().meta({ description: 'The policy says that it needs no new build' }),
    origin: z
      .object({ sha: z.string().nullable(), reference: z.string().nullable() })
      .nullable()
      .meta({ description: 'The change of trunk that it came from' }),
    lackedBy: z.array(z.string()).meta({ description: 'Tracks whose newest build lacks it' }),
    pick: z.string().nullable().meta({ description: 'The cherry-pick that asked for it' }),
  })
  .meta({ id: 'BranchCommit' });

export const pickInFull = cherryPick
  .extend({
    track: z.string(),
    platform: z.string(),
    revision: z.int(),
    name: z.string().meta({ description: 'As people name it: `#88213`, else its commit' }),
    mergedAs: z.string().nullable(),
    inNewest: z.boolean().nullable().meta({ description: 'Whether the newest build has it; null where that was not worked out' }),
  })
  .meta({ id: 'PickInFull' });
export type PickInFull = z.infer<typeof pickInFull>;

export const releaseChanges = z
  .object({
    version: z.string(),
    tracks: z.array(
      ofTrack.extend({
        branch: z.string().nullable(),
        answer: z.string(),
        complete: z.boolean().nullable(),
        newest: buildName.nullable(),
        canAsk: z.boolean().meta({ description: 'Its stage takes cherry-picks' }),
      }),
    ),
    picks: z.array(pickInFull),
    branches: z.array(
      z.object({
        name: z.string(),
        trunk: z.boolean(),
        head: z.string(),
        headAt: moment.nullable(),
        cutAt: moment.nullable(),
        tracks: z.array(z.string()),
        total: z.int(),
        items: z.array(branchCommit).meta({ description: 'The newest first' }),
        next: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'ReleaseChanges' });
export type ReleaseChanges = z.infer<typeof releaseChanges>;

const path = '/api/apps/{app}/releases/{version}';

export const releaseListRoutes = [
  route({
    id: 'getSignOffMatrix',
    method: 'get',
    path: `${path}/sign-offs`,
    summary: 'Lay out the sign-offs of a release: teams by tracks',
    tag: 'releases',
    who: 'see',
    params: releaseParams,
    query: pageQuery.extend({
      limit: z.coerce.number().int().min(1).max(200).default(200),
      only: z.enum(['open', 'all']).default('all').meta({ description: '`open`: teams that still owe a word on some track' }),
    }),
    answers: { 200: signOffMatrix },
  }),
  route({
    id: 'getReleaseBuilds',
    method: 'get',
    path: `${path}/builds`,
    summary: 'List the builds of each track of a release, the newest first, with tests, stages and what they lack',
    tag: 'releases',
    who: 'see',
    params: releaseParams,
    query: pageQuery.extend({
      limit: z.coerce.number().int().min(1).max(100).default(10).meta({ description: 'Builds of each track' }),
      platform: z.string().max(100).optional().meta({ description: 'One column only; a cursor is one of a column' }),
    }),
    answers: { 200: releaseBuilds },
  }),
  route({
    id: 'getReleaseChanges',
    method: 'get',
    path: `${path}/changes`,
    summary: 'Tell whether all changes of a release are in its latest builds: cherry-picks, and the commits of its branches',
    tag: 'releases',
    who: 'see',
    params: releaseParams,
    query: pageQuery.extend({
      branch: z.string().max(200).optional().meta({ description: 'One branch only; a cursor is one of a branch' }),
    }),
    answers: { 200: releaseChanges },
  }),
] as const;
