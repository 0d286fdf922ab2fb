/** How many facts are accepted in a second, over HTTP with a reporting key, durably: one in a request, and a thousand. The robot looks at them meanwhile. */
import { performance } from 'node:perf_hooks';
import type { Client } from '#api/client.ts';
import { percentile } from './figure.ts';
import type { Bench, Figure } from './figure.ts';
import { APP, withApp } from './server.ts';

const SINGLE = 3000;
const AT_ONCE = 32;
const BATCHES = 30;
const IN_BATCH = 1000;

export const bench: Bench = {
  title: 'facts accepted',
  run: (say) =>
    withApp(async ({ client }) => {
      say(`${SINGLE} facts one by one, then ${AT_ONCE} at a time`);
      const alone = await single(client, SINGLE / 10, 1);
      const together = await single(client, SINGLE, AT_ONCE);
      say(`${BATCHES} × ${IN_BATCH} facts`);
      const bulk = await inBulk(client);
      return [
        { what: 'facts accepted, one in a request, one after the other', value: alone.perSecond, unit: '/s' },
        { what: 'one fact accepted, one after the other, p95', value: alone.p95, unit: 'ms' },
        { what: `facts accepted, one in a request, ${AT_ONCE} at a time`, value: together.perSecond, unit: '/s' },
        { what: `one fact accepted, ${AT_ONCE} at a time, p95`, value: together.p95, unit: 'ms' },
        { what: `facts accepted, ${IN_BATCH} in a request`, value: bulk, unit: '/s' },
      ] satisfies Figure[];
    }),
};

let told = 0;

/** Each is news: a suite of a platform that passes with another count. */
function testRun(): {
  platform: string;
  version: string;
  build: string;
  suite: string;
  state: 'passed';
  attempts: number;
  passed: number;
  key: string;
} {
  told += 1;
  return {
    platform: ['android', 'ios', 'desktop'][told % 3] ?? 'ios',
    version: '8.9.2',
    build: '1',
    suite: `suite-${told % 40}`,
    state: 'passed',
    attempts: 1,
    passed: told,
    key: `suite-${told % 4000}`,
  };
}

async function single(client: Client, count: number, atOnce: number): Promise<{ perSecond: number; p95: number }> {
  const taken: number[] = [];
  let left = count;
  const began = performance.now();
  const one = async (): Promise<void> => {
    while (left-- > 0) {
      const before = performance.now();
      const { accepted } = await client.reportTestRuns({ params: { app: APP }, body: testRun() });
      if (accepted !== 1) throw new Error('a fact was not accepted');
      taken.push(performance.now() - before);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return { perSecond: count / ((performance.now() - began) / 1000), p95: percentile(taken, 0.95) };
}

async function inBulk(client: Client): Promise<number> {
  const began = performance.now();
  for (let batch = 0; batch < BATCHES; batch++) {
    const { accepted } = await client.reportTestRuns({ params: { app: APP }, body: { items: Array.from({ length: IN_BATCH }, testRun) } });
    if (accepted !== IN_BATCH) throw new Error(`${accepted} of ${IN_BATCH} facts were accepted`);
  }
  return (BATCHES * IN_BATCH) / ((performance.now() - began) / 1000);
}
