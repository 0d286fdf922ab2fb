import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createCipheriv, hkdfSync } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { keyIn, keyringOfSecret, openKeyring } from './keyring.ts';

const place = mkdtempSync(join(tmpdir(), 'signalbox-keys-'));
afterAll(() => rmSync(place, { recursive: true }));

const secret = 'the secret of this instance, long enough';
let number = 0;
const fresh = (): string => join(place, String(++number), 'keys');
const keyOf = (byte: number): string => Buffer.alloc(32, byte).toString('base64');
const inFile = (file: string) => openKeyring({ given: [], file, isMade: true }, secret);
const given = (...keys: number[]) => openKeyring({ given: keys.map(keyOf), file: fresh(), isMade: false }, secret);

describe('the keys of an instance', () => {
  test('are made at the first start, in a file that only its owner may read, and are the same at the next', () => {
    const file = fresh();
    const ring = inFile(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(ring.from).toBe('file');
    expect(inFile(file).current()).toBe(ring.current());
    expect(inFile(file).open(ring.seal('hidden', 'a'), 'a')).toBe('hidden');
    chmodSync(file, 0o644);
    inFile(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('come from the environment before the file, and then no file is made', () => {
    const file = fresh();
    const ring = openKeyring({ given: [keyOf(1), keyOf(2)], file, isMade: false }, secret);
    expect(ring.from).toBe('environment');
    expect(ring.current()).toBe(keyIn(keyOf(1))?.id);
    expect(statSync(file, { throwIfNoEntry: false })).toBeUndefined();
    expect(ring.renew()).toBeNull();
  });

  test('are made from the secret where processes share nothing else', () => {
    const file = fresh();
    const ring = openKeyring({ given: [], file, isMade: false }, secret);
    expect(ring.from).toBe('secret');
    expect(keyringOfSecret(secret).open(ring.seal('hidden', 'a'), 'a')).toBe('hidden');
    expect(statSync(file, { throwIfNoEntry: false })).toBeUndefined();
  });

  test.each([
    ['', 'has no key in it'],
    ['# only words\n', 'has no key in it'],
    ['short\n', 'line 1 of'],
    [`${keyOf(1)}\nnonsense\n`, 'line 2 of'],
  ])('a file with %j is refused by name', (text, message) => {
    const file = join(place, `wrong-${++number}`);
    writeFileSync(file, text);
    expect(() => inFile(file)).toThrow(message);
  });
});

describe('a sealed text', () => {
  test('is another each time, tells nothing of what it holds, and names its key', () => {
    const ring = given(1);
    const [one, two] = [ring.seal('hidden', 'a'), ring.seal('hidden', 'a')];
    expect(one.sealed).not.toBe(two.sealed);
    expect(JSON.stringify(one)).not.toContain('hidden');
    expect(ring.keyOf(one)).toBe(ring.current());
  });

  test('opens in its own place only, and only as it was sealed', () => {
    const ring = given(1, 2);
    const { sealed } = ring.seal('hidden', 'con_1.token');
    expect(() => ring.open({ sealed }, 'con_2.token')).toThrow('con_2.token cannot be opened');
    const changed = `${sealed.slice(0, 20)}${sealed[20] === 'A' ? 'B' : 'A'}${sealed.slice(21)}`;
    expect(() => ring.open({ sealed: changed }, 'con_1.token')).toThrow('it was changed, moved, or sealed with another');
    // another key's id in its head: the head is sealed too
    const other = sealed.replace(ring.current(), keyIn(keyOf(2))?.id ?? '');
    expect(() => ring.open({ sealed: other }, 'con_1.token')).toThrow('cannot be opened');
    expect(() => ring.open({ sealed: sealed.slice(0, 30) }, 'con_1.token')).toThrow('cannot be opened');
    expect(() => ring.open({ sealed: 'v2.00000000.AAAA' }, 'con_1.token')).toThrow('sealed with the key 00000000, which is not here');
  });

  test('from before keys had ids opens with the key of the secret', () => {
    const old = Buffer.from(hkdfSync('sha256', secret, '', 'signalbox connection settings', 32));
    const nonce = Buffer.alloc(12, 3);
    const cipher = createCipheriv('aes-256-gcm', old, nonce).setAAD(Buffer.from('con_1.token'));
    const body = Buffer.concat([cipher.update('"hidden"'), cipher.final()]);
    const sealed = Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64');
    expect(given(1).open({ sealed }, 'con_1.token')).toBe('"hidden"');
    expect(given(1).keyOf({ sealed })).toBeNull();
  });
});

describe('a new key', () => {
  test('seals from then on; the older ones still open, and another process of the same directory learns of it', () => {
    const file = fresh();
    const [ring, other] = [inFile(file), inFile(file)];
    const before = ring.seal('hidden', 'a');
    const first = ring.current();
    const second = ring.renew();
    expect(second).not.toBe(first);
    expect(ring.ids().slice(0, 2)).toEqual([second, first]);
    expect(ring.open(before, 'a')).toBe('hidden');
    const after = ring.seal('hidden', 'a');
    expect(other.open(after, 'a')).toBe('hidden');
    expect(readFileSync(file, 'utf8')).toContain('# Keys that Signalbox seals');
  });
});
