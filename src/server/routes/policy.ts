import { appVersion } from '#db/views/apps.ts';
import { parsePolicy } from '#domain/policy/document.ts';
import { policyInForce, policyRevision, policyRevisions } from '#db/views/policy.ts';
import type { Handlers, Room } from '../context.ts';
import { cursorOf, isNumber, page, wordsOf } from '../cursor.ts';
import { notFound, orRefuse } from '../errors.ts';
import { planView } from '../plan-view.ts';

export function policyHandlers(room: Room): Handlers<'getPolicy' | 'listPolicyRevisions' | 'savePolicy' | 'previewPolicy' | 'checkPolicy'> {
  const asPolicy = { invalid: 'invalid-policy' } as const;
  return {
    getPolicy: async ({ params, query }) => {
      const found =
        query.revision === undefined ? await policyInForce(room.db, params.app) : await policyRevision(room.db, params.app, query.revision);
      return (
        found ??
        notFound(
          query.revision === undefined ? `policy of an app "${params.app}"` : `revision ${query.revision} of the policy of "${params.app}"`,
          'see GET /api/apps',
        )
      );
    },
    listPolicyRevisions: async ({ params, query }) => {
      if ((await appVersion(room.db, params.app)) === null) notFound(`app "${params.app}"`, 'see GET /api/apps');
      const [before] = wordsOf(query.cursor, isNumber) ?? [];
      const rows = await policyRevisions(room.db, params.app, before === undefined ? null : Number(before), query.limit + 1);
      return page(rows, query.limit, (last) => cursorOf(String(last.revision)));
    },
    savePolicy: async ({ params, body }, at) => {
      const saved = orRefuse(
        await room.engine.savePolicy(
          params.app,
          body.text,
          at.actor(params.app),
          body.basedOn === undefined ? {} : { basedOn: body.basedOn },
        ),
        asPolicy,
      );
      return { revision: saved.revision, plans: saved.plans.map(({ track, plan }) => ({ track, plan: planView(track, plan) })) };
    },
    previewPolicy: async ({ params, body }, at) => {
      const preview = orRefuse(await room.engine.savePolicy(params.app, body.text, at.actor(params.app), { dryRun: true }), asPolicy);
      return { plans: preview.plans.map(({ track, plan }) => ({ track, plan: planView(track, plan) })) };
    },
    checkPolicy: async ({ body }) => {
      const result = parsePolicy(body.text);
      return result.ok ? { ok: true, problems: [] } : { ok: false, problems: result.problems };
    },
  };
}
