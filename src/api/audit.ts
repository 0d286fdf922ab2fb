/** The journal as evidence: its entries with their hashes, whether the chains hold, and the seals for keeping elsewhere. */
import { z } from 'zod';
import { route } from './route.ts';
import { journalEntry } from './tracks.ts';
import { actorKind, appId, eventKinds, moment, momentIn, pageOf, pageQuery } from './words.ts';

export const seal = z
  .object({
    seq: z.int(),
    at: moment,
    hash: z.string(),
    previous: z.string(),
    heads: z.array(z.object({ chain: z.string(), seq: z.int(), hash: z.string() })),
    publicKey: z.string(),
    signature: z.string(),
  })
  .meta({ id: 'Seal' });

export const auditRoutes = [
  route({
    id: 'listAudit',
    method: 'get',
    path: '/api/audit',
    summary: 'List the entries of the journal with their hashes, the newest first',
    tag: 'audit',
    who: 'see',
    query: pageQuery.extend({
      app: z
        .union([appId, z.literal('*')])
        .optional()
        .meta({ description: 'An app; `*`: the instance itself, people and keys, for its admins alone' }),
      track: z.string().max(300).optional(),
      actor: z.string().max(200).optional(),
      is: eventKinds.optional(),
      by: actorKind.optional(),
      from: momentIn.optional().meta({ description: 'Only what happened at this moment or later, in the time of its app' }),
      to: momentIn.optional().meta({ description: 'Only what happened before this moment' }),
      text: z
        .string()
        .trim()
        .min(1)
        .max(200)
        .optional()
        .meta({ description: 'Words that stand in the event, in the name of who did it, or in the name of the track' }),
    }),
    answers: { 200: pageOf(journalEntry).meta({ id: 'JournalPage' }) },
  }),
  route({
    id: 'verifyAudit',
    method: 'get',
    path: '/api/audit/verify',
    summary: 'Check every chain of the journal and every seal',
    tag: 'audit',
    who: 'admin',
    query: z.object({ app: appId.optional() }),
    answers: {
      200: z
        .object({ ok: z.boolean(), chains: z.int(), entries: z.int(), seals: z.int(), problems: z.array(z.string()) })
        .meta({ id: 'AuditResult' }),
    },
  }),
  route({
    id: 'listSeals',
    method: 'get',
    path: '/api/audit/seals',
    summary: 'Export the signed seals, the newest first',
    tag: 'audit',
    who: 'admin',
    query: pageQuery,
    answers: { 200: pageOf(seal).meta({ id: 'SealPage' }) },
  }),
] as const;
