/** Who is calling, and what they may do in an app. */
import type { IncomingHttpHeaders } from 'node:http';
import { mayGive, roleName, rolesFor } from '#domain/roles.ts';
import type { Actor, Role, Scope } from '#domain/roles.ts';
import type { Command, CommandKind } from '#domain/release/commands.ts';
import type { Instant } from '#domain/time.ts';
import type { Who } from '#api/route.ts';
import { problemOf } from '#api/problem.ts';
import type { Problem } from '#api/problem.ts';
import type { Accounts } from './accounts.ts';
import { recogniseKey } from './keys.ts';
import type { Key } from './keys.ts';
import { accessOf, visibilityOf } from './access.ts';
import type { AppVisibility } from './access.ts';
import type { Grant } from './people.ts';

export type Caller =
  | { kind: 'anonymous' }
  | {
      kind: 'person';
      id: string;
      name: string;
      email: string;
      grants: readonly Grant[];
      /** `granted`: apps in which they hold no role are not there for them. */
      apps: AppVisibility;
      session: string;
      /** Cookies that are to be set with the answer: the session's end has moved. */
      cookies: readonly string[];
    }
  | { kind: 'key'; id: string; name: string; key: Key; apps: AppVisibility };

export type Known = Exclude<Caller, { kind: 'anonymous' }>;

/**
 * Who sent these headers: a key before a cookie. `bad-key`: a key was sent and it counts for nothing, which must not pass for nobody.
 */
export async function identify(accounts: Accounts, headers: IncomingHttpHeaders, now: Instant): Promise<Caller | 'bad-key'> {
  const { authorization, cookie } = headers;
  if (authorization !== undefined) {
    const [, secret] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
    const key = secret === undefined ? null : await recogniseKey(accounts.pool, secret, now);
    if (key === null) return 'bad-key';
    return { kind: 'key', id: key.id, name: key.name, key, apps: key.apps === null ? 'everyone' : await visibilityOf(accounts.pool) };
  }
  if (cookie === undefined || !cookie.includes('signalbox.')) return { kind: 'anonymous' };
  const open = await accounts.sessionOf(cookie);
  const access = open === null ? null : await accessOf(accounts.pool, open.person.id);
  if (open === null || access === null) return { kind: 'anonymous' };
  return { kind: 'person', ...open.person, ...access, session: open.session.id, cookies: open.cookies };
}

/**
 * Roles in an app; null for what belongs to no app. Everyone signed in is at least a viewer. A key that is for some apps alone is nobody's admin beyond
 * them: else it could make itself a key for all.
 */
export function rolesIn(caller: Known, app: string | null): readonly Role[] {
  if (caller.kind === 'key') return app === null && caller.key.apps !== null ? ['viewer'] : caller.key.roles;
  const granted = caller.grants.filter((grant) => grant.app === '*' || grant.app === app).flatMap(({ roles }) => roles);
  return [...new Set<Role>(['viewer', ...granted])];
}

function teamsIn(caller: Known, app: string | null): readonly string[] {
  if (caller.kind === 'key') return caller.key.teams;
  return caller.grants.filter((grant) => grant.app === '*' || grant.app === app).flatMap(({ teams }) => teams);
}

/** The actor that the engine writes into the journal. Where someone stands for all teams, the team of the command is theirs. */
export function actorOf(caller: Known, app: string | null, command?: Command, address?: string): Actor {
  const roles = rolesIn(caller, app);
  const held = teamsIn(caller, app);
  const teams = held.includes('*') && command?.do === 'sign-off' ? [...held, command.team] : held;
  return caller.kind === 'key'
    ? {
        kind: 'key',
        id: caller.id,
        name: caller.name,
        roles,
        scopes: caller.key.scopes,
        teams,
        ...(caller.key.actsFor === null ? {} : { actsFor: caller.key.actsFor }),
        ...(address === undefined ? {} : { address }),
      }
    : { kind: 'person', id: caller.id, name: caller.name, roles, teams, ...(address === undefined ? {} : { address }) };
}

