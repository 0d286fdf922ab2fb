import type { FastifyReply } from 'fastify';
import type { Session } from '#api/session.ts';
import { grantsOf } from '../auth/people.ts';
import { spendSetupToken } from '../auth/setup-link.ts';
import type { At, Handlers, Room } from '../context.ts';
import { ProblemAnswer, refuse } from '../errors.ts';
import { sessionOf } from '../session-view.ts';
import { problemOf } from '#api/problem.ts';

export function sessionHandlers(room: Room): Handlers<'getSession' | 'signIn' | 'signOut' | 'changePassword' | 'setUp'> {
  const { accounts } = room;

  const signIn = async (email: string, password: string, at: At): Promise<Session> => {
    const from = { ip: at.request.ip, userAgent: at.request.headers['user-agent'] };
    const found = await accounts.signIn(email, password, from);
    if (found === null)
      refuse('wrong-password', 'there is nobody with this e-mail and this password', 'check both; an admin can make a new account');
    setCookies(at.reply, found.cookies);
    return sessionOf(room, { kind: 'person', ...found.person, grants: await grantsOf(accounts.pool, found.person.id) });
  };

  return {
    getSession: async (_asked, at) => sessionOf(room, at.caller),
    signIn: async ({ body }, at) => {
      slowDown(at, `ip ${at.request.ip}`);
      slowDown(at, `email ${body.email.toLowerCase()}`);
      const session = await signIn(body.email, body.password, at);
      at.attempts.forget(`email ${body.email.toLowerCase()}`);
      return session;
    },
    signOut: async (_asked, at) => {
      const { cookie } = at.request.headers;
      if (cookie !== undefined && at.caller.kind === 'person') setCookies(at.reply, await accounts.signOut(cookie));
      return null;
    },
    changePassword: async ({ body }, at) => {
      const { cookie } = at.request.headers;
      if (at.caller.kind !== 'person' || cookie === undefined) refuse('not-permitted', 'a key has no password', 'sign in as a person');
      slowDown(at, `password ${at.caller.id}`);
      const cookies = await accounts.changePassword(cookie, body.current, body.next);
      if (cookies === null) refuse('wrong-password', 'this is not the current password', null);
      setCookies(at.reply, cookies);
      return null;
    },
    setUp: async ({ body }, at) => {
      slowDown(at, `setup ${at.request.ip}`);
      const spent = await spendSetupToken(accounts, body, at.now);
      if (spent === 'spent')
        refuse(
          'link-spent',
          'this set-up link was used already, or a newer one took its place',
          'use the newest link: the server prints one at its start while there is no admin',
        );
      return { ...(await signIn(body.email, body.password, at)), key: spent.key };
    },
  };
}

function setCookies(reply: FastifyReply, cookies: readonly string[]): void {
  for (const cookie of cookies) void reply.header('set-cookie', cookie);
}

function slowDown(at: At, name: string): void {
  const tried = at.attempts.mayTry(name);
  if (tried.ok) return;
  throw new ProblemAnswer(problemOf('too-many-requests', 'too many tries in a short time', `try again in ${tried.afterSeconds} s`), {
    'retry-after': String(tried.afterSeconds),
  });
}
