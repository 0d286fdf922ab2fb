/** Crash groups: how bad each is on a version, whose it is, and its ticket. */
import { z } from 'zod';
import { audiences, bugDecisions } from '#domain/facts.ts';
import { ticketFilters, ticketOrderStates, ticketStates } from '#domain/health/crash-groups.ts';
import { novelties, severityLevels } from '#domain/health/severity.ts';
import { route } from './route.ts';
import { actor, appParams, moment, pageOf, pageQuery, platformId, versionName } from './words.ts';

const level = z.enum(severityLevels as readonly [(typeof severityLevels)[number], ...(typeof severityLevels)[number][]]);
const novelty = z.enum(novelties).meta({
  description:
    '`new`: nobody had it in the last completed releases at the same age; `regressed`: its ticket was closed and it is back; `worse`; `known`: nothing of this can be told; `unchanged`',
});

const judgement = z
  .object({
    version: z.string(),
    level: level.meta({ description: 'S1 is the worst. Up at once, down after a day below' }),
    levelLower: level.meta({ description: 'What the low end of the range alone stands for' }),
    score: z.number(),
    scoreLower: z.number(),
    impact: z.number().meta({ description: 'People of a million daily users who would meet it on a day at the full rollout' }),
    impactLower: z.number(),
    weight: z.number().meta({ description: 'By flow, novelty and how often it hits the same people' }),
    novelty,
    audience: z.enum(audiences).meta({ description: 'Whose counts these are: the worst of the audiences' }),
    users: z.int(),
    crashes: z.int(),
    exposure: z.number().meta({ description: "Consumption, in the app's unit" }),
    grave: z.boolean().meta({ description: 'The low end alone is worth holding a release for: its ticket is nominated' }),
    noise: z
      .number()
      .nullable()
      .meta({ description: 'The share of its crashes that comes from devices which crash everywhere; null where nothing hung on it' }),
    since: moment,
  })
  .meta({ id: 'CrashJudgement' });
export type CrashJudgement = z.infer<typeof judgement>;

const owner = z
  .union([
    z.object({
      team: z.string(),
      path: z.string(),
      rule: z.string(),
      from: z.enum(['policy', 'codeowners']),
      frame: z.int().meta({ description: 'The frame of the newest sample that decided, from 0' }),
    }),
    z.object({ team: z.null(), because: z.string() }),
  ])
  .meta({ id: 'CrashOwner' });
export type CrashOwner = z.infer<typeof owner>;

const order = z
  .object({
    does: z.enum(['open', 'update', 'reopen']),
    state: z.enum(ticketOrderStates).meta({ description: '`waiting`: for its turn, or for its next try; `refused`: it asks for a person' }),
    at: moment,
    attempts: z.int(),
    because: z.string().nullable().meta({ description: 'What came back last' }),
    nextTryAt: moment
      .nullable()
      .meta({ description: 'When it is tried next by itself; null: as soon as it may be, or when somebody asks' }),
    whatToDo: z.string().nullable(),
  })
  .meta({ id: 'CrashTicketOrder' });
export type CrashTicketOrder = z.infer<typeof order>;

const ticket = z
  .object({
    line: z.string().meta({ description: 'The release and its hotfixes, by the version of the release' }),
    version: z.string(),
    key: z.string().nullable().meta({ description: "The tracker's own; null until there is one" }),
    url: z.string().nullable(),
    state: z.enum(ticketStates),
    outcome: z.string().nullable().meta({ description: 'What the tracker said last' }),
    order: order.nullable().meta({ description: 'What was ordered of it last, while it is not done' }),
    by: actor,
    at: moment,
    closedAt: moment.nullable(),
    reopened: z.int(),
    nominatedOn: z.array(z.string()).meta({ description: 'Versions on which it was nominated as a blocker' }),
  })
  .meta({ id: 'CrashTicket' });
export type CrashTicket = z.infer<typeof ticket>;

const decision = z
  .object({ is: z.enum(['not-worth-a-ticket']), reason: z.string(), by: z.string(), at: moment })
  .meta({ id: 'CrashDecision' });

const countOfVersion = z.object({ version: z.string(), users: z.int(), crashes: z.int() });

export const crashGroupLine = z
  .object({
    id: z.int(),
    platform: z.string(),
    title: z.string(),
    flow: z.string().nullable(),
    version: z
      .string()
      .meta({ description: 'The version that the line is about: the one asked for, else the live one where it is worst, else the newest' }),
    live: z.boolean(),
    users: z.int().meta({ description: 'People hit on this version' }),
    crashes: z.int(),
    judgement: judgement.nullable().meta({ description: 'Null where nothing was told of use, or the version was never live here' }),
    owner: owner.nullable().meta({ description: 'Null until it was looked for' }),
    ticket: ticket.nullable(),
    triage: z
      .object({
        team: z.string().nullable().meta({ description: 'Whose the ticket is' }),
        decision: z
          .object({ is: z.enum(bugDecisions), reason: z.string(), by: z.string(), at: moment })
          .nullable()
          .meta({ description: 'What was decided of the ticket on this version' }),
      })
      .nullable()
      .meta({ description: 'What triage says of the ticket; null where there is none, or the tracker has not told of it yet' }),
    decision: decision.nullable(),
    versions: z.array(countOfVersion).meta({ description: 'The newest versions that had it, oldest first' }),
    firstAt: moment,
    lastAt: moment,
  })
  .meta({ id: 'CrashGroupLine' });
export type CrashGroupLine = z.infer<typeof crashGroupLine>;

