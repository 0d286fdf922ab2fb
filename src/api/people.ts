/** People and API keys: who may do what in which app. */
import { z } from 'zod';
import { route } from './route.ts';
import { grant } from './session.ts';
import { appId, appParams, moment, momentIn, newPassword, nothing, pageOf, pageQuery, role, scope } from './words.ts';

const keyParams = z.object({ key: z.string().min(1).max(100) });

export const openSession = z
  .object({
    id: z.string(),
    how: z.string().meta({ description: '`password`, or the id of an identity provider' }),
    address: z.string().nullable().meta({ description: 'The network address that it began at' }),
    program: z.string().nullable().meta({ description: 'What the browser said of itself' }),
    createdAt: moment,
    usedAt: moment.meta({ description: 'Written down at most once an hour' }),
    endsAt: moment.meta({ description: 'Moves with the use, and never past the longest that a session may be' }),
    current: z.boolean().meta({ description: 'The one that asks' }),
  })
  .meta({ id: 'OpenSession' });
export const sessionList = z.object({ items: z.array(openSession) }).meta({ id: 'OpenSessions' });
export const sessionsEnded = z.object({ ended: z.int() }).meta({ id: 'SessionsEnded' });

export const person = z
  .object({
    id: z.string(),
    name: z.string(),
    email: z.string(),
    createdAt: moment,
    deactivated: z.object({ at: moment, why: z.string() }).nullable().meta({ description: 'Null: they may sign in' }),
    signsInBy: z.array(z.string()).meta({ description: '`password`, and ids of identity providers' }),
    lastSeenAt: moment.nullable().meta({ description: 'Of the sessions that are left; written down at most once an hour' }),
    grants: z.array(grant),
  })
  .meta({ id: 'Person' });

/** Someone of an app as others of it see them: nothing to write to, nothing to sign in with. */
export const appPerson = z
  .object({
    id: z.string().meta({ description: 'An account; `sample:` and a name where the person is invented' }),
    name: z.string(),
    roles: z.array(role),
    teams: z.array(z.string()).meta({ description: 'Teams whose word they may give; `*` for all' }),
  })
  .meta({ id: 'AppPerson' });

export const apiKey = z
  .object({
    id: z.string(),
    kind: z.enum(['key', 'report']).meta({ description: '`report`: writes facts of its one app and does nothing else' }),
    actsFor: z.string().nullable().meta({ description: 'The id of the person behind it: it is no second person to them' }),
    name: z.string(),
    prefix: z.string().meta({ description: 'The first characters, to tell keys apart' }),
    scopes: z.array(scope),
    roles: z.array(role),
    teams: z.array(z.string()),
    apps: z.array(z.string()).nullable().meta({ description: 'Null: all apps' }),
    createdAt: moment,
    createdBy: z.string(),
    lastUsedAt: moment.nullable(),
    expiresAt: moment.nullable(),
    revokedAt: moment.nullable(),
  })
  .meta({ id: 'ApiKey' });

export const everyApp = z.union([appId, z.literal('*')]).meta({ description: 'An app, or `*` for all' });
export const teams = z
  .array(z.string().trim().min(1).max(100))
  .max(200)
  .default([])
  .meta({ description: 'Teams whose word they may give; `*` for all' });
export const personParams = z.object({ person: z.string().min(1).max(100) });

/** What someone is to be granted, by app. */
export const newGrants = z
  .array(z.strictObject({ app: everyApp, roles: z.array(role).min(1).max(5), teams }))
  .max(200)
  .refine((grants) => new Set(grants.map(({ app }) => app)).size === grants.length, 'each app once')
  .default([]);
export const why = z.string().trim().min(1, 'say why: it stands in the journal').max(2000);
const keyExpiry = momentIn.nullable().default(null);

