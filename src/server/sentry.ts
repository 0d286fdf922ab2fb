/**
 * Where Sentry's SDKs send to: addresses, credentials and refusals as their protocol has them (develop.sentry.dev, "Envelopes", "Rate Limiting"), so that an app needs another DSN and nothing else.
 * No routes of the contract: whoever writes a client for them has one already.
 */
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib';
import { promisify } from 'node:util';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { problemOf } from '#api/problem.ts';
import type { Observed, Unread } from '#domain/health/observed.ts';
import { recogniseDsn } from './auth/dsns.ts';
import { sentryKeyOf } from './auth/sentry-key.ts';
import { countAttempts } from './auth/attempts.ts';
import type { Room } from './context.ts';
import { ProblemAnswer, refuse } from './errors.ts';
import { tooMany } from './limits.ts';
import type { Gate, Limits } from './limits.ts';
import { HEADERS_OF_DATA } from './transport.ts';

/** Reads what an SDK sent. */
export type EnvelopeReader = (
  bytes: Buffer,
  as: 'envelope' | 'store',
) => { ok: true; observed: readonly Observed[]; unread: readonly Unread[] } | { ok: false; because: string; right: string };

const MOST_BYTES = 10_000_000;
const MOST_BYTES_OPEN = 20_000_000;
/** A DSN that was found counts for so long without being asked for again; when it is revoked it goes on for no longer. */
const KNOWN_FOR_MS = 2000;
const MOST_KNOWN = 1000;
const AGAIN_AFTER_SECONDS = 10;

const openers: Readonly<Record<string, (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>>> = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
};

/**
 * SDKs in a page of any origin may send, and read what they are told: when to go on above all. Nothing is given by this: a DSN's key is all that counts, and it is in the page.
 * The headers are those that Sentry's own server lets pass.
 */
const CROSS_ORIGIN = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'retry-after, x-sentry-rate-limits',
} as const;
const HEADERS = { ...HEADERS_OF_DATA, ...CROSS_ORIGIN };
/** Of the answer to what was accepted, as Node writes it. */
const ACCEPTED = Object.entries({ 'content-type': 'application/json; charset=utf-8', 'content-length': '2', ...HEADERS }).flat();
const PREFLIGHT = {
  'access-control-allow-methods': 'POST',
  'access-control-allow-headers': 'x-sentry-auth, content-type, content-encoding, authorization, x-requested-with, accept, origin, referer',
  'access-control-max-age': '3600',
} as const;

export type SentryParts = Pick<Room, 'engine' | 'accounts'> & { limits: Limits; gate: Gate; read: EnvelopeReader };

/**
 * Adds the addresses. Whoever sends by a DSN that was found a moment ago passes by a count of its own; everyone else by the gate. Not to be added where hooks are that all other
 * routes share (headers of pages, limits): each of these is paid for by every envelope.
 */
