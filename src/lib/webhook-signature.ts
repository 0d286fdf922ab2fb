/**
 * Whether a message that came in was signed by who holds the secret. Two ways to sign, by its headers:
 *
 * - Standard Webhooks (https://www.standardwebhooks.com): `webhook-id`, `webhook-timestamp`, `webhook-signature: v1,<base64>`; signed is `<id>.<timestamp>.<body>`, and the
 *   message counts for five minutes.
 * - GitHub's (https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries): `x-hub-signature-256: sha256=<hex>` over the body alone. It names no time, and its
 *   delivery id is not signed, so a message is known again by its signature.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

export type SignedMessage = { headers: Readonly<Record<string, string | string[] | undefined>>; body: Buffer };

/** `id`: by what the message is known when it comes again. */
export type Verified = { ok: true; id: string } | { ok: false; because: string; wouldBeRight: string };

/** A message is believed within this time before and after the one that it names. */
export const WINDOW_SECONDS = 300;
/** How long a message must be remembered: past the window, and as long as whoever recorded one without a time might wait. */
export const REMEMBERED_MS = 7 * 24 * 3_600_000;

const SECRET_MARK = 'whsec_';

/** The bytes of a secret as Standard Webhooks writes it: base64 behind `whsec_`. */
function keyOf(secret: string): Buffer {
  return Buffer.from(secret.startsWith(SECRET_MARK) ? secret.slice(SECRET_MARK.length) : secret, 'base64');
}

/** A new secret with these random bytes (24 to 64). */
export function webhookSecret(random: Buffer): string {
  return `${SECRET_MARK}${random.toString('base64')}`;
}

/** Checks a message against a secret. `now` in seconds since 1970. The body is what came, byte for byte. */
export function verifySignature(secret: string, { headers, body }: SignedMessage, now: number): Verified {
  const standard = one(headers['webhook-signature']);
  if (standard !== null) return verifyStandard(secret, headers, standard, body, now);
  const github = one(headers['x-hub-signature-256']);
  if (github !== null) return verifyGitHub(secret, github, body);
  return refused(
    'the message is not signed',
    'the headers webhook-id, webhook-timestamp and webhook-signature (Standard Webhooks), or x-hub-signature-256 (as GitHub signs)',
  );
}

function verifyStandard(secret: string, headers: SignedMessage['headers'], signatures: string, body: Buffer, now: number): Verified {
  const id = one(headers['webhook-id']);
  const timestamp = one(headers['webhook-timestamp']);
  if (id === null || !/^[\u0021-\u007e]{1,200}$/.test(id))
    return refused('webhook-id is not 1 to 200 visible characters', 'an id of your own for each message');
  if (timestamp === null || !/^\d{1,12}$/.test(timestamp))
    return refused('webhook-timestamp is no number of seconds since 1970', 'for example 1727785200');
  const expected = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.`).update(body).digest();
  const isSigned = signatures
    .split(' ')
    .slice(0, 10)
    .map((each) => /^v1,([A-Za-z0-9+/]{43}=)$/.exec(each)?.[1])
    .reduce((found, given) => (given !== undefined && timingSafeEqual(expected, Buffer.from(given, 'base64'))) || found, false);
  if (!isSigned) return unsigned();
  // after the signature: who cannot sign learns nothing of our clock
  if (Math.abs(now - Number(timestamp)) > WINDOW_SECONDS)
    return refused(
      `the message was signed more than ${WINDOW_SECONDS / 60} minutes ${now > Number(timestamp) ? 'ago' : 'ahead'}`,
      'sign it when it is sent, with a clock that is right',
    );
  return { ok: true, id };
}

function verifyGitHub(secret: string, signature: string, body: Buffer): Verified {
  const expected = createHmac('sha256', secret).update(body).digest();
  const [, given] = /^sha256=([0-9a-f]{64})$/.exec(signature) ?? [];
  if (given === undefined || !timingSafeEqual(expected, Buffer.from(given, 'hex'))) return unsigned();
  return { ok: true, id: `sha256:${createHash('sha256').update(expected).digest('hex')}` };
}

/** One answer for every signature that is not right, and for secrets and connections that are not there: it tells nothing of them. */
export function unsigned(): Verified & { ok: false } {
  return refused(
    'the signature is not one that counts here',
    'sign the body as it is sent with the secret of this webhook, and ask an admin whether it is still open',
  );
}

function refused(because: string, wouldBeRight: string): Verified & { ok: false } {
  return { ok: false, because, wouldBeRight };
}

function one(value: string | string[] | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
