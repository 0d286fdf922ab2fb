import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { problem } from '#api/problem-schema.ts';
import { fuzzRoom } from './room.ts';
import type { FuzzRoom } from './room.ts';
import { groups, play, shares } from './target.ts';
import { targetsOf } from './targets.ts';

/* A few thousand inputs at each run; `npm run fuzz` has as many as one likes. What they found stands below as a sentence of its own. */

let room: FuzzRoom;
beforeAll(async () => {
  room = await fuzzRoom();
});
afterAll(() => room.close());

/** In all, and how many repositories of them: each takes a hundred programs. */
const INPUTS = { routes: 1200, policy: 400, cli: 250, git: 1 } as const;
/** The seeds of the runs in CI; another number shows other inputs. */
const SEED = 1;

describe('whatever is handed in', () => {
  test.each(groups)('to %s is taken or refused with what was wrong and what would be right, and nothing is half done', async (group) => {
    const targets = await targetsOf(room, [group]);
    const each = shares(targets, INPUTS[group]);
    for (const [index, target] of targets.entries())
      expect((await play(target, { inputs: each[index] ?? 1, seed: SEED })).fault).toBeNull();
  });
});

type Answer = { status: number; text: string };

/** By node:http and not by fetch, which mends addresses before it sends them. */
function send(method: string, path: string, body: string | null, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(room.server.url);
    const sent = httpRequest(
      {
        hostname,
        port,
        method,
        path,
        headers: { ...room.callers.admin, ...(body === null ? {} : { 'content-type': 'application/json' }), ...headers },
      },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        answer.on('close', () => resolve({ status: answer.statusCode ?? 0, text }));
      },
    );
    sent.on('error', reject);
    sent.end(body ?? undefined);
  });
}

const version = async (): Promise<unknown> =>
  (JSON.parse((await send('GET', '/api/apps/music', null)).text) as { version: unknown }).version;

describe('found by fuzzing', () => {
  test('a body of nothing but brackets is refused with the depth that is taken', async () => {
    const deep = `${'['.repeat(9000)}${']'.repeat(9000)}`;
    for (const body of [deep, `{"to":${deep}}`, `{"settings":{"a":${deep}},"integration":"git"}`]) {
      const answer = await send('POST', '/api/apps/music/connections', body);
      expect(JSON.parse(answer.text)).toMatchObject({
        status: 400,
        errors: [{ detail: 'more than 64 lists and objects within each other' }],
      });
    }
  });

  test('an address with a stray % says what would be right', async () => {
    for (const path of ['/%', '/api/apps/%', '/api/apps/%E0%A4%A'])
      expect(JSON.parse((await send('GET', path, null)).text)).toMatchObject({
        status: 400,
        right: expect.stringContaining('%25') as string,
      });
  });

  test('a moment at the edge of what years with four digits can tell is refused, and the lists of releases stay readable', async () => {
    for (const start of ['0000-01-01T00:00:00.000+23:59', '9999-12-31T23:59:59.999-23:59', '1969-12-31T23:59:59Z']) {
      const answer = await send('PUT', '/api/apps/music/releases/8.9.2/plan', JSON.stringify({ planned: { start }, reason: 'so' }));
      expect(JSON.parse(answer.text)).toMatchObject({ errors: [{ path: 'body.planned.start', detail: 'a moment from 1970 to 2999' }] });
    }
    expect((await send('GET', '/api/apps/music/releases', null)).status).toBe(200);
  });

  test('a change that is refused, or that changes nothing, leaves the version of the app as it was', async () => {
    const before = await version();
    const planned = { start: '2024-10-01T12:20:00Z', finish: '1970-01-01T00:00:00Z' };
    expect((await send('PUT', '/api/apps/music/releases/8.9.2/plan', JSON.stringify({ planned, reason: 'so' }))).status).toBe(400);
    expect((await send('DELETE', '/api/apps/music/rotas/nobody', null)).status).toBe(404);
    expect((await send('POST', '/api/apps/music/releases', JSON.stringify({ version: '8.9.2' }))).status).toBe(409);
    expect(JSON.parse((await send('PUT', '/api/apps/music/releases/8.9.2/contents', '{}')).text)).toMatchObject({ changed: false });
    expect(await version()).toBe(before);
  });

  test('asking for the head of a stream ends at once, and leaves no stream open', async () => {
    expect((await send('HEAD', '/api/apps/music/stream', null)).status).toBe(405);
  });

  test('a setting of an integration that is missing is named in words', async () => {
    const answer = await send('POST', '/api/apps/music/connections', '{"integration":"git","settings":{}}');
    expect(JSON.parse(answer.text)).toMatchObject({ errors: [{ path: 'repo', detail: 'something is missing here', right: 'a text' }] });
  });

  test('an unknown setting of an integration is named', async () => {
    const answer = await send('POST', '/api/apps/music/connections', '{"integration":"git","settings":{"repo":"/x","rpeo":"/x"}}');
    expect(JSON.parse(answer.text)).toMatchObject({ errors: [{ path: 'rpeo', right: 'leave it out' }] });
  });
});

describe('bad input', () => {
  test('a body larger than a route takes, a method it has not, and an address that is none are problems', async () => {
    const large = await send('POST', '/api/session', JSON.stringify({ email: 'a@example.com', password: 'x'.repeat(1_100_000) }));
    expect(JSON.parse(large.text)).toMatchObject({ status: 413, code: 'too-large' });
    expect(JSON.parse((await send('PATCH', '/api/apps', '{}')).text)).toMatchObject({ status: 405, code: 'no-such-method' });
    for (const path of ['/api/nothing', '/api', '/api/apps/../../x'])
      expect(JSON.parse((await send('GET', path, null)).text)).toMatchObject({ status: 404, code: 'no-such-route' });
    for (const path of ['//', '/../../etc/passwd']) expect((await send('GET', path, null)).status).toBe(404);
  });

  test('a key for repeated requests must be a plain word', async () => {
    const build = JSON.stringify({ platform: 'ios', version: '1', number: '1', state: 'succeeded', commit: 'abcdef1' });
    const answer = await send('POST', '/api/apps/music/builds', build, { 'idempotency-key': 'x'.repeat(201) });
    expect(JSON.parse(answer.text)).toMatchObject({ status: 400, errors: [{ path: 'header.idempotency-key' }] });
  });

  test('a fault is told with its place, what was wrong and what would be right', async () => {
    const build = { platform: 'ios', version: '1', number: '1', state: 'finished', commit: 'abcdef1', commmit: 'x' };
    const { errors } = problem.parse(JSON.parse((await send('POST', '/api/apps/music/builds', JSON.stringify({ items: [build] }))).text));
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
});
