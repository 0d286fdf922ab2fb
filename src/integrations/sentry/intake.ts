/**
 * What an envelope of a Sentry SDK says of release health. Source: develop.sentry.dev, "Sessions", "Event Payloads", "Envelopes".
 * Sessions and aggregates of sessions are usage; events with an exception that was not handled are crashes; those whose mechanism names an ANR or an app that hangs are ANRs.
 */
import { hash } from 'node:crypto';
import type { Observed, Origin, Unread } from '#domain/health/observed.ts';
import { EnvelopeTrouble, isObject, readEnvelope } from './envelope.ts';

type Json = Record<string, unknown>;

/** `observed` in the order of the envelope; `ignored` counts items that say nothing of health (transactions, attachments, replays). */
export type Intake = { observed: Observed[]; unread: Unread[]; ignored: number };

/** Reads an envelope that was decompressed. Throws `EnvelopeTrouble` where it is none; an item that cannot be read is named and the others are read. */
export function readIntake(bytes: Buffer): Intake {
  const { items } = readEnvelope(bytes);
  const intake: Intake = { observed: [], unread: [], ignored: 0 };
  for (const { type, payload } of items) {
    if (type !== 'session' && type !== 'sessions' && type !== 'event') {
      intake.ignored += 1;
      continue;
    }
    const value = jsonOf(payload);
    if (value === null)
      intake.unread.push({ reason: 'unreadable', because: `the ${type} is no JSON object`, sample: payload.toString('utf8', 0, 200) });
    else add(intake, type, value);
  }
  return intake;
}

/** An event by itself, as the older `store` address takes it. */
export function readStored(bytes: Buffer): Intake {
  const intake: Intake = { observed: [], unread: [], ignored: 0 };
  const value = jsonOf(bytes);
  if (value === null)
    intake.unread.push({ reason: 'unreadable', because: 'the event is no JSON object', sample: bytes.toString('utf8', 0, 200) });
  else add(intake, 'event', value);
  return intake;
}

function add(intake: Intake, type: 'session' | 'sessions' | 'event', value: Json): void {
  const found = type === 'session' ? sessionOf(value) : type === 'sessions' ? aggregatesOf(value) : eventOf(value);
  if (found === 'ignored') intake.ignored += 1;
  else if (Array.isArray(found)) intake.observed.push(...found);
  else intake.unread.push(found);
}

const unread = (because: string, sample: unknown): Unread => ({ reason: 'unreadable', because, sample });

