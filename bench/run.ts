/*
 * Runs the benches of this folder and prints their figures: `npm run bench`, or some of them: `npm run bench -- plan git`.
 */
import { readdir } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Bench, Figure } from './figure.ts';

const folder = import.meta.dirname;
const wanted = process.argv.slice(2);
const names = (await readdir(folder))
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'run.ts' && file !== 'figure.ts')
  .map((file) => file.slice(0, -'.ts'.length))
  .filter((name) => wanted.length === 0 || wanted.some((word) => name.includes(word)));
if (names.length === 0) {
  console.error(wanted.length === 0 ? 'there are no benches yet' : `no bench is called ${wanted.join(' or ')}`);
  process.exitCode = 1;
}

console.log(
  `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}, Node ${process.versions.node}\n`,
);
console.log('| bench | figure | measured | goal | |\n| --- | --- | --- | --- | --- |');
for (const name of names.toSorted()) {
  const { bench } = (await import(pathToFileURL(join(folder, `${name}.ts`)).href)) as { bench?: Bench };
  if (bench === undefined) continue;
  try {
    const figures = await bench.run((text) => console.error(`  ${name}: ${text}`));
    for (const figure of figures) console.log(row(name, figure));
  } catch (error) {
    process.exitCode = 1;
    console.log(`| ${name} | ${bench.title} | failed | | ${error instanceof Error ? error.message : String(error)} |`);
    console.error(error);
  }
}

function row(name: string, { what, value, unit, atMost, note }: Figure): string {
  const verdict = atMost === undefined ? '' : value <= atMost ? 'met' : 'missed';
  const goal = atMost === undefined ? '' : `≤ ${atMost} ${unit}`;
  return `| ${name} | ${what} | ${shown(value)} ${unit} | ${goal} | ${[verdict, note ?? ''].filter((text) => text !== '').join(': ')} |`;
}

/** Three figures that mean something. */
function shown(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
