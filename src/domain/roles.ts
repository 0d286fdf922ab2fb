/** Who may do what: the table of roles and commands (`can` for stages and storefronts is in release/can.ts). */
import type { CommandKind } from './release/commands.ts';

/** The roles a person or a key may hold for an app, least first. */
export const roles = ['viewer', 'member', 'release-manager', 'release-team', 'admin'] as const;
export type Role = (typeof roles)[number];

/**
 * Who did something. Every entry of the journal names one.
 * - `person`: someone signed in. One person may hold several roles of an app (in a small team the admin is often the release manager too);
 *   `teams` are the teams whose word they may give.
 * - `key`: an API key, acting with roles and scopes of its own. `actsFor` is the person who made it, and `behindOf` tells why that matters.
 * - `robot`: the part that orders actions by itself.
 * - `integration`: an adapter that reported or performed.
 *
 * `address` is the network address that the request came from, where it came over the network.
 */
export type Actor =
  | { kind: 'person'; id: string; name: string; roles: readonly Role[]; teams: readonly string[]; address?: string }
  | {
      kind: 'key';
      id: string;
      name: string;
      roles: readonly Role[];
      scopes: readonly Scope[];
      teams: readonly string[];
      actsFor?: string;
      address?: string;
    }
  | { kind: 'robot'; id: 'robot'; name: 'Robot' }
  | { kind: 'integration'; id: string; name: string };

/** The person behind an actor: themselves, or who made the key; the key's own id where nobody is known. Two actors with the same one are no two people. */
export function behindOf(actor: { id: string; actsFor?: string | undefined }): string {
  return actor.actsFor ?? actor.id;
}

/** Whether `asker`, the id of who asked for something, is this actor or the person behind it: then the actor is no second person. */
export function isOwn(asker: string, actor: { id: string; actsFor?: string | undefined }): boolean {
  return asker === actor.id || asker === behindOf(actor);
}

/** What an API key may be used for. `read` sees; `report` writes facts; `command` gives commands within the key's role; `admin` sets things up. */
export const scopes = ['read', 'report', 'command', 'admin'] as const;
export type Scope = (typeof scopes)[number];

const everyone: readonly Role[] = roles;
const members: readonly Role[] = ['member', 'release-manager', 'release-team', 'admin'];
const managers: readonly Role[] = ['release-manager', 'release-team'];
const seconds: readonly Role[] = ['release-team', 'admin'];

/** The commands each role may give, as `domain.md` §5 tells. */
export const rolesFor: Readonly<Record<CommandKind | 'see', readonly Role[]>> = {
  see: everyone,
  halt: members,
  'pause-robot': members,
  'unpause-robot': managers,
  'report-bug': members,
  'nominate-bug': members,
  'ask-waiver': members,
  'ask-cherry-pick': members,
  // for one's own team only: `decide` asks whether the actor is in that team
  'sign-off': members,
  nudge: members,
  'decide-bug': managers,
  'assign-bug': managers,
  'answer-cherry-pick': managers,
  'choose-candidate': managers,
  cut: managers,
  submit: managers,
  withdraw: managers,
  start: managers,
  raise: managers,
  resume: managers,
  waive: managers,
  'revoke-waiver': managers,
  'approve-waiver': seconds,
  'retry-action': managers,
  cancel: managers,
  approve: [...managers, 'admin'],
  tick: managers,
  'clear-red': managers,
  'plan-release': managers,
  'replan-release': managers,
  'describe-release': managers,
  'post-update': managers,
  correct: managers,
  'propose-policy': [...managers, 'admin'],
  'approve-policy': seconds,
};

/** Whether someone with these roles may give this command at all. */
export function mayGive(held: readonly Role[], command: CommandKind | 'see'): boolean {
  return held.some((role) => rolesFor[command].includes(role));
}

/** The name of a role as a person reads it: `release manager`. */
export function roleName(role: Role): string {
  return role === 'member' ? 'member of a team' : role.replace('-', ' ');
}
