/**
 * Release cycles under every fault that we can think of: fixed seeds, and a fresh one. More are played by `npm run simulate -- --cycles 100 --seed N`; a seed that
 * breaks is played again with `npm run simulate -- --seed N --cycles 1 --trace`.
 */
import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testDatabase } from '../setup/database.ts';
import type { TestDatabase } from '../setup/database.ts';
import type { Played } from './cycle.ts';
import { openLanes, PATIENT } from './lanes.ts';
import type { Lanes } from './lanes.ts';

const LANES = 4;
const FIXED = Array.from({ length: 100 }, (_, index) => index + 1);
/** Another one each time; it stands in the name of its test, and in what is said when it breaks. */
const FRESH = randomInt(1_000_000, 2 ** 31);

const databases: TestDatabase[] = [];
let lanes: Lanes;

beforeAll(async () => {
  for (let lane = 0; lane < LANES; lane++) databases.push(await testDatabase({ ...PATIENT }));
  lanes = await openLanes(databases);
});

afterAll(async () => {
  await lanes.close();
  for (const database of databases) await database.close();
});

/** Why seeds broke, each with how to see it again; empty when none did. */
async function broken(seeds: readonly number[]): Promise<string[]> {
  const found: Played[] = [];
  await lanes.play(seeds, (played) => {
    if (!played.ok) found.push(played);
  });
  return found.map(
    ({ seed, broken: why, lines }) =>
      `seed ${seed}: ${why?.sentence ?? ''}: ${why?.what ?? ''}\nnpm run simulate -- --seed ${seed} --cycles 1 --trace\n${lines.slice(-20).join('\n')}`,
  );
}

test('whatever goes wrong, nothing is lost, nothing is doubled, and every track comes to rest', async () => {
  expect(await broken(FIXED)).toEqual([]);
}, 300_000);

test(`so it is with a fresh seed, ${FRESH}`, async () => {
  expect(await broken([FRESH])).toEqual([]);
}, 180_000);

test('a seed takes the same course each time', async () => {
  const hashes: string[] = [];
  await lanes.play([3, 3], ({ hash }) => void hashes.push(hash));
  expect(hashes).toHaveLength(2);
  expect(hashes[1]).toBe(hashes[0]);
}, 180_000);
