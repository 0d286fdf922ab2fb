/** Who is signed in, as the pages and the command line are told. */
import type { Session } from '#api/session.ts';
import type { Caller } from './auth/caller.ts';
import { hasAdmin } from './auth/people.ts';
import type { Room } from './context.ts';

export async function sessionOf({ accounts, version }: Pick<Room, 'accounts' | 'version'>, caller: Caller): Promise<Session> {
  return {
    who: whoOf(caller),
    setUpNeeded: caller.kind === 'anonymous' && !(await hasAdmin(accounts.pool)),
    version,
  };
}

function whoOf(caller: Caller): Session['who'] {
  if (caller.kind === 'anonymous') return null;
  if (caller.kind === 'person')
    return {
      kind: 'person',
      id: caller.id,
      name: caller.name,
      email: caller.email,
      scopes: null,
      grants: caller.grants.map((grant) => ({ ...grant })),
    };
  const { key } = caller;
  return {
    kind: 'key',
    id: key.id,
    name: key.name,
    email: null,
    scopes: key.scopes,
    grants: (key.apps ?? ['*']).map((app) => ({ app, roles: key.roles, teams: key.teams })),
  };
}
