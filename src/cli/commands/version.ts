import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import {
  compare,
  hotfixOf,
  isRefused,
  next,
  parse,
  readScheme,
  refuse,
  refuseMixed,
  type Refused,
  sort,
  valid,
  versionPlaces,
  versionPlatforms,
  type VersionScheme,
} from '#domain/versions/index.ts';
import { exitCodes, type Io, speakThrough } from '../output.ts';

type Shared = { scheme?: string; preRelease?: boolean; json?: boolean };
type Answer = { line: string; json: unknown };

const schemes =
  'semver (2 or 3 parts), semver-2 (2 parts, hotfixes with a third), calendar:<pattern> such as calendar:YYYY.MM.N, or pattern:<regular expression with named groups>';

/** `signalbox version …`: orders and names versions by a scheme. Pure arithmetic: no server, no clock. `standardInput` serves `sort` without arguments. */
export function versionCommand(io: Io, standardInput: () => Promise<string | null> = readStandardInput): Command {
  const command = new Command('version').description('Compare, sort, check and raise version numbers; no server is needed');
  command.addCommand(nextCommand(io));
  command.addCommand(hotfixCommand(io));
  command.addCommand(compareCommand(io));
  command.addCommand(sortCommand(io, standardInput));
  command.addCommand(validCommand(io));
  command.addHelpText('after', '\nExit codes: 0 done or yes, 1 no (valid), 2 wrong call or refusal. Errors go to standard error.');
  return speakThrough(command, io);
}

/** Versions may start with "-" by mistake; they are to be refused as versions, and not as options that do not exist. */
function subcommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--scheme <scheme>', `${schemes} (default: semver)`)
    .option('--pre-release', 'semver: take suffixes such as -rc.1')
    .option('--json', 'print JSON')
    .allowUnknownOption()
    .allowExcessArguments()
    .hook('preAction', (_, action) => refuseExcess(action));
}

/** What commander would refuse by itself, were versions such as -1.2.3 not to pass. */
function refuseExcess(action: Command): void {
  const option = action.args.find((each) => /^-(-|[A-Za-z])/u.test(each));
  if (option !== undefined) action.error(`error: unknown option '${option}' (--help lists those there are)`);
  const takes = action.registeredArguments;
  if (!takes.some((each) => each.variadic) && action.args.length > takes.length) {
    action.error(`error: too many arguments for '${action.name()}': it takes ${takes.length}, and got ${action.args.length}`);
  }
}

function commaList(value: string, before: string[] = []): string[] {
  return [...before, ...value.split(',').map((each) => each.trim())].filter((each) => each !== '');
}

function nextCommand(io: Io): Command {
  return subcommand('next', 'the version of the next release')
    .argument('<version>', 'the version to start from')
    .option('--part <part>', 'what to raise: major, minor, patch, or a part of the pattern (default: the last one)')
    .option('--taken <versions>', 'versions of other releases, with commas; they are skipped', commaList)
    .option('--on <day>', 'calendar schemes: the day of the release, such as 2024-10-01')
    .action((version: string, options: Shared & { part?: string; taken?: string[]; on?: string }) => {
      const taken = options.taken ?? [];
      answer(io, options, [version, ...taken], (scheme) =>
        named('version', next(scheme, version, options.part, { taken, on: options.on })),
      );
    });
}

function hotfixCommand(io: Io): Command {
  return subcommand('hotfix', 'the version of a hotfix of a released version')
    .argument('<version>', 'the released version')
    .option('--platform <platform>', `whose hotfix: ${versionPlatforms.join(', ')}`)
    .option('--taken <versions>', 'versions of other releases, with commas; they are skipped', commaList)
    .action((version: string, options: Shared & { platform?: string; taken?: string[] }) => {
      const taken = options.taken ?? [];
      answer(
        io,
        options,
        [version, ...taken],
        (scheme) => refusePlace(options.platform, versionPlatforms) ?? named('version', hotfixOf(scheme, version, options.platform, taken)),
      );
    });
}

function compareCommand(io: Io): Command {
  return subcommand('compare', 'prints <, = or >')
    .argument('<a>')
    .argument('<b>')
    .action((a: string, b: string, options: Shared) => {
      answer(io, options, [a, b], (scheme) => {
        const order = compare(scheme, a, b);
        if (isRefused(order)) return order;
        const sign = order < 0 ? '<' : order > 0 ? '>' : '=';
        return { line: sign, json: { a, b, order: sign } };
      });
    });
}

