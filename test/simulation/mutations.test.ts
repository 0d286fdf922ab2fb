import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '#lib/package-root.ts';
import { mutations } from './mutations.ts';

test.each(mutations)('each place that $name breaks stands once in its file', ({ also = [], ...first }) => {
  const times = [first, ...also].map(({ file, find }) => readFileSync(join(packageRoot(), file), 'utf8').split(find).length - 1);
  expect(times).toEqual(times.map(() => 1));
});
