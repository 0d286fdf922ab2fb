/** The policy document of an app: show, save, check, and what a change would do. */
import { z } from 'zod';
import { route } from './route.ts';
import { planView } from './tracks.ts';
import { actor, appParams, moment, pageOf, pageQuery } from './words.ts';

const text = z.string().min(1).max(1_000_000).meta({ description: 'The document, YAML or JSON' });

export const policyRevision = z.object({ revision: z.int(), savedAt: moment, savedBy: actor }).meta({ id: 'PolicyRevision' });

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
    }),
    answers: {
      200: z.object({ revision: z.int(), plans: z.array(z.object({ track: z.string(), plan: planView })) }).meta({ id: 'PolicySaved' }),
    },
    bodyLimitBytes: 2_000_000,
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
    answers: { 200: z.object({ plans: z.array(z.object({ track: z.string(), plan: planView })) }).meta({ id: 'PolicyPreview' }) },
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
