import { expect, test, vi } from 'vitest';
import { newId } from './id.ts';

test('ids are 128 bits in hexadecimal digits, and no two are alike', () => {
  const ids = Array.from({ length: 1000 }, newId);
  expect(new Set(ids).size).toBe(1000);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
});

test('they are made where there is no secure context too', () => {
  const real = crypto;
  vi.stubGlobal('crypto', { getRandomValues: (bytes: Uint8Array<ArrayBuffer>) => real.getRandomValues(bytes) });
  expect(newId()).toHaveLength(32);
  vi.unstubAllGlobals();
});
