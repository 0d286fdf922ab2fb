/** What a strict reader finds in a file that a crash reporter wrote: an envelope, a decoded one, a report of an Apple crash, or Android's thread dump of an ANR. */
import { readFile } from 'node:fs/promises';
import { EnvelopeTrouble, isObject, readEnvelope } from './envelope.ts';
import { threadDump } from './thread-dump.ts';

type FoundItem = {
  type: string;
  declared_length: number | null;
  actual_length: number;
  filename: string | null;
  attachment_type: string | null;
  /** Null for what is not meant to be JSON. */
  payload_is_json: boolean | null;
  /** Null where the envelope ends with the item. */
  next_byte_is_newline: boolean | null;
};

export type Found = { bytes: number } & (
  | { envelope: { event_id: string | null; header_keys: readonly string[]; items: readonly FoundItem[] } }
  | { decoded_envelope: { items: readonly string[]; header_keys: readonly string[] } }
  | {
      crash: {
        error_type: string | null;
        signal: string | null;
        mach: string | null;
        nsexception: string | null;
        threads: number;
        crashed_thread: number | null;
        crashed_frames: number | null;
        binary_images: number;
      };
    }
  | {
      anr: {
        java_threads_listed: number;
        pid: string | null;
        process: string | null;
        main_state: string | null;
        main_java_frames: number;
        main_top_java_frame: string | null;
        main_native_frames: number;
      };
    }
);

/** Items whose payload is bytes of some other kind. */
const NOT_JSON: ReadonlySet<string> = new Set(['attachment', 'replay_recording', 'replay_video', 'profile_chunk']);

/** The same of a file: why it cannot be read where it is none of them. Throws where there is no such file. */
export async function foundInFile(
  file: string,
): Promise<{ ok: true; found: Found } | { ok: false; because: string; atByte: number; right: string }> {
  const bytes = await readFile(file);
  try {
    return { ok: true, found: foundIn(bytes) };
  } catch (error) {
    if (!(error instanceof EnvelopeTrouble)) throw error;
    return { ok: false, because: error.message, atByte: error.atByte, right: error.wouldBeRight };
  }
}

/** Throws `EnvelopeTrouble` for what is none of them. */
export function foundIn(bytes: Buffer): Found {
  const text = bytes.toString('utf8');
  const whole = jsonOf(text);
  if (isObject(whole) && isObject(whole['crash'])) return { bytes: bytes.length, crash: appleCrash(whole, whole['crash']) };
  if (isObject(whole) && isObject(whole['header']) && Array.isArray(whole['items'])) {
    const items = whole['items'].map(
      (item) => (isObject(item) && isObject(item['header']) ? textOr(item['header']['type']) : null) ?? 'unknown',
    );
    return { bytes: bytes.length, decoded_envelope: { items, header_keys: Object.keys(whole['header']) } };
  }
  const dump = threadDump(text);
  if (dump !== null) {
    return {
      bytes: bytes.length,
      anr: {
        java_threads_listed: dump.threads,
        pid: dump.pid,
        process: dump.process,
        main_state: dump.main?.state ?? null,
        main_java_frames: dump.main?.javaFrames.length ?? 0,
        main_top_java_frame: dump.main?.javaFrames[0] ?? null,
        main_native_frames: dump.main?.nativeFrames ?? 0,
      },
    };
  }
  const { headers, items } = readEnvelope(bytes);
  return {
    bytes: bytes.length,
    envelope: {
      event_id: textOr(headers['event_id']),
      header_keys: Object.keys(headers),
      items: items.map((item) => ({
        type: item.type,
        declared_length: item.declaredLength,
        actual_length: item.payload.length,
        filename: textOr(item.headers['filename']),
        attachment_type: textOr(item.headers['attachment_type']),
        payload_is_json: NOT_JSON.has(item.type) ? null : jsonOf(item.payload.toString('utf8')) !== undefined,
        next_byte_is_newline: item.endedByNewline,
      })),
    },
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const textOr = (value: unknown): string | null => (typeof value === 'string' ? value : null);

function within(value: unknown, key: string): unknown {
  return isObject(value) ? value[key] : undefined;
}

/** A report of KSCrash, which Sentry's SDK for Apple's systems keeps until it is sent. */
function appleCrash(report: Record<string, unknown>, crash: Record<string, unknown>) {
  const error = crash['error'];
  const threads = Array.isArray(crash['threads']) ? crash['threads'] : [];
  const crashed = threads.findIndex((thread) => within(thread, 'crashed') === true);
  const frames = within(within(threads[crashed], 'backtrace'), 'contents');
  return {
    error_type: textOr(within(error, 'type')),
    signal: textOr(within(within(error, 'signal'), 'name')),
    mach: textOr(within(within(error, 'mach'), 'exception_name')),
    nsexception: textOr(within(within(error, 'nsexception'), 'name')),
    threads: threads.length,
    crashed_thread: crashed === -1 ? null : crashed,
    crashed_frames: Array.isArray(frames) ? frames.length : null,
    binary_images: Array.isArray(report['binary_images']) ? report['binary_images'].length : 0,
  };
}
