import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fetchingBy } from './fetching.ts';
import { createReach } from './reach.ts';

const server = createServer((_, answer) => answer.end('here'));
let url = '';
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => server.close());

const asked = async () => (await fetch(url)).text();
const guarded = createReach({ permitted: { addresses: [], directories: 'any' } }).fetch;

test('what a piece of work fetches by the global fetch goes by the guard that it was given, after a pause too', async () => {
  const work = async () => {
    await new Promise((done) => setTimeout(done, 5));
    return asked();
  };
  await expect(fetchingBy(guarded, work)).rejects.toThrow('127.0.0.1 is this machine itself');
});

test('what is done beside it, and after it, goes as it always did', async () => {
  const [guardedAnswer, plainAnswer] = await Promise.allSettled([fetchingBy(guarded, asked), asked()]);
  expect([guardedAnswer?.status, plainAnswer?.status]).toEqual(['rejected', 'fulfilled']);
  expect(await asked()).toBe('here');
});

test('one work within another goes by its own', async () => {
  const open = createReach({ permitted: { addresses: ['loopback'], directories: 'any' } }).fetch;
  expect(await fetchingBy(guarded, () => fetchingBy(open, asked))).toBe('here');
});
