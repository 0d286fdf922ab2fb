/** Puts the contract's routes onto fastify: who may, zod in, the handler, and (in development and tests) zod out. */
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';
import { contract } from '#api/contract.ts';
import { problemOf } from '#api/problem.ts';
import type { Method, Route } from '#api/route.ts';
import { identify, actorOf, refusalOf, refusalOfCommand } from './auth/caller.ts';
import type { Caller, Known } from './auth/caller.ts';
import type { Attempts } from './auth/attempts.ts';
import { isOwnOrigin } from './auth/origin.ts';
import { nowOf, sent } from './context.ts';
import type { At, Handlers, Room } from './context.ts';
import { invalidInput, ProblemAnswer, refuse, unavailableProblem } from './errors.ts';
import type { BadKeys } from './limits.ts';
import { isDatabaseReady, unavailability } from '#db/views/health.ts';
import type { Command } from '#domain/release/commands.ts';

export type RoutesOptions = {
  room: Room;
  handlers: Handlers;
  attempts: Attempts;
  badKeys: BadKeys;
  /** Holds each answer against the contract; an answer that breaks it is trouble. */ checkAnswers: boolean;
};

type LooseHandler = (asked: { params: unknown; query: unknown; body: unknown }, at: At) => Promise<unknown>;

const IDEMPOTENCY_KEY = /^[\u0021-\u007e]{1,200}$/;

/** `/api/apps/{app}` → `/api/apps/:app` */
export function fastifyPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

export function addRoutes(server: FastifyInstance, options: RoutesOptions): void {
  const byPath = new Map<string, Set<Method>>();
  for (const each of contract as readonly Route[]) {
    const url = fastifyPath(each.path);
    const put = (on: FastifyInstance): void =>
      void on.route({
        method: each.method.toUpperCase(),
        url,
        ...(each.bodyLimitBytes === undefined ? {} : { bodyLimit: each.bodyLimitBytes }),
        handler: handlerOf(each, options),
      });
    if (each.streamedBody === true) void server.register(async (own) => put(asItComes(own)));
    else if (each.rawBody === true) void server.register(async (own) => put(takingBytes(own)));
    else put(server);
    byPath.set(url, (byPath.get(url) ?? new Set()).add(each.method));
  }
  for (const [url, methods] of byPath) refuseOtherMethods(server, url, methods);
}

/** A room of its own whose bodies are taken as they come. */
function takingBytes(server: FastifyInstance): FastifyInstance {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  return server;
}

/** A room of its own whose bodies are handed on before they are there. */
function asItComes(server: FastifyInstance): FastifyInstance {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', (_request, body, done) => done(null, body));
  return server;
}

function refuseOtherMethods(server: FastifyInstance, url: string, known: ReadonlySet<Method>): void {
  const others = (['get', 'post', 'put', 'delete', 'patch'] as const).filter((method) => !(known as ReadonlySet<string>).has(method));
  const allowed = [...known].map((method) => method.toUpperCase()).join(', ');
  server.route({
    method: others.map((method) => method.toUpperCase()),
    url,
    handler: (request, reply) => {
      void reply.header('allow', allowed);
      refuse('no-such-method', `${request.method} is not a method of this address`, `one of ${allowed}`);
    },
  });
}

function handlerOf(each: Route, options: RoutesOptions): RouteHandlerMethod {
  const handle = (options.handlers as unknown as Record<string, LooseHandler>)[each.id];
  if (handle === undefined) throw new Error(`the route ${each.id} has no handler`);
  const status = Number(Object.keys(each.answers)[0] ?? 200);
  return async (request, reply) => {
    const now = options.room.clock.now();
    const caller = await callerOf(each, request, reply, options, now);
    const asked = parse(each, request);
    const at = atOf(each, request, reply, caller, nowOf(options.room, appIn(request)), options);
    refuseForbiddenCommand(each, asked, caller);
    const answer = await handle(asked, at);
    if (answer === sent || reply.sent) return reply;
    if (options.checkAnswers) checkAnswer(each, status, answer);
    void reply.code(status);
    if (status === 204) return reply.send();
    return reply.header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(answer));
  };
}

async function callerOf(
  each: Route,
  request: FastifyRequest,
  reply: FastifyReply,
  { room, badKeys }: RoutesOptions,
  now: string,
): Promise<Caller> {
  const caller = await identify(room.accounts, request.headers, now).catch(async (error: unknown) => {
    // The library of the sessions hides the cause.
    throw unavailability(error) === null && !(await isDatabaseReady(room.db)) ? new ProblemAnswer(unavailableProblem('away')) : error;
  });
  if (caller === 'bad-key') {
    await badKeys.tell(request);
    refuse(
      'not-signed-in',
      'the key is none of this server, or it was revoked or has expired',
      'send "authorization: Bearer sbx_…" with a key that counts',
    );
  }
  const withCookie = caller.kind === 'person';
  if (caller.kind === 'person') for (const cookie of caller.cookies) void reply.header('set-cookie', cookie);
  if (each.method !== 'get' && caller.kind !== 'key' && !isOwnOrigin(request.headers, room.publicUrl, withCookie)) {
    refuse('wrong-origin', "a write with a session must come from this server's own pages", 'use the pages of this server, or an API key');
  }
  const refusal = refusalOf(each.who, caller, appIn(request));
  if (refusal !== null) throw new ProblemAnswer(refusal);
  return caller;
}

