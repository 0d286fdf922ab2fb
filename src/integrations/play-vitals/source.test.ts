import { expect, test } from 'vitest';
import { playEmulator } from './emulator.ts';
import { MOST_DEVICES } from './segments.ts';
import { playSettings } from './settings.ts';
import { playSource } from './source.ts';

const NOW = '2024-10-08T09:20:00.000Z';
/** The last day of Los Angeles that is known. */
const DAY_MS = Date.parse('2024-10-07T07:00:00.000Z');

test('of models those with the most people are told, and none where nobody asked for them', async () => {
  const emulator = await playEmulator({ nowMs: Date.parse(NOW) });
  const models = Array.from({ length: MOST_DEVICES + 10 }, (_, at) => ({ value: `brand/m${at}`, users: 100 * (at + 1) }));
  const build = { startMs: DAY_MS, code: '89214', crashed: 10, froze: 0 };
  emulator.sees({ ...build, users: 90_000, of: null });
  for (const { value, users } of models) emulator.sees({ ...build, users, of: { dimension: 'deviceModel', value } });
  const read = async (more: object): Promise<string[]> => {
    const settings = playSettings.parse({
      packageName: 'io.example.music',
      serviceAccount: emulator.serviceAccount,
      firstDays: 1,
      ...more,
    });
    const tools = { fetch: emulator.fetch, now: () => NOW, log: () => undefined, dataDir: '/nowhere' };
    const tracks = [{ platform: 'android', version: '8.9.2', builds: ['89214'] }];
    const { rows } = await playSource(settings, tools).rollupsSince({ app: 'music', tracks, cursor: '2024-10-10T07:00:00.000Z' });
    return rows.map((row) => (row as { segment: string }).segment);
  };
  expect(await read({})).toEqual(['all']);
  const told = await read({ segments: ['device'] });
  expect(told.toSorted()).toEqual(['all', ...models.slice(10).map(({ value }) => `device=${value}`)].toSorted());
});

test('with models by the hour no more than two hours are read at once, and the rest after them', async () => {
  const emulator = await playEmulator({ nowMs: Date.parse(NOW) });
  const of = { dimension: 'deviceModel', value: 'brand/m1' };
  for (let hour = 0; hour < 24; hour += 1) {
    const each = { startMs: Date.parse('2024-10-06T07:00:00.000Z') + hour * 3_600_000, code: '89214', crashed: 1, froze: 0, users: 900 };
    emulator.sees({ ...each, of: null });
    emulator.sees({ ...each, of });
  }
  const settings = playSettings.parse({
    packageName: 'io.example.music',
    serviceAccount: emulator.serviceAccount,
    firstDays: 7,
    segments: ['device'],
    period: 'hourly',
  });
  const tools = { fetch: emulator.fetch, now: () => NOW, log: () => undefined, dataDir: '/nowhere' };
  const tracks = [{ platform: 'android', version: '8.9.2', builds: ['89214'] }];
  const source = playSource(settings, tools);
  let cursor = '2024-10-06T07:00:00.000Z/within';
  const parts: { rows: readonly unknown[]; more: boolean }[] = [];
  for (let more = true; more;) {
    const part = await source.rollupsSince({ app: 'music', tracks, cursor });
    parts.push({ rows: part.rows, more: part.more ?? false });
    [cursor, more] = [part.cursor ?? '', part.more ?? false];
  }
  expect(Math.max(...parts.map(({ rows }) => rows.length))).toBe(4);
  expect(parts.flatMap(({ rows }) => rows)).toHaveLength(48);
});
