/** How many simulated release cycles are played in a second: several engines, the real SQL, every fault, every invariant after every step. */
import { performance } from 'node:perf_hooks';
import type { Played } from '../test/simulation/cycle.ts';
import { ownLanes } from '../test/simulation/own-lanes.ts';
import { percentile } from './figure.ts';
import type { Bench, Figure } from './figure.ts';

const CYCLES = 60;
const LANES = 6;

export const bench: Bench = { title: 'simulated release cycles', run };

async function run(say: (text: string) => void): Promise<Figure[]> {
  const lanes = await ownLanes(LANES);
  const all: Played[] = [];
  try {
    say(`${CYCLES} cycles, ${LANES} at a time`);
    const seeds = Array.from({ length: CYCLES }, (_, index) => 5000 + index);
    const began = performance.now();
    await lanes.play(seeds, (played) => void all.push(played));
    const seconds = (performance.now() - began) / 1000;
    const broken = all.filter(({ ok }) => !ok).length;
    const faults = all.reduce((sum, each) => sum + [...each.faults.values()].reduce((more, count) => more + count, 0), 0);
    return [
      { what: 'simulated cycles per second', value: CYCLES / seconds, unit: '/s', note: `goal ≥ 3; ${broken} broke an invariant` },
      {
        what: 'steps of the gate in a cycle, p50',
        value: percentile(
          all.map(({ steps }) => steps),
          0.5,
        ),
        unit: 'steps',
      },
      { what: 'faults injected in a cycle', value: faults / CYCLES, unit: 'faults' },
      { what: 'one step, all cycles together', value: (seconds * 1000) / all.reduce((sum, { steps }) => sum + steps, 0), unit: 'ms' },
    ];
  } finally {
    await lanes.end();
  }
}
