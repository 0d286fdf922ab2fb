/** What a backup says of itself. `signalbox-backup.json` is its first part, the manifest with a digest of every other part its last but one, and a signature over that its last. */
import { createHash, createPublicKey, sign, verify } from 'node:crypto';
import { z } from 'zod';
import type { SealKey } from '../journal.ts';
import { notOurs, cutOff, partsOf } from './archive.ts';
import type { Part } from './archive.ts';
import { BackupTrouble } from './trouble.ts';

/** Raised when an older Signalbox could not read what this one writes. */
const FORMAT = 1;
export const ABOUT = 'signalbox-backup.json';
const MANIFEST = 'manifest.json';
const SIGNATURE = 'signature.json';

const about = z.object({
  is: z.literal('a backup of Signalbox'),
  format: z.number().int(),
  /** The version of Signalbox that made it. */
  product: z.string(),
  /** Of the server that it was taken from: `18.4`. */
  postgresql: z.string(),
  takenAt: z.iso.datetime(),
  /** The migrations that the database had. */
  schema: z.array(z.object({ number: z.number().int(), name: z.string(), checksum: z.string() })).min(1),
  apps: z.array(z.string()),
});
const partition = z.object({ name: z.string(), from: z.string(), to: z.string() });
const table = z.object({
  schema: z.string(),
  name: z.string(),
  columns: z.array(z.string()).min(1),
  /** Columns whose values are not in the backup. */
  emptied: z.array(z.string()),
  /** The partitions that it had, by range. */
  partitions: z.array(partition),
  rows: z.number().int().min(0),
  parts: z.array(z.object({ name: z.string(), bytes: z.number().int(), sha256: z.string() })),
});
const manifest = about.extend({
  tables: z.array(table),
  /** What each sequence has handed out last; null: nothing. */
  sequences: z.array(z.object({ schema: z.string(), name: z.string(), last: z.string().nullable() })),
});
const signature = z.object({ publicKey: z.string(), signature: z.string() });

export type About = z.infer<typeof about>;
export type Manifest = z.infer<typeof manifest>;
export type TableOfBackup = z.infer<typeof table>;

export function aboutOf(given: Omit<About, 'is' | 'format'>): About {
  return { is: 'a backup of Signalbox', format: FORMAT, ...given };
}

export function jsonPart(name: string, value: unknown): Part {
  return { name, bytes: Buffer.from(`${JSON.stringify(value, null, 2)}\n`) };
}

/** The two parts that end a backup. */
export function closingParts(content: Manifest, key: SealKey): [Part, Part] {
  const part = jsonPart(MANIFEST, content);
  return [part, jsonPart(SIGNATURE, { publicKey: key.publicKey, signature: sign(null, part.bytes, key.privateKey).toString('base64') })];
}

export function digestOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A backup that was read to its end and is whole. */
export type Checked = { manifest: Manifest; publicKey: string };

/**
 * Reads a backup to its end and checks that it is whole: that it is one, that nothing is missing, and that every part is the one that was written.
 *
 * @throws BackupTrouble that says what is wrong with the file
 */
export async function checkBackup(file: string): Promise<Checked> {
  const found = new Map<string, { bytes: number; sha256: string }>();
  const last: { manifest: Buffer | null; signature: Buffer | null } = { manifest: null, signature: null };
  let first: About | null = null;
  for await (const { name, bytes } of partsOf(file)) {
    if (first === null) first = aboutIn(name, bytes, file);
    else if (last.signature !== null || found.has(name)) throw altered(file, `has ${name} where nothing should be`);
    else if (name === MANIFEST) last.manifest = bytes;
    else if (name === SIGNATURE) last.signature = bytes;
    else if (last.manifest !== null) throw altered(file, `has ${name} after its manifest`);
    else found.set(name, { bytes: bytes.length, sha256: digestOf(bytes) });
  }
  if (first === null) throw notOurs(file);
  if (last.manifest === null || last.signature === null) throw cutOff(file);
  const { publicKey } = signed(last.manifest, last.signature, file);
  const content = parsed(manifest, last.manifest, file, MANIFEST);
  const fault = faultOf(content, first, found);
  if (fault !== null) throw altered(file, fault);
  return { manifest: content, publicKey };
}

function aboutIn(name: string, bytes: Buffer, file: string): About {
  if (name !== ABOUT) throw notOurs(file);
  const { format } = parsed(z.object({ format: z.number() }), bytes, file, ABOUT);
  if (format > FORMAT)
    throw new BackupTrouble(
      'file',
      `${file} was written by a newer Signalbox (format ${format}; this one reads up to ${FORMAT}). Install that version or a later one.`,
    );
  return parsed(about, bytes, file, ABOUT);
}

function signed(content: Buffer, bytes: Buffer, file: string): { publicKey: string } {
  const given = parsed(signature, bytes, file, SIGNATURE);
  let holds = false;
  try {
    const key = createPublicKey({ key: Buffer.from(given.publicKey, 'base64'), format: 'der', type: 'spki' });
    holds = verify(null, content, key, Buffer.from(given.signature, 'base64'));
  } catch {
    // What is no key signs nothing.
  }
  if (!holds) throw altered(file, 'has a manifest that is not the one that was signed');
  return given;
}

function faultOf(content: Manifest, first: About, found: ReadonlyMap<string, { bytes: number; sha256: string }>): string | null {
  const same = (Object.keys(about.shape) as (keyof About)[]).every(
    (field) => JSON.stringify(content[field]) === JSON.stringify(first[field]),
  );
  if (!same) return `says one thing in ${ABOUT} and another in ${MANIFEST}`;
  const parts = content.tables.flatMap((each) => each.parts);
  for (const { name, bytes, sha256 } of parts) {
    const there = found.get(name);
    if (there === undefined) return `lacks ${name}`;
    if (there.bytes !== bytes || there.sha256 !== sha256) return `has another ${name} than was written`;
  }
  return parts.length === found.size ? null : 'has parts that its manifest does not name';
}

export function altered(file: string, how: string): BackupTrouble {
  return new BackupTrouble('file', `${file} was altered or damaged: it ${how}. Use another backup.`);
}

function parsed<T>(schema: z.ZodType<T>, bytes: Buffer, file: string, name: string): T {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw altered(file, `has a ${name} that is no JSON`);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw altered(file, `has a ${name} that cannot be read (${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''})`);
}
