/** The control room of one app: the snapshot that its first screen needs, and the patches that keep it true. */
import { z } from 'zod';
import { releaseKinds, stages } from '#domain/release/track.ts';
import { route } from './route.ts';
import { activityLine, cell } from './verdict.ts';
import { appParams, moment } from './words.ts';

const pause = z.object({ by: z.string(), at: moment, why: z.string(), until: moment.nullable() }).meta({ id: 'RobotPause' });

export const app = z
  .object({
    id: z.string(),
    name: z.string(),
    timezone: z.string(),
    platforms: z.array(z.string()),
    robotPaused: pause.nullable(),
    sample: z.boolean().meta({ description: 'It is sample data: an invented world with invented people' }),
    clock: z.object({ speed: z.number().min(0), until: moment.nullable() }).meta({
      id: 'AppClock',
      description:
        'How fast its own time passes: 1 as the machine, 0 it stands; and the moment at which it stands until it is let on, where there is one',
    }),
  })
  .meta({ id: 'App' });
export type AppView = z.infer<typeof app>;

export const plannedTimes = z
  .object({
    branch: moment.nullable(),
    candidate: moment.nullable(),
    submit: moment.nullable(),
    start: moment.nullable(),
    finish: moment.nullable(),
  })
  .meta({ id: 'PlannedTimes' });

const candidate = z
  .object({ build: z.string(), commit: z.string(), candidate: z.number().nullable(), chosenAt: moment, chosenBy: z.string() })
  .meta({ id: 'Candidate' });

export const robot = z
  .object({
    is: z.enum(['armed', 'holding', 'acting', 'paused', 'asks', 'failed', 'shadowing', 'manual', 'resting']),
    sentence: z.string(),
    short: z.string().meta({ description: "The sentence without the track's own platform and version, for the head of its column" }),
    willStop: z.string().nullable(),
    missing: z.array(z.string()),
  })
  .meta({ id: 'RobotState' });

export const storefront = z
  .object({
    kind: z.string(),
    name: z.string(),
    state: z.string(),
    percent: z.number(),
    build: z.string().nullable(),
    readAt: moment.nullable(),
    nextMove: z.object({ at: moment, percent: z.number() }).nullable(),
    pausedDaysUsed: z.number(),
    pauseBudgetDays: z.number().nullable(),
    startsOn: z.enum(['approval', 'command', 'console']),
    advances: z.enum(['by-command', 'by-itself']),
    haltAt100: z.boolean(),
    haltMeans: z.string(),
    url: z.string().nullable(),
  })
  .meta({ id: 'Storefront' });

/** When a station is expected to be reached, and why then. */
export const forecastStation = z
  .object({
    station: z.string().meta({ description: 'As the stations of the line are named: Branched, Final RC, In review, 1%, 100%' }),
    at: moment,
    by: z.enum(['past', 'planned', 'due', 'window', 'robot', 'storefront']).meta({ description: 'What decides the time' }),
    because: z.string().meta({ description: 'In words: `review usually takes 14 h (median of 8)`' }),
  })
  .meta({ id: 'ForecastStation' });

export const forecast = z
  .object({
    stations: z.array(forecastStation).meta({ description: 'Stations that are still ahead, in order' }),
    finish: z
      .object({
        at: moment,
        lateMs: z.number().nullable().meta({ description: 'Against the plan; negative: early; null: no plan' }),
        because: z.string(),
      })
      .nullable()
      .meta({ description: 'When it reaches everyone; null when nothing tells' }),
  })
  .meta({ id: 'Forecast' });
export type Forecast = z.infer<typeof forecast>;

