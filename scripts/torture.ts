/*
 * Kills Signalbox for real, under load, round after round, and says what was lost or doubled: nothing, or it ends with 1.
 *
 *     npm run torture                                  50 rounds on the embedded database, then 50 on a PostgreSQL server (Debian's, started here)
 *     npm run torture -- --rounds 5 --database embedded
 *     npm run torture -- --database postgresql://…     a server of your own: an empty database, which is left as it then is
 */
import { chmodSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { percentile } from '../bench/figure.ts';
import { startPostgres } from '../test/torture/processes.ts';
import { torture } from '../test/torture/torture.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '50' },
    database: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const rounds = Number(values.rounds);
const seed = Number(values.seed);
if (!Number.isSafeInteger(rounds) || rounds < 1) throw new Error(`--rounds ${values.rounds} is no whole number from 1`);
if (!Number.isSafeInteger(seed)) throw new Error(`--seed ${values.seed} is no whole number`);

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function run(name: string, databaseUrl: string | null): Promise<void> {
  say(`== ${rounds} rounds on ${name}, seed ${seed}`);
  const { facts, commands, envelopes, batches, unanswered, writes, restartsMs, problems } = await torture({
    rounds,
    databaseUrl,
    seed,
    say,
  });
  say(
    `${facts} facts, ${commands} halts, ${envelopes} envelopes and ${batches} batches of roll-ups accepted, ${unanswered} requests without an answer, ${writes} writes at the sandbox`,
  );
  say(
    `restart until it answers: median ${Math.round(percentile(restartsMs, 0.5))} ms, longest ${Math.round(Math.max(...restartsMs))} ms (load of the machine: ${loadavg()[0]?.toFixed(1) ?? ''})`,
  );
  for (const problem of problems) say(`BROKEN ${problem}`);
  say(problems.length === 0 ? 'nothing lost, nothing doubled, all at rest' : `${problems.length} broken`);
  if (problems.length > 0) process.exitCode = 1;
}

async function onDebian(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-torture-server-'));
  chmodSync(folder, 0o755);
  const postgres = startPostgres(folder);
  try {
    await run('a PostgreSQL server', postgres.url);
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

if (values.database === undefined || values.database === 'embedded') await run('the embedded database', null);
if (values.database === undefined || values.database === 'server') await onDebian();
if (values.database !== undefined && /^postgres(ql)?:/.test(values.database)) await run('the server that was named', values.database);