const reporters: readonly Role[] = ['member', 'release-manager', 'release-team', 'admin'];

function scopeFor(who: Exclude<Who, 'public' | 'signed-in'>): Scope {
  if (typeof who === 'object' || who === 'command') return 'command';
  return who === 'see' ? 'read' : who;
}

function either(roles: readonly Role[]): string {
  const names = roles.map((role) => `the ${roleName(role)}`);
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1) ?? ''}`;
}

/** Why this caller may not call a route at all, before its input is looked at; null when they may. `app` null: the route belongs to no app. */
export function refusalOf(who: Who, caller: Caller, app: string | null): Problem | null {
  if (who === 'public') return null;
  if (caller.kind === 'anonymous')
    return problemOf(
      'not-signed-in',
      'this needs someone who is signed in, or an API key',
      'sign in, or send the header "authorization: Bearer sbx_…"',
    );
  // hidden as if it were not there: whoever may not see an app does not learn that it exists
  if (app !== null && !sees(caller, app) && caller.apps === 'granted')
    return problemOf('not-found', `there is no app "${app}"`, 'see GET /api/apps');
  if (caller.kind === 'key' && caller.key.kind === 'report' && who !== 'report')
    return problemOf(
      'not-permitted',
      `the reporting key "${caller.name}" writes facts and does nothing else`,
      'use a key with the scope that this needs, or sign in',
    );
  if (caller.kind === 'key' && app !== null && caller.key.apps !== null && !caller.key.apps.includes(app)) {
    return problemOf(
      'not-permitted',
      `the key "${caller.name}" is not for the app ${app}`,
      `use a key for ${app}; this one is for ${caller.key.apps.join(', ')}`,
    );
  }
  if (who === 'signed-in') return null;
  const scope = scopeFor(who);
  if (caller.kind === 'key' && !caller.key.scopes.includes(scope)) {
    return problemOf(
      'not-permitted',
      `the key "${caller.name}" has not the scope ${scope}`,
      `use a key with the scope ${scope}; this one has ${caller.key.scopes.join(', ')}`,
    );
  }
  const roles = rolesIn(caller, app);
  if (who === 'see' || who === 'command') return null;
  if (who === 'report') return roles.some((role) => reporters.includes(role)) ? null : lacking('report', reporters, roles);
  if (who === 'admin') return roles.includes('admin') ? null : lacking('do this', ['admin'], roles);
  return refusalOfCommand(who.command, caller, app);
}

/** Why this caller may not give a command; null when their roles permit it. */
export function refusalOfCommand(command: CommandKind, caller: Known, app: string | null): Problem | null {
  const roles = rolesIn(caller, app);
  return mayGive(roles, command) ? null : lacking(`give the command ${command}`, rolesFor[command], roles);
}

function lacking(what: string, needed: readonly Role[], held: readonly Role[]): Problem {
  return problemOf(
    'not-permitted',
    `who ${held.map((role) => `is ${roleName(role)}`).join(' and ')} may not ${what}`,
    `ask ${either(needed)}`,
  );
}

/** The apps that a caller may see: null for all. */
export function visibleApps(caller: Caller): readonly string[] | null {
  if (caller.kind === 'anonymous') return [];
  if (caller.kind === 'key') return caller.key.apps;
  if (caller.apps === 'everyone') return null;
  const held = caller.grants.filter(({ roles }) => roles.length > 0).map(({ app }) => app);
  return held.includes('*') ? null : held;
}

function sees(caller: Known, app: string): boolean {
  return visibleApps(caller)?.includes(app) ?? true;
}

/** Whether this caller administers the instance, and not only some apps. */
export function isInstanceAdmin(caller: Caller): boolean {
  if (caller.kind === 'anonymous' || (caller.kind === 'key' && !caller.key.scopes.includes('admin'))) return false;
  return rolesIn(caller, null).includes('admin');
}
