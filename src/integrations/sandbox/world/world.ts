/**
 * The sandbox world: its state, its clock, and the two ways to change it: calls over the API (with faults and an audit list) and levers.
 * It does no I/O; whoever keeps it in a file or behind a socket passes `changed`.
 */
import { plusMs } from '#domain/time.ts';
import type { Instant } from '#domain/time.ts';
import { takeFault } from './faults.ts';
import { leverSchema, pullLever } from './levers.ts';
import type { LeverInput, Pulled } from './levers.ts';
import { letTimePass } from './passing-time.ts';
import { emptyState } from './state.ts';
import type { Fault, Release, State, Write } from './state.ts';

/** What the world answers: `hangs`: never; otherwise after `delayMs`. */
export type Reply = { status: number; body: unknown; retryAfterMs: number | null; delayMs: number; hangs: boolean };
/** What a call came to: the answer, and for a write what the audit list says of it. */
export type Effect = { status: number; body: unknown; outcome: 'done' | 'already' | 'refused'; note: string };

export type ApiCall = {
  on: NonNullable<Fault['on']>;
  is: 'read' | 'write';
  /** For the audit list. */
  about: Pick<Write, 'call' | 'key' | 'app' | 'platform' | 'version' | 'build' | 'percent'>;
  /** Answers from the state, and changes it if it is a write that is not refused. */
  run(state: State, now: Instant): Effect;
};

export type World = {
  /** The world's own clock. */
  now(): Instant;
  /** A copy of the state as it is now, after all that was due by time. */
  state(): State;
  /** Makes a call over the API. */
  answer(call: ApiCall): Reply;
  /** Pulls a lever. Throws on input that is no lever; what the world refuses is a value. */
  pull(lever: LeverInput): Pulled;
};

/** The audit list and the messages are kept this long; older lines are dropped. */
const KEPT = 10_000;

/**
 * A world that stands in memory.
 *
 * @param options.machineTime the clock beside which the world's own runs or stands
 * @param options.state what it begins with; empty when left out
 * @param options.changed is called after every change, before the answer is given
 */
export function createWorld(options: { machineTime: () => Instant; state?: State; changed?: (state: State) => void }): World {
  const state = options.state ?? emptyState(options.machineTime());
  const changed = options.changed ?? (() => {});

  function now(): Instant {
    return state.clock.fixedAt ?? plusMs(options.machineTime(), state.clock.offsetMs);
  }

  function passTime(): boolean {
    const at = now();
    return state.listings.map((listing) => letTimePass(listing, at)).includes(true);
  }

  return {
    now,
    state() {
      if (passTime()) changed(state);
      return structuredClone(state);
    },
    answer(call) {
      const moved = passTime();
      const faults = state.faults.length;
      const reply = answer(state, call, now());
      if (moved || call.is === 'write' || faults > 0) changed(state);
      return reply;
    },
    pull(input) {
      const lever = leverSchema.parse(input);
      passTime();
      const pulled = pullLever(state, lever, now(), options.machineTime());
      passTime();
      changed(state);
      return pulled;
    },
  };
}

function answer(state: State, call: ApiCall, now: Instant): Reply {
  const fault = takeFault(state, call);
  const audit = (outcome: Write['outcome'], note: string): void => {
    if (call.is === 'read') return;
    state.writes.push({ at: now, by: 'signalbox', on: call.on, ...call.about, outcome, note });
    if (state.writes.length > KEPT) state.writes.splice(0, state.writes.length - KEPT);
    if (state.messages.length > KEPT) state.messages.splice(0, state.messages.length - KEPT);
  };
  const run = (): Effect => {
    const effect = call.run(state, now);
    audit(effect.outcome, effect.note);
    return effect;
  };
  const reply = (status: number, body: unknown, more: Partial<Reply> = {}): Reply => ({
    status,
    body,
    retryAfterMs: null,
    delayMs: 0,
    hangs: false,
    ...more,
  });
  const broken = { code: 'internal-error', message: 'the sandbox was told to fail here' };

  if (fault === null) {
    const { status, body } = run();
    return reply(status, body);
  }
  switch (fault.what) {
    case 'error-before':
      audit('failed-before', 'answered 500 without doing it');
      return reply(500, broken);
    case 'error-after': {
      const effect = call.run(state, now);
      audit('failed-after', `answered 500; ${effect.note}`);
      return reply(500, broken);
    }
    case 'timeout-before':
      audit('failed-before', 'never answered, and did not do it');
      return reply(0, null, { hangs: true });
    case 'timeout-after': {
      const effect = call.run(state, now);
      audit('failed-after', `never answered; ${effect.note}`);
      return reply(0, null, { hangs: true });
    }
    case 'lie': {
      const effect = call.run(structuredClone(state), now);
      audit('lied', `answered without doing it: ${effect.note}`);
      return reply(effect.status, effect.body);
    }
    case 'rate-limit':
      audit('failed-before', 'too many calls');
      return reply(429, { code: 'too-many-calls', message: 'too many calls' }, { retryAfterMs: fault.ms });
    case 'key-expired':
      audit('failed-before', 'the key has expired');
      return reply(401, { code: 'key-expired', message: 'the key has expired' });
    case 'garbage': {
      const { status } = run();
      return reply(status, { surprise: 'this is not the answer that was promised' });
    }
    case 'slow': {
      const { status, body } = run();
      return reply(status, body, { delayMs: fault.ms });
    }
    default:
      return fault.what satisfies never;
  }
}

/** For assertions: how many live objects carry each action key (submissions that were not rejected or withdrawn, and messages). */
export function liveObjectsByKey(state: State): Map<string, number> {
  const keys = [
    ...state.listings
      .flatMap((listing) => listing.releases.flatMap((release: Release) => release.submissions))
      .filter((submission) => submission.fate === 'in-review' || submission.fate === 'approved')
      .map((submission) => submission.key),
    ...state.messages.map((message) => message.key),
  ];
  const counts = new Map<string, number>();
  for (const key of keys) if (key !== null) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}
