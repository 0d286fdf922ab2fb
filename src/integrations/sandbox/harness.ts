/** Levers over a sandbox for the ports' contract suites: in memory, or as a process would serve it over HTTP. */
import type { StorefrontKind } from '#domain/rollout/storefronts.ts';
import type { ChatHarness } from '#ports/chat.contract.ts';
import type { Tools } from '#ports/integration.ts';
import type { StorefrontFault, StorefrontHarness } from '#ports/storefront.contract.ts';
import type { TicketHarness } from '#ports/tickets.contract.ts';
import type { FeedHarness } from '#ports/tracker.contract.ts';
import { feedKinds, sandboxFeed } from './feeds.ts';
import type { FeedName } from './feeds.ts';
import { sandboxChat } from './chat.ts';
import { sandboxClient } from './client.ts';
import type { SandboxClient } from './client.ts';
import { sandboxTools } from './in-process.ts';
import { sandboxStorefront } from './storefront.ts';
import { sandboxTracker } from './tracker.ts';
import { serveSandbox } from './server.ts';
import type { LeverInput } from './world/levers.ts';
import { stateSchema } from './world/state.ts';
import { ticketItem } from './world/tickets.ts';
import type { Fault, State } from './world/state.ts';
import { createWorld, liveObjectsByKey } from './world/world.ts';

/** The story of 8.9.2 begins. */
const BEGINS = '2024-09-30T09:20:00.000Z';
/** Long enough for a loopback, short enough for a test that wants no answer. */
const LONGEST_CALL_MS = 400;
const DAY_MS = 86_400_000;
const PAUSE_MS = 7000;

const faultFor: Readonly<Record<StorefrontFault | 'error', Fault['what']>> = {
  'error-before': 'error-before',
  'error-after': 'error-after',
  error: 'error-before',
  'no-answer': 'timeout-after',
  'too-many-calls': 'rate-limit',
  'key-expired': 'key-expired',
  nonsense: 'garbage',
  lie: 'lie',
};

type Way = {
  client: SandboxClient;
  pull(lever: LeverInput): Promise<void>;
  state(): Promise<State>;
  close(): Promise<void>;
};

async function inMemory(): Promise<Way> {
  const world = createWorld({ machineTime: () => BEGINS });
  return {
    client: sandboxClient('http://127.0.0.1', { fetch: sandboxTools(world) }),
    pull: async (lever) => mustWork(world.pull(lever)),
    state: async () => world.state(),
    close: async () => {},
  };
}

async function overHttp(): Promise<Way> {
  const served = await serveSandbox({ port: 0, file: null, machineTime: () => BEGINS });
  return {
    client: sandboxClient(served.url, { fetch }, LONGEST_CALL_MS),
    async pull(lever) {
      const response = await fetch(`${served.url}/v1/levers`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(lever),
      });
      if (!response.ok) throw new Error(`a lever was refused: ${await response.text()}`);
    },
    state: async () => stateSchema.parse(await (await fetch(`${served.url}/v1/state`)).json()),
    close: () => served.stop(),
  };
}

function mustWork(pulled: { ok: boolean; because?: string }): void {
  if (!pulled.ok) throw new Error(`a lever was refused: ${pulled.because ?? ''}`);
}

/** The two ways to reach a sandbox: both pass the same suites. */
export const ways = { 'in memory': inMemory, 'over HTTP': overHttp } as const;
export type WayName = keyof typeof ways;

const asIs = (app: string): string => app;

/** A sandbox storefront with an empty listing of `music` on `android`. */
export async function storefrontHarness(by: WayName, kind: StorefrontKind): Promise<StorefrontHarness> {
  const way = await ways[by]();
  const at = { storefront: kind, app: 'music', platform: 'android' };
  await way.pull({ lever: 'clock', set: BEGINS });
  return {
    storefront: sandboxStorefront(way.client, kind, asIs),
    app: at.app,
    platform: at.platform,
    approve: (version) => way.pull({ lever: 'approve', ...at, version }),
    reject: (version, rejection, why) => way.pull({ lever: 'reject', ...at, version, kind: rejection, why }),
    byHand: (version, deed, percent) =>
      way.pull({ lever: 'console', ...at, version, do: deed, ...(percent === undefined ? {} : { percent }) }),
    passDays: (days) => way.pull({ lever: 'clock', advanceMs: Math.round(days * DAY_MS) }),
    fail: (how, calls) => way.pull({ lever: 'fault', on: kind, calls, what: faultFor[how], ms: PAUSE_MS }),
    liveObjects: async (key) => liveObjectsByKey(await way.state()).get(key) ?? 0,
    close: () => way.close(),
  };
}

/** The sandbox's tracker or CI without a thing in it. */
export async function feedHarness(by: WayName, feed: FeedName): Promise<FeedHarness> {
  const way = await ways[by]();
  let number = 0;
  return {
    feed: sandboxFeed(way.client, feed, asIs),
    app: 'music',
    kinds: feedKinds[feed],
    async begin(app) {
      number += 1;
      if (feed === 'tracker') {
        await way.pull({
          lever: 'bug',
          app,
          key: `PLAY-${number}`,
          set: { title: 'Playback stops after a car reconnects', versions: ['8.9.2'] },
        });
        return `PLAY-${number}`;
      }
      await way.pull({ lever: 'build-start', app, platform: 'android', version: '8.9.2', commit: 'a1b2c3d4e5', number: String(number) });
      return `android/8.9.2/${number}`;
    },
    async change(app, key) {
      if (feed === 'tracker') await way.pull({ lever: 'bug', app, key, set: { state: 'closed' } });
      else await way.pull({ lever: 'build-finish', app, platform: 'android', version: '8.9.2', number: key.split('/').at(-1) ?? '' });
    },
    startOver: () => way.pull({ lever: 'reset' }),
    fail: (how) => way.pull({ lever: 'fault', on: feed, calls: 'reads', what: faultFor[how], ms: PAUSE_MS }),
    close: () => way.close(),
  };
}

/** The sandbox's tracker without a ticket. */
export async function ticketHarness(by: WayName): Promise<TicketHarness> {
  const way = await ways[by]();
  return {
    tracker: sandboxTracker(way.client, asIs),
    app: 'music',
    tickets: async (app) =>
      (await way.state()).items
        .filter((item) => item.app === app && item.kind === 'bug')
        .map(({ key, payload }) => ({ key, ...ticketItem.parse(payload) })),
    byHand: (app, key, set) => way.pull({ lever: 'bug', app, key, set }),
    fail: (how) => way.pull({ lever: 'fault', on: 'tracker', calls: 'writes', what: faultFor[how], ms: PAUSE_MS }),
    close: () => way.close(),
  };
}

/** The sandbox's chat without messages. */
export async function chatHarness(by: WayName): Promise<ChatHarness> {
  const way = await ways[by]();
  return {
    chat: sandboxChat(way.client, asIs),
    app: 'music',
    messages: async (app) => (await way.state()).messages.filter((message) => message.app === app),
    fail: (how) => way.pull({ lever: 'fault', on: 'chat', calls: 'writes', what: faultFor[how], ms: PAUSE_MS }),
    close: () => way.close(),
  };
}

/** What an integration of storefronts hands to the adapter besides its settings; for tests that go through `provides`. */
export function toolsFor(fetchOver: typeof fetch): Tools {
  return { fetch: fetchOver, now: () => BEGINS, log: () => {}, dataDir: '/nonexistent' };
}
