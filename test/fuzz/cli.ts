/** Every command with arguments, options, standard input and files as nobody should give them, through the program itself. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import type { Command, Option } from 'commander';
import * as fc from 'fast-check';
import { exits } from '#cli/exit-codes.ts';
import type { Io } from '#cli/output.ts';
import { program } from '#cli/program.ts';
import type { ProgramParts } from '#cli/program.ts';
import { UsageError } from '#cli/settings.ts';
import { analyseRepository } from '#integrations/git/analyse.ts';
import { foundInFile } from '#integrations/sentry/found.ts';
import { createReach } from '#lib/reach.ts';
import { readConfig } from '#config';
import { musicPolicy } from '#domain/policy/sample.ts';
import type { FuzzRoom } from './room.ts';
import { Fault, target } from './target.ts';
import type { Target } from './target.ts';
import type { Words } from './values.ts';

type Said = { out: string; err: string; code: number | null };
type Drawn = { arguments: string[]; options: { which: number; value: string }[]; extra: string[]; input: string; json: boolean };

/** Ends a command as it stands when the process would be in its way. */
const NOTHING_HERE = 'this is not started here';

export async function cliTargets(room: FuzzRoom): Promise<Target[]> {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-fuzz-cli-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const files = filesIn(folder);
  const leaves = leavesOf(await program(silent(), partsOf(room, folder, ''), []));
  return leaves.map(({ path, command }) => {
    const options = command.options.filter(({ long }) => long !== '--help' && long !== '--version');
    return target<Drawn>({
      group: 'cli',
      name: path.join(' '),
      weight: 1,
      inputs: fc.record({
        arguments: fc.oneof(
          {
            weight: 6,
            arbitrary: fc
              .tuple(...command.registeredArguments.map((each) => valueOf(each.name(), room.words, files)))
              .map((list) => [...list]),
          },
          { weight: 1, arbitrary: fc.array(valueOf('', room.words, files), { maxLength: 4 }) },
        ),
        options: fc.array(
          options.length === 0
            ? fc.constant({ which: 0, value: '' })
            : fc
                .nat(options.length - 1)
                .chain((which) => optionValue(options[which], room.words, files).map((value) => ({ which, value }))),
          { maxLength: Math.min(5, options.length) },
        ),
        extra: fc.oneof(
          { weight: 8, arbitrary: fc.constant<string[]>([]) },
          {
            weight: 1,
            arbitrary: fc.array(fc.constantFrom('--nothing', '-x', '--', '--json=1', '--help', '-', '--__proto__', '--=', '---'), {
              maxLength: 2,
            }),
          },
        ),
        input: fc.oneof(
          fc.constantFrom('', '{}', '[]', 'null', '{', musicPolicy, '{"items":[]}', 'a long enough password\n', '\u0000', '\ufeff{}'),
          fc.string({ maxLength: 30 }),
        ),
        json: fc.boolean(),
      }),
      shown: (drawn) =>
        `signalbox ${wordsOf(path, options, drawn)
          .map((word) => JSON.stringify(word))
          .join(' ')} < ${JSON.stringify(drawn.input.slice(0, 100))}`,
      async attempt(drawn) {
        const said = await runs(room, folder, wordsOf(path, options, drawn), drawn.input);
        return judged(said);
      },
    });
  });
}

function wordsOf(path: readonly string[], options: readonly Option[], drawn: Drawn): string[] {
  const flags = drawn.options.flatMap(({ which, value }) => {
    const option = options[which];
    if (option === undefined) return [];
    const flag = option.long ?? option.short ?? '';
    return option.required || option.optional ? [flag, value] : [flag];
  });
  // so many runs as are asked for take as long as they take
  const few = path.join(' ') === 'health simulate' ? ['--runs', '2', '--horizon', '5'] : [];
  return [...path, ...flags, ...few, ...drawn.extra, ...drawn.arguments];
}

