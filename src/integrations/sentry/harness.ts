/** Levers over an emulated Sentry for the contract of sources of health. */
import type { HealthHarness } from '#ports/health-source.contract.ts';
import { sentryEmulator, TOKEN } from './emulator.ts';
import { sentrySettings } from './settings.ts';
import { sentrySource } from './source.ts';

const NOW_MS = Date.parse('2024-10-08T09:20:00Z');

/** @param held holds what is asked and answered to the vendor's contract, where it is there */
export async function sentryHarness(held: (emulator: typeof fetch) => Promise<typeof fetch>): Promise<HealthHarness> {
  const emulator = sentryEmulator({ nowMs: NOW_MS });
  const settings = sentrySettings.parse({
    organization: 'example',
    projects: ['music-android'],
    token: TOKEN,
    platform: 'android',
    firstDays: 2,
    environments: { prod: 'production' },
  });
  return {
    source: sentrySource(
      settings,
      { fetch: await held(emulator.fetch), now: () => new Date(NOW_MS).toISOString(), log: () => undefined, dataDir: '/nowhere' },
      300,
    ),
    app: 'music',
    platform: 'android',
    nowMs: NOW_MS,
    periodMs: 3_600_000,
    tells: { anrs: true, segments: ['country=BR', 'os=Android 14'] },
    sees: async ({ hourMs, users, crashed, anrs = 0, of = [] }) => {
      const hits = of.map((each) => ({ ...each, anrs: each.anrs ?? 0 }));
      emulator.sees({ hourMs, users, crashed, anrs, of: hits, release: 'io.example.music@8.9.2+89214', environment: 'prod' });
    },
    seesMany: async (rows) => {
      // as many groups as rows would be asked for one by one: builds of few, in many hours
      for (let at = 0; at < rows; at++)
        emulator.sees({
          hourMs: NOW_MS - (NOW_MS % 3_600_000) - (at % 40) * 3_600_000,
          users: 10,
          crashed: 0,
          release: `io.example.music@8.9.2+${90_000 + Math.floor(at / 40)}`,
          environment: 'beta',
        });
    },
    faults: ['error', 'no-answer', 'too-many-calls', 'key-refused', 'broken-off', 'nonsense'],
    fail: async (how) => emulator.fail(how),
    close: async () => undefined,
  };
}
