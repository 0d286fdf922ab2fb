/** From connections as stored to ports that can be asked. The engine knows ports and no vendor. */
import { z } from 'zod';
import { connectionsOf, openSettings } from '#db/connections.ts';
import type { StoredConnection } from '#db/connections.ts';
import type { Db } from '#db/transaction.ts';
import type { FactKind } from '#domain/facts.ts';
import { storefrontKinds } from '#domain/rollout/storefronts.ts';
import type { StorefrontKind } from '#domain/rollout/storefronts.ts';
import type { Actor } from '#domain/roles.ts';
import type { Chat } from '#ports/chat.ts';
import type { FactsFeed } from '#ports/facts-feed.ts';
import type { GitHost } from '#ports/git-host.ts';
import type { HealthSource } from '#ports/health-source.ts';
import type { Integration, PortName, Tools } from '#ports/integration.ts';
import type { MetricsReader } from '#ports/metrics-reader.ts';
import type { Storefront } from '#ports/storefront.ts';
import type { Tracker } from '#ports/tracker.ts';
import { join } from 'node:path';
import { appNow } from './context.ts';
import type { Context } from './context.ts';
import { fenced } from './limit.ts';

/** A connection with its integration and settings that passed the integration's schema. */
export type Connected = { id: string; app: string; integration: Integration; settings: unknown; serves: readonly string[] };

/** What a connection can be told to serve: a port, or the port for one storefront. */
export function servable(integration: Integration): string[] {
  return (Object.keys(integration.provides) as PortName[]).flatMap((port) =>
    port === 'storefront' ? ['storefront', ...storefrontKinds.map((kind) => `storefront:${kind}`)] : [port],
  );
}

/** `git-host` is `gitHost`; anything else is as it is written. */
export function portNamed(text: string): string {
  return text === 'git-host' ? 'gitHost' : text;
}

function doesServe(serves: readonly string[], port: PortName, which?: StorefrontKind): boolean {
  return serves.length === 0 || serves.includes(port) || (which !== undefined && serves.includes(`${port}:${which}`));
}

/** The connections of an app that can be used now; one whose integration is gone or whose settings cannot be read is told in the log and left out. */
export async function connectedOf(context: Context, app: string, db: Db = context.db): Promise<Connected[]> {
  const connections = await connectionsOf(db, app);
  return connections.flatMap((each) => connectedFrom(context, each));
}

function connectedFrom(context: Context, stored: StoredConnection): Connected[] {
  const integration = context.integrations.get(stored.integration);
  if (integration === undefined) {
    context.log.warn({ connection: stored.id, integration: stored.integration }, 'no such integration: the connection is left out');
    return [];
  }
  try {
    const settings = integration.settings.parse(openSettings(context.keys, stored.id, stored.settings));
    return [{ id: stored.id, app: stored.app, integration, settings, serves: stored.serves }];
  } catch (error) {
    context.log.warn({ connection: stored.id, err: error }, 'the settings of a connection cannot be read: it is left out');
    return [];
  }
}

/** The actor in whose name a connection reports and performs. */
export function actorOf(connected: Connected): Actor {
  return { kind: 'integration', id: connected.id, name: connected.integration.name };
}

function toolsFor(context: Context, connected: Connected, signal: AbortSignal | undefined, progress?: (line: string) => void): Tools {
  return {
    fetch: fenced(context.fetch, signal),
    ...(context.reach === null ? {} : { reach: context.reach }),
    now: () => appNow(context, connected.app),
    log: (message, details) => {
      context.log.debug({ integration: connected.integration.id, ...details }, message);
      progress?.(message);
    },
    dataDir: join(context.dataDir, connected.integration.id),
    signal,
  };
}

/* ---- ports ---- */

export type Served<P> = { connected: Connected; open(signal: AbortSignal, progress?: (line: string) => void): P };

export function storefrontOf(context: Context, all: readonly Connected[], which: StorefrontKind): Served<Storefront> | null {
  for (const connected of all) {
    const make = connected.integration.provides.storefront;
    if (make !== undefined && doesServe(connected.serves, 'storefront', which))
      return { connected, open: (signal) => make(connected.settings, toolsFor(context, connected, signal), which) };
  }
  return null;
}

export function gitHostOf(context: Context, all: readonly Connected[]): Served<GitHost> | null {
  for (const connected of all) {
    const make = connected.integration.provides.gitHost;
    if (make !== undefined && doesServe(connected.serves, 'gitHost'))
      return { connected, open: (signal, progress) => make(connected.settings, toolsFor(context, connected, signal, progress)) };
  }
  return null;
}

export function chatOf(context: Context, all: readonly Connected[]): Served<Chat> | null {
  for (const connected of all) {
    const make = connected.integration.provides.chat;
    if (make !== undefined && doesServe(connected.serves, 'chat'))
      return { connected, open: (signal) => make(connected.settings, toolsFor(context, connected, signal)) };
  }
  return null;
}

/** A tracker that takes tickets; null: none is connected, or it may not write. */
export function ticketsOf(context: Context, all: readonly Connected[]): Served<Tracker> | null {
  for (const connected of all) {
    const make = connected.integration.provides.tracker;
    if (make === undefined || !doesServe(connected.serves, 'tracker')) continue;
    const open = (signal: AbortSignal) => make(connected.settings, toolsFor(context, connected, signal));
    if (open(new AbortController().signal).ensureTicket !== undefined) return { connected, open };
  }
  return null;
}

/** Who tells people of an app what is ordered to be told; null: nobody. */
export async function tellerOf(context: Context, app: string): Promise<{ connection: string; name: string } | null> {
  const served = chatOf(context, await connectedOf(context, app));
  return served === null ? null : { connection: served.connected.id, name: served.connected.integration.name };
}

export const feedPorts = ['tracker', 'builds'] as const;
export type FeedPort = (typeof feedPorts)[number];

export function feedOf(context: Context, connected: Connected, port: FeedPort): Served<FactsFeed> | null {
  const make = connected.integration.provides[port];
  if (make === undefined || !doesServe(connected.serves, port)) return null;
  return { connected, open: (signal) => make(connected.settings, toolsFor(context, connected, signal)) };
}

export function healthOf(context: Context, connected: Connected): Served<HealthSource> | null {
  const make = connected.integration.provides.health;
  if (make === undefined || !doesServe(connected.serves, 'health')) return null;
  return { connected, open: (signal) => make(connected.settings, toolsFor(context, connected, signal)) };
}

export function metricsReaderOf(context: Context, connected: Connected): Served<MetricsReader> | null {
  const make = connected.integration.provides.metrics;
  if (make === undefined || !doesServe(connected.serves, 'metrics')) return null;
  return { connected, open: (signal) => make(connected.settings, toolsFor(context, connected, signal)) };
}

/** What a port of an integration brings, and for how long a reading is fresh. */
export function broughtBy(integration: Integration, port: PortName): { kinds: readonly FactKind[]; freshForMinutes: number | null } {
  return integration.brings[port] ?? { kinds: [], freshForMinutes: null };
}

/* ---- settings ---- */

/** The fields of an integration's settings that hold secrets: marked `.meta({ secret: true })` in its schema. */
export function secretFieldsOf(integration: Integration): string[] {
  const { settings } = integration;
  if (!(settings instanceof z.ZodObject)) return [];
  return Object.entries(settings.shape)
    .filter(([, field]) => field instanceof z.ZodType && field.meta()?.['secret'] === true)
    .map(([name]) => name);
}
