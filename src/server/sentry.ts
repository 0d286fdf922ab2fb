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
import type { Room } from './context.ts';
import { ProblemAnswer, refuse } from './errors.ts';
import type { BadKeys } from './limits.ts';

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
const PREFLIGHT = {
  'access-control-allow-methods': 'POST',
  'access-control-allow-headers': 'x-sentry-auth, content-type, content-encoding, authorization, x-requested-with, accept, origin, referer',
  'access-control-max-age': '3600',
} as const;

export function addSentry(server: FastifyInstance, room: Room, read: EnvelopeReader, badKeys: BadKeys): void {
  const known = new Map<string, { app: string; platform: string; untilMs: number }>();

  async function placeOf(request: FastifyRequest): Promise<{ app: string; platform: string }> {
    const { project } = request.params as { project: string };
    const key = sentryKeyOf(request);
    const name = `${project} ${key ?? ''}`;
    const found = known.get(name);
    if (found !== undefined && found.untilMs > performance.now()) return found;
    const number = /^\d{1,9}$/.test(project) ? Number(project) : null;
    const place = key === null || number === null ? null : await recogniseDsn(room.accounts.pool, number, key);
    if (place === null) {
      await badKeys.tell(request);
      refuse('not-signed-in', 'the DSN is none of this server, or it was revoked', 'a DSN that was made in the settings of the app');
    }
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(name, { ...place, untilMs: performance.now() + KNOWN_FOR_MS });
    return place;
  }

  const take =
    (as: 'envelope' | 'store') =>
    async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const place = await placeOf(request);
      const bytes = await opened(request);
      const found = read(bytes, as);
      if (!found.ok) refuse('invalid-input', found.because, found.right);
      if ((await room.engine.hearHealth({ ...place, observed: found.observed, unread: found.unread, bytes })) === 'busy') throw busy();
      return reply.code(200).header('content-type', 'application/json; charset=utf-8').send('{}');
    };

  void server.register(async (own) => {
    own.removeAllContentTypeParsers();
    own.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    // when it is sent: also with a refusal that came before the route was asked
    own.addHook('onSend', async (_request, reply) => void reply.headers(CROSS_ORIGIN));
    for (const as of ['envelope', 'store'] as const) {
      own.post(`/api/:project/${as}/`, { bodyLimit: MOST_BYTES }, take(as));
      own.options(`/api/:project/${as}/`, async (_request, reply) => reply.code(204).headers(PREFLIGHT).send());
    }
  });
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
  const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity' || encoding === '') return bytes;
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