/** Commands that do something, with the words that lead to them. */
function leavesOf(command: Command, path: readonly string[] = []): { path: readonly string[]; command: Command }[] {
  if (command.commands.length === 0) return [{ path, command }];
  return command.commands.flatMap((each) => leavesOf(each, [...path, each.name()]));
}

const odd = [
  '',
  ' ',
  '-',
  '--',
  '-1',
  '0',
  '1e999',
  'NaN',
  'x'.repeat(3000),
  '\u0000',
  '\ud800',
  '\n',
  '💥',
  '../../etc/passwd',
  '/',
  '/dev/null',
  '/nowhere/at/all',
  '__proto__',
  'constructor',
  '%00',
  '%',
  '/x/y/z',
  'a/b/c',
  'a/b',
  'a//c',
  'music/8.9.2/ios',
  'music/8.9.2',
  'music/8.9.2/ios/x',
  'MUSIC/8.9.2/IOS',
  '*/*/*',
  'music/%2e%2e/ios',
  'null',
  '{}',
  '[]',
  'a,b,,c',
  ',',
  '2024-13-45',
  '2024-10-01T12:20:00Z',
  '99999-01-01',
  '30m',
  '-5d',
  '9e99d',
  'http://127.0.0.1:1',
  'ftp://127.0.0.1:1',
  'http://',
  'http://127.0.0.1:1/setup#token=abc',
  'http://127.0.0.1:99999',
  '--upload-pack=x',
  'ext::sh -c x',
  '(',
  '(?<version>',
  '^v(?<version>.*)$',
  '((a+)+)+(?<version>x)$',
];

function valueOf(name: string, words: Words, files: readonly string[]): fc.Arbitrary<string> {
  const key = name.replaceAll(/[<>[\].]/g, '').trim();
  if (key === 'url') return addresses(words);
  const known = Object.hasOwn(words, key) ? (words[key] ?? []).map((word) => (typeof word === 'string' ? word : JSON.stringify(word))) : [];
  const fitting = /track/.test(key)
    ? ['music/8.9.2/ios', 'music/8.9.2/android', 'maps/1.0.0/ios']
    : /release/.test(key)
      ? ['music/8.9.2', 'maps/1.0.0']
      : /file/.test(key)
        ? [...files, '-']
        : known;
  return fc.oneof(
    ...(fitting.length === 0 ? [] : [{ weight: 6, arbitrary: fc.constantFrom(...fitting) }]),
    { weight: 4, arbitrary: fc.constantFrom(...odd) },
    { weight: 1, arbitrary: fc.string({ maxLength: 12 }) },
  );
}

function optionValue(option: Option | undefined, words: Words, files: readonly string[]): fc.Arbitrary<string> {
  if (option === undefined) return fc.constant('');
  const choices = option.argChoices ?? [];
  const name = option.attributeName();
  const named = /file/i.test(option.flags) ? 'file' : name;
  const isAddress = ['server', 'url', 'repo', 'host'].includes(name);
  const fitting = isAddress ? addresses(words) : valueOf(named, words, files);
  return choices.length === 0
    ? fitting
    : fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...choices) }, { weight: 1, arbitrary: fitting });
}

/** No address but this machine's: what is tried goes nowhere else. */
function addresses(words: Words): fc.Arbitrary<string> {
  const repository = JSON.stringify(words['repo']?.[0] ?? '').slice(1, -1);
  return fc.constantFrom(
    'http://127.0.0.1:1',
    'http://[::1]:1',
    'http://127.0.0.1:1/setup#token=abc',
    'http://127.0.0.1:99999',
    '',
    '/',
    'ftp://127.0.0.1',
    'http://',
    repository,
    '/nowhere',
    'ext::x',
    '--upload-pack=x',
    '\u0000',
  );
}

