/**
 * The real `git` binary, as a library would have it: plumbing commands only, spawned without a shell, read as streams.
 * Nothing that a repository's own configuration names is ever run: no hooks, no external diff or text conversion, no `ext::` transport.
 */
import { channel } from 'node:diagnostics_channel';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Trouble } from '#ports/trouble.ts';
import { writeWhole } from './files.ts';
import { RunnerLost, startCommand } from './runner/index.ts';
import type { Command } from './runner/index.ts';

/** What went wrong with a repository, in a code that callers can act on. */
export type GitFault =
  | 'no-git'
  | 'missing-path'
  | 'not-a-repository'
  | 'no-such-ref'
  | 'auth-needed'
  | 'unreachable'
  | 'empty'
  | 'incomplete-bundle'
  | 'refused'
  | 'too-large'
  | 'locked'
  | 'damaged'
  | 'failed';

/** Trouble with git. `fault` says which; the message names the repository (never a password in its address) and what would be right. */
export class GitTrouble extends Trouble {
  readonly fault: GitFault;

  constructor(fault: GitFault, message: string, options: { cause?: unknown } = {}) {
    super(message, {
      cure: fault === 'unreachable' || fault === 'locked' ? 'again' : 'person',
      mayHaveHappened: false,
      cause: options.cause,
    });
    this.name = 'GitTrouble';
    this.fault = fault;
  }
}

export type GitRun = {
  /** Written to standard input, then it is closed. */
  input?: string;
  /** Whole lines of standard error as they come: git's own progress. */
  onProgress?: (line: string) => void;
  signal?: AbortSignal;
  /** Milliseconds after which the command is ended; none by default. */
  timeoutMs?: number;
  /** The most bytes of any one file that the command writes: a pack that grows past it ends the command. */
  mostFileBytes?: number;
  /** The most bytes that `text` takes; 256 MB when not said. */
  mostBytes?: number;
};

/** A listing of half a million commits has less. */
const MOST_TEXT_BYTES = 256 * 2 ** 20;

export type Git = {
  /** All of standard output as text. Throws GitTrouble when git fails. */
  text(args: readonly string[], run?: GitRun): Promise<string>;
  /** Standard output as it comes. */
  stream(args: readonly string[], onChunk: (chunk: Buffer) => void, run?: GitRun): Promise<void>;
  /** Pipes one git command into another (`diff-tree -p` into `patch-id`) and returns the second one's output. */
  pipe(first: readonly string[], second: readonly string[], run?: GitRun): Promise<string>;
};

/** Options before every command; they win over what a repository or a user has configured. */
const ALWAYS = [
  '--no-pager',
  '--no-optional-locks',
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.quotePath=true',
  '-c',
  'core.attributesFile=/dev/null',
  '-c',
  'protocol.ext.allow=never',
  '-c',
  'i18n.logOutputEncoding=UTF-8',
  '-c',
  // No question can be answered by anyone here; ssh must fail rather than wait. GIT_SSH_COMMAND still wins.
  'core.sshCommand=ssh -oBatchMode=yes',
  '-c',
  // larger files are streamed and never compared: an object of a hostile repository is not held in memory
  'core.bigFileThreshold=16m',
  '-c',
  'gc.auto=0',
  '-c',
  'maintenance.auto=false',
  '-c',
  'advice.detachedHead=false',
];

/** Every command as it starts, for whoever measures or traces: `gitDir`, `args`, the text given to it, and the command that it is piped into. */
export const gitRuns = channel('signalbox:git');
export type GitRunMessage = { gitDir: string | null; args: readonly string[]; input: string | null; into: readonly string[] | null };

/** Transports that git may use. `ext` and `fd` run commands of the address's choosing; unknown helpers are programs of a name of its choosing. */
const TRANSPORTS = 'file:git:http:https:ssh';

