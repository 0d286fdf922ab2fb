/**
 * The typed client of the API, for the browser and for Node: one method for each route of the contract. The contract gives the types only: what is loaded is the
 * table of its routes, because its schemas are many and nobody calls a server faster for having them.
 */
import type { RouteId, RouteOf } from './contract.ts';
import { problemIn, problemOf } from './problem.ts';
import type { Problem } from './problem.ts';
import type { AnswerOf, AskOf, Route } from './route.ts';
import { routes } from './routes.ts';

/** The parts of `fetch` that the client uses. */
type Response = {
  status: number;
  ok: boolean;
  headers: { get(name: string): string | null };
  text(): Promise<string>;
  body: unknown;
};
export type Fetch = (
  url: string,
  init: { method: string; headers: Record<string, string>; body?: string; credentials?: 'same-origin'; signal?: never },
) => Promise<Response>;

// what every place where this runs has, and the language's own library does not name
declare const TextDecoder: new () => { decode(bytes?: Uint8Array, options?: { stream?: boolean }): string };

/** What the server said no with. `problem` has the code, what was wrong and what would be right. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(found: Problem) {
    super(found.detail);
    this.name = 'ProblemError';
    this.problem = found;
  }
}

/** The server could not be asked at all, or did not speak as a Signalbox does. */
export class UnreachableError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'UnreachableError';
  }
}

export type ClientOptions = {
  /** `http://127.0.0.1:4600`; empty in the browser, for its own origin. */
  baseUrl: string;
  /** An API key `sbx_…`; without it the browser's session cookie counts. */
  key?: string;
  fetch?: Fetch;
};

/** A streamed route gives each line to `onLine` as it comes, and answers the last one. */
type Listening<R> = R extends { streams: 'ndjson' } ? { onLine?: (line: AnswerOf<R>) => void } : unknown;
/** The parts that a caller must hand over; undefined where there is none. */
type RequiredOf<T> = { [K in keyof T as undefined extends T[K] ? never : K]: true } extends infer Must
  ? keyof Must extends never
    ? undefined
    : keyof Must
  : never;
type Method<R> = keyof AskOf<R> extends never
  ? (ask?: Listening<R>) => Promise<AnswerOf<R>>
  : undefined extends RequiredOf<AskOf<R>>
    ? (ask?: AskOf<R> & Listening<R>) => Promise<AnswerOf<R>>
    : (ask: AskOf<R> & Listening<R>) => Promise<AnswerOf<R>>;

/** A stream of events is read with an EventSource and has no method here. */
type Callable = Exclude<RouteId, 'streamControlRoom'>;
export type Client = { [Id in Callable]: Method<RouteOf<Id>> };

type Row<R extends Pick<Route, 'method' | 'path'>> = R extends { streams: infer Streams }
  ? readonly [R['method'], R['path'], Streams]
  : readonly [R['method'], R['path']];
/** Each route as the contract has it: a table that does not follow from it any more does not compile. */
const table: { readonly [Id in RouteId]: Row<RouteOf<Id>> } = routes;

type LooseRow = readonly [Route['method'], Route['path'], Route['streams']?];
type Called = Pick<Route, 'method' | 'path'> & { streams: Route['streams'] | undefined };
type LooseAsk = {
  params?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: unknown;
  idempotencyKey?: string;
  onLine?: (line: unknown) => void;
};

/**
 * A client of the server at `baseUrl`.
 *
 * @throws ProblemError from each method when the server refuses, UnreachableError when it cannot be asked
 */
export function createClient(options: ClientOptions): Client {
  const methods: Record<string, (ask?: LooseAsk) => Promise<unknown>> = {};
  for (const [id, [method, path, streams]] of Object.entries<LooseRow>(table))
    if (streams !== 'sse') methods[id] = (ask = {}) => call({ method, path, streams }, ask, options);
  return methods as unknown as Client;
}

/** The address of a route with its parameters filled in: `/api/apps/music`. */
export function addressOf(path: string, params: Record<string, unknown> = {}, query: Record<string, unknown> = {}): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encoded(params[name]));
  const asked = Object.entries(query)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`);
  return asked.length === 0 ? filled : `${filled}?${asked.join('&')}`;
}

/** Half of a pair of characters cannot stand in an address: nothing is called so, and the server says it. */
function encoded(value: unknown): string {
  return encodeURIComponent(String(value).toWellFormed());
}

async function call(each: Called, ask: LooseAsk, options: ClientOptions): Promise<unknown> {
  const send = options.fetch ?? (globalThis as unknown as { fetch: Fetch }).fetch;
  const url = `${options.baseUrl.replace(/\/+$/, '')}${addressOf(each.path, ask.params, ask.query)}`;
  const headers: Record<string, string> = { accept: 'application/json' };
  if (options.key !== undefined) headers['authorization'] = `Bearer ${options.key}`;
  if (ask.idempotencyKey !== undefined) headers['idempotency-key'] = ask.idempotencyKey;
  if (ask.body !== undefined) headers['content-type'] = 'application/json';
  let answer: Response;
  try {
    answer = await send(url, {
      method: each.method.toUpperCase(),
      headers,
      ...(ask.body === undefined ? {} : { body: JSON.stringify(ask.body) }),
      ...(options.key === undefined ? { credentials: 'same-origin' as const } : {}),
    });
  } catch (error) {
    throw new UnreachableError(`no answer from ${options.baseUrl === '' ? 'the server' : options.baseUrl}`, { cause: error });
  }
  if (!answer.ok) throw new ProblemError(await problemFrom(answer));
  if (each.streams === 'ndjson') return lastLine(answer, ask.onLine);
  const text = await textOf(answer);
  return text === '' ? null : parsed(text, options.baseUrl);
}

async function textOf(answer: Response): Promise<string> {
  try {
    return await answer.text();
  } catch (error) {
    throw new UnreachableError('the answer broke off', { cause: error });
  }
}

function parsed(text: string, baseUrl: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UnreachableError(`${baseUrl} does not answer as a Signalbox server does`, { cause: error });
  }
}

async function problemFrom(answer: Response): Promise<Problem> {
  return (
    problemIn(jsonIn(await textOf(answer))) ?? {
      ...problemOf('trouble', `the server answered ${answer.status} without saying why`, null),
      status: answer.status,
    }
  );
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function lastLine(answer: Response, onLine: ((line: unknown) => void) | undefined): Promise<unknown> {
  let last: unknown = null;
  let rest = '';
  const take = (text: string): void => {
    rest += text;
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.trim() === '') continue;
      last = JSON.parse(line);
      onLine?.(last);
    }
  };
  const decoder = new TextDecoder();
  try {
    for await (const bytes of chunksOf(answer.body)) take(decoder.decode(bytes, { stream: true }));
    take(`${decoder.decode()}\n`);
  } catch (error) {
    throw new UnreachableError('the answer broke off', { cause: error });
  }
  return last;
}

type Reader = { read(): Promise<{ done: boolean; value?: Uint8Array }> };

/** The chunks of a body; by its reader, because not every browser iterates over a stream. */
async function* chunksOf(body: unknown): AsyncGenerator<Uint8Array> {
  const reader = (body as { getReader(): Reader }).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    if (value !== undefined) yield value;
  }
}
