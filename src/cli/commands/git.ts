/** `signalbox git analyse`: what a repository's history says of its releases, without a server. */
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Analysis, Grammar, HistoryWindow } from '#domain/history/analysis.ts';
import { exitCodes } from '../output.ts';
import type { Io } from '../output.ts';
import { historyPicture, historyTable, nameOf } from '../history.ts';
import type { View } from '../history.ts';
import { paintFor, plain } from '../table.ts';
import type { Paint } from '../table.ts';

export type AnalyseRequest = { repo: string; grammar: Grammar; window: HistoryWindow; onProgress?: (line: string) => void };

export type GitParts = {
  /** Reads a repository; throws an error whose message is fit for people when it cannot. */
  analyse: (request: AnalyseRequest) => Promise<Analysis>;
  /** Columns of the terminal; by default those of standard output, 100 where it has none. */
  columns?: number;
  /** Colours; by default those of a terminal where standard output is one. */
  paint?: Paint;
};

type AnalyseFlags = {
  repo: string;
  json?: boolean;
  since?: string;
  tagGrammar?: string[];
  branchGrammar?: string;
  trunk?: string;
  trainParts?: number;
  app?: string;
  progress?: boolean;
};

/** A line of progress at most this often. */
const PROGRESS_EVERY_MS = 1000;

/**
 * The `git` command. Ends with 0, or with 2 when the repository cannot be read or an argument is wrong.
 */
export function gitCommand(io: Io, parts: GitParts): Command {
  const git = new Command('git').description('read git repositories');
  git
    .command('analyse')
    .description(
      "the releases that a repository's tags, branches and commits tell of: cuts, builds, finals, hotfixes, backports, lead times",
    )
    .requiredOption('--repo <where>', 'a directory, a bundle, or an address that git reads')
    .option('--json', 'print { "versions": […] } with every field')
    .addOption(new Option('--since <date>', 'leave out tags before this date, as 2024-05-01').argParser(date))
    .addOption(
      new Option(
        '--tag-grammar <regex...>',
        'how tags are read, the first that fits wins; named groups: version (or major, minor, patch), kind, number, app',
      ).argParser(regex('version', 'major')),
    )
    .addOption(
      new Option('--branch-grammar <regex>', 'how release branches are named; named group: version').argParser(
        oneRegex('version', 'major'),
      ),
    )
    .option('--trunk <branch>', 'the trunk, where it is not found by itself')
    .addOption(new Option('--train-parts <n>', 'how many leading parts of a version name its train: 2 in 8.19.1').argParser(trainParts))
    .option('--app <prefix>', "which app's tags, where the repository holds several")
    .option('--progress', 'say on standard error how far it is (on a terminal it does so by itself)')
    .action(async (flags: AnalyseFlags) => analyse(io, parts, flags));
  return git;
}

async function analyse(io: Io, parts: GitParts, flags: AnalyseFlags): Promise<void> {
  let analysis: Analysis;
  try {
    analysis = await parts.analyse({
      repo: flags.repo,
      grammar: {
        tags: flags.tagGrammar,
        releaseBranch: flags.branchGrammar,
        trunk: flags.trunk,
        trainParts: flags.trainParts,
        app: flags.app,
      },
      window: { from: flags.since },
      onProgress: flags.progress === true || (io.isTty && flags.json !== true) ? sparingly((line) => io.err(plain(line))) : undefined,
    });
  } catch (error) {
    io.err(plain(error instanceof Error ? error.message : String(error)));
    return io.exit(exitCodes.refused);
  }
  if (flags.json === true) io.out(JSON.stringify({ versions: analysis.versions }, null, 2));
  else
    for (const line of forPeople(analysis, {
      columns: parts.columns ?? process.stdout.columns ?? 100,
      paint: parts.paint ?? paintFor({ isTty: io.isTty, environment: {} }),
    }))
      io.out(line);
  io.exit(exitCodes.ok);
}

function forPeople(analysis: Analysis, view: View): string[] {
  const trunk = nameOf(analysis.trunk.replace('refs/heads/', ''));
  const head = [
    `${counted(analysis.versions.length, 'version')} in ${counted(analysis.commits, 'commit')} · trunk ${trunk} (${nameOf(analysis.trunk_because)})`,
  ];
  if (analysis.versions.length === 0)
    head.push('No tag or branch looks like a release. Say how they are named with --tag-grammar and --branch-grammar.');
  const blocks = [head, historyTable(analysis, view), historyPicture(analysis, view), notes(analysis)].filter((block) => block.length > 0);
  return blocks.flatMap((block, at) => (at === 0 ? block : ['', ...block]));
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function notes(analysis: Analysis): string[] {
  const lines: string[] = [];
  for (const left of analysis.left_out) lines.push(`left out: ${left.version}, ${left.because}`);
  if (analysis.other_apps.length > 0)
    lines.push(
      `other apps here: ${analysis.other_apps.map((app) => `${nameOf(app.app) || '(no prefix)'} (${app.finals} finals)`).join(', ')}; choose one with --app`,
    );
  const { unparsed_tags: unparsed } = analysis;
  if (unparsed.length > 0)
    lines.push(
      `not read as versions: ${unparsed.slice(0, 8).map(nameOf).join(', ')}${unparsed.length > 8 ? ` and ${unparsed.length - 8} more` : ''}`,
    );
  const { unreadable } = analysis;
  for (const { ref, because } of unreadable.slice(0, 8)) lines.push(`not readable: ${nameOf(ref)}: ${because}`);
  if (unreadable.length > 8) lines.push(`and ${unreadable.length - 8} more branches and tags that cannot be read`);
  return lines;
}

function sparingly(say: (line: string) => void): (line: string) => void {
  let last = 0;
  return (line) => {
    const now = Date.now();
    if (now - last < PROGRESS_EVERY_MS) return;
    last = now;
    say(line);
  };
}

function date(text: string): string {
  if (!/^\d{4}-\d{2}-\d{2}(?:T[\d:.]+Z?)?$/.test(text) || Number.isNaN(Date.parse(text)))
    throw new InvalidArgumentError(`"${text}" is no date; right would be 2024-05-01`);
  return text;
}

function trainParts(text: string): number {
  const parts = Number(text);
  if (!Number.isInteger(parts) || parts < 1 || parts > 4)
    throw new InvalidArgumentError(`"${text}" is no number of parts; right would be 1, 2, 3 or 4`);
  return parts;
}

function oneRegex(...groups: string[]): (text: string) => string {
  return (text) => {
    try {
      RegExp(text);
    } catch (error) {
      throw new InvalidArgumentError(`"${text}" is no regular expression: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (!groups.some((group) => text.includes(`(?<${group}>`)))
      throw new InvalidArgumentError(`"${text}" names no version; right would be for example ^v(?<version>\\d+\\.\\d+\\.\\d+)$`);
    return text;
  };
}

function regex(...groups: string[]): (text: string, before: string[] | undefined) => string[] {
  const one = oneRegex(...groups);
  return (text, before = []) => [...before, one(text)];
}
