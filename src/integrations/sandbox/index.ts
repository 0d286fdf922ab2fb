/** The sandbox: storefronts of every kind, a tracker, CI and a chat in a small world of their own, for demonstrations, stories and tests. */
import { z } from 'zod';
import { defineIntegration } from '#ports/integration.ts';
import type { Tools } from '#ports/integration.ts';
import { sandboxChat } from './chat.ts';
import { sandboxClient } from './client.ts';
import { feedKinds, sandboxFeed } from './feeds.ts';
import { sandboxStorefront } from './storefront.ts';
import { sandboxTracker } from './tracker.ts';

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

export const sandboxSettings = z.object({
  url: z
    .url({ protocol: /^http$/, error: 'the address of a running sandbox, such as http://127.0.0.1:4811' })
    .refine(
      (url) => LOOPBACK.includes(URL.parse(url)?.hostname ?? ''),
      'the sandbox answers on this machine only: http://127.0.0.1 with its port',
    )
    .default('http://127.0.0.1:4811')
    .meta({ address: true, description: 'Where `signalbox sandbox serve` answers.' }),
  apps: z
    .record(z.string(), z.string().trim().min(1))
    .default({})
    .describe('Names of apps in the sandbox, where they differ from Signalbox\'s: { "music": "music-demo" }.'),
});
export type SandboxSettings = z.infer<typeof sandboxSettings>;

const FRESH_FOR_MINUTES = 10;

export const sandbox = defineIntegration<SandboxSettings>({
  id: 'sandbox',
  name: 'Sandbox',
  connects: 'A world to try things in: storefronts of every kind, a tracker, CI and a chat, with levers for what vendors and bad luck do.',
  settings: sandboxSettings,
  invented: 'anywhere',
  brings: {
    storefront: { kinds: ['storefront'], freshForMinutes: FRESH_FOR_MINUTES },
    tracker: { kinds: feedKinds.tracker, freshForMinutes: FRESH_FOR_MINUTES },
    builds: { kinds: feedKinds.builds, freshForMinutes: FRESH_FOR_MINUTES },
  },
  provides: {
    storefront: (settings, tools, which) => sandboxStorefront(connect(settings, tools), which, nameIn(settings)),
    tracker: (settings, tools) => sandboxTracker(connect(settings, tools), nameIn(settings)),
    builds: (settings, tools) => sandboxFeed(connect(settings, tools), 'builds', nameIn(settings)),
    chat: (settings, tools) => sandboxChat(connect(settings, tools), nameIn(settings)),
  },
});

function connect(settings: SandboxSettings, tools: Tools) {
  return sandboxClient(settings.url, tools);
}

function nameIn(settings: SandboxSettings): (app: string) => string {
  return (app) => (Object.hasOwn(settings.apps, app) ? (settings.apps[app] ?? app) : app);
}
