import { Command, InvalidArgumentError } from 'commander';
import {
  buildNumberScheme,
  checkBuildNumber,
  isRefused,
  nextBuildNumber,
  refuse,
  unpack,
  versionPlatforms,
  type BuildNumberScheme,
  type NumberedBuild,
  type Refused,
} from '#domain/versions/index.ts';
import { exitCodes, speakThrough, type Io } from '../output.ts';

type Options = { scheme: string; platform: string; taken?: NumberedBuild[]; json?: boolean };

const schemes = 'increment; packed:PREFIX+DIGITS+COUNTER such as packed:9+2.2.1+3, in which 903480001 is build 1 of 3.48.0; or free';

/** `signalbox build-number …`: which numbers builds may have on their platform. Pure arithmetic: no server. */
export function buildNumberCommand(io: Io): Command {
  const command = new Command('build-number').description('Propose and check build numbers; no server is needed');
  command
    .addCommand(
      shared(new Command('next'), 'the number of the next build of a version')
        .argument('<version>')
        .action((version: string, options: Options) => {
          answer(io, options, (scheme) => {
            const number = nextBuildNumber({ platform: options.platform, scheme, version, taken: options.taken ?? [] });
            return isRefused(number) ? number : { line: String(number), json: { version, number } };
          });
        }),
    )
    .addCommand(
      shared(new Command('check'), 'whether a build of a version may have a number; exit code 1 when it may not')
        .argument('<version>')
        .argument('<number>')
        .action((version: string, number: string, options: Options) => check(io, version, number, options)),
    )
    .addCommand(
      new Command('unpack')
        .description('the version and the counter that a packed number says')
        .argument('<number>')
        .requiredOption('--scheme <scheme>', schemes)
        .option('--json', 'print JSON')
        .action((number: string, options: Options) => {
          answer(io, options, (scheme) => {
            if (scheme.scheme !== 'packed') return refuse('bad-scheme', `a number of scheme ${scheme.scheme} says no version`, 'packed:…');
            const read = unpack(scheme.packing, number);
            return isRefused(read) ? read : { line: `${read.version} ${read.counter}`, json: read };
          });
        }),
    );
  command.addHelpText('after', '\nExit codes: 0 done or yes, 1 no (check), 2 wrong call or refusal. Errors go to standard error.');
  return speakThrough(command, io);
}

function shared(command: Command, description: string): Command {
  return command
    .description(description)
    .requiredOption(
      '--platform <platform>',
      `one sequence a package on android, one a marketing version on ios: ${versionPlatforms.join(', ')}`,
    )
    .option('--scheme <scheme>', schemes, 'increment')
    .option('--taken <builds>', 'builds that exist, with commas: 8.18=9370,8.19=9374', readTaken)
    .option('--json', 'print JSON');
}

function readTaken(text: string, before: NumberedBuild[] = []): NumberedBuild[] {
  const builds = text.split(',').map((each) => {
    const [version, number, ...more] = each.trim().split('=');
    if (!version || !number || more.length > 0) throw new InvalidArgumentError(`"${each}" should look like 8.19=9374`);
    return { version, number };
  });
  return [...before, ...builds];
}

function check(io: Io, version: string, number: string, options: Options): void {
  const scheme = readBuildScheme(options.scheme);
  if (isRefused(scheme)) return sayRefused(io, options, scheme, exitCodes.refused);
  const checked = checkBuildNumber({ platform: options.platform, scheme, version, number, taken: options.taken ?? [] });
  if (isRefused(checked)) return sayRefused(io, options, checked, exitCodes.no);
  io.out(options.json ? JSON.stringify({ version, number, valid: true }) : `${number} is valid for ${version}`);
  io.exit(exitCodes.ok);
}

function answer(io: Io, options: Options, ask: (scheme: BuildNumberScheme) => { line: string; json: unknown } | Refused): void {
  const scheme = readBuildScheme(options.scheme);
  const said = isRefused(scheme) ? scheme : ask(scheme);
  if (isRefused(said)) return sayRefused(io, options, said, exitCodes.refused);
  io.out(options.json ? JSON.stringify(said.json) : said.line);
  io.exit(exitCodes.ok);
}

/** `packed:9+2.2.1+3`: the prefix, the digits of the version's parts, the digits of the counter. */
function readBuildScheme(text: string): BuildNumberScheme | Refused {
  const right = schemes;
  if (text === 'increment' || text === 'free') return buildNumberScheme.parse({ scheme: text });
  const packed = /^packed:(\d{0,4})\+(\d)\.(\d)(?:\.(\d))?(?:\.(\d))?\+(\d)$/u.exec(text);
  if (!packed) return refuse('bad-scheme', `there is no build-number scheme ${JSON.stringify(text)}`, right);
  const [, prefix, major, minor, patch = '0', hotfix = '0', counter] = packed;
  const digits = { major: Number(major), minor: Number(minor), patch: Number(patch), hotfix: Number(hotfix), counter: Number(counter) };
  const read = buildNumberScheme.safeParse({ scheme: 'packed', packing: { prefix, ...digits } });
  return read.success ? read.data : refuse('bad-scheme', read.error.issues.map((issue) => issue.message).join('; '), right);
}

function sayRefused(io: Io, options: Options, { code, was, wouldBeRight }: Refused, exit: number): void {
  io.err(
    options.json
      ? JSON.stringify({ error: { code, was, wouldBeRight } })
      : `signalbox build-number: ${was}; right would be: ${wouldBeRight}`,
  );
  io.exit(exit);
}
