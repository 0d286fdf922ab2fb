/** Runs a sandbox as a process of its own: `node src/integrations/sandbox/main.ts --port 4811 --file .data/sandbox.json`. */
import { parseArgs } from 'node:util';
import { serveSandbox } from './server.ts';

const { values } = parseArgs({
  options: { port: { type: 'string', default: '4811' }, file: { type: 'string', default: '.data/sandbox.json' } },
});

try {
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--port ${values.port} is no port: name a whole number from 0 to 65535`);
  const running = await serveSandbox({ port, file: values.file });
  process.stdout.write(`Sandbox at ${running.url}, kept in ${values.file}\n`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void running.stop().then(() => process.exit(0)));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
