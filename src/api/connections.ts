/** Connections: what an app is connected to, and the integrations there are with the form of their settings. */
import { z } from 'zod';
import { sourceState } from './control-room.ts';
import { route } from './route.ts';
import { appParams, moment } from './words.ts';

export const integration = z
  .object({
    id: z.string(),
    name: z.string(),
    connects: z.string(),
    provides: z.array(z.string()).meta({ description: 'Ports: git-host, storefront, tracker, builds, chat, health, metrics' }),
    settings: z.record(z.string(), z.unknown()).meta({ description: 'JSON Schema of the settings; secrets carry `secret: true`' }),
  })
  .meta({ id: 'Integration' });

export const connection = z
  .object({
    id: z.string(),
    app: z.string(),
    integration: z.string(),
    name: z.string(),
    serves: z.array(z.string()),
    settings: z.record(z.string(), z.unknown()).meta({ description: 'Without its secrets' }),
    createdAt: moment.nullable(),
    webhook: z.boolean().meta({ description: 'Whether a signed message wakes it' }),
    sources: z.array(sourceState).meta({
      description: 'What it brings: when each was last read, for how long a reading counts, when the next is, and what went wrong',
    }),
  })
  .meta({ id: 'Connection' });

const serves = z
  .array(z.string().min(1).max(100))
  .max(20)
  .default([])
  .meta({ description: 'Ports and storefronts that it serves: `git-host`, `storefront:google-play`; all that it can when empty' });

export const tried = z
  .object({
    asked: z.string().meta({ description: 'What it was asked for' }),
    ok: z.boolean(),
    answer: z.string().meta({ description: 'What came back, or what went wrong' }),
    right: z.string().nullable().meta({ description: 'What would help; null where all is well' }),
    tookMs: z.int(),
  })
  .meta({ id: 'Tried' });

const connectionParams = appParams.extend({ connection: z.string().min(1).max(100) });

export const connectionRoutes = [
  route({
    id: 'listIntegrations',
    method: 'get',
    path: '/api/integrations',
    summary: 'List the integrations and the form of their settings',
    tag: 'connections',
    who: 'signed-in',
    answers: { 200: z.object({ items: z.array(integration) }) },
  }),
  route({
    id: 'listConnections',
    method: 'get',
    path: '/api/apps/{app}/connections',
    summary: 'List what an app is connected to',
    tag: 'connections',
    who: 'see',
    params: appParams,
    answers: { 200: z.object({ items: z.array(connection) }) },
  }),
  route({
    id: 'addConnection',
    method: 'post',
    path: '/api/apps/{app}/connections',
    summary: 'Connect an app to something',
    tag: 'connections',
    who: 'admin',
    params: appParams,
    body: z.strictObject({
      integration: z.string().min(1).max(100),
      settings: z.record(z.string(), z.unknown()).default({}),
      serves,
    }),
    answers: { 201: connection },
  }),
  route({
    id: 'changeConnection',
    method: 'put',
    path: '/api/apps/{app}/connections/{connection}',
    summary: 'Give a connection other settings; a secret that is left out stays, as long as it leads to the same place',
    tag: 'connections',
    who: 'admin',
    params: connectionParams,
    body: z.strictObject({
      settings: z
        .record(z.string(), z.unknown())
        .meta({ description: 'All of them; of secrets those that are to be others, and null for one that is to be none' }),
      serves,
    }),
    answers: { 200: connection },
  }),
  route({
    id: 'checkConnection',
    method: 'post',
    path: '/api/apps/{app}/connections/{connection}/check',
    summary: 'Try a connection: ask it for something of each kind that it serves, and tell what was asked and answered',
    tag: 'connections',
    who: 'admin',
    params: connectionParams,
    body: z.strictObject({
      message: z.boolean().default(false).meta({ description: 'Also post a message to its chat, which people see; all else only reads' }),
    }),
    answers: { 200: z.object({ ok: z.boolean(), tried: z.array(tried) }).meta({ id: 'ConnectionCheck' }) },
  }),
  route({
    id: 'removeConnection',
    method: 'delete',
    path: '/api/apps/{app}/connections/{connection}',
    summary: 'Disconnect',
    tag: 'connections',
    who: 'admin',
    params: connectionParams,
    answers: { 204: z.null() },
  }),
  route({
    id: 'openWebhook',
    method: 'post',
    path: '/api/apps/{app}/connections/{connection}/webhook',
    summary: 'Make the secret with which others sign messages that wake a connection; one made before counts no more',
    tag: 'connections',
    who: 'admin',
    params: connectionParams,
    body: z.strictObject({}),
    answers: {
      201: z
        .object({
          path: z.string().meta({ description: 'Where messages go, behind the address of this server' }),
          secret: z.string().meta({ description: 'The secret, shown this once' }),
        })
        .meta({ id: 'Webhook' }),
    },
  }),
  route({
    id: 'closeWebhook',
    method: 'delete',
    path: '/api/apps/{app}/connections/{connection}/webhook',
    summary: 'Let nobody wake a connection any more',
    tag: 'connections',
    who: 'admin',
    params: connectionParams,
    answers: { 204: z.null() },
  }),
  route({
    id: 'hearWebhook',
    method: 'post',
    path: '/api/apps/{app}/webhooks/{connection}',
    summary: 'Wake a connection by a signed message: as Standard Webhooks signs, or as GitHub does. What the message says is not read',
    tag: 'connections',
    who: 'public',
    params: connectionParams,
    rawBody: true,
    answers: { 200: z.object({ woke: z.boolean().meta({ description: 'False: the message was heard before' }) }).meta({ id: 'Woken' }) },
    bodyLimitBytes: 5_000_000,
  }),
] as const;