function filesIn(folder: string): string[] {
  const contents: Record<string, string> = {
    'policy.yaml': musicPolicy,
    'wrong.yaml': 'app: music\nnonsense: 1\n',
    empty: '',
    'items.json': '{"items":[{"kind":"bug","report":{"key":"B-1","title":"x","state":"open","versions":["8.9.2"]}}]}',
    'list.json': '[1,2]',
    'deep.json': `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
    binary: '\u0000\u0001\ufffd',
    password: 'a long enough password\n',
  };
  for (const [name, content] of Object.entries(contents)) writeFileSync(join(folder, name), content);
  return [...Object.keys(contents).map((name) => join(folder, name)), folder, join(folder, 'nothing-here')];
}

function silent(): Io {
  return { out: () => {}, err: () => {}, exit: () => {}, isTty: false };
}

function partsOf(room: FuzzRoom, folder: string, input: string): ProgramParts {
  const environment = {
    SIGNALBOX_URL: room.server.url,
    SIGNALBOX_KEY: room.server.admin,
    XDG_CONFIG_HOME: folder,
    HOME: folder,
    DATA_DIR: join(folder, 'data'),
    SIGNALBOX_SANDBOX_URL: 'http://127.0.0.1:1',
    NO_COLOR: '1',
  };
  const notHere = async (): Promise<never> => {
    throw Object.assign(new Error(NOTHING_HERE), { kind: 'refused' });
  };
  return {
    version: '0.0.0',
    environment,
    standardInput: async () => input,
    now: () => Date.parse('2024-10-01T12:20:00Z'),
    // the settings are read as the server would; then it is not started
    serve: async (overrides) => {
      readConfig({ ...environment, ...overrides });
      await notHere();
    },
    demo: notHere,
    backup: notHere,
    restore: notHere,
    analyse: (request) =>
      analyseRepository({
        ...request,
        dataDir: join(folder, 'git'),
        reach: createReach({
          permitted: { addresses: [], directories: 'any' },
          lookup: (_host, _options, answer) => answer(null, [{ address: '127.0.0.1', family: 4 }]),
        }),
      }),
    serveSandbox: notHere,
    readEnvelope: foundInFile,
    examineHere: async () => ({ findings: [] }),
  };
}

/** As main.ts runs it. */
async function runs(room: FuzzRoom, folder: string, words: readonly string[], input: string): Promise<Said> {
  const said: Said = { out: '', err: '', code: null };
  const io: Io = {
    out: (line) => void (said.out += `${line}\n`),
    err: (line) => void (said.err += `${line}\n`),
    exit: (code) => void (said.code = code),
    isTty: false,
  };
  try {
    await (await program(io, partsOf(room, folder, input), words)).parseAsync([...words], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) io.exit(error.exitCode);
    else {
      io.err(error instanceof Error ? error.message : String(error));
      io.exit(error instanceof UsageError ? exits.usage : exits.trouble);
      if (!(error instanceof UsageError))
        throw new Fault(`it throws: ${error instanceof Error ? error.stack : String(error)}`, { isTrouble: true });
    }
  }
  return said;
}

const INSIDE =
  /\n\s+at .*[:(]\d+|TypeError|RangeError|SyntaxError:|ReferenceError|Cannot read prop|is not a function|is not iterable|\[object Object\]|\bundefined\b|ZodError|node_modules/;

function judged({ out, err, code }: Said): 'accepted' | 'refused' {
  const shown = `code ${code}, said ${JSON.stringify(err.slice(0, 1500))}`;
  if (code === null) throw new Fault(`it ends without a code: ${shown}`, { isTrouble: true });
  if (!(Object.values(exits) as number[]).includes(code)) throw new Fault(`a code that is none of those documented: ${shown}`);
  if (INSIDE.test(err) || INSIDE.test(out.replaceAll(/"[^"\n]*"/g, '')))
    throw new Fault(`the inside comes out: ${shown} ${JSON.stringify(out.slice(0, 500))}`);
  if (code === exits.trouble && !err.includes(NOTHING_HERE)) throw new Fault(`trouble: ${shown}`, { isTrouble: true });
  if (code >= exits.usage && `${err}${out}`.trim() === '') throw new Fault(`it does not say what was wrong: ${shown}`);
  return code <= exits.no ? 'accepted' : 'refused';
}