function appIn(request: FastifyRequest): string | null {
  const { app } = (request.params ?? {}) as { app?: unknown };
  return typeof app === 'string' && app !== '*' ? app : null;
}

function parse(each: Route, request: FastifyRequest): { params: unknown; query: unknown; body: unknown } {
  const part = (name: 'params' | 'query' | 'body', value: unknown): unknown => {
    const schema = each[name];
    if (schema === undefined || (name === 'body' && each.streamedBody === true)) return undefined;
    const bad = unkeepable(value, name);
    if (bad !== null)
      throw new ProblemAnswer(
        problemOf('invalid-input', `${bad.path}: ${bad.detail}`, bad.right, {
          errors: [{ path: bad.path, detail: bad.detail, right: bad.right }],
        }),
      );
    const result = schema.safeParse(value ?? (name === 'body' ? undefined : {}));
    if (!result.success) throw invalidInput(name, result.error);
    return result.data;
  };
  return { params: part('params', request.params), query: part('query', request.query), body: part('body', request.body) };
}

/** More lists and objects within each other than any schema has, and far fewer than would exhaust what walks through them. */
const DEEPEST = 64;

type Unkeepable = { path: string; detail: string; right: string };

/** The place of the first thing that could not be kept: a text with NUL or with half of a surrogate pair, which PostgreSQL refuses, or nesting without end. */
function unkeepable(value: unknown, path: string, depth = 0): Unkeepable | null {
  if (typeof value === 'string')
    return value.includes('\0') || !value.isWellFormed()
      ? { path, detail: 'text with a character that cannot be stored', right: 'plain Unicode text without NUL' }
      : null;
  if (typeof value !== 'object' || value === null) return null;
  if (depth === DEEPEST) {
    const top = path.split('.').slice(0, 3).join('.');
    return {
      path: top,
      detail: `more than ${DEEPEST} lists and objects within each other`,
      right: 'what this route takes: see /api/openapi.json',
    };
  }
  for (const [name, inner] of Object.entries(value)) {
    const found = unkeepable(name, `${path}.?`, depth) ?? unkeepable(inner, `${path}.${name}`, depth + 1);
    if (found !== null) return found;
  }
  return null;
}

/** The route of commands is open to all who may see; each command has roles of its own. */
function refuseForbiddenCommand(each: Route, asked: { params: unknown; body: unknown }, caller: Caller): void {
  if (each.who !== 'command' || caller.kind === 'anonymous') return;
  const { command } = asked.body as { command: Command };
  const { app } = asked.params as { app: string };
  const refusal = refusalOfCommand(command.do, caller, app);
  if (refusal !== null) throw new ProblemAnswer(refusal);
}

function atOf(each: Route, request: FastifyRequest, reply: FastifyReply, caller: Caller, now: string, options: RoutesOptions): At {
  const known = (): Known => {
    if (caller.kind === 'anonymous') throw new ProblemAnswer(problemOf('not-signed-in', 'this needs someone who is signed in', 'sign in'));
    return caller;
  };
  return {
    caller,
    now,
    known,
    actor: (app, command) => actorOf(known(), app, command, request.ip),
    stamp: () => {
      const { kind, id, name } = known();
      const actsFor = caller.kind === 'key' ? caller.key.actsFor : null;
      return { kind, id, name, address: request.ip, ...(actsFor === null ? {} : { actsFor }) };
    },
    request,
    reply,
    attempts: options.attempts,
    idempotency: idempotencyOf(each, request, caller),
  };
}

/** The caller's key, kept apart from those of other callers and other routes, and what the body was. */
function idempotencyOf(each: Route, request: FastifyRequest, caller: Caller): At['idempotency'] {
  const key = request.headers['idempotency-key'];
  if (each.idempotent !== true || key === undefined || caller.kind === 'anonymous') return {};
  if (typeof key !== 'string' || !IDEMPOTENCY_KEY.test(key)) {
    throw new ProblemAnswer(
      problemOf(
        'invalid-input',
        'the header Idempotency-Key is not 1 to 200 visible characters',
        "a key of your own for this request, such as a build's number",
        { errors: [{ path: 'header.idempotency-key', detail: 'not 1 to 200 visible characters', right: null }] },
      ),
    );
  }
  return {
    idempotencyKey: `${caller.kind}:${caller.id}:${each.id}:${key}`,
    bodyHash: createHash('sha256')
      .update(request.url)
      .update('\n')
      .update(JSON.stringify(request.body ?? null))
      .digest('hex'),
  };
}

function checkAnswer(each: Route, status: number, answer: unknown): void {
  const result = each.answers[status]?.safeParse(answer);
  if (result !== undefined && !result.success)
    throw new Error(
      `the answer of ${each.id} breaks the contract: ${result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`,
    );
}
