/** Levers over an emulated Reporting API for the contract of sources of health. */
import type { HealthHarness } from '#ports/health-source.contract.ts';
import { playEmulator } from './emulator.ts';
import { playSettings } from './settings.ts';
import { playSource } from './source.ts';

const NOW_MS = Date.parse('2024-10-08T09:20:00Z');
const HOUR_MS = 3_600_000;
/** Days of Los Angeles begin at seven, in October. */
const DAY_BEGINS_MS = 7 * HOUR_MS;

/** What Google calls the segments. */
const SLICES: Readonly<Record<string, { dimension: string; value: string }>> = {
  'country=BR': { dimension: 'countryCode', value: 'BR' },
  'os=Android 14': { dimension: 'apiLevel', value: '34' },
  'device=google/coral': { dimension: 'deviceModel', value: 'google/coral' },
};

/** @param held holds what is asked and answered to the vendor's contract, where it is there */
export async function playHarness(
  period: 'daily' | 'hourly',
  held: (emulator: typeof fetch) => Promise<typeof fetch>,
): Promise<HealthHarness> {
  const emulator = await playEmulator({ nowMs: NOW_MS, pageSize: 1 });
  const settings = playSettings.parse({
    packageName: 'io.example.music',
    serviceAccount: emulator.serviceAccount,
    period,
    segments: ['country', 'os', 'device'],
  });
  const startOf = (ms: number): number =>
    period === 'hourly' ? ms : Math.floor((ms - DAY_BEGINS_MS) / (24 * HOUR_MS)) * 24 * HOUR_MS + DAY_BEGINS_MS;
  return {
    source: playSource(
      settings,
      { fetch: await held(emulator.fetch), now: () => new Date(NOW_MS).toISOString(), log: () => undefined, dataDir: '/nowhere' },
      300,
    ),
    app: 'music',
    platform: 'android',
    nowMs: NOW_MS,
    periodMs: period === 'hourly' ? HOUR_MS : 24 * HOUR_MS,
    tells: { anrs: true, segments: Object.keys(SLICES) },
    sees: async ({ hourMs, users, crashed, anrs = 0, of = [] }) => {
      const at = { startMs: startOf(hourMs), code: '89214' };
      emulator.sees({ ...at, users, crashed, froze: anrs, of: null });
      for (const { segment, ...told } of of) {
        const slice = SLICES[segment] ?? null;
        emulator.sees({ ...at, users: told.users, crashed: told.crashed, froze: told.anrs ?? 0, of: slice });
      }
    },
    faults: ['error', 'no-answer', 'too-many-calls', 'key-refused', 'broken-off', 'nonsense'],
    fail: async (how) => emulator.fail(how),
    close: async () => undefined,
  };
}
