/** What people said and what became of actions, written into the current tables from the journal's events, in their transaction. */
import { sql } from 'kysely';
import type { Event } from '#domain/release/events.ts';
import { behindOf } from '#domain/roles.ts';
import type { Instant } from '#domain/time.ts';
import { pauseApp } from './apps.ts';
import { endAction, reopenAction } from './outbox.ts';
import { closeQuestion } from './questions.ts';
import type { ActorStamp } from './schema.ts';
import type { Tx } from './transaction.ts';

/** Where and by whom an event happened. */
export type Scene = { app: string; track: string; actor: ActorStamp; at: Instant; recordedAt: Instant };

/** Brings the current tables up to one event. Events that only move the track are in its own row and need nothing here. */
export async function project(tx: Tx, event: Event, scene: Scene): Promise<void> {
  switch (event.is) {
    case 'bug-nominated':
      return projectNomination(tx, event, scene);
    case 'bug-decided':
      return projectDecision(tx, event, scene);
    case 'bug-assigned':
      return projectAssignment(tx, event, scene);
    case 'sign-off-given':
      return projectSignOff(tx, event, scene);
    case 'approval-given':
      return projectApproval(tx, event, scene);
    case 'ticked':
      return projectTick(tx, event, scene);
    case 'waiver-asked':
      return projectWaiver(tx, event, scene);
    case 'waiver-approved':
      return changeWaiver(tx, event.waiver, 'active', { state: 'active', approvedBy: scene.actor.name });
    case 'waiver-ended':
      return changeWaiver(tx, event.waiver, 'ended', { state: 'ended', ended: { at: scene.at, why: event.why } });
    case 'waiver-revoked':
      return changeWaiver(tx, event.waiver, 'revoked', { state: 'revoked', ended: { at: scene.at, why: event.why } });
    case 'cherry-pick-asked':
      return projectCherryPick(tx, event, scene);
    case 'cherry-pick-answered':
      return changeCherryPick(tx, event, scene);
    case 'robot-paused':
      return event.scope === 'app' ? pauseApp(tx, scene.app, event.pause) : undefined;
    case 'robot-unpaused':
      return event.scope === 'app' ? pauseApp(tx, scene.app, null) : undefined;
    case 'action-ended':
      await endAction(tx, event.key, event.state, event.outcome, scene.at);
      return;
    case 'action-retried':
      await reopenAction(tx, event.key, scene.actor);
      return closeQuestion(tx, event.key, scene.at);
    case 'nudged':
    case 'crash-group-judged':
    case 'born':
    case 'development-started':
    case 'cut':
    case 'cut-again':
    case 'candidate-chosen':
    case 'went-back':
    case 'submitted':
    case 'approved':
    case 'rejected':
    case 'withdrawn':
    case 'live-in-part':
    case 'rollout-started':
    case 'percent-observed':
    case 'halt-ordered':
    case 'halted':
    case 'resume-ordered':
    case 'resumed':
    case 'released':
    case 'completed':
    case 'canceled':
    case 'superseded':
    case 'shadowed':
    case 'asked':
    case 'red-latched':
    case 'red-cleared':
    case 'action-ordered':
    case 'held':
    case 'verdict-changed':
    case 'corrected':
      return undefined;
    default:
      return event satisfies never;
  }
}

type Of<K extends Event['is']> = Extract<Event, { is: K }>;

async function projectNomination(tx: Tx, { bug, reason }: Of<'bug-nominated'>, { track, actor, at, recordedAt }: Scene): Promise<void> {
  const nominated = JSON.stringify({ name: actor.name, at, reason });
  await tx
    .insertInto('bug_decisions')
    .values({ track, bug, nominated, decision: null, at, recorded_at: recordedAt })
    .onConflict((conflict) => conflict.columns(['track', 'bug']).doUpdateSet({ nominated, at, recorded_at: recordedAt }))
    .execute();
}

async function projectDecision(tx: Tx, event: Of<'bug-decided'>, { track, actor, at, recordedAt }: Scene): Promise<void> {
  const { bug, decision: is, reason, risk, impact, workaround } = event;
  const decision = JSON.stringify({ is, by: actor.name, at, reason, risk, impact, workaround });
  await tx
    .insertInto('bug_decisions')
    .values({ track, bug, nominated: null, decision, at, recorded_at: recordedAt })
    .onConflict((conflict) => conflict.columns(['track', 'bug']).doUpdateSet({ decision, at, recorded_at: recordedAt }))
    .execute();
}

/** A team owns a bug in every release of the app. */
async function projectAssignment(tx: Tx, { bug, team }: Of<'bug-assigned'>, { app, actor, at, recordedAt }: Scene): Promise<void> {
  await tx
    .insertInto('bug_assignments')
    .values({ app, bug, team, by: actor.name, at, recorded_at: recordedAt })
    .onConflict((conflict) => conflict.columns(['app', 'bug']).doUpdateSet({ team, by: actor.name, at, recorded_at: recordedAt }))
    .execute();
}

async function projectSignOff(
  tx: Tx,
  { team, state, build, note }: Of<'sign-off-given'>,
  { track, actor, at, recordedAt }: Scene,
): Promise<void> {
  await tx
    .insertInto('sign_offs')
    .values({ track, team, state, build, by: actor.name, by_id: actor.id, note, at, recorded_at: recordedAt })
    .execute();
}

async function projectApproval(tx: Tx, event: Of<'approval-given'>, { track, actor, at, recordedAt }: Scene): Promise<void> {
  const { instance, answer, build, note, role } = event;
  await tx
    .insertInto('approvals')
    .values({ track, instance, by: actor.name, by_id: behindOf(actor), role, answer, build, note, at, recorded_at: recordedAt })
    .execute();
}

async function projectTick(
  tx: Tx,
  { instance, answer, note, build }: Of<'ticked'>,
  { track, actor, at, recordedAt }: Scene,
): Promise<void> {
  await tx
    .insertInto('ticks')
    .values({ track, instance, by: actor.name, by_id: actor.id, answer, build, note, at, recorded_at: recordedAt })
    .execute();
}

async function projectWaiver(tx: Tx, { waiver }: Of<'waiver-asked'>, { track, at, recordedAt }: Scene): Promise<void> {
  await tx
    .insertInto('waivers')
    .values({
      id: waiver.id,
      track,
      instance: waiver.instance,
      state: waiver.state,
      waiver: JSON.stringify(waiver),
      at,
      recorded_at: recordedAt,
    })
    .execute();
}

async function changeWaiver(tx: Tx, id: string, state: 'active' | 'ended' | 'revoked', change: object): Promise<void> {
  await sql`update waivers set state = ${state}, waiver = waiver || ${JSON.stringify(change)}::jsonb where id = ${id}`.execute(tx);
}

async function projectCherryPick(tx: Tx, { pick }: Of<'cherry-pick-asked'>, { track, at, recordedAt }: Scene): Promise<void> {
  await tx
    .insertInto('cherry_picks')
    .values({ id: pick.id, track, commit: pick.commit, state: pick.state, pick: JSON.stringify(pick), at, recorded_at: recordedAt })
    .execute();
}

async function changeCherryPick(tx: Tx, { pick, answer, why }: Of<'cherry-pick-answered'>, { actor }: Scene): Promise<void> {
  const change = JSON.stringify({ state: answer, answeredBy: actor.name, answer: why });
  await sql`update cherry_picks set state = ${answer}, pick = pick || ${change}::jsonb where id = ${pick}`.execute(tx);
}
