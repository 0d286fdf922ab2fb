/** For tests: a command as it is called, with all that it says. */
import { CommanderError } from 'commander';
import type { Command } from 'commander';
import type { Io } from '../output.ts';

export type Heard = { out: string[]; err: string[]; code: number | null };

/** Runs a command with the words behind its name. `code` null: it said none, which is success. */
export async function heardFrom(command: (io: Io) => Command, args: readonly string[]): Promise<Heard> {
  const heard: Heard = { out: [], err: [], code: null };
  const io: Io = {
    out: (line) => void heard.out.push(line),
    err: (line) => void heard.err.push(line),
    exit: (code) => {
      heard.code = code;
    },
    isTty: false,
  };
  try {
    await command(io).parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    heard.code = error.exitCode;
  }
  return heard;
}
