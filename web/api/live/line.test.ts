import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openLine } from './line.ts';
import type { Line } from './line.ts';
import type { News } from './news.ts';

/* The server is a queue of answers here: what is asked beyond them waits for ever, as a stream does that says nothing. */

let answers: (() => Response)[] = [];
let asked = 0;
let heard: News[] = [];
let line: Line;

beforeEach(() => {
  vi.useFakeTimers();
  answers = [];
  asked = 0;
  heard = [];
  vi.stubGlobal('fetch', async () => {
    asked += 1;
    return answers.shift()?.() ?? new Promise<Response>(() => undefined);
  });
});
afterEach(() => {
  line.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const problem = (status: number, code: string) => (): Response =>
  Response.json({ type: `urn:signalbox:problem:${code}`, code, detail: 'no' }, { status });
/** As what stands in front of a server answers for it. */
const page = (status: number) => (): Response => new Response('<h1>Not now</h1>', { status, headers: { 'content-type': 'text/html' } });

async function opened(...given: (() => Response)[]): Promise<void> {
  answers = given;
  line = openLine('music', { version: () => 4, begun: () => undefined, take: (news) => heard.push(news) > 0 });
  await vi.advanceTimersByTimeAsync(20_000);
}

test('what Signalbox refuses is refused, and not asked again', async () => {
  for (const [status, code] of [
    [401, 'not-signed-in'],
    [403, 'not-permitted'],
  ] as const) {
    asked = 0;
    heard = [];
    await opened(problem(status, code));
    expect([heard, asked]).toEqual([[{ is: 'refused' }], 1]);
  }
});

test('an app that is not found four times in turn is gone', async () => {
  const gone = problem(404, 'not-found');
  await opened(gone, gone, gone, gone);
  expect([heard, asked]).toEqual([[{ is: 'refused' }], 4]);
});

test('it is told within seconds, however long the server was away before', async () => {
  const gone = problem(404, 'not-found');
  answers = [page(502), page(502), page(502), page(502), gone, gone, gone, gone];
  line = openLine('music', { version: () => 4, begun: () => undefined, take: (news) => heard.push(news) > 0 });
  // half a second, one, two and four are waited for a server that is away
  await vi.advanceTimersByTimeAsync(7_500 + 3_000);
  expect(heard).toEqual([{ is: 'refused' }]);
});

test('what a proxy answers while the server is brought up anew is trouble that passes', async () => {
  await opened(page(403), page(404), page(404), page(404), page(404), () => Response.json({ code: 'forbidden' }, { status: 403 }));
  expect(heard).toEqual([]);
  expect(asked).toBeGreaterThan(4);
  await vi.advanceTimersByTimeAsync(20_000);
  expect([heard, asked]).toEqual([[], 7]);
});
