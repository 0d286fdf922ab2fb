/** `signalbox serve`: the server, in this process. What it is made of is put together elsewhere and handed in. */
import { Command } from 'commander';
import { exits } from '../exit-codes.ts';
import { speakThrough } from '../output.ts';
import type { Io } from '../output.ts';

export type ServeParts = {
  /** Starts the server and settles when it has ended; throws an error whose message is fit for people when it cannot start. */
  serve: (overrides: Readonly<Record<string, string>>) => Promise<void>;
};

export function serveCommand(io: Io, parts: ServeParts): Command {
  const command = new Command('serve')
    .description('run the server until it is interrupted; its settings come from the environment (docs/guide/configuration.md)')
    .option('--port <port>', 'as PORT; 0 takes a free one')
    .option('--host <host>', 'as HOST')
    .option('--data-dir <folder>', 'as DATA_DIR')
    .action(async (options: { port?: string; host?: string; dataDir?: string }) => {
      const overrides = Object.entries({ PORT: options.port, HOST: options.host, DATA_DIR: options.dataDir }).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      );
      try {
        await parts.serve(Object.fromEntries(overrides));
        io.exit(exits.ok);
      } catch (error) {
        io.err(error instanceof Error ? error.message : String(error));
        io.exit(1);
      }
    });
  return speakThrough(command, io);
}
