/** What the one who is signed in may do, from the same tables that the server asks. */
import type { Session } from '#api/session.ts';
import { mayGive, roleName, rolesFor } from '#domain/roles.ts';
import type { Role } from '#domain/roles.ts';
import type { CommandKind } from '#domain/release/commands.ts';

export type Me = { name: string; roles: readonly Role[]; teams: readonly string[]; isAdmin: boolean };

/** Roles and teams in an app, those held in all apps included. Everyone who is signed in sees. */
export function meIn(session: Session, app: string | null): Me {
  const grants = (session.who?.grants ?? []).filter((grant) => grant.app === '*' || grant.app === app);
  const roles = [...new Set<Role>(grants.flatMap((grant) => grant.roles))];
  return {
    name: session.who?.name ?? '',
    roles,
    teams: [...new Set(grants.flatMap(({ teams }) => teams))],
    isAdmin: roles.includes('admin'),
  };
}

export function may(me: Me, command: CommandKind): boolean {
  return mayGive(me.roles, command);
}

/** Whether one speaks for a team: `*` stands for all. */
export function isOf(me: Me, team: string): boolean {
  return me.teams.includes(team) || me.teams.includes('*');
}

/** Whether a word is one's own: a second person is someone else. */
export function isBy(me: Me, name: string): boolean {
  return me.name === name;
}

/** Who has an action that one lacks: `a release manager or the release team`. */
export function whoMay(command: CommandKind): string {
  const names = rolesFor[command].map(roleName);
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} or ${names.at(-1) ?? ''}` : (names[0] ?? 'nobody');
}
