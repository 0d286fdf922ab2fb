/** Tracks: what is stored of one, the robot's plan, why, and the commands of people. */
import { z } from 'zod';
import { signOffStates } from '#domain/facts.ts';
import { command as commandSchema } from '#domain/release/commands.ts';
import { stages } from '#domain/release/track.ts';
import { robot, row, trackHead } from './control-room.ts';
import { route } from './route.ts';
import { decisionOn } from './triage.ts';
import { activityLine, cell, evidence, verdictChange, waiver } from './verdict.ts';
import { actor, actorKind, eventKinds, instanceId, moment, pageOf, pageQuery, trackParams } from './words.ts';

/** A part that a command does not have is a misspelling, and is refused. */
const command = (
  z.discriminatedUnion('do', commandSchema.options.map((option) => option.strict()) as never) as unknown as typeof commandSchema
).meta({ id: 'Command' });

export const question = z
  .object({ key: z.string(), track: z.string(), step: z.string(), text: z.string(), evidence: z.array(evidence), askedAt: moment })
  .meta({ id: 'Question' });

export const action = z
  .object({
    key: z.string(),
    kind: z.string(),
    step: z.string().nullable(),
    state: z.enum(['ordered', 'trying', 'waiting', 'done', 'refused', 'void']),
    why: z.string().nullable(),
    orderedBy: z.string(),
    orderedAt: moment,
    attempts: z.int(),
    nextTryAt: moment.nullable(),
    outcome: z.string().nullable(),
  })
  .meta({ id: 'ActionState' });

export const track = trackHead
  .extend({
    cells: z.array(cell),
    rows: z.array(row),
    questions: z.array(question),
    actions: z.array(action),
    cut: z.object({ branch: z.string(), sha: z.string(), at: moment, inferred: z.boolean() }).nullable(),
    policyRevision: z.int(),
  })
  .meta({ id: 'Track' });
export type TrackView = z.infer<typeof track>;

/** The robot's plan as it is shown: what it would do, and nothing done. */
export const planView = z
  .object({
    track: z.string(),
    stage: z.enum(stages).meta({ description: "The stage after the plan's events" }),
    next: z.string().nullable(),
    robot,
    cells: z.array(cell),
    events: z.array(z.object({ is: z.string(), text: z.string() })),
    actions: z.array(
      z.object({
        key: z.string(),
        kind: z.string(),
        lane: z.string(),
        urgent: z.boolean(),
        step: z.string().nullable(),
        why: z.string(),
        text: z.string(),
      }),
    ),
    voids: z.array(z.object({ key: z.string(), why: z.string() })),
    questions: z.array(question),
    lookAgainAt: moment.nullable(),
  })
  .meta({ id: 'Plan' });
export type PlanView = z.infer<typeof planView>;

export const build = z
  .object({
    platform: z.string(),
    version: z.string(),
    number: z.string(),
    kind: z.enum(['nightly', 'release-candidate']),
    state: z.enum(['queued', 'building', 'succeeded', 'failed']),
    commit: z.string(),
    branch: z.string().nullable(),
    candidate: z.int().nullable(),
    at: moment,
    source: z.string(),
    url: z.string().nullable(),
    testRuns: z.array(z.object({ suite: z.string(), state: z.string(), attempts: z.int(), at: moment, url: z.string().nullable() })),
    distributions: z.array(
      z.object({ audience: z.string(), state: z.string(), at: moment, dueAt: moment.nullable(), url: z.string().nullable() }),
    ),
  })
  .meta({ id: 'Build' });

export const bug = z
  .object({
    key: z.string(),
    title: z.string(),
    state: z.enum(['open', 'closed']),
    platforms: z.array(z.string()),
    versions: z.array(z.string()),
    team: z.string().nullable(),
    flow: z.string().nullable(),
    severity: z.string().nullable(),
    nominated: z.boolean(),
    fixedBy: z.array(z.string()),
    verifiedOn: z.array(z.string()),
    at: moment,
    source: z.string(),
    url: z.string().nullable(),
    decisions: z.array(decisionOn),
  })
  .meta({ id: 'Bug' });

