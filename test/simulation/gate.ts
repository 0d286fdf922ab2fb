/**
 * The gate: everything that an engine asks of the world outside itself waits here, and one step at a time is let through. While a step is under way nothing else
 * moves; after it the gate waits until the program has nothing left to do by itself. So one seed is one course of events.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash } from 'node:crypto';
import type { Instant } from '#domain/time.ts';

/**
 * - `db`: a statement. `vendor`: a call to a vendor. `timer`: a timer whose moment has come. `told`: a notification of another process.
 * - `deed`: something a person or CI does through an instance.
 */
export type StepKind = 'db' | 'vendor' | 'timer' | 'told';

/** What waits at the gate. `of`: the instance that asked for it. `line`: a connection; while one has a transaction open, no other gets a statement through. */
export type Waiting = {
  id: number;
  kind: StepKind;
  of: string;
  label: string;
  line: object | null;
  since: number;
  /** Lets it happen; the text tells how it ended, for the trace. */
  happen(): Promise<string>;
};

type Timer = { id: number; of: string; at: number; everyMs: number | null; fire: () => void };

/** The real ones: the gate itself runs on them while the program's are its own. */
const real = { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, now: performance.now.bind(performance) };

/** Who is running: a timer belongs to the instance that set it, and is gone with it. */
const running = new AsyncLocalStorage<{ gate: Gate; of: string }>();

const KEPT_LINES = 400;

export class Gate {
  /** The world's time in milliseconds. */
  now: number;
  steps = 0;
  /** The connection with an open transaction. */
  holder: object | null = null;
  readonly #hash = createHash('sha256');
  readonly #lines: string[] = [];
  readonly #timers = new Map<number, Timer>();
  readonly #dead = new Set<string>();
  #waiting: Waiting[] = [];
  #ids = 0;

  readonly #keepsAll: boolean;

  constructor(begins: Instant, keepsAll = false) {
    this.#keepsAll = keepsAll;
    this.now = Date.parse(begins);
  }

  /** Runs work of an instance: its timers are the gate's. */
  as<T>(of: string, work: () => T): T {
    return running.run({ gate: this, of }, work);
  }

  /** Waits at the gate until the step is let through, and gives what came of it. What an instance asked for that is gone never ends. */
  ask<T>(
    what: { kind: StepKind; of: string; label: string; line?: object },
    work: () => Promise<{ value: T; told: string }>,
    options: { never?: AbortSignal } = {},
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const waiting: Waiting = {
        id: (this.#ids += 1),
        kind: what.kind,
        of: what.of,
        label: what.label,
        line: what.line ?? null,
        since: this.now,
        happen: async () => {
          try {
            const { value, told } = await work();
            if (!this.#dead.has(what.of)) resolve(value);
            return told;
          } catch (error) {
            if (!this.#dead.has(what.of)) reject(error instanceof Error ? error : new Error(String(error)));
            return `failed: ${error instanceof Error ? error.message : String(error)}`;
          }
        },
      };
      this.#waiting.push(waiting);
      // Whoever gave up waiting hears so at once; the step itself stays: what was sent may still arrive.
      options.never?.addEventListener('abort', () => reject(abortReason(options.never)), { once: true });
    });
  }

  /** Puts a step of no instance's own waiting there: a notification on its way, a request that was sent by a process that died. */
  leave(what: { kind: StepKind; of: string; label: string }, happen: () => Promise<string>): void {
    this.#waiting.push({ id: (this.#ids += 1), line: null, since: this.now, ...what, happen });
  }

  /** What could be let through now, the oldest first. */
  ready(stalled: ReadonlySet<string>): readonly Waiting[] {
    return this.#waiting.filter(
      ({ kind, line, of }) => !stalled.has(of) && (kind !== 'db' || this.holder === null || this.holder === line),
    );
  }

  get waiting(): readonly Waiting[] {
    return this.#waiting;
  }

  /** Lets one step through and waits until all that follows from it by itself is done. */
  async let(step: Waiting): Promise<void> {
    this.#waiting = this.#waiting.filter((each) => each !== step);
    this.steps += 1;
    const told = await step.happen();
    this.note(step.of, step.kind, `${step.label} → ${told}`);
    await this.quiet(step.kind === 'vendor' ? 3 : 1);
  }

  /** Waits until the program has nothing left to do by itself. */
  async quiet(turns = 3): Promise<void> {
    for (let turn = 0; turn < turns; turn++) await new Promise<void>((done) => void real.setImmediate(done));
  }

