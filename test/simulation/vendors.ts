/** The vendors behind the gate: the sandbox world in process, with calls that fail before and after their effect, lie, hang, and arrive when nobody waits any more. */
import { handle } from '#integrations/sandbox/api.ts';
import { storefrontKinds } from '#domain/rollout/storefronts.ts';
import { createWorld } from '#integrations/sandbox/world/world.ts';
import type { World } from '#integrations/sandbox/world/world.ts';
import type { Fault, State } from '#integrations/sandbox/world/state.ts';
import type { Gate } from './gate.ts';

/** One write to a storefront that an instance has sent and has no answer to yet. */
export type Flight = { id: number; of: string; listing: string; key: string; call: string; sentAtStep: number };

export type Vendors = {
  world: World;
  /** The world's state itself, not a copy: for looking only. */
  state: State;
  /** Writes to storefronts that are under way, as the processes see it. */
  flights: ReadonlySet<Flight>;
  /** The same for each listing where two were under way at once. */
  overlaps: readonly (readonly [Flight, Flight])[];
  fetchFor(of: string): typeof fetch;
  /** A process is gone: what it had sent may still arrive. */
  drop(of: string): void;
};

export type VendorFaults = {
  /** What befalls a call; null: nothing. */
  befalls(of: string, call: { on: NonNullable<Fault['on']>; write: string | null }): Pick<Fault, 'what' | 'ms'> | null;
  /** Whether a call whose caller gave up, or died, arrives all the same. */
  arrivesLate(): boolean;
};

export function createVendors(gate: Gate, state: State, faults: VendorFaults): Vendors {
  const world = createWorld({ machineTime: () => new Date(gate.now).toISOString(), state });
  const flights = new Set<Flight>();
  const overlaps: [Flight, Flight][] = [];
  let ids = 0;

  function takeOff(of: string, url: URL, body: unknown): Flight | null {
    const parts = /^\/v1\/storefronts\/([^/]+\/[^/]+\/[^/]+)\/releases(?:\/([^/]+)\/([a-z]+))?$/.exec(url.pathname);
    if (parts === null) return null;
    const flight: Flight = {
      id: (ids += 1),
      of,
      listing: parts[1] ?? '',
      key: keyIn(body),
      call: parts[3] ?? 'submit',
      sentAtStep: gate.steps,
    };
    for (const other of flights) if (other.listing === flight.listing) overlaps.push([other, flight]);
    flights.add(flight);
    return flight;
  }

  /** The call arrives at the vendor. */
  function arrive(method: string, url: URL, body: unknown): ReturnType<typeof handle> {
    return handle(world, { method, path: url.pathname, query: url.searchParams, body });
  }

  return {
    world,
    state,
    flights,
    overlaps,
    fetchFor: (of) => async (input, init) => {
      init?.signal?.throwIfAborted();
      const url = new URL(input instanceof Request ? input.url : input);
      const method = init?.method ?? 'GET';
      const body: unknown = typeof init?.body === 'string' ? JSON.parse(init.body) : undefined;
      const isWrite = method === 'POST';
      const flight = isWrite ? takeOff(of, url, body) : null;
      const signal = init?.signal ?? undefined;
      const label = `${method} ${decodeURIComponent(url.pathname.replace('/v1/', ''))}${isWrite ? ` ${keyIn(body)}` : ''}`;
      const land = (): void => void (flight !== null && flights.delete(flight));
      signal?.addEventListener('abort', land, { once: true });
      try {
        return await gate.ask(
          { kind: 'vendor', of, label },
          async () => {
            if (signal?.aborted === true) {
              if (!isWrite || !faults.arrivesLate()) throw new Error('it was given up, and never arrived');
              const late = arrive(method, url, body);
              throw new Error(`it was given up, and arrived all the same (${late.status})`);
            }
            const fault = faults.befalls(of, { on: placeOf(url.pathname), write: flight?.call ?? (isWrite ? 'post' : null) });
            if (fault !== null) world.pull({ lever: 'fault', on: null, calls: 'all', times: 1, ...fault });
            const reply = arrive(method, url, body);
            const told = `${reply.status}${fault === null ? '' : ` (${fault.what})`}`;
            if (reply.hangs) throw new DOMException(`no answer in time (${fault?.what ?? ''})`, 'TimeoutError');
            if (reply.delayMs > 0) await delayed(gate, of, reply.delayMs);
            return { value: responseOf(reply), told };
          },
          { never: signal },
        );
      } finally {
        land();
      }
    },
    drop(of) {
      for (const flight of flights) if (flight.of === of) flights.delete(flight);
      for (const waiting of gate.waiting.filter((each) => each.of === of && each.kind === 'vendor')) {
        if (!faults.arrivesLate()) continue;
        gate.leave({ kind: 'vendor', of: 'nobody', label: `${waiting.label} (sent by ${of}, which is gone)` }, () => waiting.happen());
      }
    },
  };
}

/** A slow answer: the world goes on meanwhile. */
async function delayed(gate: Gate, _of: string, ms: number): Promise<void> {
  gate.pass(ms);
}

function responseOf(reply: { status: number; body: unknown; retryAfterMs: number | null }): Response {
  return new Response(JSON.stringify(reply.body), {
    status: reply.status,
    headers: {
      'content-type': 'application/json',
      ...(reply.retryAfterMs === null ? {} : { 'retry-after': String(reply.retryAfterMs / 1000) }),
    },
  });
}

function keyIn(body: unknown): string {
  return typeof body === 'object' && body !== null && 'key' in body && typeof body.key === 'string' ? body.key : '-';
}

function placeOf(path: string): NonNullable<Fault['on']> {
  const [, kind] = /^\/v1\/storefronts\/([^/]+)\//.exec(path) ?? [];
  const storefront = storefrontKinds.find((each) => each === kind);
  if (storefront !== undefined) return storefront;
  if (path.endsWith('/tracker/changes')) return 'tracker';
  return path.endsWith('/builds/changes') ? 'builds' : 'chat';
}
