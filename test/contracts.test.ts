/** Every adapter of integrations/index.ts passes the suites of the ports that it provides. */
import { describe, expect, test } from 'vitest';
import { storefrontKinds } from '#domain/rollout/storefronts.ts';
import { integrations } from '#integrations/index.ts';
import { chatHarness, feedHarness, storefrontHarness, ticketHarness, ways } from '#integrations/sandbox/harness.ts';
import { PLAY } from '#integrations/play-vitals/emulator.ts';
import { playHarness } from '#integrations/play-vitals/harness.ts';
import type { WayName } from '#integrations/sandbox/harness.ts';
import { SENTRY } from '#integrations/sentry/emulator.ts';
import { sentryHarness } from '#integrations/sentry/harness.ts';
import { chatContract } from '#ports/chat.contract.ts';
import type { PortName } from '#ports/integration.ts';
import { storefrontContract } from '#ports/storefront.contract.ts';
import { ticketContract } from '#ports/tickets.contract.ts';
import { healthContract } from '#ports/health-source.contract.ts';
import type { HealthHarness } from '#ports/health-source.contract.ts';
import { feedContract } from '#ports/tracker.contract.ts';
import { heldTo } from './setup/contracts.ts';

/** Ports that have a suite here. The git port's adapter is tested beside itself, on real repositories. */
const portsWithSuite: readonly PortName[] = ['storefront', 'tracker', 'builds', 'chat', 'health'];

const sandboxWays = Object.keys(ways) as WayName[];
/** A source of health whose emulator is held to the vendor's own contract, where that is there: what breaks it is told when a test ends. */
function heldHealth(
  contract: string,
  server: string,
  make: (held: (emulator: typeof fetch) => Promise<typeof fetch>) => Promise<HealthHarness>,
): () => Promise<HealthHarness> {
  return async () => {
    let faults: readonly string[] = [];
    const harness = await make(async (emulator) => {
      const held = await heldTo(contract, server, emulator);
      faults = held?.faults ?? [];
      return held?.fetch ?? emulator;
    });
    return {
      ...harness,
      close: async () => {
        await harness.close();
        expect(faults).toEqual([]);
      },
    };
  };
}

const suites: Record<string, Partial<Record<PortName, () => void>>> = {
  sandbox: {
    storefront: () => {
      for (const way of sandboxWays)
        for (const kind of storefrontKinds) storefrontContract(`sandbox ${way}`, kind, () => storefrontHarness(way, kind));
    },
    tracker: () => {
      for (const way of sandboxWays) {
        feedContract(`the tracker of the sandbox ${way}`, () => feedHarness(way, 'tracker'));
        ticketContract(`the tracker of the sandbox ${way}`, () => ticketHarness(way));
      }
    },
    builds: () => {
      for (const way of sandboxWays) feedContract(`the builds of the sandbox ${way}`, () => feedHarness(way, 'builds'));
    },
    chat: () => {
      for (const way of sandboxWays) chatContract(`sandbox ${way}`, () => chatHarness(way));
    },
  },
  'play-vitals': {
    health: () => {
      for (const period of ['daily', 'hourly'] as const)
        healthContract(
          `Play vitals, ${period},`,
          heldHealth('google-play/playdeveloperreporting-v1beta1.openapi.json', PLAY, (held) => playHarness(period, held)),
        );
    },
  },
  sentry: {
    health: () => healthContract('Sentry', heldHealth('sentry/rest-v0.openapi.json', SENTRY, sentryHarness)),
  },
  // on databases that are real ones: test/stories/warehouse.db.test.ts, and clickhouse.db.test.ts beside it
  warehouse: { health: () => undefined },
};

describe('the list of integrations', () => {
  test('every port that an integration provides is run through its suite', () => {
    const missing = integrations.flatMap(({ id, provides }) =>
      portsWithSuite.filter((port) => provides[port] !== undefined && suites[id]?.[port] === undefined).map((port) => `${id}: ${port}`),
    );
    expect(missing).toEqual([]);
  });

  test('every integration has an id of its own', () => {
    const ids = integrations.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toContain('sandbox');
  });
});

for (const { id, provides } of integrations) for (const port of portsWithSuite) if (provides[port] !== undefined) suites[id]?.[port]?.();
