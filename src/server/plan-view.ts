/** A plan as the API shows it. */
import type { PlanView } from '#api/tracks.ts';
import type { Effect } from '#domain/actions.ts';
import { entryInWords } from '#domain/event-words.ts';
import type { Plan } from '#domain/release/world.ts';
import { cellOf } from './cells.ts';

export function planView(track: string, plan: Plan): PlanView {
  return {
    track,
    stage: plan.track.stage,
    next: plan.next,
    robot: { ...plan.robot, missing: [...plan.robot.missing] },
    cells: plan.verdicts.map((verdict) => cellOf(track, verdict)),
    events: plan.events.map((event) => ({ is: event.is, text: entryInWords(event) })),
    actions: plan.actions.map(({ key, lane, urgent, effect, step, why }) => ({
      key,
      kind: effect.kind,
      lane,
      urgent,
      step,
      why,
      text: effectInWords(effect),
    })),
    voids: plan.voids.map((each) => ({ ...each })),
    questions: plan.questions.map(({ key, step, text, evidence, askedAt }) => ({
      key,
      track,
      step,
      text,
      evidence: evidence.map((each) => ({ ...each })),
      askedAt,
    })),
    lookAgainAt: plan.lookAgainAt,
  };
}

/** What an effect does, in words. */
export function effectInWords(effect: Effect): string {
  switch (effect.kind) {
    case 'ensure-branch':
      return `cut ${effect.branch}${effect.at === null ? '' : ` at ${effect.at.slice(0, 10)}`}`;
    case 'ensure-tag':
      return `tag ${effect.commit.slice(0, 10)} as ${effect.tag}`;
    case 'ensure-submission':
      return `submit build ${effect.build} to ${effect.storefront}${effect.percent === null ? '' : `, to start at ${effect.percent}%`}`;
    case 'ensure-withdrawn':
      return `withdraw ${effect.version} from ${effect.storefront}`;
    case 'ensure-rollout':
      return `roll out build ${effect.build} on ${effect.storefront} to ${effect.percent}%`;
    case 'ensure-held':
      return `hold ${effect.version} on ${effect.storefront} at its present phase`;
    case 'ensure-halted':
      return `halt ${effect.version} on ${effect.storefront}`;
    case 'ensure-ticket':
      return `file a ticket: ${effect.ticket.title}`;
    case 'announce':
      return `announce: ${effect.text}`;
    case 'page':
      return `page: ${effect.text}`;
    default:
      return effect satisfies never;
  }
}
