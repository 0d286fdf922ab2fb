import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '#lib/package-root.ts';

/** How a command ended, with all that it wrote, in order. */
export type Ran = { ok: boolean; output: string; seconds: number };

/** The environment of npm scripts: the programs of our dependencies, Node first of all, before everyone else's. */
export function scriptEnvironment(more: Record<string, string> = {}): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${join(packageRoot(), 'node_modules', '.bin')}:${process.env['PATH'] ?? ''}`, ...more };
}

/** Runs a command from the package's folder and gathers what it writes. */
export function run(command: string, args: readonly string[]): Promise<Ran> {
  const startedAt = performance.now();
  const color: Record<string, string> =
    process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' };
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: packageRoot(),
      env: scriptEnvironment(color),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const gather = (text: string): void => void (output += text);
    child.stdout.setEncoding('utf8').on('data', gather);
    child.stderr.setEncoding('utf8').on('data', gather);
    const finish = (ok: boolean): void => resolve({ ok, output, seconds: (performance.now() - startedAt) / 1000 });
    child.on('error', (error) => {
      output += `${command} could not be started: ${error.message}\n`;
      finish(false);
    });
    child.on('close', (code) => finish(code === 0));
  });
}

/** Starts a command that lives as long as we do, with our terminal. */
export function start(command: string, args: readonly string[], more: Record<string, string> = {}): ChildProcess {
  return spawn(command, args, { cwd: packageRoot(), env: scriptEnvironment(more), stdio: 'inherit' });
}
