import { type Command, CommanderError } from 'commander';

/** How a command speaks: lines to people, lines about errors, and the exit code. Injected, so that tests can listen. */
export type Io = {
  out(line: string): void;
  err(line: string): void;
  exit(code: number): void;
  isTty: boolean;
};

/** Exit codes of every command: done or "yes"; an answer that is "no"; a wrong call or a refusal. */
export const exitCodes = { ok: 0, no: 1, refused: 2 } as const;

/** The real thing: the process's own streams. It sets the exit code and lets the process end by itself, so that no output is cut off. */
export function processIo(): Io {
  return {
    out: (line) => void process.stdout.write(`${line}\n`),
    err: (line) => void process.stderr.write(`${line}\n`),
    exit: (code) => {
      process.exitCode = code;
    },
    isTty: process.stdout.isTTY === true,
  };
}

/**
 * Lets a command and its subcommands print through `io`, and throw instead of ending the process: a `CommanderError` with exit code 0 after
 * help, 2 after a wrong call. Whoever parses the arguments catches it and exits with that code.
 */
export function speakThrough(command: Command, io: Io): Command {
  const withoutEnd = (text: string) => text.replace(/\n$/u, '');
  command.configureOutput({
    writeOut: (text) => io.out(withoutEnd(text)),
    writeErr: (text) => io.err(withoutEnd(text)),
  });
  command.exitOverride((error) => {
    throw new CommanderError(error.exitCode === 0 ? exitCodes.ok : exitCodes.refused, error.code, error.message);
  });
  for (const each of command.commands) speakThrough(each, io);
  return command;
}
