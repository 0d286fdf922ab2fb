import type { FastifyReply } from 'fastify';
import type { Session } from '#api/session.ts';
import type { InstanceEvent } from '#domain/people/events.ts';
import { writeInstance } from '../auth/instance.ts';
import { accessOf } from '../auth/access.ts';
import { inTransaction } from '../auth/people.ts';
import { countOtherSessions } from '../auth/sessions.ts';
import { requireGoodPassword } from '../auth/passwords.ts';
import { spendSetupToken } from '../auth/setup-link.ts';
import type { At, Handlers, Room } from '../context.ts';
import { ProblemAnswer, refuse } from '../errors.ts';
import { sessionOf } from '../session-view.ts';
import type { Streams } from '../stream.ts';
import { problemOf } from '#api/problem.ts';

/** A way to a provider is no guess: many people of one office may take it in one minute. */
const BEGINNINGS_A_MINUTE = 60;

type Mine = 'getSession' | 'signIn' | 'listSignInProviders' | 'beginSignIn' | 'signOut' | 'changePassword' | 'setUp';

export function sessionHandlers(room: Room, streams: Streams): Handlers<Mine> {
  const { accounts, oidc, providers } = room;

  return {
    getSession: async (_asked, at) => sessionOf(room, at.caller),
    signIn: async ({ body }, at) => {
      slowDown(at, `ip ${at.request.ip}`);
      slowDown(at, `email ${body.email.toLowerCase()}`);
      const session = await signInWith(room, body.email, body.password, at);
      at.attempts.forget(`email ${body.email.toLowerCase()}`);
      return session;
    },
    listSignInProviders: async () => ({ items: (await providers.all()).map(({ id, name }) => ({ id, name })) }),
    beginSignIn: async ({ body }, at) => {
      slowDown(at, `provider ${at.request.ip}`, BEGINNINGS_A_MINUTE);
      const begun = await oidc.begin(body.provider, body.to);
      if (begun === null) refuse('not-found', `there is no identity provider "${body.provider}"`, 'one of GET /api/session/providers');
      if ('problem' in begun) {
        room.log.warn({ provider: body.provider, problem: begun.problem, right: begun.right }, 'an identity provider cannot be used');
        refuse(
          'not-ready',
          'signing in by this provider does not work at the moment',
          'sign in another way, or ask an admin: the log, and the check of the provider, have the cause',
        );
      }
      setCookies(at.reply, begun.cookies);
      return { url: begun.url };
    },
    signOut: async (_asked, at) => {
      const { cookie } = at.request.headers;
      if (cookie !== undefined && at.caller.kind === 'person') setCookies(at.reply, await accounts.signOut(cookie));
      await streams.check();
      return null;
    },
    changePassword: async ({ body }, at) => {
      const { cookie } = at.request.headers;
      if (at.caller.kind !== 'person' || cookie === undefined) refuse('not-permitted', 'a key has no password', 'sign in as a person');
      const { id, name } = at.caller;
      slowDown(at, `password ${id}`);
      await requireGoodPassword(body.next, at.caller, 'body.next');
      const others = await countOtherSessions(accounts.pool, id, at.caller.session);
      const cookies = await accounts.changePassword(cookie, body.current, body.next);
      if (cookies === null)
        refuse(
          'wrong-password',
          'this is not the current password',
          'the one that you signed in with; an admin can make a link to set another',
        );
      at.attempts.forget(`password ${id}`);
      await tell(room, { is: 'password-set', person: id, name, how: 'changed', sessions: others }, at);
      setCookies(at.reply, cookies);
      await streams.check();
      return null;
    },
    setUp: async ({ body }, at) => {
      slowDown(at, `setup ${at.request.ip}`);
      await requireGoodPassword(body.password, body, 'body.password');
      const spent = await spendSetupToken(accounts, { ...body, address: at.request.ip }, at.now);
      if (spent === 'spent')
        refuse(
          'link-spent',
          'this set-up link was used already, or a newer one took its place',
          'use the newest link: the server prints one at its start while there is no admin',
        );
      return { ...(await signInWith(room, body.email, body.password, at)), key: spent.key };
    },
  };
}

/** Signs in by a password: the session, its cookies set, and a line in the journal. */
export async function signInWith(room: Room, email: string, password: string, at: At): Promise<Session> {
  const { accounts } = room;
  const from = { ip: at.request.ip, userAgent: at.request.headers['user-agent'], cookie: at.request.headers.cookie };
  const found = await accounts.signIn(email, password, from);
  const access = found === null ? null : await accessOf(accounts.pool, found.person.id);
  if (found === null || access === null) {
    room.log.info({ email, address: at.request.ip }, 'signing in was refused');
    refuse(
      'wrong-password',
      'there is nobody with this e-mail and this password who may sign in',
      'check both; an admin can make a link to set another password',
    );
  }
  setCookies(at.reply, found.cookies);
  const { person } = found;
  await inTransaction(accounts.pool, (client) =>
    writeInstance(
      client,
      { kind: 'person', id: person.id, name: person.name, address: at.request.ip },
      [{ is: 'signed-in', person: person.id, name: person.name, how: 'password' }],
      room.clock.now(),
    ),
  );
  return sessionOf(room, { kind: 'person', ...person, ...access, session: '', cookies: [] });
}

async function tell(room: Room, event: InstanceEvent, at: At): Promise<void> {
  await inTransaction(room.accounts.pool, (client) => writeInstance(client, at.stamp(), [event], room.clock.now()));
}

function setCookies(reply: FastifyReply, cookies: readonly string[]): void {
  for (const cookie of cookies) void reply.header('set-cookie', cookie);
}

export function slowDown(at: At, name: string, most?: number): void {
  const tried = at.attempts.mayTry(name, most);
  if (tried.ok) return;
  throw new ProblemAnswer(problemOf('too-many-requests', 'too many tries in a short time', `try again in ${tried.afterSeconds} s`), {
    'retry-after': String(tried.afterSeconds),
  });
}
