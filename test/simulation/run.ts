/*
 * Plays simulated cycles: `npm run simulate -- --cycles 100 --seed 1`. A seed is one course of events: `--seed N --cycles 1 --trace` plays it again and shows it.
 *
 *     --at-once 4     cycles that are played at the same time
 *     --threads 2     threads in which they are played: one for each core, two at most when not said
 *     --twice         each seed twice: both must take the same course
 *     --keep-going    goes on after a broken invariant
 *     --table         what went wrong on purpose, by kind
 *     --mutation X    breaks a rule on purpose (see mutations.ts), and tells after how many cycles it was found; `all` for each of them
 */
import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import type { Played } from './cycle.ts';
import { mutations, playMutated } from './mutations.ts';
import { inThreads } from './threads.ts';

const { values } = parseArgs({
  options: {
    cycles: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    'at-once': { type: 'string', default: '4' },
    threads: { type: 'string', default: String(Math.min(2, availableParallelism())) },
    trace: { type: 'boolean', default: false },
    twice: { type: 'boolean', default: false },
    'keep-going': { type: 'boolean', default: false },
    table: { type: 'boolean', default: false },
    mutation: { type: 'string' },
  },
});

const say = (text: string): void => void process.stdout.write(`${text}\n`);

if (values.mutation === undefined) await simulate();
else await breakOnPurpose(values.mutation);

async function simulate(): Promise<void> {
  const first = Number(values.seed);
  const seeds = Array.from({ length: Number(values.cycles) }, (_, index) => first + index);
  const atOnce = Math.min(Number(values['at-once']), seeds.length * (values.twice ? 2 : 1));
  const lanes = await inThreads(Math.min(Number(values.threads), atOnce), atOnce);
  const all: Played[] = [];
  const hashes = new Map<number, string>();
  let unlike = 0;
  const began = performance.now();
  await lanes.play(
    values.twice ? seeds.flatMap((seed) => [seed, seed]) : seeds,
    (played) => {
      all.push(played);
      const before = hashes.get(played.seed);
      hashes.set(played.seed, played.hash);
      if (before !== undefined && before !== played.hash) unlike += 1;
      say(
        `cycle ${all.length}, seed ${played.seed}: ${played.hash.slice(0, 12)}${before === undefined ? '' : before === played.hash ? ' (the same again)' : ' (NOT THE SAME AGAIN)'} ${played.steps} steps, ${Math.round(played.ms)} ms: ${played.stages.join(', ')}`,
      );
      if (values.trace) say(played.lines.join('\n'));
      if (played.broken === null) return true;
      tellBroken(played);
      return values['keep-going'];
    },
    { keepsAll: values.trace },
  );
  const seconds = (performance.now() - began) / 1000;
  await lanes.end();
  const broken = all.filter(({ ok }) => !ok).length;
  if (values.table) say(faultTable(all));
  say(
    `${all.length} cycles in ${seconds.toFixed(1)} s: ${(all.length / seconds).toFixed(2)} a second; ${broken} broke an invariant${values.twice ? `; ${unlike} seeds took another course the second time` : ''}`,
  );
  process.exitCode = broken + unlike > 0 ? 1 : 0;
}

function tellBroken({ seed, broken, lines }: Played): void {
  if (!values.trace) say(lines.slice(-60).join('\n'));
  say(
    `\nBROKEN with seed ${seed}: ${broken?.sentence ?? ''}\n  ${broken?.what ?? ''}\nplay it again: npm run simulate -- --seed ${seed} --cycles 1 --trace\n`,
  );
}

/** The table of the report: faults injected by kind, cycles run, invariants broken. */
function faultTable(all: readonly Played[]): string {
  const counts = new Map<string, number>();
  for (const { faults } of all) for (const [kind, count] of faults) counts.set(kind, (counts.get(kind) ?? 0) + count);
  const rows = [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([kind, count]) => `| ${kind} | ${count} |`);
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const steps = all.reduce((sum, each) => sum + each.steps, 0);
  const broken = all.filter(({ ok }) => !ok).length;
  const withWrites = all.filter(({ faults }) =>
    [...faults.keys()].some((kind) => kind.startsWith('vendor write,') && !kind.includes(', post:')),
  );
  const reached = Map.groupBy(
    all.flatMap((each) => each.reached),
    (kind) => kind,
  );
  return [
    '',
    `A fault hit a write to a storefront in ${withWrites.length} of ${all.length} cycles. Reached in so many: ${[...reached].map(([kind, { length }]) => `${kind} ${length}`).join(', ')}.`,
    '',
    '| fault | injected |',
    '| --- | --- |',
    ...rows,
    `| **all** | **${total}** in ${all.length} cycles of ${steps} steps; invariants broken: ${broken} |`,
    '',
  ].join('\n');
}

async function breakOnPurpose(name: string): Promise<void> {
  const chosen = mutations.filter((each) => name === 'all' || each.name === name);
  if (chosen.length === 0) {
    say(`no mutation is called ${name}; there are ${mutations.map((each) => each.name).join(', ')}, and all`);
    process.exitCode = 1;
    return;
  }
  say('| rule broken on purpose | found | by |\n| --- | --- | --- |');
  for (const mutation of chosen) {
    const { found, output } = await playMutated(mutation, Number(values.seed), Number(values.cycles), Number(values['at-once']));
    const cycles = output.match(/^cycle \d+,/gm)?.length ?? 0;
    const [, by] = /^BROKEN with seed \d+: (.*)$/m.exec(output) ?? [];
    say(`| ${mutation.name}: not so: ${mutation.rule} | ${found ? `after ${cycles} cycles` : `not in ${cycles} cycles`} | ${by ?? ''} |`);
    if (!found) process.exitCode = 1;
  }
}
