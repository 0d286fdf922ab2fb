/** Cycles in several threads, for each of them keeps one core busy. */
import { on } from 'node:events';
import { Worker } from 'node:worker_threads';
import { beginningOf } from './beginnings.ts';
import type { Lanes } from './lanes.ts';
import type { FromThread, ToThread } from './thread.ts';

/** Lanes in so many threads. Seeds that begin alike are played in one thread, which plays their beginning once: what a seed does is the same in any. */
export async function inThreads(threads: number, lanes: number): Promise<Pick<Lanes, 'play'> & { end(): Promise<void> }> {
  const all = Array.from({ length: threads }, () => begin(Math.ceil(lanes / threads)));
  await Promise.all(all.map(({ until }) => until('ready')));
  return {
    async play(seeds, each, options = {}) {
      const mine = (thread: number): readonly number[] => seeds.filter((seed) => beginningOf(seed) % threads === thread);
      await Promise.all(
        all.map(async ({ say, until }, thread) => {
          say({ is: 'play', seeds: mine(thread), options });
          await until('through', (told) => {
            if (told.is === 'played' && each(told.played) === false) for (const one of all) one.say({ is: 'stop' });
          });
        }),
      );
    },
    async end() {
      for (const { say } of all) say({ is: 'end' });
      await Promise.all(all.map(({ until }) => until('ended')));
    },
  };
}

type Thread = {
  say: (told: ToThread) => void;
  /** Until it tells this; what it tells before is handed over. */
  until: (is: FromThread['is'], hear?: (told: FromThread) => void) => Promise<void>;
};

function begin(lanes: number): Thread {
  const worker = new Worker(new URL('thread.ts', import.meta.url), { workerData: { lanes } });
  // keeps what is told while nobody asks, and breaks where the thread does
  const told = on(worker, 'message') as AsyncIterableIterator<[FromThread]>;
  return {
    say: (said) => worker.postMessage(said),
    async until(is, hear = () => undefined) {
      for (;;) {
        const { value } = (await told.next()) as IteratorResult<[FromThread], undefined>;
        if (value === undefined) throw new Error('a thread of the simulation ended before it was through');
        if (value[0].is === is) return;
        hear(value[0]);
      }
    },
  };
}
