import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dimensionOf, quarantineRights, readRollup, ROLLUP_BOUNDS, watermarkAfter, dayOf, firstLooseDay } from './rollup.ts';
import type { Known } from './rollup.ts';

const known: Known = { nowMs: Date.parse('2024-10-01T12:20:00Z'), versions: new Map([['ios', new Set(['8.9.2'])]]) };
const good = {
  platform: 'ios',
  version: '8.9.2',
  build: '89214',
  audience: 'production',
  bucket: '2024-10-01T11:00:00Z',
  users: 900,
  sessions: 1200,
  consumption: 640.5,
  crashes: { count: 7, affected: 4 },
};

function told(change: Record<string, unknown>): string {
  const read = readRollup({ ...good, ...change }, known);
  return read.ok ? 'accepted' : `${read.reason}: ${read.because}`;
}

describe('a roll-up', () => {
  test('says what an hour saw of a build in an audience', () => {
    expect(readRollup({ ...good, segment: 'country=BR', metrics: { 'playback-failures': { count: 3, affected: 3 } } }, known)).toEqual({
      ok: true,
      rollup: {
        platform: 'ios',
        version: '8.9.2',
        build: '89214',
        audience: 'production',
        segment: 'country=BR',
        bucketMs: Date.parse('2024-10-01T11:00:00Z'),
        revision: null,
        users: 900,
        newUsers: null,
        sessions: 1200,
        consumption: 640.5,
        crashes: { count: 7, affected: 4 },
        anrs: null,
        metrics: { 'playback-failures': { count: 3, affected: 3 } },
      },
    });
  });

  test('may be known within bounds: at least so many people, at most so much usage, and the other way round', () => {
    const bounds = { consumptionAtLeast: 600, crashes: { count: 9, affected: 4, affectedAtMost: 6 } };
    expect(readRollup({ ...good, ...bounds }, known)).toMatchObject({ ok: true, rollup: { consumption: 640.5, ...bounds } });
    expect(told({ consumptionAtLeast: 700 })).toBe('absurd: consumption is at least 700, and at most 640.5');
    expect(told({ crashes: { count: 9, affected: 4, affectedAtMost: 3 } })).toBe(
      'absurd: crashes: at least 4 people are affected, at most 3, by 9',
    );
    expect(told({ crashes: { count: 9, affected: 4, affectedAtMost: 10 } })).toMatch(/^absurd/);
  });

  test.each([
    [{ platform: 'tv' }, 'unknown-platform: platform is "tv"'],
    [{ version: '9.0.0' }, 'unknown-version: ios has no release "9.0.0"'],
    [{ version: undefined }, 'build-without-version: build "89214" comes without a version'],
    [{ version: undefined, build: undefined }, 'unknown-version: it names no version'],
    [{ build: 'a b' }, 'bad-build: build is "a b"'],
    [{ audience: 'friends' }, 'bad-audience: audience is "friends"'],
    [{ segment: 'BR' }, 'bad-segment: segment is "BR"'],
    [{ segment: 'country=B\nR' }, 'bad-segment: segment is "country=B\\nR"'],
    [{ bucket: '2024-10-01T11:20:00Z' }, 'bad-bucket: bucket is "2024-10-01T11:20:00Z"'],
    [{ bucket: '2024-13-01T11:00:00Z' }, 'bad-bucket: bucket is "2024-13-01T11:00:00Z"'],
    [{ bucket: '2024-10-01T14:00:00Z' }, 'accepted'],
    [{ bucket: '2024-10-01T15:00:00Z' }, 'future-bucket: 2024-10-01T15:00:00.000Z is ahead of 2024-10-01T12:20:00.000Z'],
    [{ bucket: '2023-08-01T00:00:00Z' }, 'too-old: 2023-08-01T00:00:00.000Z is older than 400 days'],
    [{ consumption: undefined }, 'not-a-number: consumption is missing'],
    [{ consumption: Number.NaN }, 'not-a-number: consumption is NaN'],
    [{ consumption: -1 }, 'negative: consumption is -1'],
    [{ consumption: 1e13 }, 'absurd: consumption is 10000000000000 in one hour'],
    [{ users: 1.5 }, 'not-a-number: users is 1.5, which is not whole'],
    [{ newUsers: 901 }, 'absurd: 901 new users are more than the 900 users of the hour'],
    [{ crashes: { count: 3, affected: 4 } }, 'absurd: crashes: 4 people are affected by 3'],
    [{ crashes: { count: 5000, affected: 1811 } }, 'absurd: crashes: 1811 people are affected of 900 users'],
    [{ crashes: { count: 5000, affected: 1810 } }, 'accepted'],
    [{ crashes: 4 }, 'bad-metric: crashes is 4'],
    [{ anrs: { count: 4 } }, 'bad-metric: anrs lacks its affected'],
    [{ metrics: { Slow: { count: 1, affected: 1 } } }, 'bad-metric: a metric is called "Slow"'],
    [
      { metrics: Object.fromEntries(Array.from({ length: 21 }, (_, at) => [`m${at}`, { count: 0, affected: 0 }])) },
      'too-many-metrics: it has 21 metrics',
    ],
    [{ crashs: 4 }, 'not-a-rollup: a roll-up has no "crashs"'],
  ])('with %j is answered: %s', (change, answer) => {
    expect(told(change)).toBe(answer);
  });

  test('whatever was sent, is accepted or refused with a reason that says what would be right', () => {
    const field = fc.constantFrom(...Object.keys(good), 'segment', 'metrics', 'revision', 'other');
    fc.assert(
      fc.property(fc.dictionary(field, fc.anything()), (change) => {
        const read = readRollup({ ...good, ...change }, known);
        expect(read.ok || quarantineRights[read.reason] !== '').toBe(true);
      }),
    );
    expect(readRollup(null, known)).toMatchObject({ ok: false, reason: 'not-a-rollup' });
  });

  test('belongs to the dimension before its equals sign', () => {
    expect([dimensionOf('all'), dimensionOf('device=A=B')]).toEqual([null, 'device']);
    expect(ROLLUP_BOUNDS.segmentsOfDimension).toBeGreaterThan(0);
  });
});

test('a watermark is what the source says, else its newest hour, and never goes back', () => {
  expect(watermarkAfter(null, null, null)).toBeNull();
  expect(watermarkAfter(null, 5, null)).toBe(5);
  expect(watermarkAfter(5, 3, null)).toBe(5);
  expect(watermarkAfter(5, 9, 7)).toBe(7);
});

test('a day is packed six hours after it is over', () => {
  const day = dayOf(Date.parse('2024-10-01T00:00:00.000Z'));
  expect(firstLooseDay(Date.parse('2024-10-02T05:59:59.999Z'))).toBe(day);
  expect(firstLooseDay(Date.parse('2024-10-02T06:00:00.000Z'))).toBe(day + 1);
});
