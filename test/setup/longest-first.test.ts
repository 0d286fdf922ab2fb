import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '#lib/package-root.ts';
import { LONGEST } from './longest-first.ts';

test('the files that come first are there', () => {
  expect(LONGEST.filter((name) => !existsSync(join(packageRoot(), name)))).toEqual([]);
});
