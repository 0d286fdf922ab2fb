/** What one criterion says of one track, with every field that a cell and its inspector show. */
import { z } from 'zod';
import { audiences, colours } from '#domain/facts.ts';
import { cellStates } from '#domain/cell-state.ts';
import { actor, moment, quantity } from './words.ts';

export const evidence = z
  .object({
    kind: z.string(),
    label: z.string(),
    url: z.string().nullable(),
    at: moment.nullable(),
    source: z.string().optional().meta({ description: 'Who said it, as it names itself, where that is one of many' }),
    build: z.string().optional().meta({ description: 'The number of the release candidate that it shows' }),
  })
  .meta({ id: 'Evidence' });
export const who = z
  .object({
    kind: z.enum(['team', 'role', 'person', 'robot', 'source']),
    name: z.string(),
    what: z.string(),
    contact: z.string().nullable(),
  })
  .meta({ id: 'WhoCan' });

export const waiver = z
  .object({
    id: z.string(),
    track: z.string(),
    instance: z.string(),
    state: z.enum(['asked', 'active', 'ended', 'revoked']),
    category: z.enum(['known-and-accepted', 'data-is-not-enough', 'fallback-is-on', 'data-is-wrong']),
    reason: z.string(),
    askedBy: z.string(),
    askedAt: moment,
    approvedBy: z.string().nullable(),
    untilStep: z.string().nullable(),
    untilAt: moment.nullable(),
    endsIf: z.array(z.enum(['new-candidate', 'worse-colour'])),
    ended: z.object({ at: moment, why: z.string() }).nullable(),
  })
  .meta({ id: 'Waiver' });
export type WaiverView = z.infer<typeof waiver>;

/** The numbers behind a verdict of health, unrounded; rates are per `per` of `of`: 0.23 per 1000 h. */
export const rate = z
  .object({
    metric: z.string(),
    per: z.number(),
    of: z.string().meta({ description: 'The unit of use: `h`, `sessions`, `orders`' }),
    audience: z.enum(audiences),
    build: z.string().nullable().meta({ description: 'Null: all builds of the version together' }),
    since: moment.meta({ description: 'Since when it is counted' }),
    toldUntil: moment.nullable().meta({ description: 'Everything is told up to here' }),
    affected: z.number().meta({ description: 'People for whom it was the first time' }),
    count: z.number().meta({ description: 'Events' }),
    exposure: z.number().meta({ description: 'Use, in `of`' }),
    users: z.number().meta({ description: 'People who used it, at least' }),
    value: z.number().nullable(),
    lower: z.number(),
    upper: z.number().nullable().meta({ description: 'Null: nothing bounds it yet' }),
    limit: z.number().nullable(),
    warn: z.number().nullable(),
    baseline: z
      .object({
        versions: z.array(z.string()),
        value: z.number(),
        affected: z.number(),
        exposure: z.number(),
        allowedRatio: z.number().nullable(),
      })
      .nullable()
      .meta({ description: 'Earlier releases at the same age' }),
    reason: z.string().meta({ description: 'Why it has its colour: `below-limit`, `borderline`, `exposure`, `latched`, …' }),
    exposureToGo: z
      .object({ certain: z.number(), expected: z.number().nullable() })
      .nullable()
      .meta({ description: 'Use until it is clear: if nobody else is affected, and at the rate so far (null: not on course)' }),
    tellsAt: moment.nullable().meta({ description: 'About when it may be told' }),
    redSince: moment.nullable().meta({ description: 'It stays red since then, until it is cleared or another build comes' }),
    latch: z.string().nullable(),
    isFleetWide: z.boolean().meta({ description: 'What users had before has the same in the same hours' }),
    segments: z.array(
      z.object({ segment: z.string(), affected: z.number(), exposure: z.number(), ratio: z.number().nullable(), isNamed: z.boolean() }),
    ),
  })
  .meta({ id: 'Rate' });
export type RateView = z.infer<typeof rate>;

/** One cell of the criteria frame: the nine fields of the control room and what the inspector adds. */
export const cell = z
  .object({
    track: z.string().meta({ description: '`music/8.9.2/ios`' }),
    instance: z.string(),
    kind: z.string(),
    title: z.string(),
    state: z
      .enum(cellStates)
      .meta({ description: 'What the screen shows: clear, caution, stop, waived, unknown, not-set-up, not-needed-yet' }),
    colour: z.enum(colours),
    headline: z.string(),
    aside: z.string().nullable().meta({ description: 'What stands softly behind the headline; null: the limit, where there is one' }),
    clause: z.string().meta({ description: 'The second line of the cell: why, in one clause' }),
    because: z.string(),
    turnsGreen: z.string().nullable(),
    value: quantity.nullable(),
    limit: quantity.nullable(),
    limitIs: z.enum(['at-most', 'at-least']).meta({ description: 'What the limit bounds: the most that may be, or the least' }),
    range: z.array(z.number()).nullable().meta({ description: 'Low and high end' }),
    sample: quantity.nullable(),
    baseline: quantity.nullable(),
    progress: z.number().nullable().meta({ description: '0 to 1' }),
    since: moment,
    dueAt: moment.nullable(),
    who: z.array(who),
    evidence: z.array(evidence),
    sources: z.array(z.string()),
    sourceNames: z.array(z.string()).meta({ description: 'The same as people call them: `Jira`, `CI`' }),
    readAt: moment.nullable().meta({
      description:
        'When the least fresh of its sources was read, or the last word where all of them tell by themselves; null for what Signalbox itself holds',
    }),
    freshForMinutes: z.number().nullable(),
    nextReadAt: moment.nullable(),
    holds: z.string().nullable().meta({ description: 'The step that it holds now' }),
    gates: z.array(z.string()).meta({ description: 'Every step that it stands before' }),
    neededNow: z.boolean(),
    passes: z.boolean(),
    informing: z.boolean(),
    setUp: z.boolean(),
    waivable: z.boolean(),
    rate: rate.nullable().optional().meta({ description: 'Of criteria of health: the numbers behind it' }),
    waiver: waiver.nullable(),
  })
  .meta({ id: 'Cell' });
export type Cell = z.infer<typeof cell>;

export const verdictChange = z
  .object({
    id: z.string(),
    at: moment,
    from: z.enum(colours).nullable(),
    to: z.enum(colours),
    headline: z.string(),
    because: z.string(),
    evidence: z.array(evidence),
  })
  .meta({ id: 'VerdictChange' });

/** One line of the activity feed: who or what did what, in a sentence. */
export const activityLine = z
  .object({
    id: z.string(),
    at: moment,
    actor,
    app: z.string(),
    track: z.string().nullable(),
    is: z.string().meta({ description: 'The kind of event: `halted`' }),
    subject: z.string().meta({ description: 'Who did it, or what it happened to: `Robot`, `Crash rate`, `iOS`' }),
    what: z.string().meta({ description: 'The sentence without its subject' }),
    where: z.string().nullable().meta({ description: 'The track, or its version where the subject is its platform' }),
    text: z.string().meta({ description: 'All of it in one' }),
  })
  .meta({ id: 'ActivityLine' });
export type ActivityLine = z.infer<typeof activityLine>;