function sortCommand(io: Io, standardInput: () => Promise<string | null>): Command {
  return subcommand('sort', 'prints versions one a line, the lowest first')
    .argument('[versions...]', 'the versions; without any, they are read from standard input, one a line')
    .action(async (given: string[], options: Shared) => {
      const versions = given.length > 0 ? given : lines(await standardInput());
      if (versions === null)
        return sayRefused(io, options, refuse('empty', 'there are no versions to sort', 'versions as arguments, or on standard input'));
      answer(io, options, versions, (scheme) => {
        const sorted = sort(scheme, versions);
        return isRefused(sorted) ? sorted : { line: sorted.join('\n'), json: { versions: sorted } };
      });
    });
}

function validCommand(io: Io): Command {
  return subcommand('valid', 'exits 0 when the version is one of the scheme, 1 with the reason when not')
    .argument('<version>')
    .option('--platform <platform>', `also by the rules of: ${versionPlaces.join(', ')}`)
    .action((version: string, options: Shared & { platform?: string }) => {
      const scheme = refusePlace(options.platform, versionPlaces) ?? schemeOf(options);
      if (isRefused(scheme)) return sayRefused(io, options, scheme);
      const checked = valid(scheme, version, options.platform);
      const refused = isRefused(checked) ? checked : null;
      if (options.json)
        io.out(
          JSON.stringify({
            version,
            valid: refused === null,
            ...(refused && { reason: reasonOf(refused) }),
          }),
        );
      else if (refused) io.err(sentenceOf(refused));
      else io.out(`${version} is valid`);
      io.exit(refused ? exitCodes.no : exitCodes.ok);
    });
}

function named(name: string, value: string | Refused): Answer | Refused {
  return isRefused(value) ? value : { line: value, json: { [name]: value } };
}

function lines(input: string | null): string[] | null {
  return input === null ? null : input.split(/\r?\n/u).filter((line) => line !== '');
}

function schemeOf({ scheme, preRelease }: Shared): VersionScheme | Refused {
  const read = readScheme(scheme ?? 'semver');
  if (isRefused(read) || !preRelease) return read;
  if (read.scheme === 'semver') return { ...read, 'pre-release': true };
  return refuse('bad-scheme', `a ${read.scheme} scheme says itself which suffixes it takes`, '--pre-release with semver or semver-2 only');
}

function refusePlace(platform: string | undefined, known: readonly string[]): Refused | null {
  if (platform === undefined || known.includes(platform)) return null;
  return refuse('storefront', `there are no rules for the platform ${JSON.stringify(platform)}`, known.join(', '));
}

/** Versions are checked before they are used, so that a slip in `--taken` is told and not passed over. */
function refuseVersions(scheme: VersionScheme, versions: readonly string[]): Refused | null {
  for (const version of versions) {
    const read = parse(scheme, version);
    if (isRefused(read)) return read;
  }
  return null;
}

function answer(io: Io, options: Shared, versions: readonly string[], ask: (scheme: VersionScheme) => Answer | Refused): void {
  const scheme = schemeOf(options);
  if (isRefused(scheme)) return sayRefused(io, options, scheme);
  const mixed = options.scheme === undefined ? refuseMixed(versions) : null;
  const said = refuseVersions(scheme, versions) ?? mixed ?? ask(scheme);
  if (isRefused(said)) return sayRefused(io, options, said);
  if (options.json) io.out(JSON.stringify(said.json));
  else if (said.line !== '') io.out(said.line);
  io.exit(exitCodes.ok);
}

function reasonOf({ code, was, wouldBeRight }: Refused): {
  code: string;
  was: string;
  wouldBeRight: string;
} {
  return { code, was, wouldBeRight };
}

function sentenceOf({ was, wouldBeRight }: Refused): string {
  return `${was}; right would be: ${wouldBeRight}`;
}

function sayRefused(io: Io, options: Shared, refused: Refused): void {
  io.err(options.json ? JSON.stringify({ error: reasonOf(refused) }) : `signalbox version: ${sentenceOf(refused)}`);
  io.exit(exitCodes.refused);
}

async function readStandardInput(): Promise<string | null> {
  // Null at a terminal: somebody who types "version sort" alone at a terminal would otherwise wait for an answer that waits for them.
  if (process.stdin.isTTY) return null;
  return text(process.stdin);
}
