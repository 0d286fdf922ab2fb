/** Commands, started by a small process beside this one where this one is large and starts many. What they answer comes as if they were our own children. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import type { Duplex, Readable } from 'node:stream';
import { PassThrough, Writable } from 'node:stream';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '#lib/package-root.ts';
import { frame, framesTo } from './frames.ts';
import type { Closed, Failed, Frame, Start } from './frames.ts';

/** What of a child process is used here. `error`: it did not start. `close`: it ended, and all that it said was read. */
export type Command = {
  readonly signalCode: NodeJS.Signals | null;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  kill(signal: 'SIGTERM'): unknown;
  once(event: 'error', heard: (error: Error) => void): unknown;
  once(event: 'close', heard: (code: number | null) => void): unknown;
};

/** So many are started from here before it is worth a process: a program that asks git once or twice needs none. */
const STARTED_HERE = 4;
/** Nobody asked for so long: the process ends, and the next command starts it again. */
const IDLE_MS = 60_000;

let started = 0;
let runner: Runner | null = null;

/** Starts a program with arguments, without a shell, in a folder, with the variables of this process. */
export function startCommand(program: string, args: readonly string[], cwd: string): Command {
  started += 1;
  if (started <= STARTED_HERE) return spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], cwd });
  runner ??= new Runner();
  return runner.start({ program, args, cwd });
}

type Channel = Duplex & { ref(): unknown; unref(): unknown };
type Say = (kind: 'input' | 'input-end' | 'stop', payload?: Buffer, done?: (error?: Error | null) => void) => void;

/** The process that had started a command is gone, and nobody knows what became of it. */
export class RunnerLost extends Error {
  constructor(cause?: Error) {
    super('the process that starts commands has ended', { cause });
    this.name = 'RunnerLost';
  }
}

class Runner {
  readonly #process: ChildProcess;
  readonly #channel: Channel;
  readonly #running = new Map<number, Remote>();
  #last = 0;
  #idle: NodeJS.Timeout | null = null;

  constructor() {
    this.#process = spawn(process.execPath, [sourceOfRunner()], { stdio: ['ignore', 'ignore', 'inherit', 'pipe'], cwd: sep });
    this.#process.unref();
    this.#process.once('error', (error) => this.#end(error));
    // the fourth of its descriptors is a socket, which the types do not say
    this.#channel = this.#process.stdio[3] as unknown as Channel;
    this.#channel.on(
      'data',
      framesTo((each) => this.#hear(each)),
    );
    this.#channel.once('error', (error) => this.#end(error));
    this.#channel.once('close', () => this.#end());
    this.#channel.unref();
  }

  start(wanted: Start): Command {
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#last += 1;
    const command = this.#last;
    const remote = new Remote((kind, payload, done) => void this.#channel.write(frame(kind, command, payload), done));
    // a command that is under way keeps this process alive, as a child of its own would
    if (this.#running.size === 0) this.#channel.ref();
    this.#running.set(command, remote);
    this.#channel.write(frame('start', command, JSON.stringify(wanted)));
    return remote;
  }

  #hear({ kind, command, payload }: Frame): void {
    const remote = this.#running.get(command);
    if (remote === undefined) return;
    if (kind === 'output') remote.stdout.write(payload);
    else if (kind === 'error-output') remote.stderr.write(payload);
    else if (kind === 'closed') {
      this.#forget(command);
      remote.closed(JSON.parse(payload.toString()) as Closed);
    } else if (kind === 'failed') {
      this.#forget(command);
      const { code, message } = JSON.parse(payload.toString()) as Failed;
      remote.emit('error', Object.assign(new Error(message), { code }));
    }
  }

  #forget(command: number): void {
    this.#running.delete(command);
    if (this.#running.size > 0) return;
    this.#channel.unref();
    this.#idle = setTimeout(() => {
      this.#leave();
      this.#channel.destroy();
    }, IDLE_MS).unref();
  }

  #leave(): void {
    if (runner === this) runner = null;
  }

  #end(cause?: Error): void {
    this.#leave();
    for (const remote of this.#running.values()) remote.emit('error', new RunnerLost(cause));
    this.#running.clear();
  }
}

/** A command that the runner has started. */
class Remote extends EventEmitter implements Command {
  signalCode: NodeJS.Signals | null = null;
  readonly stdin: Writable;
  readonly stdout = new PassThrough();
  readonly stderr = new PassThrough();
  readonly #say: Say;

  constructor(say: Say) {
    super();
    this.#say = say;
    this.stdin = new Writable({
      write: (chunk: Buffer, _encoding, done) => say('input', chunk, done),
      final: (done) => {
        say('input-end');
        done();
      },
    });
  }

  kill(_signal: 'SIGTERM'): void {
    this.#say('stop');
  }

  closed({ code, signal }: Closed): void {
    this.signalCode = signal;
    let open = 2;
    const ended = (): void => {
      open -= 1;
      if (open === 0) this.emit('close', code, signal);
    };
    for (const stream of [this.stdout, this.stderr]) {
      stream.once('end', ended);
      stream.end();
      // what nobody reads is not waited for
      if (stream.listenerCount('data') === 0 && stream.readableFlowing === null) stream.resume();
    }
  }
}

/** The runner's own file: beside this one in a clone, beside the program in an installed package. */
function sourceOfRunner(): string {
  return import.meta.url.endsWith('.ts')
    ? fileURLToPath(new URL('./main.ts', import.meta.url))
    : join(packageRoot(), 'dist', 'git-runner.js');
}
