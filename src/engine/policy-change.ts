/**
 * A policy that one person proposes and another approves. Nobody approves their own: not by another session, and not by a key that acts for them.
 * What was proposed on an older revision than the one in force cannot be approved: it would write over what came between.
 */
import { randomBytes } from 'node:crypto';
import { appIds } from '#db/apps.ts';
import { digest, unstorable } from '#db/canonical.ts';
import { stampOf } from '#db/journal.ts';
import { decideProposal, insertProposal, lockProposal, openProposals } from '#db/policies.ts';
import { unlessRefused } from '#db/transaction.ts';
import type { Tx } from '#db/transaction.ts';
import { parsePolicy } from '#domain/policy/document.ts';
import { behindOf, isOwn, mayGive, roleName, rolesFor } from '#domain/roles.ts';
import type { Actor } from '#domain/roles.ts';
import { tellAll } from './commit.ts';
import { appNow, knownApp } from './context.ts';
import type { Context } from './context.ts';
import { noSuchApp, refuse } from './refuse.ts';
import { journalApp, policyMisfit, policyRefusal, raised, saveAndPlan } from './setup.ts';
import type { SavedPolicy } from './setup.ts';
import type { Change, EngineRefusal, Result } from './types.ts';
import { wakeUnits } from './unit.ts';

/** Proposals of one app that may wait at a time. */
const MOST_OPEN = 50;

type Stored = NonNullable<Awaited<ReturnType<typeof lockProposal>>>;

/** Proposes a policy; nothing is changed by it. */
export async function proposePolicy(
  context: Context,
  id: string,
  wanted: { text: string; basedOn: number; why: string },
  by: Actor,
): Promise<Result<{ proposal: string }>> {
  const app = await knownApp(context, id);
  if (app === null) return noSuchApp(id, await appIds(context.db));
  const missing = lacks(by, 'propose-policy');
  if (missing !== null) return missing;
  const bad = unstorable(wanted);
  if (bad !== null) return refuse('invalid', bad, 'text of whole characters, without NUL');
  const parsed = parsePolicy(wanted.text);
  if (!parsed.ok) return policyRefusal(parsed.problems);
  const misfit = await policyMisfit(context, app, parsed.policy);
  if (misfit !== null) return misfit;
  const told: Change[] = [];
  const answer = await unlessRefused(context.db, async (tx): Promise<Result<{ proposal: string }>> => {
    const head = await raised(tx, id);
    if (wanted.basedOn !== head.policyRevision)
      return refuse(
        'stale',
        `the policy is at revision ${head.policyRevision}; this was based on ${wanted.basedOn}`,
        `edit revision ${head.policyRevision}`,
      );
    if ((await openProposals(tx, id)) >= MOST_OPEN)
      return refuse('conflict', `${MOST_OPEN} proposals of ${id} wait already`, 'approve, refuse or withdraw some first');
    const proposal = `prop_${randomBytes(9).toString('base64url')}`;
    await insertProposal(tx, { id: proposal, app: id, ...wanted, proposedBy: stampOf(by) }, appNow(context, id), context.clock.now());
    const event = { is: 'policy-proposed', proposal, basedOn: wanted.basedOn, digest: digest(wanted.text), why: wanted.why } as const;
    await journalApp(context, tx, id, head, event, by, ['policy', 'journal'], told);
    return { ok: true, proposal };
  });
  tellAll(context, told);
  return answer;
}

/** Approves what somebody else proposed: it is in force from here on. */
export async function approvePolicy(context: Context, id: string, proposal: string, by: Actor, note: string | null): Promise<SavedPolicy> {
  const app = await knownApp(context, id);
  if (app === null) return noSuchApp(id, await appIds(context.db));
  const missing = lacks(by, 'approve-policy');
  if (missing !== null) return missing;
  const told: Change[] = [];
  const answer = await unlessRefused(context.db, async (tx): Promise<SavedPolicy> => {
    const found = await openOne(tx, id, proposal);
    if ('ok' in found) return found;
    if (isOwn(behindOf(found.proposedBy), by) || by.id === found.proposedBy.id) return ownProposal(found, by);
    const parsed = parsePolicy(found.text);
    if (!parsed.ok) return policyRefusal(parsed.problems);
    const misfit = await policyMisfit(context, app, parsed.policy);
    if (misfit !== null) return misfit;
    const { text, basedOn, why, proposedBy } = found;
    const wanted = { text, document: parsed.policy, basedOn, why, approved: { proposal, proposedBy } };
    const saved = await saveAndPlan(context, tx, app, wanted, by, told);
    if (saved.ok)
      await decideProposal(tx, proposal, {
        state: 'approved',
        by: stampOf(by),
        note,
        revision: saved.revision,
        at: appNow(context, id),
      });
    return saved;
  });
  if (answer.ok) {
    tellAll(context, told);
    await wakeUnits(context, id);
  }
  return answer;
}

/** Closes a proposal that is not to be: whoever proposed it withdraws it, somebody else refuses it. */
export async function closeProposal(
  context: Context,
  id: string,
  proposal: string,
  by: Actor,
  why: string,
): Promise<Result<{ state: 'refused' | 'withdrawn' }>> {
  if ((await knownApp(context, id)) === null) return noSuchApp(id, await appIds(context.db));
  const told: Change[] = [];
  const answer = await unlessRefused(context.db, async (tx): Promise<Result<{ state: 'refused' | 'withdrawn' }>> => {
    const found = await openOne(tx, id, proposal);
    if ('ok' in found) return found;
    const state = isOwn(behindOf(found.proposedBy), by) ? 'withdrawn' : 'refused';
    const missing = state === 'refused' ? lacks(by, 'approve-policy') : null;
    if (missing !== null) return missing;
    await decideProposal(tx, proposal, { state, by: stampOf(by), note: why, revision: null, at: appNow(context, id) });
    const head = await raised(tx, id);
    await journalApp(context, tx, id, head, { is: 'policy-proposal-closed', proposal, state, why }, by, ['policy', 'journal'], told);
    return { ok: true, state };
  });
  tellAll(context, told);
  return answer;
}

async function openOne(tx: Tx, app: string, proposal: string): Promise<Stored | EngineRefusal> {
  const found = await lockProposal(tx, app, proposal);
  if (found === null) return refuse('not-found', `${app} has no proposal "${proposal}"`, 'one that is listed');
  return found.state === 'open' ? found : refuse('conflict', `that proposal is ${found.state}`, 'only one that is open can be answered');
}

function ownProposal({ proposedBy }: Stored, by: Actor): EngineRefusal {
  const through = by.kind === 'key' ? `, and the key ${by.name} acts for the same person` : '';
  return {
    ok: false,
    code: 'own-request',
    because: `${proposedBy.name} proposed this${through}`,
    wouldBeRight: 'somebody else approves it',
  };
}

function lacks(by: Actor, command: 'propose-policy' | 'approve-policy'): EngineRefusal | null {
  if ((by.kind === 'person' || by.kind === 'key') && mayGive(by.roles, command)) return null;
  const what = command === 'propose-policy' ? 'propose a policy' : 'approve a policy';
  return refuse('not-allowed', `${by.name} may not ${what}`, `ask someone who is ${rolesFor[command].map(roleName).join(' or ')}`);
}
