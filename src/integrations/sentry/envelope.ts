/**
 * Sentry's envelope, the wire format of every Sentry SDK: a line of headers, then items, each a line of headers and a payload.
 * Source: develop.sentry.dev, "Envelopes". Read strictly: what does not follow the format is refused with the byte at which it does not.
 */

/** `payload` is a view of the bytes that were given. `declaredLength` null: the payload went to the end of its line. `endedByNewline` null: the envelope ended there. */
export type EnvelopeItem = {
  type: string;
  headers: Readonly<Record<string, unknown>>;
  payload: Buffer;
  declaredLength: number | null;
  endedByNewline: boolean | null;
};

export type Envelope = { headers: Readonly<Record<string, unknown>>; items: readonly EnvelopeItem[] };

/** An envelope that cannot be read: what was wrong, at which byte, and what would be right. */
export class EnvelopeTrouble extends Error {
  readonly atByte: number;
  readonly wouldBeRight: string;
  constructor(because: string, atByte: number, wouldBeRight: string) {
    super(because);
    this.name = 'EnvelopeTrouble';
    this.atByte = atByte;
    this.wouldBeRight = wouldBeRight;
  }
}

/** More items are no envelope of an SDK: they send a hundred sessions at most in one. */
const MOST_ITEMS = 1000;
const MOST_HEADER_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

/** Reads an envelope that was decompressed. Throws `EnvelopeTrouble`. */
export function readEnvelope(bytes: Buffer): Envelope {
  const head = headersAt(bytes, 0, 'the first line');
  const items: EnvelopeItem[] = [];
  let at = head.next;
  while (at < bytes.length) {
    if (bytes[at] === NEWLINE) {
      if (bytes.subarray(at).some((byte) => byte !== NEWLINE))
        throw new EnvelopeTrouble('an empty line stands where an item should begin', at, 'the headers of an item, as JSON on one line');
      break;
    }
    if (items.length === MOST_ITEMS)
      throw new EnvelopeTrouble(`it has more than ${MOST_ITEMS} items`, at, `at most ${MOST_ITEMS} in one envelope`);
    const { headers, next } = headersAt(bytes, at, `the headers of item ${items.length + 1}`);
    const item = itemOf(bytes, headers, next, at, items.length + 1);
    items.push(item.read);
    at = item.next;
  }
  return { headers: head.headers, items };
}

function headersAt(bytes: Buffer, from: number, what: string): { headers: Record<string, unknown>; next: number } {
  const found = bytes.indexOf(NEWLINE, from);
  const end = found === -1 ? bytes.length : found;
  if (end - from > MOST_HEADER_BYTES)
    throw new EnvelopeTrouble(`${what} is longer than ${MOST_HEADER_BYTES} bytes`, from, 'headers as JSON on one line');
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8', from, end));
  } catch {
    throw new EnvelopeTrouble(`${what} is no JSON`, from, 'headers as a JSON object on one line, such as {"type":"session","length":306}');
  }
  if (!isObject(value)) throw new EnvelopeTrouble(`${what} is no JSON object`, from, 'headers as a JSON object on one line');
  return { headers: value, next: found === -1 ? end : end + 1 };
}

function itemOf(
  bytes: Buffer,
  headers: Record<string, unknown>,
  from: number,
  headerAt: number,
  number: number,
): { read: EnvelopeItem; next: number } {
  const { type, length } = headers;
  if (typeof type !== 'string' || type === '')
    throw new EnvelopeTrouble(`item ${number} says no type`, headerAt, 'a type, such as "session" or "event"');
  const declaredLength = lengthOf(length, number, headerAt);
  const end = declaredLength === null ? lineEnd(bytes, from) : from + declaredLength;
  if (end > bytes.length)
    throw new EnvelopeTrouble(
      `item ${number} (${type}) says ${declaredLength ?? 0} bytes, and ${bytes.length - from} are left`,
      from,
      'the length of the payload in bytes, not in letters',
    );
  const after = bytes[end];
  if (declaredLength !== null && after !== undefined && after !== NEWLINE)
    throw new EnvelopeTrouble(
      `item ${number} (${type}) does not end after its ${declaredLength} bytes`,
      end,
      'a line break behind each payload',
    );
  return {
    read: { type, headers, payload: bytes.subarray(from, end), declaredLength, endedByNewline: after === undefined ? null : true },
    next: after === undefined ? end : end + 1,
  };
}

function lengthOf(length: unknown, number: number, at: number): number | null {
  if (length === undefined || length === null) return null;
  if (typeof length === 'number' && Number.isSafeInteger(length) && length >= 0) return length;
  throw new EnvelopeTrouble(`the length of item ${number} is ${JSON.stringify(length)}`, at, 'a whole number of bytes, or none at all');
}

function lineEnd(bytes: Buffer, from: number): number {
  const found = bytes.indexOf(NEWLINE, from);
  return found === -1 ? bytes.length : found;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
