/** The people of a simulated app. */
import type { Actor } from '#domain/roles.ts';

const person = (id: string, roles: Extract<Actor, { kind: 'person' }>['roles'], teams: readonly string[] = []): Actor => ({
  kind: 'person',
  id,
  name: id.slice(0, 1).toUpperCase() + id.slice(1),
  roles,
  teams,
});

export const manager = person('rana', ['release-manager', 'member']);
export const developer = person('dora', ['member'], ['player']);
export const admin = person('ada', ['admin']);
export const ci: Actor = { kind: 'key', id: 'ci', name: 'CI', roles: ['member'], scopes: ['report'], teams: [] };
