/** Signing in and out, and the one-time link that makes the first admin. */
import { z } from 'zod';
import { route } from './route.ts';
import { newPassword, nothing, role } from './words.ts';

const email = z.email().max(254);
const name = z.string().trim().min(1).max(100);
/** A way of signing in: by a password, or by an identity provider. */
const providerId = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'a slug such as company');
/** An address of ours to go to afterwards. */
const to = z
  .string()
  .max(1000)
  .regex(/^\/(?![/\\])/, 'an address of this server, such as /music')
  .default('/');

/** Roles and teams of someone in one app; the app `*` stands for all. */
export const grant = z.object({ app: z.string(), roles: z.array(role), teams: z.array(z.string()) }).meta({ id: 'Grant' });

export const session = z
  .object({
    /** Null when nobody is signed in. */
    who: z
      .object({
        kind: z.enum(['person', 'key']),
        id: z.string(),
        name: z.string(),
        email: z.string().nullable(),
        scopes: z.array(z.string()).nullable(),
        grants: z.array(grant),
      })
      .nullable(),
    /** No admin exists yet: only the one-time set-up link goes on from here. */
    setUpNeeded: z.boolean(),
    version: z.string().meta({ description: 'The version of this Signalbox' }),
  })
  .meta({ id: 'Session' });
export type Session = z.infer<typeof session>;

export const sessionRoutes = [
  route({
    id: 'getSession',
    method: 'get',
    path: '/api/session',
    summary: 'Tell who is signed in',
    tag: 'session',
    who: 'public',
    answers: { 200: session },
  }),
  route({
    id: 'signIn',
    method: 'post',
    path: '/api/session',
    summary: 'Sign in with e-mail and password',
    tag: 'session',
    who: 'public',
    body: z.strictObject({ email, password: z.string().min(1).max(1024) }),
    answers: { 200: session },
  }),
  route({
    id: 'listSignInProviders',
    method: 'get',
    path: '/api/session/providers',
    summary: 'List the identity providers by which one may sign in',
    tag: 'session',
    who: 'public',
    answers: {
      200: z.object({ items: z.array(z.object({ id: z.string(), name: z.string() })) }).meta({ id: 'SignInProviders' }),
    },
  }),
  route({
    id: 'beginSignIn',
    method: 'post',
    path: '/api/session/provider',
    summary: 'Begin to sign in by an identity provider: the browser goes to `url` next, and comes back signed in',
    tag: 'session',
    who: 'public',
    body: z.strictObject({ provider: providerId, to }),
    answers: { 200: z.object({ url: z.url() }).meta({ id: 'SignInBegun' }) },
  }),
  route({
    id: 'signOut',
    method: 'delete',
    path: '/api/session',
    summary: 'Sign out',
    tag: 'session',
    who: 'public',
    answers: { 204: nothing },
  }),
  route({
    id: 'changePassword',
    method: 'post',
    path: '/api/session/password',
    summary: "Change one's own password; other sessions end",
    tag: 'session',
    who: 'signed-in',
    body: z.strictObject({ current: z.string().min(1).max(1024), next: newPassword }),
    answers: { 204: nothing },
  }),
  route({
    id: 'setUp',
    method: 'post',
    path: '/api/setup',
    summary: 'Spend the one-time set-up link: create the first admin and sign in',
    tag: 'session',
    who: 'public',
    body: z.strictObject({
      token: z.string().min(20).max(200).meta({ description: 'The part of the set-up link after `#token=`' }),
      name,
      email,
      password: newPassword,
      key: z
        .object({ name })
        .optional()
        .meta({ description: 'Also make an API key with all the rights of the first admin, for the command line' }),
    }),
    answers: {
      201: session.extend({ key: z.string().nullable().meta({ description: 'The API key, shown this once' }) }).meta({ id: 'SetUpDone' }),
    },
  }),
] as const;
