/**
 * The file of a backup: a tar (ustar, POSIX.1-1988) under gzip, so that any system can list and unpack it. It is written and read as a stream; one part of it at a
 * time is held in memory. The writer knows the size of each part before it begins, which is why long tables are cut into several.
 */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { BackupTrouble } from './trouble.ts';

/** One file of the archive. */
export type Part = { name: string; bytes: Buffer };

/** Parts are cut at this size. */
export const PART_BYTES = 4 * 1024 * 1024;
/** A manifest has a line for each part, so it may be longer than one. What claims to be longer than this is not ours. */
const LONGEST_PART_BYTES = 64 * 1024 * 1024;
const BLOCK_BYTES = 512;
const MAGIC = 'ustar\u000000';

/** A part as it stands in the archive: its header, its bytes, and what fills its last block. */
export function* packed({ name, bytes }: Part): Generator<Buffer> {
  yield headerOf(name, bytes.length);
  yield bytes;
  const rest = bytes.length % BLOCK_BYTES;
  if (rest > 0) yield Buffer.alloc(BLOCK_BYTES - rest);
}

/** What ends an archive: two blocks of nothing. */
export function endOfArchive(): Buffer {
  return Buffer.alloc(2 * BLOCK_BYTES);
}

function headerOf(name: string, size: number): Buffer {
  const header = Buffer.alloc(BLOCK_BYTES);
  if (Buffer.byteLength(name) > 100) throw new Error(`the name of a part is too long for its header: ${name}`);
  header.write(name, 0);
  header.write('0000600\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  // The same content makes the same file: when it was taken is in the manifest.
  header.write('00000000000\0', 136);
  header.write('0', 156);
  header.write(MAGIC, 257);
  header.write(`${checksumOf(header).toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

/** The sum of the header's bytes, where its own place counts as blanks. */
function checksumOf(header: Buffer): number {
  let sum = 8 * 0x20;
  for (const [index, byte] of header.entries()) if (index < 148 || index >= 156) sum += byte;
  return sum;
}

/**
 * Reads the parts of an archive, one after the other.
 *
 * @throws BackupTrouble when the file cannot be read, is no archive of this kind, is cut off or was altered so that it is none any more
 */
export async function* partsOf(file: string): AsyncGenerator<Part> {
  const source = createReadStream(file, { highWaterMark: 256 * 1024 });
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  pipeline(source, gunzip, () => undefined);
  const reader = readerOf(gunzip);
  let count = 0;
  try {
    for (;;) {
      const header = await reader.take(BLOCK_BYTES);
      if (header === null) throw cutOff(file);
      if (header.every((byte) => byte === 0)) break;
      const { name, size } = headerIn(header, file, count);
      const bytes = await reader.take(size);
      const rest = size % BLOCK_BYTES;
      if (bytes === null || (rest > 0 && (await reader.take(BLOCK_BYTES - rest)) === null)) throw cutOff(file);
      count += 1;
      yield { name, bytes };
    }
    // To the end, so that the checksum of the whole is looked at.
    await reader.drain();
  } catch (error) {
    throw inWords(error, file, count);
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

function headerIn(header: Buffer, file: string, count: number): { name: string; size: number } {
  const textAt = (from: number, to: number): string => header.toString('latin1', from, to).replace(/\0.*$/s, '').trim();
  const size = Number.parseInt(textAt(124, 136), 8);
  const isOurs =
    header.toString('latin1', 257, 265) === MAGIC &&
    Number.parseInt(textAt(148, 156), 8) === checksumOf(header) &&
    Number.isInteger(size) &&
    size <= LONGEST_PART_BYTES;
  if (!isOurs)
    throw count === 0 ? notOurs(file) : new BackupTrouble('file', `${file} is damaged after its part ${count}. Use another backup.`);
  return { name: textAt(0, 100), size };
}

type Reader = { take(bytes: number): Promise<Buffer | null>; drain(): Promise<void> };

/** Hands out a stream in the sizes that are asked for; null where it ends before. */
function readerOf(stream: AsyncIterable<Buffer>): Reader {
  const chunks = stream[Symbol.asyncIterator]();
  let kept: Buffer[] = [];
  let bytes = 0;
  return {
    async take(wanted) {
      while (bytes < wanted) {
        const next = await chunks.next();
        if (next.done === true) return null;
        kept.push(next.value);
        bytes += next.value.length;
      }
      const all = kept.length === 1 && kept[0] !== undefined ? kept[0] : Buffer.concat(kept);
      kept = wanted === all.length ? [] : [all.subarray(wanted)];
      bytes -= wanted;
      return all.subarray(0, wanted);
    },
    async drain() {
      while ((await chunks.next()).done !== true);
    },
  };
}

/** The first thing in a file says whether it is a backup at all. */
export function notOurs(file: string): BackupTrouble {
  return new BackupTrouble('file', `${file} is no backup of Signalbox: signalbox backup FILE makes one.`);
}

export function cutOff(file: string): BackupTrouble {
  return new BackupTrouble('file', `${file} is cut off: its end is missing. Copy it again, or use another backup.`);
}

function inWords(error: unknown, file: string, count: number): unknown {
  if (error instanceof BackupTrouble) return error;
  const { code = '', message } = error as { code?: string; message: string };
  if (code === 'ENOENT') return new BackupTrouble('file', `there is no file ${file}`, { cause: error });
  if (code === 'EISDIR') return new BackupTrouble('file', `${file} is a folder: name the file of a backup`, { cause: error });
  if (code === 'EACCES' || code === 'EPERM') return new BackupTrouble('file', `${file} cannot be read by this account`, { cause: error });
  if (code === 'Z_BUF_ERROR') return cutOff(file);
  if (code.startsWith('Z_'))
    return count === 0 && message === 'incorrect header check'
      ? notOurs(file)
      : new BackupTrouble('file', `${file} is damaged (${message}). Use another backup.`, { cause: error });
  return error;
}
