/*
 * Everything that can be said of the sources without a database or a browser: `npm run check`. Names after it choose: `npm run check -- lint types`.
 */
import { globSync } from 'node:fs';
import { packageRoot } from '#lib/package-root.ts';
import { run } from './run.ts';
import type { Ran } from './run.ts';

type Step = { name: string; command: readonly [string, ...string[]]; onlyIf?: string };

const STEPS: readonly Step[] = [
  { name: 'unit and architecture tests', command: ['vitest', 'run', '--project', 'unit'] },
  { name: 'types of src, test, bench and scripts', command: ['tsc', '-p', 'tsconfig.node.json'] },
  {
    name: 'types of the domain, which knows no Node',
    command: ['tsc', '-p', 'tsconfig.domain.json'],
    onlyIf: '{src/domain,src/api}/**/*.ts',
  },
  { name: 'types of the web', command: ['tsc', '-p', 'tsconfig.web.json'], onlyIf: 'web/**/*.{ts,tsx}' },
  { name: 'lint with types', command: ['oxlint', '--type-aware', '--deny-warnings'] },
  { name: 'format', command: ['oxfmt', '--check'] },
  { name: 'generated files', command: ['node', 'scripts/generate.ts', '--check'] },
  { name: 'known faults of what is shipped', command: ['node', 'scripts/audit.ts'] },
  { name: 'unused files, exports and dependencies', command: ['knip', '--no-progress'] },
];

/** As many as the machine of a contributor's CI has cores. */
const AT_ONCE = 2;

const wanted = process.argv.slice(2);
const steps = STEPS.filter(
  ({ name, onlyIf }) => (wanted.length === 0 || wanted.some((word) => name.includes(word))) && (onlyIf === undefined || hasFiles(onlyIf)),
);
if (steps.length === 0) {
  console.error(`no step is called ${wanted.join(' or ')}; there are:\n${STEPS.map(({ name }) => `  ${name}`).join('\n')}`);
  process.exit(2);
}

const queue = [...steps];
const failed: string[] = [];
await Promise.all(Array.from({ length: AT_ONCE }, work));
console.log(
  failed.length === 0 ? `all ${steps.length} checks hold` : `${failed.length} of ${steps.length} checks failed: ${failed.join('; ')}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;

async function work(): Promise<void> {
  for (let step = queue.shift(); step !== undefined; step = queue.shift()) {
    const [command, ...args] = step.command;
    const ran = await run(command, args);
    if (!ran.ok) failed.push(step.name);
    report(step, ran);
  }
}

function report({ name, command }: Step, { ok, output, seconds }: Ran): void {
  console.log(
    `${ok ? '✓' : '✗'} ${name} (${seconds.toFixed(1)} s)${ok ? noteIn(output) : `\n  ${command.join(' ')}\n${output.trimEnd().replaceAll(/^/gm, '    ')}`}`,
  );
}

/** What a step that holds has to say all the same: that it could not look, for one. */
function noteIn(output: string): string {
  return output
    .split('\n')
    .filter((line) => line.startsWith('note: '))
    .map((line) => `\n    ${line.slice('note: '.length)}`)
    .join('');
}

function hasFiles(pattern: string): boolean {
  return globSync(pattern, { cwd: packageRoot() }).length > 0;
}
