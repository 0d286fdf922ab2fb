/** Roles and teams in apps, in words. */
import { roleName, roles, rolesFor } from '#domain/roles.ts';
import type { Role } from '#domain/roles.ts';

export type Grant = { app: string; roles: readonly Role[]; teams: readonly string[] };

/** Whether a role lets one be the second person, who approves what another asked for. */
export function isSecond(held: readonly Role[]): boolean {
  return held.some((role) => rolesFor['approve-waiver'].includes(role));
}

/** `release manager and member of a team in all apps, for player` */
export function grantInWords({ app, roles: held, teams }: Grant, names: ReadonlyMap<string, string>): string {
  const where = app === '*' ? 'all apps' : (names.get(app) ?? app);
  const whose = teams.includes('*') ? ', for all teams' : teams.length === 0 ? '' : `, for ${teams.join(', ')}`;
  return `${roles
    .filter((role) => held.includes(role))
    .map(roleName)
    .join(' and ')} in ${where}${whose}`;
}

/** The words of a list: `player, car-mode`; `*` for all teams. */
export function teamsIn(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter((word) => word !== ''))];
}