  /** Lets time pass. Timers whose moment came wait at the gate like everything else: they may be late. */
  pass(ms: number): void {
    this.now += ms;
    for (const timer of [...this.#timers.values()].toSorted((a, b) => a.at - b.at || a.id - b.id)) {
      if (timer.at > this.now) break;
      timer.at = timer.everyMs === null ? Infinity : this.now + timer.everyMs;
      const { of, id } = timer;
      this.leave({ kind: 'timer', of, label: timer.everyMs === null ? 'timer' : `every ${timer.everyMs} ms` }, async () => {
        if (!this.#timers.has(id)) return 'cleared';
        if (timer.everyMs === null) this.#timers.delete(id);
        this.as(of, timer.fire);
        return 'rang';
      });
    }
  }

  /** Milliseconds until the next timer; null when none is set. */
  untilNext(): number | null {
    const next = Math.min(...[...this.#timers.values()].map(({ at }) => at));
    return Number.isFinite(next) ? Math.max(0, next - this.now) : null;
  }

  /** An instance is gone: what it waited for never comes, and its timers never ring. Gives what it had under way. */
  kill(of: string): readonly Waiting[] {
    const gone = this.#waiting.filter((each) => each.of === of);
    this.#dead.add(of);
    this.#waiting = this.#waiting.filter((each) => each.of !== of);
    for (const timer of this.#timers.values()) if (timer.of === of) this.#timers.delete(timer.id);
    return gone;
  }

  isDead(of: string): boolean {
    return this.#dead.has(of);
  }

  /** Writes a line into the trace. */
  note(of: string, kind: string, text: string): void {
    const line = `${this.steps} ${new Date(this.now).toISOString()} ${of} ${kind} ${text}`;
    this.#hash.update(line).update('\n');
    this.#lines.push(line);
    if (!this.#keepsAll && this.#lines.length > KEPT_LINES * 2) this.#lines.splice(0, KEPT_LINES);
  }

  /** The last lines of the trace. */
  lines(most: number): readonly string[] {
    return Number.isFinite(most) ? this.#lines.slice(-most) : [...this.#lines];
  }

  /** The hash of the whole trace until now. */
  hash(): string {
    return this.#hash.copy().digest('hex');
  }

  setTimer(of: string, ms: number, isInterval: boolean, fire: () => void): number {
    const id = (this.#ids += 1);
    const wait = Math.max(1, Number.isFinite(ms) ? ms : 1);
    this.#timers.set(id, { id, of, at: this.now + wait, everyMs: isInterval ? wait : null, fire });
    return id;
  }

  clearTimer(id: number): void {
    this.#timers.delete(id);
  }
}

function abortReason(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error('given up');
}

/** A timer as Node gives one. */
class GateTimeout {
  readonly gate: Gate;
  readonly id: number;
  constructor(gate: Gate, id: number) {
    this.gate = gate;
    this.id = id;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
  hasRef(): boolean {
    return true;
  }
}

/** Puts the gate's timers, and its clock for measuring spans, in the place of the program's own, for all that runs as an instance. Gives what takes them out again. */
export function installTimers(): () => void {
  performance.now = () => running.getStore()?.gate.now ?? real.now();
  const set =
    (isInterval: boolean, own: typeof setTimeout | typeof setInterval) =>
    (fire: (...given: unknown[]) => void, ms = 0, ...given: unknown[]): unknown => {
      const at = running.getStore();
      if (at === undefined) return (own as (...all: unknown[]) => unknown)(fire, ms, ...given);
      return new GateTimeout(
        at.gate,
        at.gate.setTimer(at.of, ms, isInterval, () => fire(...given)),
      );
    };
  const clear =
    (own: (timer: NodeJS.Timeout) => void) =>
    (timer: unknown): void => {
      if (timer instanceof GateTimeout) timer.gate.clearTimer(timer.id);
      else own(timer as NodeJS.Timeout);
    };
  Object.assign(globalThis, {
    setTimeout: set(false, real.setTimeout),
    setInterval: set(true, real.setInterval),
    clearTimeout: clear(real.clearTimeout),
    clearInterval: clear(real.clearInterval),
  });
  return () => {
    performance.now = real.now;
    Object.assign(globalThis, {
      setTimeout: real.setTimeout,
      setInterval: real.setInterval,
      clearTimeout: real.clearTimeout,
      clearInterval: real.clearInterval,
    });
  };
}
