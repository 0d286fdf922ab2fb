import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createClient, ProblemError } from './client.ts';
import type { Fetch } from './client.ts';
import { contract } from './contract.ts';
import { problem } from './problem-schema.ts';
import { problemCodes, problemIn, problemOf } from './problem.ts';
import type { Route } from './route.ts';
import { routes } from './routes.ts';

test('the table of routes is the contract without its schemas', () => {
  const ofContract = (contract as readonly Route[]).map(({ id, method, path, streams }) => [
    id,
    streams === undefined ? [method, path] : [method, path, streams],
  ]);
  expect(Object.entries(routes)).toEqual(ofContract);
});

test('what is a problem document is the same by hand as by its schema', () => {
  const text = fc.constantFrom('', 'x');
  const odd = fc.constantFrom<unknown>(null, 0, 1.5, 2 ** 60, 'x', true, [], {}, [1], ['x'], [{}]);
  /** Mostly what it should be, and now and then anything, or left out. */
  const mostly = (right: fc.Arbitrary<unknown>) => fc.oneof({ weight: 20, arbitrary: right }, { weight: 1, arbitrary: odd });
  const nullable = fc.option(text);
  const fault = fc.record({ path: mostly(text), detail: mostly(text), right: mostly(nullable), more: odd }, { requiredKeys: ['path'] });
  const needed = ['type', 'title', 'status', 'code', 'detail', 'right'] as const;
  const document = (requiredKeys: readonly (typeof needed)[number][]) =>
    fc.record(
      {
        type: mostly(text),
        title: mostly(text),
        status: mostly(fc.constantFrom(400, 503)),
        code: mostly(fc.constantFrom<string>(...problemCodes, 'no-code', 'toString')),
        detail: mostly(text),
        right: mostly(nullable),
        holding: mostly(fc.array(mostly(text), { maxLength: 2 })),
        errors: mostly(fc.array(mostly(fault), { maxLength: 2 })),
        more: odd,
      },
      { requiredKeys: [...requiredKeys] },
    );
  const answers = fc.oneof(
    { weight: 8, arbitrary: document(needed) },
    { weight: 2, arbitrary: document([]) },
    { weight: 1, arbitrary: odd },
  );
  let taken = 0;
  fc.assert(
    fc.property(answers, (answer) => {
      const bySchema = problem.safeParse(answer);
      if (bySchema.success) taken += 1;
      expect(problemIn(answer)).toEqual(bySchema.success ? bySchema.data : null);
    }),
    { numRuns: 2000, seed: 1 },
  );
  expect(taken).toBeGreaterThan(300);
});

function answering(status: number, body: string): Fetch {
  return async () => ({ status, ok: status < 400, headers: { get: () => null }, text: async () => body, body: null });
}

async function refusalOf(status: number, body: string): Promise<unknown> {
  const client = createClient({ baseUrl: 'http://127.0.0.1:1', key: 'sbx_x', fetch: answering(status, body) });
  const error: unknown = await client.listApps().catch((caught: unknown) => caught);
  return error instanceof ProblemError ? error.problem : error;
}

test('a refusal is told with all that the server says of it', async () => {
  const said = problemOf('invalid-input', 'it is too long', 'up to 64 letters', {
    errors: [{ path: 'body.name', detail: 'too long', right: null }],
  });
  expect(await refusalOf(400, JSON.stringify({ ...said, instance: 'x' }))).toEqual(said);
});

test.each(['<h1>Bad gateway</h1>', '', 'null', '[]', '{"code":"conflict"}'])(
  'an answer that is no problem document is trouble, with its status: %s',
  async (body) => {
    expect(await refusalOf(502, body)).toMatchObject({
      code: 'trouble',
      status: 502,
      detail: 'the server answered 502 without saying why',
      right: null,
    });
  },
);
