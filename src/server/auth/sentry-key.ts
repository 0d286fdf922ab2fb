import type { FastifyRequest } from 'fastify';

/** The public key, from the header that SDKs send or from the address. */
export function sentryKeyOf(request: Pick<FastifyRequest, 'headers' | 'query'>): string | null {
  const header = request.headers['x-sentry-auth'];
  const [, inHeader] =
    (typeof header === 'string' ? /(?:^sentry\s+|[\s,])sentry_key=([0-9A-Za-z]{1,64})(?:[\s,]|$)/i.exec(header) : null) ?? [];
  const { sentry_key: inAddress } = (request.query ?? {}) as { sentry_key?: unknown };
  return inHeader ?? (typeof inAddress === 'string' && /^[0-9A-Za-z]{1,64}$/.test(inAddress) ? inAddress : null);
}
