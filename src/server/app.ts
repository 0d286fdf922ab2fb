/** The server: the contract's routes, the stream, and the pages of the web. */
import helmet from '@fastify/helmet';
import fastify from 'fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { openApiText } from '#api/openapi.ts';
import { problemOf } from '#api/problem.ts';
import type { Problem } from '#api/problem.ts';
import { endedWatchers } from './auth/access.ts';
import { countAttempts } from './auth/attempts.ts';
import type { Room } from './context.ts';
import { problemFrom } from './errors.ts';
import type { Reach } from '#lib/reach.ts';
import { handlers } from './handlers.ts';
import { keepPolicies } from './policies.ts';
import { CALLBACK_PATH } from './auth/accounts.ts';
import { openOidc } from './auth/oidc.ts';
import { addRoutes } from './routes.ts';
import { LIMITS, addLimits, openGate } from './limits.ts';
import type { Gate, Limits } from './limits.ts';
import { addSentry } from './sentry.ts';
import type { EnvelopeReader } from './sentry.ts';
import { createStreams } from './stream.ts';
import { PATIENCE, addHeaders, helmetOptions, transport } from './transport.ts';
import type { Patience } from './transport.ts';
import { addWeb } from './web.ts';

export type ServerOptions = Omit<Room, 'policies' | 'sample' | 'providers' | 'oidc'> & {
  /** What plays samples; left out: this server plays none. */
  sample?: Room['sample'];
  /** Folder of the built pages; null: none are served. */
  webRoot: string | null;
  /** Holds each answer against the contract; for development and tests. */
  checkAnswers?: boolean;
  /** Proxies whose word about a caller's address counts; none when not said. */
  trustedProxies?: readonly string[];
  limits?: Limits;
  /** Where this server may go for identity providers; everywhere when not said. */
  reach?: Reach;
  patience?: Patience;
  /** Reads what Sentry's SDKs send; none may send when left out. */
  envelopes?: EnvelopeReader;
  /** Between two signs of life on a stream; 15 s when not said. */
  heartbeatMs?: number;
  /** Between two looks at how fresh the sources are; 5 s when not said. */
  sourcesMs?: number;
};

const BODY_LIMIT_BYTES = 1_000_000;
/** Tries of a password from one address, or for one e-mail. */
const SIGN_IN_ATTEMPTS = { most: 10, withinSeconds: 60 };

/** Builds the server; nothing listens yet. `close` ends the streams first. */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const server = fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    ...transport(options.patience ?? PATIENCE),
    trustProxy: [...(options.trustedProxies ?? [])],
    keepAliveTimeout: 72_000,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 500, ignoreTrailingSlash: false },
    logger: false,
    frameworkErrors: (error, _request, reply) => {
      void sendProblem(reply, problemFrom(error).problem);
    },
  });
  server.setErrorHandler((error, request, reply) => {
    const { problem, headers, unexpected } = problemFrom(error);
    if (unexpected) options.log.error({ err: error, method: request.method, url: request.url.split('?')[0] }, 'a request failed');
    for (const [name, value] of Object.entries(headers)) void reply.header(name, value);
    return sendProblem(reply, problem);
  });

  const limits = options.limits ?? LIMITS;
  const gate = await openGate(server, limits);
  if (options.envelopes !== undefined) await addSentry(server, { ...options, limits, gate, read: options.envelopes });
  // what all others share costs more than an envelope may: they are in a room of their own
  await server.register(async (shared) => addAllOthers(shared, options, limits, gate));
  return server;
}

async function addAllOthers(server: FastifyInstance, options: ServerOptions, limits: Limits, gate: Gate): Promise<void> {
  await server.register(helmet, helmetOptions(options.publicUrl));
  server.removeContentTypeParser('text/plain');
  addHeaders(server);
  addLimits(server, gate);

  const { providers } = options.accounts;
  const oidc = openOidc({
    accounts: options.accounts,
    providers,
    publicUrl: options.publicUrl,
    now: () => options.clock.now(),
    log: options.log,
    ...(options.reach === undefined ? {} : { reach: options.reach }),
  });
  const room: Room = { ...options, providers, oidc, sample: options.sample ?? null, policies: keepPolicies(options.db) };
  const streams = createStreams({
    ...room,
    mayWatch: (watchers) => endedWatchers(options.accounts.pool, watchers, options.clock.now(), options.accounts.lengths.longestHours),
    ...(options.heartbeatMs === undefined ? {} : { heartbeatMs: options.heartbeatMs }),
    ...(options.sourcesMs === undefined ? {} : { sourcesMs: options.sourcesMs }),
  });
  server.addHook('preClose', async () => streams.close());
  const attempts = countAttempts({ ...SIGN_IN_ATTEMPTS, nowMs: () => performance.now() });
  addRoutes(server, {
    room,
    handlers: handlers(room, streams, limits),
    attempts,
    badKeys: gate.badKeys,
    checkAnswers: options.checkAnswers ?? false,
  });
  addCallback(server, room);
  server.addHook('onListen', async () => {
    const [address] = server.addresses();
    if (typeof address === 'object')
      oidc.servedAt(`http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`);
  });
  addDocument(server, options.version);
  await addWeb(server, { ...room, webRoot: options.webRoot });
}

/** Where identity providers send people back to: no route of the contract, for browsers alone come here, and are sent on. */
function addCallback(server: FastifyInstance, { oidc }: Room): void {
  server.get(`${CALLBACK_PATH}/:provider`, async (request, reply) => {
    const { location, cookies } = await oidc.comeBack({
      url: request.url,
      cookie: request.headers.cookie,
      address: request.ip,
      program: request.headers['user-agent'],
    });
    for (const cookie of cookies) void reply.header('set-cookie', cookie);
    return reply.redirect(location, 303);
  });
}

function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply.code(problem.status).header('content-type', 'application/problem+json; charset=utf-8').send(JSON.stringify(problem));
}

function addDocument(server: FastifyInstance, version: string): void {
  const text = openApiText(version);
  server.get('/api/openapi.json', async (_request, reply) =>
    reply.header('content-type', 'application/json; charset=utf-8').header('cache-control', 'public, max-age=300').send(text),
  );
  server.all('/api/*', async (request, reply) =>
    sendProblem(
      reply,
      problemOf('no-such-route', `there is no ${request.method} ${request.url.split('?')[0] ?? ''}`, 'see /api/openapi.json'),
    ),
  );
  server.all('/api', async (_request, reply) =>
    sendProblem(reply, problemOf('no-such-route', 'there is nothing at /api itself', 'see /api/openapi.json')),
  );
}