/**
 * Commands on one git directory, or on none (`ls-remote`, `version`).
 *
 * @param options.gitDir the bare repository; every command gets it explicitly, so no discovery happens and ownership is not asked
 * @param options.before further options of git's own, before the command
 * @param options.configFile a file made by `ensureConfig`, read in place of the user's own, which it includes
 */
export function git(options: { gitDir?: string; configFile?: string; before?: readonly string[] } = {}): Git {
  const before = [...ALWAYS, ...(options.before ?? []), ...(options.gitDir === undefined ? [] : [`--git-dir=${options.gitDir}`])];
  const underOurs = environment(options.configFile);
  const start = (args: readonly string[], mostFileBytes?: number) => {
    const words = ['env', ...underOurs, ...before, ...args];
    // the shell sets its own limit, which what it becomes keeps; the words are its arguments and are not read as a script
    const [command = '', ...rest] =
      mostFileBytes === undefined ? words : ['sh', '-c', `ulimit -f ${Math.ceil(mostFileBytes / 512)} && exec "$@"`, 'sh', ...words];
    return startCommand(command, rest, options.gitDir ?? path.sep);
  };

  const announce = (args: readonly string[], run: GitRun, into: readonly string[] | null) => {
    if (!gitRuns.hasSubscribers) return;
    const message: GitRunMessage = {
      gitDir: options.gitDir ?? null,
      args: [...before, ...args],
      input: typeof run.input === 'string' ? run.input : null,
      into: into && [...before, ...into],
    };
    gitRuns.publish(message);
  };

  async function stream(args: readonly string[], onChunk: (chunk: Buffer) => void, run: GitRun = {}): Promise<void> {
    announce(args, run, null);
    const child = start(args, run.mostFileBytes);
    child.stdout.on('data', onChunk);
    await ended(child, args, run);
  }

  return {
    stream,
    async text(args, run = {}) {
      const { mostBytes = MOST_TEXT_BYTES } = run;
      const chunks: Buffer[] = [];
      const enough = new AbortController();
      let seen = 0;
      const take = (chunk: Buffer): void => {
        seen += chunk.length;
        if (seen <= mostBytes) chunks.push(chunk);
        else enough.abort();
      };
      try {
        await stream(args, take, {
          ...run,
          signal: run.signal === undefined ? enough.signal : AbortSignal.any([run.signal, enough.signal]),
        });
      } catch (error) {
        throw seen > mostBytes
          ? new GitTrouble('too-large', `git ${verb(args)} told more than ${mostBytes} bytes`, { cause: error })
          : error;
      }
      return Buffer.concat(chunks).toString('utf8');
    },
    async pipe(first, second, run = {}) {
      announce(first, run, second);
      const source = start(first);
      const sink = start(second);
      source.stdout.pipe(sink.stdin);
      const chunks: Buffer[] = [];
      sink.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
      const { input: _, onProgress: __, ...limits } = run;
      const results = await Promise.allSettled([ended(source, first, run), ended(sink, second, { ...limits, keepInput: true })]);
      const failed = results.find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
      return Buffer.concat(chunks).toString('utf8');
    },
  };
}

async function ended(child: Command, args: readonly string[], run: GitRun & { keepInput?: boolean }): Promise<void> {
  let tail = '';
  let line = '';
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (text: string) => {
    tail = (tail + text).slice(-4000);
    const parts = (line + text).split(/[\r\n]+/);
    line = parts.pop() ?? '';
    for (const part of parts) run.onProgress?.(part);
  });
  // A reader that has seen enough closes early; that is no fault of ours.
  child.stdin.on('error', () => {});
  const stop = () => void child.kill('SIGTERM');
  run.signal?.addEventListener('abort', stop, { once: true });
  const timer = run.timeoutMs === undefined ? null : setTimeout(stop, run.timeoutMs);
  try {
    const closed = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (run.keepInput !== true) child.stdin.end(run.input);
    const code = await closed;
    if (run.signal?.aborted) throw new GitTrouble('unreachable', `git ${verb(args)} was stopped before it ended`);
    if (code === null && child.signalCode === 'SIGXFSZ') throw tooLarge(args, run);
    if (code === null) throw new GitTrouble('unreachable', `git ${verb(args)} did not end within ${run.timeoutMs ?? 0} ms`);
    // What `env` ends with when there is no such program.
    if (code === 127) throw notInstalled();
    if (code !== 0 && run.mostFileBytes !== undefined && /File too large|signal 25|SIGXFSZ/i.test(tail)) throw tooLarge(args, run);
    if (code !== 0) throw faultOf(verb(args), code, tail);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') throw notInstalled(error);
    if (error instanceof RunnerLost) throw new GitTrouble('unreachable', `git ${verb(args)}: ${error.message}`, { cause: error });
    throw error;
  } finally {
    if (timer) clearTimeout(timer);
    run.signal?.removeEventListener('abort', stop);
  }
}

