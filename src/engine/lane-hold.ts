/**
 * A lane that this process works in: by a short lease, which is prolonged as long as the work goes on. What is in flight is broken off when the lease is lost, and when
 * a halt waits behind it: a reading at once, a write when it has had its time. A process that is stopped or dies gives its lanes up within seconds.
 */
import { giveBackLeases, takeLease } from '#db/leases.ts';
import type { Context } from './context.ts';
import type { Ending } from './limit.ts';

/** How long a lane is held without a further word. A halt of another process waits no longer than this for one that fell silent. */
const LEASE_SECONDS = 4;
const PROLONG_EVERY_MS = 1000;
/** What is in flight ends this much before the lease does. */
const MARGIN_MS = 500;
/** A write behind which a halt waits has had its time after so long. */
const WRITE_WITH_HALT_BEHIND_MS = 2500;

export const HALT_WAITS = 'a halt waits';
const LEASE_LOST = 'another process may work there now';

export type LaneHold = {
  /** The name of its lease. */
  lease: string;
  /** Takes the lease, or prolongs it; false while another process holds it. */
  take(): Promise<boolean>;
  /**
   * Takes the lane's writing for so long, or prolongs it; false while a write of another process may be under way. That process may be stopped and its lane long ours:
   * what it had sent is still under way for as long as a call may take. A halt tries and does not wait.
   */
  takeWriting(limitMs: number): Promise<boolean>;
  /** What is tried from now on; null: nothing. */
  tries(key: string | null): void;
  /** What is being tried. */
  trying(): string | null;
  /** These wait here and are urgent. */
  urgentWait(keys: readonly string[]): void;
  /** Whether a halt waits for what is being tried. */
  hasHaltBehind(): boolean;
  /** The ending of a reading that begins now, and of a write. */
  reading(): Ending;
  write(): Ending;
  giveBack(): Promise<void>;
};

export function holdLane(context: Context, lane: string): LaneHold {
  const lease = `lane:${lane}`;
  const writing = `write:${lane}`;
  let heldUntil = 0;
  let current: string | null = null;
  let waiting: readonly string[] = [];
  let flight: { ending: AbortController; isWrite: boolean; begunAt: number } | null = null;
  let prolonging: Promise<void> | null = null;

  async function take(): Promise<boolean> {
    const asked = performance.now();
    const taken = await takeLease(context.urgentDb, lease, context.owner, LEASE_SECONDS);
    heldUntil = taken ? asked + LEASE_SECONDS * 1000 - MARGIN_MS : 0;
    return taken;
  }

  const timer = setInterval(() => prolong(), PROLONG_EVERY_MS);

  const isLost = (): boolean => performance.now() >= heldUntil;

  function prolong(): void {
    prolonging ??= take()
      .then((taken) => (taken ? undefined : flight?.ending.abort(LEASE_LOST)))
      .catch((error: unknown) => {
        context.log.debug({ err: error, lane }, 'a lane could not be prolonged');
        // The database does not answer: what is in flight goes on as long as the lease does.
        if (isLost()) flight?.ending.abort(LEASE_LOST);
      })
      .finally(() => {
        prolonging = null;
      });
  }

  const hasHaltBehind = (): boolean => waiting.some((key) => key !== current);

  function breakOff(): void {
    if (flight === null || !hasHaltBehind()) return;
    const { ending, isWrite, begunAt } = flight;
    const leftMs = isWrite ? begunAt + WRITE_WITH_HALT_BEHIND_MS - performance.now() : 0;
    if (leftMs <= 0) ending.abort(HALT_WAITS);
    else setTimeout(() => ending.abort(HALT_WAITS), leftMs);
  }

  function begin(isWrite: boolean): Ending {
    const ending = new AbortController();
    flight = { ending, isWrite, begunAt: performance.now() };
    breakOff();
    // After a standstill of this process the lease may have run out: it is asked for again before anything is sent.
    return { signal: ending.signal, mayGoOn: async () => !isLost() || (await take()) };
  }

  return {
    lease,
    take,
    takeWriting: (limitMs) => takeLease(context.urgentDb, writing, context.owner, (limitMs + MARGIN_MS) / 1000),
    tries(key) {
      current = key;
      flight = null;
      waiting = [];
    },
    trying: () => current,
    urgentWait(keys) {
      waiting = keys;
      breakOff();
    },
    hasHaltBehind,
    reading: () => begin(false),
    write: () => begin(true),
    async giveBack() {
      clearInterval(timer);
      // One that is under way would take it again behind our back.
      await prolonging;
      await giveBackLeases(context.urgentDb, [lease, writing], context.owner);
    },
  };
}
