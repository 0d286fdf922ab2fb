import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { loadedBy } from '../../test/setup/loaded.ts';
import { loadedWith } from '../../test/setup/source.ts';
import { commandTable } from './command-table.ts';
import type { CommandParts } from './command-table.ts';
import { exits } from './exit-codes.ts';
import type { Io } from './output.ts';
import { program } from './program.ts';

const io: Io = { out: () => {}, err: () => {}, exit: () => {}, isTty: false };
const notHere = async (): Promise<never> => {
  throw new Error('this is not started here');
};
const parts: CommandParts & { version: string } = {
  version: '0.0.0',
  environment: {},
  standardInput: async () => '',
  now: () => 0,
  serve: notHere,
  demo: notHere,
  backup: notHere,
  restore: notHere,
  examineHere: notHere,
  analyse: notHere,
  readEnvelope: notHere,
  serveSandbox: notHere,
};

const namesFor = async (...words: string[]): Promise<string[]> => (await program(io, parts, words)).commands.map((each) => each.name());
const everyName = commandTable.flatMap(({ names }) => names);

/** Whose own work needs schemas. The others ask a server, which has them, or need none. */
const WITH_SCHEMAS = ['build-number', 'health', 'sandbox', 'version'];
const HEAVY = ['zod', 'yaml'];

test.each(commandTable.map(({ names, load }) => ({ names, load })))(
  'the module that is loaded for $names has these commands and no other',
  async ({ names, load }) => {
    const commands = await load(io, parts);
    expect(commands.map((each) => each.name())).toEqual(names);
    expect(commands.flatMap((each) => each.aliases())).toEqual([]);
  },
);

test('a name stands in the table once', () => {
  expect(new Set(everyName).size).toBe(everyName.length);
});

test('what is no name of a command has every command, for its help and its suggestions', async () => {
  for (const words of [[], ['--help'], ['help', 'status'], ['statu'], ['constructor'], ['--', 'status']])
    expect(await namesFor(...words)).toEqual(everyName);
});

test('a name has the commands of its module, and the version is told without any', async () => {
  expect(await namesFor('explain', 'music/8.9.2/ios')).toEqual(['status', 'plan', 'explain']);
  expect(await namesFor('--version')).toEqual([]);
  expect(await namesFor('-V')).toEqual([]);
});

test('a command that only asks a server loads no schemas, and the program loads no command that is not asked for', () => {
  const modules = readdirSync(join(import.meta.dirname, 'commands')).filter((file) => !/\.test\.ts$|^testing\.ts$/.test(file));
  expect(modules.length).toBeGreaterThan(15);
  const { packages } = loadedWith(
    ...modules.filter((file) => !WITH_SCHEMAS.includes(file.replace('.ts', ''))).map((file) => `src/cli/commands/${file}`),
  );
  expect(HEAVY.flatMap((name) => packages.get(name) ?? [])).toEqual([]);
  const start = loadedWith('src/cli/main.ts');
  expect(start.files.filter((file) => file.startsWith('src/cli/commands/'))).toEqual([]);
  expect([...start.packages.keys()].filter((name) => !name.startsWith('node:'))).toEqual(['commander']);
});

test('a process that asks a server loads that command only', () => {
  const { status, loaded } = loadedBy([join(import.meta.dirname, 'main.ts'), 'status'], {
    SIGNALBOX_URL: 'http://127.0.0.1:1',
    SIGNALBOX_KEY: 'sbx_x',
  });
  expect(status).toBe(exits.unreachable);
  const commands = loaded.filter((url) => url.includes('/src/cli/commands/')).map((url) => basename(url));
  expect(commands).toEqual(['look.ts', 'forecast.ts']);
  expect(loaded.filter((url) => HEAVY.some((name) => url.includes(`/node_modules/${name}/`)))).toEqual([]);
});
