import { existsSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EnvelopeTrouble, readEnvelope } from './envelope.ts';
import { foundIn } from './found.ts';

const envelope = (...lines: readonly string[]): Buffer => Buffer.from(lines.join('\n'));

/** Why an envelope is refused, and at which byte. */
function refusal(bytes: Buffer): { because: string; atByte: number; right: string } | null {
  try {
    readEnvelope(bytes);
    return null;
  } catch (error) {
    if (!(error instanceof EnvelopeTrouble)) throw error;
    return { because: error.message, atByte: error.atByte, right: error.wouldBeRight };
  }
}

describe('an envelope', () => {
  test('has items with and without a length, and line breaks at its end', () => {
    const { headers, items } = readEnvelope(
      envelope(
        '{"dsn":"https://k@h/1"}',
        '{"type":"attachment","length":3,"filename":"a.txt"}',
        'a\nb',
        '{"type":"event"}',
        '{"level":"fatal"}',
        '',
        '',
      ),
    );
    expect(headers).toEqual({ dsn: 'https://k@h/1' });
    expect(items.map(({ type, declaredLength, payload }) => [type, declaredLength, payload.toString()])).toEqual([
      ['attachment', 3, 'a\nb'],
      ['event', null, '{"level":"fatal"}'],
    ]);
  });

  test('counts bytes and not letters', () => {
    const payload = '{"message":"Åsa"}';
    const read = readEnvelope(envelope('{}', `{"type":"event","length":${Buffer.byteLength(payload)}}`, payload));
    expect(read.items[0]?.payload.toString()).toBe(payload);
    expect(
      refusal(envelope('{}', `{"type":"event","length":${payload.length}}`, payload, '{"type":"event","length":2}', '{}'))?.because,
    ).toBe(`item 1 (event) does not end after its ${payload.length} bytes`);
  });

  test.each([
    ['no JSON', envelope('hello'), 'the first line is no JSON', 0],
    ['a list', envelope('[]'), 'the first line is no JSON object', 0],
    ['an item without a type', envelope('{}', '{"length":2}', '{}'), 'item 1 says no type', 3],
    ['a negative length', envelope('{}', '{"type":"event","length":-1}', '{}'), 'the length of item 1 is -1', 3],
    ['a length that is no number', envelope('{}', '{"type":"event","length":"2"}', '{}'), 'the length of item 1 is "2"', 3],
    ['a payload that is cut off', envelope('{}', '{"type":"event","length":9}', '{}'), 'item 1 (event) says 9 bytes, and 2 are left', 31],
    ['a hole', envelope('{}', '', '{"type":"event"}', '{}'), 'an empty line stands where an item should begin', 3],
    [
      'too many items',
      envelope('{}', ...Array.from({ length: 1001 }, () => '{"type":"x","length":0}\n')),
      'it has more than 1000 items',
      25_003,
    ],
  ])('with %s is refused, with the byte at which it is wrong', (_, bytes, because, atByte) => {
    expect(refusal(bytes)).toMatchObject({ because, atByte });
  });

  test('whatever the bytes, is read or refused', () => {
    const parts = fc.oneof(
      fc.constantFrom('{}', '{"type":"event"}', '{"type":"session","length":2}', '', '{"type":"event","length":1e99}', '\u0000'),
      fc.json(),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 8 }), (lines) => {
        const told = refusal(envelope(...lines));
        expect(told === null || (told.because !== '' && told.right !== '' && told.atByte >= 0)).toBe(true);
      }),
    );
  });
});

/** Real files beside the project, with what another strict reader found in them; they are not part of it. */
const DATA = new URL('../../../../shared/data/envelopes/', import.meta.url);
const areThere = existsSync(DATA);

describe.skipIf(!areThere)('real files (skipped where ../shared/data/envelopes is missing)', () => {
  type Expected = Record<string, { bytes: number; decoded_envelope?: { note?: string } }>;
  const expected = areThere ? (JSON.parse(readFileSync(new URL('expected.json', DATA), 'utf8')) as Expected) : {};

  test.each(Object.entries(expected))('%s has in it what another reader found', (name, { bytes, ...rest }) => {
    const found = foundIn(readFileSync(new URL(name, DATA)));
    expect(found.bytes).toBe(bytes);
    const { note: _, ...decoded } = rest.decoded_envelope ?? {};
    const { source: __, licence: ___, ...kind } = rest as Record<string, unknown>;
    expect(found).toEqual({ bytes, ...kind, ...(rest.decoded_envelope === undefined ? {} : { decoded_envelope: decoded }) });
  });
});
