/** Bugs as triage looks at them: the inbox with its tabs, and one bug with its life on every track. */
import { z } from 'zod';
import { likelihoods, triageTabs } from '#domain/bugs/triage.ts';
import { bugDecisions } from '#domain/facts.ts';
import { route } from './route.ts';
import { appParams, moment, pageOf, pageQuery } from './words.ts';

/** What was decided on a bug, for one version and platform. */
export const decisionOn = z.object({
  version: z.string(),
  platform: z.string(),
  is: z.enum(bugDecisions),
  by: z.string(),
  at: moment,
  reason: z.string(),
  risk: z.string().nullable(),
  impact: z.string().nullable(),
  workaround: z.string().nullable(),
});

export const triageLine = z
  .object({
    key: z.string(),
    title: z.string(),
    state: z.enum(['open', 'closed']),
    platforms: z.array(z.string()).meta({ description: 'Where it was seen; none means everywhere' }),
    versions: z.array(z.string()),
    team: z.string().nullable(),
    flow: z.string().nullable(),
    severity: z.enum(['low', 'medium', 'high', 'critical']).nullable(),
    nominated: z.boolean(),
    since: moment.meta({ description: 'When it was first reported' }),
    source: z.string(),
    url: z.string().nullable(),
    likelihood: z.enum(likelihoods).meta({ description: 'How near it is to blocking a release' }),
    release: z.string().nullable().meta({ description: 'The live release it is listed under; null for one of the past' }),
    decisions: z.array(decisionOn),
  })
  .meta({ id: 'TriageLine' });
export type TriageLine = z.infer<typeof triageLine>;

const tabCounts = z.object({
  'no-team': z.int(),
  nominated: z.int(),
  blockers: z.int(),
  watching: z.int(),
  all: z.int(),
});

export const bugDetail = triageLine
  .extend({
    fixedBy: z.array(z.string()),
    verifiedOn: z.array(z.string()),
    at: moment,
    teams: z.array(z.object({ id: z.string(), channel: z.string().nullable() })).meta({ description: 'The teams that the policy names' }),
    criticalFlow: z.boolean().meta({ description: 'The policy calls its flow critical' }),
    tracks: z
      .array(
        z.object({
          track: z.string(),
          version: z.string(),
          platform: z.string(),
          stage: z.string(),
          ended: z.boolean(),
          nominatedBy: z.object({ name: z.string(), at: moment, reason: z.string() }).nullable(),
          decision: decisionOn.omit({ version: true, platform: true }).nullable(),
          uncleared: z.boolean(),
          life: z
            .array(
              z.object({
                station: z.enum(['open', 'fix-merged', 'in-build', 'verified']),
                reached: z.boolean(),
                on: z.string().nullable(),
              }),
            )
            .meta({ description: 'open, fix merged, in build N, verified on N' }),
          stands: z.string(),
        }),
      )
      .meta({ description: 'The tracks that it concerns, live ones first' }),
  })
  .meta({ id: 'BugDetail' });
export type BugDetail = z.infer<typeof bugDetail>;

export const triageRoutes = [
  route({
    id: 'getTriage',
    method: 'get',
    path: '/api/apps/{app}/triage',
    summary: 'List the bugs of a tab of the triage inbox, what is needed first in front, with the counts of all tabs',
    tag: 'bugs',
    who: 'see',
    params: appParams,
    query: pageQuery.extend({
      tab: z.enum(triageTabs).default('no-team'),
      version: z.string().max(100).optional(),
      platform: z.string().max(100).optional(),
      team: z.string().max(200).optional(),
      search: z.string().trim().max(200).optional().meta({ description: 'Words in the key or the title' }),
    }),
    answers: {
      200: pageOf(triageLine)
        .extend({ counts: tabCounts, teams: z.array(z.string()) })
        .meta({ id: 'Triage' }),
    },
  }),
  route({
    id: 'getBug',
    method: 'get',
    path: '/api/apps/{app}/bugs/{bug}',
    summary: 'Show a bug: what was decided about it, and its life on every track that it concerns',
    tag: 'bugs',
    who: 'see',
    params: appParams.extend({ bug: z.string().min(1).max(200) }),
    answers: { 200: bugDetail },
  }),
] as const;
