/** What the sandbox sends, checked: past this file only our types exist. */
import { z } from 'zod';

const instant = z.iso.datetime({ offset: true }).transform((at) => new Date(at).toISOString());

export const releaseSchema = z.object({
  version: z.string(),
  build: z.string(),
  state: z.enum(['in-review', 'rejected', 'approved', 'rolling-out', 'paused', 'halted', 'released', 'replaced', 'withdrawn']),
  percent: z.number().min(0).max(100),
  startPercent: z.number().nullable(),
  rejection: z.object({ kind: z.enum(['binary', 'metadata']), why: z.string() }).nullable(),
  key: z.string().nullable(),
  submissions: z.array(
    z.object({
      key: z.string().nullable(),
      build: z.string(),
      percent: z.number().nullable(),
      at: instant,
      fate: z.enum(['in-review', 'approved', 'rejected', 'withdrawn']),
    }),
  ),
  nextPhasePercent: z.number().nullable(),
  nextPhaseAt: instant.nullable(),
  pausedMs: z.number().min(0),
  replacedBy: z.string().nullable(),
  managedPublishing: z.boolean(),
});
/** A release as the sandbox's storefronts show it. */
export type RemoteRelease = z.infer<typeof releaseSchema>;

export const releasesSchema = z.object({ releases: z.array(releaseSchema) });

/** Why the sandbox will not. */
export const refusalSchema = z.object({
  code: z.string(),
  message: z.string(),
  help: z.string().default(''),
  heldBy: z.string().nullable().default(null),
});
export type RemoteRefusal = z.infer<typeof refusalSchema>;

export const changesSchema = z.object({
  items: z.array(
    z.object({
      kind: z.enum(['bug', 'check', 'build', 'test-run', 'distribution']),
      key: z.string(),
      revision: z.int().min(0),
      at: instant,
      payload: z.record(z.string(), z.unknown()),
    }),
  ),
  cursor: z.string(),
  more: z.boolean(),
});

export const postedSchema = z.object({ message: z.object({ id: z.string(), channel: z.string() }), already: z.boolean() });

/** What became of a ticket that was asked for, and the tracker's own key of it. */
export const ticketSchema = z.object({ key: z.string(), did: z.enum(['made', 'changed', 'opened', 'nothing']) });
