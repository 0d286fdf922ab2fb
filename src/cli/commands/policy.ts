import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { Command, Option } from 'commander';
import type { ParsedPolicy, Problem } from '#domain/policy/document.ts';
import { type ProcessName, processNames } from '#domain/policy/processes.ts';
import { exitCodes, type Io, speakThrough } from '../output.ts';

/** How the text of a policy is had: a file's, or standard input for `-`. */
export type ReadPolicy = (file: string) => Promise<string>;

/** `signalbox policy …`: prints the defaults of a policy and checks one. Needs no server. The grammar of policies is loaded by who asks for it: the others leave it to the server. */
export function policyCommand(io: Io, read: ReadPolicy = readFileOrInput): Command {
  const command = new Command('policy').description(
    'the policy of an app, and what another one would do; its defaults and a check of a file need no server',
  );
  command.addCommand(defaultsCommand(io));
  command.addCommand(checkCommand(io, read));
  command.addHelpText(
    'after',
    '\nExit codes: 0 done or in order, 1 the policy has faults (check), 2 wrong call or unreadable file. Errors go to standard error.',
  );
  return speakThrough(command, io);
}

function defaultsCommand(io: Io): Command {
  return new Command('defaults')
    .description('Print every key of a policy with its default and what it means, as YAML')
    .addOption(
      new Option('--process <name>', 'the process whose criteria, robot and windows are printed')
        .choices(processNames)
        .default('weekly-mobile'),
    )
    .action(async ({ process }: { process: ProcessName }) => {
      const { policyDefaults } = await import('#domain/policy/defaults.ts');
      io.out(policyDefaults(process).trimEnd());
      io.exit(exitCodes.ok);
    });
}

function checkCommand(io: Io, read: ReadPolicy): Command {
  return new Command('check')
    .description('Check a policy and name every fault with its line and what would be right')
    .argument('<file>', 'a policy in YAML or JSON, or - for standard input')
    .option('--json', 'print { ok, problems: [{ line, column, path, because, wouldBeRight }] }')
    .action(async (file: string, { json }: { json?: boolean }) => {
      const source = await read(file).catch((error: unknown) => {
        io.err(`${file}: cannot be read: ${error instanceof Error ? error.message : String(error)}`);
        return null;
      });
      if (source === null) return io.exit(exitCodes.refused);
      const { parsePolicy } = await import('#domain/policy/document.ts');
      const parsed = parsePolicy(source);
      if (json) io.out(JSON.stringify(parsed.ok ? { ok: true, problems: [] } : parsed, null, 2));
      else for (const line of linesFor(file === '-' ? 'standard input' : file, parsed)) io.out(line);
      return io.exit(parsed.ok ? exitCodes.ok : exitCodes.no);
    });
}

function linesFor(file: string, parsed: ParsedPolicy): string[] {
  if (parsed.ok) return [`${file}: in order`];
  const count = parsed.problems.length;
  return [...parsed.problems.flatMap((problem) => problemLines(file, problem)), `${count} ${count === 1 ? 'fault' : 'faults'}`];
}

/** `policy.yaml:12:5: the fault`, as editors and CI read it, and the cure on a line of its own. */
function problemLines(file: string, { line, column, path, because, wouldBeRight }: Problem): string[] {
  const where = path === '' ? '' : ` (${path})`;
  return [`${file}:${line}:${column}: ${because}${where}`, `    right would be: ${wouldBeRight}`];
}

async function readFileOrInput(file: string): Promise<string> {
  return file === '-' ? text(process.stdin) : readFile(file, 'utf8');
}
