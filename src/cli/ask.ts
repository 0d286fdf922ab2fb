/** How a command asks the server: finds it, asks, prints for people or as JSON, and ends with the right code. */
import { createClient, ProblemError, UnreachableError } from '#api/client.ts';
import type { Client } from '#api/client.ts';
import type { Problem, ProblemCode } from '#api/problem.ts';
import { refusalCodes } from '#domain/release/refusal.ts';
import { exits } from './exit-codes.ts';
import type { Exit } from './exit-codes.ts';
import type { Io } from './output.ts';
import { readSettings, UsageError } from './settings.ts';
import type { Environment } from './settings.ts';
import { paintFor } from './table.ts';
import type { Paint } from './table.ts';

/** What commands are given beside Io: the environment, standard input, and a clock for what is shown as "ago". */
export type Parts = { environment: Environment; standardInput: () => Promise<string>; now: () => number };

/** What a command works with once the server is known. */
export type Desk = { client: Client; url: string; paint: Paint; io: Io; parts: Parts };

/** What a command has to say. `json` is printed with --json, the lines without. `code` 0 when not said. */
export type Said = { lines: readonly string[]; json: unknown; code?: Exit };

/** Runs a command against the server. Each way in which it can end has its code. */
export async function ask(
  io: Io,
  parts: Parts,
  options: { json?: boolean | undefined },
  work: (desk: Desk) => Promise<Said>,
): Promise<void> {
  await ending(io, options, async () => {
    const settings = await readSettings(parts.environment);
    if (settings === null)
      throw new UsageError('no server is known yet: signalbox connect URL --key KEY, or set SIGNALBOX_URL and SIGNALBOX_KEY');
    const client = createClient({ baseUrl: settings.url, ...(settings.key === null ? {} : { key: settings.key }) });
    return work({ client, url: settings.url, paint: paintFor({ isTty: io.isTty, environment: parts.environment }), io, parts });
  });
}

/** Prints what a command says and ends with its code; what it throws becomes a sentence and a code. */
export async function ending(io: Io, options: { json?: boolean | undefined }, work: () => Promise<Said>): Promise<void> {
  try {
    const said = await work();
    if (options.json === true) io.out(JSON.stringify(said.json, null, 2));
    else for (const line of said.lines) io.out(line);
    io.exit(said.code ?? exits.ok);
  } catch (error) {
    complain(io, options, error);
  }
}

function complain(io: Io, options: { json?: boolean | undefined }, error: unknown): void {
  if (error instanceof ProblemError) {
    const { problem } = error;
    if (options.json === true) io.out(JSON.stringify(problem, null, 2));
    for (const line of problemLines(problem)) io.err(line);
    return io.exit(exitOf(problem));
  }
  if (error instanceof UnreachableError) {
    io.err(`${error.message}${causeOf(error)}`);
    return io.exit(exits.unreachable);
  }
  if (error instanceof UsageError) {
    io.err(error.message);
    return io.exit(exits.usage);
  }
  io.err(error instanceof Error ? error.message : String(error));
  io.exit(exits.trouble);
}

function causeOf(error: Error): string {
  const cause = error.cause instanceof Error ? (error.cause.cause instanceof Error ? error.cause.cause : error.cause) : null;
  const code = cause === null ? null : ((cause as { code?: unknown }).code ?? null);
  if (code === 'ECONNREFUSED') return ': nothing listens there. Is the server running (signalbox serve)?';
  if (code === 'ENOTFOUND') return ': there is no such host';
  return cause === null ? '' : `: ${cause.message}`;
}

export function problemLines(problem: Problem): string[] {
  const others = (problem.errors ?? [])
    .slice(0, 20)
    .map(({ path, detail, right }) => `  ${path}: ${detail}${right === null ? '' : ` (${right})`}`);
  return [`${problem.code}: ${problem.detail}`, ...others, ...(problem.right === null ? [] : [`  → ${problem.right}`])];
}

const inputCodes: readonly ProblemCode[] = [
  'invalid-input',
  'invalid-policy',
  'bad-cursor',
  'not-json',
  'not-this-format',
  'too-large',
  'key-reused',
  'no-such-route',
  'no-such-method',
  'not-found',
  'reason-too-short',
];
const rightsCodes: readonly ProblemCode[] = [
  'not-signed-in',
  'not-permitted',
  'wrong-origin',
  'wrong-password',
  'too-many-requests',
  'conflict',
  'stale',
  'link-spent',
];

function exitOf(problem: Problem): Exit {
  if (inputCodes.includes(problem.code)) return exits.usage;
  if (rightsCodes.includes(problem.code) || (refusalCodes as readonly string[]).includes(problem.code)) return exits.refused;
  return problem.code === 'not-ready' ? exits.unreachable : exits.trouble;
}

export type TrackName = { app: string; version: string; platform: string };

/** `music/8.9.2/ios`, as every command takes a track. */
export function trackOf(text: string): TrackName {
  const [app, version, platform, ...rest] = text.split('/');
  if (app === undefined || version === undefined || platform === undefined || rest.length > 0 || [app, version, platform].includes('')) {
    throw new UsageError(`"${text}" names no track: write app/version/platform, such as music/8.9.2/ios`);
  }
  return { app, version, platform };
}

/** All items of a paged list, at most `most`. */
export async function allPages<T>(
  fetchPage: (cursor: string | undefined) => Promise<{ items: T[]; next: string | null }>,
  most = 10_000,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await fetchPage(cursor);
    items.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined && items.length < most);
  return items.slice(0, most);
}

/** A file's text, or standard input for `-`. */
export async function textOf(file: string, parts: Parts): Promise<string> {
  if (file === '-') return parts.standardInput();
  const { readFile } = await import('node:fs/promises');
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

export function jsonOf(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${what} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A whole number out of an option. */
export function numberOf(text: string, what: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new UsageError(`${what} should be a number, not "${text}"`);
  return Number(text);
}
