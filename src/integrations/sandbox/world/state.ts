/** The sandbox world as plain state: what its file holds. Times are instants by the world's own clock. */
import { z } from 'zod';
import { storefrontKinds } from '#domain/rollout/storefronts.ts';

const instant = z.iso.datetime({ offset: true }).transform((at) => new Date(at).toISOString());
const percent = z.number().min(0).max(100);

export const releaseStates = [
  'in-review',
  'rejected',
  'approved',
  'rolling-out',
  'paused',
  'halted',
  'released',
  'replaced',
  'withdrawn',
] as const;

/** One try to get a build through review. It carries the key of the action that made it, for ever. */
const submissionSchema = z.object({
  key: z.string().nullable(),
  by: z.string(),
  build: z.string(),
  percent: percent.nullable(),
  at: instant,
  fate: z.enum(['in-review', 'approved', 'rejected', 'withdrawn']),
});
export type Submission = z.infer<typeof submissionSchema>;

const releaseSchema = z.object({
  version: z.string(),
  build: z.string(),
  state: z.enum(releaseStates),
  /** Share of users who are offered it; where it stood, when paused, halted or replaced. */
  percent,
  rejection: z.object({ kind: z.enum(['binary', 'metadata']), why: z.string() }).nullable(),
  /** Key of the last action that changed it over the API; a change by hand leaves it. */
  key: z.string().nullable(),
  submissions: z.array(submissionSchema),
  /** When an automatic review approves it; null: by lever only. */
  reviewEndsAt: instant.nullable(),
  startedAt: instant.nullable(),
  /** Where it stands in the daily phases. `remainingMs` of the present day while paused. */
  phase: z.object({ index: z.int().min(0), dueAt: instant.nullable(), remainingMs: z.number().nullable() }).nullable(),
  pausedSince: instant.nullable(),
  pausedMs: z.number().min(0),
  /** The version that took its place, and whether it was fully released until then: a feed can go back to it. */
  replaced: z.object({ by: z.string(), wasReleased: z.boolean() }).nullable(),
  history: z.array(
    z.object({ at: instant, by: z.string(), what: z.string(), state: z.enum(releaseStates), percent, key: z.string().nullable() }),
  ),
});
export type Release = z.infer<typeof releaseSchema>;

const listingSchema = z.object({
  storefront: z.enum(storefrontKinds),
  app: z.string(),
  platform: z.string(),
  releases: z.array(releaseSchema),
  /** Overrides the world's; `world`: as the world has it. */
  reviewAfterMinutes: z.union([z.literal('world'), z.number().min(0).nullable()]),
  /** Google Play: a channel's first release goes to everyone at once. */
  firstReleaseMustBeFull: z.boolean(),
  /** Google Play: after approval a person presses Publish. */
  managedPublishing: z.boolean(),
});
export type Listing = z.infer<typeof listingSchema>;

/** What the sandbox's tracker and CI hold, in the shape of their facts; checked again by the adapter that reads it. */
const itemSchema = z.object({
  app: z.string(),
  kind: z.enum(['bug', 'check', 'build', 'test-run', 'distribution']),
  key: z.string(),
  revision: z.int(),
  at: instant,
  payload: z.record(z.string(), z.unknown()),
});
export type Item = z.infer<typeof itemSchema>;
export type ItemKind = Item['kind'];

const messageSchema = z.object({
  id: z.string(),
  app: z.string(),
  channel: z.string(),
  key: z.string(),
  text: z.string(),
  urgent: z.boolean(),
  at: instant,
});
export type Message = z.infer<typeof messageSchema>;

export const faultKinds = [
  'error-before',
  'error-after',
  'timeout-before',
  'timeout-after',
  'lie',
  'rate-limit',
  'key-expired',
  'garbage',
  'slow',
] as const;
/** What goes wrong, for the next `times` calls that it fits. */
export const faultSchema = z.object({
  /** Where: a storefront kind, or `tracker`, `builds`, `chat`; null: anywhere. */
  on: z.enum([...storefrontKinds, 'tracker', 'builds', 'chat']).nullable(),
  calls: z.enum(['reads', 'writes', 'all']),
  what: z.enum(faultKinds),
  times: z.int().min(1).max(1_000_000),
  /** `rate-limit`: retry after; `slow`: how long the answer takes. */
  ms: z.int().min(0).max(600_000),
});
export type Fault = z.infer<typeof faultSchema>;

export const writeOutcomes = ['done', 'refused', 'already', 'failed-before', 'failed-after', 'lied'] as const;
const writeSchema = z.object({
  at: instant,
  by: z.string(),
  key: z.string().nullable(),
  on: z.string(),
  call: z.string(),
  app: z.string(),
  platform: z.string().nullable(),
  version: z.string().nullable(),
  build: z.string().nullable(),
  percent: z.number().nullable(),
  outcome: z.enum(writeOutcomes),
  note: z.string(),
});
/** One line of the audit list: every write call, whatever became of it. */
export type Write = z.infer<typeof writeSchema>;

export const stateSchema = z.object({
  format: z.literal(1),
  /** Changes when the world is reset, so that old cursors begin anew. */
  epoch: z.int(),
  /** Rises with every change of an item; never restarts, because readers let the highest revision win. */
  revision: z.int().min(0),
  /** `fixedAt`: the clock stands; otherwise it runs `offsetMs` beside the machine's. */
  clock: z.object({ fixedAt: instant.nullable(), offsetMs: z.number() }),
  reviewAfterMinutes: z.number().min(0).nullable(),
  listings: z.array(listingSchema),
  items: z.array(itemSchema),
  messages: z.array(messageSchema),
  faults: z.array(faultSchema),
  writes: z.array(writeSchema),
});
export type State = z.infer<typeof stateSchema>;

const REVISIONS_BEGIN = Date.UTC(2020, 0, 1);

/**
 * An empty world. Its first revision counts seconds since 2020, so that a world whose file was thrown away
 * still speaks with higher revisions than the one before it.
 */
export function emptyState(machineTime: string): State {
  return {
    format: 1,
    epoch: 1,
    revision: Math.max(0, Math.floor((Date.parse(machineTime) - REVISIONS_BEGIN) / 1000)),
    clock: { fixedAt: null, offsetMs: 0 },
    reviewAfterMinutes: null,
    listings: [],
    items: [],
    messages: [],
    faults: [],
    writes: [],
  };
}
