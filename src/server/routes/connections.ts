import { z } from 'zod';
import { appById, sourcesOf } from '#db/views/apps.ts';
import { connectionById, connectionsOf } from '#db/views/connections.ts';
import type { Instant } from '#domain/time.ts';
import type { Handlers, Room } from '../context.ts';
import { notFound, orRefuse } from '../errors.ts';

export function connectionHandlers(
  room: Room,
): Handlers<
  | 'listIntegrations'
  | 'listConnections'
  | 'addConnection'
  | 'changeConnection'
  | 'checkConnection'
  | 'removeConnection'
  | 'openWebhook'
  | 'closeWebhook'
  | 'hearWebhook'
> {
  const byId = new Map(room.integrations.map((integration) => [integration.id, integration]));

  const shown = <C extends { integration: string; settings: Record<string, unknown> }>(connection: C): C & { name: string } => {
    const integration = byId.get(connection.integration);
    const secrets = secretNames(integration === undefined ? {} : formOf(integration.settings));
    const settings = Object.fromEntries(
      Object.entries(connection.settings).map(([name, value]) => [name, secrets.has(name) ? '(hidden)' : value]),
    );
    return { ...connection, name: integration?.name ?? connection.integration, settings };
  };
  const withSources = async <C extends { id: string }>(app: string, connections: readonly C[], now: Instant) => {
    const sources = await sourcesOf(room.db, app, now);
    return connections.map((connection) => ({
      ...connection,
      sources: sources.flatMap(({ connection: of, ...source }) => (of === connection.id ? [source] : [])),
    }));
  };
  const one = async (id: string, now: Instant) => {
    const found = await connectionById(room.db, id);
    const [view] = found === null ? [] : await withSources(found.app, [shown(found)], now);
    return view ?? notFound(`connection "${id}"`);
  };

  /** @throws a problem when the app has no such connection */
  const mine = async ({ app, connection }: { app: string; connection: string }): Promise<void> => {
    const found = await connectionById(room.db, connection);
    if (found === null || found.app !== app) notFound(`connection "${connection}" of ${app}`, `see GET /api/apps/${app}/connections`);
  };

  return {
    listIntegrations: async () => ({
      items: room.integrations.map(({ id, name, connects, provides, settings }) => ({
        id,
        name,
        connects,
        provides: Object.keys(provides),
        settings: formOf(settings),
      })),
    }),
    listConnections: async ({ params }, at) => {
      if ((await appById(room.db, params.app)) === null) notFound(`app "${params.app}"`, 'see GET /api/apps');
      return { items: await withSources(params.app, (await connectionsOf(room.db, params.app)).map(shown), at.now) };
    },
    addConnection: async ({ params, body }, at) => {
      const { id } = orRefuse(await room.engine.connect({ app: params.app, ...body }, at.actor(params.app)));
      return one(id, at.now);
    },
    changeConnection: async ({ params, body }, at) => {
      await mine(params);
      orRefuse(await room.engine.changeConnection(params.connection, body, at.actor(params.app)));
      return one(params.connection, at.now);
    },
    checkConnection: async ({ params, body }, at) => {
      await mine(params);
      const { tried } = orRefuse(await room.engine.checkConnection(params.connection, at.actor(params.app), { posts: body.message }));
      return { ok: tried.every(({ ok }) => ok), tried };
    },
    removeConnection: async ({ params }, at) => {
      await mine(params);
      orRefuse(await room.engine.disconnect(params.connection, at.actor(params.app)));
      return null;
    },
    openWebhook: async ({ params }, at) => {
      await mine(params);
      const { secret } = orRefuse(await room.engine.openWebhook(params.connection, at.actor(params.app)));
      return { path: `/api/apps/${params.app}/webhooks/${params.connection}`, secret };
    },
    closeWebhook: async ({ params }, at) => {
      await mine(params);
      orRefuse(await room.engine.closeWebhook(params.connection, at.actor(params.app)));
      return null;
    },
    hearWebhook: async ({ params }, at) => {
      const { body, headers } = at.request;
      const message = { headers, body: Buffer.isBuffer(body) ? body : Buffer.alloc(0) };
      const { woke } = orRefuse(await room.engine.hearWebhook(params.app, params.connection, message), { 'not-allowed': 'not-signed' });
      return { woke };
    },
  };
}

/** The settings of an integration as a JSON Schema, from which the form is drawn. */
function formOf(settings: z.ZodType): Record<string, unknown> {
  return z.toJSONSchema(settings, { io: 'input', unrepresentable: 'any' });
}

function secretNames(form: Record<string, unknown>): ReadonlySet<string> {
  const properties = (form['properties'] ?? {}) as Record<string, { secret?: unknown }>;
  return new Set(Object.entries(properties).flatMap(([name, { secret }]) => (secret === true ? [name] : [])));
}
