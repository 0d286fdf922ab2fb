/** An integration is one value: its settings draw the form and validate, and `provides` makes the ports that it can serve. */
import type { z } from 'zod';
import type { FactKind } from '#domain/facts.ts';
import type { StorefrontKind } from '#domain/rollout/storefronts.ts';
import type { Instant } from '#domain/time.ts';
import type { Chat } from './chat.ts';
import type { FactsFeed } from './facts-feed.ts';
import type { GitHost } from './git-host.ts';
import type { HealthSource } from './health-source.ts';
import type { MetricsReader } from './metrics-reader.ts';
import type { Storefront } from './storefront.ts';
import type { Tracker } from './tracker.ts';

/** What an adapter gets from us: never the database, never the engine. */
export type Tools = {
  fetch: typeof fetch;
  /** For adapters that do not go by `fetch`: where they may go. Left out: everywhere. */
  reach?: Reach;
  now(): Instant;
  log(message: string, details?: Record<string, unknown>): void;
  /** A directory of this integration's own, for mirrors and caches. */
  dataDir: string;
  /** Ends a call that takes too long; vendor calls end within 10 s. */
  signal?: AbortSignal;
};

export type Ports = {
  gitHost: GitHost;
  storefront: Storefront;
  tracker: Tracker;
  builds: FactsFeed;
  chat: Chat;
  health: HealthSource;
  metrics: MetricsReader;
};
export type PortName = keyof Ports;

/** Hosts on the network and paths on this machine. */
export type Place = { hosts: readonly string[]; paths: readonly string[] };

/** What an adapter asks before it goes somewhere by other means than `fetch`; each throws when it may not go there. */
export type Reach = { fetch: typeof fetch; addressesOf(host: string): Promise<readonly string[]>; mayRead(path: string): Promise<void> };

export type Integration<S = unknown> = {
  /** A slug: `git`, `sandbox`. */
  id: string;
  name: string;
  /** One sentence: what it connects. */
  connects: string;
  /** What it reaches is invented: nobody outside is touched by it. Only such may be connected to a sample app; `sample-only` to nothing else. */
  invented?: 'anywhere' | 'sample-only';
  settings: z.ZodType<S>;
  /** Where it goes with these settings. Left out: to the addresses in those that are marked `.meta({ address: true })`. */
  reaches?(settings: S): Place;
  /** Kinds of facts that it brings, by port, and for how many minutes a read is fresh. */
  brings: Partial<Record<PortName, { kinds: readonly FactKind[]; freshForMinutes: number | null }>>;
  provides: {
    [P in PortName]?: P extends 'storefront'
      ? (settings: S, tools: Tools, which: StorefrontKind) => Ports[P]
      : (settings: S, tools: Tools) => Ports[P];
  };
};

/** Keeps the settings' type together with what is made from it. */
export function defineIntegration<S>(integration: Integration<S>): Integration<S> {
  return integration;
}