export const signOff = z
  .object({
    team: z.string(),
    state: z.enum([...signOffStates, 'opted-out']),
    build: z.string().nullable(),
    by: z.string().nullable(),
    at: moment.nullable(),
    note: z.string().nullable(),
    channel: z.string().nullable(),
  })
  .meta({ id: 'SignOff' });

export const cherryPick = z
  .object({
    id: z.string(),
    commit: z.string(),
    title: z.string(),
    bug: z.string().nullable(),
    risk: z.string(),
    askedBy: z.string(),
    askedAt: moment,
    state: z.enum(['asked', 'accepted', 'refused', 'merged', 'in-build', 'back-on-trunk']),
    answeredBy: z.string().nullable(),
    answer: z.string().nullable(),
  })
  .meta({ id: 'CherryPick' });

const explanation = z
  .object({
    track: z.string(),
    sentences: z.array(z.string()).meta({ description: 'What holds it, why, since when, who can clear it, and what the robot does' }),
    cells: z.array(cell),
    robot,
  })
  .meta({ id: 'Explanation' });

/** One look of the robot that led to something: what it looked at, and what came of it. */
export const check = z
  .object({
    id: z.string(),
    at: moment,
    result: z.string().meta({ description: 'In words: `holds 100%: ANR rate, ITGC reporting`' }),
    inputs: z.array(
      z.object({
        instance: z.string(),
        from: z.string().nullable(),
        to: z.string(),
        headline: z.string(),
        because: z.string(),
        evidence: z.array(evidence),
      }),
    ),
  })
  .meta({ id: 'Check' });

const trackPath = '/api/apps/{app}/tracks/{version}/{platform}';

