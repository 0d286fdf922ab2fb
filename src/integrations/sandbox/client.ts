/** Speaks HTTP to a sandbox. What makes sense to try again, or needs a person, is thrown as Trouble; a refusal is a value. */
import type { z } from 'zod';
import { Trouble } from '#ports/trouble.ts';
import type { Tools } from '#ports/integration.ts';
import { refusalSchema } from './schema.ts';
import type { RemoteRefusal } from './schema.ts';

/** Vendor calls end within this time. */
const LONGEST_CALL_MS = 10_000;
/** When the sandbox says "too many calls" without saying for how long. */
const PAUSE_AFTER_429_MS = 30_000;

export type Answered<T> = { ok: true; value: T } | { ok: false; refusal: RemoteRefusal };

export type SandboxClient = {
  get<T>(path: readonly string[], query: Record<string, string>, schema: z.ZodType<T>): Promise<T>;
  post<T>(path: readonly string[], body: unknown, schema: z.ZodType<T>): Promise<Answered<T>>;
  /** The address of something in the sandbox, for people. */
  address(path: readonly string[]): string;
};

/**
 * A client of the sandbox at `url`.
 *
 * @param longestCallMs for tests that will not wait ten seconds
 */
export function sandboxClient(url: string, tools: Pick<Tools, 'fetch' | 'signal'>, longestCallMs: number = LONGEST_CALL_MS): SandboxClient {
  const address = (path: readonly string[]): string => `${url.replace(/\/+$/, '')}/v1/${path.map(encodeURIComponent).join('/')}`;

  async function send(target: string, init: RequestInit): Promise<{ status: number; retryAfter: string | null; body: unknown }> {
    const isWrite = init.method === 'POST';
    const ending = AbortSignal.timeout(longestCallMs);
    const signal = tools.signal ? AbortSignal.any([ending, tools.signal]) : ending;
    try {
      const response = await tools.fetch(target, { ...init, signal, redirect: 'error' });
      const text = await response.text();
      return { status: response.status, retryAfter: response.headers.get('retry-after'), body: parsed(text) };
    } catch (error) {
      if (tools.signal?.aborted) throw new Trouble('the call to the sandbox was broken off', { mayHaveHappened: isWrite, cause: error });
      if (ending.aborted || nameOf(error) === 'TimeoutError')
        throw new Trouble(`the sandbox gave no answer within ${longestCallMs / 1000} s`, { mayHaveHappened: isWrite, cause: error });
      throw new Trouble(`the sandbox at ${url} cannot be reached: ${reason(error)}`, {
        mayHaveHappened: isWrite && !wasRefused(error),
        cause: error,
      });
    }
  }

  /** Throws what is trouble; leaves 200 and 409. */
  function sift(response: { status: number; retryAfter: string | null; body: unknown }, isWrite: boolean): void {
    const { status, body } = response;
    const said = refusalSchema.safeParse(body).data?.message ?? `status ${status}`;
    if (status === 200 || status === 409) return;
    if (status === 429)
      throw new Trouble(`the sandbox asks for a pause: ${said}`, { afterMs: pauseMs(response.retryAfter), mayHaveHappened: false });
    if (status >= 500) throw new Trouble(`the sandbox failed: ${said}`, { mayHaveHappened: isWrite });
    if (status === 401 || status === 403)
      throw new Trouble(`the sandbox lets us not in: ${said}`, { cure: 'person', mayHaveHappened: false });
    throw new Trouble(`the sandbox did not understand us (${status}): ${said}`, { cure: 'person', mayHaveHappened: false });
  }

  function read<T>(body: unknown, schema: z.ZodType<T>, isWrite: boolean): T {
    const result = schema.safeParse(body);
    if (result.success) return result.data;
    const issue = result.error.issues[0];
    throw new Trouble(`the sandbox answered something that is not its contract: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`, {
      mayHaveHappened: isWrite,
    });
  }

  return {
    address,
    async get(path, query, schema) {
      const search = new URLSearchParams(query).toString();
      const response = await send(`${address(path)}${search === '' ? '' : `?${search}`}`, { method: 'GET' });
      sift(response, false);
      return read(response.body, schema, false);
    },
    async post(path, body, schema) {
      const response = await send(address(path), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      sift(response, true);
      return response.status === 409
        ? { ok: false, refusal: read(response.body, refusalSchema, false) }
        : { ok: true, value: read(response.body, schema, true) };
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** `Retry-After` in seconds or as a date, in milliseconds from now. */
function pauseMs(header: string | null): number {
  const seconds = Number(header ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.ceil(seconds * 1000) : PAUSE_AFTER_429_MS;
}

function nameOf(error: unknown): string {
  return error instanceof Error || error instanceof DOMException ? error.name : '';
}

function reason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}

/** The connection was refused, so nothing of the request arrived. */
function wasRefused(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : null;
  return typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'ECONNREFUSED';
}
