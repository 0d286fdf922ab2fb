import { expect, test } from 'vitest';
import { placeOf, segmentsOf } from './observed.ts';
import type { Observed } from './observed.ts';
import type { Known } from './rollup.ts';
import { addToSketch, REGISTERS, sizeOfSketch } from './sketch.ts';

const known: Known = { nowMs: Date.parse('2024-10-01T12:20:00Z'), versions: new Map([['ios', new Set(['8.9.2'])]]) };
const usage = (environment: string | null, version = '8.9.2', at = '2024-10-01T11:59:00Z'): Observed => ({
  is: 'usage',
  id: 's1',
  origin: { version, build: '1', environment },
  atMs: Date.parse(at),
  sessions: 1,
  hours: 0,
  who: 'a',
});
const told = (observed: Observed): string => {
  const found = placeOf(observed, 'ios', known);
  return found.ok ? `${found.place.audience} ${new Date(found.place.bucketMs).toISOString()}` : found.reason;
};

test('what an SDK tells counts in the hour and the audience in which it happened, or is named', () => {
  expect(told(usage('Beta'))).toBe('beta 2024-10-01T11:00:00.000Z');
  expect(told(usage(null))).toBe('production 2024-10-01T11:00:00.000Z');
  expect(told(usage('debug'))).toBe('not-an-audience');
  expect(told(usage('beta', '9.9.9'))).toBe('unknown-version');
  expect(told(usage('beta', '8.9.2', '2024-10-02T11:59:00Z'))).toBe('future-bucket');
});

test('usage is of the whole, and a hit also of its segments, each once', () => {
  expect(segmentsOf(usage('beta'))).toEqual(['all']);
  const hit: Observed = {
    ...usage('beta'),
    is: 'hit',
    what: 'crashes',
    segments: ['os=iOS 18', 'os=iOS 18', 'no segment'],
    fingerprint: 'f',
    title: 't',
    flow: null,
    frames: [],
  };
  expect(segmentsOf(hit)).toEqual(['all', 'os=iOS 18']);
});

test('a sketch counts different people within a few in a hundred, and nobody twice', () => {
  const hashes = Array.from({ length: 20_000 }, (_, at) => {
    // an even spread without a library: two rounds of a 64-bit mix
    let x = BigInt(at + 1) * 0x9e3779b97f4a7c15n;
    for (const factor of [0xbf58476d1ce4e5b9n, 0x94d049bb133111ebn]) x = BigInt.asUintN(64, (x ^ (BigInt.asUintN(64, x) >> 30n)) * factor);
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, x ^ (x >> 31n)));
    return bytes;
  });
  const sketch = new Uint8Array(REGISTERS);
  expect(sizeOfSketch(sketch)).toBe(0);
  for (const size of [1, 20, 1000, 20_000]) {
    addToSketch(sketch, hashes.slice(0, size));
    expect(Math.abs(sizeOfSketch(sketch) - size)).toBeLessThanOrEqual(size * 0.1);
  }
  expect(addToSketch(sketch, hashes)).toBe(false);
});
