/**
 * The keys that stored secrets are sealed with (AES-256-GCM). Each sealed text names its key, so that keys can be changed: the newest seals, the older ones
 * still open what they sealed, until it has been sealed anew.
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** A key; its id is made from it (eight hexadecimal digits), so that nobody has to name keys. */
export type Key = { id: string; bytes: Buffer };

/** Where keys come from, in this order: given by the environment, kept in a file. `isMade`: the file is made when it is not there. */
export type KeySource = { given: readonly string[]; file: string; isMade: boolean };

/** Text sealed in its place. */
export type Sealed = { sealed: string };

export type Keyring = {
  /** Where the newest key comes from: `environment`, `file`, or `secret` (made from SIGNALBOX_SECRET). */
  readonly from: 'environment' | 'file' | 'secret';
  /** The id of the key that seals. */
  current(): string;
  /** Ids of all keys that open, the newest first. */
  ids(): readonly string[];
  /** Seals a text. `place` is where it will stand: moved elsewhere it cannot be opened. */
  seal(text: string, place: string): Sealed;
  /** @throws KeyTrouble when no key opens it there */
  open(sealed: Sealed, place: string): string;
  /** The id of the key that sealed a text; null for one from before keys had ids. */
  keyOf(sealed: Sealed): string | null;
  /** Puts a new key before the others in the file. Null: keys are not kept in a file, so whoever gives them must give a new one. */
  renew(): string | null;
};

export class KeyTrouble extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'KeyTrouble';
  }
}

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** `v2.<key id>.<base64url of nonce, tag, text>`; what has no such head is from before, and its key was made from the instance's secret. */
const SEALED = /^v2\.([0-9a-f]{8})\.([A-Za-z0-9_-]+)$/;

/** A key that is written as 32 bytes in base64; null for anything else. */
export function keyIn(text: string): Key | null {
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(text.trim())) return null;
  const bytes = Buffer.from(text.trim(), 'base64');
  return bytes.length === KEY_BYTES ? keyOfBytes(bytes) : null;
}

function keyOfBytes(bytes: Buffer): Key {
  return { id: createHash('sha256').update('signalbox key id').update(bytes).digest('hex').slice(0, 8), bytes };
}

/** The key that an instance's secret stands for: what sealed everything before keys had ids, and still does where processes share nothing but a secret. */
function keyOfSecret(secret: string): Key {
  return keyOfBytes(Buffer.from(hkdfSync('sha256', secret, '', 'signalbox connection settings', KEY_BYTES)));
}

export function isSealed(value: unknown): value is Sealed {
  return (
    typeof value === 'object' && value !== null && 'sealed' in value && typeof value.sealed === 'string' && Object.keys(value).length === 1
  );
}

/** The keys of an instance that has nothing but its secret: for tests, and where keys are neither given nor kept. */
export function keyringOfSecret(secret: string): Keyring {
  return ringOf(
    'secret',
    () => [],
    keyOfSecret(secret),
    () => null,
  );
}

/**
 * Opens the keys of an instance; makes the file with the first one (only its owner may read it) where there is none and there should be.
 *
 * @param secret the instance's secret, whose key still opens what it sealed
 * @throws KeyTrouble that names the file and what is wrong
 */
export function openKeyring(source: KeySource, secret: string): Keyring {
  const old = keyOfSecret(secret);
  const given = source.given.flatMap((text) => keyIn(text) ?? []);
  if (given.length > 0)
    return ringOf(
      'environment',
      () => given,
      old,
      () => null,
    );
  let kept = readKeys(source.file);
  if (kept === null && !source.isMade) return keyringOfSecret(secret);
  if (kept === null) {
    addKey(source.file, []);
    kept = readKeys(source.file) ?? [];
  }
  let keys = kept;
  let readAt = stampOf(source.file);
  // another process of this data directory may have put a new key there
  const current = (): readonly Key[] => {
    const stamp = stampOf(source.file);
    if (stamp !== readAt) {
      keys = readKeys(source.file) ?? keys;
      readAt = stamp;
    }
    return keys;
  };
  return ringOf('file', current, old, () => {
    addKey(source.file, current());
    return current()[0]?.id ?? null;
  });
}

