import { afterAll, expect, test } from 'vitest';
import { giveSign } from '../servers.ts';
import { takeLease } from '../leases.ts';
import { testDatabase } from '../../../test/setup/database.ts';
import { examine } from './doctor.ts';

const { db, close } = await testDatabase();
afterAll(close);

test('an instance is examined: its database, the processes with their clocks, and what they hold', async () => {
  const at = new Date().toISOString();
  const state = { hears: true, working: [] };
  await giveSign(db, { owner: 'host:1:one', host: 'host', pid: 1, version: '1.0.0', address: null, startedAt: at, at, state });
  await takeLease(db, 'lane:google-play:music/android', 'host:1:one', 30);
  const found = await examine(db);
  expect(found.database.sizeBytes).toBeGreaterThan(0);
  expect(found.servers).toMatchObject([{ owner: 'host:1:one', isSilent: false, hears: true }]);
  expect(found.leases).toMatchObject([{ name: 'lane:google-play:music/android', ownerIsSilent: false }]);
  expect([found.due, found.lanes, found.sources, found.questions]).toEqual([[], [], [], []]);
});
