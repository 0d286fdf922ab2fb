/** `signalbox owners`: whom paths belong to by a CODEOWNERS file, without a server. */
import { Command, Option } from 'commander';
import { ownersOf, readCodeowners } from '#domain/owners/codeowners.ts';
import type { CodeownersFormat, OwnersAnswer } from '#domain/owners/codeowners.ts';
import { textOf } from '../ask.ts';
import type { Parts } from '../ask.ts';
import { UsageError } from '../settings.ts';
import { exits } from '../exit-codes.ts';
import { speakThrough } from '../output.ts';
import type { Io } from '../output.ts';
import { paintFor, tableLines } from '../table.ts';

type Options = { codeowners: string; format?: CodeownersFormat; json?: boolean };

/** Paths of one call; a repository's every file fits. */
const MOST_PATHS = 1_000_000;

export function ownersCommand(io: Io, parts: Parts): Command {
  const command = new Command('owners')
    .description('tell whom paths of a repository belong to by a CODEOWNERS file; no server is needed')
    .argument(
      '[path...]',
      'paths from the root of the repository, `ios/Player/Queue.swift`; without any, or for `-`, one a line on standard input',
    )
    .requiredOption('--codeowners <file>', 'the CODEOWNERS file')
    .addOption(new Option('--format <format>', 'whose rules it follows; found out where it is not said').choices(['github', 'gitlab']))
    .option('--json', 'print [{ path, answer: [{ section, rule, owners }] }]')
    .addHelpText(
      'after',
      '\nLines that the host would pass over are named on standard error. Exit codes: 0 done, 2 wrong call or a file that cannot be read.',
    )
    .action(async (given: string[], options: Options) => {
      try {
        if (options.codeowners === '-') throw new UsageError('--codeowners is a file: standard input is for paths');
        const file = readCodeowners(await textOf(options.codeowners, parts), options.format);
        for (const { line, text, because } of file.problems) io.err(`${options.codeowners}:${line}: passed over: ${because} (${text})`);
        const answers = (await pathsOf(given, parts)).map((path) => ({ path, answer: ownersOf(file, path) }));
        if (options.json === true) io.out(JSON.stringify(answers));
        else {
          const paint = paintFor({ isTty: io.isTty, environment: parts.environment });
          for (const line of tableLines(['path', 'owners', 'by'], answers.map(cells), paint)) io.out(line);
        }
        io.exit(exits.ok);
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        io.err(`signalbox owners: ${error.message}`);
        io.exit(exits.usage);
      }
    });
  return speakThrough(command, io);
}

async function pathsOf(given: readonly string[], parts: Parts): Promise<readonly string[]> {
  const read = given.length === 0 || given.includes('-') ? (await parts.standardInput()).split(/\r?\n/).filter((line) => line !== '') : [];
  const paths = [...given.filter((path) => path !== '-'), ...read];
  if (paths.length === 0) throw new UsageError('no path is given: name one, or write one a line to standard input');
  if (paths.length > MOST_PATHS) throw new UsageError(`${paths.length} paths are too many: at most ${MOST_PATHS} in one call`);
  return paths;
}

function cells({ path, answer }: { path: string; answer: readonly OwnersAnswer[] }): string[] {
  return [
    path,
    answer.flatMap(({ owners }) => owners).join(' ') || 'nobody',
    answer.map(({ section, rule }) => (section === null ? rule : `[${section}] ${rule}`)).join(', '),
  ];
}