export const crashGroupDetail = crashGroupLine
  .extend({
    fingerprint: z.string(),
    judgements: z.array(judgement).meta({ description: 'Of every version that was judged, the newest first' }),
    counts: z
      .array(countOfVersion.extend({ live: z.boolean(), firstAt: moment, lastAt: moment }))
      .meta({ description: 'Of every version, the newest first' }),
    segments: z
      .array(z.object({ dimension: z.string(), value: z.string(), users: z.int(), crashes: z.int() }))
      .meta({ description: 'Where it happened on the version; people count by their first crash. Values beyond the bound are `other`' }),
    days: z
      .array(z.object({ day: z.string(), version: z.string(), users: z.int(), crashes: z.int() }))
      .meta({ description: 'The last 60 days that had it' }),
    samples: z.array(
      z.object({
        at: moment,
        version: z.string(),
        build: z.string().nullable(),
        title: z.string(),
        frames: z.array(z.object({ frame: z.string(), code: z.string().nullable() })).meta({ description: 'Innermost first' }),
      }),
    ),
    tickets: z.array(ticket).meta({ description: 'Of every release line, the newest first' }),
    mayHaveTicket: z.boolean().meta({ description: 'A tracker is connected that takes tickets' }),
    history: z
      .array(z.object({ at: moment, actor, text: z.string(), track: z.string().nullable() }))
      .meta({ description: 'The newest first' }),
  })
  .meta({ id: 'CrashGroupDetail' });
export type CrashGroupDetail = z.infer<typeof crashGroupDetail>;

const groupParams = appParams.extend({ group: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) });

export const crashGroupRoutes = [
  route({
    id: 'listCrashGroups',
    method: 'get',
    path: '/api/apps/{app}/health/groups',
    summary: 'List the crash groups of an app, the worst first',
    tag: 'release health',
    who: 'see',
    params: appParams,
    query: pageQuery.extend({
      platform: platformId.optional(),
      version: versionName.optional().meta({ description: 'Only groups that this version had, as they are on it' }),
      severity: level.optional().meta({ description: 'At least so severe' }),
      novelty: novelty.optional(),
      team: z
        .string()
        .max(200)
        .optional()
        .meta({ description: 'A team that owns the code or has the ticket, or `none` for those that nobody has' }),
      ticket: z.enum(ticketFilters).optional().meta({
        description:
          '`not-wanted`: somebody decided that it is worth none; `refused`: the tracker did not take what was ordered last; `waiting`: that is not done yet',
      }),
      search: z.string().trim().max(200).optional().meta({ description: 'Words in the title' }),
    }),
    answers: {
      200: pageOf(crashGroupLine)
        .extend({
          platforms: z.array(z.string()),
          versions: z.array(z.string()).meta({ description: 'Versions that have groups, the newest first' }),
          teams: z.array(z.string()),
          total: z.int().meta({ description: 'How many there are in all, whatever was asked for' }),
          tickets: z
            .object({ refused: z.int(), waiting: z.int() })
            .meta({ description: 'Of how many in all the ticket was refused, and of how many it is not filed yet' }),
        })
        .meta({ id: 'CrashGroups' }),
    },
  }),
  route({
    id: 'getCrashGroup',
    method: 'get',
    path: '/api/apps/{app}/health/groups/{group}',
    summary: 'Show a crash group: counts by version, segment and day, samples, owner, tickets and history',
    tag: 'release health',
    who: 'see',
    params: groupParams,
    query: z.object({ version: versionName.optional().meta({ description: 'As it is on this version' }) }),
    answers: { 200: crashGroupDetail },
  }),
  route({
    id: 'makeCrashTicket',
    method: 'post',
    path: '/api/apps/{app}/health/groups/{group}/ticket',
    summary:
      'Ask for the ticket of a crash group and release line. One that is there stays the only one; a closed one is opened again; what was refused, or waits for its next try, is tried now',
    tag: 'release health',
    who: { command: 'report-bug' },
    params: groupParams,
    body: z.strictObject({
      version: versionName.optional().meta({ description: 'A version of the line; the live one where it is worst when not said' }),
    }),
    answers: {
      200: z
        .object({
          line: z.string(),
          key: z.string().nullable(),
          state: z.enum(ticketStates),
          ordered: z.boolean().meta({ description: 'This call ordered it; otherwise it was there, or on its way' }),
        })
        .meta({ id: 'CrashTicketAsked' }),
    },
  }),
  route({
    id: 'retryCrashTickets',
    method: 'post',
    path: '/api/apps/{app}/health/groups/tickets',
    summary: 'Try every ticket again that the tracker refused, or whose next try is still to come',
    tag: 'release health',
    who: { command: 'report-bug' },
    params: appParams,
    answers: {
      200: z
        .object({
          ordered: z.int().meta({ description: 'So many are tried again' }),
          left: z.boolean().meta({ description: 'There are more than one call tries: call it again' }),
        })
        .meta({ id: 'CrashTicketsRetried' }),
    },
  }),
  route({
    id: 'decideCrashGroup',
    method: 'put',
    path: '/api/apps/{app}/health/groups/{group}/decision',
    summary: 'Decide that a crash group is worth no ticket, or take that back',
    tag: 'release health',
    who: { command: 'decide-bug' },
    params: groupParams,
    body: z.strictObject({
      decision: z.enum(['not-worth-a-ticket', 'undecided']),
      reason: z.string().trim().min(3, 'why, in a few words').max(2000),
    }),
    answers: { 200: z.object({ decision: decision.nullable(), changed: z.boolean() }).meta({ id: 'CrashDecided' }) },
  }),
] as const;