/** The head of a track's column: where it stands, what stands before its next step, and what the robot does. */
export const trackHead = z
  .object({
    id: z.string(),
    app: z.string(),
    version: z.string(),
    platform: z.string(),
    kind: z.enum(releaseKinds),
    stage: z.enum(stages),
    station: z.string().meta({ description: 'The station on the line: On main, Branched, Final RC, In review, 1%, 100%' }),
    since: moment,
    revision: z.int(),
    percent: z.number().nullable(),
    candidate: candidate.nullable(),
    train: z
      .string()
      .nullable()
      .meta({ description: 'The number of the build that it carries: the candidate, or else the newest RC that its criteria speak of' }),
    branch: z.string().nullable(),
    next: z.string().nullable().meta({ description: 'The next step with an effect outside' }),
    nextInWords: z.string().nullable(),
    passing: z
      .int()
      .meta({ description: 'Rows of the control room that the next step needs and that pass; what only time opens is not counted' }),
    needed: z.int().meta({ description: 'Rows of the control room that the next step needs' }),
    signal: z
      .object({ is: z.enum(['held', 'waits', 'blind', 'clear', 'none']), count: z.int(), text: z.string() })
      .meta({ id: 'Signal', description: 'The signal in front of the train: the worst criterion that holds, and how many hold' }),
    robot,
    robotPaused: pause.nullable(),
    stages: z.array(z.enum(stages)).meta({ description: 'The stages of its process, in order' }),
    rollout: z.array(z.number()).meta({ description: 'Rollout steps in percent' }),
    reached: z.record(z.string(), moment).meta({ description: 'When each stage was first reached' }),
    percents: z
      .array(z.object({ percent: z.number(), at: moment }))
      .meta({ description: 'When each share of the rollout was first reached' }),
    planned: plannedTimes,
    forecast: forecast.nullable().meta({ description: 'null for a track that has ended' }),
    lateMs: z.number().nullable().meta({ description: 'How far it is behind its plan; null when it is not, or has none' }),
    back: z.object({ from: z.string(), at: moment, why: z.string() }).nullable(),
    pending: z
      .object({ is: z.enum(['halting', 'resuming']), at: moment, by: z.string(), why: z.string() })
      .nullable()
      .meta({ description: 'An order that was sent and is not read back yet' }),
    haltedWhy: z.string().nullable(),
    watchUntil: moment.nullable().meta({ description: 'Until when a released track is watched' }),
    ended: z.string().nullable().meta({ description: 'Why its life ended' }),
    successor: z.string().nullable().meta({ description: 'The version that took its place, where one superseded it' }),
    storefronts: z.array(storefront),
  })
  .meta({ id: 'TrackHead' });
export type TrackHead = z.infer<typeof trackHead>;

export const releaseHead = z
  .object({
    version: z.string(),
    kind: z.enum(releaseKinds),
    base: z.string().nullable(),
    manager: z.string().nullable(),
    bornAt: moment,
    planned: plannedTimes,
    imported: z.boolean(),
    part: z.enum(['current', 'upcoming', 'watched', 'ended']).meta({ description: 'Its part in the control room' }),
    tracks: z.array(z.string()),
    bigFeature: z
      .object({ name: z.string(), note: z.string().nullable(), url: z.string().nullable() })
      .nullable()
      .meta({ description: 'The big feature that rides in it' }),
    channel: z.string().nullable().meta({ description: 'Where it is talked about: `#release-8-9-2`' }),
    watchUntil: moment.nullable().meta({ description: 'Until when its last track is watched' }),
  })
  .meta({ id: 'ReleaseHead' });

/** One thing that waits for a person. */
export const need = z
  .object({
    id: z.string(),
    rank: z.enum(['holds-a-late-track', 'holds-a-track', 'due-soon', 'watch']),
    kind: z.enum(['criterion', 'question', 'action-refused', 'waiver', 'cherry-pick', 'bug']),
    track: z.string().nullable(),
    instance: z.string().nullable(),
    title: z.string(),
    text: z.string(),
    who: z.string().nullable().meta({ description: 'Whom it waits for' }),
    dueAt: moment.nullable(),
    since: moment,
    command: z.string().nullable().meta({ description: 'The command that answers it: `decide-bug`' }),
    target: z.string().nullable().meta({ description: 'What the command names: a bug, a waiver, an instance' }),
  })
  .meta({ id: 'Need' });
export type Need = z.infer<typeof need>;

export const sourceState = z
  .object({
    source: z.string(),
    kinds: z.array(z.string()),
    connected: z.boolean(),
    state: z.enum(['fresh', 'ageing', 'stale', 'failing', 'pushes', 'not-connected']),
    lastReadAt: moment.nullable(),
    freshForMinutes: z.number().nullable(),
    nextReadAt: moment.nullable(),
    error: z.string().nullable(),
  })
  .meta({ id: 'SourceState' });

/** The summary sentence in parts, so that a screen can set the names of tracks in bold. Joined they are the text. */
export const summary = z
  .object({
    text: z.string(),
    parts: z.array(z.object({ text: z.string(), strong: z.boolean() })),
    worst: z.enum(['red', 'unknown', 'yellow', 'green']),
  })
  .meta({ id: 'Summary' });

export const setUpStep = z
  .object({
    id: z.enum(['code', 'ci', 'tracker', 'storefront', 'teams', 'policy']),
    title: z.string(),
    done: z.boolean(),
    unlocks: z.string(),
  })
  .meta({ id: 'SetUpStep' });

