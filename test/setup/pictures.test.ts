import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { comparePicture } from './pictures.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signalbox-pictures-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** A grey picture, with a red bar of so many rows at its top. */
function picture(redRows: number, height = 100): Buffer {
  const png = new PNG({ width: 100, height });
  for (let y = 0; y < height; y++)
    for (let x = 0; x < 100; x++) {
      const at = (y * 100 + x) * 4;
      png.data.set(y < redRows ? [200, 30, 30, 255] : [40, 44, 46, 255], at);
    }
  return PNG.sync.write(png);
}

function keep(name: string, taken: Buffer): string {
  const path = join(folder, name);
  vi.stubEnv('UPDATE_PICTURES', '1');
  expect(comparePicture(path, taken)).toBeNull();
  vi.stubEnv('UPDATE_PICTURES', '');
  return path;
}

test('a picture agrees with itself', () => {
  expect(comparePicture(keep('same.png', picture(10)), picture(10))).toBeNull();
});

test('a picture that is not kept is wrong, and says how to keep it', () => {
  vi.stubEnv('UPDATE_PICTURES', '');
  expect(comparePicture(join(folder, 'none.png'), picture(0))).toContain('UPDATE_PICTURES=1');
});

test('a bar that appears is told with its share', () => {
  expect(comparePicture(keep('bar.png', picture(0)), picture(5))).toContain('differs in 5.00 %');
});

test('another size is told', () => {
  expect(comparePicture(keep('size.png', picture(0)), picture(0, 120))).toContain('100 × 120');
});