function tooLarge(args: readonly string[], run: GitRun): GitTrouble {
  return new GitTrouble(
    'too-large',
    `git ${verb(args)}: the repository is larger than the ${run.mostFileBytes ?? 0} bytes that are taken of one`,
  );
}

function notInstalled(cause?: unknown): GitTrouble {
  return new GitTrouble('no-git', 'git is not installed, or not on the PATH (needed: git 2.30 or later)', { cause });
}

function verb(args: readonly string[]): string {
  return args.find((arg) => !arg.startsWith('-')) ?? 'git';
}

/** What only the source's side of a fetch says of itself. Texts: upload-pack.c, pack-objects.c, fetch-pack.c, refs/files-backend.c of git. */
export const OF_THE_SOURCE_ITSELF =
  /not our ref|possible repository corruption|remote error: .*(corrupt|unable to read)|trying to write non-commit object/;

/** What git says in English (LC_ALL=C), as a fault of ours. Texts: transport.c, remote-curl.c, connect.c, bundle.c of git. */
function faultOf(command: string, code: number, said: string): GitTrouble {
  const words = withoutSecrets(
    said
      .trim()
      .split('\n')
      .filter((line) => !/^(remote: )?(Counting|Compressing|Receiving|Resolving|Enumerating|Total)/.test(line))
      .slice(-4)
      .join(' · '),
  );
  const is = (pattern: RegExp) => pattern.test(said);
  if (
    is(
      /could not read (Username|Password)|Authentication failed|terminal prompts disabled|Permission denied|HTTP Basic: Access denied|returned error: 40[13]|Host key verification failed/i,
    )
  ) {
    return new GitTrouble(
      'auth-needed',
      `git ${command}: the repository asks who you are (${words}). Give git a credential helper, an SSH key or a token in the address`,
    );
  }
  // before what reads as a broken line: a server that finds its own repository broken hangs up too
  if (is(OF_THE_SOURCE_ITSELF) || is(/did not send all necessary objects|exists; cannot create/)) {
    return new GitTrouble('damaged', `git ${command}: something in the repository cannot be read (${words})`);
  }
  if (
    is(
      /Could not resolve host|Connection (refused|timed out|reset)|Operation timed out|Failed to connect|early EOF|hung up|returned error: 5\d\d|Network is unreachable/i,
    )
  ) {
    return new GitTrouble('unreachable', `git ${command}: the repository cannot be reached now (${words})`);
  }
  if (is(/Unable to create '[^']*\.lock'|cannot lock ref|could not lock config file|[Uu]nable to (lock|write) .*\.lock|: File exists/)) {
    return new GitTrouble('locked', `git ${command}: another process is at the same mirror (${words})`);
  }
  if (is(/lacks these prerequisite commits/i))
    return new GitTrouble(
      'incomplete-bundle',
      `git ${command}: the bundle rests on commits that it does not hold (${words}). Make it with: git bundle create FILE --all`,
    );
  if (is(/transport '.*' not allowed/i))
    return new GitTrouble(
      'refused',
      `git ${command}: this kind of address is not permitted (${words}). Permitted: a path, file, git, http, https, ssh`,
    );
  if (
    is(
      /[Nn]ot a git repository|does not appear to be a git repository|[Rr]epository .*not found|returned error: 404|is not a .*bundle|not a v2 or v3 bundle|unrecognized header/,
    )
  ) {
    return new GitTrouble('not-a-repository', `git ${command}: this is no git repository (${words})`);
  }
  if (
    is(
      /unknown revision|bad revision|[Nn]ot a valid object name|couldn't find remote ref|invalid object name|bad object|ambiguous argument|Needed a single revision/,
    )
  ) {
    return new GitTrouble('no-such-ref', `git ${command}: no such branch, tag or commit (${words})`);
  }
  return new GitTrouble('failed', `git ${command} ended with ${code} (${words || 'no message'})`);
}

