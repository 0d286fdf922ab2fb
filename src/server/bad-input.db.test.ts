import { request as httpRequest } from 'node:http';
import { assert, asyncProperty, constantFrom, json } from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contract } from '#api/contract.ts';
import { problem } from '#api/problem.ts';
import type { Route } from '#api/route.ts';
import { testServer } from './testing.ts';
import type { TestServer } from './testing.ts';

let room: TestServer;
beforeAll(async () => {
  room = await testServer();
});
afterAll(() => room.close());

const routes: readonly Route[] = contract;

type Answer = { status: number; type: string; text: string };

/** By node:http and not by fetch, which mends addresses before it sends them. */
function send(method: string, path: string, body: string | null, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(room.url);
    const sent = httpRequest(
      {
        hostname,
        port,
        method,
        path,
        headers: { authorization: `Bearer ${room.admin}`, ...(body === null ? {} : { 'content-type': 'application/json' }), ...headers },
      },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => {
          text += chunk;
          // a stream of events does not end by itself
          if (answer.headers['content-type']?.startsWith('text/event-stream') === true) answer.destroy();
        });
        answer.on('close', () => resolve({ status: answer.statusCode ?? 0, type: answer.headers['content-type'] ?? '', text }));
      },
    );
    sent.on('error', reject);
    sent.end(body ?? undefined);
  });
}

function expectProblem(answer: Answer): void {
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.status).toBeLessThan(500);
  expect(answer.type).toBe('application/problem+json; charset=utf-8');
  const found = problem.parse(JSON.parse(answer.text));
  expect(found.status).toBe(answer.status);
  expect(found.detail).not.toBe('');
  expect(answer.text).not.toMatch(/\bat .*\.ts:\d+|node_modules|select |insert /);
}

const fill = (path: string, value: string): string => path.replaceAll(/\{\w+\}/g, value);
const writing = routes.filter(({ body }) => body !== undefined);

describe('bad input', () => {
  test.each(writing.map((route) => [`${route.method} ${route.path}`, route] as const))(
    '%s answers every body that is none of its own with a problem',
    async (_, route) => {
      const path = fill(route.path, 'music');
      const bodies = [
        '',
        '{',
        'null',
        '[]',
        '"text"',
        '12',
        '{"__proto__":{"a":1}}',
        '{"items":[]}',
        '{"items":{}}',
        `{"items":[${'{},'.repeat(1001)}{}]}`,
        '{"command":{"do":"fly"}}',
        '{"text":1}',
        '{"text":"\\u0000"}',
        '{"token":"\\ud800"}',
        '{"report":[[[[]]]]}',
      ];
      for (const body of bodies) expectProblem(await send(route.method.toUpperCase(), path, body));
      expectProblem(await send(route.method.toUpperCase(), path, 'a=1', { 'content-type': 'application/x-www-form-urlencoded' }));
      expectProblem(await send(route.method.toUpperCase(), path, '{}', { 'content-type': 'text/plain' }));
    },
  );

  test.each(routes.filter(({ path }) => path.includes('{')).map((route) => [`${route.method} ${route.path}`, route] as const))(
    '%s answers every odd parameter with a problem',
    async (_, route) => {
      for (const value of ['%00', '%ff', '..%2f..', '%20', 'A'.repeat(600), "'--", '%F0%9F%9A%82', '%ud800', 'nothing-here']) {
        const answer = await send(route.method.toUpperCase(), fill(route.path, value), route.body === undefined ? null : '{}');
        // an instance that nobody has has an empty history in a track that exists; every other unknown thing is a problem
        expectProblem(answer);
      }
    },
  );

  test.each(routes.filter(({ query }) => query !== undefined).map((route) => [`${route.method} ${route.path}`, route] as const))(
    '%s answers odd queries with a problem or an ordinary answer',
    async (_, route) => {
      for (const query of [
        'limit=0',
        'limit=-1',
        'limit=1e9',
        'limit=x',
        'cursor=x',
        'cursor=%00',
        'cursor=WyJhIl0',
        'cursor=W10',
        `cursor=${'A'.repeat(600)}`,
        'limit=1&limit=2',
        'cursor[a]=1',
        'app=%00',
        'track=%ff',
        'revision=0',
        'revision=99999999999999999999',
        'after=-1',
      ]) {
        const answer = await send(route.method.toUpperCase(), `${fill(route.path, 'music')}?${query}`, null);
        expect({ query, status: answer.status, tooBad: answer.status >= 500 }).toMatchObject({ query, tooBad: false });
        if (answer.status >= 400) expectProblem(answer);
      }
    },
  );

  test('a body larger than a route takes, a method it has not, and an address that is none are problems', async () => {
    const large = await send('POST', '/api/session', JSON.stringify({ email: 'a@example.com', password: 'x'.repeat(1_100_000) }));
    expect(JSON.parse(large.text)).toMatchObject({ status: 413, code: 'too-large' });
    const patch = await send('PATCH', '/api/apps', '{}');
    expect(JSON.parse(patch.text)).toMatchObject({ status: 405, code: 'no-such-method' });
    expect(JSON.parse((await send('GET', '/api/nothing', null)).text)).toMatchObject({ status: 404, code: 'no-such-route' });
    expect(JSON.parse((await send('GET', '/api', null)).text)).toMatchObject({ status: 404, code: 'no-such-route' });
    for (const path of ['/%', '/api/apps/%', '/api/apps/%E0%A4%A', '//', '/../../etc/passwd', '/api/apps/../../x'])
      expectProblem(await send('GET', path, null));
  });

  test('a key for repeated requests must be a plain word', async () => {
    const answer = await send(
      'POST',
      '/api/apps/music/builds',
      JSON.stringify({ platform: 'ios', version: '1', number: '1', state: 'succeeded', commit: 'abcdef1' }),
      { 'idempotency-key': 'x'.repeat(201) },
    );
    expect(JSON.parse(answer.text)).toMatchObject({ status: 400, errors: [{ path: 'header.idempotency-key' }] });
  });

  test('a fault is told with its place, what was wrong and what would be right', async () => {
    const answer = await send(
      'POST',
      '/api/apps/music/builds',
      JSON.stringify({ items: [{ platform: 'ios', version: '1', number: '1', state: 'finished', commit: 'abcdef1', commmit: 'x' }] }),
    );
    const { errors } = problem.parse(JSON.parse(answer.text));
    expect(errors).toContainEqual({
      path: 'body.items.0.state',
      detail: 'not one of the values that are possible',
      right: 'one of queued, building, succeeded, failed',
    });
    expect(errors).toContainEqual({
      path: 'body.items.0.commmit',
      detail: 'this route does not know it',
      right: 'leave it out, or mend its spelling',
    });
  });

  test('no JSON value whatever, sent to any route, is trouble', async () => {
    await assert(
      asyncProperty(constantFrom(...writing), json({ maxDepth: 4 }), async (route, body) => {
        const answer = await send(route.method.toUpperCase(), fill(route.path, 'music'), body);
        expect({ body, status: answer.status, trouble: answer.status >= 500 }).toMatchObject({ trouble: false });
      }),
      { numRuns: 300 },
    );
  });
});
