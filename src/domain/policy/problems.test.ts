import { expect, test } from 'vitest';
import { z } from 'zod';
import { faultsOf } from './problems.ts';

test.each([
  ['it says nothing; right would be: a query with :since in it', 'it says nothing', 'a query with :since in it'],
  ['"1.2" has two parts; right would be: "1.2.0"', '"1.2" has two parts', '"1.2.0"'],
  ['no address; right would be: one of these: a, b', 'no address', 'one of these: a, b'],
  ['it ends before it begins: an end after the beginning', 'it ends before it begins', 'an end after the beginning'],
  ['it cannot be', 'it cannot be', 'see the reference of this key'],
])('a check of our own that says "%s" says what was wrong and what would be right', (message, because, wouldBeRight) => {
  const schema = z.object({ query: z.string().refine(() => false, message) });
  const value = { query: 'x' };
  const { error } = schema.safeParse(value);
  expect(faultsOf(error?.issues ?? [], value)).toMatchObject([{ path: ['query'], because, wouldBeRight }]);
});
