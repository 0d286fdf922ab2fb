/** Speaks HTTP to a running sandbox: pulls levers and reads its state. */
import { z } from 'zod';

export const releaseShown = z.looseObject({
  version: z.string(),
  build: z.string(),
  state: z.string(),
  percent: z.number(),
  key: z.string().nullable(),
});
export const listingShown = z.looseObject({
  storefront: z.string(),
  app: z.string(),
  platform: z.string(),
  releases: z.array(releaseShown),
});
const itemShown = z.looseObject({
  app: z.string(),
  kind: z.string(),
  key: z.string(),
  at: z.string(),
  payload: z.record(z.string(), z.unknown()),
});
const messageShown = z.looseObject({
  app: z.string(),
  channel: z.string(),
  key: z.string(),
  text: z.string(),
  urgent: z.boolean(),
  at: z.string(),
});
const writeShown = z.looseObject({
  at: z.string(),
  on: z.string(),
  call: z.string(),
  app: z.string(),
  platform: z.string().nullable(),
  version: z.string().nullable(),
  percent: z.number().nullable(),
  key: z.string().nullable(),
  outcome: z.string(),
  note: z.string(),
});
const stateShown = z.looseObject({
  now: z.string(),
  clock: z.looseObject({ fixedAt: z.string().nullable(), offsetMs: z.number() }),
  reviewAfterMinutes: z.number().nullable(),
  listings: z.array(listingShown),
  items: z.array(itemShown),
  messages: z.array(messageShown),
  faults: z.array(z.looseObject({ on: z.string().nullable(), calls: z.string(), what: z.string(), times: z.number() })),
  writes: z.array(writeShown),
});
/** The sandbox's state, as far as commands show it. */
export type SandboxState = z.infer<typeof stateShown>;

const pulled = z.object({ note: z.string(), about: z.unknown() });
export type Pulled = z.infer<typeof pulled>;
const refusal = z.looseObject({ message: z.string(), help: z.string().default('') });

/** Why a command did not get its way. `unreachable`: nothing answers; `input`: the command was wrong; `refused`: the sandbox's rules; `trouble`: it failed. */
export class SandboxError extends Error {
  readonly why: 'unreachable' | 'input' | 'refused' | 'trouble';

  constructor(why: SandboxError['why'], message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'SandboxError';
    this.why = why;
  }
}

export type SandboxClient = { pull(lever: Record<string, unknown>): Promise<Pulled>; state(): Promise<SandboxState> };

const LONGEST_CALL_MS = 10_000;

/** A client of the sandbox at `url`. Throws SandboxError. */
export function sandboxClient(url: string): SandboxClient {
  async function ask<T>(path: string, init: RequestInit, schema: z.ZodType<T>): Promise<T> {
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${url.replace(/\/+$/u, '')}${path}`, {
        ...init,
        signal: AbortSignal.timeout(LONGEST_CALL_MS),
        redirect: 'error',
      });
      text = await response.text();
    } catch (error) {
      throw new SandboxError(
        'unreachable',
        `no sandbox answers at ${url}: start one with "signalbox sandbox serve", or name another with --url`,
        error,
      );
    }
    const body = read(text);
    if (!response.ok) {
      const said = refusal.safeParse(body).data;
      const words = said ? `${said.message}${said.help === '' ? '' : `; ${said.help}`}` : `status ${response.status}`;
      throw new SandboxError(response.status === 409 ? 'refused' : response.status < 500 ? 'input' : 'trouble', words);
    }
    const parsed = schema.safeParse(body);
    if (!parsed.success) throw new SandboxError('trouble', `what answers at ${url} is no sandbox of this version`);
    return parsed.data;
  }

  return {
    pull: (lever) =>
      ask('/v1/levers', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(lever) }, pulled),
    state: () => ask('/v1/state', { method: 'GET' }, stateShown),
  };
}

function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
