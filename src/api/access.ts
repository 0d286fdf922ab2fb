/** Ways in: invitations, new passwords, one's own sessions, identity providers, and who sees which apps. */
import { z } from 'zod';
import { everyApp, newGrants, sessionList, sessionsEnded, teams } from './people.ts';
import { route } from './route.ts';
import { grant, session } from './session.ts';
import { moment, newPassword, nothing, pageOf, pageQuery, role } from './words.ts';

const name = z.string().trim().min(1).max(100);
const email = z.email().max(254);
const token = z.string().min(20).max(200).meta({ description: 'The part of the link after `#token=`' });

export const invitation = z
  .object({
    id: z.string(),
    email: z.string(),
    name: z.string(),
    grants: z.array(grant),
    createdAt: moment,
    createdBy: z.string(),
    expiresAt: moment,
    usedAt: moment.nullable(),
    revokedAt: moment.nullable(),
  })
  .meta({ id: 'Invitation' });

const slug = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'a slug such as company: a small letter, then up to 39 small letters, digits and dashes');
const providerParams = z.object({ provider: slug });
const groupGrant = z.strictObject({ group: z.string().min(1).max(300), app: everyApp, roles: z.array(role).min(1).max(5), teams });

/** What is set of an identity provider (OpenID Connect). The secret goes in and never comes out. */
export const providerSettings = z.strictObject({
  name: z.string().trim().min(1).max(60).meta({ description: 'As the button says it: `Sign in with …`' }),
  issuer: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .meta({ description: 'Where its discovery document is: `https://id.example.com`' }),
  clientId: z.string().trim().min(1).max(500),
  clientSecret: z
    .string()
    .min(1)
    .max(2000)
    .nullable()
    .optional()
    .meta({ secret: true, description: 'Left out: as it was. Null: a client without a secret (PKCE alone)' }),
  scopes: z
    .array(z.string().regex(/^[!-~]{1,100}$/))
    .max(20)
    .default(['openid', 'profile', 'email']),
  domains: z
    .array(z.string().regex(/^[a-z0-9.-]+\.[a-z]{2,}$/, 'a domain such as example.com'))
    .max(100)
    .default([])
    .meta({ description: 'Who has a verified e-mail of one of these comes in by themselves. Empty: only who was invited' }),
  grants: newGrants.meta({ description: 'What those get who come by their domain' }),
  linksAccounts: z.boolean().default(false).meta({
    description:
      'Whether someone with a verified e-mail takes over the account of that e-mail that is there already. Trust the provider before you say so',
  }),
  groups: z
    .strictObject({
      claim: z.string().min(1).max(200).meta({ description: 'The claim with the groups of a person: `groups`' }),
      grants: z.array(groupGrant).min(1).max(500),
    })
    .nullable()
    .default(null)
    .meta({
      description:
        'Roles by groups: at each sign-in the roles in the apps that are named here become what the groups say, and nothing else',
    }),
});

export const provider = providerSettings
  .omit({ clientSecret: true })
  .extend({
    id: z.string(),
    hasSecret: z.boolean(),
    from: z.enum(['settings', 'environment']).meta({ description: '`environment`: set where the server is started, and not changed here' }),
    callback: z
      .string()
      .nullable()
      .meta({ description: 'The redirect address that the provider must know; null while PUBLIC_URL is not set' }),
  })
  .meta({ id: 'IdentityProvider' });

export const accessSettings = z
  .object({
    apps: z.enum(['everyone', 'granted']).meta({
      description:
        '`everyone`: who is signed in sees every app. `granted`: only those in which they hold a role; others are not there for them',
    }),
    sessions: z.object({ idleHours: z.number(), longestHours: z.number() }).meta({ description: 'Set where the server is started' }),
    passwords: z.object({ least: z.int(), most: z.int() }),
  })
  .meta({ id: 'AccessSettings' });

