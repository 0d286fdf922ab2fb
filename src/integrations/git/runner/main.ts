/*
 * Starts commands for the program, which is large: the system copies a process's map of its memory to start another one, and a large process stands still for
 * 20 to 100 ms meanwhile. This one is small and does nothing else. It hears what to start on descriptor 3, and ends when that is closed.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { frame, framesTo } from './frames.ts';
import type { Closed, Failed, Start } from './frames.ts';

const DESCRIPTOR = 3;

const channel = new Socket({ fd: DESCRIPTOR, readable: true, writable: true });
const running = new Map<number, ChildProcess>();
let isFull = false;

// the program decides when it ends, also where a terminal interrupts both
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

/** Where the program reads slower than commands write, they wait. */
function say(bytes: Buffer): void {
  if (channel.write(bytes) || isFull) return;
  isFull = true;
  for (const child of running.values()) {
    child.stdout?.pause();
    child.stderr?.pause();
  }
}

channel.on('drain', () => {
  isFull = false;
  for (const child of running.values()) {
    child.stdout?.resume();
    child.stderr?.resume();
  }
});

channel.on(
  'data',
  framesTo(({ kind, command, payload }) => {
    const child = running.get(command);
    if (kind === 'start') start(command, JSON.parse(payload.toString()) as Start);
    else if (kind === 'input') child?.stdin?.write(payload);
    else if (kind === 'input-end') child?.stdin?.end();
    else if (kind === 'stop') child?.kill('SIGTERM');
  }),
);

function start(command: number, { program, args, cwd }: Start): void {
  const child = spawn(program, [...args], { stdio: ['pipe', 'pipe', 'pipe'], cwd });
  running.set(command, child);
  child.stdin.on('error', () => undefined);
  child.stdout.on('data', (bytes: Buffer) => say(frame('output', command, bytes)));
  child.stderr.on('data', (bytes: Buffer) => say(frame('error-output', command, bytes)));
  child.once('error', (error: NodeJS.ErrnoException) => {
    running.delete(command);
    say(frame('failed', command, JSON.stringify({ code: error.code ?? '', message: error.message } satisfies Failed)));
  });
  child.once('close', (code, signal) => {
    if (!running.delete(command)) return;
    say(frame('closed', command, JSON.stringify({ code, signal } satisfies Closed)));
  });
}

function end(): void {
  for (const child of running.values()) child.kill('SIGTERM');
  process.exit(0);
}
channel.on('error', end);
channel.on('close', end);
