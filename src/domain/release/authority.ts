/**
 * Authority is asked when a step is armed (`decide`) and again when it fires: whoever lost the role in between does not take the step any more.
 * The robot's own authority is the policy, which `plan` asks again before each try.
 */
import type { Action } from '../actions.ts';
import { mayGive, roleName, rolesFor } from '../roles.ts';
import type { Role } from '../roles.ts';
import type { CommandKind } from './commands.ts';

/** What someone who ordered something may do now: the roles that they hold in the app, or why they count for nothing any more. */
export type Authority = { is: 'held'; roles: readonly Role[] } | { is: 'gone'; because: string };

/**
 * The command whose authority an order needs when it fires; null for orders that make things safer, take back or only tell: those are never dropped for
 * want of a role, a halt least of all.
 */
export function commandBehind(action: Pick<Action, 'effect' | 'step'>): CommandKind | null {
  switch (action.effect.kind) {
    case 'ensure-branch':
      return 'cut';
    case 'ensure-submission':
      return 'submit';
    case 'ensure-rollout':
      // an order to go on belongs to no step of the process
      return action.step === null ? 'resume' : 'raise';
    case 'ensure-tag':
    case 'ensure-withdrawn':
    case 'ensure-held':
    case 'ensure-halted':
    case 'ensure-ticket':
    case 'announce':
    case 'page':
      return null;
    default:
      return action.effect satisfies never;
  }
}

/** Why an order does not fire although it was rightly given; null when whoever gave it still may. */
export function authorityLost(action: Pick<Action, 'effect' | 'step' | 'orderedBy'>, authority: Authority): string | null {
  const command = commandBehind(action);
  if (command === null || action.orderedBy.kind === 'robot') return null;
  const { name } = action.orderedBy;
  if (authority.is === 'gone') return `${name} ordered this, and ${authority.because}: somebody else has to order it`;
  if (mayGive(authority.roles, command)) return null;
  const held = authority.roles.map(roleName).join(', ') || 'nothing';
  return `${name} ordered this and is ${held} by now, which may not ${command}: someone who is ${rolesFor[command].map(roleName).join(' or ')} has to order it`;
}
