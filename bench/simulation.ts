/**
 * How many simulated release cycles are played in a second: several engines, the real SQL, every fault, every invariant after every step. Played by one process, and by
 * one for each core, as `npm run simulate` is started by whoever wants many.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';
import { text } from 'node:stream/consumers';
import { packageRoot } from '#lib/package-root.ts';
import { percentile } from './figure.ts';
import type { Bench, Figure } from './figure.ts';

const CYCLES = 60;
const LANES = 6;
const FIRST_SEED = 5000;

export const bench: Bench = { title: 'simulated release cycles', run };

type Told = { perSecond: number; seconds: number; steps: number[]; faults: number; broken: number };

async function run(say: (text: string) => void): Promise<Figure[]> {
  say(`${CYCLES} cycles by one process, ${LANES} at a time`);
  const [alone] = await played(1);
  say(`the same by ${availableParallelism()} processes`);
  const together = await played(availableParallelism());
  if (alone === undefined) return [];
  const all = [alone, ...together];
  const broken = all.reduce((sum, each) => sum + each.broken, 0);
  const cyclesTogether = together.reduce((sum, each) => sum + each.perSecond, 0);
  return [
    {
      what: 'simulated cycles per second, by one process',
      value: alone.perSecond,
      unit: '/s',
      note: `goal ≥ 3; ${broken} broke an invariant`,
    },
    { what: `simulated cycles per second, by ${together.length} processes together`, value: cyclesTogether, unit: '/s', note: 'goal ≥ 3' },
    { what: 'steps of the gate in a cycle, p50', value: percentile(alone.steps, 0.5), unit: 'steps' },
    { what: 'faults injected in a cycle', value: alone.faults / alone.steps.length, unit: 'faults' },
    { what: 'one step, all cycles together', value: (alone.seconds * 1000) / alone.steps.reduce((sum, each) => sum + each, 0), unit: 'ms' },
  ];
}

/** The same seeds, shared out. */
async function played(processes: number): Promise<Told[]> {
  const each = Math.ceil(CYCLES / processes);
  const lanes = Math.max(2, Math.floor(LANES / processes));
  return Promise.all(Array.from({ length: processes }, (_, at) => simulate(FIRST_SEED + at * each, each, lanes)));
}

async function simulate(seed: number, cycles: number, lanes: number): Promise<Told> {
  const words = ['--seed', String(seed), '--cycles', String(cycles), '--at-once', String(lanes), '--keep-going', '--table'];
  const began = performance.now();
  const child = spawn(process.execPath, ['test/simulation/run.ts', ...words], { cwd: packageRoot(), stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  const said = await text(child.stdout);
  await closed;
  const [, seconds, perSecond, broken] = /cycles in ([\d.]+) s: ([\d.]+) a second; (\d+) broke an invariant/.exec(said) ?? [];
  if (perSecond === undefined)
    throw new Error(`the simulation ended after ${Math.round(performance.now() - began)} ms without its figures:\n${said.slice(-2000)}`);
  return {
    perSecond: Number(perSecond),
    seconds: Number(seconds),
    steps: [...said.matchAll(/^cycle \d+, .*? (\d+) steps, /gm)].map(([, steps]) => Number(steps)),
    faults: Number(/\| \*\*all\*\* \| \*\*(\d+)\*\*/.exec(said)?.[1] ?? 0),
    broken: Number(broken),
  };
}
