import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { LineHandlers } from './line.ts';
import { watchControlRoom } from './watch.ts';

/* A browser without shared workers: each page has a stream of its own. What opens it may be out of reach, as a script is while the server is brought up anew. */

const page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
const browser = new EventTarget();
let lines: LineHandlers[] = [];
let script = { isThere: true, asked: 0 };
let isGone = false;
let leave: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  lines = [];
  script = { isThere: true, asked: 0 };
  page.visibilityState = 'visible';
  isGone = false;
  vi.stubGlobal('document', page);
  vi.stubGlobal('SharedWorker', undefined);
  vi.stubGlobal('addEventListener', browser.addEventListener.bind(browser));
  vi.stubGlobal('removeEventListener', browser.removeEventListener.bind(browser));
});
afterEach(() => {
  leave();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function watch(): Promise<void> {
  const watcher = { shown: () => ({ version: 4, at: '2024-10-01T12:00:00.000Z' }), take: () => true, isGone: async () => isGone };
  leave = watchControlRoom('music', 'maja', watcher, async () => {
    script.asked += 1;
    if (!script.isThere) throw new TypeError('Failed to fetch dynamically imported module');
    return {
      openLine: (_, handlers) => {
        lines.push(handlers);
        return { again: () => undefined, wake: () => undefined, close: () => undefined };
      },
    };
  });
  await pass(0);
}
const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1_000);

test('a script that does not come is asked for again after a while, until it comes', async () => {
  script.isThere = false;
  await watch();
  await pass(25);
  expect([lines.length, script.asked]).toEqual([0, 3]);
  script.isThere = true;
  await pass(10);
  expect(lines).toHaveLength(1);
  await pass(60);
  expect(lines).toHaveLength(1);
});

test.each([
  ['there is a network again', () => browser.dispatchEvent(new Event('online'))],
  ['the page is looked at', () => page.dispatchEvent(new Event('visibilitychange'))],
])('it is asked for at once when %s', async (_, happens) => {
  script.isThere = false;
  await watch();
  script.isThere = true;
  happens();
  await pass(0);
  expect(lines).toHaveLength(1);
});

test('who left asks for nothing any more', async () => {
  script.isThere = false;
  await watch();
  leave();
  script.isThere = true;
  await pass(60);
  expect(lines).toHaveLength(0);
});

test('a stream that was refused is asked for anew when the app may be seen after all', async () => {
  await watch();
  lines[0]?.take({ is: 'refused' });
  await pass(5);
  expect(lines).toHaveLength(1);
  await pass(5);
  expect(lines).toHaveLength(2);
});

test('it is not where the app is gone, or the page was left meanwhile', async () => {
  await watch();
  isGone = true;
  lines[0]?.take({ is: 'refused' });
  await pass(60);
  expect(lines).toHaveLength(1);
  isGone = false;
  lines[0]?.take({ is: 'refused' });
  await pass(5);
  browser.dispatchEvent(new Event('pagehide'));
  await pass(60);
  expect(lines).toHaveLength(1);
});