export const peopleRoutes = [
  route({
    id: 'listPeople',
    method: 'get',
    path: '/api/people',
    summary: 'List the people and their roles',
    tag: 'people',
    who: 'admin',
    query: pageQuery,
    answers: { 200: pageOf(person).meta({ id: 'PersonPage' }) },
  }),
  route({
    id: 'listAppPeople',
    method: 'get',
    path: '/api/apps/{app}/people',
    summary: 'List who has a role in an app, by name; the invented people of a sample stand on the last page',
    tag: 'people',
    who: 'see',
    params: appParams,
    query: pageQuery.extend({ role: role.optional().meta({ description: 'Only those who hold it' }) }),
    answers: { 200: pageOf(appPerson).meta({ id: 'AppPersonPage' }) },
  }),
  route({
    id: 'createPerson',
    method: 'post',
    path: '/api/people',
    summary: 'Create a person with a first password, which they should change',
    tag: 'people',
    who: 'admin',
    body: z.strictObject({
      name: z.string().trim().min(1).max(100),
      email: z.email().max(254),
      password: newPassword,
      grants: newGrants,
    }),
    answers: { 201: person },
  }),
  route({
    id: 'setRoles',
    method: 'put',
    path: '/api/people/{person}/roles/{app}',
    summary: 'Set the roles and teams of a person in an app (`*`: in all)',
    tag: 'people',
    who: 'admin',
    params: personParams.extend({ app: everyApp }),
    body: z.strictObject({ roles: z.array(role).max(5), teams }),
    answers: { 200: person },
  }),
  route({
    id: 'getPerson',
    method: 'get',
    path: '/api/people/{person}',
    summary: 'Show a person',
    tag: 'people',
    who: 'admin',
    params: personParams,
    answers: { 200: person },
  }),
  route({
    id: 'deactivatePerson',
    method: 'post',
    path: '/api/people/{person}/deactivation',
    summary: 'Put a person out: their sessions end, and they cannot sign in; roles and words stay for when they are let in again',
    tag: 'people',
    who: 'admin',
    params: personParams,
    body: z.strictObject({
      why,
      keys: z
        .enum(['revoke', 'keep'])
        .default('revoke')
        .meta({ description: 'What becomes of the API keys that they made, which they may have kept' }),
    }),
    answers: {
      200: z
        .object({ person, sessionsEnded: z.int(), keysRevoked: z.array(z.object({ id: z.string(), name: z.string() })) })
        .meta({ id: 'PersonDeactivated' }),
    },
  }),
  route({
    id: 'reactivatePerson',
    method: 'delete',
    path: '/api/people/{person}/deactivation',
    summary: 'Let a person in again, with the roles that they had',
    tag: 'people',
    who: 'admin',
    params: personParams,
    query: z.object({ why }),
    answers: { 200: person },
  }),
  route({
    id: 'makePasswordLink',
    method: 'post',
    path: '/api/people/{person}/password-link',
    summary: 'Make a one-time link with which a person sets a new password; it is shown only in this answer',
    tag: 'people',
    who: 'admin',
    params: personParams,
    body: z.strictObject({ hours: z.int().min(1).max(72).default(24) }),
    answers: { 201: z.object({ link: z.string(), until: moment }).meta({ id: 'PasswordLink' }) },
  }),
  route({
    id: 'listPersonSessions',
    method: 'get',
    path: '/api/people/{person}/sessions',
    summary: 'List the open sessions of a person, the last used first',
    tag: 'sessions',
    who: 'admin',
    params: personParams,
    answers: { 200: sessionList },
  }),
  route({
    id: 'endPersonSessions',
    method: 'delete',
    path: '/api/people/{person}/sessions',
    summary: 'End all sessions of a person, or one of them',
    tag: 'sessions',
    who: 'admin',
    params: personParams,
    query: z.object({ session: z.string().max(100).optional(), why }),
    answers: { 200: sessionsEnded },
  }),
  route({
    id: 'removePerson',
    method: 'delete',
    path: '/api/people/{person}',
    summary: 'Remove a person; their entries in the journal stay',
    tag: 'people',
    who: 'admin',
    params: personParams,
    answers: { 204: nothing },
  }),
  route({
    id: 'listKeys',
    method: 'get',
    path: '/api/keys',
    summary: 'List the API keys',
    tag: 'keys',
    who: 'admin',
    query: pageQuery,
    answers: { 200: pageOf(apiKey).meta({ id: 'ApiKeyPage' }) },
  }),
  route({
    id: 'createKey',
    method: 'post',
    path: '/api/keys',
    summary: 'Create an API key; the key itself is shown only in this answer',
    tag: 'keys',
    who: 'admin',
    body: z.strictObject({
      name: z.string().trim().min(1).max(100),
      scopes: z.array(scope).min(1).default(['read', 'report']),
      roles: z.array(role).min(1).default(['member']),
      teams,
      apps: z.array(appId).min(1).max(200).nullable().default(null),
      expiresAt: keyExpiry,
    }),
    answers: { 201: apiKey.extend({ key: z.string() }).meta({ id: 'NewApiKey' }) },
  }),
  route({
    id: 'revokeKey',
    method: 'delete',
    path: '/api/keys/{key}',
    summary: 'Revoke an API key',
    tag: 'keys',
    who: 'admin',
    params: keyParams,
    answers: { 204: nothing },
  }),
  route({
    id: 'listReportingKeys',
    method: 'get',
    path: '/api/apps/{app}/reporting-keys',
    summary: 'List the keys that report into an app and do nothing else',
    tag: 'keys',
    who: 'admin',
    params: appParams,
    query: pageQuery,
    answers: { 200: pageOf(apiKey).meta({ id: 'ReportingKeyPage' }) },
  }),
  route({
    id: 'createReportingKey',
    method: 'post',
    path: '/api/apps/{app}/reporting-keys',
    summary: 'Create a key that writes facts of this app and does nothing else; the key itself is shown only in this answer',
    tag: 'keys',
    who: 'admin',
    params: appParams,
    body: z.strictObject({ name: z.string().trim().min(1).max(100), expiresAt: keyExpiry }),
    answers: { 201: apiKey.extend({ key: z.string() }).meta({ id: 'NewReportingKey' }) },
  }),
  route({
    id: 'revokeReportingKey',
    method: 'delete',
    path: '/api/apps/{app}/reporting-keys/{key}',
    summary: 'Revoke a key that reports into this app',
    tag: 'keys',
    who: 'admin',
    params: keyParams.extend({ app: appId }),
    answers: { 204: nothing },
  }),
] as const;
