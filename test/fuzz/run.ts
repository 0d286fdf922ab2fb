/*
 * Fuzzes what people and programs may hand in: `npm run fuzz -- --inputs 100000 --seed 1`. A seed is one list of inputs; a fault is shrunk, and told with what plays it again.
 *
 *     --only routes     one group: routes, policy, git or cli; several between commas
 *     --target NAME     the targets of this name, or whose names have it within
 *     --path P          one input, as the report of a fault tells it
 */
import { parseArgs } from 'node:util';
import { ownDatabase } from './own-database.ts';
import { fuzzRoom } from './room.ts';
import { groups, play, shares } from './target.ts';
import type { Group, Tally } from './target.ts';
import { targetsOf } from './targets.ts';
import { table } from './table.ts';

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    target: { type: 'string' },
    path: { type: 'string' },
  },
});

const say = (text: string): void => void process.stdout.write(`${text}\n`);

function chosenGroups(text: string | undefined): readonly Group[] {
  if (text === undefined) return groups;
  return text.split(',').map((word) => {
    const found = groups.find((group) => group === word);
    if (found === undefined) throw new Error(`--only ${word}: there are ${groups.join(', ')}`);
    return found;
  });
}

const only = chosenGroups(values.only);
const inputs = Number(values.inputs);
const seed = Number(values.seed);
if (!Number.isInteger(inputs) || inputs < 1 || !Number.isInteger(seed)) throw new Error('--inputs and --seed take whole numbers');

const database = await ownDatabase();
const room = await fuzzRoom(database);
const began = performance.now();
const tallies: Tally[] = [];
try {
  const targets = (await targetsOf(room, only)).filter(
    ({ name }) => values.target === undefined || name === values.target || (values.path === undefined && name.includes(values.target)),
  );
  if (targets.length === 0) throw new Error(`no target is called ${values.target ?? ''}`);
  const each = values.path === undefined && values.target !== undefined && targets.length === 1 ? [inputs] : shares(targets, inputs);
  for (const [index, target] of targets.entries()) {
    const tally = await play(target, { inputs: each[index] ?? 1, seed, ...(values.path === undefined ? {} : { path: values.path }) });
    tallies.push(tally);
    process.stderr.write(`${index + 1} of ${targets.length}: ${target.group}: ${target.name}, ${tally.inputs} inputs\n`);
    if (tally.fault !== null) say(`\nFAULT in ${tally.fault}\n`);
  }
} finally {
  await room.close();
  await database.stop();
}
say(table(tallies));
const faults = tallies.filter(({ fault }) => fault !== null).length;
say(
  `seed ${seed}: ${tallies.reduce((sum, tally) => sum + tally.inputs, 0)} inputs in ${((performance.now() - began) / 1000).toFixed(1)} s; ${faults} of ${tallies.length} targets have a fault`,
);
process.exit(faults > 0 ? 1 : 0);
