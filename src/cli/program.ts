/** All commands under one name. */
import { Command } from 'commander';
import { commandTable } from './command-table.ts';
import type { CommandParts } from './command-table.ts';
import { EXIT_HELP } from './exit-codes.ts';
import { speakThrough } from './output.ts';
import type { Io } from './output.ts';

export type ProgramParts = CommandParts & { version: string };

const VERSION_FLAGS = ['-V', '--version'] as const;

/** The program as a call with these words needs it: parse the same words with it. Without words it has every command. */
export async function program(io: Io, parts: ProgramParts, words: readonly string[]): Promise<Command> {
  const command = new Command('signalbox')
    .description('The control room for the releases of mobile and desktop apps')
    .version(parts.version, VERSION_FLAGS.join(', '))
    .showHelpAfterError('(--help lists what there is)')
    .addHelpText('after', EXIT_HELP);
  for (const each of await commandsFor(words[0], io, parts)) command.addCommand(each);
  return speakThrough(command, io);
}

/** The module that has the command of this name. Where the word is none, all of them, so that help and suggestions know every command. */
async function commandsFor(word: string | undefined, io: Io, parts: ProgramParts): Promise<Command[]> {
  if ((VERSION_FLAGS as readonly (string | undefined)[]).includes(word)) return [];
  const named = commandTable.filter(({ names }) => word !== undefined && names.includes(word));
  const loaded = await Promise.all((named.length === 0 ? commandTable : named).map(({ load }) => load(io, parts)));
  return loaded.flat();
}
