/** The same world without sockets: a `fetch` that asks it directly, for unit and simulation tests. */
import { setTimeout as sleepFor } from 'node:timers/promises';
import { handle } from './api.ts';
import type { World } from './world/world.ts';

/** An answer slower than this is none: vendor calls end within it. */
const LONGEST_CALL_MS = 10_000;

/**
 * A `fetch` for the adapter's tools that reaches `world` whatever address is asked for, through JSON as over HTTP.
 * A call that hangs fails at once as if its time had run out, so that no test waits.
 *
 * @param options.sleep waits for slow answers; real time when left out
 */
export function sandboxTools(world: World, options: { sleep?: (ms: number) => Promise<void> } = {}): typeof fetch {
  const sleep = options.sleep ?? ((ms: number) => sleepFor(ms));
  return async (input, init) => {
    init?.signal?.throwIfAborted();
    const url = new URL(input instanceof Request ? input.url : input);
    const body: unknown = typeof init?.body === 'string' ? JSON.parse(init.body) : undefined;
    const reply = handle(world, { method: init?.method ?? 'GET', path: url.pathname, query: url.searchParams, body });
    if (reply.hangs || reply.delayMs >= LONGEST_CALL_MS) throw new DOMException('no answer in time', 'TimeoutError');
    if (reply.delayMs > 0) await sleep(reply.delayMs);
    init?.signal?.throwIfAborted();
    return new Response(JSON.stringify(reply.body), {
      status: reply.status,
      headers: {
        'content-type': 'application/json',
        ...(reply.retryAfterMs === null ? {} : { 'retry-after': String(reply.retryAfterMs / 1000) }),
      },
    });
  };
}
