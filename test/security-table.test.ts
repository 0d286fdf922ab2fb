import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '#lib/package-root.ts';

const rows = [...readFileSync(join(packageRoot(), 'SECURITY.md'), 'utf8').matchAll(/^\| ([\d.–]+) \| (.+?) \| `([^`]+)`: "(.+)" \|$/gm)];

test.each(rows.map(([, item = '', asks = '', file = '', name = '']) => ({ item, asks, file, name })))(
  'ASVS $item, $asks: the test that holds it is there',
  ({ file, name }) => {
    expect(existsSync(join(packageRoot(), file))).toBe(true);
    expect(readFileSync(join(packageRoot(), file), 'utf8')).toContain(name);
  },
);

test('the table is read whole', () => {
  const lines = readFileSync(join(packageRoot(), 'SECURITY.md'), 'utf8').split('\n');
  const start = lines.indexOf('| ASVS | what it asks | held by |');
  expect(start).toBeGreaterThan(0);
  expect(rows.length).toBe(lines.slice(start + 2).filter((line) => line.startsWith('| ')).length);
});