export const row = z
  .object({ title: z.string(), instances: z.array(z.string()), sources: z.array(z.string()) })
  .meta({ id: 'Row', description: 'A row of the criteria frame: the instances of the policy that it groups' });

/** Two releases would want the same place: what comes when, and each way out with its effect. */
export const twoBranches = z
  .object({
    version: z.string(),
    next: z.string(),
    branchAt: moment.meta({ description: 'When the next release branches' }),
    fixBy: moment.meta({ description: 'Until when the late tracks must be at 100%' }),
    tracks: z.array(z.object({ track: z.string(), platform: z.string(), forecastAt: moment.nullable() })),
    text: z.string(),
    ways: z.array(
      z.object({
        is: z.enum(['fix-by', 'cancel', 'delay-next', 'cancel-next']),
        title: z.string(),
        effect: z.string(),
        tracks: z.array(z.string()).meta({ description: 'The tracks that its command is given to; empty where there is none to give' }),
      }),
    ),
  })
  .meta({ id: 'TwoBranches' });
export type TwoBranches = z.infer<typeof twoBranches>;

/** What stands beside the names of pages in the navigation. */
export const counts = z
  .object({
    withoutTeam: z.int().meta({ description: 'Bugs of live releases that have no team' }),
    nominated: z.int().meta({ description: 'Bugs that wait for a decision' }),
    signOffs: z.record(z.string(), z.int()).meta({ description: 'Open sign-offs of current releases, by team' }),
    cherryPicks: z.int().meta({ description: 'Cherry-picks that wait for an answer' }),
  })
  .meta({ id: 'Counts' });
export type Counts = z.infer<typeof counts>;

/** All that the control room shows at first. `version` is the counter of the app: the ETag, and the id on the stream. */
export const controlRoom = z
  .object({
    version: z.int(),
    at: moment,
    app,
    summary,
    releases: z.array(releaseHead),
    tracks: z.array(trackHead),
    rows: z.array(row),
    cells: z.array(cell),
    needs: z.array(need),
    activity: z.array(activityLine).meta({ description: 'The newest first' }),
    sources: z.array(sourceState),
    setUp: z.array(setUpStep),
    twoBranches: z.array(twoBranches),
    counts,
  })
  .meta({ id: 'ControlRoom' });
export type ControlRoom = z.infer<typeof controlRoom>;

/** What changed between two versions. Lists hold whole new values; a part that is absent did not change. */
export const patch = z
  .object({
    from: z.int(),
    version: z.int(),
    at: moment,
    app: app.optional(),
    summary: summary.optional(),
    releases: z.array(releaseHead).optional(),
    tracks: z.array(trackHead).meta({ description: 'Heads that are new or changed' }),
    removedTracks: z.array(z.string()),
    rows: z.array(row).optional(),
    cells: z.array(cell).meta({ description: 'Cells that are new or changed' }),
    removedCells: z.array(z.object({ track: z.string(), instance: z.string() })),
    needs: z.array(need).optional(),
    activity: z.array(activityLine).meta({ description: 'New lines, the newest first' }),
    sources: z.array(sourceState).optional(),
    setUp: z.array(setUpStep).optional(),
    twoBranches: z.array(twoBranches).optional(),
    counts: counts.optional(),
  })
  .meta({ id: 'ControlRoomPatch' });
export type ControlRoomPatch = z.infer<typeof patch>;

/** How fresh the sources are, told beside the patches: it raises no version. */
export type SourcesNews = { at: string; sources: z.infer<typeof sourceState>[] };

/** Since when the database has not answered: what is shown is as of then, and nothing can be changed. Null: it answers again. Told beside the patches. */
export type DatabaseNews = { awaySince: string | null };

export const controlRoomRoutes = [
  route({
    id: 'getControlRoom',
    method: 'get',
    path: '/api/apps/{app}/control-room',
    summary: "Give the snapshot of an app's control room (ETag: the app's version)",
    tag: 'control room',
    who: 'see',
    params: appParams,
    answers: { 200: controlRoom },
  }),
  route({
    id: 'streamControlRoom',
    method: 'get',
    path: '/api/apps/{app}/stream',
    summary:
      'Stream patches of the control room: events `patch`, `snapshot` (where patches are missing in between), `sources` (how fresh they are: no version of its own) and `hello`; resumes by `Last-Event-ID`',
    tag: 'control room',
    who: 'see',
    params: appParams,
    query: z.object({
      after: z.coerce
        .number()
        .int()
        .min(0)
        .optional()
        .meta({ description: 'The version one has; the header Last-Event-ID goes before it' }),
    }),
    answers: { 200: patch },
    streams: 'sse',
  }),
] as const;
