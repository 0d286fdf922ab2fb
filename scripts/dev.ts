/*
 * The program for those who change it: the server, started again at every change of its sources, and Vite's server for the web pages, which passes /api on.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '#lib/package-root.ts';
import { start } from './run.ts';

const hasWeb = existsSync(join(packageRoot(), 'web', 'index.html'));
const children = [
  start('node', ['--watch', '--watch-preserve-output', 'src/main.ts'], { LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'debug' }),
  ...(hasWeb ? [start('vite', ['--clearScreen', 'false'])] : []),
];

// Ctrl-C reaches the children too, being in our group; other signals are passed on. When one ends, all do.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (signal !== 'SIGINT') for (const child of children) child.kill(signal);
  });
}
for (const child of children) {
  child.on('error', (error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
  child.on('exit', (code) => {
    process.exitCode ??= code ?? 0;
    for (const other of children) if (other.exitCode === null && other.signalCode === null) other.kill('SIGTERM');
  });
}
