/** `signalbox health …`: the statistics of release health by hand, without a server. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { CASE_KINDS, judgeCase } from '#domain/health/case.ts';
import { simulate } from '#domain/health/simulate.ts';
import type { GreenRow, RatioRow, RedRow } from '#domain/health/simulate.ts';
import type { Parts } from '../ask.ts';
import { exits } from '../exit-codes.ts';
import { speakThrough } from '../output.ts';
import type { Io } from '../output.ts';
import { paintFor, tableLines } from '../table.ts';

const EXAMPLE =
  '{ "kind": "verdict", "inputs": { "count": 2, "exposure": 4000, "limit": 1, "unit": 1000, "users": 900, "wallClockHours": 30 } }';

/** What a file of a crash reporter holds, or why it cannot be read: `atByte` counts from 0. */
export type ReadEnvelope = (
  file: string,
) => Promise<{ ok: true; found: object } | { ok: false; because: string; atByte: number; right: string }>;

export function healthCommand(io: Io, parts: Pick<Parts, 'standardInput' | 'environment'>, readEnvelope: ReadEnvelope): Command {
  const command = new Command('health').description(
    'Check a verdict on a rate by hand, what its promise is worth, and what a crash reporter sent; no server is needed',
  );
  command.addCommand(judgeCommand(io, parts));
  command.addCommand(simulateCommand(io, parts));
  command.addCommand(envelopeCommand(io, readEnvelope));
  return speakThrough(command, io);
}

function judgeCommand(io: Io, parts: Pick<Parts, 'standardInput'>): Command {
  return new Command('judge')
    .description('read one case, or a list of cases, as JSON on standard input, and print what the product makes of each')
    .addHelpText(
      'after',
      `\nA case: ${EXAMPLE}\nKinds: ${CASE_KINDS.join(', ')}\nExit codes: 0 every case was judged, 1 one could not be, 2 the input is no JSON.`,
    )
    .action(async () => {
      const given = readJson(await parts.standardInput());
      if (!given.ok) {
        io.err(`signalbox health judge: standard input is no JSON (${given.why}); a case looks like ${EXAMPLE}`);
        io.exit(exits.usage);
        return;
      }
      const cases: unknown[] = Array.isArray(given.value) ? given.value : [given.value];
      const answers = cases.map(judgeCase);
      io.out(JSON.stringify(Array.isArray(given.value) ? answers : answers[0]));
      io.exit(answers.some((answer) => 'error' in answer) ? exits.no : exits.ok);
    });
}

function envelopeCommand(io: Io, readEnvelope: ReadEnvelope): Command {
  return new Command('envelope')
    .description('print what a strict reader finds in a Sentry envelope, a report of an Apple crash or a thread dump of an ANR')
    .argument('<file>')
    .option('--json', 'on one line, for a program')
    .addHelpText('after', '\nExit codes: 0 it was read, 1 it cannot be read, 2 wrong call or no such file.')
    .action(async (file: string, { json }: { json?: boolean }) => {
      try {
        const read = await readEnvelope(file);
        if (read.ok) {
          io.out(JSON.stringify(read.found, null, json === true ? undefined : 2));
          io.exit(exits.ok);
        } else {
          io.err(`signalbox health envelope: ${file}, byte ${read.atByte}: ${read.because}; right would be ${read.right}`);
          io.exit(exits.no);
        }
      } catch (error) {
        io.err(`signalbox health envelope: ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
        io.exit(exits.usage);
      }
    });
}

function readJson(text: string): { ok: true; value: unknown } | { ok: false; why: string } {
  try {
    const value: unknown = JSON.parse(text);
    return { ok: true, value };
  } catch (error) {
    return { ok: false, why: text.trim() === '' ? 'it is empty' : error instanceof Error ? error.message : String(error) };
  }
}

const MOST_RUNS = 1_000_000;

function simulateCommand(io: Io, { environment }: Pick<Parts, 'environment'>): Command {
  return new Command('simulate')
    .description('play releases at known rates, and print how often each rule is wrong and how late it is, the rules of others beside ours')
    .addOption(new Option('--runs <n>', 'releases played at each rate').argParser(wholeUpTo(MOST_RUNS)).default(2000))
    .addOption(new Option('--seed <n>', 'the same seed gives the same tables').argParser(wholeUpTo(0xff_ff_ff_ff)).default(1))
    .addOption(new Option('--horizon <n>', 'events due at the limit after which a run ends').argParser(wholeUpTo(100_000)).default(1000))
    .option('--json', 'print { "red": […], "green": […], "ratio": […] }')
    .action(({ json, ...settings }: { runs: number; seed: number; horizon: number; json?: boolean }) => {
      const simulated = simulate(settings);
      if (json === true) io.out(JSON.stringify(simulated));
      else {
        const paint = paintFor({ isTty: io.isTty, environment });
        io.out(
          `${settings.runs} runs at each rate, to ${settings.horizon} events due at the limit, looked at after every event, seed ${settings.seed}`,
        );
        io.out('');
        for (const line of tableLines(
          ['true / limit', 'rule', 'ever red', 'due, median', 'due, p90', 'affected, median'],
          simulated.red.map(redCells),
          paint,
        ))
          io.out(line);
        io.out('');
        for (const line of tableLines(['true / limit', 'rule', 'ever green'], simulated.green.map(greenCells), paint)) io.out(line);
        io.out('');
        io.out('Against a baseline, 14 days from 1% to 60% of the usage, 20 events an hour, looked at every hour, allowed ratio 1.25');
        for (const line of tableLines(
          ['true ratio', 'incident', 'rule', 'ever red', 'hour, median', 'affected, median', 'ever green'],
          simulated.ratio.map(ratioCells),
          paint,
        ))
          io.out(line);
      }
      io.exit(exits.ok);
    });
}

function redCells({ trueRatio, rule, everRed, medianDue, p90Due, medianAffected }: RedRow): string[] {
  return [
    String(trueRatio),
    rule,
    shareText(everRed),
    dueText(medianDue),
    dueText(p90Due),
    medianAffected === null ? '–' : String(medianAffected),
  ];
}

function greenCells({ trueRatio, rule, everGreen }: GreenRow): string[] {
  return [String(trueRatio), rule, shareText(everGreen)];
}

function ratioCells({ trueRatio, incident, rule, everRed, medianHour, medianAffected, everGreen }: RatioRow): string[] {
  return [
    String(trueRatio),
    incident ? 'every version ×4' : '–',
    rule,
    shareText(everRed),
    medianHour === null ? '–' : String(medianHour),
    medianAffected === null ? '–' : String(medianAffected),
    everGreen === null ? '–' : shareText(everGreen),
  ];
}

function shareText(share: number): string {
  return `${(share * 100).toFixed(2)}%`;
}

function dueText(due: number | null): string {
  return due === null ? '–' : due.toPrecision(3);
}

function wholeUpTo(most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= 1 && value <= most) return value;
    throw new InvalidArgumentError(`"${text}" is no whole number from 1 to ${most}.`);
  };
}
