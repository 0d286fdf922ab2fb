/** Commands: what a person (or a key with that authority) may ask of a track. Their shapes as zod schemas, because they come in over HTTP. */
import { z } from 'zod';
import { bugDecisions, signOffStates } from '../facts.ts';
import { instantIn } from '../moment.ts';
import { stages } from './track.ts';

const reason = z.string().trim().min(1).max(2000);
const word = z.string().trim().min(1).max(200);
const note = z.string().trim().max(2000).nullable().default(null);

export const command = z.discriminatedUnion('do', [
  z.object({
    do: z.literal('cut'),
    branch: word.optional(),
    at: z
      .string()
      .regex(/^[0-9a-f]{7,64}$/)
      .optional(),
    reason: reason.optional(),
  }),
  z.object({ do: z.literal('choose-candidate'), build: word, reason: reason.optional() }),
  z.object({ do: z.literal('submit'), reason: reason.optional() }),
  z.object({ do: z.literal('withdraw'), reason }),
  z.object({ do: z.literal('start'), reason: reason.optional() }),
  z.object({ do: z.literal('raise'), percent: z.number().gt(0).max(100), reason: reason.optional() }),
  z.object({ do: z.literal('halt'), reason }),
  z.object({ do: z.literal('resume'), reason }),
  z.object({ do: z.literal('cancel'), reason }),
  z.object({
    do: z.literal('pause-robot'),
    scope: z.enum(['app', 'track']).default('track'),
    reason,
    until: instantIn.nullable().default(null),
  }),
  z.object({ do: z.literal('unpause-robot'), scope: z.enum(['app', 'track']).default('track'), reason }),
  z.object({ do: z.literal('nominate-bug'), bug: word, reason }),
  z.object({ do: z.literal('decide-bug'), bug: word, decision: z.enum(bugDecisions), reason, risk: note, impact: note, workaround: note }),
  z.object({ do: z.literal('assign-bug'), bug: word, team: word, reason: reason.optional() }),
  z.object({ do: z.literal('sign-off'), team: word, state: z.enum(signOffStates), build: word.optional(), note }),
  z.object({ do: z.literal('approve'), instance: word, answer: z.enum(['approved', 'refused']).default('approved'), note }),
  z.object({ do: z.literal('tick'), instance: word, answer: z.enum(['done', 'refused']).default('done'), note }),
  /** A red of health that stays: a person says why it may be judged anew from here on. */
  z.object({ do: z.literal('clear-red'), instance: word, reason }),
  z.object({
    do: z.literal('ask-waiver'),
    instance: word,
    category: z.enum(['known-and-accepted', 'data-is-not-enough', 'fallback-is-on', 'data-is-wrong']),
    reason: z.string().trim().min(1).max(2000),
    until: z.union([z.object({ step: word }), z.object({ at: instantIn })]).optional(),
    endsIf: z.array(z.enum(['new-candidate', 'worse-colour'])).default(['new-candidate', 'worse-colour']),
  }),
  z.object({
    do: z.literal('waive'),
    instance: word,
    category: z.enum(['known-and-accepted', 'data-is-not-enough', 'fallback-is-on', 'data-is-wrong']),
    reason: z.string().trim().min(1).max(2000),
    until: z.union([z.object({ step: word }), z.object({ at: instantIn })]).optional(),
    endsIf: z.array(z.enum(['new-candidate', 'worse-colour'])).default(['new-candidate', 'worse-colour']),
  }),
  z.object({ do: z.literal('approve-waiver'), waiver: word }),
  z.object({ do: z.literal('revoke-waiver'), waiver: word, reason }),
  z.object({
    do: z.literal('ask-cherry-pick'),
    commit: z.string().regex(/^[0-9a-f]{7,64}$/),
    title: z.string().trim().min(1).max(500),
    bug: word.nullable().default(null),
    risk: reason,
  }),
  z.object({ do: z.literal('answer-cherry-pick'), pick: word, answer: z.enum(['accepted', 'refused']), reason }),
  z.object({
    do: z.literal('correct'),
    /** Where the release branch was really cut, or when a stage was really reached: what was read out of history is an inference. */
    what: z.union([
      z.object({ cut: z.string().regex(/^[0-9a-f]{7,64}$/), at: instantIn }),
      z.object({ stage: z.enum(stages), at: instantIn }),
    ]),
    reason,
  }),
  z.object({
    do: z.literal('nudge'),
    /** Whom: a team of the policy, or whoever can turn this criterion green. */
    team: word.nullable().default(null),
    instance: word.nullable().default(null),
    note,
  }),
  z.object({ do: z.literal('retry-action'), key: z.string().min(1).max(300) }),
]);

export type Command = z.infer<typeof command>;
export type TrackCommandKind = Command['do'];
/** Every command there is, those on apps and facts included. */
export type CommandKind =
  | TrackCommandKind
  | 'report-bug'
  | 'plan-release'
  | 'replan-release'
  | 'describe-release'
  | 'post-update'
  | 'propose-policy'
  | 'approve-policy';
