/**
 * What was decided and is not sent yet. Each waits ten seconds in the browser, where it can be undone; leaving the page sends what waits, so that nothing that
 * was decided is lost.
 */
import { useEffect, useSyncExternalStore } from 'react';
import type { AskOf } from '#api/route.ts';
import type { RouteOf } from '#api/contract.ts';
import { client, troubleOf } from '../../api/client.ts';
import type { Trouble } from '../../ui/ProblemNote.tsx';
import { say } from '../../parts/shell/announce.ts';
import { newId } from '../../util/id.ts';

type Give = AskOf<RouteOf<'giveCommand'>>;
export type Step = { params: Give['params']; body: Give['body']; words: string };

export type Waiting = {
  id: string;
  /** The bug that it is about. */
  bug: string;
  /** What will be done: `Assign to Onboarding, mark as blocker on iOS`. */
  text: string;
  steps: readonly Step[];
  sendsAtMs: number;
  state: 'waiting' | 'sending' | 'failed';
  /** Words of the steps that were done before one failed. */
  done: readonly string[];
  trouble: Trouble | null;
};

export const UNDO_FOR_MS = 10_000;

let all: readonly Waiting[] = [];
const timers = new Map<string, ReturnType<typeof setTimeout>>();
const listeners = new Set<() => void>();

function set(next: readonly Waiting[]): void {
  all = next;
  for (const listener of listeners) listener();
}

function change(id: string, part: Partial<Waiting>): void {
  set(all.map((each) => (each.id === id ? { ...each, ...part } : each)));
}

/** Begins the ten seconds. A decision about the same bug that still waits is replaced: only the last word counts. */
export function decide(bug: string, text: string, steps: readonly Step[], nowMs: number): void {
  for (const each of all) if (each.bug === bug && each.state === 'waiting') undo(each.id);
  const id = newId();
  set([
    ...all.filter((each) => each.bug !== bug || each.state !== 'failed'),
    { id, bug, text, steps, sendsAtMs: nowMs + UNDO_FOR_MS, state: 'waiting', done: [], trouble: null },
  ]);
  timers.set(
    id,
    setTimeout(() => void send(id), UNDO_FOR_MS),
  );
}

/** Takes back what waits; what is being sent is not taken back. */
export function undo(id: string): void {
  const found = all.find((each) => each.id === id);
  if (found === undefined || found.state === 'sending') return;
  clearTimeout(timers.get(id));
  timers.delete(id);
  set(all.filter((each) => each.id !== id));
}

let pages = 0;

/** Sends what waits when the page is left, by a link or by closing it. Going from one bug to another leaves nothing. */
export function useSentOnLeaving(): void {
  useEffect(() => {
    pages += 1;
    globalThis.addEventListener('pagehide', sendAll);
    return () => {
      pages -= 1;
      globalThis.removeEventListener('pagehide', sendAll);
      setTimeout(() => {
        if (pages === 0) sendAll();
      });
    };
  }, []);
}

/** Sends all that waits, now: the page is left, and what was decided there is meant. */
function sendAll(): void {
  for (const { id, state } of all) if (state === 'waiting') void send(id, 'at-once');
}

/** One step after the other, so that a refusal stops the rest; at once where no script may run any more when the first has its answer. */
async function send(id: string, how: 'in-turn' | 'at-once' = 'in-turn'): Promise<void> {
  clearTimeout(timers.get(id));
  timers.delete(id);
  const found = all.find((each) => each.id === id);
  if (found === undefined || found.state !== 'waiting') return;
  change(id, { state: 'sending' });
  const give = ({ params, body }: Step, at: number) => client.giveCommand({ params, body, idempotencyKey: `${id}-${at}` });
  const done: string[] = [];
  try {
    if (how === 'at-once') await Promise.all(found.steps.map(give));
    else
      for (const [at, step] of found.steps.entries()) {
        await give(step, at);
        done.push(step.words);
      }
  } catch (error) {
    change(id, { state: 'failed', done, trouble: troubleOf(error) });
    return;
  }
  set(all.filter((each) => each.id !== id));
  say(`${found.bug}: done. ${found.text}.`);
}

export function useWaiting(): readonly Waiting[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => all,
  );
}