function ringOf(from: Keyring['from'], keys: () => readonly Key[], old: Key, renew: () => string | null): Keyring {
  const all = (): readonly Key[] => [...keys(), old];
  const first = (): Key => keys()[0] ?? old;
  return {
    from,
    current: () => first().id,
    ids: () => all().map(({ id }) => id),
    seal(text, place) {
      const { id, bytes } = first();
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', bytes, nonce).setAAD(Buffer.from(`v2.${id} ${place}`));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return { sealed: `v2.${id}.${Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url')}` };
    },
    open({ sealed }, place) {
      const [, id, body] = SEALED.exec(sealed) ?? [];
      if (id === undefined || body === undefined) return opened(old, Buffer.from(sealed, 'base64'), place, place);
      const key = all().find((each) => each.id === id);
      if (key === undefined)
        throw new KeyTrouble(
          `what is kept at ${place} was sealed with the key ${id}, which is not here (there ${all().length === 1 ? 'is' : 'are'} ${all()
            .map((each) => each.id)
            .join(', ')})`,
        );
      return opened(key, Buffer.from(body, 'base64url'), `v2.${id} ${place}`, place);
    },
    keyOf: ({ sealed }) => SEALED.exec(sealed)?.[1] ?? null,
    renew,
  };
}

function opened(key: Key, bytes: Buffer, about: string, place: string): string {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key.bytes, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(about))
      .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8');
  } catch (cause) {
    throw new KeyTrouble(
      `what is kept at ${place} cannot be opened with the key ${key.id}: it was changed, moved, or sealed with another`,
      { cause },
    );
  }
}

/* ---- the file ---- */

const HEAD = `# Keys that Signalbox seals stored secrets with, one on a line, the newest first. Keep a copy apart from the backups of the database:
# without these keys its secrets cannot be opened, and with both anyone can. "signalbox secrets rotate" puts a new key before the others.
`;

/** The keys in a file, the newest first; null when there is no file. */
function readKeys(file: string): Key[] | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new KeyTrouble(`the keys in ${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  // others could read it: whoever put it there did not mean that
  if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
  const lines = text.split('\n').map((line) => line.replace(/#.*/, '').trim());
  const keys = lines.flatMap((line, index) => {
    if (line === '') return [];
    const key = keyIn(line);
    if (key === null) throw new KeyTrouble(`line ${index + 1} of ${file} is no key: 32 bytes in base64 (openssl rand -base64 32)`);
    return [key];
  });
  if (keys.length === 0) throw new KeyTrouble(`${file} has no key in it: put it back from its copy, or remove it to have a new one made`);
  return keys;
}

function stampOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  return found === undefined ? '' : `${found.mtimeMs}:${found.size}:${found.ino}`;
}

/** Writes the file with a new key before `keys`. Whole or not at all; of two processes that make the first key together, both get the same. */
function addKey(file: string, keys: readonly Key[]): void {
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    const lines = [randomBytes(KEY_BYTES), ...keys.map(({ bytes }) => bytes)].map((bytes) => bytes.toString('base64'));
    writeFileSync(draft, `${HEAD}${lines.join('\n')}\n`, { mode: 0o600 });
    const opened = openSync(draft, 'r');
    fsyncSync(opened);
    closeSync(opened);
    if (keys.length > 0) renameSync(draft, file);
    else linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
      throw new KeyTrouble(
        `the keys in ${file} cannot be written: ${(error as Error).message}. Set SIGNALBOX_KEY_FILE to a file that this account may write`,
        {
          cause: error,
        },
      );
  } finally {
    rmSync(draft, { force: true });
  }
}
