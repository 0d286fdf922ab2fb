import { appVersion } from '#db/views/apps.ts';
import { parsePolicy } from '#domain/policy/document.ts';
import { policyInForce, policyProposal, policyProposals, policyRevision, policyRevisions } from '#db/views/policy.ts';
import type { PlanUnder } from '#engine/types.ts';
import type { At, Handlers, Room } from '../context.ts';
import { cursorOf, isInstant, isNumber, isWord, page, wordsOf } from '../cursor.ts';
import { notFound, orRefuse, refuse } from '../errors.ts';
import { planView } from '../plan-view.ts';
import { changesOf, diffOf, previewToken } from '../policy-effect.ts';

type Mine =
  | 'getPolicy'
  | 'listPolicyRevisions'
  | 'savePolicy'
  | 'getPolicyDiff'
  | 'listProposals'
  | 'proposePolicy'
  | 'getProposal'
  | 'approveProposal'
  | 'closeProposal'
  | 'previewPolicy'
  | 'checkPolicy';

export function policyHandlers(room: Room): Handlers<Mine> {
  const asPolicy = { invalid: 'invalid-policy' } as const;
  const inForceOr = async (app: string) =>
    (await policyInForce(room.db, app)) ?? notFound(`policy of an app "${app}"`, 'see GET /api/apps');
  const requireApp = async (app: string): Promise<void> => {
    if ((await appVersion(room.db, app)) === null) notFound(`app "${app}"`, 'see GET /api/apps');
  };
  const planned = (plans: readonly PlanUnder[]) => plans.map(({ track, plan }) => ({ track, plan: planView(track, plan) }));

  /** What a text would do now, beside what is done now. */
  const effectOf = async (app: string, text: string, at: At) => {
    const { revision: basedOn, text: present } = await inForceOr(app);
    const preview = orRefuse(await room.engine.savePolicy(app, text, at.actor(app), { dryRun: true, basedOn }), asPolicy);
    return {
      preview: previewToken(app, basedOn, text),
      basedOn,
      needsSecond: await asksForSecond(app, basedOn),
      diff: diffOf(present, text),
      plans: preview.plans.map(({ track, plan, before }) => ({
        track,
        plan: planView(track, plan),
        before: before === null ? null : planView(track, before),
        changes: before === null ? [] : changesOf(before, plan),
      })),
    };
  };
  const asksForSecond = async (app: string, revision: number): Promise<boolean> =>
    (await room.policies.documentOf(app, revision))?.['policy-changes']['second-approver'] ?? false;

  /** Refuses what was not looked at: the token is of the text and of the revision in force. */
  const requireLook = (app: string, basedOn: number, text: string, preview: string): void => {
    if (preview !== previewToken(app, basedOn, text))
      refuse(
        'stale',
        `the effect of this text on revision ${basedOn}, which is in force, was not looked at`,
        `preview it (POST /api/apps/${app}/policy/preview), look at its effect, and send the \`preview\` that it answers`,
      );
  };
  const proposalOr = async (app: string, id: string) =>
    (await policyProposal(room.db, app, id)) ?? notFound(`proposal "${id}" of ${app}`, `see GET /api/apps/${app}/policy/proposals`);
  const shownProposal = <P extends { state: string; basedOn: number }>(proposal: P, inForce: number): P & { outdated: boolean } => ({
    ...proposal,
    outdated: proposal.state === 'open' && proposal.basedOn !== inForce,
  });
  const without = async (app: string, id: string) => {
    const { text: _text, ...proposal } = await proposalOr(app, id);
    return shownProposal(proposal, (await inForceOr(app)).revision);
  };

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
      await requireApp(params.app);
      const [before] = wordsOf(query.cursor, isNumber) ?? [];
      const rows = await policyRevisions(room.db, params.app, before === undefined ? null : Number(before), query.limit + 1);
      return page(rows, query.limit, (last) => cursorOf(String(last.revision)));
    },
    getPolicyDiff: async ({ params, query }) => {
      await requireApp(params.app);
      const textOf = async (revision: number): Promise<string> =>
        revision === 0
          ? ''
          : (
              (await policyRevision(room.db, params.app, revision)) ??
              notFound(`revision ${revision} of the policy of "${params.app}"`, `see GET /api/apps/${params.app}/policy/revisions`)
            ).text;
      return diffOf(await textOf(query.from ?? query.to - 1), await textOf(query.to));
    },
    savePolicy: async ({ params, body }, at) => {
      const { revision } = await inForceOr(params.app);
      const basedOn = body.basedOn ?? revision;
      if (basedOn === revision && parsePolicy(body.text).ok) requireLook(params.app, revision, body.text, body.preview);
      const saved = orRefuse(
        await room.engine.savePolicy(params.app, body.text, at.actor(params.app), { basedOn, why: body.why }),
        asPolicy,
      );
      return { revision: saved.revision, plans: planned(saved.plans) };
    },
    listProposals: async ({ params, query }) => {
      const { revision } = await inForceOr(params.app);
      const [at, id] = wordsOf(query.cursor, isInstant, isWord) ?? [];
      const before = at === undefined || id === undefined ? null : { at, id };
      const rows = await policyProposals(room.db, params.app, { state: query.state ?? null, before, limit: query.limit + 1 });
      return page(
        rows.map((row) => shownProposal(row, revision)),
        query.limit,
        (last) => cursorOf(last.proposedAt, last.id),
      );
    },
    proposePolicy: async ({ params, body }, at) => {
      const { revision } = await inForceOr(params.app);
      if (parsePolicy(body.text).ok) requireLook(params.app, revision, body.text, body.preview);
      const { proposal } = orRefuse(
        await room.engine.proposePolicy(params.app, { text: body.text, basedOn: revision, why: body.why }, at.actor(params.app)),
        asPolicy,
      );
      return without(params.app, proposal);
    },
    getProposal: async ({ params }, at) => {
      const { revision } = await inForceOr(params.app);
      const proposal = shownProposal(await proposalOr(params.app, params.proposal), revision);
      const waits = proposal.state === 'open' && !proposal.outdated;
      return { ...proposal, effect: waits ? await effectOf(params.app, proposal.text, at) : null };
    },
    approveProposal: async ({ params, body }, at) => {
      const { revision } = await inForceOr(params.app);
      const { text, basedOn } = await proposalOr(params.app, params.proposal);
      if (basedOn === revision) requireLook(params.app, revision, text, body.preview);
      const saved = orRefuse(
        await room.engine.approvePolicy(params.app, params.proposal, at.actor(params.app), body.note === '' ? null : body.note),
        asPolicy,
      );
      return { revision: saved.revision, plans: planned(saved.plans) };
    },
    closeProposal: async ({ params, body }, at) => {
      orRefuse(await room.engine.closeProposal(params.app, params.proposal, at.actor(params.app), body.why));
      return without(params.app, params.proposal);
    },
    previewPolicy: async ({ params, body }, at) => effectOf(params.app, body.text, at),
    checkPolicy: async ({ body }) => {
      const result = parsePolicy(body.text);
      return result.ok ? { ok: true, problems: [] } : { ok: false, problems: result.problems };
    },
  };
}