function jsonOf(bytes: Buffer): Json | null {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const within = (value: unknown, key: string): unknown => (isObject(value) ? value[key] : undefined);

/** `io.example.app@8.9.2+89214`, `8.9.2`; `dist` names the build where the release does not. */
export function originOf(release: unknown, environment: unknown, dist?: unknown): Origin | null {
  const named = text(release);
  if (named === null) return null;
  const behind = named.slice(named.lastIndexOf('@') + 1);
  const plus = behind.indexOf('+');
  const version = plus === -1 ? behind : behind.slice(0, plus);
  const build = text(dist) ?? (plus === -1 ? null : behind.slice(plus + 1));
  return { version, build: build === '' ? null : build, environment: text(environment) };
}

/** A moment as SDKs write it: ISO-8601 or seconds since 1970. */
function momentOf(value: unknown): number | null {
  const ms = typeof value === 'number' ? value * 1000 : typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isFinite(ms) && Math.abs(ms) < 8.64e15 ? ms : null;
}

const ENDED: ReadonlySet<unknown> = new Set(['exited', 'crashed', 'abnormal']);
/** A session of more than a day is a clock that was turned. */
const LONGEST_HOURS = 24;

function sessionOf(session: Json): Observed[] | Unread {
  const origin = originOf(within(session['attrs'], 'release'), within(session['attrs'], 'environment'));
  const startedMs = momentOf(session['started']);
  const sid = text(session['sid']);
  if (origin === null) return unread('the session names no release', session);
  if (startedMs === null || sid === null) return unread(`the session has no ${sid === null ? 'sid' : 'time at which it started'}`, session);
  const who = text(session['did']) ?? sid;
  const begun: Observed[] =
    session['init'] === true ? [{ is: 'usage', id: `${sid} init`, origin, atMs: startedMs, sessions: 1, hours: 0, who }] : [];
  const seconds = session['duration'];
  if (!ENDED.has(session['status']) || typeof seconds !== 'number') return begun;
  if (!(seconds >= 0) || seconds > LONGEST_HOURS * 3600) return unread(`the session lasted ${seconds} seconds`, session);
  const atMs = momentOf(session['timestamp']) ?? startedMs;
  return [...begun, { is: 'usage', id: `${sid} end`, origin, atMs, sessions: 0, hours: seconds / 3600, who }];
}

function aggregatesOf(value: Json): Observed[] | Unread {
  const origin = originOf(within(value['attrs'], 'release'), within(value['attrs'], 'environment'));
  const list = value['aggregates'];
  if (origin === null || !Array.isArray(list))
    return unread(origin === null ? 'the sessions name no release' : 'there is no list of aggregates', value);
  const found: Observed[] = [];
  for (const each of list as unknown[]) {
    const atMs = momentOf(within(each, 'started'));
    const counts = ['exited', 'errored', 'crashed', 'abnormal'].map((name) => within(each, name) ?? 0);
    if (atMs === null || !counts.every((count) => typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 && count <= 1e9))
      return unread('an aggregate has no time, or counts that are none', each);
    const sessions = (counts as number[]).reduce((sum, count) => sum + count, 0);
    found.push({ is: 'usage', id: null, origin, atMs, sessions, hours: 0, who: text(within(each, 'did')) });
  }
  return found;
}

const ANR = /anr|app ?hang|not ?responding/i;

function eventOf(event: Json): Observed[] | Unread | 'ignored' {
  const exceptions = valuesOf(event['exception']);
  // the innermost stands last
  const exception = exceptions.at(-1);
  const mechanisms = exceptions.map((each) => within(each, 'mechanism'));
  const isAnr = exceptions.some((each) =>
    ANR.test(`${text(within(each, 'type')) ?? ''} ${text(within(within(each, 'mechanism'), 'type')) ?? ''}`),
  );
  const isCrash =
    mechanisms.some((mechanism) => within(mechanism, 'handled') === false) || (event['level'] === 'fatal' && exception !== undefined);
  if (!isAnr && !isCrash) return 'ignored';
  const origin = originOf(event['release'], event['environment'], event['dist']);
  if (origin === null) return unread('the event names no release', { event_id: event['event_id'] });
  const atMs = momentOf(event['timestamp']);
  if (atMs === null) return unread('the event has no time', { event_id: event['event_id'] });
  const id = text(event['event_id']);
  const { user, contexts } = event;
  const type = text(within(exception, 'type')) ?? 'Error';
  const frames = framesOf(exception);
  const title = `${type}: ${text(within(exception, 'value')) ?? frames[0] ?? ''}`.slice(0, 200);
  return [
    {
      is: 'hit',
      what: isAnr ? 'anrs' : 'crashes',
      id,
      origin,
      atMs,
      who: text(within(user, 'id')) ?? text(within(within(contexts, 'device'), 'id')) ?? text(within(user, 'ip_address')) ?? id,
      segments: segmentsIn(event),
      fingerprint: fingerprintOf(event['fingerprint'], type, frames),
      title,
      flow: text(tagOf(event['tags'], 'flow')),
      frames,
      code: shownFrames(exception).map(codeOf),
    },
  ];
}

/** A list, by itself or in `values`: SDKs write both. */
function valuesOf(value: unknown): unknown[] {
  const list = Array.isArray(value) ? value : within(value, 'values');
  return Array.isArray(list) ? (list as unknown[]) : isObject(value) ? [value] : [];
}

const MOST_FRAMES = 12;

/** The innermost frames first; those of the app itself where they are marked. */
function framesOf(exception: unknown): string[] {
  return shownFrames(exception).map((frame) =>
    [text(within(frame, 'module')) ?? text(within(frame, 'filename')), text(within(frame, 'function'))]
      .filter((part) => part !== null)
      .join(' '),
  );
}

function shownFrames(exception: unknown): unknown[] {
  const frames = within(within(exception, 'stacktrace'), 'frames');
  if (!Array.isArray(frames)) return [];
  const all = (frames as unknown[]).toReversed();
  const own = all.filter((frame) => within(frame, 'in_app') === true);
  return (own.length > 0 ? own : all).slice(0, MOST_FRAMES);
}

const MOST_CODE_LETTERS = 300;

/**
 * Where a frame is in the code. Java and Kotlin tell a class and the bare name of a file (docs.sentry.io, "Stack Trace Interface"): `com.example.music.SignUp` and
 * `SignUp.kt` are `com/example/music/SignUp.kt`.
 */
function codeOf(frame: unknown): string | null {
  const file =
    text(within(frame, 'filename'))
      ?.replace(/^[a-z]+:\/\/\/?/, '')
      .replaceAll('\\', '/') ?? null;
  if (file === null || file === '' || file.startsWith('<')) return null;
  const module = text(within(frame, 'module'));
  const folder =
    !file.includes('/') && module?.includes('.') === true ? `${module.slice(0, module.lastIndexOf('.')).replaceAll('.', '/')}/` : '';
  const line = within(frame, 'lineno');
  return (
    `${folder}${file}`.slice(0, MOST_CODE_LETTERS) + (typeof line === 'number' && Number.isSafeInteger(line) && line > 0 ? `:${line}` : '')
  );
}

/** What groups crashes: what the app says itself, else the type and the innermost frames, without lines, which move from build to build. */
function fingerprintOf(given: unknown, type: string, frames: readonly string[]): string {
  const own = Array.isArray(given) ? (given as unknown[]).filter((part) => typeof part === 'string') : [];
  const made = [type, ...frames.slice(0, 5)];
  const parts = own.length === 0 ? made : own.flatMap((part) => (/^\{\{\s*default\s*\}\}$/.test(part) ? made : [part]));
  return hash('sha256', parts.join('\n')).slice(0, 32);
}

function tagOf(tags: unknown, name: string): unknown {
  if (!Array.isArray(tags)) return within(tags, name);
  const found = (tags as unknown[]).find((pair) => Array.isArray(pair) && pair[0] === name);
  return Array.isArray(found) ? (found[1] as unknown) : undefined;
}

function segmentsIn({ contexts, user, tags }: Json): string[] {
  const os = within(contexts, 'os');
  const major = /^\d+/.exec(text(within(os, 'version')) ?? '')?.[0];
  const name = text(within(os, 'name'));
  const device = text(within(within(contexts, 'device'), 'model')) ?? text(within(within(contexts, 'device'), 'family'));
  const country = text(within(within(user, 'geo'), 'country_code')) ?? text(tagOf(tags, 'country'));
  const arm = text(tagOf(tags, 'arm'));
  return [
    ...(name === null ? [] : [`os=${name}${major === undefined ? '' : ` ${major}`}`]),
    ...(device === null ? [] : [`device=${device}`]),
    ...(country === null ? [] : [`country=${country.toUpperCase()}`]),
    ...(arm === null ? [] : [`arm=${arm}`]),
  ];
}

/** An envelope as it came, or why it is none. `store`: an event by itself. */
export function openEnvelope(
  bytes: Buffer,
  as: 'envelope' | 'store',
): ({ ok: true } & Pick<Intake, 'observed' | 'unread'>) | { ok: false; because: string; right: string } {
  try {
    const { observed, unread: left } = as === 'store' ? readStored(bytes) : readIntake(bytes);
    return { ok: true, observed, unread: left };
  } catch (error) {
    if (!(error instanceof EnvelopeTrouble)) throw error;
    return { ok: false, because: `${error.message} (byte ${error.atByte})`, right: error.wouldBeRight };
  }
}
