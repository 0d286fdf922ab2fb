import { createHash, randomBytes } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** A random word of letters and digits; 43 of them carry 256 bits. */
export function randomWord(length: number): string {
  let word = '';
  while (word.length < length) {
    for (const byte of randomBytes(length)) {
      // bytes past the last whole round of the alphabet would make its first letters likelier
      if (byte < 248 && word.length < length) word += ALPHABET[byte % ALPHABET.length];
    }
  }
  return word;
}

/** What is stored of a secret that only ever has to be recognised: it is long and random, so a plain hash is enough. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
