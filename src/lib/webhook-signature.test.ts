import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { verifySignature, webhookSecret } from './webhook-signature.ts';

const secret = webhookSecret(Buffer.alloc(32, 7));
const now = 1_727_785_200;
const body = Buffer.from('{"ref":"refs/heads/release/8.9.2"}');

/** By hand, from the text of the standard. */
function signed(id: string, at: number, text: Buffer, by = secret): Record<string, string> {
  const key = Buffer.from(by.replace('whsec_', ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${at}.${text.toString()}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': `v1,${signature}` };
}

const github = (text: Buffer, by = secret) => ({ 'x-hub-signature-256': `sha256=${createHmac('sha256', by).update(text).digest('hex')}` });

describe('a message signed after Standard Webhooks', () => {
  test("is believed: the standard's own example", () => {
    const headers = {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    };
    const message = { headers, body: Buffer.from('{"test": 2432232314}') };
    expect(verifySignature('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', message, 1_614_265_330)).toEqual({
      ok: true,
      id: headers['webhook-id'],
    });
  });

  test.each([-300, 0, 300])('is believed %d s after its time', (seconds) => {
    expect(verifySignature(secret, { headers: signed('m1', now - seconds, body), body }, now)).toEqual({ ok: true, id: 'm1' });
  });

  test.each([
    [-301, 'ahead'],
    [301, 'ago'],
    [1_000_000, 'ago'],
  ])('is not believed %d s after its time', (seconds, word) => {
    const found = verifySignature(secret, { headers: signed('m1', now - seconds, body), body }, now);
    expect(found).toMatchObject({ ok: false, because: `the message was signed more than 5 minutes ${word}` });
  });

  test('may carry several signatures, while a secret is changed', () => {
    const headers = signed('m1', now, body);
    const others = `v1a,xxxx v1,${'A'.repeat(43)}= ${headers['webhook-signature']}`;
    expect(verifySignature(secret, { headers: { ...headers, 'webhook-signature': others }, body }, now).ok).toBe(true);
  });

  test.each([
    ['another body', { body: Buffer.from(`${body.toString()} `) }],
    ['another id', { headers: { ...signed('m1', now, body), 'webhook-id': 'm2' } }],
    ['another time', { headers: { ...signed('m1', now, body), 'webhook-timestamp': String(now + 1) } }],
    ['another secret', { headers: signed('m1', now, body, webhookSecret(Buffer.alloc(32, 8))) }],
    ['no id', { headers: { ...signed('m1', now, body), 'webhook-id': undefined } }],
    ['no time', { headers: { ...signed('m1', now, body), 'webhook-timestamp': 'soon' } }],
    ['an empty signature', { headers: { ...signed('m1', now, body), 'webhook-signature': '' } }],
    ['a short signature', { headers: { ...signed('m1', now, body), 'webhook-signature': 'v1,AAAA' } }],
    ['two headers in place of one', { headers: { ...signed('m1', now, body), 'webhook-signature': ['v1,a', 'v1,b'] } }],
    ['no signature', { headers: {} }],
  ])('is not believed with %s', (_what, change) => {
    expect(verifySignature(secret, { headers: signed('m1', now, body), body, ...change }, now).ok).toBe(false);
  });
});

describe('a message signed as GitHub does', () => {
  test("is believed: the example of GitHub's documentation", () => {
    const headers = { 'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17' };
    expect(verifySignature("It's a Secret to Everybody", { headers, body: Buffer.from('Hello, World!') }, now).ok).toBe(true);
  });

  test('is known again by its signature, whatever delivery id stands beside it', () => {
    const first = verifySignature(secret, { headers: { ...github(body), 'x-github-delivery': 'a' }, body }, now);
    const again = verifySignature(secret, { headers: { ...github(body), 'x-github-delivery': 'b' }, body }, now + 1_000_000);
    expect(first).toMatchObject({ ok: true });
    expect(again).toEqual(first);
  });

  test.each([
    ['another body', { body: Buffer.from('{}') }],
    ['another secret', { headers: github(body, 'another') }],
    ['a signature in capitals of nothing', { headers: { 'x-hub-signature-256': 'sha256=' } }],
    ['the older sha1', { headers: { 'x-hub-signature': 'sha1=0' } }],
  ])('is not believed with %s', (_what, change) => {
    expect(verifySignature(secret, { headers: github(body), body, ...change }, now).ok).toBe(false);
  });
});
