/** The command line: puts the commands together, and hands them what other rooms give. */
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { CommanderError } from 'commander';
import { program } from './program.ts';
import type { ProgramParts } from './program.ts';
import { exits } from './exit-codes.ts';
import { processIo } from './output.ts';
import { UsageError } from './settings.ts';
import { packageVersion } from '#lib/package-root.ts';

// a reader that goes away (signalbox … | head) is no trouble
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exits.ok);
  throw error;
});

const io = processIo();

const parts: ProgramParts = {
  version: packageVersion(),
  environment: process.env,
  standardInput: () => text(process.stdin),
  now: () => Date.now(),
  // these rooms are loaded when they are asked for: a version is compared without a database
  serve: async (overrides) => (await import('../main.ts')).runSignalbox({ ...process.env, ...overrides }, (line) => io.out(line)),
  demo: async (options, say) => (await import('../main.ts')).runDemo(options, process.env, say),
  backup: async (wish) => (await import('../main.ts')).runBackup(wish, process.env),
  restore: async (wish) => (await import('../main.ts')).runRestore(wish, process.env),
  examineHere: async () => (await import('../main.ts')).examineHere(process.env),
  analyse: async (request) => {
    const [{ analyseRepository }, { readConfig }] = await Promise.all([import('#integrations/git/analyse.ts'), import('#config')]);
    return analyseRepository({ ...request, dataDir: join(readConfig(process.env).dataDir, 'git') });
  },
  readEnvelope: async (file) => (await import('#integrations/sentry/found.ts')).foundInFile(file),
  serveSandbox: async (options) => (await import('#integrations/sandbox/server.ts')).serveSandbox(options),
};

try {
  const words = process.argv.slice(2);
  await (await program(io, parts, words)).parseAsync(words, { from: 'user' });
} catch (error) {
  if (error instanceof CommanderError) io.exit(error.exitCode);
  else {
    io.err(error instanceof Error ? error.message : String(error));
    io.exit(error instanceof UsageError ? exits.usage : exits.trouble);
  }
}
