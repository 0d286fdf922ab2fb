/** One thread of several in which cycles are played, with lanes of its own. It is told which seeds, and tells each cycle as it ends. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Played, PlayOptions } from './cycle.ts';
import { ownLanes } from './own-lanes.ts';

/** What a thread is told. */
export type ToThread = { is: 'play'; seeds: readonly number[]; options: PlayOptions } | { is: 'stop' } | { is: 'end' };
/** What it tells. */
export type FromThread = { is: 'ready' } | { is: 'played'; played: Played } | { is: 'through' } | { is: 'ended' };

const port = parentPort;
if (port === null) throw new Error('this is a thread of a simulation');
const tell = (told: FromThread): void => port.postMessage(told);
let isStopped = false;
const lanes = await ownLanes((workerData as { lanes: number }).lanes);

async function hear(said: ToThread): Promise<void> {
  if (said.is === 'stop') {
    isStopped = true;
  } else if (said.is === 'play') {
    await lanes.play(
      said.seeds,
      (played) => {
        tell({ is: 'played', played });
        return !isStopped;
      },
      said.options,
    );
    tell({ is: 'through' });
  } else {
    await lanes.end();
    tell({ is: 'ended' });
    port?.close();
  }
}

port.on('message', (said: ToThread) => void hear(said));
tell({ is: 'ready' });