export const accessRoutes = [
  route({
    id: 'listInvitations',
    method: 'get',
    path: '/api/invitations',
    summary: 'List the invitations, the newest first',
    tag: 'people',
    who: 'admin',
    query: pageQuery,
    answers: { 200: pageOf(invitation).meta({ id: 'InvitationPage' }) },
  }),
  route({
    id: 'invite',
    method: 'post',
    path: '/api/invitations',
    summary:
      'Invite someone, with the roles that they will have; the link is shown only in this answer, and an earlier one is worth nothing',
    tag: 'people',
    who: 'admin',
    body: z.strictObject({
      email,
      name: z.string().trim().max(100).default(''),
      grants: newGrants,
      hours: z.int().min(1).max(720).default(168).meta({ description: 'How long the link is good' }),
    }),
    answers: { 201: z.object({ invitation, link: z.string() }).meta({ id: 'Invited' }) },
  }),
  route({
    id: 'revokeInvitation',
    method: 'delete',
    path: '/api/invitations/{invitation}',
    summary: 'Revoke an invitation that waits',
    tag: 'people',
    who: 'admin',
    params: z.object({ invitation: z.string().min(1).max(100) }),
    answers: { 204: nothing },
  }),
  route({
    id: 'lookAtInvitation',
    method: 'post',
    path: '/api/invitations/look',
    summary: 'Tell whom an invitation is for, with its token',
    tag: 'session',
    who: 'public',
    body: z.strictObject({ token }),
    answers: {
      200: z.object({ email: z.string(), name: z.string(), grants: z.array(grant), until: moment }).meta({ id: 'InvitationSeen' }),
    },
  }),
  route({
    id: 'acceptInvitation',
    method: 'post',
    path: '/api/invitations/accept',
    summary: 'Spend an invitation: make the account and sign in',
    tag: 'session',
    who: 'public',
    body: z.strictObject({ token, name, password: newPassword }),
    answers: { 201: session },
  }),
  route({
    id: 'setPassword',
    method: 'post',
    path: '/api/password',
    summary: 'Spend a link that an admin made: set a new password; every session of the person ends',
    tag: 'session',
    who: 'public',
    body: z.strictObject({ token, password: newPassword }),
    answers: { 204: nothing },
  }),
  route({
    id: 'listSessions',
    method: 'get',
    path: '/api/sessions',
    summary: "List one's own open sessions, the last used first",
    tag: 'sessions',
    who: 'signed-in',
    answers: { 200: sessionList },
  }),
  route({
    id: 'endOtherSessions',
    method: 'delete',
    path: '/api/sessions',
    summary: "End all of one's own sessions but the one that asks",
    tag: 'sessions',
    who: 'signed-in',
    answers: { 200: sessionsEnded },
  }),
  route({
    id: 'endSession',
    method: 'delete',
    path: '/api/sessions/{session}',
    summary: "End one of one's own sessions",
    tag: 'sessions',
    who: 'signed-in',
    params: z.object({ session: z.string().min(1).max(100) }),
    answers: { 204: nothing },
  }),
  route({
    id: 'listProviders',
    method: 'get',
    path: '/api/settings/providers',
    summary: 'List the identity providers with their settings',
    tag: 'access',
    who: 'admin',
    answers: {
      200: z
        .object({
          items: z.array(provider),
          callback: z.string().nullable().meta({
            description:
              'The redirect address of one that is not there yet, with `{provider}` where its id goes; null while PUBLIC_URL is not set',
          }),
        })
        .meta({ id: 'IdentityProviders' }),
    },
  }),
  route({
    id: 'setProvider',
    method: 'put',
    path: '/api/settings/providers/{provider}',
    summary: 'Add an identity provider, or change its settings',
    tag: 'access',
    who: 'admin',
    params: providerParams,
    body: providerSettings,
    answers: { 200: provider },
  }),
  route({
    id: 'removeProvider',
    method: 'delete',
    path: '/api/settings/providers/{provider}',
    summary: 'Remove an identity provider; who came by it keeps the account and needs another way in',
    tag: 'access',
    who: 'admin',
    params: providerParams,
    answers: { 204: nothing },
  }),
  route({
    id: 'checkProvider',
    method: 'post',
    path: '/api/settings/providers/{provider}/check',
    summary: 'Ask an identity provider for its discovery document, and say what is wrong with it',
    tag: 'access',
    who: 'admin',
    params: providerParams,
    answers: {
      200: z.object({ ok: z.boolean(), problem: z.string().nullable(), right: z.string().nullable() }).meta({ id: 'ProviderCheck' }),
    },
  }),
  route({
    id: 'getAccess',
    method: 'get',
    path: '/api/settings/access',
    summary: 'Show who sees which apps, how long sessions last, and what passwords must be',
    tag: 'access',
    who: 'admin',
    answers: { 200: accessSettings },
  }),
  route({
    id: 'setAccess',
    method: 'put',
    path: '/api/settings/access',
    summary: 'Set who sees which apps',
    tag: 'access',
    who: 'admin',
    body: z.strictObject({ apps: z.enum(['everyone', 'granted']) }),
    answers: { 200: accessSettings },
  }),
] as const;
