import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '#lib/package-root.ts';
import { mutations } from './mutations.ts';

test.each(mutations)('the rule that $name breaks stands once in its file', ({ file, find }) => {
  expect(readFileSync(join(packageRoot(), file), 'utf8').split(find)).toHaveLength(2);
});
