/** The policy document of an app: show, save, check, and what a change would do. */
import { z } from 'zod';
import { route } from './route.ts';
import { planView } from './tracks.ts';
import { actor, appParams, moment, pageOf, pageQuery } from './words.ts';

const text = z.string().min(1).max(1_000_000).meta({ description: 'The document, YAML or JSON' });

const why = z.string().trim().min(1, 'say why: it stands beside the revision').max(2000);
const previewToken = z
  .string()
  .regex(/^[0-9a-f]{32}$/, 'the `preview` that a preview of this text answered')
  .meta({ description: 'The `preview` of the preview that was looked at: it is of this text, on the revision in force' });

export const policyRevision = z
  .object({
    revision: z.int(),
    savedAt: moment,
    savedBy: actor.meta({ description: 'Who saved it, or proposed it' }),
    why: z.string().nullable(),
    proposal: z.string().nullable(),
    approvedBy: actor.nullable().meta({ description: 'Who agreed, where it was proposed' }),
  })
  .meta({ id: 'PolicyRevision' });

/** What differs between two texts, as lines with what stands around them. */
export const policyDiff = z
  .object({
    added: z.int(),
    removed: z.int(),
    lines: z.array(
      z.object({
        is: z.enum(['same', 'added', 'removed', 'gap']),
        text: z.string(),
        line: z.int().nullable().meta({ description: 'Of the new text; of the old one where it was removed' }),
      }),
    ),
  })
  .meta({ id: 'PolicyDiff' });

/** What another policy means for the live tracks. */
export const policyEffect = z.object({
  preview: z.string().meta({ description: 'To be sent when it is saved, proposed or approved: that its effect was looked at' }),
  basedOn: z.int().meta({ description: 'The revision in force, on which it was looked at' }),
  needsSecond: z.boolean().meta({ description: 'The policy in force wants it proposed and approved by another' }),
  diff: policyDiff,
  plans: z.array(
    z.object({
      track: z.string(),
      plan: planView,
      before: planView.nullable().meta({ description: 'The plan under the policy in force' }),
      changes: z.array(z.string()).meta({ description: 'What is another under this policy, in words; empty where nothing is' }),
    }),
  ),
});

export const policyProposal = z
  .object({
    id: z.string(),
    basedOn: z.int(),
    why: z.string(),
    proposedBy: actor,
    proposedAt: moment,
    state: z.enum(['open', 'approved', 'refused', 'withdrawn']),
    outdated: z.boolean().meta({ description: 'It is open, and another revision came into force since: it cannot be approved' }),
    decidedBy: actor.nullable(),
    decidedAt: moment.nullable(),
    note: z.string().nullable(),
    revision: z.int().nullable().meta({ description: 'The revision that it became' }),
  })
  .meta({ id: 'PolicyProposal' });

const proposalParams = appParams.extend({ proposal: z.string().min(1).max(100) });
const saved = z.object({ revision: z.int(), plans: z.array(z.object({ track: z.string(), plan: planView })) }).meta({ id: 'PolicySaved' });

export const policyProblem = z
  .object({ line: z.int(), column: z.int(), path: z.string(), because: z.string(), wouldBeRight: z.string() })
  .meta({ id: 'PolicyFault' });

