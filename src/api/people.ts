/** People and API keys: who may do what in which app. */
import { z } from 'zod';
import { route } from './route.ts';
import { grant } from './session.ts';
import { appId, appParams, moment, momentIn, nothing, pageOf, pageQuery, role, scope } from './words.ts';

export const person = z
  .object({ id: z.string(), name: z.string(), email: z.string(), createdAt: moment, grants: z.array(grant) })
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

const everyApp = z.union([appId, z.literal('*')]).meta({ description: 'An app, or `*` for all' });
const teams = z
  .array(z.string().trim().min(1).max(100))
  .max(200)
  .default([])
  .meta({ description: 'Teams whose word they may give; `*` for all' });
const personParams = z.object({ person: z.string().min(1).max(100) });

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
      password: z.string().min(10, 'a password of at least 10 characters').max(200),
      grants: z
        .array(z.object({ app: everyApp, roles: z.array(role).min(1), teams }))
        .max(200)
        .default([]),
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
      expiresAt: momentIn.nullable().default(null),
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
    params: z.object({ key: z.string().min(1).max(100) }),
    answers: { 204: nothing },
  }),
] as const;
