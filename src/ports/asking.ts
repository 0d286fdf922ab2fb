/** Asking a vendor over HTTP for JSON: what may pass, what needs a person, and what is no answer is told apart in one place. */
import type { z } from 'zod';
import type { Tools } from './integration.ts';
import { Trouble } from './trouble.ts';

/** Vendor calls end within this time. */
const LONGEST_CALL_MS = 10_000;
/** When a vendor says "too many" without saying for how long. */
const PAUSE_AFTER_429_MS = 60_000;
const LONGEST_WORDS = 300;

export type Asking = {
  /** Whom, in a sentence: `Sentry`. */
  whom: string;
  tools: Pick<Tools, 'fetch' | 'signal'>;
  /** For tests that will not wait ten seconds. */
  longestMs?: number;
  /** The vendor's own words in the body of a refusal; null: it has none that can be read. */
  wordsIn: (body: unknown, text: string) => string | null;
  /** Milliseconds to wait after "too many", where the vendor says it otherwise than by `Retry-After`; null: it does not say. */
  pauseIn?: (headers: Headers, body: unknown) => number | null;
};

export type Told<T> = { value: T; headers: Headers };

/**
 * Sends a request that changes nothing and reads its answer.
 *
 * @throws Trouble: `again` when nobody answers in time, for 429 (not before the pause that is asked for), 5xx and what cannot be read; `person` for every other refusal
 */
export async function ask<T>(
  { whom, tools, longestMs = LONGEST_CALL_MS, wordsIn, pauseIn }: Asking,
  url: string,
  init: RequestInit,
  schema: z.ZodType<T>,
): Promise<Told<T>> {
  const ending = AbortSignal.timeout(longestMs);
  const signal = tools.signal === undefined ? ending : AbortSignal.any([tools.signal, ending]);
  const { status, headers, text } = await answered(whom, () => tools.fetch(url, { ...init, redirect: 'error', signal }), ending, longestMs);
  const body = parsed(text);
  if (status >= 200 && status < 300) {
    if (body === undefined) throw new Trouble(`${whom} answered what is no JSON, or broke off: ${shortened(text)}`, HARMLESS);
    const read = schema.safeParse(body);
    if (read.success) return { value: read.data, headers };
    const issue = read.error.issues[0];
    throw new Trouble(`${whom} answered what is not its contract: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`, HARMLESS);
  }
  const words = wordsIn(body, text) ?? `status ${status}`;
  if (status === 429)
    throw new Trouble(`${whom} asks for a pause: ${shortened(words)}`, {
      ...HARMLESS,
      afterMs: retryAfterMs(headers.get('retry-after')) ?? pauseIn?.(headers, body) ?? PAUSE_AFTER_429_MS,
    });
  if (status >= 500) throw new Trouble(`${whom} failed (${status}): ${shortened(words)}`, HARMLESS);
  if (status === 401 || status === 403) throw new Trouble(`${whom} lets us not in (${status}): ${shortened(words)}`, NEEDS_SOMEONE);
  throw new Trouble(`${whom} did not do what was asked (${status}): ${shortened(words)}`, NEEDS_SOMEONE);
}

const HARMLESS = { mayHaveHappened: false } as const;
const NEEDS_SOMEONE = { cure: 'person', mayHaveHappened: false } as const;

async function answered(
  whom: string,
  send: () => Promise<Response>,
  ending: AbortSignal,
  longestMs: number,
): Promise<{ status: number; headers: Headers; text: string }> {
  try {
    const response = await send();
    return { status: response.status, headers: response.headers, text: await response.text() };
  } catch (error) {
    // what may not be reached says so itself, and what would permit it
    if (error instanceof Trouble || (error instanceof Error && error.name === 'OutOfReach')) throw error;
    if (ending.aborted) throw new Trouble(`${whom} gave no answer within ${longestMs / 1000} s`, { ...HARMLESS, cause: error });
    throw new Trouble(`${whom} cannot be reached: ${reasonOf(error)}`, { ...HARMLESS, cause: error });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > LONGEST_WORDS ? `${line.slice(0, LONGEST_WORDS - 1)}…` : line;
}

/** `Retry-After` in seconds, in milliseconds. */
function retryAfterMs(header: string | null): number | null {
  const seconds = Number(header ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.ceil(seconds * 1000) : null;
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