export const policyRoutes = [
  route({
    id: 'getPolicy',
    method: 'get',
    path: '/api/apps/{app}/policy',
    summary: 'Show the policy in force, or an older revision',
    tag: 'policy',
    who: 'see',
    params: appParams,
    query: z.object({ revision: z.coerce.number().int().min(1).optional() }),
    answers: { 200: policyRevision.extend({ text: z.string() }).meta({ id: 'Policy' }) },
  }),
  route({
    id: 'listPolicyRevisions',
    method: 'get',
    path: '/api/apps/{app}/policy/revisions',
    summary: 'List the revisions of the policy, the newest first',
    tag: 'policy',
    who: 'see',
    params: appParams,
    query: pageQuery,
    answers: { 200: pageOf(policyRevision).meta({ id: 'PolicyRevisionPage' }) },
  }),
  route({
    id: 'savePolicy',
    method: 'put',
    path: '/api/apps/{app}/policy',
    summary: 'Save a new revision of the policy',
    tag: 'policy',
    who: 'admin',
    params: appParams,
    body: z.strictObject({
      text,
      basedOn: z.int().min(0).optional().meta({ description: 'The revision that was edited; a newer one in force is a conflict' }),
      preview: previewToken,
      why,
    }),
    answers: { 200: saved },
    bodyLimitBytes: 2_000_000,
  }),
  route({
    id: 'getPolicyDiff',
    method: 'get',
    path: '/api/apps/{app}/policy/diff',
    summary: 'Tell what differs between two revisions of the policy',
    tag: 'policy',
    who: 'see',
    params: appParams,
    query: z.object({
      to: z.coerce.number().int().min(1),
      from: z.coerce
        .number()
        .int()
        .min(0)
        .optional()
        .meta({ description: 'The one before `to` where it is left out; 0 stands for nothing' }),
    }),
    answers: { 200: policyDiff },
  }),
  route({
    id: 'listProposals',
    method: 'get',
    path: '/api/apps/{app}/policy/proposals',
    summary: 'List proposed policies, the newest first',
    tag: 'policy',
    who: 'see',
    params: appParams,
    query: pageQuery.extend({ state: z.enum(['open']).optional().meta({ description: 'Only those that wait' }) }),
    answers: { 200: pageOf(policyProposal).meta({ id: 'PolicyProposalPage' }) },
  }),
  route({
    id: 'proposePolicy',
    method: 'post',
    path: '/api/apps/{app}/policy/proposals',
    summary: 'Propose another policy, after a look at its effect; nothing changes until somebody else approves it',
    tag: 'policy',
    who: { command: 'propose-policy' },
    params: appParams,
    body: z.strictObject({ text, preview: previewToken, why }),
    answers: { 201: policyProposal },
    bodyLimitBytes: 2_000_000,
  }),
  route({
    id: 'getProposal',
    method: 'get',
    path: '/api/apps/{app}/policy/proposals/{proposal}',
    summary: 'Show a proposed policy with its text; while it waits, what it would do now',
    tag: 'policy',
    who: 'see',
    params: proposalParams,
    answers: { 200: policyProposal.extend({ text: z.string(), effect: policyEffect.nullable() }).meta({ id: 'PolicyProposalInFull' }) },
  }),
  route({
    id: 'approveProposal',
    method: 'post',
    path: '/api/apps/{app}/policy/proposals/{proposal}/approval',
    summary: 'Approve what somebody else proposed, after a look at its effect: it is in force',
    tag: 'policy',
    who: { command: 'approve-policy' },
    params: proposalParams,
    body: z.strictObject({ preview: previewToken, note: z.string().trim().max(2000).nullable().default(null) }),
    answers: { 200: saved },
  }),
  route({
    id: 'closeProposal',
    method: 'post',
    path: '/api/apps/{app}/policy/proposals/{proposal}/refusal',
    summary: "Refuse a proposed policy, or withdraw one's own",
    tag: 'policy',
    who: { command: 'propose-policy' },
    params: proposalParams,
    body: z.strictObject({ why }),
    answers: { 200: policyProposal },
  }),
  route({
    id: 'previewPolicy',
    method: 'post',
    path: '/api/apps/{app}/policy/preview',
    summary: 'Tell what each live track would do under another policy, changing nothing',
    tag: 'policy',
    who: 'see',
    params: appParams,
    body: z.strictObject({ text }),
    answers: { 200: policyEffect.meta({ id: 'PolicyPreview' }) },
    bodyLimitBytes: 2_000_000,
  }),
  route({
    id: 'checkPolicy',
    method: 'post',
    path: '/api/policy/check',
    summary: 'Check a policy document',
    tag: 'policy',
    who: 'signed-in',
    body: z.strictObject({ text }),
    answers: { 200: z.object({ ok: z.boolean(), problems: z.array(policyProblem) }).meta({ id: 'PolicyCheck' }) },
    bodyLimitBytes: 2_000_000,
  }),
] as const;
