/** `git analyse` against the git commands that it runs, each timed alone in the same run with its output thrown away. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { analyseRepository } from '#integrations/git/analyse.ts';
import { gitRuns } from '#integrations/git/client.ts';
import type { GitRunMessage } from '#integrations/git/client.ts';
import { percentile } from './figure.ts';
import type { Bench, Figure } from './figure.ts';
import { generateRepository } from './generated-repository.ts';

const LARGER_BUNDLE = fileURLToPath(new URL('../../shared/data/bundles/pocket-casts-android.bundle', import.meta.url));
const GENERATED_COMMITS = 50_000;

export const bench: Bench = { title: 'git analyse against the git commands that it runs', run };

async function run(say: (text: string) => void): Promise<Figure[]> {
  const figures: Figure[] = [];
  const place = await mkdtemp(path.join(tmpdir(), 'signalbox-bench-git-'));
  try {
    if (!existsSync(LARGER_BUNDLE)) say(`there is no ${LARGER_BUNDLE}: only the generated repository is measured`);
    else figures.push(...(await measured('pocket-casts-android.bundle', LARGER_BUNDLE, place, 5)));
    say(`generating ${GENERATED_COMMITS} commits`);
    const generated = path.join(place, 'generated.git');
    const { commits, trains } = await generateRepository(generated, GENERATED_COMMITS);
    figures.push(...(await measured(`${commits} generated commits, ${trains} trains`, generated, place, 2)));
  } finally {
    await rm(place, { recursive: true, force: true });
  }
  return figures;
}

/** The medians of so many rounds; in each round our run and git's own, one after the other. */
async function measured(name: string, repo: string, place: string, rounds: number): Promise<Figure[]> {
  const cold: number[] = [];
  const alone: number[] = [];
  const quiet: number[] = [];
  let commands = 0;
  let memory = 0;
  for (let round = 0; round < rounds; round++) {
    const dataDir = path.join(place, `data-${path.basename(repo)}-${round}`);
    const runs: GitRunMessage[] = [];
    const record = (message: unknown) => runs.push(message as GitRunMessage);
    gitRuns.subscribe(record);
    const watch = setInterval(() => (memory = Math.max(memory, process.memoryUsage().rss)), 50);
    cold.push(await seconds(() => analyseRepository({ repo, dataDir })));
    clearInterval(watch);
    memory = Math.max(memory, process.memoryUsage().rss);
    gitRuns.unsubscribe(record);
    quiet.push(await seconds(() => analyseRepository({ repo, dataDir })));
    commands = runs.length;
    alone.push(await replayed(runs, `${dataDir}-alone`));
    await rm(dataDir, { recursive: true, force: true });
  }
  const half = (values: readonly number[]) => percentile(values, 0.5);
  return [
    { what: `git analyse, cold: ${name}`, value: half(cold), unit: 's', atMost: 30 },
    {
      what: `its ${commands} git commands alone: ${name}`,
      value: half(alone),
      unit: 's',
      note: 'same commands and input, output thrown away',
    },
    { what: `git analyse against them: ${name}`, value: half(cold) / half(alone), unit: '×', atMost: 2, note: `medians of ${rounds}` },
    { what: `git analyse, no news: ${name}`, value: half(quiet), unit: 's', atMost: 2 },
    { what: `memory of the process at most: ${name}`, value: memory / 2 ** 20, unit: 'MB', atMost: 1024 },
  ];
}

/** Runs the same commands with the same input, in a mirror of their own, and sums up their times. */
async function replayed(runs: readonly GitRunMessage[], dataDir: string): Promise<number> {
  const gitDir = path.join(dataDir, 'mirror.git');
  const theirs = runs.find((run) => run.gitDir !== null)?.gitDir ?? '';
  const ours = (args: readonly string[]) => args.map((arg) => arg.replaceAll(theirs, gitDir));
  let sum = 0;
  for (const run of runs) {
    const into = run.into;
    sum += await seconds(() => (into === null ? single(ours(run.args), run.input) : piped(ours(run.args), ours(into), run.input)));
  }
  await rm(dataDir, { recursive: true, force: true });
  return sum;
}

async function single(args: readonly string[], input: string | null): Promise<void> {
  const child = spawn('git', args, { stdio: ['pipe', 'ignore', 'ignore'] });
  child.stdin.end(input ?? undefined);
  await once(child, 'close');
}

async function piped(first: readonly string[], second: readonly string[], input: string | null): Promise<void> {
  const source = spawn('git', first, { stdio: ['pipe', 'pipe', 'ignore'] });
  const sink = spawn('git', second, { stdio: [source.stdout, 'ignore', 'ignore'] });
  source.stdin.end(input ?? undefined);
  await once(sink, 'close');
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}
