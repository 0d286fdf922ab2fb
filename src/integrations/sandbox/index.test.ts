import { describe, expect, test } from 'vitest';
import { factKinds } from '#domain/facts.ts';
import { capabilities, storefrontKinds } from '#domain/rollout/storefronts.ts';
import { toolsFor } from './harness.ts';
import { sandbox, sandboxSettings } from './index.ts';
import { sandboxTools } from './in-process.ts';
import { rulesOf } from './world/rules.ts';
import { createWorld } from './world/world.ts';

const BEGINS = '2024-09-30T09:20:00.000Z';

describe('the settings of the sandbox', () => {
  test('need nothing but a sandbox at its usual place', () => {
    expect(sandboxSettings.parse({})).toEqual({ url: 'http://127.0.0.1:4811', apps: {} });
  });

  test.each([
    'https://example.com',
    'http://example.com',
    'http://127.0.0.1.example.com',
    'http://10.0.0.1:4811',
    'file:///etc/passwd',
    'localhost',
    '',
  ])('refuse %j: a sandbox is on this machine', (url) => {
    expect(sandboxSettings.safeParse({ url }).success).toBe(false);
  });

  test.each(['http://127.0.0.1:4811', 'http://localhost:1', 'http://[::1]:4811'])('take %s', (url) => {
    expect(sandboxSettings.parse({ url }).url).toBe(url);
  });

  test('map the names of apps, and only those that are named', async () => {
    const world = createWorld({ machineTime: () => BEGINS });
    const { chat } = sandbox.provides;
    const connected = chat?.(sandboxSettings.parse({ apps: { music: 'music-demo' } }), toolsFor(sandboxTools(world)));
    for (const app of ['music', 'podcasts', 'constructor'])
      await connected?.ensureMessage({ app, channel: null, key: app, text: 'hello', urgent: false });
    expect(world.state().messages.map((message) => message.app)).toEqual(['music-demo', 'podcasts', 'constructor']);
  });
});

describe('what the sandbox brings', () => {
  test('are kinds of facts that there are, for each port that brings some', () => {
    for (const brought of Object.values(sandbox.brings)) for (const kind of brought.kinds) expect(factKinds).toContain(kind);
    expect(Object.keys(sandbox.brings).toSorted()).toEqual(['builds', 'storefront', 'tracker']);
  });
});

describe('the rules of its storefronts', () => {
  test.each(storefrontKinds)('%s does what the table of capabilities says of it', (kind) => {
    const can = capabilities[kind];
    const rules = rulesOf[kind];
    expect({
      reviews: rules.reviews,
      startsOn: rules.liveOnApproval ? 'approval' : 'command',
      phases: rules.phases ?? [],
      at100: rules.haltsWhenFull,
      withdraw: rules.withdraws,
      rollBack: rules.rollsBack,
      pauseBudgetDays: rules.pauseBudgetMs === null ? null : rules.pauseBudgetMs / 86_400_000,
    }).toEqual({
      reviews: can.reviews,
      startsOn: can.startsOn,
      phases: can.phases,
      at100: can.halt.at100,
      withdraw: can.withdraw,
      rollBack: can.rollBack,
      pauseBudgetDays: can.pauseBudgetDays,
    });
  });
});