export async function addSentry(server: FastifyInstance, { engine, accounts, limits, gate, read }: SentryParts): Promise<void> {
  const known = new Map<string, { app: string; platform: string; untilMs: number }>();
  const asked = new Map<string, ReturnType<typeof recogniseDsn>>();
  const sent = countAttempts({ most: limits.reporting, withinSeconds: limits.withinSeconds, nowMs: () => performance.now() });

  function knownAs(name: string): Place | null {
    const found = known.get(name);
    return found !== undefined && found.untilMs > performance.now() ? found : null;
  }

  /** The same is not asked twice at a time. */
  function ask(name: string, project: number, key: string): ReturnType<typeof recogniseDsn> {
    const there = asked.get(name);
    if (there !== undefined) return there;
    const answer = recogniseDsn(accounts.pool, project, key).finally(() => asked.delete(name));
    asked.set(name, answer);
    return answer;
  }

  async function placeOf(request: FastifyRequest, { name, project, key }: Shown): Promise<Place> {
    const number = /^\d{1,9}$/.test(project) ? Number(project) : null;
    const place = key === null || number === null ? null : await ask(name, number, key);
    if (place === null) {
      await gate.badKeys.tell(request);
      refuse('not-signed-in', 'the DSN is none of this server, or it was revoked', 'a DSN that was made in the settings of the app');
    }
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(name, { ...place, untilMs: performance.now() + KNOWN_FOR_MS });
    return place;
  }

  async function passGate(request: FastifyRequest, done: (refused?: Error) => void): Promise<void> {
    let refused: unknown;
    try {
      await gate.pass(request);
    } catch (error) {
      refused = error;
    }
    done(refused as Error | undefined);
  }

  const take =
    (as: 'envelope' | 'store') =>
    async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const shown = request.getDecorator<Shown>(SHOWN);
      const { app, platform } = knownAs(shown.name) ?? (await placeOf(request, shown));
      const bytes = packingOf(request) === null ? bodyOf(request) : await opened(request);
      const found = read(bytes, as);
      if (!found.ok) refuse('invalid-input', found.because, found.right);
      const heard = { app, platform, observed: found.observed, unread: found.unread, bytes };
      if ((await engine.hearHealth(heard)) === 'busy') throw busy();
      reply.hijack();
      reply.raw.writeHead(200, ACCEPTED).end('{}');
      return reply;
    };

  // nothing here waits but for what is not known: each promise more is paid for by every envelope
  await server.register(async (own) => {
    own.decorateRequest(SHOWN);
    own.removeAllContentTypeParsers();
    own.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    own.addHook('onRequest', (request, _reply, done) => {
      const shown = shownBy(request);
      request.setDecorator<Shown>(SHOWN, shown);
      const { name } = shown;
      const may = request.method === 'OPTIONS' || knownAs(name) === null ? null : sent.mayTry(name);
      if (may?.ok === true) return done();
      if (may !== null) return done(tooMany(may.afterSeconds));
      void passGate(request, done);
    });
    // all but what is accepted, which is one constant: also with a refusal that came before the route was asked
    own.addHook('onSend', (_request, reply, payload, done) => {
      void reply.headers(HEADERS);
      done(null, payload);
    });
    for (const as of ['envelope', 'store'] as const) {
      own.post(`/api/:project/${as}/`, { bodyLimit: MOST_BYTES }, take(as));
      own.options(`/api/:project/${as}/`, async (_request, reply) => reply.code(204).headers(PREFLIGHT).send());
    }
  });
}

/** Under which a request keeps what it shows. */
const SHOWN = 'shown';
type Place = { app: string; platform: string };
type Shown = { name: string; project: string; key: string | null };

function shownBy(request: FastifyRequest): Shown {
  const { project } = request.params as { project: string };
  const key = sentryKeyOf(request);
  return { name: `${project} ${key ?? ''}`, project, key };
}

function busy(): ProblemAnswer {
  return new ProblemAnswer(
    problemOf(
      'too-many-requests',
      'more envelopes wait than can be stored at once',
      'the same envelope again later: nothing of it was taken',
    ),
    {
      'retry-after': String(AGAIN_AFTER_SECONDS),
      'x-sentry-rate-limits': `${AGAIN_AFTER_SECONDS}::organization`,
    },
  );
}

/** The body of a request, unpacked as its content-encoding says, within bounds. */
export async function opened(request: FastifyRequest): Promise<Buffer> {
  const bytes = bodyOf(request);
  const encoding = packingOf(request);
  if (encoding === null) return bytes;
  const open = Object.hasOwn(openers, encoding) ? openers[encoding] : undefined;
  if (open === undefined)
    refuse('invalid-input', `the body is packed with ${encoding}`, `one of ${Object.keys(openers).join(', ')}, or plain`);
  try {
    return await open(bytes, { maxOutputLength: MOST_BYTES_OPEN });
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE')
      refuse('too-large', `unpacked, the body has more than ${MOST_BYTES_OPEN} bytes`, 'less at a time');
    refuse('invalid-input', `the body is no ${encoding}`, 'what its content-encoding says');
  }
}

function bodyOf(request: FastifyRequest): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}

/** How the body is packed; null: plain. */
function packingOf(request: FastifyRequest): string | null {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  return encoding === 'identity' || encoding === '' ? null : encoding;
}