export const trackRoutes = [
  route({
    id: 'getTrack',
    method: 'get',
    path: trackPath,
    summary: 'Show a track: stage, verdicts, questions, actions',
    tag: 'tracks',
    who: 'see',
    params: trackParams,
    answers: { 200: track },
  }),
  route({
    id: 'getPlan',
    method: 'get',
    path: `${trackPath}/plan`,
    summary: 'Tell what the robot would do now, changing nothing',
    tag: 'tracks',
    who: 'see',
    params: trackParams,
    answers: { 200: planView },
  }),
  route({
    id: 'previewCommand',
    method: 'post',
    path: `${trackPath}/plan`,
    summary: 'Tell what the robot would do after a command, changing nothing',
    tag: 'tracks',
    who: 'see',
    params: trackParams,
    body: z.strictObject({ command }),
    answers: { 200: planView },
  }),
  route({
    id: 'explainTrack',
    method: 'get',
    path: `${trackPath}/explain`,
    summary: 'Say in words what holds a track and who can clear it',
    tag: 'tracks',
    who: 'see',
    params: trackParams,
    query: z.object({ criterion: instanceId.optional() }),
    answers: { 200: explanation },
  }),
  route({
    id: 'giveCommand',
    method: 'post',
    path: `${trackPath}/commands`,
    summary: 'Give a command: submit, halt, resume, sign off, decide a bug, waive, …',
    tag: 'tracks',
    who: 'command',
    params: trackParams,
    body: z.strictObject({
      command,
      basedOn: z.int().min(0).optional().meta({ description: 'The revision of the track that the person saw' }),
    }),
    idempotent: true,
    answers: { 200: z.object({ changed: z.boolean(), revision: z.int(), version: z.int(), track: trackHead }).meta({ id: 'CommandDone' }) },
  }),
  route({
    id: 'listVerdictHistory',
    method: 'get',
    path: `${trackPath}/verdicts/{instance}/history`,
    summary: 'List the colours that a criterion had, the newest first',
    tag: 'tracks',
    who: 'see',
    params: trackParams.extend({ instance: instanceId }),
    query: pageQuery,
    answers: { 200: pageOf(verdictChange).meta({ id: 'VerdictHistory' }) },
  }),
  route({
    id: 'listChecks',
    method: 'get',
    path: `${trackPath}/checks`,
    summary: "List the robot's last checks of a track that changed something, with what they were made from",
    tag: 'tracks',
    who: 'see',
    params: trackParams,
    query: z.object({ limit: z.coerce.number().int().min(1).max(100).default(20) }),
    answers: {
      200: z
        .object({
          lastAt: moment.nullable().meta({ description: 'When it looked last, whether anything came of it or not' }),
          nextAt: moment.nullable().meta({ description: 'When it looks again at the latest; sooner on any change' }),
          items: z.array(check),
        })
        .meta({ id: 'Checks' }),
    },
  }),
  route({
    id: 'listBuilds',
    method: 'get',
    path: `${trackPath}/builds`,
    summary: 'List the builds of a track, the newest first',
    tag: 'tracks',
    who: 'see',
    params: trackParams,
    query: pageQuery,
    answers: { 200: pageOf(build).meta({ id: 'BuildPage' }) },
  }),
  route({
    id: 'listSignOffs',
    method: 'get',
    path: `${trackPath}/sign-offs`,
    summary: 'List the sign-offs of a track by team',
    tag: 'tracks',
    who: 'see',
    params: trackParams,
    answers: { 200: z.object({ items: z.array(signOff) }) },
  }),
  route({
    id: 'listWaivers',
    method: 'get',
    path: `${trackPath}/waivers`,
    summary: 'List the waivers of a track, the newest first',
    tag: 'tracks',
    who: 'see',
    params: trackParams,
    query: pageQuery,
    answers: { 200: pageOf(waiver).meta({ id: 'WaiverPage' }) },
  }),
  route({
    id: 'listCherryPicks',
    method: 'get',
    path: `${trackPath}/cherry-picks`,
    summary: 'List the cherry-picks asked for on a track',
    tag: 'tracks',
    who: 'see',
    params: trackParams,
    query: pageQuery,
    answers: { 200: pageOf(cherryPick).meta({ id: 'CherryPickPage' }) },
  }),
  route({
    id: 'listBugs',
    method: 'get',
    path: '/api/apps/{app}/bugs',
    summary: 'List the bugs of an app: open ones first, then by time',
    tag: 'bugs',
    who: 'see',
    params: trackParams.pick({ app: true }),
    query: pageQuery.extend({
      version: z.string().max(100).optional(),
      platform: z.string().max(100).optional(),
      state: z.enum(['open', 'closed', 'all']).default('open'),
      part: z.enum(['all', 'nominated', 'blockers', 'no-team']).default('all'),
    }),
    answers: { 200: pageOf(bug).meta({ id: 'BugPage' }) },
  }),
  route({
    id: 'listActivity',
    method: 'get',
    path: '/api/apps/{app}/activity',
    summary: 'List what people, keys, the robot and integrations did, the newest first',
    tag: 'activity',
    who: 'see',
    params: trackParams.pick({ app: true }),
    query: pageQuery.extend({
      track: z.string().max(300).optional().meta({ description: '`version/platform`' }),
      actor: z.string().max(200).optional().meta({ description: "An actor's id" }),
      is: eventKinds.optional(),
      by: actorKind.optional(),
    }),
    answers: { 200: pageOf(activityLine).meta({ id: 'ActivityPage' }) },
  }),
] as const;

export const journalEntry = z
  .object({
    id: z.string(),
    chain: z.string(),
    seq: z.int(),
    at: moment,
    recordedAt: moment,
    actor: actor.extend({
      actsFor: z.string().optional().meta({ description: 'The person behind a key' }),
      address: z.string().optional().meta({ description: 'The network address that it came from; for admins of the instance alone' }),
    }),
    app: z.string().nullable().meta({ description: 'Null: of the instance itself' }),
    track: z.string().nullable(),
    event: z.record(z.string(), z.unknown()),
    hash: z.string(),
    previous: z.string().nullable(),
    text: z.string(),
  })
  .meta({ id: 'JournalEntry' });
