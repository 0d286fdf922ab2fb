import { existsSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readIntake, readStored } from './intake.ts';

const envelope = (...items: readonly (readonly [type: string, payload: object])[]): Buffer =>
  Buffer.from(['{}', ...items.flatMap(([type, payload]) => [JSON.stringify({ type }), JSON.stringify(payload)])].join('\n'));
const attrs = { release: 'io.example.music@8.9.2+89214', environment: 'production' };
const origin = { version: '8.9.2', build: '89214', environment: 'production' };
const at = '2024-10-01T12:20:00Z';

const crash = {
  event_id: 'e1',
  timestamp: 1727785200,
  level: 'fatal',
  ...attrs,
  user: { id: 'u1', geo: { country_code: 'br' } },
  contexts: { os: { name: 'Android', version: '14.1' }, device: { model: 'Pixel 8' } },
  tags: { flow: 'playback' },
  exception: {
    values: [
      {
        type: 'NullPointerException',
        value: 'no player',
        mechanism: { type: 'UncaughtExceptionHandler', handled: false },
        stacktrace: {
          frames: [
            { module: 'android.os', function: 'loop' },
            { module: 'io.example.Player', function: 'play', lineno: 12, in_app: true },
          ],
        },
      },
    ],
  },
};

describe('what an envelope says of release health', () => {
  test('a session counts where it begins, and its time where it ends', () => {
    const session = { sid: 's1', did: 'd1', started: at, attrs };
    expect(readIntake(envelope(['session', { ...session, init: true, status: 'ok' }])).observed).toEqual([
      { is: 'usage', id: 's1 init', origin, atMs: Date.parse(at), sessions: 1, hours: 0, who: 'd1' },
    ]);
    const ended = { ...session, status: 'exited', duration: 1800, timestamp: '2024-10-01T12:50:00Z' };
    expect(readIntake(envelope(['session', ended])).observed).toMatchObject([{ id: 's1 end', sessions: 0, hours: 0.5 }]);
    expect(readIntake(envelope(['session', { ...ended, duration: -1 }])).unread).toMatchObject([
      { because: 'the session lasted -1 seconds' },
    ]);
  });

  test('aggregates count all of their sessions', () => {
    const aggregates = [{ started: at, exited: 40, errored: 2, crashed: 1 }];
    expect(readIntake(envelope(['sessions', { aggregates, attrs }])).observed).toMatchObject([{ sessions: 43, who: null, id: null }]);
  });

  test('what was not handled is a crash, with its person, segments, flow and frames', () => {
    const [found] = readIntake(envelope(['event', crash])).observed;
    expect(found).toMatchObject({
      is: 'hit',
      what: 'crashes',
      who: 'u1',
      origin,
      title: 'NullPointerException: no player',
      flow: 'playback',
      segments: ['os=Android 14', 'device=Pixel 8', 'country=BR'],
      frames: ['io.example.Player play'],
    });
    // lines move from build to build, and what is said of it may name things of the moment
    const moved = structuredClone(crash);
    Object.assign(moved.exception.values[0] ?? {}, { value: 'other words' });
    expect(readStored(Buffer.from(JSON.stringify(moved))).observed).toMatchObject([
      { fingerprint: found?.is === 'hit' ? found.fingerprint : '' },
    ]);
  });

  test('an ANR is told from a crash, and what was handled is neither', () => {
    const [value] = crash.exception.values;
    const anr = {
      ...crash,
      level: 'error',
      exception: { values: [{ ...value, type: 'ApplicationNotResponding', mechanism: { type: 'ANR', handled: false } }] },
    };
    const handled = { ...crash, level: 'error', exception: { values: [{ ...value, mechanism: { handled: true } }] } };
    const read = readIntake(envelope(['event', anr], ['event', handled], ['transaction', {}]));
    expect(read.observed).toMatchObject([{ is: 'hit', what: 'anrs' }]);
    expect(read.ignored).toBe(2);
  });

  test('whatever an item holds, it is read, ignored or named', () => {
    const key = fc.constantFrom(
      'sid',
      'started',
      'attrs',
      'status',
      'duration',
      'aggregates',
      'exception',
      'release',
      'timestamp',
      'user',
      'tags',
      'contexts',
      'fingerprint',
      'level',
      'values',
    );
    const value = fc.letrec((tie) => ({
      any: fc.oneof(fc.anything({ maxDepth: 1 }), fc.constant(at), fc.dictionary(key, tie('any')), fc.array(tie('any'))),
    })).any;
    fc.assert(
      fc.property(fc.constantFrom('session', 'sessions', 'event'), fc.dictionary(key, value), (type, payload) => {
        const body = JSON.stringify(payload, (_, each: unknown) => (typeof each === 'bigint' ? null : each));
        const { observed, unread, ignored } = readIntake(Buffer.from(`{}\n{"type":"${type}"}\n${body}\n`));
        expect(observed.length + unread.length + ignored).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

const DATA = new URL('../../../../shared/data/envelopes/', import.meta.url);

test.skipIf(!existsSync(DATA)).each([
  ['01-session-start.envelope', 1, 0],
  ['02-session-with-sdk.envelope', 1, 0],
  ['03-java-event.envelope', 0, 1],
  ['05-transaction.envelope', 0, 1],
  ['06-user-report.envelope', 0, 1],
])('of %s (skipped where ../shared is missing) %i things count and %i do not', (name, observed, ignored) => {
  const read = readIntake(readFileSync(new URL(name, DATA)));
  expect([read.observed.length, read.ignored, read.unread]).toEqual([observed, ignored, []]);
});