/** An address or a message without the user name and password that an address may carry. */
export function withoutSecrets(text: string): string {
  return text.replaceAll(/([a-z][a-z0-9+.-]*:\/\/)[^/@\s'"]*@/gi, '$1');
}

/** Variables that would point git elsewhere, or make it run or write something. */
const UNSET = [
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_COMMON_DIR',
  'GIT_INDEX_FILE',
  'GIT_NAMESPACE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_CONFIG_PARAMETERS',
  'GIT_CONFIG_COUNT',
  'GIT_CEILING_DIRECTORIES',
  'GIT_EXTERNAL_DIFF',
  'GIT_DIFF_OPTS',
  'GIT_GRAFT_FILE',
  'GIT_SHALLOW_FILE',
  'GIT_TEMPLATE_DIR',
  'GIT_ATTR_SOURCE',
  'GIT_TRACE',
  'GIT_TRACE_SETUP',
  'GIT_TRACE2',
  'GIT_TRACE2_EVENT',
];

/**
 * `env` with what it is given before the command: our variables on top of those that git inherits (PATH, HOME, the SSH agent, proxies). By `env`, because
 * only config.ts reads the environment.
 */
function environment(configFile: string | undefined): string[] {
  return [
    ...UNSET.flatMap((name) => ['-u', name]),
    'LC_ALL=C',
    'LANGUAGE=C',
    'GIT_TERMINAL_PROMPT=0',
    'GIT_ASKPASS=',
    'SSH_ASKPASS=',
    'GIT_CONFIG_NOSYSTEM=1',
    `GIT_ALLOW_PROTOCOL=${TRANSPORTS}`,
    'GIT_NO_REPLACE_OBJECTS=1',
    'GIT_LITERAL_PATHSPECS=1',
    ...(configFile === undefined ? [] : [`GIT_CONFIG_GLOBAL=${configFile}`]),
    'git',
  ];
}

/**
 * Our own configuration file in `directory`, and its path. It includes the user's (credential helpers, certificates, `insteadOf`) and then says that a
 * source may belong to another user: the person who named the repository meant it, and `upload-pack` in the source would refuse otherwise.
 * A file, because git strips `-c` from the environment of the `upload-pack` that it starts in another local repository.
 */
export async function ensureConfig(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  const file = path.join(directory, 'gitconfig');
  const lines = [
    '[include]',
    '\tpath = ~/.config/git/config',
    '\tpath = ~/.gitconfig',
    '[safe]',
    '\tdirectory = *',
    '[core]',
    '\thooksPath = /dev/null',
    '\tfsmonitor = false',
    '[protocol "ext"]',
    '\tallow = never',
    '[protocol "file"]',
    '\tallow = user',
    '[fetch]',
    '\trecurseSubmodules = false',
    '\twriteCommitGraph = false',
    '[gc]',
    '\tauto = 0',
    '',
  ];
  await writeWhole(file, lines.join('\n'));
  return file;
}

/** A commit id of the caller's, which goes onto a command line. */
export function commitId(text: string): string {
  if (!/^[0-9a-f]{7,64}$/.test(text))
    throw new GitTrouble('no-such-ref', `git: "${text}" is no commit id; right would be 7 to 64 hexadecimal digits`);
  return text;
}
